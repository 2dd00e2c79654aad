"""Findings and what people have said to them: accepted with a reason, as long as the state of affairs is the same."""

from __future__ import annotations

import numpy as np
import pandas as pd

from geodata.vocabulary import FindingStanding

_KEY = ["rule", "subject"]


def judged(findings: pd.DataFrame, accepted: pd.DataFrame) -> pd.DataFrame:
    """The findings with `standing` (FindingStanding), `acceptance` (id), `then` (content when accepted), `reason`.

    `accepted` are the rows of the layer accepted_finding; of several of one finding the one whose content is that of
    now counts, else the last. Nothing is added or lost: every finding stands in exactly one state.
    """
    rows = accepted.reset_index(names="acceptance")[["acceptance", *_KEY, "content", "reason"]]
    rows = rows.rename(columns={"content": "then"})
    pairs = findings[[*_KEY, "content"]].reset_index(names="place").merge(rows, on=_KEY, how="inner")
    pairs["same"] = pairs["then"] == pairs["content"]
    best = pairs.sort_values(["place", "same"], kind="stable").drop_duplicates("place", keep="last")
    best = best.set_index("place").reindex(findings.index)
    same = best["same"].eq(True).to_numpy()
    known = best["acceptance"].notna().to_numpy()
    standing = np.where(
        same,
        FindingStanding.ACCEPTED.value,
        np.where(known, FindingStanding.CHANGED.value, FindingStanding.OPEN.value),
    )
    return findings.assign(
        standing=pd.array(standing, dtype="str"),
        **{name: pd.array(best[name].fillna(""), dtype="str") for name in ("acceptance", "then", "reason")},
    )


def lapsed(findings: pd.DataFrame, accepted: pd.DataFrame) -> int:
    """How many acceptances are about findings that are no longer found."""
    found = pd.MultiIndex.from_frame(findings[_KEY])
    return int((~pd.MultiIndex.from_frame(accepted[_KEY]).isin(found)).sum())
