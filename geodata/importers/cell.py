"""What reading one cell gives: a value, the doubts about it, and what must be kept besides."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from geodata.importers.issues import Problem
from geodata.vocabulary import Approx

Doubt = tuple[Problem, str]

REMARK_END = "（文件原文）"


@dataclass(slots=True)
class Cell:
    """A value that may be stored (None: empty) and the doubts about it; `ok` is False when it must be refused.

    `approx` is how exact a number was written, `unit` the unit behind a quantity of works, `remark` what must be
    added to the note so that nothing is lost.
    """

    value: Any = None
    doubts: list[Doubt] = field(default_factory=list)
    ok: bool = True
    approx: Approx = Approx.EXACT
    unit: str = ""
    remark: str = ""

    def refuse(self, problem: Problem, message: str) -> Cell:
        """The cell without value, refused for a reason."""
        self.value, self.ok, self.remark = None, False, ""
        self.doubts = [(problem, message)]
        return self

    def doubt(self, problem: Problem, message: str) -> None:
        """Name a repair or a doubt."""
        self.doubts.append((problem, message))
