"""Stored set-ups (layer `print_preset`): found by name, and what of one is no longer there."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from datetime import date
from pathlib import Path

from cartography.print.template import find
from cartography.print.typeset import BadTemplate
from geodata.errors import BadValue
from geodata.store import Store
from sheets.register import Register
from sheets.setup import Setup, read

LAYER = "print_preset"
_MOST_NAMED = 8


def named(store: Store, name: str, *, as_of: date) -> Setup:
    """The set-up of that preset on a day: a preset keeps everything but the day.

    Raises BadValue when there is none of that name (with those that come near), or when it cannot be read.
    """
    rows = store.frame(LAYER)
    found = rows[rows["name"].str.casefold() == name.strip().casefold()]
    if found.empty:
        raise BadValue(f"没有名为“{name}”的出图方案；{near(name, rows['name'])}")
    try:
        return read(str(found["setup"].iloc[0])).changed(as_of=as_of)
    except BadValue as error:
        raise BadValue(f"出图方案“{name}”读不了，可能由别的版本保存：{error}") from error


def gone(setup: Setup, register: Register) -> list[str]:
    """What a set-up names and the register or the templates no longer hold, in words."""
    frames, chosen = register.frames, setup.filters
    wanted = (
        ("街道", chosen.streets, "street_office"),
        ("片区", chosen.areas, "renewal_area"),
        ("楼院", (*setup.compounds, *filter(None, [setup.selected])), "compound"),
    )
    lost = [f"{what} {one}" for what, ids, layer in wanted for one in ids if one not in frames[layer].index]
    zones = frames["heritage_zone"].index.union(frames["reference_area"].index)
    lost += [f"区划 {one}" for one in chosen.zones if one not in zones]
    if setup.template and not _is_there(setup.template, register.office.print.templates):
        lost.append(f"模板 {setup.template}")
    return lost


def _is_there(template: str, folder: Path | None) -> bool:
    try:
        find(template, [folder] if folder else [])
    except BadTemplate:
        return False
    return True


def near(wanted: str, known: Iterable[str]) -> str:
    """What a person may have meant: the nearest names, else the first ones; said when there are none at all."""
    names = sorted({str(one) for one in known})
    close = difflib.get_close_matches(wanted, names, n=_MOST_NAMED, cutoff=0.4)
    close += [one for one in names if wanted in one and one not in close]
    if close:
        return f"相近的有：{'、'.join(close[:_MOST_NAMED])}。"
    if not names:
        return "现在一个也没有。"
    more = f" 等 {len(names)} 个" if len(names) > _MOST_NAMED else ""
    return f"现有：{'、'.join(names[:_MOST_NAMED])}{more}。"
