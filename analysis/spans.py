"""Planned and actual spans of compounds, reckoned back from the planned finish (倒排工期), and what is delayed since when.

A span keeps the precision of the record it comes from: the planned start of a compound is that of its item that may
begin first, its planned finish that of the item that may end last; nothing is made more exact.
"""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd

from analysis.ledgers import NEVER, superseded_from, taken_back
from geodata.vocabulary import Interruption, Light, ReportingStatus, Stage

_PARTS = ("from", "to", "precision")
_DONE = [ReportingStatus.COMPLETED, ReportingStatus.ACCEPTED, ReportingStatus.HANDED_OVER]


def spans(
    compounds: pd.Index,
    *,
    items: pd.DataFrame,
    reports: pd.DataFrame,
    events: pd.DataFrame,
    states: pd.DataFrame,
    as_of: date,
) -> pd.DataFrame:
    """Planned and actual span of each compound on `as_of`, as known now.

    `items`, `reports`, `events` are layers as the store gives them, `states` those of `ProgressIndex.states`.
    Index: `compounds`. Columns
    planned_start_*, planned_finish_*   from, to (datetime64[s]) and precision of the item that governs; NaT, NaN
                                        without any
    items, undated                      works items, and those of them that lack a planned start or finish
    actual_start_*                      施工 as recorded, else the day of the first report above zero
    actual_until                        last report; of a finished compound the day when the last item reached
                                        100 %; NaT without any
    days_left                           days from `as_of` to the last possible planned finish day, negative when it
                                        has passed; NA without one, and for what is finished or removed
    """
    mine = items[items["compound_id"].isin(compounds)]
    told, happened = _standing(reports, "reported_on", as_of), _standing(events, "occurred_from", as_of)
    told = told[told["work_item_id"].isin(mine.index) & (told["progress_pct"] > 0)]
    told = told.assign(compound_id=mine["compound_id"].reindex(told["work_item_id"]).to_numpy())
    finish = _governing(mine, "planned_finish", latest=True)
    made = pd.concat(
        [
            _governing(mine, "planned_start", latest=False).reindex(compounds),
            finish.reindex(compounds),
            _counted(mine).reindex(compounds, fill_value=0),
            _begun(told, happened).reindex(compounds),
        ],
        axis="columns",
    )
    made["actual_until"] = _until(told, mine, states).reindex(compounds)
    over = states["status"].reindex(compounds).isin([*_DONE, ReportingStatus.REMOVED])
    left = (made["planned_finish_to"] - pd.Timestamp(as_of)).dt.days
    return made.assign(days_left=left.where(~over).astype("Int64"))


def _standing(rows: pd.DataFrame, day: str, as_of: date) -> pd.DataFrame:
    """Rows dated up to `as_of` that no other corrects and that take nothing back; dateless ones stay out."""
    stands = (superseded_from(rows) == NEVER) & ~taken_back(rows)
    return rows[stands & (rows[day] <= pd.Timestamp(as_of)).to_numpy()]


def _governing(items: pd.DataFrame, name: str, *, latest: bool) -> pd.DataFrame:
    """Per compound the fuzzy date of the item that may begin first (or end last); of equals the wider one."""
    columns = [f"{name}_{part}" for part in _PARTS]
    dated = items[items[columns].notna().all(axis="columns")]
    by = [columns[1], columns[0]] if latest else [columns[0], columns[1]]
    order = [False, True] if latest else [True, False]
    first = dated.sort_values(by, ascending=order, kind="stable").drop_duplicates("compound_id")
    return first.set_index("compound_id")[columns]


def _counted(items: pd.DataFrame) -> pd.DataFrame:
    lacking = items["planned_start_from"].isna() | items["planned_finish_to"].isna()
    grouped = lacking.groupby(items["compound_id"])
    return pd.DataFrame({"items": grouped.size(), "undated": grouped.sum()}).astype("int64")


def _begun(told: pd.DataFrame, happened: pd.DataFrame) -> pd.DataFrame:
    """When works began: 施工 as recorded, no more exact, else the first report above zero."""
    built = happened[happened["stage"] == Stage.CONSTRUCTION]
    recorded = built.sort_values("occurred_from", kind="stable").drop_duplicates("compound_id")
    recorded = recorded.set_index("compound_id")[[f"occurred_{part}" for part in _PARTS]]
    recorded.columns = pd.Index([f"actual_start_{part}" for part in _PARTS])
    first = told.groupby("compound_id")["reported_on"].min()
    days = pd.DataFrame(
        {"actual_start_from": first, "actual_start_to": first, "actual_start_precision": "day"}
    )
    return pd.concat([recorded, days[~days.index.isin(recorded.index)]])


def _until(told: pd.DataFrame, items: pd.DataFrame, states: pd.DataFrame) -> pd.Series:
    """The last report; of what is finished the day when its last item reached 100 %, when every item has one."""
    last = told.groupby("compound_id")["reported_on"].max()
    full = told[told["progress_pct"] >= 100].groupby(["compound_id", "work_item_id"])["reported_on"].min()
    grouped = full.groupby("compound_id")
    whole = grouped.size().eq(items.groupby("compound_id").size().reindex(grouped.size().index))
    done = states.index[states["status"].isin(_DONE)]
    ended = grouped.max()[whole]
    return ended[ended.index.isin(done)].combine_first(last)


def delays(
    states: pd.DataFrame, item_states: pd.DataFrame, items: pd.DataFrame, *, as_of: date
) -> pd.DataFrame:
    """Compounds in the red on `as_of` with since when: the longest first, then those behind their plan.

    `item_states` are those of `ProgressIndex.item_states` of the same day, `items` the works items. Index: compound
    ids. Columns: since (datetime64[s], first day of the delay; NaT where the rule names none, as for R2),
    days (Int64), light_rule, light_reason. A fuzzy planned date is late only after its last possible day.
    """
    late = states[states["light"] == Light.DELAYED]
    since = pd.Series(pd.NaT, index=late.index, dtype="datetime64[s]")
    stopped = late["status"] == Interruption.SUSPENDED.value
    since[stopped] = late.loc[stopped, "since"]
    for rule, column in (("R4", "planned_finish_to"), ("R1", "planned_start_to")):
        hit = item_states.index[item_states["light_rule"] == rule]
        first = items.loc[items.index.isin(hit)].groupby("compound_id")[column].min() + pd.Timedelta(days=1)
        which = late.index[(late["light_rule"] == rule) & ~stopped]
        since[which] = first.reindex(which)
    days = (pd.Timestamp(as_of) - since).dt.days + np.where(stopped, 0, 1)
    table = pd.DataFrame({"since": since, "days": days.astype("Int64"), "deviation_pp": late["deviation_pp"]})
    table = table.join(late[["light_rule", "light_reason"]])
    return table.sort_values(
        ["days", "deviation_pp"], ascending=[False, True], na_position="last", kind="stable"
    ).drop(columns="deviation_pp")
