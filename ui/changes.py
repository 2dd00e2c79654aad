"""Changes as people read them: who, when, what it was before, what it is now, why, and in which revision."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
import shapely
from shapely.geometry.base import BaseGeometry

from cartography import outline
from geodata import schema
from geodata.crs import metres
from geodata.errors import BadValue
from geodata.honesty import FuzzyDate
from geodata.store import Snapshot
from geodata.vocabulary import Approx, AuditAction, DatePrecision, WorkType
from geodata.wording import money
from sheets import setup
from ui import data
from ui.html import missing, text

_SHOWN = 8
_SINGLY = 3
_NOTHING = "空"
_YEARS = ("built_year", "batch_year", "year")
_REFERENCES = {
    "street_code": "street_office",
    "community_code": "community",
    "estate_id": "estate",
    "renewal_area_id": "renewal_area",
    "compound_id": "compound",
    "work_item_id": "work_item",
}


Entry = Mapping[str, Any]
_COMMON = ("data_status", "source", "recorded_by", "recorded_on")


def listing(snap: Snapshot, history: pd.DataFrame) -> str:
    """All changes of a dossier, newest first; what one save added in bulk stands as one line that opens."""
    entries = [_entry(snap, group) for group in _groups(history)]
    if not entries:
        return '<div class="cy-empty">没有变更记录。</div>'
    shown = "".join(entries[:_SHOWN])
    older = entries[_SHOWN:]
    if older:
        shown += f"<details><summary>更早的 {len(older)} 组变更</summary>{''.join(older)}</details>"
    return f'<div class="cy-changes">{shown}</div>'


def of_save(snap: Snapshot, rows: pd.DataFrame, counts: pd.DataFrame) -> str:
    """Changes of one save, each under the name of its record, grouped by layer and action.

    Of a large save `rows` are a part; `counts` has the `rows` of the whole save per layer and action.
    """
    whole = counts.set_index(["layer", "action"])["rows"]
    groups: dict[tuple[str, str], list[Entry]] = {}
    for row in rows.iloc[::-1].to_dict("records"):
        groups.setdefault((row["layer"], action_label(row)), []).append(row)
    body = "".join(
        f'<div class="cy-change">{_counted(label, group, whole)}{_body(snap, group, named=True)}</div>'
        for (_, label), group in groups.items()
    )
    return f'<div class="cy-changes">{body}</div>'


def _counted(label: str, group: list[Entry], whole: pd.Series) -> str:
    first, count = group[0], len(group)
    all_of_them = int(whole.get((first["layer"], first["action"]), count))
    said = f"{count} 条" if count == all_of_them else f"这里列出 {count} 条，整次保存 {all_of_them:,} 条"
    name = text(schema.LAYERS[first["layer"]].label)
    return f'<div class="cy-change-head"><b>{label}{name}</b><small>{said}</small></div>'


def _groups(history: pd.DataFrame) -> list[list[Entry]]:
    """Records that one save touched in the same way in the same layer; those with former values stand alone."""
    groups: dict[tuple[Any, ...], list[Entry]] = {}
    for row in history.to_dict("records"):
        alone = row["seq"] if row["before"] else 0
        groups.setdefault((row["revision"], row["layer"], row["action"], alone), []).append(row)
    return list(groups.values())


def action_label(row: Entry) -> str:
    """What a change did, in a word: a restoring one says whether it shows a record again or takes it back."""
    if row["action"] != AuditAction.RESTORE:
        return AuditAction(row["action"]).label
    if row["after"].get("archived") is False:
        return "取消归档"
    return "撤回" if row["after"].get("withdrawn") else AuditAction.RESTORE.label


def _entry(snap: Snapshot, group: list[Entry]) -> str:
    first = group[0]
    layer = schema.LAYERS[first["layer"]].label
    many = f" {len(group)} 条" if len(group) > 1 else ""
    at = first["at"].astimezone(data.ZONE).strftime("%Y-%m-%d %H:%M")
    reason = "" if missing(first["reason"]) else f"，原因：{text(first['reason'])}"
    head = (
        f'<div class="cy-change-head"><b>{action_label(first)}{text(layer)}{many}</b>'
        f"<small>{text(first['author'])}　{at}　修订 {first['revision']}{reason}</small></div>"
    )
    return f'<div class="cy-change">{head}{_body(snap, group)}</div>'


def _body(snap: Snapshot, group: list[Entry], *, named: bool = False) -> str:
    """What changed in each record; what all have in common is said once, many records open on demand."""
    first = group[0]
    shared = _shared(group)
    common = {key: first["after"][key] for key in shared}
    said = _said(contents(snap, first["layer"], common)) if common else ""
    body = "".join(
        (_name(snap, row) if named and row["after"] != _ARCHIVED else "") + _record(snap, row, shared)
        for row in group
    )
    if len(group) > _SINGLY and not first["before"]:
        body = f"<details><summary>逐条查看</summary>{body}</details>"
    return said + body


_ARCHIVED = {"archived": True}


def _name(snap: Snapshot, row: Entry) -> str:
    return f'<p class="cy-change-name">{text(title_of(snap, row["layer"], row["record_id"]))}</p>'


def _shared(group: list[Entry]) -> frozenset[str]:
    """Fields of provenance that all of several records have in common; they are said once."""
    first = group[0]["after"]
    if len(group) < 2 or group[0]["before"]:
        return frozenset()
    return frozenset(
        key for key in _COMMON if key in first and all(row["after"].get(key) == first[key] for row in group)
    )


def _record(snap: Snapshot, row: Entry, without: frozenset[str]) -> str:
    layer = row["layer"]
    if row["after"] == _ARCHIVED:
        return f"<p>{text(title_of(snap, layer, row['record_id']))}</p>"
    if row["before"]:
        lines = updates(snap, layer, row["before"], row["after"])
        told = "".join(
            f"<p><i>{text(label)}</i><s>{text(old)}</s> → <b>{text(new)}</b></p>" for label, old, new in lines
        )
        return told + _picture(row)
    return _said(contents(snap, layer, {key: v for key, v in row["after"].items() if key not in without}))


def _picture(row: Entry) -> str:
    """The boundary before and after, when the change moved it."""
    if "geometry" not in row["after"]:
        return ""
    address = picture_address(row["before"].get("geometry"), row["after"]["geometry"])
    return f'<img class="cy-outline" alt="边界修改前后" src="{address}">'


def picture_address(before: str | None, after: str | None) -> str:
    """Address of the picture of a boundary before and after, from what the audit holds (WKB hex)."""
    return outline.change(*(None if one is None else _metric(one) for one in (before, after)))


def _said(pairs: list[tuple[str, str]]) -> str:
    return (
        "<p>" + "".join(f"<span><i>{text(label)}</i>{text(value)}</span>" for label, value in pairs) + "</p>"
    )


def updates(
    snap: Snapshot, layer: str, before: Mapping[str, Any], after: Mapping[str, Any]
) -> list[tuple[str, str, str]]:
    """Label, former and new value of each changed field; of a boundary the areas."""
    return [
        (
            "边界已修改" if key == "geometry" else schema.label(layer, key),
            value_text(snap, layer, key, before.get(key)),
            value_text(snap, layer, key, new),
        )
        for key, new in after.items()
    ]


def contents(snap: Snapshot, layer: str, values: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Label and value of each field that an added record holds, in the order of its table."""
    names = [column.name for column in schema.LAYERS[layer].table.columns]
    dates = {name.removesuffix("_precision") for name in values if name.endswith("_precision")}
    found: list[tuple[str, str]] = []
    for name in names:
        stem, _, part = name.rpartition("_")
        if stem in dates:
            if part == "precision":
                found.append((schema.label(layer, name).removesuffix("精度"), _fuzzy_text(values, stem)))
        elif values.get(name) is not None and name not in ("compound_id", "id"):
            found.append((schema.label(layer, name), value_text(snap, layer, name, values[name])))
    return found


def _fuzzy_text(values: Mapping[str, Any], stem: str) -> str:
    first, last = (values.get(f"{stem}_{part}") for part in ("from", "to"))
    precision = DatePrecision(values[f"{stem}_precision"])
    if first is None or last is None:
        return precision.label
    return FuzzyDate(date.fromisoformat(first), date.fromisoformat(last), precision).text()


def title_of(snap: Snapshot, layer: str, record_id: str) -> str:
    """What people call a record, with the compound it belongs to; its id when nothing better is known."""
    if layer not in schema.LAYERS:
        return record_id
    rows = data.frame(snap, layer)
    if record_id not in rows.index and record_id not in (rows := data.every(snap, layer)).index:
        return record_id
    owners = [
        title_of(snap, _REFERENCES[column], rows.at[record_id, column])
        for column in ("compound_id", "work_item_id")
        if column in rows and not missing(rows.at[record_id, column])
    ]
    own = _reference(snap, layer, record_id)
    return " · ".join([*owners, own] if own else owners) or record_id


def value_text(snap: Snapshot, layer: str, column: str, value: Any) -> str:
    """A stored value as people read it: labels for codes, names for references, units for numbers."""
    if value is None:
        return _NOTHING
    if column == "geometry":
        return f"面积 {area_m2(value):,.0f} m²"
    if column in _REFERENCES:
        return _reference(snap, _REFERENCES[column], value) or str(value)
    if (layer, column) == ("print_preset", "setup"):
        return _sheet(value)
    terms = {
        term.value: term.label or term.meaning for term in schema.LAYERS[layer].vocabulary.get(column, ())
    }
    if value in terms:
        return Approx.EXACT.meaning if value == Approx.EXACT else terms[value]
    return _plain(column, value)


def _sheet(stored: str) -> str:
    """A stored set-up of a sheet in words."""
    try:
        chosen = setup.read(stored)
    except BadValue:
        return "由别的版本保存，读不了"
    scale = f"1:{chosen.scale:,}" if chosen.scale else "适合图幅"
    parts = [
        *(one.label for one in (chosen.kind, chosen.paper, chosen.orientation, chosen.theme)),
        *(scale, chosen.labelling.label, chosen.audience.label),
        *(text for text in (chosen.title, chosen.subtitle, chosen.notes, chosen.template) if text),
        f"筛选 {chosen.filters.count} 项" if chosen.filters.count else "",
        f"勾选 {len(chosen.compounds)} 个楼院" if chosen.compounds else "",
        f"不画 {len(chosen.off)} 个图层" if chosen.off else "",
    ]
    return " · ".join(part for part in parts if part)


def _plain(column: str, value: Any) -> str:
    if isinstance(value, bool):
        return "是" if value else "否"
    if column.endswith("_cny"):
        return money(value) or _NOTHING
    if isinstance(value, float):
        return f"{value:,.6f}".rstrip("0").rstrip(".")
    return f"{value:,}" if isinstance(value, int) and column not in _YEARS else str(value)


def _reference(snap: Snapshot, layer: str, record_id: str) -> str | None:
    """The name of a record, archived ones too; None when it has none."""
    rows = data.frame(snap, layer)
    if record_id not in rows.index:
        rows = data.every(snap, layer)
    if record_id not in rows.index or "name" not in rows:
        return None
    name = rows.at[record_id, "name"]
    if missing(name) and layer == "work_item":
        return WorkType(rows.at[record_id, "type_code"]).label
    return None if missing(name) else str(name)


def area_m2(wkb_hex: str) -> float:
    """Area of a stored boundary as the audit holds it (WKB hex, EPSG:4490), measured in EPSG:4547."""
    return float(_metric(wkb_hex).area)


def _metric(wkb_hex: str) -> BaseGeometry:
    shape: BaseGeometry = metres(np.array([shapely.from_wkb(wkb_hex)], dtype=object))[0]
    return shape
