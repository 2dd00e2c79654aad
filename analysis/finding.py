"""The finding of the briefing as one sentence: made of counted figures only, with what is unknown beside it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import pandas as pd

from geodata.vocabulary import Light, ReportingStatus

_MOST_NAMED = 3
_KIND_OF_RULE = {"R4": "超期", "R1": "逾期未开工", "R2": "进度滞后"}


@dataclass(frozen=True, slots=True)
class Phrase:
    """A clause of the sentence; `alarm` marks the one that names where someone must act."""

    text: str
    alarm: bool = False


@dataclass(frozen=True, slots=True)
class Finding:
    """The sentence in clauses, and what it cannot say: one clause for each kind of unknown."""

    phrases: tuple[Phrase, ...]
    unknown: tuple[str, ...]

    @property
    def sentence(self) -> str:
        """The whole sentence."""
        return "；".join(phrase.text for phrase in self.phrases)


def district_finding(
    table: pd.DataFrame, states: pd.DataFrame, *, as_of: date, today: date, place: str
) -> Finding:
    """What stands out in the district on `as_of`, from `progress_by("street")` and the states of its compounds.

    Rows outside totals are left out; `states` are those of the compounds in totals. The sentence names the year
    when it is not that of `today`.
    """
    rows = table[table["in_totals"].astype(bool)]
    late = rows.set_index("name")["compounds_delayed"].astype("int64")
    total = int(late.sum())
    where = f"，{_where(late)}" if total else ""
    return Finding(
        (*_progress(rows, _until(as_of, today, place)), *_late(total, where, states)), _unknown(rows, states)
    )


def street_finding(row: pd.Series, states: pd.DataFrame, *, as_of: date, today: date) -> Finding:
    """What stands out in one street office: `row` of `progress_by("street")`, `states` of its compounds."""
    rows = row.to_frame().T
    kinds = _kinds(states)
    total = int(row["compounds_delayed"])
    why = f"（{kinds}）" if kinds and total else ""
    return Finding(
        (*_progress(rows, _until(as_of, today, str(row["name"]))), *_late(total, why, states)),
        _unknown(rows, states),
    )


def worst_first(table: pd.DataFrame) -> list[str]:
    """Codes of the streets in totals: largest share of seriously late compounds first.

    The share is of the compounds with any record; a street without such has none and comes last. Equal shares:
    more late compounds first, then by code.
    """
    rows = table[table["in_totals"].astype(bool) & (table["code"] != "")]
    known = (rows["compounds"] - rows["compounds_unknown"]).astype("float64")
    share = rows["compounds_delayed"].astype("float64") / known.where(known > 0)
    order = rows.assign(_share=share).sort_values(
        ["_share", "compounds_delayed", "code"], ascending=[False, False, True], na_position="last"
    )
    return [str(code) for code in order["code"]]


def _until(as_of: date, today: date, place: str) -> str:
    year = "" if as_of.year == today.year else f"{as_of.year}年"
    return f"截至{year}{as_of.month}月{as_of.day}日，{place}"


def _progress(rows: pd.DataFrame, day: str) -> tuple[Phrase, ...]:
    """… N 个小区已开工 n 个、完工 m 个; no count of started when nothing is on record."""
    estates, unknown, started, completed = (
        int(rows[f"estates{part}"].sum()) for part in ("", "_unknown", "_started", "_completed")
    )
    if not estates:
        return (Phrase(f"{day}没有登记的小区"),)
    if unknown == estates:
        return (Phrase(f"{day} {estates} 个小区都没有进展记录"),)
    if not started:
        return (Phrase(f"{day} {estates} 个小区尚无开工记录"),)
    finished = f"完工 {completed} 个" if completed else "尚无完工记录"
    return (Phrase(f"{day} {estates} 个小区已开工 {started} 个、{finished}"),)


def _late(total: int, more: str, states: pd.DataFrame) -> tuple[Phrase, ...]:
    """n 个楼院严重滞后…, or that there is none among those that can be judged; nothing when none can."""
    if total:
        return (Phrase(f"{total} 个楼院严重滞后{more}", alarm=True),)
    return (Phrase("没有严重滞后的楼院"),) if len(_judged(states)) else ()


def _where(late: pd.Series) -> str:
    """Where the late compounds are: the fewest streets that hold at least half, else how many streets.

    Streets with equal counts are named together or not at all.
    """
    late = late[late > 0].sort_values(ascending=False, kind="stable")
    if len(late) == 1:
        return f"都在{_short(late.index[0])}"
    for count in range(1, min(_MOST_NAMED, len(late) - 1) + 1):
        part = int(late.iloc[:count].sum())
        if part * 2 >= late.sum() and late.iloc[count - 1] > late.iloc[count]:
            return f"其中 {part} 个在{'、'.join(map(_short, late.index[:count]))}"
    return f"分布在 {len(late)} 个街道"


def _short(name: str) -> str:
    return name.removesuffix("街道")


def _kinds(states: pd.DataFrame) -> str:
    """How many are late in which way: 停工 2、超期 3; the way alone when there is one."""
    late = states[states["light"] == Light.DELAYED.value]
    kind = late["light_rule"].map(_KIND_OF_RULE)
    kind = kind.mask(late["status"] == ReportingStatus.SUSPENDED.value, ReportingStatus.SUSPENDED.label)
    counts = kind.value_counts()
    if len(counts) == 1:
        return f"{'均为' if counts.iloc[0] > 1 else ''}{counts.index[0]}"
    return "、".join(f"{name} {count}" for name, count in counts.items())


def _judged(states: pd.DataFrame) -> pd.DataFrame:
    """States of the compounds in the plan whose light is known."""
    return states[~states["light"].isin([Light.UNKNOWN.value, Light.REMOVED.value])]


def _unknown(rows: pd.DataFrame, states: pd.DataFrame) -> tuple[str, ...]:
    """What the sentence cannot say: no record, no plan to judge by."""
    silent = int(rows["estates_unknown"].sum())
    unjudged = int((states["light"] == Light.UNKNOWN.value).sum())
    parts = [f"{silent} 个小区没有进展记录，不等于未开工"] if silent else []
    parts += [f"{unjudged} 个楼院缺计划或记录，快慢无法判断"] if unjudged else []
    return tuple(parts)
