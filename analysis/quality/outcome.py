"""What a rule answers: how many records it looked at, what it found, and what it could not judge."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from analysis.quality.rules import BY_CODE, Rule
from geodata.vocabulary import FindingSeverity

COLUMNS = ("rule", "severity", "id", "other", "content")


@dataclass(frozen=True, eq=False, slots=True)
class Outcome:
    """Findings of one rule: `rows` with `COLUMNS`, `checked` records looked at, `unjudged` why some were not.

    `id` is the record in the rule's layer; `other` the second one of a pair (the larger id), else "". `content` is
    what was found, in words with values: equal content is the same state of affairs.
    """

    rule: Rule
    checked: int
    rows: pd.DataFrame
    unjudged: str = ""


def outcome(
    code: str,
    checked: int,
    ids: Sequence[Any] | np.ndarray | pd.Index = (),
    content: Sequence[str] = (),
    *,
    others: Sequence[Any] | np.ndarray | pd.Index | None = None,
    severity: Sequence[FindingSeverity] | None = None,
    unjudged: str = "",
) -> Outcome:
    """An outcome from one list per column; the severity is the rule's own unless given."""
    rule, count = BY_CODE[code], len(ids)
    rows = {
        "rule": [code] * count,
        "severity": [rule.severity.value] * count if severity is None else [one.value for one in severity],
        "id": list(ids),
        "other": [""] * count if others is None else list(others),
        "content": list(content),
    }
    frame = pd.DataFrame({name: pd.array(rows[name], dtype="str") for name in COLUMNS})
    return Outcome(rule, checked, frame, unjudged)


def numbers(column: pd.Series) -> np.ndarray:
    """A column as floats, NaN where nothing is known."""
    return column.to_numpy(dtype=np.float64, na_value=np.nan)
