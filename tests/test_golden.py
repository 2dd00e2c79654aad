"""Legend, map frame and snapshot look as they did when somebody last looked at them at full size (see `printed.differs`)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from dataclasses import asdict, replace
from datetime import date
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from cartography import symbology as s
from cartography.print import legend
from cartography.print.content import Drawing, MapContent, Shown
from cartography.print.frame import draw
from cartography.print.paper import Frame
from cartography.print.template import Template
from geodata.crs import METRIC_CRS
from geodata.settings import Settings
from geodata.store import Store
from geodata.store.engine import file_url
from geodata.vocabulary import LineKind, Orientation, Paper, RoadClass, Theme, ZoneClass
from sheets import compose, register
from sheets.register import Register
from sheets.setup import Setup
from sheets.sheet import Sheet
from tests.printed import differs

TODAY = date(2026, 11, 24)
FRAME = Frame(100, 80, 470_000.0, 3_847_000.0, 5000)
SAME = 0.001
"""Share of a picture that may look other: edges that another processor rounds differently."""


@pytest.fixture(scope="module")
def demo(demo_file: Path) -> Iterator[Register]:
    """The demo register, read once."""
    with closing(Store.open(file_url(demo_file))) as store:
        yield register.read(store, Settings(), today=TODAY)


@pytest.mark.parametrize("theme", Theme)
def test_every_line_of_the_legend(tmp_path: Path, theme: Theme) -> None:
    groups, pictures = legend.build(everything(theme), all_shown(theme))
    made = plain(tmp_path, {"legend": groups}, pictures, width=76, body="legend(d, columns: 1)")
    assert differs(made, f"legend_{theme.value}", dpi=110) < SAME


def test_the_legend_of_a_public_map_has_the_marks_that_are_on_it_and_no_areas() -> None:
    content = replace(everything(Theme.STAGE), as_points=True)
    groups, pictures = legend.build(content, all_shown(Theme.STAGE))
    statuses = [pictures[entry["file"]] for entry in groups[0]["entries"] if "stage-" in entry["file"]]
    assert len(statuses) == len(s.symbols(Theme.STAGE))
    assert not [one for one in statuses if b'<rect x="1"' in one]


def test_a_map_of_everything(tmp_path: Path) -> None:
    drawing = draw(everything(Theme.STAGE), FRAME)
    assert differs(picture(tmp_path, drawing), "frame", dpi=150) < SAME


@pytest.mark.parametrize("side", Orientation)
def test_a_snapshot(demo: Register, side: Orientation) -> None:
    chosen = Setup(
        as_of=TODAY, paper=Paper.A4, orientation=side, scale=5000, link="https://map.example/?street=410104002",
        unit="测试单位", notes="第一行说明\n第二行说明", filters={"streets": ("410104002",)},
    )  # fmt: skip
    assert differs(compose.compose(chosen, demo), f"snapshot_{side.value}", dpi=90) < SAME


def plain(
    folder: Path, data: dict[str, object], pictures: dict[str, bytes], *, width: float, body: str
) -> Sheet:
    """A page with one thing on it, as high as that is."""
    file = folder / "plain.typ"
    file.write_text(
        f'#import "lib.typ": *\n#let d = json("data.json")\n'
        f"#set page(width: {width}mm, height: auto, margin: 2mm)\n"
        f'#set text(font: "Noto Sans SC", size: pt-size(d, 2.5), lang: "zh", region: "cn")\n#{body}\n',
        encoding="utf-8",
    )
    page = {"unit": 1.0, "smallest": 1.4, "width": width, "height": 297}
    return Sheet(Template(file, "一页", 2, 0, 0, 0), {"page": page, "ink": asdict(s.LIGHT)} | data, pictures)


def picture(folder: Path, drawing: Drawing) -> Sheet:
    return plain(
        folder,
        {},
        {"map.svg": drawing.svg.encode()},
        width=FRAME.width + 4,
        body='image("map.svg", width: 100%)',
    )


def all_shown(theme: Theme) -> Shown:
    """Everything that a legend may hold, each once or in great number."""
    kinds = {
        "wall": Counter(one.value for one in LineKind),
        "zone": Counter(one.value for one in ZoneClass),
        "road": Counter(one.value for one in RoadClass),
        **{name: Counter({"1": 1}) for name in ("district", "street", "area", "reference")},
    }
    codes = Counter({term.value: 10**number for number, term in enumerate(s.symbols(theme))})
    return Shown(codes=codes, hold=3, uncertain=2, kinds=kinds)


def everything(theme: Theme) -> MapContent:
    """A block of each status, and all that lies under and over it, in a frame of 500 by 400 m."""
    x, y = FRAME.x, FRAME.y
    statuses = list(s.symbols(theme))
    compounds = layer(
        [(x - 190 + 95 * (n % 4), y + 90 - 75 * (n // 4), 60, 45) for n in range(len(statuses))],
        name=[f"{one.label}院" for one in statuses],
    )
    zones = layer(
        [(x - 215 + 70 * n, y - 140, 55, 60) for n in range(len(ZoneClass))],
        name=[one.label for one in ZoneClass], zone_class=[one.value for one in ZoneClass],
    )  # fmt: skip
    layers = {
        "district": layer([(x, y, 470, 370)], name=["区"]),
        "street_office": layer(
            [(x - 117, y, 235, 370), (x + 117, y, 235, 370)],
            name=["甲街道", "乙街道"],
            in_totals=[True, False],
        ),
        "basemap_line": lines(
            y + 30, step=14, name=[one.label for one in RoadClass], road_class=list(RoadClass)
        ),
        "reference_area": layer([(x + 170, y + 130, 90, 70)], name=["参考"]),
        "heritage_zone": zones,
        "renewal_area": layer([(x - 60, y + 60, 260, 180)], name=["片区"]),
        "heritage_line": lines(y - 60, step=14, name=[one.label for one in LineKind], kind=list(LineKind)),
        "compound": compounds,
    }
    codes = pd.Series([one.value for one in statuses], index=compounds.index)
    hold = pd.Series([n == 1 for n in range(len(statuses))], index=compounds.index)
    return MapContent(layers, theme, codes, hold, selected=(str(compounds.index[2]),))


def layer(boxes: list[tuple[float, float, float, float]], **columns: list[object]) -> gpd.GeoDataFrame:
    """Rows of boxes: centre, width and height in metres."""
    shapes = [shapely.box(x - w / 2, y - h / 2, x + w / 2, y + h / 2) for x, y, w, h in boxes]
    return _rows(shapes, columns)


def lines(top: float, *, step: float, **columns: list[object]) -> gpd.GeoDataFrame:
    """Rows of lines across the frame, one below the other."""
    count = len(columns["name"])
    shapes = [
        shapely.LineString([(469_770, top - n * step), (470_230, top - n * step + 6)]) for n in range(count)
    ]
    return _rows(
        shapes, {key: [str(getattr(one, "value", one)) for one in column] for key, column in columns.items()}
    )


def _rows(shapes: list[shapely.Geometry], columns: dict[str, list[object]]) -> gpd.GeoDataFrame:
    empty = {
        key: np.full(len(shapes), np.nan)
        for key in ("position_lon", "position_lat", "position_uncertainty_m")
    }
    index = pd.Index([f"R{number:02}" for number in range(len(shapes))], name="id")
    return gpd.GeoDataFrame(
        {"boundary_status": "surveyed", **empty, **columns}, geometry=shapes, index=index, crs=METRIC_CRS
    )
