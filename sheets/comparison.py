"""Before and after (前后对比): the same frame on two days, one legend that counts both, and what changed."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date
from typing import Any

import pandas as pd

from analysis import history
from analysis.cores import core
from analysis.filters import Filters
from cartography import symbology as s
from cartography.print import legend, measures, paper, template
from cartography.print.content import Drawing, MapContent, Shown
from cartography.print.frame import draw
from cartography.print.paper import Frame
from cartography.print.template import Layout
from geodata.errors import BadValue
from geodata.vocabulary import Orientation, Term
from sheets import fields, mapping
from sheets.register import Register
from sheets.setup import SCALES, Setup
from sheets.sheet import Sheet

_MOST = 400
_CAPTION_MM = 7.0


ROOM_MM = (74.0, 49.0, 14.0)
"""Height of the band below the maps, in mm of an A3 sheet: with the list of compounds, on low paper without it, and
beside a column that holds legend and changes."""

_LOW_MM = 200.0
_WORTH_IT = 0.6


def compose(setup: Setup, register: Register) -> Sheet:
    """The sheet of a comparison. Raises BadValue without a second day, or when it may not be printed."""
    both_days, setup = days(setup), fields.counted_off(setup)
    used = fields.found(setup, register, "comparison.typ")
    ticks = fields.has_ticks(setup)
    lay = template.layout(used, setup.paper, setup.orientation, ticks=ticks)
    apart = 40 * lay.unit if ticks else None
    contents = _contents(setup, register)
    frame = _frame(setup, register, contents[1], lay)
    drawings = [draw(shown, frame) for shown in contents]
    every = _union(*(one.shown for one in drawings))
    first, last = (day.isoformat() for day in both_days)
    data, files = fields.common(
        setup,
        register,
        lay,
        title=setup.title or f"{register.office.district_name}老旧小区改造前后对比（{setup.theme.label}）",
        subtitle=setup.subtitle or f"{first} 与 {last} · 两日状态均按现有记录推算，属性与边界为现状",
        rows=fields.drawn(contents[1], every),
    )
    groups, pictures = _legend(contents[1], every, drawings)
    for name, drawing in zip(("before", "map"), drawings, strict=True):
        data[name] = fields.map_of(frame, f"{name}.svg", ticks_mm=apart)
        files[f"{name}.svg"] = drawing.svg.encode()
    data |= {
        "legend": groups,
        "north": measures.north(frame),
        "scale_bar": measures.scale_bar(frame.scale, longest_mm=lay.unit * 40),
        "days": [first, last],
        "band": round(_band(lay), 3),
        "theme": setup.theme.label,
    }
    pictures |= fields.mark_files(s.symbols(setup.theme))
    return Sheet(used, data | content(setup, register), files | pictures, _notices(every))


def _notices(every: Shown) -> tuple[str, ...]:
    return (f"{every.outside} 个楼院不在图框内，变化表里仍计入",) if every.outside else ()


def _band(lay: Layout) -> float:
    """Height of the band below the maps, mm: on a slide only what explains the ground, since a column has the rest."""
    full, low, slide = ROOM_MM
    if lay.side:
        return lay.unit * slide
    return lay.unit * (low if lay.height / lay.unit < _LOW_MM else full)


def _frame(setup: Setup, register: Register, shown: MapContent, lay: Layout) -> Frame:
    """The frame of both maps: where most compounds lie, when a few far ones would make all others small."""
    room = _room(setup, lay)
    whole = mapping.frame(setup, shown, register, **room)
    fixed = setup.view or setup.scale or "compound" not in shown.layers
    near = None if fixed else core(shown.layers["compound"])
    closer = paper.fitted(near, scales=SCALES, paper=setup.paper, **room) if near else whole
    return closer if closer.scale <= whole.scale * _WORTH_IT else whole


def _room(setup: Setup, lay: Layout) -> dict[str, float]:
    """Width and height of each map: side by side, or (portrait) below each other."""
    upright = setup.orientation is Orientation.PORTRAIT
    free = lay.height - 2 * lay.margin - lay.head - lay.foot - _band(lay) - 2 * lay.gap
    width = lay.map_width if upright else (lay.map_width - lay.gap - 2 * lay.tick) / 2
    height = ((free - lay.gap) / 2 if upright else free) - _CAPTION_MM * lay.unit - 2 * lay.tick
    return {"width": round(width, 3), "height": round(height, 3)}


def _contents(setup: Setup, register: Register) -> list[MapContent]:
    """What both maps show: the same compounds; on the later one those that moved are outlined."""
    ids = register.frames["compound"].index[both(setup, register).to_numpy()]
    chosen = tuple(ids) or ("",)  # no id at all would mean every compound
    every = setup.changed(filters=Filters(), compounds=chosen)
    first, last = (mapping.content(every.changed(as_of=day), register) for day in days(setup))
    states = (register.states(day).loc[ids] for day in days(setup))
    moved = history.movers(*states, column=s.THEME_COLUMN[setup.theme])
    return [first, replace(last, selected=tuple(moved.index))]


def _legend(
    content: MapContent, every: Shown, drawings: list[Drawing]
) -> tuple[list[dict[str, Any]], dict[str, bytes]]:
    """One legend of what is on either map; the lines of the theme count both."""
    groups, files = legend.build(content, every)
    for entry in groups[0]["entries"] if groups else []:
        key = entry["file"].removesuffix(".svg").rsplit("-", 1)[1]
        entry["counts"] = [_count(one.shown, key) for one in drawings]
    return groups, files


def _count(shown: Shown, key: str) -> int:
    """How many a line of the legend stands for on one map."""
    return {"hold": shown.hold, "uncertain": shown.uncertain}.get(key, shown.codes[key])


def _union(first: Shown, last: Shown) -> Shown:
    """What is on either map."""
    kinds = {
        name: first.kinds.get(name, Counter()) | last.kinds.get(name, Counter())
        for name in {**first.kinds, **last.kinds}
    }
    return replace(
        last,
        codes=first.codes | last.codes,
        hold=max(first.hold, last.hold),
        selected=0,  # the caption tells what is outlined
        uncertain=max(first.uncertain, last.uncertain),
        kinds=kinds,
        records={
            layer: list(dict.fromkeys([*first.records.get(layer, []), *last.records.get(layer, [])]))
            for layer in {**first.records, **last.records}
        },
    )


def days(setup: Setup) -> tuple[date, date]:
    """The two days, the earlier first. Raises BadValue when there is no other day to compare with."""
    other = setup.compare_with
    if other is None:
        raise BadValue("“前后对比”要有两个日期：请再选一个对比日期。")
    if other == setup.as_of:
        raise BadValue(f"“前后对比”的两个日期都是 {other.isoformat()}：请把其中一个改成别的日子。")
    return min(other, setup.as_of), max(other, setup.as_of)


def content(setup: Setup, register: Register) -> dict[str, Any]:
    """What the sheet says beside its maps: `counts` per value of the theme, `moves`, `moved` compounds.

    States of both days are as known now. All compounds that pass the filters on either day are counted, drawn or not.
    """
    first, last = days(setup)
    before, after = (_states(setup, register, day) for day in (first, last))
    column = s.THEME_COLUMN[setup.theme]
    moved = history.movers(before, after, column=column)
    terms = {term.value: term for term in s.symbols(setup.theme)}
    counted = [Counter(states[column]) for states in (before, after)]
    return {
        "counts": [
            {"code": code, "label": term.label, "before": counted[0][code], "after": counted[1][code]}
            for code, term in terms.items()
            if counted[0][code] or counted[1][code]
        ],
        "moves": [
            {
                "before": _label(terms, row.before),
                "after": _label(terms, row.after),
                "from": row.before,
                "to": row.after,
                "count": int(row.count),
            }
            for row in history.moves(moved).itertuples(index=False, name="Move")
        ],
        "moved": _moved(register, moved, terms),
        "total": len(moved),
        "compounds": len(before.index.union(after.index)),
    }


def both(setup: Setup, register: Register) -> pd.Series:
    """Whether each compound passes the filters on the earlier or on the later day."""
    first, last = (mapping.passing(setup.changed(as_of=day), register) for day in days(setup))
    return first | last


def _states(setup: Setup, register: Register, day: date) -> pd.DataFrame:
    return register.states(day)[both(setup, register).to_numpy()]


def _label(terms: dict[str, Term], code: str) -> str:
    return terms[code].label if code in terms else "不在登记里"


def _moved(register: Register, moved: pd.DataFrame, terms: dict[str, Term]) -> list[dict[str, str]]:
    """The compounds that moved, by street office and move."""
    compounds, streets = register.frames["compound"], register.frames["street_office"]["name"]
    rows = moved.join(compounds[["name", "street_code"]]).sort_values(
        ["street_code", "after", "before", "name"]
    )
    return [
        {
            "name": str(row.name),
            "street": str(streets.get(row.street_code, row.street_code)).removesuffix("街道"),
            "before": _label(terms, row.before),
            "after": _label(terms, row.after),
            "from": row.before,
            "to": row.after,
        }
        for row in rows.head(_MOST).itertuples(index=False, name="Moved")
    ]
