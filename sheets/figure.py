"""A sheet as office files take it: the picture of the map alone, and everything else as texts and tables.

Slides and documents draw their own map, so that it has the size in which it is shown there and its lettering can be
read. Kinds of sheets that are more than one map come as pictures of their whole pages.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from cartography.print import legend, measures, template
from cartography.print.typeset import TEMPLATES, typeset
from geodata.vocabulary import Orientation, Paper, SheetFormat, SheetKind
from sheets import audience, enlarged, fields, mapping, snapshot
from sheets.compose import compose, with_office
from sheets.register import Register
from sheets.setup import Setup
from sheets.sheet import finish

_TEMPLATE = TEMPLATES / "picture.typ"
_DPI = (200, 400)
_MOST_PIXELS = 4000


@dataclass(frozen=True)
class Line:
    """A line of a legend: its picture (PNG, 11 x 4.4 mm), what it says, and how many there are."""

    picture: bytes
    label: str
    count: str | None


@dataclass(frozen=True)
class Group:
    """Lines of a legend that belong together."""

    title: str
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class Figure:
    """A picture (PNG) of `width` x `height` mm with its texts; `data` are the fields of the sheet.

    `scale` None: the picture is a page, or is shown in another size than it was made for.
    """

    picture: bytes
    width: float
    height: float
    data: dict[str, Any]
    legend: tuple[Group, ...] = ()
    scale: str | None = None
    notices: tuple[str, ...] = field(default=())

    @property
    def title(self) -> str:
        """What the sheet is called."""
        return str(self.data["title"])

    @property
    def link(self) -> str:
        """The address of the same view as this audience may have it; empty when the sheet shows none."""
        return str((self.data.get("qr") or {}).get("link", ""))

    @property
    def blocks(self) -> list[dict[str, Any]]:
        """The tables of the sheet, bars as tables of their numbers."""
        return [_table(block) for block in self.data.get("blocks", ()) if block["kind"] in ("table", "bars")]

    @property
    def described(self) -> str:
        """What somebody who cannot see the picture is told."""
        counted = [
            f"{line.label} {line.count}" for group in self.legend for line in group.lines if line.count
        ]
        return "；".join([self.title, str(self.data["subtitle"]), *(["、".join(counted)] if counted else [])])

    def facts(self) -> list[str]:
        """What a reader must know to trust and to cite the map, line by line."""
        return facts(self.data)

    @property
    def marks(self) -> list[str]:
        """What must stay visible beside the picture: classification, and that data are invented."""
        return marks(self.data)


def _table(block: dict[str, Any]) -> dict[str, Any]:
    if block["kind"] == "table":
        return block
    columns = [{"label": "类别", "align": "left"}, {"label": "数目", "align": "right"}]
    return {**block, "columns": columns, "rows": [[row["label"], row["text"]] for row in block["rows"]]}


def facts(data: Mapping[str, Any]) -> list[str]:
    """What a reader must know to trust and to cite a map, line by line, from the fields of its sheet."""
    dated = (data.get("as_of"), data.get("revision"), data.get("saved_at"))
    lines = [
        "，".join(one for one in dated if one),
        f"资料来源：{'；'.join(data.get('sources') or ['暂无数据来源'])}",
        *data.get("disclaimers", ()),
        f"坐标系：{data['map']['crs']}" if data.get("map", {}).get("crs") else None,
        data.get("review_number"),
        data.get("exemption"),
        f"编制单位：{data['unit']}" if data.get("unit") else None,
    ]
    return [line for line in lines if line]


def marks(data: Mapping[str, Any]) -> list[str]:
    """Classification, and that data are invented."""
    return [str(one) for one in (data.get("classification"), data.get("watermark")) if one]


def figures(setup: Setup, register: Register, *, paper: Paper, width: float, height: float) -> list[Figure]:
    """The pictures of a set-up: one map of `width` x `height` mm of that paper, or every page of another kind.

    A scale that was set for another paper is dropped: the view is kept. Raises BadValue, BadTemplate and
    MissingGlyph as `compose` does.
    """
    if setup.kind is not SheetKind.SNAPSHOT:
        return _pages(setup, register)
    scale = setup.scale if setup.paper is paper else None
    lying = Orientation.LANDSCAPE if paper is Paper.SLIDE else setup.orientation
    return [_map(setup.changed(paper=paper, orientation=lying, scale=scale), register, width, height)]


def _map(setup: Setup, register: Register, width: float, height: float) -> Figure:
    sheet = compose(setup, register)
    seen, setup = audience.allowed(setup, register), fields.counted_off(with_office(setup, register.office))
    content = mapping.content(setup, seen)
    frame = mapping.frame(setup, content, seen, width=width, height=height)
    lay = template.layout(template.load(_TEMPLATE), setup.paper, setup.orientation, ticks=False)
    drawing, detail, maps = enlarged.drawn(setup, content, frame, lay)
    groups, files = legend.build(content, drawing.shown)
    titles = {name: sheet.data[name] for name in ("title", "subtitle")}
    common, _ = fields.common(setup, seen, lay, **titles, rows=fields.drawn(content, drawing.shown))
    pictures = [entry["file"] for group in groups for entry in group["entries"]]
    data = {
        **common,
        **sheet.data,
        **{name: common[name] for name in ("page", "ink", "watermark", "sources")},
        "map": fields.map_of(frame, "map.svg") | {"detail": detail},
        "north": measures.north(frame),
        "scale_bar": measures.scale_bar(frame.scale, longest_mm=lay.unit * 32),
        "pictures": pictures,
    }
    dpi = min(max(setup.dpi, _DPI[0]), _DPI[1])
    picture, *pictured = typeset(_TEMPLATE, data, {**files, **maps}, form="png", ppi=dpi)
    told = snapshot.notices(drawing.shown)
    return Figure(picture, width, height, data, _legend(groups, pictured), data["map"]["scale_text"], told)


def _legend(groups: list[dict[str, Any]], pictures: list[bytes]) -> tuple[Group, ...]:
    picture = iter(pictures)
    return tuple(
        Group(
            group["title"],
            tuple(Line(next(picture), one["label"], one.get("count")) for one in group["entries"]),
        )
        for group in groups
    )


def _pages(setup: Setup, register: Register) -> list[Figure]:
    sheet = compose(setup, register)
    width, height = sheet.data["page"]["width"], sheet.data["page"]["height"]
    dpi = min(max(setup.dpi, _DPI[0]), _MOST_PIXELS / max(width, height) * 25.4)
    pages = finish(sheet, SheetFormat.PNG, dpi=dpi)
    return [Figure(page, width, height, sheet.data, notices=sheet.notices) for page in pages]
