"""Who a sheet is for: what a public one needs before it may be made, and what it leaves out.

A public sheet is made of a register that holds only what `_OPEN` lists: whatever is not named there (a column or a
layer that is added later, too) is empty before any composer sees it. Closed on purpose, reference §4.3:

* names of persons and free texts that may hold some (leader, contact, property manager, who recorded or drew, notes,
  evidence, sources of single records);
* organisations that build nothing, such as property companies: `WORKS_PARTIES` are those that a site notice must name;
* what was searched for by hand, in the words of a subtitle or in the address behind the QR code: it may be a name;
* household-level data (there are none but the number of households of a whole compound, which stays);
* what reveals where relics lie underground: burial zones, sites that have only these, archaeology permits,
  reference areas that speak of them;
* pipelines and cables: geometry, quantity, depth and name of such works; that a compound has the works type is what
  every public notice says, and stays;
* places finer than 4 decimals of a degree: compounds have no boundary, only a rounded centre, and the address behind
  the QR code has a rounded one, too.
"""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import parse_qsl, urlencode, urlsplit

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geodata.errors import BadValue
from geodata.vocabulary import Audience, Classification, PartyRole, PermitKind, WorkType, ZoneClass
from sheets.register import Register
from sheets.setup import Setup

DECIMALS = 4
WORKS_PARTIES = (PartyRole.CLIENT, PartyRole.CONTRACTOR, PartyRole.DESIGNER, PartyRole.SUPERVISOR)
"""Roles of those who build, whom a site notice names by law and everybody may read of."""

PIPES = frozenset(
    {
        WorkType.B01, WorkType.B02, WorkType.B03, WorkType.B04, WorkType.B06, WorkType.B07, WorkType.B12, WorkType.B13,
    }
)  # fmt: skip
"""Works types that are pipes or cables."""

_PIPE_FACTS = ("name", "quantity", "unit", "approx", "excavation_depth_m")
_UNDERGROUND = r"地下|埋藏|考古|勘探|墓|遗存"
_GROUND = frozenset({"name", "boundary_status", "data_status", "source", "geometry", "version", "revision"})
_RECORD = frozenset({"data_status", "version", "revision"})
_ADDED = _RECORD - {"version"} | {"recorded_on", "corrects_id", "withdrawn"}
_FINISH = frozenset(
    f"planned_{end}_{part}" for end in ("start", "finish") for part in ("from", "to", "precision")
)
_OPEN: dict[str, frozenset[str]] = {
    "district": _GROUND,
    "street_office": _GROUND | {"in_totals"},
    "community": _RECORD | {"name", "street_code"},
    "renewal_area": _GROUND | {"kind", "is_pilot", "street_code"},
    "estate": _RECORD | {"name", "street_code", "community_code", "programme", "batch_year"},
    "compound": _RECORD
    | {"name", "street_code", "community_code", "estate_id", "renewal_area_id", "address", "built_year"}
    | {"buildings", "households", "floor_area_m2", "structure", "storeys", "boundary_status"}
    | {"position_lon", "position_lat"},
    "work_item": _RECORD
    | _FINISH
    | {"compound_id", "type_code", "name", "phase", "quantity", "unit", "approx", "budget_cny"},
    "progress_report": _ADDED | {"work_item_id", "reported_on", "progress_pct"},
    "stage_event": _ADDED
    | {"compound_id", "stage", "occurred_from", "occurred_to", "occurred_precision"},
    "permit": _RECORD | {"work_item_id", "kind", "status", "submitted_on", "decided_on"},
    "heritage_site": _RECORD | {"name", "level", "document_no", "published_area_km2", "source"},
    "heritage_zone": _GROUND
    | {"site_id", "zone_class", "promulgated_by", "document_no", "effective_from", "effective_to"}
    | {"height_limit_m", "layer_version"},
    "heritage_line": _GROUND | {"site_id", "kind", "side", "published_length_m"},
    "reference_area": _GROUND | {"basis"},
    "basemap_line": _GROUND | {"road_class"},
    "plan_target": _RECORD | {"year", "street_code", "estates", "households", "document_no"},
    "party": _RECORD | {"compound_id", "role", "organisation"},
}  # fmt: skip
"""Layer → columns that a public sheet may show; every other column is blank, every other layer empty."""


def held_back(setup: Setup, layer: str, column: str | None = None) -> bool:
    """Whether this audience may not see a layer, or a column of it: then it is not unknown, it is 不公开."""
    if setup.audience is Audience.INTERNAL:
        return False
    return layer not in _OPEN or (column is not None and column not in _OPEN[layer])


def link(setup: Setup) -> str:
    """The address behind the QR code: a public one says neither what was searched for nor exactly where."""
    if setup.audience is Audience.INTERNAL or not setup.link:
        return setup.link
    parts = urlsplit(setup.link)
    kept = [
        (key, _rounded(value) if key == "view" else value)
        for key, value in parse_qsl(parts.query)
        if key != "q"
    ]
    return parts._replace(query=urlencode(kept, safe=",~")).geturl()


def _rounded(view: str) -> str:
    """Latitude, longitude and zoom of a map's view, none finer than `DECIMALS`."""
    return ",".join(
        part[: part.find(".") + 1 + DECIMALS] if "." in part else part for part in view.split(",")
    )


def allowed(setup: Setup, register: Register) -> Register:
    """The register as this audience may see it, made once.

    Raises BadValue for a public sheet without review number and exemption, for a classification that contradicts
    the audience, and for a filter that would show where relics lie.
    """
    public = setup.audience is Audience.PUBLIC
    if public and not setup.review_number.strip() and not setup.exemption.strip():
        raise BadValue(
            "公开版要有审图号，或写明免审理由（地图管理条例第十五条）；请填写其中一项，或改为内部版。"
        )
    if public is not (setup.classification is Classification.PUBLIC):
        raise BadValue(
            f"{setup.audience.label}的密级不能是“{setup.classification.label}”："
            "公开版只能标“公开”，内部版只能标“内部资料”或“工作秘密”。请改其中一项。"
        )
    if not public:
        return register
    if set(setup.filters.zones) & _hidden_areas(register):
        raise BadValue("公开版不能按地下文物埋藏区筛选：图上的楼院会透露埋藏区的位置。请去掉这项筛选。")
    return register if register.whole else register.keep("public", lambda: _public(register))


def _public(register: Register) -> Register:
    frames = {layer: _opened(layer, frame) for layer, frame in register.frames.items()}
    hidden = _hidden_areas(register)
    for layer in ("heritage_zone", "reference_area"):
        frames[layer] = frames[layer][~frames[layer].index.isin(hidden)]
    zoned, shown = register.frames["heritage_zone"]["site_id"], frames["heritage_zone"]["site_id"]
    sites = frames["heritage_site"]
    frames["heritage_site"] = sites[~sites.index.isin(zoned) | sites.index.isin(shown)]
    permits = frames["permit"]
    frames["permit"] = permits[permits["kind"] != PermitKind.ARCHAEOLOGY]
    parties = frames["party"]
    frames["party"] = parties[parties["role"].isin(WORKS_PARTIES)]
    frames["work_item"] = _without_pipes(frames["work_item"])
    frames["compound"] = _coarse(frames["compound"], register.frames["compound"])
    return replace(register, frames=frames, whole=register, _kept={})


def _hidden_areas(register: Register) -> set[str]:
    """Ids of zones and reference areas that reveal where relics lie underground."""
    zones, areas = register.frames["heritage_zone"], register.frames["reference_area"]
    telling = areas["name"].fillna("") + areas["basis"].fillna("")
    return {
        *zones.index[zones["zone_class"] == ZoneClass.BURIAL].astype(str),
        *areas.index[telling.str.contains(_UNDERGROUND)].astype(str),
    }


def _opened(layer: str, frame: pd.DataFrame) -> pd.DataFrame:
    """A layer with nothing but its open columns filled."""
    if layer not in _OPEN:
        return frame.iloc[:0]
    return _blanked(frame, [column for column in frame.columns if column not in _OPEN[layer]])


def _blanked(frame: pd.DataFrame, columns: list[str], rows: pd.Series | None = None) -> pd.DataFrame:
    """A copy whose columns hold nothing (in these rows); types stay where they can be empty."""
    made = frame.copy()
    for column in columns:
        values = made[column]
        if isinstance(values, gpd.GeoSeries):
            blank = gpd.GeoSeries([None] * len(values), index=values.index, crs=values.crs)
        else:
            full = values.dtype.kind in "biu" and not pd.api.types.is_extension_array_dtype(values.dtype)
            blank = pd.Series(index=values.index, dtype=object if full else values.dtype)
        made[column] = blank if rows is None else values.where(~rows, blank)
    return made


def _without_pipes(items: pd.DataFrame) -> pd.DataFrame:
    """Works items without where, how much and how deep pipes and cables lie."""
    return _blanked(items, [name for name in _PIPE_FACTS if name in items], items["type_code"].isin(PIPES))


def _coarse(blank: pd.DataFrame, known: gpd.GeoDataFrame) -> pd.DataFrame:
    """Compounds at the rounded centre of their boundary, or at their rounded position, without boundary."""
    shape = np.array(known.geometry.array, dtype=object)
    centre = shapely.centroid(shape)
    drawn = ~(shapely.is_missing(shape) | shapely.is_empty(shape))
    for column, of in (("position_lon", shapely.get_x), ("position_lat", shapely.get_y)):
        exact = known[column].to_numpy(float, copy=True)
        exact[drawn] = of(centre[drawn])
        blank[column] = exact.round(DECIMALS)
    return blank
