"""Cached results of the quality watch: what was found, what people said to it, how complete each street office is."""

from __future__ import annotations

import pandas as pd

from analysis.quality import accepting, checking, completeness, rules
from analysis.quality import listing as listings
from geodata.store import Snapshot
from geodata.vocabulary import FindingStanding, QualityMark
from ui import data, shelves

Report = checking.Report
Rule = rules.Rule
RULES = rules.RULES
BY_CODE = rules.BY_CODE
MEASURES = completeness.MEASURES
shares = completeness.shares
whole = completeness.whole
_LAYER = "accepted_finding"
_RANK = {mark.value: number for number, mark in enumerate(QualityMark)}


def _key(snap: Snapshot) -> tuple[object, ...]:
    return (data.today(snap), *shelves.key(snap, *checking.LAYERS, "permit"))


def report(snap: Snapshot) -> Report:
    """What the rules find in what is stored now, as of the business date."""

    def make() -> Report:
        today = data.today(snap)
        return checking.check(
            lambda layer: data.frame(snap, layer),
            lambda layer: data.metric(snap, layer),
            records=data.index(snap).records,
            states=data.states(snap, today),
            item_states=data.item_states(snap, today),
            today=today,
        )

    return shelves.results.get(("quality", *_key(snap)), make)


def findings(snap: Snapshot) -> pd.DataFrame:
    """All findings with their standing (see `analysis.quality.accepting.judged`); `key` names each in the address."""

    def make() -> pd.DataFrame:
        found = accepting.judged(report(snap).findings, data.frame(snap, _LAYER))
        return found.assign(
            key=found["rule"] + ":" + found["subject"],
            keeper=pd.array([BY_CODE[code].keeper.value for code in found["rule"]], dtype="str"),
        )

    return shelves.results.get(("findings", *_key(snap), *shelves.key(snap, _LAYER)), make)


def lapsed(snap: Snapshot) -> int:
    """How many acceptances are about what is no longer found."""
    return accepting.lapsed(report(snap).findings, data.frame(snap, _LAYER))


def marks(found: pd.DataFrame, compounds: pd.Index) -> pd.Series:
    """QualityMark of each compound: its worst open finding, else accepted, else clear."""
    open_ = found["standing"] != FindingStanding.ACCEPTED.value
    told = found["severity"].where(open_, QualityMark.ACCEPTED.value)
    sides = [
        pd.DataFrame({"compound": found[side], "rank": told.map(_RANK)}) for side in ("compound", "other")
    ]
    worst = pd.concat(sides).groupby("compound")["rank"].min().reindex(compounds)
    codes = [mark.value for mark in QualityMark]
    clear = _RANK[QualityMark.CLEAR.value]
    return pd.Series([codes[int(one)] for one in worst.fillna(clear)], index=compounds, dtype="str")


def table(snap: Snapshot) -> pd.DataFrame:
    """Completeness per street office (see `analysis.quality.completeness`)."""
    make = lambda: completeness.completeness(  # noqa: E731
        data.frame(snap, "street_office"), data.frame(snap, "compound"), data.frame(snap, "work_item")
    )
    return shelves.results.get(
        ("completeness", *shelves.key(snap, "street_office", "compound", "work_item")), make
    )


def listing(snap: Snapshot, found: pd.DataFrame) -> dict[str, list[str]]:
    """Findings as a table for a file (see `analysis.quality.listing`)."""
    return listings.listing(
        found, names=data.names(snap, "compound"), streets=data.names(snap, "street_office")
    )
