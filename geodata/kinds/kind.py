"""What a ledger of a kind looks like: its columns, what they are called in files, and what they may hold.

A kind is one module of this package that declares one `KIND`: reading, checking, templates, exports and their
documentation all follow from it.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from geodata import vocabulary as v


class Holds(StrEnum):
    """What a column holds. A quantity also fills `approx`, a fuzzy date its three stored columns."""

    TEXT = "text"
    INTEGER = "integer"
    NUMBER = "number"
    QUANTITY = "quantity"
    YES_NO = "yes_no"
    TERM = "term"
    DATE = "date"
    FUZZY_DATE = "fuzzy_date"
    REFERENCE = "reference"


EXAMPLE = "示例"
"""First cell of a template's example row, which nobody means to be taken in."""

_NUMBERS = {Holds.INTEGER: "integer", Holds.NUMBER: "number", Holds.QUANTITY: "number"}
_PARTS = ("from", "to", "precision")


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a ledger.

    `name` is the stored column (of a fuzzy date the part before `_from`), `label` its heading, `unit` the unit in
    which it is stored, `units` other ways of writing units with the factor to it (万㎡ → 10,000). `least`, `most`
    and `improbable_over` are in the stored unit. `refers_to` is the layer whose id, code or name it gives.
    `via` names the reference of this kind that the column helps to find; it is not stored itself (compound, type
    and phase of a progress report find its works item); one that `narrows` finds nothing by itself, it only tells
    apart what is called the same (the street office of a compound). `example` stands in the template's example row, `hint` in
    the note on its heading.
    """

    name: str
    label: str
    holds: Holds = Holds.TEXT
    aliases: tuple[str, ...] = ()
    required: bool = False
    least: float = 0
    most: float = float("inf")
    improbable_over: float = float("inf")
    most_characters: int = 2000
    multiline: bool = False
    terms: tuple[v.Term, ...] = ()
    refers_to: str | None = None
    unit: str = ""
    units: tuple[tuple[str, float], ...] = ()
    personal: bool = False
    example: str = ""
    hint: str = ""
    via: str | None = None
    narrows: bool = False

    @property
    def plain(self) -> str:
        """How a file without such types holds its values: `text`, `integer` or `number`."""
        return _NUMBERS.get(self.holds, "text")

    @property
    def stored(self) -> tuple[str, ...]:
        """The columns of the layer that it fills; none for one that only helps to find a reference."""
        if self.via is not None:
            return ()
        return (
            tuple(f"{self.name}_{part}" for part in _PARTS)
            if self.holds is Holds.FUZZY_DATE
            else (self.name,)
        )


@dataclass(frozen=True, slots=True)
class Default:
    """What a new row gets in a stored column that must not be empty and that its file does not give.

    `value` is None where it depends on the row or on who imports; `said` tells people which it is.
    """

    name: str
    said: str
    value: str | int | bool | None = None


@dataclass(frozen=True, slots=True)
class Spread:
    """A heading of a wide ledger whose cells are records of their own: 中央 under 总投资 is funding of one source.

    The record has the row's other values, `sets` (stored column, code), and the cell in `column`. With `under` the
    heading counts only below a merged heading that contains one of these words; an empty word admits none above.
    """

    code: str
    label: str
    column: str
    sets: tuple[tuple[str, str], ...]
    aliases: tuple[str, ...]
    under: tuple[str, ...] = ("",)

    @property
    def field(self) -> str:
        """What `Heading.field` and a person's choice call it."""
        return f"{self.column}@{self.code}"


@dataclass(frozen=True, slots=True, eq=False)
class Kind:
    """A kind of ledger: the layer that it fills, its columns, and by which of them a row without id is recognised.

    `key` are stored columns that together name one row of the layer (a works item: compound, type, phase).
    `geometry` is the stored geometry type, None for a ledger without. `defaults` say what becomes of stored columns
    that must not be empty, `spreads` are headings of wide ledgers. `title` is the name of its template.
    """

    code: str
    label: str
    layer: str
    columns: tuple[Column, ...]
    key: tuple[str, ...] = ()
    geometry: str | None = None
    hint: str = ""
    defaults: tuple[Default, ...] = ()
    spreads: tuple[Spread, ...] = ()

    @property
    def title(self) -> str:
        """Name of its template."""
        return f"{self.label}模板"

    def column(self, name: str) -> Column:
        """A column by its stored name, also by the `field` of a spread. Raises KeyError."""
        wanted = name.partition("@")[0]
        for one in self.columns:
            if one.name == wanted:
                return one
        raise KeyError(name)
