"""Cells of a ledger by column: what a kind's columns need is looked up once, equal cells are read once."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from geodata.importers.cells import Cells, read_column
from geodata.importers.inspection import Choice
from geodata.importers.issues import Problem
from geodata.importers.lines import Line, Terms
from geodata.kinds.kind import Column, Holds, Kind

Resolved = tuple[str | None, Problem | None, str, tuple[Choice, ...]]


class CellReader:
    """Reads cells of a kind; equal cells of a column are read once."""

    def __init__(self, kind: Kind, terms: Terms) -> None:
        self.kind = kind
        self.columns: dict[str, Column] = {}
        for column in kind.columns:
            bounded = replace(column, most=terms.today.year) if column.name == "built_year" else column
            self.columns[column.name] = bounded
        every = self.columns.values()
        self.references = [(one.name, one) for one in every if one.refers_to is not None]
        self.through = [
            (one, ways) for one in every if (ways := [other.name for other in every if other.via == one.name])
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
        return self.read("id", line.values["id"]).values.get("id")
