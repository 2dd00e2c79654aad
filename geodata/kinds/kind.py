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


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a ledger.

    `name` is the stored column (of a fuzzy date the part before `_from`), `label` its heading, `unit` the unit in
    which it is stored, `units` other ways of writing units with the factor to it (万㎡ → 10,000). `least`, `most`
    and `improbable_over` are in the stored unit. `refers_to` is the layer whose id, code or name it gives.
    `example` stands in the template's example row, `hint` in the note on its heading.
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


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of ledger: the layer that it fills, its columns, and by which of them a row without id is recognised.

    `key` are stored columns that together name one row of the layer (a works item: compound, type, phase).
    `geometry` is the stored geometry type, None for a ledger without. `title` is the name of its template.
    """

    code: str
    label: str
    layer: str
    columns: tuple[Column, ...]
    key: tuple[str, ...] = ()
    geometry: str | None = None
    hint: str = ""

    def column(self, name: str) -> Column:
        """A column by its stored name. Raises KeyError."""
        return next(one for one in self.columns if one.name == name)
