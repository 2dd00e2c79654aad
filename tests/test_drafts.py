"""What a browser hands back of an unsaved form is foreign: read as its field declares, or named and left out."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ui import authors, drafts
from ui.drafts import Field, Kind, Restored

PLACE = "dossier|C1"
CHOICES = {"a": "甲", "b": "乙", "c": "同名", "d": "同名"}


def field(kind: Kind) -> Field:
    """A field of a kind, with the same choices for all."""
    return Field("x", "x", kind, "项", choices=CHOICES)


def handed(**draft: Any) -> dict[str, Any]:
    """What a browser hands over: one draft of the facts."""
    good = {"at": 1_764_000_000_000, "epoch": "e", "version": 3, "fields": {"households": "77"}}
    return {"place": PLACE, "drafts": {"facts": {**good, **draft}}}


def test_a_draft_comes_back_with_its_time_version_and_texts() -> None:
    found = drafts.read(handed(), PLACE)["facts"]
    assert (found.version, found.epoch, dict(found.fields)) == (3, "e", {"households": "77"})
    assert found.at == datetime(2025, 11, 24, 16, 0, tzinfo=UTC)


def test_a_draft_of_another_record_is_not_taken() -> None:
    assert drafts.read(handed(), "dossier|C2") == {}


@pytest.mark.parametrize(
    "raw",
    [
        None,
        [],
        "x",
        {"place": PLACE},
        {"place": PLACE, "drafts": []},
        {"place": PLACE, "drafts": {"facts": "x"}},
        handed(fields=[]),
        handed(fields={}),
        handed(fields={"a": {"b": 1}, "c": None, "d": 7}),
        handed(fields={"a": "x" * 30_000}),
        handed(at=1e300),
        handed(at=-8e15),
    ],
)
def test_what_has_another_shape_is_left_out(raw: Any) -> None:
    assert drafts.read(raw, PLACE) == {}


@pytest.mark.parametrize("bad", ["3", True, None, float("nan"), float("inf"), {}, []])
def test_a_strange_version_is_no_version(bad: Any) -> None:
    assert drafts.read(handed(version=bad), PLACE)["facts"].version == 0


anything = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)


@given(anything, anything)
def test_nothing_a_browser_keeps_breaks_the_page(whole: Any, part: Any) -> None:
    drafts.read(whole, PLACE)
    drafts.read({"place": PLACE, "drafts": {"facts": part}}, PLACE)
    found = drafts.read(handed(at=part, version=part, epoch=part, fields=whole), PLACE)
    assert all(isinstance(value, str | bool) for draft in found.values() for value in draft.fields.values())


@given(st.sampled_from(Kind), st.text() | st.booleans())
def test_every_text_is_either_a_value_of_its_kind_or_refused(kind: Kind, raw: str | bool) -> None:
    types: dict[Kind, tuple[type, ...]] = {
        Kind.TEXT: (str,),
        Kind.NUMBER: (float, type(None)),
        Kind.WHOLE: (int, type(None)),
        Kind.CHOICE: (str, type(None)),
        Kind.DAY: (date, type(None)),
        Kind.CHECK: (bool,),
    }
    try:
        value = drafts.value_of(field(kind), raw)
    except ValueError:
        return
    assert isinstance(value, types[kind])


@pytest.mark.parametrize(
    ("kind", "raw", "value"),
    [
        (Kind.TEXT, " 王 ", " 王 "),
        (Kind.NUMBER, "-1.50", -1.5),
        (Kind.WHOLE, "77", 77),
        (Kind.WHOLE, "", None),
        (Kind.CHOICE, "乙", "b"),
        (Kind.DAY, "2026-11-24", date(2026, 11, 24)),
        (Kind.CHECK, True, True),
    ],
)
def test_a_text_becomes_the_value_it_shows(kind: Kind, raw: str | bool, value: Any) -> None:
    assert drafts.value_of(field(kind), raw) == value


@pytest.mark.parametrize(
    ("kind", "raw"),
    [
        (Kind.WHOLE, "7.5"),
        (Kind.WHOLE, "1e999"),
        (Kind.NUMBER, "nan"),
        (Kind.CHOICE, "丙"),
        (Kind.CHOICE, "a"),  # the stored code is not what the list shows
        (Kind.CHOICE, "同名"),  # which of the two is not known
        (Kind.DAY, "1066-10-14"),
        (Kind.DAY, "2026-13-01"),
        (Kind.CHECK, "true"),
        (Kind.TEXT, True),
    ],
)
def test_what_does_not_fit_its_field_is_refused(kind: Kind, raw: str | bool) -> None:
    with pytest.raises(ValueError, match=r".*"):
        drafts.value_of(field(kind), raw)


def test_what_came_back_is_said_with_its_age_and_what_could_not() -> None:
    now = datetime(2026, 11, 24, 4, 0, tzinfo=UTC)
    assert "已恢复刚才未保存的填写" in drafts.told(Restored(now), now)
    assert "已恢复12 分钟前未保存的填写" in drafts.told(Restored(now - timedelta(minutes=12)), now)
    old = drafts.told(Restored(now - timedelta(days=2), (("社区", "<b>"),)), now)
    assert "11-22 12:00" in old
    assert "社区“<b>”" in old


@pytest.mark.parametrize("bad", [None, "", "  ", "王" * 41, "a\nb", "x\x00"])
def test_a_kept_name_must_be_a_name(bad: str | None) -> None:
    assert authors.valid(bad) is None
    assert authors.valid(" 王工 ") == "王工"
