"""What a person says and decides about a file before it is taken in; kept as JSON beside the file."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field, fields
from typing import Any, Self

from geodata.errors import BadValue

AUTO = "auto"
NEW, SKIP = "new", "skip"
NAMED = "new:"
"""Before the name that a person gives a new record whose row has none."""
IGNORED = ""


@dataclass(frozen=True, slots=True)
class Asked:
    """Declarations and decisions. Everything may stay empty: then it is found out, and shown.

    `kind` is a code of `geodata.kinds.KINDS`; `layer` a sheet or layer of the file; `heading_rows` first and last
    row of the headings; `hypothesis` a code of the detective (`auto`: by evidence) and `crs` an `EPSG:n` that goes
    first. `columns` maps a heading to a column name ("" for: leave out), with a unit if need be (`budget_cny:万元`). `matches` maps a row number, as text, to
    the id that it is, or `new` (`new:name` for a row without a name), or `skip`. `names` maps `layer/text` to the id that a name stands for, or to `skip`
    when it is none of those offered: its rows are then refused.
    `clear_empty`: an empty cell empties the stored value; else it says nothing.
    """

    file_name: str = ""
    kind: str = AUTO
    layer: str | None = None
    heading_rows: tuple[int, int] | None = None
    encoding: str | None = None
    crs: str | None = None
    hypothesis: str = AUTO
    columns: dict[str, str] = field(default_factory=dict)
    matches: dict[str, str] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    create_estates: bool = False
    clear_empty: bool = False

    def text(self) -> str:
        """As JSON."""
        return json.dumps(asdict(self), ensure_ascii=False)

    @classmethod
    def read(cls, text: str) -> Self:
        """From JSON. Raises BadValue for anything that is not such a declaration."""
        try:
            values: dict[str, Any] = json.loads(text)
            known = {one.name for one in fields(cls)}
            if not isinstance(values, dict) or values.keys() - known:
                raise ValueError(f"unknown: {values}")
            rows = values.get("heading_rows")
            values["heading_rows"] = None if rows is None else (int(rows[0]), int(rows[1]))
            return cls(**values)
        except (ValueError, TypeError, LookupError) as error:
            raise BadValue("导入的设置读不懂，请重新选择文件") from error
