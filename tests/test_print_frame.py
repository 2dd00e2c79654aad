"""The printed map: true to scale, cut clean, the same bytes, names that touch nothing, whatever is on it."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from xml.etree import ElementTree

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import affinity

from cartography import symbology as s
from cartography.print import labels, lettering
from cartography.print.compounds import draw_compounds
from cartography.print.content import MapContent, Shown
from cartography.print.enlargement import enlarged
from cartography.print.frame import draw
from cartography.print.inset import inset
from cartography.print.lettering import Written
from cartography.print.paper import Frame
from cartography.print.paths import UNITS
from cartography.print.style import Styles
from geodata.crs import METRIC_CRS
from geodata.vocabulary import Labelling, Paper, Theme
from sheets.setup import SCALES
from tests.colour import lab

X, Y = 470_000.0, 3_847_000.0
FRAME = Frame(200, 150, X, Y, 5000)


def square(x: float, y: float, side: float) -> shapely.Geometry:
    """A square around a point given in metres from the middle of the frame."""
    return shapely.box(X + x - side / 2, Y + y - side / 2, X + x + side / 2, Y + y + side / 2)


def content(
    shapes: Sequence[shapely.Geometry | None], names: Sequence[str] = (), **more: object
) -> MapContent:
    """A map of compounds of one stage."""
    ids = pd.Index([f"C{number:05}" for number in range(len(shapes))], name="id")
    columns = {
        "name": list(names) or [f"{number}号院" for number in range(len(shapes))],
        "boundary_status": "surveyed",
        **{
            column: np.full(len(shapes), np.nan)
            for column in ("position_lon", "position_lat", "position_uncertainty_m")
        },
    }
    rows = gpd.GeoDataFrame(columns, geometry=list(shapes), index=ids, crs=METRIC_CRS)
    codes = pd.Series("construction", index=ids)
    hold = pd.Series(False, index=ids)
    return MapContent({"compound": rows}, Theme.STAGE, codes, hold, **more)  # type: ignore[arg-type]


def written(shown: MapContent, frame: Frame = FRAME) -> list[Written]:
    """The names on a map."""
    counts = Shown()
    _, spots = draw_compounds(shown, frame, Styles(frame), counts)
    return labels.place(shown, spots, frame, counts)


def numbers(svg: str) -> list[list[tuple[float, float]]]:
    """Corners of every path in mm."""
    chains = []
    for data in re.findall(r'd="((?:M[-\d ]+l[-\d ]+z?)+)"', svg):
        for chain in re.findall(r"M([-\d ]+)l([-\d ]+)", data):
            steps = np.array([int(word) for part in chain for word in part.split()]).reshape(-1, 2)
            chains.append([tuple(row) for row in (steps.cumsum(axis=0) / UNITS).tolist()])
    return chains


# ---- scale and cutting ------------------------------------------------------------------------------------


@pytest.mark.parametrize("scale", SCALES)
def test_500_metres_are_as_long_as_the_scale_says(scale: int) -> None:
    frame = Frame(1100, 1100, X, Y, scale)
    corners = np.array(max(numbers(draw(content([square(0, 0, 500)]), frame).svg), key=len))
    assert np.ptp(corners[:, 0]) == pytest.approx(500_000 / scale, rel=0.005)
    assert np.ptp(corners[:, 1]) == pytest.approx(500_000 / scale, rel=0.005)


def test_a_compound_3_km_wide_fills_the_frame_without_an_outline_along_it() -> None:
    made = draw(content([square(0, 0, 3000)]), FRAME)
    assert made.shown.codes == {"construction": 1}
    assert [len(chain) for chain in numbers(made.svg)] == [4]  # the ground, and no outline


def test_what_is_cut_has_no_outline_along_the_frame() -> None:
    made = draw(content([square(-500, 0, 200)]), FRAME)
    assert made.shown.outside == 0
    outline = re.search(r'<g fill="none" stroke[^>]*><path d="([^"]+)"', made.svg)
    assert outline
    assert "z" not in outline.group(1)


def test_what_is_outside_is_counted_and_what_has_no_place_too() -> None:
    shown = draw(content([square(0, 0, 50), square(5000, 0, 50), None]), FRAME).shown
    assert (shown.codes.total(), shown.outside, shown.nowhere) == (1, 1, 1)
    assert shown.records["compound"] == ["C00000"]


def test_a_boundary_that_crosses_itself_at_the_frame_is_drawn() -> None:
    bow = shapely.Polygon([(X - 700, Y - 50), (X, Y + 50), (X, Y - 50), (X - 700, Y + 50)])
    assert draw(content([bow]), FRAME).shown.codes.total() == 1


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(*[st.floats(-600, 600)] * 2, st.floats(1, 900)), min_size=1, max_size=8))
def test_nothing_is_drawn_outside_the_frame(squares: list[tuple[float, float, float]]) -> None:
    chains = numbers(draw(content([square(*one) for one in squares]), FRAME).svg)
    corners = np.array([corner for chain in chains for corner in chain] or [(0, 0)])
    assert corners.min() >= -0.03
    assert corners[:, 0].max() <= FRAME.width + 0.03
    assert corners[:, 1].max() <= FRAME.height + 0.03


# ---- names ------------------------------------------------------------------------------------------------

NAMES = st.text("城垣院1A-·（）<&", min_size=1, max_size=60)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(*[st.floats(-480, 480)] * 2, st.floats(20, 200), NAMES), min_size=1, max_size=25))
def test_names_lie_in_the_frame_and_touch_no_other(rows: list[tuple[float, float, float, str]]) -> None:
    shapes, names = [square(*row[:3]) for row in rows], [row[3] for row in rows]
    boxes = [box for one in written(content(shapes, names)) for box in one.boxes]
    for left, top, right, bottom in boxes:
        assert 0 <= left < right <= FRAME.width
        assert 0 <= top < bottom <= FRAME.height
    for a, b in itertools.combinations(boxes, 2):
        assert a[2] <= b[0] or b[2] <= a[0] or a[3] <= b[1] or b[3] <= a[1]


def test_a_name_stands_inside_when_it_fits_and_beside_when_not() -> None:
    large, small = (written(content([square(0, 0, side)], ["紫荆山路院"]))[0] for side in (200, 25))
    assert large.centre[0] == pytest.approx(100, abs=0.5)
    assert small.boxes[0][0] > 100 + 25 / 5 / 2


def test_a_name_of_60_characters_is_shortened_and_stays_whole_in_no_box() -> None:
    one = written(content([square(0, 0, 300)], ["管" * 60]))[0]
    assert "".join(one.lines).endswith("…")
    assert len(one.lines) == 2


def test_names_print_as_themselves() -> None:
    made = draw(content([square(0, 0, 300)], ["<b>&\"奤礐'#*$\\"]), FRAME)
    root = ElementTree.fromstring(made.svg)
    found = "".join("".join(text.itertext()) for text in root.iter("{http://www.w3.org/2000/svg}text"))
    assert found == "<b>&\"奤礐'#*$\\"


def test_names_that_find_no_room_are_counted() -> None:
    crowd = [square(x, 0, 300) for x in range(40)]
    shown = draw(content(crowd, ["一个相当长的楼院名称"] * 40), FRAME).shown
    assert len(shown.named) + len(shown.unnamed) == 40
    assert len(shown.unnamed) > 20
    assert draw(content(crowd), Frame(3, 3, X, Y, 5000)).shown.named == []


def test_the_important_names_are_placed_first() -> None:
    crowd = [square(x, 0, 300) for x in range(10)]
    assert written(content(crowd, important=("C00007",)))[0].lines == ("7号院",)


def test_no_names_where_none_are_wanted() -> None:
    assert "<text" not in draw(content([square(0, 0, 300)], labelling=Labelling.NONE), FRAME).svg


@given(st.text(min_size=1, max_size=80), st.floats(2, 20))
def test_a_shortened_name_is_no_wider_than_it_may_be(name: str, most: float) -> None:
    assert lettering.width(lettering.shortened(name, most)) <= most


@pytest.mark.parametrize("paper", list(Paper))
def test_no_text_is_smaller_than_the_paper_allows(paper: Paper) -> None:
    frame = Frame(200, 150, X, Y, 5000, paper)
    sizes = [one.hand.size * lettering.HAN_HEIGHT for one in written(content([square(0, 0, 400)]), frame)]
    assert min(sizes) >= frame.smallest_text_mm - 1e-9


# ---- the same, and much -----------------------------------------------------------------------------------


def test_the_same_map_gives_the_same_bytes() -> None:
    shapes = [square(x, y, 60) for x in range(-400, 400, 80) for y in range(-300, 300, 80)]
    assert draw(content(shapes), FRAME).svg == draw(content(shapes), FRAME).svg


def test_nothing_on_the_map_is_a_map() -> None:
    shown = draw(content([]), FRAME).shown
    assert (shown.codes.total(), shown.named, shown.unnamed) == (0, [], [])


def test_one_point_is_a_mark_with_its_circle() -> None:
    one = content([None])
    one.layers["compound"][["position_lon", "position_lat", "position_uncertainty_m"]] = (
        113.672,
        34.752,
        100.0,
    )
    place = draw_compounds(one, Frame(9000, 9000, X, Y, 5000), Styles(FRAME), Shown())[1].at[0] / 1000 * 5000
    frame = Frame(200, 150, X - 22_500 + place[0], Y + 22_500 - place[1], 5000)
    made = draw(one, frame)
    assert (made.shown.codes.total(), made.shown.uncertain) == (1, 1)
    wide = np.ptp(np.array(max(numbers(made.svg), key=len))[:, 0])
    assert wide == pytest.approx(2 * 100 / 5, rel=0.01)


def test_ten_thousand_compounds_are_drawn() -> None:
    shapes = [square(x * 60 - 3000, y * 60 - 3000, 50) for x in range(100) for y in range(100)]
    made = draw(content(shapes), Frame(1100, 800, X, Y, 10_000, Paper.A0))
    assert made.shown.codes.total() == 10_000
    assert len(made.shown.named) + len(made.shown.unnamed) == 10_000


def test_the_inset_shows_where_the_map_lies() -> None:
    district = gpd.GeoDataFrame({"name": ["区"]}, geometry=[square(0, 0, 20_000)], crs=METRIC_CRS)
    svg = inset({"district": district}, FRAME.box, Frame(50, 40, X, Y, 500_000))
    assert s.LIGHT.alarm in svg
    ElementTree.fromstring(svg)


# ---- without colours --------------------------------------------------------------------------------------


@pytest.mark.parametrize("theme", list(Theme))
def test_two_symbols_of_a_theme_differ_without_colour(theme: Theme) -> None:
    for one, other in itertools.combinations(s.symbols(theme).values(), 2):
        tones = abs(lab(one.fill[:7])[0] - lab(other.fill[:7])[0]) > 8
        assert tones or one.pattern is not other.pattern or one.shape is not other.shape


# ---- names along lines ------------------------------------------------------------------------------------

ROADS = st.lists(
    st.lists(st.tuples(st.floats(-480, 480), st.floats(-360, 360)), min_size=2, max_size=4, unique=True),
    min_size=1,
    max_size=6,
)


def along(roads: list[list[tuple[float, float]]], shown: MapContent) -> list[Written]:
    """The names on a map with these roads, given in metres from the middle of the frame."""
    lines = {
        f"金水{number}路": np.array([shapely.LineString([(X + x, Y + y) for x, y in road])], dtype=object)
        for number, road in enumerate(roads)
    }
    counts = Shown()
    _, spots = draw_compounds(shown, FRAME, Styles(FRAME), counts)
    return labels.place(shown, spots, FRAME, counts, lines={"basemap_line": lines})


def characters(one: Written) -> list[shapely.Geometry]:
    """The square of each character as it is printed."""
    if not one.turned:
        return [shapely.box(*box) for box in one.boxes]
    size = one.hand.size
    wide = lettering.advances(one.lines[0], weight=one.hand.weight)
    squares = []
    for (x, y, turn), advance in zip(one.turned, wide, strict=True):
        upright = shapely.box(x, y - 0.86 * size, x + advance * size, y + 0.14 * size)
        squares.append(affinity.rotate(upright, turn, origin=(x, y)))
    return squares


@settings(max_examples=30, deadline=None)
@given(ROADS, st.lists(st.tuples(*[st.floats(-480, 480)] * 2, st.floats(20, 200)), max_size=12))
def test_names_of_roads_touch_nothing_and_are_never_upside_down(
    roads: list[list[tuple[float, float]]], squares: list[tuple[float, float, float]]
) -> None:
    shown = content([square(*one) for one in squares])
    names = along(roads, shown)
    paper = shapely.box(0, 0, FRAME.width, FRAME.height)
    every = [shapely.union_all(characters(one)) for one in names]
    assert all(paper.covers(one) for one in every)
    assert all(a.intersection(b).area < 1e-6 for a, b in itertools.combinations(every, 2))
    turns = [turn for one in names for _, _, turn in one.turned]
    assert all(-45.001 <= turn <= 45.001 for turn in turns)


@pytest.mark.parametrize(
    ("road", "turn"),
    [([(-200, 0), (200, 0)], 0), ([(200, 100), (-200, -100)], -26.6), ([(10, -200), (-10, 200)], -2.9)],
)
def test_a_name_follows_its_road_from_the_left_or_from_above(
    road: list[tuple[float, float]], turn: float
) -> None:
    (one,) = along([road], content([]))
    (x, y, first), (to_x, to_y, _) = one.turned[0], one.turned[-1]
    assert first == pytest.approx(turn, abs=0.1)
    assert to_x > x + 5 or to_y > y + 5
    assert "rotate=" in one.svg()


def test_a_road_too_short_or_too_bent_for_its_name_has_none() -> None:
    bent = [(x, 12 * (x % 40 == 0)) for x in range(-100, 101, 20)]
    assert along([[(0, 0), (30, 0)], bent], content([])) == []


def test_the_name_of_the_wall_stands_beside_it_without_its_bracket() -> None:
    wall = np.array([shapely.LineString([(X - 300, Y), (X + 300, Y)])], dtype=object)
    named = {"heritage_line": {"内城垣南垣（示意）": wall}}
    (one,) = labels.place(
        content([]),
        draw_compounds(content([]), FRAME, Styles(FRAME), Shown())[1],
        FRAME,
        Shown(),
        lines=named,
    )
    assert one.lines == ("内城垣南垣",)
    assert all(box[3] < 75 for box in one.boxes)  # above its line


def test_no_name_of_a_line_stands_on_the_wall() -> None:
    circuit, standing = (
        np.array([shapely.LineString([(X - 300, Y + dy), (X + 300, Y + dy)])], dtype=object) for dy in (0, 13)
    )
    spots = draw_compounds(content([]), FRAME, Styles(FRAME), Shown())[1]
    named = {"heritage_line": {"内城垣南垣（示意）": circuit}}
    (one,) = labels.place(content([]), spots, FRAME, Shown(), lines=named, solid=standing)
    assert all(box[1] > 75 for box in one.boxes)  # the other side, since the wall stands where it would be


def test_a_name_covers_no_mark_of_another_unless_it_must() -> None:
    rows = [square(0, 0, 38), square(40, 0, 38), square(-40, 0, 38)]
    shown = content(rows, ["相当长的名称"] * 3, selected=("C00000",))
    counts = Shown()
    _, spots = draw_compounds(shown, FRAME, Styles(FRAME), counts)
    one = labels.place(shown, spots, FRAME, counts)[0]
    assert one.hand.weight == 700
    marks = [shapely.Point(*at).buffer(radius) for at, radius in zip(spots.at, spots.mark, strict=True)]
    assert not any(shapely.box(*box).intersects(mark) for box in one.boxes for mark in marks)


# ---- the enlargement of the crowded part ------------------------------------------------------------------


def test_an_enlargement_hides_nothing_and_names_are_written_once() -> None:
    crowd = [square(-2400 + 60 * (n % 6), 1500 - 60 * (n // 6), 50) for n in range(36)]
    far = [square(2300, -1500, 60), square(0, 0, 60)]
    shown = content([*crowd, *far])
    outer = Frame(250, 180, X, Y, 20_000)
    core = tuple(shapely.union_all(crowd).bounds)
    bodies = np.array([shape.bounds for shape in (*crowd, *far)])
    near = enlarged([(0.9, core)], bodies, outer, scales=(5000, 10_000), strip=6)
    assert near
    assert near.frame.scale == 5000
    assert near.frame.box[0] <= core[0]
    assert core[2] <= near.frame.box[2]
    names = set(draw(shown, near.frame).shown.named)
    left = draw(shown, outer, aside=near).shown
    assert names & {*left.named, *left.unnamed} == set()
    assert {*left.named} == {"C00036", "C00037"}
    covered = shapely.box(*near.place)
    west, _, _, north = outer.box
    for shape in (*crowd, *far):
        x0, y0, x1, y1 = shape.bounds
        on_paper = shapely.box((x0 - west) / 20, (north - y1) / 20, (x1 - west) / 20, (north - y0) / 20)
        assert not covered.intersects(on_paper)


def test_no_enlargement_where_every_corner_is_taken() -> None:
    outer = Frame(250, 180, X, Y, 20_000)
    bodies = np.array([square(x, y, 800).bounds for x in (-2000, 2000) for y in (-1400, 1400)])
    assert enlarged([(0.9, square(0, 0, 400).bounds)], bodies, outer, scales=(5000,), strip=6) is None


def test_nothing_is_enlarged_that_the_map_does_not_show() -> None:
    outer = Frame(250, 180, X, Y, 20_000)
    for x, y in ((9000, 0), (0, 9000), (-2500, 0)):
        core = square(x, y, 400).bounds
        assert enlarged([(0.9, core)], np.array([core]), outer, scales=(5000,), strip=6) is None


def test_compounds_that_share_a_circle_are_counted_one_by_one() -> None:
    several = content([None, None], labelling=Labelling.NONE)
    places = ["position_lon", "position_lat", "position_uncertainty_m"]
    several.layers["compound"][places] = (113.672, 34.752, 100.0)
    assert draw(several, Frame(9000, 9000, X, Y, 5000)).shown.uncertain == 2
