"""The list of estates in the form of facts: all of a small register, of a large one those of the street or found."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import streamlit as st

from geodata.store import Store
from tests.shown_store import shown
from tests.small_store import AUTHOR, DRAWN, ESTATE
from ui import data, estate_choice

FORM = "facts-1"
MOST = 3


@pytest.fixture
def session(small_store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, Any]]:
    """What the browser session holds, over a store with five more estates of another street."""
    with small_store.commit(author=AUTHOR) as save:
        save.insert("street_office", {"id": "S2", "name": "东大街街道", "in_totals": True, **DRAWN})
        for number in range(2, 7):
            facts = {"id": f"E{number}", "name": f"东小区{number}", "street_code": "S2"}
            save.insert("estate", {**ESTATE, **facts})
    monkeypatch.setattr(st, "session_state", {})
    with shown(small_store, tmp_path, monkeypatch):
        yield st.session_state  # type: ignore[misc]


def offered(held: tuple[str | None, ...] = (), draft: str = "") -> list[str]:
    rows = estate_choice.offered(data.snapshot(), FORM, "S1", held=held, draft=draft)
    return [str(code) for code in rows.index]


def test_a_short_list_is_whole(session: dict[str, Any]) -> None:
    assert offered() == ["E1", "E2", "E3", "E4", "E5", "E6"]


def test_a_long_list_is_that_of_the_street_with_what_the_form_holds(
    session: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(estate_choice, "_MOST", MOST)
    assert offered(held=("E5", None, "gone")) == ["E1", "E5"]


def test_a_search_reaches_other_streets_up_to_its_limit_and_keeps_what_was_offered(
    session: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(estate_choice, "_MOST", MOST)
    assert offered() == ["E1"]
    session[f"{FORM}-estates-wanted"] = " 东小区 "
    assert offered() == ["E2", "E3", "E4", "E1"]
    session[f"{FORM}-estates-wanted"] = "小区6"
    assert offered() == ["E6", "E1", "E2", "E3", "E4"]


def test_the_estate_of_a_draft_that_comes_back_is_on_the_list(
    session: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(estate_choice, "_MOST", MOST)
    assert offered(draft="东小区6（东大街街道）") == ["E1", "E6"]
