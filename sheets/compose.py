"""A set-up and a register become a sheet."""

from __future__ import annotations

from collections.abc import Callable

from geodata.settings import Settings
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
    seen = audience.allowed(setup, register)
    return COMPOSERS[setup.kind](with_office(setup, register.office), seen)


def with_office(setup: Setup, office: Settings) -> Setup:
    """The set-up with the office's compiling unit and contact where it names none, and an address that its audience
    may see; nothing is invented."""
    return setup.changed(
        unit=setup.unit.strip() or office.print.unit,
        contact=setup.contact.strip() or office.print.contact,
        link=audience.link(setup),
    )
