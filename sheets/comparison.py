"""Before and after (前后对比): the same frame on two days, one legend that counts both, and what changed."""

from __future__ import annotations

from collections import Counter
from datetime import date
from typing import Any

import pandas as pd

from analysis import history
from cartography import symbology as s
from geodata.errors import BadValue
from geodata.vocabulary import Term
from sheets import mapping
from sheets.register import Register
from sheets.setup import Setup

_MOST = 400


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
