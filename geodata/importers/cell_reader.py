"""Cells of a ledger by column: what a kind's columns need is looked up once, equal cells are read once."""

from __future__ import annotations

import re
from collections.abc import Container
from dataclasses import replace
from typing import Any

from geodata.importers.cells import Cells, read_column
from geodata.importers.inspection import Choice
from geodata.importers.issues import Problem
from geodata.importers.lines import Line, Terms
from geodata.kinds.kind import Column, Holds, Kind

_SERIAL = re.compile(r"\d{1,5}[.、．]?")

Resolved = tuple[str | None, Problem | None, str, tuple[Choice, ...]]


class CellReader:
    """Reads cells of a kind; equal cells of a column are read once."""

    def __init__(self, kind: Kind, terms: Terms, stored: Container[str] = ()) -> None:
        self.kind, self._stored, self._asking = kind, stored, terms.asking
        self.columns: dict[str, Column] = {}
        for column in kind.columns:
            bounded = replace(column, most=terms.today.year) if column.name == "built_year" else column
            self.columns[column.name] = bounded
        every = self.columns.values()
        self.references = [(one.name, one) for one in every if one.refers_to is not None]
        self.through = [
            (one, ways)
            for one in every
            if (ways := [other.name for other in every if other.via == one.name and not other.narrows])
        ]
        self.via = {one.name for one in every if one.via is not None}
        self.quantities = {one.name for one in every if one.holds is Holds.QUANTITY}
        self.required = [one for one in every if one.required and one.via is None]
        self.resolved: dict[tuple[str, str, str | None], Resolved] = {}
        self._year = terms.year
        self._read: dict[tuple[str, type, Any], Cells] = {}

    def read(self, name: str, raw: Any) -> Cells:
        """One cell."""
        key = (name, type(raw), raw)
        try:
            known = self._read.get(key)
        except TypeError:  # a list or an object in a cell
            return read_column(self.columns[name], raw, year=self._year)
        if known is None:
            known = self._read[key] = read_column(self.columns[name], raw, year=self._year)
        return known

    def id_of(self, line: Line) -> str | None:
        """The id that a row gives."""
        if "id" not in self.columns or line.values.get("id") is None:
            return None
        given = self.read("id", line.values["id"]).values.get("id")
        return None if self.is_serial(given) else given

    def is_serial(self, given: str | None) -> bool:
        """Whether what stands in the column of ids only counts the rows of the sheet (1, 2, 3): no id of ours is
        such a number, unless it is stored. Where only ids say what a row is, it is taken as one.
        """
        counts = self._asking and given is not None and _SERIAL.fullmatch(given) is not None
        return counts and given not in self._stored
