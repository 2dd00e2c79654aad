"""One file that opens the map on any computer without a network."""

from __future__ import annotations

from sheets.register import Register
from sheets.setup import Setup


def write(chosen: Setup, register: Register) -> bytes:
    """The filtered map as one HTML file. Raises BadValue as `compose` does."""
    raise NotImplementedError
