"""The symbology: each term has a symbol of its own, apart for every eye, and no decision rests on colour alone."""

from __future__ import annotations

import itertools
import re
from dataclasses import asdict, fields
from pathlib import Path
from urllib.parse import unquote
from xml.etree import ElementTree

import pytest

from cartography import interface, swatch
from cartography import symbology as s
from geodata import vocabulary as v
from tests.colour import VISIONS, chroma, contrast, difference, lab

HEX = re.compile(r"#[0-9a-f]{6}")
GROUNDS = {"light": s.LIGHT, "dark": s.DARK}
TERMS: dict[v.Theme, type[v.Term]] = {
    v.Theme.STAGE: v.StageClass,
    v.Theme.WARNING: v.Light,
    v.Theme.STAGE_LOCAL: v.ReportingStatus,
}
OTHER_TABLES: list[tuple[type[v.Term], dict[v.Term, s.Symbol]]] = [
    (v.LineKind, dict(s.WALL)),
    (v.ZoneClass, dict(s.ZONES)),
    (v.RoadClass, dict(s.ROADS)),
]
EVERY_SYMBOL = [*s.table(), s.SELECTED, s.ALARM, s.HIGHLIGHT, s.HOLD, *s.ROADS.values()]
APART, APART_FOR_ALL = 12, 10


def shown(theme: v.Theme, ground: str) -> dict[v.Term, s.Symbol]:
    """A theme's symbols on a ground."""
    return {term: s.deep(symbol) if ground == "dark" else symbol for term, symbol in s.symbols(theme).items()}


# ---- every term -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("theme", list(v.Theme))
def test_every_theme_has_symbols_and_a_column(theme: v.Theme) -> None:
    assert theme in s.THEMES
    assert s.THEME_COLUMN[theme] in ("stage_class", "light", "status")


@pytest.mark.parametrize(
    ("theme", "term"), [(theme, term) for theme, terms in TERMS.items() for term in terms]
)
def test_every_term_has_a_symbol_and_a_label(theme: v.Theme, term: v.Term) -> None:
    assert isinstance(s.symbols(theme)[term], s.Symbol)
    assert term.label


@pytest.mark.parametrize(("terms", "symbols"), OTHER_TABLES)
def test_every_line_and_zone_has_a_symbol_of_its_own(
    terms: type[v.Term], symbols: dict[v.Term, s.Symbol]
) -> None:
    assert list(symbols) == list(terms)
    assert len(set(symbols.values())) == len(symbols)


@pytest.mark.parametrize("status", list(v.BoundaryStatus))
def test_every_boundary_status_has_a_line(status: v.BoundaryStatus) -> None:
    assert status in s.BOUNDARY_DASH
    assert (s.BOUNDARY_DASH[status] == ()) is (
        status in (v.BoundaryStatus.OFFICIAL, v.BoundaryStatus.SURVEYED)
    )


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("theme", list(v.Theme))
def test_the_map_gets_every_term_with_its_label(theme: v.Theme, dark: bool) -> None:
    rows = s.palette(theme, dark=dark)
    assert {row["code"]: row["label"] for row in rows} == TERMS[theme].labels()
    assert len(rows) <= 10  # one digit per compound is pushed


# ---- apart ------------------------------------------------------------------------------------------------


def pairs(theme: v.Theme, ground: str) -> list[tuple[s.Symbol, s.Symbol]]:
    """Pairs of filled symbols that colour must tell apart, since pattern and shape do not both differ."""
    filled = [symbol for symbol in shown(theme, ground).values() if symbol.fill != s.NO_FILL]
    return [
        (one, other)
        for one, other in itertools.combinations(filled, 2)
        if one.pattern is other.pattern or one.shape is other.shape
    ]


@pytest.mark.parametrize("ground", GROUNDS)
@pytest.mark.parametrize("theme", list(v.Theme))
@pytest.mark.parametrize("vision", VISIONS)
def test_colours_of_a_theme_stay_apart_for_every_eye(theme: v.Theme, vision: str, ground: str) -> None:
    least = APART if vision == "usual" else APART_FOR_ALL
    close = [
        (one.fill, other.fill, round(difference(one.fill, other.fill, vision), 1))
        for one, other in pairs(theme, ground)
        if difference(one.fill, other.fill, vision) < least
    ]
    assert close == []


@pytest.mark.parametrize("theme", list(v.Theme))
def test_no_two_terms_of_a_theme_share_a_shape(theme: v.Theme) -> None:
    shapes = [symbol.shape for symbol in s.symbols(theme).values()]
    assert len(set(shapes)) == len(shapes)


def test_the_heritage_hold_is_a_violet_outline_with_a_diamond() -> None:
    lightness, red_green, yellow_blue = lab(s.HOLD.stroke)
    assert (s.HOLD.fill, s.HOLD.shape) == (s.NO_FILL, s.Shape.DIAMOND)
    assert red_green > 20
    assert yellow_blue < -20
    assert lightness < 60


@pytest.mark.parametrize("ground", GROUNDS)
@pytest.mark.parametrize("stage", list(v.StageClass))
def test_the_stage_theme_is_neutral(stage: v.StageClass, ground: str) -> None:
    assert chroma(shown(v.Theme.STAGE, ground)[stage].fill) < 16


@pytest.mark.parametrize("ground", GROUNDS)
def test_the_stage_ramp_goes_one_way(ground: str) -> None:
    ramp = [lab(symbol.fill)[0] for symbol in list(shown(v.Theme.STAGE, ground).values())[:5]]
    assert ramp == sorted(ramp, reverse=ground == "light")


def test_the_warning_theme_alone_has_strong_colours() -> None:
    strong = {light for light, symbol in s.WARNING.items() if chroma(symbol.fill[:7]) > 30}
    assert strong == {v.Light.COMPLETED, v.Light.ON_TRACK, v.Light.AT_RISK, v.Light.DELAYED}


def test_a_missing_share_looks_like_no_step_of_the_ramp() -> None:
    assert s.CHOROPLETH_MISSING.pattern is s.Pattern.HATCH
    assert len(s.CHOROPLETH) == len(s.CHOROPLETH_BREAKS) + 1
    lightness = [lab(step.fill)[0] for step in s.CHOROPLETH]
    assert lightness == sorted(lightness, reverse=True)


def test_the_wall_is_the_strongest_line() -> None:
    wall = s.WALL[v.LineKind.SURVIVING_WALL]
    assert wall.width > max(line.width for line in [*s.ROADS.values(), s.STREET, s.DISTRICT])
    assert wall.dash == ()
    assert s.WALL[v.LineKind.CIRCUIT].dash


# ---- readable ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("ink", GROUNDS.values(), ids=GROUNDS)
@pytest.mark.parametrize("ground", ["paper", "panel", "ground"])
@pytest.mark.parametrize("text", ["text", "muted", "accent", "alarm"])
def test_text_can_be_read_on_every_ground(ink: s.Ink, ground: str, text: str) -> None:
    assert contrast(getattr(ink, text), getattr(ink, ground)) >= 4.5


@pytest.mark.parametrize("ink", GROUNDS.values(), ids=GROUNDS)
def test_the_bar_and_map_labels_can_be_read(ink: s.Ink) -> None:
    assert contrast(ink.on_bar, ink.bar) >= 7
    assert contrast(ink.text, ink.halo) >= 7


@pytest.mark.parametrize("ground", GROUNDS)
@pytest.mark.parametrize("theme", list(v.Theme))
def test_a_mark_can_be_seen_on_paper(theme: v.Theme, ground: str) -> None:
    faint = {
        term.value: round(contrast(symbol.stroke, GROUNDS[ground].paper), 1)
        for term, symbol in shown(theme, ground).items()
        if contrast(symbol.stroke, GROUNDS[ground].paper) < 2.5
    }
    assert faint == {}


# ---- drawn ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("symbol", EVERY_SYMBOL)
def test_every_symbol_is_drawn_as_valid_svg(symbol: s.Symbol) -> None:
    bodies = [swatch.mark_body(symbol), swatch.area_body(symbol, 22, 14), swatch._line_body(symbol, 26, 14)]
    for body in bodies:
        address = swatch._address(body, 22, 14, "22 14")
        picture = ElementTree.fromstring(unquote(address.removeprefix("data:image/svg+xml,")))
        assert picture.tag.endswith("svg")
        assert not set("<>\"'") & set(address)


def test_a_mark_is_a_short_tag_of_a_class_that_the_style_sheet_has() -> None:
    tag = swatch.mark(s.STAGE[v.StageClass.CONSTRUCTION])
    name = re.fullmatch(r'<i class="cy-mark (s\d+)"></i>', tag)
    assert name
    assert f".cy-mark.{name.group(1)}" in swatch.css()


def test_every_shape_and_pattern_is_known_to_the_map_too() -> None:
    scripts = "".join(
        path.read_text(encoding="utf-8")
        for path in (interface.CONFIG.parent.parent / "static" / "map").glob("*.js")
    )
    assert [shape for shape in s.Shape if f"    {shape.value}: function (r)" not in scripts] == []
    assert [pattern for pattern in s.Pattern if f'"{pattern.value}"' not in scripts] == []


@pytest.mark.parametrize("symbol", EVERY_SYMBOL)
def test_colours_are_written_as_six_hex_digits(symbol: s.Symbol) -> None:
    assert HEX.fullmatch(symbol.stroke)
    assert HEX.fullmatch(symbol.fill) or symbol.fill == s.NO_FILL
    assert symbol.width > 0
    assert 0 <= symbol.opacity <= 1


@pytest.mark.parametrize("ink", GROUNDS.values(), ids=GROUNDS)
def test_every_interface_colour_reaches_the_style_sheet(ink: s.Ink) -> None:
    assert all(HEX.fullmatch(colour) for colour in asdict(ink).values())
    sheet = interface.style_sheet()
    assert all(f"--cy-{item.name.replace('_', '-')}: " in sheet for item in fields(s.Ink))


def test_the_committed_theme_is_what_the_symbology_gives() -> None:
    text = interface.CONFIG.read_text(encoding="utf-8")
    assert text.endswith(interface.theme_toml())


def test_writing_the_theme_keeps_the_rest_of_the_file(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text("[server]\nheadless = true\n\n" + interface.theme_toml().replace("28537d", "000000"))
    interface.write_config(path)
    assert path.read_text() == "[server]\nheadless = true\n\n" + interface.theme_toml()
