"""What a person asks to take back, and what that would write: plain values, so that a page can show them first."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from geodata.vocabulary import Obstacle

_UNDOING = "撤销修订"


@dataclass(frozen=True, slots=True)
class Undo:
    """Take back one whole save."""

    revision: int

    @property
    def title(self) -> str:
        """What stands before the person's reason."""
        return f"{_UNDOING} {self.revision}"

    @classmethod
    def of(cls, reason: str | None) -> Self | None:
        """What a save with this reason took back; None when it undid nothing."""
        found = re.match(rf"{_UNDOING} (\d+)：", reason or "")
        return cls(int(found[1])) if found else None


@dataclass(frozen=True, slots=True)
class Restore:
    """Give one record the values it had right after a revision: some fields, or all of them."""

    layer: str
    record_id: str
    revision: int
    fields: tuple[str, ...] = ()

    @property
    def title(self) -> str:
        """What stands before the person's reason."""
        return f"恢复修订 {self.revision} 时的值"


@dataclass(frozen=True, slots=True)
class Archive:
    """Hide one record with all that belongs to it, or bring it back."""

    layer: str
    record_id: str
    back: bool = False

    @property
    def title(self) -> str:
        """What stands before the person's reason."""
        return "取消归档" if self.back else "归档"


Request = Undo | Restore | Archive


@dataclass(frozen=True, slots=True)
class Step:
    """One row to write: an update of the row read at `version`, or, without version, a new append-only row."""

    layer: str
    record_id: str
    before: Mapping[str, Any]
    after: Mapping[str, Any]
    version: int | None = None


@dataclass(frozen=True, slots=True)
class Conflict:
    """What is left as it is: a field, or (`column` None) a whole record, and why.

    `saved` is what the save wrote, `now` what is stored; `revision` and `author` name who changed it since.
    `needed_by` counts rows per layer that depend on the record.
    """

    kind: Obstacle
    layer: str
    record_id: str
    column: str | None = None
    saved: Any = None
    now: Any = None
    revision: int | None = None
    author: str | None = None
    needed_by: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Plan:
    """What a request would write and what it would leave; `hidden` counts rows that disappear with an archived one."""

    request: Request
    steps: tuple[Step, ...] = ()
    conflicts: tuple[Conflict, ...] = ()
    hidden: Mapping[str, int] = field(default_factory=dict)
