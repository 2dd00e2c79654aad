"""The evidence about a file's coordinates: how well each hypothesis fits, with a picture, and the choice by a person."""

from __future__ import annotations

import json
import re
from functools import lru_cache
from pathlib import Path

import geopandas as gpd
import numpy as np
import shapely
import streamlit as st
from shapely import Geometry

from cartography import evidence
from geodata.crs import STORED_CRS, to_metric
from geodata.importers.asked import AUTO
from geodata.importers.inspection import PICTURES, Evidence, Inspection
from geodata.store import Snapshot
from ui import data, import_jobs, imports_going, imports_what
from ui.html import text

_ACROSS = 3
_EPSG = re.compile(r"(?:EPSG:)?[1-9][0-9]{3,4}", re.IGNORECASE)
_MOST = 6


def show(snap: Snapshot, workspace: str, found: Inspection, folder: Path) -> None:
    """What speaks for which datum; one click decides."""
    asked = import_jobs.asked(workspace)
    chosen = asked.crs or (asked.hypothesis if asked.hypothesis != AUTO else "")
    st.html(f'<div class="cy-section">坐标基准<small>{text(_standing(found, chosen))}</small></div>')
    if "coordinates" in found.asks:
        st.html(
            '<div class="cy-refusal" role="alert"><b>坐标基准没有定，什么都不会装入。</b>'
            f"{text(found.reason)} 请对照下面的图，选一个。</div>"
        )
    elif found.reason:
        st.html(f'<div class="cy-note">{text(found.reason)}</div>')
    near = [one for one in found.evidence if one.near][:_MOST]
    pictures = _pictures(snap, folder, tuple(one.code for one in near))
    for first in range(0, len(near), _ACROSS):
        for column, one in zip(st.columns(_ACROSS, gap="small"), near[first : first + _ACROSS], strict=False):
            with column:
                _card(workspace, found, one, pictures.get(one.code, ""), chosen)
    _far(found, near)
    _epsg(workspace, asked.crs or "")
    if chosen:
        st.button(
            "改回按证据判断",
            key="imports-datum-auto",
            type="tertiary",
            on_click=imports_what.change,
            args=(workspace,),
            kwargs={"hypothesis": AUTO, "crs": None},
        )


def datum(found: Inspection) -> str:
    """The datum or coordinate system of a file as people call it; empty while it is not known."""
    label = next((one.label for one in found.evidence if one.code == found.verdict), "")
    return label or (found.verdict if found.verdict.startswith("EPSG:") else "")


def _epsg(workspace: str, now: str) -> None:
    """Another coordinate system, by its number, for whoever knows it."""
    key = f"imports_v_epsg_{now}"

    def changed() -> None:
        given = str(st.session_state.get(key) or "").strip()
        if not given or _EPSG.fullmatch(given):
            imports_what.change(workspace, crs=f"EPSG:{given.rpartition(':')[2]}" if given else None)
        else:
            imports_going.say(f"“{given[:20]}”不是 EPSG 代码；请写四到五位数字，例如 4547。", alarm=True)

    with st.container(key="imports-epsg", horizontal=True):
        st.html('<div class="cy-note">确知是别的坐标系的，写 EPSG 代码，回车（优先于上面的判断）：</div>')
        st.text_input(
            "EPSG 代码",
            value=now,
            key=key,
            placeholder="例如 4547",
            label_visibility="collapsed",
            on_change=changed,
        )


def _standing(found: Inspection, chosen: str) -> str:
    label = datum(found)
    if "coordinates" in found.asks or not label:
        return "待您选定"
    return f"{label}，{'您选定的' if chosen else '按证据判断'}；装入时转换为 CGCS2000"


def _card(workspace: str, found: Inspection, one: Evidence, picture: str, chosen: str) -> None:
    is_taken = one.code == found.verdict and "coordinates" not in found.asks
    image = (
        f'<img src="{text(picture)}" alt="{text(one.label)}">'
        if picture
        else '<div class="none">没有图</div>'
    )
    with st.container(key=f"imports-datum-{one.code}"):
        st.html(
            f'<div class="cy-datum{" on" if is_taken else ""}">{image}<b>{text(one.label)}</b>'
            f"<span>{_fit(one.fit_m)}</span><small>{text(one.note)}</small></div>"
        )
        label = ("已选定" if chosen else "判断为此") if is_taken else "就用这个"
        st.button(
            label,
            key=f"imports-datum-take-{one.code}",
            width="stretch",
            disabled=is_taken and bool(chosen),
            type="primary"
            if "coordinates" in found.asks and one.code == found.evidence[0].code
            else "secondary",
            on_click=imports_what.change,
            args=(workspace,),
            kwargs={"hypothesis": one.code, "crs": None},
        )


def _fit(fit_m: float | None) -> str:
    if fit_m is None:
        return "无从比对"
    return f"与库中相差 <b>{fit_m:,.0f} m</b>" if fit_m >= 10 else f"与库中相差 <b>{fit_m:.1f} m</b>"


def _far(found: Inspection, near: list[Evidence]) -> None:
    rest = [one for one in found.evidence if one not in near]
    if rest:
        said = "、".join(one.label for one in rest)
        st.html(
            f'<details class="cy-note"><summary>坐标范围不符，已排除 {len(rest)} 种</summary>{text(said)}</details>'
        )


# ---- pictures -------------------------------------------------------------------------------------------------


def _pictures(snap: Snapshot, folder: Path, codes: tuple[str, ...]) -> dict[str, str]:
    path = folder / PICTURES
    try:
        at = path.stat().st_mtime_ns
    except OSError:
        return {}
    return data.kept(snap, ("import-pictures", str(path), at, codes), lambda: _drawn(snap, path, at, codes))


def _drawn(snap: Snapshot, path: Path, at: int, codes: tuple[str, ...]) -> dict[str, str]:
    shapes = _shapes(path, at)
    known = [code for code in codes if shapes.get(code)]
    if not known:
        return {}
    seen = evidence.window(shapes[known[0]])
    ground = _ground(snap, seen)
    return {code: evidence.picture(shapes[code], ground, seen) for code in known}


@lru_cache(maxsize=4)
def _shapes(path: Path, _at: int) -> dict[str, list[Geometry]]:
    """The shapes of each hypothesis in metres (EPSG:4547)."""
    found: dict[str, list[Geometry]] = {}
    for feature in json.loads(path.read_text(encoding="utf-8"))["features"]:
        shape = shapely.from_geojson(json.dumps(feature["geometry"]))
        found.setdefault(str(feature["properties"]["hypothesis"]), []).append(shape)
    return {
        code: list(to_metric(gpd.GeoDataFrame(geometry=shapes, crs=STORED_CRS)).geometry)
        for code, shapes in found.items()
    }


def _ground(snap: Snapshot, seen: evidence.Window) -> evidence.Ground:
    layers = ("basemap_line", "street_office", "heritage_line", "compound")
    roads, streets, wall, compounds = (_within(snap, layer, seen) for layer in layers)
    lines = [shapely.boundary(shape) for shape in streets]
    return evidence.Ground(roads, lines, wall, compounds)


def _within(snap: Snapshot, layer: str, seen: evidence.Window) -> list[Geometry]:
    rows = data.metric(snap, layer)
    places = np.sort(rows.sindex.query(shapely.box(*seen)))
    return list(rows.geometry.iloc[places])
