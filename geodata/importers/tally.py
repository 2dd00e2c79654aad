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
        reported = f"行没有给出数据性质，按“{status.label}”（{status.meaning}）登记"
        schematic = f"行没有给出界线性质，按“{drawn.label}”（{drawn.meaning}）登记"
        kept = "格为空，库中原值保留；要清空请选“空格清空库中原值”"
        serial = "行的“编号”是 1、2、3 这样的序号，不当作系统的编号；这些行按名称、街道等认库中的记录"
        said = {
            "serial": (Problem.IGNORED_COLUMN, "id", serial),
            "data_status": (Problem.DEFAULT_USED, "data_status", reported),
            "source": (Problem.DEFAULT_USED, "source", f"行没有给出数据来源，记为“{shown(terms.source)}”"),
            "boundary_status": (Problem.DEFAULT_USED, "geometry", schematic),
            "phase": (Problem.DEFAULT_USED, "phase", "行没有给出分期，按第 1 期登记"),
            "unit": (Problem.DEFAULT_USED, "unit", "行没有给出单位，按工程类型的常用单位登记"),
            "kept_when_empty": (Problem.EMPTY_KEPT, "", kept),
            "no_boundary": (Problem.NO_BOUNDARY, "geometry", "行没有边界，进入“无边界”清单"),
            "boundary_kept": (Problem.BOUNDARY_KEPT, "geometry", "行在文件中没有边界，库中原有边界保持不变"),
        }
        return [
            issue(problem, f"{self[key]} {text}", field=field, value=self[key])
            for key, (problem, field, text) in said.items()
            if self[key]
        ]
