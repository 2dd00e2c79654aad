"""All that the store holds about one compound as of one day: what a dossier is drawn from."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import pandas as pd

from geodata.store import Snapshot
from geodata.vocabulary import Interruption
from geodata.wording import corrected, day_text, fuzzy
from ui import compound_data, data


@dataclass(frozen=True)
class Case:
    """Rows of one compound; `row` are its facts, `now` its state, `items` works items with their state columns.

    Reports and events are those dated up to `as_of`; `later` counts the ones after it. `corrected` maps the id of
    each withdrawn report or event to that of its correction. All frames are shared: never change them.
    """

    snap: Snapshot
    id: str
    as_of: date
    is_past: bool
    row: pd.Series
    now: pd.Series
    items: pd.DataFrame
    reports: pd.DataFrame
    events: pd.DataFrame
    permits: pd.DataFrame
    funding: pd.DataFrame
    parties: pd.DataFrame
    quotes: pd.DataFrame
    corrected: dict[str, str]
    later: int

    @property
    def name(self) -> str:
        """Name of the compound as it is stored."""
        return str(self.row["name"])


def load(snap: Snapshot, compound_id: str, as_of: date) -> Case:
    """The rows of a compound that exists, gathered once per save and day."""
    return data.kept(snap, ("case", compound_id, as_of), lambda: _gather(snap, compound_id, as_of))


def _gather(snap: Snapshot, compound_id: str, as_of: date) -> Case:
    items = compound_data.rows_of(snap, "work_item", compound_id)
    states = data.item_states(snap, as_of).reindex(items.index).drop(columns="compound_id")
    reports = compound_data.rows_of(snap, "progress_report", compound_id)
    events = compound_data.rows_of(snap, "stage_event", compound_id)
    told = reports["reported_on"] <= pd.Timestamp(as_of)
    happened = ~(events["occurred_from"].fillna(events["recorded_on"]) > pd.Timestamp(as_of))
    return Case(
        snap=snap,
        id=compound_id,
        as_of=as_of,
        is_past=as_of < data.today(snap),
        row=data.frame(snap, "compound").loc[compound_id],
        now=data.states(snap, as_of).loc[compound_id],
        items=pd.concat([items, states], axis="columns"),
        reports=reports[told].sort_values("reported_on", kind="stable"),
        events=events[happened].sort_values(["occurred_from", "recorded_on"], kind="stable"),
        permits=compound_data.rows_of(snap, "permit", compound_id),
        funding=compound_data.rows_of(snap, "funding", compound_id),
        parties=compound_data.rows_of(snap, "party", compound_id),
        quotes=compound_data.rows_of(snap, "reported_fact", compound_id),
        corrected=corrected(reports) | corrected(events),
        later=int((~told).sum() + (~happened).sum()),
    )


def standing(case: Case, rows: pd.DataFrame) -> pd.DataFrame:
    """Reports or events that no other row corrects or takes back."""
    return rows[~rows.index.isin(list(case.corrected)) & ~rows["withdrawn"].eq(True)]


def since_text(case: Case) -> str:
    """Since when the present stage or interruption holds, no more exact than the record says; empty when unknown."""
    status = case.now["status"]
    code = status if status in (Interruption.SUSPENDED, Interruption.REMOVED) else case.now["stage"]
    rows = standing(case, case.events)
    rows = rows[rows["stage"] == code]
    if rows.empty:
        return ""
    when = fuzzy(rows.iloc[-1], "occurred")
    recorded = day_text(rows["recorded_on"].iloc[-1])
    since = f"开始日期不详，{recorded} 登记" if when.first is None else f"自 {when.text()} 起"
    return since + _resumed(case)


def _resumed(case: Case) -> str:
    """When works went on after a stop, if that is the last interruption."""
    rows = standing(case, case.events)
    rows = rows[rows["stage"].isin(list(Interruption))]
    if rows.empty or rows["stage"].iloc[-1] != Interruption.RESUMED:
        return ""
    return f"，{fuzzy(rows.iloc[-1], 'occurred').text()} 复工"
