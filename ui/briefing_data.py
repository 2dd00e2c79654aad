"""Cached results for the briefing screen (汇报屏): figures, the finding in words, and curves of streets."""

from __future__ import annotations

from datetime import date, timedelta

import pandas as pd

from analysis import finding, progress
from geodata.store import Snapshot
from ui import data, shelves

_WEEK = timedelta(days=7)
Figure = progress.Figure
Finding = finding.Finding


def in_street(snap: Snapshot, street: str | None) -> pd.Series:
    """Which compounds lie in a street office; None: in any that counts for the district."""
    codes = data.frame(snap, "compound")["street_code"]
    if street is not None:
        return codes == street
    offices = data.frame(snap, "street_office")
    return ~codes.isin(offices.index[~offices["in_totals"].astype(bool)])


def street_row(snap: Snapshot, as_of: date, street: str) -> pd.Series:
    """Row of one street office in the progress table."""
    return data.progress_table(snap, as_of).set_index("code", drop=False).loc[street]


def figures(snap: Snapshot, as_of: date, street: str | None = None) -> list[Figure]:
    """Six figures with their change within seven days, of the district or of one street office."""
    now, before = (
        progress.totals(data.progress_table(snap, day)) if street is None else street_row(snap, day, street)
        for day in (as_of, as_of - _WEEK)
    )
    return progress.headline(now, before)


def finding_of(snap: Snapshot, as_of: date, street: str | None = None) -> Finding:
    """The finding as a sentence, of the district or of one street office."""
    there = data.states(snap, as_of)[in_street(snap, street).to_numpy()]
    if street is None:
        table = data.progress_table(snap, as_of)
        return finding.district_finding(table, there, as_of=as_of, today=data.today(snap), place="全区")
    return finding.street_finding(street_row(snap, as_of, street), there, as_of=as_of, today=data.today(snap))


def worst_first(snap: Snapshot, as_of: date) -> list[str]:
    """Codes of the street offices that rank, the most in need first."""
    return finding.worst_first(data.progress_table(snap, as_of))


def street_curve(snap: Snapshot, as_of: date, street: str) -> pd.DataFrame:
    """Planned and actual progress over time of one street office (see `analysis.s_curve`)."""

    def make() -> pd.DataFrame:
        chosen = data.frame(snap, "compound").index[in_street(snap, street).to_numpy()]
        return progress.s_curve(data.index(snap), as_of=as_of, compounds=chosen)

    return shelves.results.get(
        ("street_curve", as_of, street, *shelves.key(snap, "street_office", *data.PROGRESS)), make
    )
