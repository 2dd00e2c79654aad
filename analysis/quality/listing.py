"""Findings as a table for a file: Chinese headings, labels for codes."""

from __future__ import annotations

import pandas as pd

from analysis.quality.rules import BY_CODE
from geodata.vocabulary import DataKeeper, FindingSeverity, FindingStanding


def listing(found: pd.DataFrame, *, names: dict[str, str], streets: dict[str, str]) -> dict[str, list[str]]:
    """Heading → one text per finding; `found` as `accepting.judged` gives it, names of compounds and street offices."""
    rules = [BY_CODE[code] for code in found["rule"]]
    columns = {
        "规则": [rule.label for rule in rules],
        "程度": found["severity"].map(FindingSeverity.labels()),
        "楼院编号": found["compound"],
        "楼院": found["name"],
        "另一楼院编号": found["other"],
        "另一楼院": found["other"].map(names),
        "街道": found["street"].map(streets),
        "记录": found["id"],
        "情况": found["message"],
        "谁来改": [DataKeeper(rule.keeper).label for rule in rules],
        "怎样改": [rule.remedy for rule in rules],
        "处理": found["standing"].map(FindingStanding.labels()),
        "认可理由": found["reason"],
    }
    return {
        heading: ["" if pd.isna(one) else str(one) for one in column] for heading, column in columns.items()
    }
