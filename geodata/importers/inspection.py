"""What was understood of a file, what is wrong with it and what it would change: the answer of an inspection.

The summary is one JSON file; the rows of issues and changes stand in files of their own, one JSON object a line,
so that a page reads only the window that it shows.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import Any, Self

SUMMARY, ISSUES, CHANGES, MISSING, PREVIEW, PICTURES = (
    "inspection.json",
    "issues.jsonl",
    "changes.jsonl",
    "missing.jsonl",
    "preview.geojson",
    "pictures.geojson",
)
"""Files of an inspection in its folder.

`issues.jsonl`: row, field, issue, value, message, severity, who_fixes, cell (sheet address such as "F12", or "").
`changes.jsonl`: row, record_id (None: new without id), name, state (`new`, `changed`, `unchanged`, `rejected`),
fields: [{name, label, old, new}] with labels instead of codes. `missing.jsonl`: record_id, name, street.
`preview.geojson`: display degrees; properties row, name, state, and role (`file` or `stored`). `pictures.geojson`: a
few shapes as each hypothesis would place them (see `pictures`).
"""

OFFENDING = "offending.jsonl"
"""For the report: a line with headings and fields, then the rows that have issues as the file has them (row, cells)."""


@dataclass(frozen=True, slots=True)
class Heading:
    """One column of the file and what it was taken for (`field` "" : left out).

    `how`: `said` by the person, `learned` earlier, `exact` by name, label or alias, `similar`, `position` under a
    merged heading, `unknown`. `confidence` from 0 to 1.
    """

    position: int
    heading: str
    samples: tuple[str, ...]
    field: str
    label: str
    confidence: float
    how: str


@dataclass(frozen=True, slots=True)
class Skipped:
    """A row of the sheet that is not a record: `why` is title, heading, total, subtotal, footnote, example, blank or hidden."""

    row: int
    why: str
    text: str


@dataclass(frozen=True, slots=True)
class Evidence:
    """One hypothesis about the coordinates: how far the file lies from what the district holds.

    `fit_m` is None when the coordinates do not fall near the district (`near` is false), or when there is nothing
    to compare with; a person may choose any that is near.
    """

    code: str
    label: str
    fit_m: float | None
    note: str
    near: bool = True


@dataclass(frozen=True, slots=True)
class Choice:
    """A record that a name or row may mean."""

    record_id: str
    label: str
    score: float
    why: str


@dataclass(frozen=True, slots=True)
class Decision:
    """A question that a person must answer. `what`: `match` (key: row) or `name` (key: `layer/text`)."""

    what: str
    key: str
    row: int | None
    text: str
    choices: tuple[Choice, ...]

    @property
    def is_free(self) -> bool:
        """Whether nothing is known of the row: any record may be meant, or a new one whose name is given."""
        return self.what == "match" and not self.choices


@dataclass(frozen=True, slots=True)
class Counts:
    """`accepted + rejected == rows`; `new + changed + unchanged == accepted`. Rows that wait for a decision or that
    a person left out are rejected ones; `waiting` counts the former.
    """

    rows: int = 0
    accepted: int = 0
    rejected: int = 0
    waiting: int = 0
    new: int = 0
    changed: int = 0
    unchanged: int = 0
    missing: int = 0
    errors: int = 0
    warnings: int = 0
    repaired: int = 0


@dataclass(frozen=True, slots=True)
class Inspection:
    """The summary. `refused` says why nothing could be read; `asks` lists what must be answered before accepting:
    `kind`, `coordinates`, `columns`, `decisions`.
    """

    file_name: str
    sha256: str = ""
    format: str = ""
    encoding: str = ""
    layers: tuple[str, ...] = ()
    layer: str = ""
    kind: str = ""
    kinds: tuple[tuple[str, float], ...] = ()
    heading_rows: tuple[int, int] | None = None
    headings: tuple[Heading, ...] = ()
    skipped: tuple[Skipped, ...] = ()
    source_crs: str = ""
    said_crs: str = ""
    verdict: str = ""
    reason: str = ""
    evidence: tuple[Evidence, ...] = ()
    decisions: tuple[Decision, ...] = ()
    asks: tuple[str, ...] = ()
    refused: str = ""
    counts: Counts = Counts()
    revision: int = 0

    def text(self) -> str:
        """As JSON."""
        return json.dumps(asdict(self), ensure_ascii=False)

    @classmethod
    def read(cls, text: str) -> Self:
        """From JSON as `text` writes it."""
        values: dict[str, Any] = json.loads(text)
        parts = {"headings": Heading, "skipped": Skipped, "evidence": Evidence}
        for name, kind in parts.items():
            values[name] = tuple(
                kind(**{key: tuple(v) if isinstance(v, list) else v for key, v in one.items()})
                for one in values[name]
            )
        values["decisions"] = tuple(
            Decision(**{**one, "choices": tuple(Choice(**choice) for choice in one["choices"])})
            for one in values["decisions"]
        )
        values["counts"] = Counts(**values["counts"])
        for name in ("layers", "asks"):
            values[name] = tuple(values[name])
        values["kinds"] = tuple((code, share) for code, share in values["kinds"])
        rows = values["heading_rows"]
        values["heading_rows"] = None if rows is None else (rows[0], rows[1])
        return cls(**values)
