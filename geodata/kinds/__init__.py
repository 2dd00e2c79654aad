"""The kinds of ledgers that are taken in and given out; see `kind.Kind`."""

from __future__ import annotations

from geodata.kinds.kind import Column, Holds, Kind

__all__ = ["Column", "Holds", "Kind"]
