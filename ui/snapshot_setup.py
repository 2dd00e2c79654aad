"""The set-up of a sheet from what the page's address says, and the way back: addresses that lead to a sheet or a view."""

from __future__ import annotations

import math
from typing import Any
from urllib.parse import urlencode, urlsplit, urlunsplit

import numpy as np
import shapely
import streamlit as st

from geodata.crs import degrees, from_datum, metres
from geodata.errors import BadValue
from geodata.vocabulary import Audience, Classification, Datum, Orientation, Paper, SheetKind
from sheets import setup
from sheets.setup import COMPARING, FIXED_THEMES, Setup, View
from ui import data, snapshot_state, state

_EDGE = 1_000_000
_MAP_PX = (960, 780)
_EQUATOR_M_PX = 156_543.034
"""Metres of a pixel at zoom 0 on the equator, in a web map's projection."""


def of(chosen: state.PageState, values: dict[str, Any], *, shown: frozenset[str]) -> Setup:
    """The set-up of what stands on the page; `shown` are the layers that are drawn. Raises BadValue."""
    fields = {snapshot_state.field(key): value for key, value in values.items()}
    slide, public = fields["paper"] is Paper.SLIDE, fields["audience"] is Audience.PUBLIC
    return setup.checked(
        {
            **fields,
            "scale": fields["scale"] or None,
            "orientation": Orientation.LANDSCAPE if slide else fields["orientation"],
            "classification": Classification.PUBLIC if public else fields["classification"],
            "as_of": chosen.as_of,
            "theme": FIXED_THEMES.get(fields["kind"], chosen.theme),
            "filters": chosen.filters,
            "off": tuple(sorted(_off(shown))),
            "selected": chosen.compound,
            "compare_with": fields["compare_with"] if fields["kind"] in COMPARING else None,
            "link": link(fields["kind"], fields["view"]),
        }
    )


def title(setup: Setup) -> str:
    """What a background file of this set-up is called in the list."""
    return setup.title or f"{data.settings().district_name}{setup.kind.label} · {setup.paper.label}"


def _off(shown: frozenset[str]) -> set[str]:
    return set(state.SWITCHES) - shown


def extent(bounds: str, datum: Datum) -> View | None:
    """Centre and size of a web map's bounds "west,south,east,north" (degrees in its datum); None when they are none."""
    try:
        west, south, east, north = (float(part) for part in bounds.split(","))
        corners = np.array(
            shapely.points([west, east, east, west], [south, south, north, north]), dtype=object
        )
        placed = shapely.get_coordinates(metres(from_datum(corners, datum)))
    except (ValueError, BadValue):
        return None
    (left, bottom), (right, top) = placed.min(axis=0), placed.max(axis=0)
    width, height = right - left, top - bottom
    if not (0 < width <= _EDGE and 0 < height <= _EDGE):  # also for what is not finite
        return None
    centre = degrees(np.array([shapely.Point((left + right) / 2, (bottom + top) / 2)], dtype=object))[0]
    return View(
        lon=round(centre.x, 6), lat=round(centre.y, 6), width_m=math.ceil(width), height_m=math.ceil(height)
    )


def map_view(view: View) -> str:
    """The `view` of the map page that shows this extent whole: latitude, longitude, zoom."""
    needed = max(view.width_m / _MAP_PX[0], view.height_m / _MAP_PX[1])
    zoom = math.log2(_EQUATOR_M_PX * math.cos(math.radians(view.lat)) / needed)
    return f"{view.lat:.5f},{view.lon:.5f},{min(max(math.floor(zoom * 4) / 4, 9), 20):.2f}"


def link(kind: SheetKind, view: View | None) -> str:
    """Address of the same view as a browser reaches it here: what the QR code on the sheet leads to.

    A sheet of one compound leads to its dossier.
    """
    known = {key: value for key, value in st.query_params.to_dict().items() if key in state.KEYS}
    if kind.of_one_compound:
        page, kept = "dossier", {key: known[key] for key in ("compound", "date") if key in known}
    else:
        page, kept = "", known | ({"view": map_view(view)} if view else {})
    return f"{_root()}{page}{'?' if kept else ''}{urlencode(kept, safe=',~')}"


def _root() -> str:
    """Address of the first page: as the administrator stated it, else as this browser asked for it."""
    stated = data.settings().print.public_url
    if stated:
        return stated.rstrip("/") + "/"
    here = urlsplit(st.context.url or "")
    return urlunsplit((here.scheme, here.netloc, here.path.rsplit("/", 1)[0] + "/", "", ""))
