"""What a web map shows that can change: its state, and how that travels to the page as one small push.

The push travels deflated, as JSON, a line break, and the flags of the compounds with one character each.
"""

from __future__ import annotations

import base64
import json
import string
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from cartography import symbology as s
from geodata.errors import BadValue
from geodata.vocabulary import Datum, Theme

HIDDEN = "."
QUALITY = "quality"
"""Name of the palette that shows findings of the quality watch."""
_FLAGS = ("codes", "alarm", "marked")
_CODE_CHARACTERS = frozenset(string.ascii_lowercase + string.digits + HIDDEN)
GROUNDS = {False: "light", True: "dark"}
SWITCHES: dict[str, str] = {
    "compounds": "楼院",
    "hold": "涉文物待批",
    "wall": "城垣",
    "zones": "文物区划",
    "reference": "墙侧20米（示意）",
    "areas": "片区",
    "roads": "道路",
    "symbols": "户数符号",
}


@dataclass(frozen=True)
class StreetMark:
    """What the map says of a street office: counts of the compounds shown, and a choropleth step when far.

    `known` are the compounds with any record; `started` of them have started. `households` None: none is known.
    """

    in_totals: bool
    step: int | None = None
    households: int | None = None
    households_missing: int = 0
    estates: int = 0
    compounds: int = 0
    started: int = 0
    known: int = 0


@dataclass(frozen=True)
class MapState:
    """Everything the map shows that can change; `compose` turns it into the push.

    `layer_urls` are relative to the map frame's `../../layers/`.
    `codes` and `streets` are aligned with the drawable compounds and street offices (see `cartography.layers.drawable`), and so are the flags
    `alarm` (someone must act: red outline) and `marked` (what the picture is about; empty: all).
    `highlight` is the street office that the picture is about. `palette` takes the place of the theme's (`QUALITY`);
    with `coverage` street offices are hatched by step at every scale: the share `started` of `known` has what it names.
    """

    layer_urls: Mapping[str, str]
    theme: Theme
    codes: str
    streets: Sequence[StreetMark]
    switches: frozenset[str]
    selected: str | None = None
    focus: tuple[str, str, int] | None = None
    basemap: Mapping[str, Any] | None = None
    datum: Datum = Datum.CGCS2000
    dark: bool = False
    scale: float = 1.0
    serial: int = 1
    alarm: str = ""
    marked: str = ""
    highlight: str | None = None
    palette: str = ""
    coverage: str = ""
    query: str = field(default="")


def codes_for(theme: Theme, values: pd.Series, hold: pd.Series) -> str:
    """One character per compound: its place in the theme's palette.

    The place is a digit, or the letter of the same rank (a = 0) where the heritage hold lies over it. A value that
    the theme does not know (or a missing one) is drawn as unknown, never left out.
    """
    place = {term.value: number for number, term in enumerate(s.symbols(theme))}
    numbers = values.map(place).fillna(place["unknown"]).to_numpy(dtype=np.uint8)
    first = np.where(hold.to_numpy(dtype=bool), ord("a"), ord("0")).astype(np.uint8)
    return (first + numbers).tobytes().decode("ascii")


def hidden(codes: str, away: np.ndarray) -> str:
    """The same codes with `HIDDEN` in the place of every compound that is filtered out."""
    kept = np.frombuffer(codes.encode("ascii"), dtype=np.uint8)
    return np.where(away, np.uint8(ord(HIDDEN)), kept).tobytes().decode("ascii")


def choropleth_step(share: float | None) -> int | None:
    """Step of a share 0..1 in the choropleth ramp; None when there is no share."""
    if share is None or share != share:
        return None
    return sum(share >= limit for limit in s.CHOROPLETH_BREAKS)


def payload(state: MapState) -> dict[str, Any]:
    """The push as plain values (what the browser gets)."""
    focus = None
    if state.focus:
        focus = {"layer": state.focus[0], "id": state.focus[1], "serial": state.focus[2]}
    return {
        "layers": dict(state.layer_urls),
        "theme": state.palette or state.theme.value,
        "ground": GROUNDS[state.dark],
        "codes": state.codes,
        "streets": [_street(mark) for mark in state.streets],
        "on": "".join("1" if name in state.switches else "0" for name in SWITCHES),
        "selected": state.selected,
        "focus": focus,
        "basemap": dict(state.basemap) if state.basemap else None,
        "datumLabel": state.datum.label,
        "scale": state.scale,
        "serial": state.serial,
        "query": state.query,
        **{
            name: value
            for name in ("alarm", "marked", "highlight", "coverage")
            if (value := getattr(state, name))
        },
    }


def _street(mark: StreetMark) -> list[Any]:
    """Compact on the wire; `street` in draw.js reads the same order."""
    return [
        int(mark.in_totals),
        mark.step,
        mark.households,
        mark.households_missing,
        mark.estates,
        mark.compounds,
        mark.started,
        mark.known,
    ]


def join_flags(*parts: str) -> str:
    """Flags of the compounds as one text, without empty ones at the end. Raises BadValue for anything but codes."""
    for part in parts:
        if set(part) - _CODE_CHARACTERS:
            raise BadValue(f"not status codes: {part[:20]!r}")
    return "|".join(parts).rstrip("|")


def split_flags(payload: Mapping[str, Any]) -> tuple[dict[str, Any], str]:
    """A push without the flags of its compounds, and these."""
    rest = dict(payload)
    return rest, join_flags(*(rest.pop(name, "") for name in _FLAGS))


def plain(payload: Mapping[str, Any], flags: str = "") -> str:
    """A push as the map reads it: JSON, a line break, and the flags."""
    return f"{json.dumps(payload, ensure_ascii=False, separators=(',', ':'))}\n{flags}"


def encode(payload: Mapping[str, Any], flags: str = "") -> str:
    """JSON and flags as deflated base64: no character of it means anything to HTML, a template or st_folium's name
    mangling."""
    return base64.b64encode(zlib.compress(plain(payload, flags).encode(), 9)).decode("ascii")
