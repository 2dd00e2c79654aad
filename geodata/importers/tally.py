"""What holds for many rows of a file is said once, with the number of rows."""

from __future__ import annotations

from collections import Counter

from geodata.importers.issues import Issue, Problem, issue, shown
from geodata.importers.lines import Terms
from geodata.vocabulary import BoundaryStatus, DataStatus


class Tally(Counter[str]):
    """How many rows got a default, have no boundary, or keep the one that is stored."""

    def summaries(self, terms: Terms) -> list[Issue]:
        """One issue of the whole file for each."""
        status, drawn = DataStatus.REPORTED, BoundaryStatus.SCHEMATIC
        said = {
            "data_status": (
                Problem.DEFAULT_USED,
                f"没有给出数据性质，按“{status.label}”（{status.meaning}）登记",
            ),
            "source": (Problem.DEFAULT_USED, f"没有给出数据来源，记为“{shown(terms.source)}”"),
            "boundary_status": (
                Problem.DEFAULT_USED,
                f"没有给出界线性质，按“{drawn.label}”（{drawn.meaning}）登记",
            ),
            "no_boundary": (Problem.NO_BOUNDARY, "没有边界，进入“无边界”清单"),
            "boundary_kept": (Problem.BOUNDARY_KEPT, "在文件中没有边界，库中原有边界保持不变"),
        }
        return [
            issue(
                problem,
                f"{self[key]} 行{text}",
                field="geometry" if "boundary" in key else key,
                value=self[key],
            )
            for key, (problem, text) in said.items()
            if self[key]
        ]
