"""Which coordinates a file has: `datum`, as a table or JSON. Nothing is written."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from commands import FINDINGS
from commands.database import opened
from commands.telling import print_table, progress_bar, say
from geodata.errors import BadFile

if TYPE_CHECKING:
    from geodata.importers.detective import Hypothesis, Investigation


def datum(
    context: typer.Context,
    file: Annotated[
        Path, typer.Argument(help="带坐标的文件：GeoPackage、Shapefile（zip）、GeoJSON、KML、DXF 等。")
    ],
    layer: Annotated[str | None, typer.Option("--layer", help="文件有多个图层时指明一个。")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="输出 JSON，不用表格。")] = False,
) -> None:
    """判断文件的坐标是哪一种（CGCS2000、GCJ-02、BD-09、高斯投影等），与库中的界线、楼院、道路比对。

    退出码：0 能判断；1 分不清，需要人工选定；2 文件读不了。
    """
    from geodata.importers.controls import CONTROL_LAYERS
    from geodata.importers.detective import controls_of, investigate
    from geodata.importers.files import read_file

    with opened(context) as store, progress_bar("比对"):
        read = read_file(file, layer=layer)
        if read.header["shape"] != "features":
            raise BadFile(f"{file.name} 是表格，没有图形；坐标判断只用于带边界、线或点的文件。")
        controls = controls_of(store.frames(list(CONTROL_LAYERS)))
        found = investigate(
            _shapes(read.lines),
            controls,
            said_crs=read.header["crs"],
            default_crs=read.header["default_crs"],
            rows=[line["values"] for line in read.lines],
        )
    facts = {
        "file": file.name,
        "format": read.header["format"],
        "layer": read.header["layer"],
        "rows": read.header["rows"],
        "said": found.said.name if found.said else None,
    }
    _print_json(found, facts) if as_json else _print_table(found, facts)
    if not found.decided:
        raise typer.Exit(FINDINGS)


def _shapes(lines: list[dict[str, Any]]) -> Any:
    """Geometries as the file has them; None for rows without a usable one."""
    import numpy as np
    import shapely

    blobs = np.array([None if line.get("problem") else line["wkb"] for line in lines], dtype=object)
    return shapely.from_wkb(blobs, on_invalid="ignore")


def _print_json(found: Investigation, facts: dict[str, Any]) -> None:
    import json
    from dataclasses import asdict

    hypotheses = [asdict(one) for one in found.hypotheses]
    told = {**facts, "verdict": found.verdict, "reason": found.reason, "hypotheses": hypotheses}
    typer.echo(json.dumps(told, ensure_ascii=False, indent=1, allow_nan=False))


def _print_table(found: Investigation, facts: dict[str, Any]) -> None:
    said = facts["said"] or "没有说明"
    title = f"{facts['file']}：{facts['rows']} 行，文件自己写的坐标系：{said}"
    rows = [[one.code, one.label, _fit(one), one.note] for one in found.near]
    print_table(title, ["代码", "假设", "与库中相差", "依据"], rows)
    if len(found.near) < len(found.hypotheses):
        say("其余坐标系换算后不在本区附近（--json 列出全部）。")
    say(f"判断：{'' if found.decided else '分不清。'}{found.reason}。")
    if not found.decided:
        say("请核实后在导入时指明，例如 --datum gcj02 或 --datum EPSG:4547；说明见 docs/datum.md。")


def _fit(one: Hypothesis) -> str:
    return "—" if one.fit_m is None else f"{one.fit_m:,.1f} ± {one.spread_m or 0:,.1f} m"
