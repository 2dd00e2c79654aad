"""Street offices by the share of their compounds that has started, as the overview and the briefing rank them."""

from __future__ import annotations

import pandas as pd


def by_share_started(table: pd.DataFrame) -> pd.DataFrame:
    """Street offices in totals with `known` (compounds with any record) and `share` of them started, best first.

    `households_share` is the same of households, NaN when those of any compound are unknown. A street without any
    record has no share and stands last. `table` is one of `progress_by`; compounds without any record are not in
    the denominator, since nobody knows whether they have started.
    """
    rows = table[table["in_totals"].astype(bool) & (table["code"] != "")]
    known = (rows["compounds"] - rows["compounds_unknown"]).astype("int64")
    share = rows["compounds_started"].astype("float64") / known.where(known > 0)
    complete = rows["households_missing"] == 0
    of_known = (rows["households"] - rows["households_unknown"]).astype("float64").where(complete)
    households = rows["households_started"].astype("float64") / of_known.where(of_known > 0)
    shown = rows.assign(known=known, share=share, households_share=households)
    return shown.sort_values(["share", "known", "code"], ascending=[False, False, True], na_position="last")
