"""What others saved in a record while a form on it is open: said at once, before anything is saved."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from geodata.schema import LAYERS
from geodata.store import Snapshot
from geodata.store.hashing import decoded
from ui import changes, data
from ui.html import missing, text


def _since(layer: str, stored: Mapping[str, Any], version: int) -> pd.DataFrame:
    """Changes that made the stored row from the one of that version, newest first."""
    count = max(int(stored["version"]) - version, 0)
    return data.store().audit(layer=layer, record_ids=[str(stored["id"])]).head(count)


def former(layer: str, stored: Mapping[str, Any], version: int) -> dict[str, Any]:
    """The stored row as it was at an earlier version; the row itself for a version that never was."""
    if not 1 <= version < int(stored["version"]):
        return dict(stored)
    row = dict(stored)
    columns = LAYERS[layer].table.columns
    for before in _since(layer, stored, version)["before"]:
        row.update({name: decoded(columns[name], value) for name, value in before.items()})
    return {**row, "version": version}


def note(snap: Snapshot, layer: str, record_id: str, version: int) -> str:
    """Who changed what since that version, as markup; empty when nobody did."""
    stored = data.stored(layer, record_id)
    if stored is None or int(stored["version"]) == version:
        return ""
    saves = "".join(_line(snap, layer, row) for row in _since(layer, stored, version).to_dict("records"))
    return (
        '<div class="cy-clash" role="alert"><b>您打开表单之后，别人保存过这条记录</b>'
        f"{saves}页面其余部分已是新值；您填的内容没有动，可以接着填，保存时会请您逐项对照。</div>"
    )


def _line(snap: Snapshot, layer: str, row: Mapping[str, Any]) -> str:
    at = row["at"].astimezone(data.ZONE).strftime("%m-%d %H:%M")
    reason = "" if missing(row["reason"]) else f"（{text(row['reason'])}）"
    told = "；".join(
        f"{text(label)} <s>{text(old)}</s> → <b>{text(new)}</b>"
        for label, old, new in changes.updates(snap, layer, row["before"], row["after"])
    )
    return f'<p class="cy-overtaken">{text(row["author"])} {at}{reason}：{told}</p>'
