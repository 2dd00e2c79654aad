"""The fault table names tests: those that there are."""

from __future__ import annotations

import re
from pathlib import Path

TESTS = Path(__file__).parent
TABLE = TESTS.parent / "docs" / "faults.md"
FILE = re.compile(r"(?:browser/)?test_\w+\.py")
MORE = r"\w*"  # what `…` stands for in a name


def test_every_test_that_the_fault_table_names_exists() -> None:
    table = "".join(
        line for line in TABLE.read_text(encoding="utf-8").splitlines(True) if line.startswith("|")
    )
    file, seen, lacking = "", 0, []
    for quoted in re.findall(r"`([^`]*(?:\.py|::|…)[^`]*)`", table):
        place, name = quoted.split("::") if "::" in quoted else ("", quoted)
        named = FILE.fullmatch(place or quoted)
        file = named[0] if named else file
        wanted = "" if name == file else name.replace("…", MORE)
        source = (TESTS / file).read_text(encoding="utf-8")
        if wanted and not re.search(rf"^def {wanted}\(", source, re.MULTILINE):
            lacking.append(f"{file}::{name}")
        seen += 1
    assert seen > 25
    assert lacking == []
