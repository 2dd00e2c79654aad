"""How things look: the one table that feeds web map, charts, legend, interface theme and, later, print.

No colour stands anywhere else in the product. Colour is never alone: each status also has a shape, a pattern
where it matters, and its text. The stage theme is one neutral ramp (no red, yellow or green); the warning
theme alone uses those; a local red-yellow-green stage convention is kept as a preset. `deep` is the same
table for the dark briefing ground.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from enum import StrEnum

from geodata.vocabulary import (
    BoundaryStatus,
    Light,
    LineKind,
    QualityMark,
    ReportingStatus,
    RoadClass,
    StageClass,
    Term,
    Theme,
    ZoneClass,
)


class Pattern(StrEnum):
    """Fill of an area: plain, or lines that stay readable in greyscale."""

    NONE = "none"
    HATCH = "hatch"
    BACKHATCH = "backhatch"
    CROSS = "cross"
    DOTS = "dots"
    EMPTY = "empty"


class Shape(StrEnum):
    """Mark that goes with a status in legends, on the map from close by, and in tables."""

    DISC = "disc"
    RING = "ring"
    HALF = "half"
    QUARTER = "quarter"
    TRIANGLE = "triangle"
    SQUARE = "square"
    TARGET = "target"
    DIAMOND = "diamond"
    BARS = "bars"
    CROSS = "cross"
    QUESTION = "question"


NO_FILL = "#ffffff00"


@dataclass(frozen=True, slots=True)
class Symbol:
    """One symbol: colours as #rrggbb, widths in CSS pixels (print scales them), `dash` as lengths."""

    fill: str
    stroke: str
    shape: Shape = Shape.DISC
    pattern: Pattern = Pattern.NONE
    dash: tuple[int, ...] = ()
    width: float = 1.0
    opacity: float = 0.9


@dataclass(frozen=True, slots=True)
class Ink:
    """Interface colours on light paper, or on the dark briefing ground."""

    paper: str
    panel: str
    ground: str
    rule: str
    text: str
    muted: str
    faint: str
    bar: str
    on_bar: str
    accent: str
    alarm: str
    focus: str
    halo: str


LIGHT = Ink(
    paper="#f4efe4",
    panel="#fcfaf5",
    ground="#ebe4d5",
    rule="#d9d1bf",
    text="#1b2733",
    muted="#5b6570",
    faint="#8b919a",
    bar="#14233a",
    on_bar="#f2ede1",
    accent="#28537d",
    alarm="#bf2f28",
    focus="#0b63c5",
    halo="#f8f4ea",
)

DARK = Ink(
    paper="#1c2530",
    panel="#232e3b",
    ground="#18202a",
    rule="#3a4756",
    text="#f3f1ea",
    muted="#b4bcc6",
    faint="#8f9aa7",
    bar="#151c25",
    on_bar="#f3f1ea",
    accent="#9cc3e6",
    alarm="#ff6b5e",
    focus="#ffffff",
    halo="#1c2530",
)

STAGE: dict[StageClass, Symbol] = {
    StageClass.PREPARATION: Symbol("#dfe4e6", "#74838f", Shape.RING),
    StageClass.PERMITTING: Symbol("#b3c1ca", "#5d6f7d", Shape.QUARTER),
    StageClass.CONSTRUCTION: Symbol("#7d95a6", "#455a6a", Shape.HALF),
    StageClass.ACCEPTANCE: Symbol("#496479", "#2c4254", Shape.DISC),
    StageClass.OPERATION: Symbol("#1f374b", "#0f2231", Shape.SQUARE),
    StageClass.SUSPENDED: Symbol("#f7f3e8", "#30343a", Shape.BARS, Pattern.HATCH, width=1.4),
    StageClass.REMOVED: Symbol("#f1ece0", "#8d8a83", Shape.CROSS, Pattern.CROSS, (2, 3)),
    StageClass.UNKNOWN: Symbol("#fbf8f0", "#8b8f94", Shape.QUESTION, Pattern.EMPTY, (4, 3)),
}

WARNING: dict[Light, Symbol] = {
    Light.COMPLETED: Symbol("#2c8a5b", "#1a5c3b", Shape.DISC),
    Light.ON_TRACK: Symbol("#4d86c6", "#2a5a92", Shape.HALF),
    Light.AT_RISK: Symbol("#efb41e", "#9a6d00", Shape.TRIANGLE),
    Light.DELAYED: Symbol("#c8322b", "#7f1611", Shape.SQUARE, Pattern.BACKHATCH, width=1.4),
    Light.NOT_STARTED: Symbol("#c5c8cb", "#7c8288", Shape.RING),
    Light.REMOVED: STAGE[StageClass.REMOVED],
    Light.UNKNOWN: STAGE[StageClass.UNKNOWN],
    Light.HERITAGE_HOLD: Symbol(NO_FILL, "#7a3fbf", Shape.DIAMOND, Pattern.EMPTY, width=2.6),
}

STAGE_LOCAL: dict[ReportingStatus, Symbol] = {
    ReportingStatus.NOT_STARTED: Symbol("#d9584f", "#8b241e", Shape.RING),
    ReportingStatus.STARTED: Symbol("#f2c44a", "#9a6d00", Shape.HALF),
    ReportingStatus.COMPLETED: Symbol("#9bd0ae", "#2f6b48", Shape.DISC),
    ReportingStatus.ACCEPTED: Symbol("#3f9a68", "#22573a", Shape.TARGET),
    ReportingStatus.HANDED_OVER: Symbol("#12472b", "#0b2e1b", Shape.SQUARE),
    ReportingStatus.SUSPENDED: Symbol("#f7f3e8", "#30343a", Shape.BARS, Pattern.HATCH, width=1.4),
    ReportingStatus.REMOVED: STAGE[StageClass.REMOVED],
    ReportingStatus.UNKNOWN: STAGE[StageClass.UNKNOWN],
}

THEMES: dict[Theme, dict[Term, Symbol]] = {
    Theme.STAGE: dict(STAGE),
    Theme.WARNING: dict(WARNING),
    Theme.STAGE_LOCAL: dict(STAGE_LOCAL),
}

THEME_COLUMN = {Theme.STAGE: "stage_class", Theme.WARNING: "light", Theme.STAGE_LOCAL: "status"}

HOLD = WARNING[Light.HERITAGE_HOLD]

WALL: dict[LineKind, Symbol] = {
    LineKind.SURVIVING_WALL: Symbol("#b0691d", "#6e3c0a", width=5.0, opacity=1.0),
    LineKind.CIRCUIT: Symbol("#b0691d", "#b0691d", width=2.6, dash=(9, 6), opacity=0.95),
    LineKind.OTHER: Symbol("#b9a98d", "#b9a98d", width=1.6, dash=(2, 3), opacity=0.9),
}

ZONES: dict[ZoneClass, Symbol] = {
    ZoneClass.SITE_BODY: Symbol("#8a4b12", "#8a4b12", pattern=Pattern.CROSS, width=1.6, opacity=0.55),
    ZoneClass.PROTECTION: Symbol("#a5581c", "#8a4b12", pattern=Pattern.HATCH, width=1.6, opacity=0.55),
    ZoneClass.CONTROL: Symbol("#b98a4a", "#a1732f", pattern=Pattern.BACKHATCH, width=1.2, opacity=0.45),
    ZoneClass.BURIAL: Symbol("#7d6f58", "#7d6f58", pattern=Pattern.DOTS, dash=(6, 4), opacity=0.6),
    ZoneClass.BLOCK_CORE: Symbol("#8a6d8f", "#6e5273", pattern=Pattern.HATCH, opacity=0.5),
    ZoneClass.BLOCK_CONTROL: Symbol("#a892ac", "#8a6d8f", pattern=Pattern.BACKHATCH, opacity=0.45),
    ZoneClass.CITY: Symbol("#94867a", "#94867a", pattern=Pattern.EMPTY, dash=(10, 4), opacity=0.7),
}

REFERENCE = Symbol("#d9b382", "#c08a45", dash=(3, 4), opacity=0.14)

ROADS: dict[RoadClass, Symbol] = {
    RoadClass.EXPRESS: Symbol("#ffffff", "#c4bcab", width=4.2),
    RoadClass.PRIMARY: Symbol("#ffffff", "#cbc4b4", width=3.4),
    RoadClass.SECONDARY: Symbol("#ffffff", "#d3ccbd", width=2.4),
    RoadClass.LOCAL: Symbol("#ffffff", "#dad4c6", width=1.6),
}

STREET = Symbol("#f4efe4", "#a89f8c", dash=(6, 3), width=1.1, opacity=0.0)
STREET_OUTSIDE = Symbol("#f4efe4", "#a89f8c", pattern=Pattern.HATCH, dash=(6, 3), opacity=0.5)
DISTRICT = Symbol("#f4efe4", "#4f5661", width=2.2)
AREA = Symbol("#28537d", "#28537d", dash=(8, 3, 2, 3), width=1.6, opacity=0.0)
UNCERTAIN = Symbol("#8b8f94", "#6a6f76", dash=(3, 4), pattern=Pattern.EMPTY, width=1.2, opacity=0.08)
SELECTED = Symbol(NO_FILL, "#0b63c5", width=3.2, pattern=Pattern.EMPTY)
ALARM = Symbol(NO_FILL, LIGHT.alarm, Shape.SQUARE, Pattern.EMPTY, width=5.0)
HIGHLIGHT = Symbol(NO_FILL, LIGHT.bar, pattern=Pattern.EMPTY, width=2.6)

DRAWING: dict[str, Symbol] = {
    "mine": Symbol("#0b63c5", "#0b63c5", width=2.6, opacity=0.16),
    "theirs": Symbol("#7a3fbf", "#7a3fbf", dash=(8, 5), width=2.6, opacity=0.12),
    "former": Symbol("#8b919a", "#5b6570", dash=(6, 4), width=2.2, opacity=0.14),
    "given": Symbol("#2c8a5b", "#1a5c3b", width=2.4, opacity=0.22),
    "neighbour": Symbol("#c9c2b2", "#7d7460", width=1.2, opacity=0.45),
    "fault": Symbol(LIGHT.alarm, LIGHT.alarm, width=1.6, opacity=0.45),
    "cut": Symbol(LIGHT.alarm, LIGHT.alarm, dash=(7, 4), width=2.2, opacity=0.0),
    "grid": Symbol("#5b6570", "#5b6570", width=0.5, opacity=0.28),
}
"""The boundary being drawn and what is set against it; colours also differ by dash and by label."""

IMPORT: dict[str, Symbol] = {
    "new": Symbol("#2c8a5b", "#1a5c3b", width=2.0, opacity=0.30),
    "changed": Symbol("#efb41e", "#9a6d00", width=2.0, opacity=0.35),
    "unchanged": Symbol("#c5c8cb", "#7c8288", width=1.2, opacity=0.40),
    "rejected": Symbol("#fbf8f0", LIGHT.alarm, pattern=Pattern.HATCH, width=1.8, opacity=0.8),
    "stored": Symbol(NO_FILL, "#30343a", pattern=Pattern.EMPTY, dash=(5, 4), width=1.8, opacity=0.0),
}
"""Boundaries of a file by what taking it in would do, over those that are stored; told apart by dash and hatch too."""

CHOROPLETH: tuple[Symbol, ...] = (
    Symbol("#f1ebdd", "#a89f8c"),
    Symbol("#dcd8cd", "#a89f8c"),
    Symbol("#bcc2c2", "#8f979c"),
    Symbol("#95a3ab", "#74838f"),
    Symbol("#6f8494", "#5d6f7d"),
)
CHOROPLETH_BREAKS = (0.2, 0.4, 0.6, 0.8)
CHOROPLETH_MISSING = Symbol("#f4efe4", "#a89f8c", pattern=Pattern.HATCH, opacity=0.6)

QUALITY: dict[QualityMark, Symbol] = {
    QualityMark.ERROR: Symbol("#c8322b", "#7f1611", Shape.SQUARE, Pattern.BACKHATCH, width=1.4),
    QualityMark.WARNING: Symbol("#efb41e", "#9a6d00", Shape.TRIANGLE),
    QualityMark.NOTICE: Symbol("#8fa9be", "#46617a", Shape.RING),
    QualityMark.ACCEPTED: Symbol("#cfc7b6", "#5b6570", Shape.TARGET, Pattern.DOTS),
    QualityMark.CLEAR: Symbol("#fbf8f0", "#8b8f94", Shape.DISC),
}
"""The worst finding of a compound, on light paper alone."""

COVERAGE: tuple[Symbol, ...] = (
    Symbol("#fcfaf5", "#4f5661", pattern=Pattern.CROSS),
    Symbol("#f1ebdd", "#4f5661", pattern=Pattern.HATCH),
    Symbol("#dcd8cd", "#74838f", pattern=Pattern.BACKHATCH),
    Symbol("#bcc2c2", "#5d6f7d", pattern=Pattern.DOTS),
    Symbol("#7d95a6", "#455a6a"),
)
"""Completeness per street office by the steps of `CHOROPLETH_BREAKS`: the less is known, the more lines."""
COVERAGE_UNKNOWN = Symbol("#fcfaf5", "#8b8f94", pattern=Pattern.EMPTY, dash=(3, 3))

SERIES: dict[str, Symbol] = {
    "plan": Symbol("#8b919a", "#8b919a", dash=(6, 4), width=2),
    "actual": Symbol("#14233a", "#14233a", width=2.6),
    "compounds": Symbol("#28537d", "#28537d"),
    "estates": Symbol("#14233a", "#14233a"),
    "households": Symbol("#a9c0d3", "#6d8aa3"),
    "not_started": STAGE[StageClass.PREPARATION],
    "under_way": STAGE[StageClass.CONSTRUCTION],
    "completed": STAGE[StageClass.ACCEPTANCE],
    "accepted": STAGE[StageClass.OPERATION],
    "suspended": STAGE[StageClass.SUSPENDED],
    "removed": STAGE[StageClass.REMOVED],
    "unknown": STAGE[StageClass.UNKNOWN],
}

_DEEP_STAGE: dict[StageClass, str] = {
    StageClass.PREPARATION: "#4b5b6b",
    StageClass.PERMITTING: "#6f8395",
    StageClass.CONSTRUCTION: "#96abbd",
    StageClass.ACCEPTANCE: "#c4d3df",
    StageClass.OPERATION: "#eef4f8",
}

_DEEP_WARNING: dict[Light, tuple[str, str]] = {
    Light.COMPLETED: ("#3d8f66", "#8fd4b0"),
    Light.ON_TRACK: ("#4d86c6", "#b3d0ee"),
    Light.AT_RISK: ("#d9a21a", "#f4cb5c"),
    Light.DELAYED: ("#b8342d", DARK.alarm),
    Light.NOT_STARTED: ("#5b6876", DARK.muted),
    Light.HERITAGE_HOLD: (NO_FILL, "#b995f2"),
}

_DEEP_LOCAL: dict[ReportingStatus, str] = {
    ReportingStatus.NOT_STARTED: "#f3a8a1",
    ReportingStatus.STARTED: "#f8dd94",
    ReportingStatus.COMPLETED: "#d4eede",
    ReportingStatus.ACCEPTED: "#9fd9bb",
    ReportingStatus.HANDED_OVER: "#6fc49a",
}

_DEEP_ZONES: dict[ZoneClass, str] = {
    ZoneClass.SITE_BODY: "#a8763f",
    ZoneClass.PROTECTION: "#8f6837",
    ZoneClass.CONTROL: "#6f5a3b",
    ZoneClass.BURIAL: "#7f7560",
    ZoneClass.BLOCK_CORE: "#86708b",
    ZoneClass.BLOCK_CONTROL: "#6f6174",
    ZoneClass.CITY: "#6f6a63",
}

_DEEP_CHOROPLETH = ("#222d39", "#2f3f4f", "#415669", "#587188", "#7790a7")

_DEEP_SERIES = {"plan": DARK.faint, "actual": DARK.text, "compounds": DARK.accent, "estates": DARK.text}

_DEEP: dict[Symbol, Symbol] = {
    **{
        STAGE[stage]: replace(STAGE[stage], fill=fill, stroke="#e4ebf1")
        for stage, fill in _DEEP_STAGE.items()
    },
    **{
        WARNING[light]: replace(WARNING[light], fill=fill, stroke=stroke)
        for light, (fill, stroke) in _DEEP_WARNING.items()
    },
    **{
        STAGE_LOCAL[status]: replace(STAGE_LOCAL[status], stroke=stroke)
        for status, stroke in _DEEP_LOCAL.items()
    },
    **{ZONES[zone]: replace(ZONES[zone], fill=DARK.paper, stroke=ink) for zone, ink in _DEEP_ZONES.items()},
    **{
        step: Symbol(fill, "#56636f", opacity=1.0)
        for step, fill in zip(CHOROPLETH, _DEEP_CHOROPLETH, strict=True)
    },
    **{SERIES[name]: replace(SERIES[name], fill=ink, stroke=ink) for name, ink in _DEEP_SERIES.items()},
    SERIES["households"]: Symbol("#55799b", "#c4d9ea"),
    CHOROPLETH_MISSING: replace(CHOROPLETH_MISSING, fill=DARK.paper, stroke="#56636f"),
    STREET: replace(STREET, fill=DARK.paper, stroke="#56636f"),
    STREET_OUTSIDE: replace(STREET_OUTSIDE, fill=DARK.paper, stroke="#56636f"),
    DISTRICT: replace(DISTRICT, fill=DARK.paper, stroke=DARK.faint),
    AREA: replace(AREA, fill=DARK.accent, stroke=DARK.accent),
    REFERENCE: replace(REFERENCE, fill="#3b352c", stroke="#8f6837", opacity=0.5),
    UNCERTAIN: replace(UNCERTAIN, fill=DARK.paper, stroke=DARK.muted),
    SELECTED: replace(SELECTED, stroke=DARK.focus),
    ALARM: replace(ALARM, stroke=DARK.alarm),
    HIGHLIGHT: replace(HIGHLIGHT, stroke=DARK.accent),
}

DEEP_WALL = "#f0a13c"


def deep(symbol: Symbol) -> Symbol:
    """The symbol on the dark briefing ground: ramps run from dark to light, strokes become light."""
    if symbol in _DEEP:
        return _DEEP[symbol]
    if symbol.pattern in (Pattern.HATCH, Pattern.CROSS, Pattern.EMPTY) and symbol.fill != NO_FILL:
        return replace(symbol, fill="#2a3542", stroke="#b4bcc6")
    return symbol


def deep_wall(kind: LineKind) -> Symbol:
    """The wall on the dark ground: the brightest line of the picture."""
    base = WALL[kind]
    return Symbol(DEEP_WALL, DEEP_WALL, width=base.width * 1.15, dash=base.dash, opacity=1.0)


def deep_road(kind: RoadClass) -> Symbol:
    """A road on the dark ground: a shade above it, without casing contrast."""
    return Symbol("#33404e", DARK.rule, width=ROADS[kind].width)


def symbols(theme: Theme) -> dict[Term, Symbol]:
    """All symbols of a theme in display order, the missing value included."""
    return THEMES[theme]


def palette(theme: Theme, *, dark: bool = False) -> list[dict[str, object]]:
    """The theme as the web map needs it: a list in display order, index = code pushed per feature."""
    shown = {term: deep(symbol) if dark else symbol for term, symbol in THEMES[theme].items()}
    return rows_of(shown)


def rows_of(symbols: Mapping[Term, Symbol]) -> list[dict[str, object]]:
    """Symbols as the web map needs them, in display order."""
    return [{"code": term.value, "label": term.label, **plain(symbol)} for term, symbol in symbols.items()]


def table() -> list[Symbol]:
    """Every symbol that a legend may show, each once, in a fixed order."""
    themes = [symbol for theme in THEMES.values() for symbol in theme.values()]
    shown = [
        *themes,
        *map(deep, themes),
        *WALL.values(),
        *(deep_wall(kind) for kind in WALL),
        *ZONES.values(),
        *CHOROPLETH,
        *QUALITY.values(),
        *COVERAGE,
        COVERAGE_UNKNOWN,
        *SERIES.values(),
        *(REFERENCE, STREET, STREET_OUTSIDE, DISTRICT, AREA, UNCERTAIN, CHOROPLETH_MISSING),
    ]
    return list(dict.fromkeys(shown))


def plain(symbol: Symbol) -> dict[str, object]:
    """A symbol as JSON-ready values."""
    return {**asdict(symbol), "dash": list(symbol.dash)}


BOUNDARY_DASH: dict[BoundaryStatus, tuple[int, ...]] = {
    BoundaryStatus.OFFICIAL: (),
    BoundaryStatus.SURVEYED: (),
    BoundaryStatus.SCHEMATIC: (6, 3),
    BoundaryStatus.SYNTHETIC: (3, 3),
    BoundaryStatus.UNCERTAIN: (2, 4),
    BoundaryStatus.MISSING: (2, 4),
}
