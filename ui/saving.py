"""Saving from a form: what can be wrong with what a person typed, and what became of a save.

Nothing typed is ever lost: a form keeps its values until a save went through. All faults are named in one go,
each with field, value and remedy. A record that somebody else saved meanwhile is never merged in silence.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from geodata.errors import BadValue, ChengyuanError, NotFound, StaleRow
from geodata.schema import LAYERS, LIMITS
from geodata.store import Commit, Store
from geodata.store.values import clean, same


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing to put right: the field, what was typed, what is wrong with it and what to do."""

    field: str
    value: str
    message: str

    def text(self) -> str:
        """The fault as one sentence."""
        typed = f"“{self.value}”" if self.value else "（空）"
        return f"{self.field}{typed}：{self.message}"


@dataclass(frozen=True, slots=True)
class Clash:
    """A field that differs between what was read, what this person wants, and what is stored now."""

    column: str
    label: str
    opened: Any
    mine: Any
    theirs: Any

    @property
    def both(self) -> bool:
        """Whether both sides changed it, so that the person must choose."""
        return self.i_changed and self.they_changed

    @property
    def i_changed(self) -> bool:
        """Whether this person changed it."""
        return not same(self.opened, self.mine)

    @property
    def they_changed(self) -> bool:
        """Whether it was changed in the store meanwhile."""
        return not same(self.opened, self.theirs)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a save: a revision, or faults, or a message of the store, or a clash (`stale`).

    `closed` says that the form is done with, although nothing was saved.
    """

    revision: int | None = None
    faults: tuple[Fault, ...] = ()
    message: str = ""
    stale: bool = False
    closed: bool = False

    @property
    def saved(self) -> bool:
        """Whether the save went through."""
        return self.revision is not None


def changes(layer: str, opened: Mapping[str, Any], typed: Mapping[str, Any]) -> dict[str, Any]:
    """The typed values that differ from those the form was opened with, in the form in which they are stored.

    Raises BadValue for a value of another type or outside its list or range.
    """
    cleaned = {column: clean(LAYERS[layer], column, value) for column, value in typed.items()}
    return {column: value for column, value in cleaned.items() if not same(opened.get(column), value)}


def unclean(layer: str, typed: Mapping[str, Any]) -> list[Fault]:
    """Every typed value that the store would refuse, with the reason and the remedy."""
    found = []
    for column, value in typed.items():
        try:
            clean(LAYERS[layer], column, value)
        except BadValue as error:
            label = LAYERS[layer].labels[column]
            found.append(
                Fault(label, str(value), f"{_reason(column, label, value, error)}；请改正，不知道的请留空")
            )
    return found


def _reason(column: str, label: str, value: Any, error: BadValue) -> str:
    """What is wrong, without the field and the value, which the fault names already."""
    if isinstance(value, int | float) and value < 0 and column not in LIMITS:
        return "不能小于 0"
    return str(error).removeprefix(label).removeprefix("的值").split("，得到")[0]


def missing_texts(required: Mapping[str, str | None]) -> list[Fault]:
    """A fault for each required text that is blank."""
    return [
        Fault(label, "", "必须填写")
        for label, value in required.items()
        if value is None or not value.strip()
    ]


def attempt(store: Store, *, author: str, reason: str, work: Callable[[Commit], object]) -> Outcome:
    """Run one save; a refusal becomes a message and nothing is stored."""
    try:
        with store.commit(author=author, reason=reason) as save:
            work(save)
    except StaleRow as error:
        return Outcome(message=str(error), stale=True)
    except NotFound as error:
        return Outcome(message=f"{error}。它可能已被删除；请返回一张图核对。")
    except ChengyuanError as error:
        return Outcome(message=str(error))
    return Outcome(revision=save.revision)


def clashes(
    layer: str,
    *,
    opened: Mapping[str, Any],
    wanted: Mapping[str, Any],
    stored: Mapping[str, Any],
    columns: Iterable[str],
) -> list[Clash]:
    """Fields that either side changed since the form was opened, in the order of the form.

    A field that both changed to the same value is no clash.
    """
    labels = LAYERS[layer].labels
    rows = [
        Clash(
            column,
            labels[column],
            opened.get(column),
            wanted.get(column, opened.get(column)),
            stored.get(column),
        )
        for column in columns
    ]
    return [row for row in rows if not same(row.theirs, row.mine)]
