"""What a person chose for a sheet: one record that pages, presets, jobs and the command line share."""

from __future__ import annotations

from datetime import date
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator
from pydantic_core import ErrorDetails

from analysis.filters import Filters
from geodata.errors import BadValue
from geodata.vocabulary import (
    Audience,
    Classification,
    Labelling,
    Orientation,
    Paper,
    SheetBlock,
    SheetKind,
    Term,
    Theme,
)

SCALES = (
    500, 1000, 1500, 2000, 2500, 3000, 4000, 5000, 6000, 8000, 10_000, 12_500, 15_000, 20_000, 25_000, 30_000, 40_000,
    50_000, 60_000, 80_000, 100_000, 150_000, 200_000,
)  # fmt: skip
"""Round scales (denominators) that a sheet offers and that `fit` chooses from: the steps of a planner's scale rule."""

DPI = (96, 600)


FIXED_THEMES = {SheetKind.WALL: Theme.WARNING, SheetKind.STRATEGY: Theme.STAGE}
"""Kinds that are drawn in one theme, whatever was chosen: a wall map speaks of lights, a strategy of stages."""

COMPARING = (SheetKind.BEFORE_AFTER, SheetKind.WALL)
"""Kinds that may name another day: a comparison must, a wall map tells how its lights moved since."""


def default_paper(kind: SheetKind) -> tuple[Paper, Orientation]:
    """The paper that a kind of sheet is made for, which a page offers first."""
    return {
        SheetKind.WALL: (Paper.A0, Orientation.LANDSCAPE),
        SheetKind.STRATEGY: (Paper.A4, Orientation.PORTRAIT),
        SheetKind.SITE_NOTICE: (Paper.A2, Orientation.PORTRAIT),
        SheetKind.PUBLIC_NOTICE: (Paper.A4, Orientation.PORTRAIT),
    }.get(kind, (Paper.A3, Orientation.LANDSCAPE))


class View(BaseModel):
    """Where the map looks: centre in degrees (EPSG:4490) and the width and height it must show, in metres."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    lon: float = Field(ge=-180, le=180)
    lat: float = Field(ge=-90, le=90)
    width_m: float = Field(gt=0, le=1_000_000)
    height_m: float = Field(gt=0, le=1_000_000)


class Setup(BaseModel):
    """Everything that decides a sheet, but for the data: the same setup of the same revision gives the same bytes.

    `view` None: what the filters leave fits the frame. `scale` None: the largest round scale that shows the view.
    `compounds` are ids ticked by hand; with any, only these pass. `selected` is outlined (and is the subject of a
    sheet of one compound). `off` names layers that are not drawn (`cartography.map_state.SWITCHES`). `compare_with`
    is the other day of a comparison. `template` is the file name of a template; empty: that of the kind.
    `unit` is the compiling unit, `contact` a line of an office or hotline (never taken from stored persons).
    `title` empty: one made from what is shown. `link` is the address of the same view, for the QR code.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: SheetKind = SheetKind.SNAPSHOT
    paper: Paper = Paper.A3
    orientation: Orientation = Orientation.LANDSCAPE
    scale: int | None = Field(default=None, ge=100, le=1_000_000)
    view: View | None = None
    as_of: date
    compare_with: date | None = None
    theme: Theme = Theme.STAGE
    filters: Filters = Filters()
    compounds: tuple[str, ...] = ()
    selected: str | None = None
    off: tuple[str, ...] = ()
    labelling: Labelling = Labelling.NAMES
    inset: bool = True
    blocks: tuple[SheetBlock, ...] = (SheetBlock.STREETS,)
    title: str = Field(default="", max_length=120)
    subtitle: str = Field(default="", max_length=200)
    notes: str = Field(default="", max_length=2000)
    unit: str = Field(default="", max_length=120)
    contact: str = Field(default="", max_length=120)
    audience: Audience = Audience.INTERNAL
    classification: Classification = Classification.INTERNAL
    review_number: str = Field(default="", max_length=60)
    exemption: str = Field(default="", max_length=200)
    qr: bool = True
    link: str = Field(default="", max_length=2000)
    template: str = Field(default="", max_length=120)
    dpi: int = Field(default=200, ge=DPI[0], le=DPI[1])

    @field_validator(
        "theme", "kind", "paper", "orientation", "labelling", "audience", "classification", mode="before"
    )
    @classmethod
    def _code(cls, value: Any) -> Any:
        return value.lower() if isinstance(value, str) and not isinstance(value, Term) else value

    @model_validator(mode="after")
    def _slides_lie(self) -> Self:
        if self.paper is Paper.SLIDE and self.orientation is not Orientation.LANDSCAPE:
            raise ValueError("16:9 幻灯片只有横向")
        return self

    def changed(self, **values: Any) -> Setup:
        """The same setup with some values changed, checked anew. Raises BadValue."""
        return checked({**self.model_dump(), **values})

    def text(self) -> str:
        """The setup as JSON, for presets and jobs; `read` takes it back."""
        return self.model_dump_json()


def checked(values: dict[str, Any]) -> Setup:
    """A setup from plain values. Raises BadValue that names the field, the value and what is allowed."""
    try:
        return Setup.model_validate(values)
    except ValidationError as error:
        raise BadValue(f"出图设置{_told(error.errors()[0])}") from error


def read(text: str) -> Setup:
    """A setup from its JSON. Raises BadValue."""
    try:
        return Setup.model_validate_json(text)
    except ValidationError as error:
        raise BadValue(f"出图设置读不了：{_told(error.errors()[0])}") from error


_ALLOWED = {
    "string_too_long": "最多 {max_length} 个字",
    "greater_than_equal": "最小是 {ge}",
    "less_than_equal": "最大是 {le}",
    "greater_than": "要大于 {gt}",
    "int_parsing": "要写整数",
    "string_unicode": "有残缺的字符",
    "enum": "没有这一种，可用 {expected}",
    "extra_forbidden": "没有这一项",
    "missing": "缺少这一项",
}
"""What pydantic objects to, in words; a kind that is not listed stands as pydantic says it."""


def _told(wrong: ErrorDetails) -> str:
    """Which field is wrong, its value, and what is allowed."""
    field = ".".join(str(part) for part in wrong["loc"])
    if not field:  # fields that do not go together
        return f"不对：{wrong['ctx']['error'] if wrong['type'] == 'value_error' else wrong['msg']}"
    value = str(wrong["input"])[:60].encode(errors="replace").decode()
    words = _ALLOWED.get(wrong["type"])
    allowed = words.format(**wrong.get("ctx", {})) if words else wrong["msg"]
    return f" {field} 的值“{value}”不对：{allowed}"
