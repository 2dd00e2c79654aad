"""A set-up and a register become a sheet."""

from __future__ import annotations

from collections.abc import Callable

from geodata.vocabulary import SheetKind
from sheets import audience, comparison, notices, snapshot, strategy, wall
from sheets.register import Register
from sheets.setup import Setup
from sheets.sheet import Sheet

COMPOSERS: dict[SheetKind, Callable[[Setup, Register], Sheet]] = {
    SheetKind.SNAPSHOT: snapshot.compose,
    SheetKind.WALL: wall.compose,
    SheetKind.BEFORE_AFTER: comparison.compose,
    SheetKind.STRATEGY: strategy.compose,
    SheetKind.SITE_NOTICE: notices.compose_site,
    SheetKind.PUBLIC_NOTICE: notices.compose_public,
}


def compose(setup: Setup, register: Register) -> Sheet:
    """The sheet of a set-up. Raises BadValue when it may not or cannot be printed (audience, nothing to show)."""
    return COMPOSERS[setup.kind](setup, audience.allowed(setup, register))
