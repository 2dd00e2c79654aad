"""Which sheet of a workbook is the ledger: the first one, unless it is a cover that no kind knows anything of."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from geodata.importers.asked import Asked
from geodata.importers.files import FileRead, read_file
from geodata.importers.issues import Problem, issue, shown
from geodata.importers.sandbox import Limits
from geodata.importers.understanding import Learned, Understanding, understand

_MOST_SHEETS = 5


def understand_file(
    path: Path, file: FileRead, asked: Asked, learned: Learned, limits: Limits
) -> tuple[FileRead, Understanding]:
    """What was read and understood; of a workbook whose first sheet has no known heading the first one that has.

    A sheet that a person named is never changed. Raises BadFile for a sheet that cannot be read.
    """
    found = understand(file.header, file.lines, asked=asked, learned=learned)
    if asked.layer is not None or file.header.get("shape") != "grid" or _is_known(found):
        return file, found
    first = str(file.header.get("layer") or "")
    for name in [one for one in file.header.get("layers") or () if one != first][:_MOST_SHEETS]:
        other = read_file(path, layer=name, encoding=asked.encoding, limits=limits)
        heard = understand(other.header, other.lines, asked=replace(asked, layer=name), learned=learned)
        if _is_known(heard):
            text = f"“{shown(first)}”里没有认识的栏名，没有读；读的是“{shown(name)}”，可改选"
            heard.issues.insert(0, issue(Problem.OTHER_LAYERS, text, value=first))
            return other, heard
    return file, found


def _is_known(found: Understanding) -> bool:
    return any(one.field for one in found.headings)
