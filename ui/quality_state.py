"""State of the quality page in its URL: which view, what is listed, which finding is open.

Values from a URL are compared with closed lists and with the findings of now; anything else is dropped.
"""

from __future__ import annotations

from collections.abc import Container, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd
import streamlit as st

from geodata.vocabulary import DataKeeper, FindingSeverity, FindingStanding
from ui import quality_data, state

VIEWS = {"findings": "问题清单", "completeness": "完整度", "rules": "规则与检查数"}
OPEN = "todo"
STANDINGS = {OPEN: "待处理的", FindingStanding.ACCEPTED.value: "已认可的", "all": "全部"}
_KEYS = ("view", "rule", "severity", "street", "keeper", "standing", "measure", "leaf", "finding")
_DEFAULTS = {"view": "findings", "standing": OPEN, "measure": "boundary", "leaf": 1}
_WRITTEN = "quality_written"
_MOST_LEAVES = 100_000


@dataclass(frozen=True, slots=True)
class Asked:
    """What the person chose; None or the first of a list when nothing."""

    view: str
    rule: str | None
    severity: str | None
    street: str | None
    keeper: str | None
    standing: str
    measure: str
    leaf: int
    finding: str | None

    @property
    def narrowed(self) -> bool:
        """Whether anything but what waits is left out, or what was accepted is shown."""
        return bool(self.rule or self.severity or self.street or self.keeper) or self.standing != OPEN

    def listed(self, found: pd.DataFrame) -> pd.DataFrame:
        """The findings that pass, in their order."""
        kept = pd.Series(True, index=found.index)
        for column in ("rule", "severity", "street", "keeper"):
            value = getattr(self, column)
            if value:
                kept &= found[column] == value
        accepted = found["standing"] == FindingStanding.ACCEPTED.value
        if self.standing == OPEN:
            kept &= ~accepted
        elif self.standing == FindingStanding.ACCEPTED.value:
            kept &= accepted
        return found[kept]


def widget(key: str) -> str:
    """Session key of the widget that edits a URL key."""
    return f"quality_{key}"


def put(**values: Any) -> None:
    """Set values from a callback."""
    for key, value in values.items():
        st.session_state[widget(key)] = value


def restart() -> None:
    """Callback of a filter: another list begins with its first leaf."""
    put(leaf=1)


def clear() -> None:
    """Callback: no filter."""
    put(rule=None, severity=None, street=None, keeper=None, standing=OPEN, leaf=1)


def load(streets: Mapping[str, str], found: pd.DataFrame) -> Asked:
    """Bring widgets, session and URL in line; call once, before any widget."""
    known: dict[str, Container[str]] = {
        "view": VIEWS,
        "rule": quality_data.BY_CODE,
        "severity": FindingSeverity.labels(),
        "street": streets,
        "keeper": DataKeeper.labels(),
        "standing": STANDINGS,
        "measure": quality_data.MEASURES,
        "finding": frozenset(found["key"]),
    }
    url = {key: value for key, value in st.query_params.to_dict().items() if key in _KEYS}
    anew = url != st.session_state.get(_WRITTEN)
    for key in _KEYS:
        if anew or widget(key) not in st.session_state:  # a widget that was not drawn has lost its value
            st.session_state[widget(key)] = _parsed(key, url.get(key, ""), known)
    value = {key: st.session_state[widget(key)] or _DEFAULTS.get(key) for key in _KEYS}
    if value["finding"] not in known["finding"]:
        value["finding"] = None
    _write(value)
    return Asked(**value)


def _parsed(key: str, text: str, known: Mapping[str, Container[str]]) -> Any:
    if key == "leaf":
        number = int(text) if text.isascii() and text.isdigit() and len(text) < 6 else 1
        return min(max(number, 1), _MOST_LEAVES)
    return text if text and text in known[key] else _DEFAULTS.get(key)


def _write(value: Mapping[str, Any]) -> None:
    texts = {key: str(one) for key, one in value.items() if one and one != _DEFAULTS.get(key)}
    state.into_address(_KEYS, texts)
    st.session_state[_WRITTEN] = texts
