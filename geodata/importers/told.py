"""An inspection in its folder, as people see it: issues, changes field by field, what is missing, the map."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import shapely

from geodata.honesty import FuzzyDate, Quantity
from geodata.importers.inspecting import Outcome, missing
from geodata.importers.inspection import CHANGES, ISSUES, MISSING, OFFENDING, PICTURES, PREVIEW, SUMMARY
from geodata.importers.known import Known
from geodata.importers.lines import Change, Line
from geodata.importers.workspace import write_whole
from geodata.kinds.kind import Column, Holds
from geodata.schema import LAYERS
from geodata.vocabulary import Approx, DatePrecision, Severity

NO_VALUE = ""
_MOST_DRAWN = 2000
_MOST_OFFENDING = 20_000
_DECIMALS = 7
_CELL_CHARACTERS = 300

Json = dict[str, Any]


def write_outcome(folder: Path, outcome: Outcome) -> None:
    """Write all files of an inspection, the summary last. Raises OSError."""
    _write_lines(folder / ISSUES, issue_lines(outcome))
    _write_lines(folder / CHANGES, change_lines(outcome))
    _write_lines(folder / MISSING, _missing_lines(outcome))
    _write_lines(folder / OFFENDING, offending_lines(outcome))
    write_whole(folder / PREVIEW, _preview(outcome))
    _write_pictures(folder, outcome)
    write_whole(folder / SUMMARY, outcome.inspection.text())


def _write_lines(path: Path, lines: Iterable[Json]) -> None:
    text = "".join(json.dumps(line, ensure_ascii=False, default=str) + "\n" for line in lines)
    write_whole(path, text.encode("utf-8", "replace").decode("utf-8"))


# ── Issues ────────────────────────────────────────────────────────────────────────────────────────────────────


def issue_lines(outcome: Outcome) -> Iterator[Json]:
    """Issues in the order of rows (those of the whole file first, errors before others), with the cell's address."""
    cells = {(record.row, name): cell for record in outcome.records for name, cell in record.cells.items()}
    ordered = sorted(outcome.verdict.issues, key=lambda one: (one.row or 0, one.severity != Severity.ERROR))
    for one in ordered:
        yield {
            "row": one.row,
            "field": one.field,
            "issue": one.issue.value,
            "value": one.value,
            "message": one.message,
            "severity": one.severity.value,
            "who_fixes": one.who_fixes.value,
            "cell": cells.get((one.row or 0, one.field), ""),
        }


# ── Changes ───────────────────────────────────────────────────────────────────────────────────────────────────


def change_lines(outcome: Outcome) -> Iterator[Json]:
    """What each record of the file does, in the order of the file."""
    if outcome.known is None:
        return
    accepted = {change.key: change for change in outcome.verdict.accepted}
    estates = {row["id"]: row["name"] for row in outcome.verdict.new_estates}
    for line in outcome.lines:
        change = accepted.get(line.key)
        if change is None:
            yield {
                "row": line.row,
                "record_id": None,
                "name": _raw_name(line),
                "state": "rejected",
                "fields": [],
            }
            continue
        yield {
            "row": line.row,
            "record_id": change.record_id,
            "name": name_of(outcome.known, change),
            "state": "unchanged" if not change.values else "new" if change.is_new else "changed",
            "fields": list(field_changes(outcome.known, change, estates)),
        }


def _raw_name(line: Line) -> str:
    named = (line.values.get(name) for name in ("name", "compound_id", "work_item_id", "street_code", "id"))
    return str(next((one for one in named if one not in (None, "")), ""))[:80]


def name_of(known: Known, change: Change) -> str:
    """What people call the record of a change."""
    if change.now("name") and "name" in known.kind.key:
        return str(change.now("name"))
    keys = [name for name in known.kind.key if name != "name" and change.now(name) is not None]
    return "，".join(known.told(known.kind.layer, name, change.now(name)) for name in keys)


def field_changes(known: Known, change: Change, estates: dict[str, str]) -> Iterator[Json]:
    """Field by field: label, former and new value as people read them."""
    layer = LAYERS[known.kind.layer]
    former = change.stored.values if change.stored else {}
    done: set[str] = set()
    for column in known.kind.columns:
        names = [name for name in column.stored if name in change.values]
        if names and column.name != "id":
            done |= {*names}
            old = told_value(known, column, former)
            new = told_value(known, column, {**former, **change.values}, estates)
            yield {"name": column.name, "label": column.label, "old": old, "new": new}
    for name, value in change.values.items():
        if name in done or name == "id":
            continue
        if name == "geometry":
            stored = change.stored.boundary if change.stored else None
            yield {
                "name": name,
                "label": layer.labels.get(name, name),
                "old": told_shape(stored),
                "new": told_shape(value),
            }
        elif not (change.is_new and value is None):
            old = "" if former.get(name) is None else known.told(layer.name, name, former[name])
            new = "" if value is None else known.told(layer.name, name, value)
            yield {"name": name, "label": layer.labels.get(name, name), "old": old, "new": new}


def told_value(
    known: Known, column: Column, values: dict[str, Any], estates: dict[str, str] | None = None
) -> str:
    """A column's value as people read it; empty for a missing one."""
    if column.holds is Holds.FUZZY_DATE:
        first, last, precision = (values.get(name) for name in column.stored)
        return "" if precision is None else FuzzyDate(first, last, DatePrecision(precision)).text()
    value = values.get(column.name)
    if value is None:
        return NO_VALUE
    if column.name == "estate_id" and estates and value in estates:
        return f"{estates[value]}（新建）"
    if column.holds is Holds.YES_NO:
        return "是" if value else "否"
    if column.holds is Holds.QUANTITY:
        return Quantity(value, values.get("unit") or "", Approx(values.get("approx") or Approx.EXACT)).text()
    return known.told(known.kind.layer, column.name, value)


def told_shape(shape: Any) -> str:
    """A boundary in a few words."""
    if shape is None:
        return "无"
    return f"有，{shapely.get_num_coordinates(shape):,} 个顶点"


# ── What is missing, and the rows to be mended ────────────────────────────────────────────────────────────────


def _missing_lines(outcome: Outcome) -> Iterator[Json]:
    known = outcome.known
    if known is None:
        return
    for record_id in missing(outcome):
        one = known.records[record_id]
        street = one.values.get("street_code")
        name = one.name if one.values.get("name") else known.describe(known.kind.layer, record_id)
        yield {
            "record_id": record_id,
            "name": name,
            "street": "" if street is None else known.label("street_office", street),
        }


def offending_lines(outcome: Outcome) -> Iterator[Json]:
    """The headings, then the rows of the file that have an issue, as they stand there."""
    headings = outcome.inspection.headings
    yield {"headings": [one.heading for one in headings], "fields": [one.field for one in headings]}
    if outcome.file is None:
        return
    wanted = {one.row for one in outcome.verdict.issues if one.row is not None}
    left = _MOST_OFFENDING
    for line in outcome.file.lines:
        if line["row"] in wanted and left:
            left -= 1
            yield {"row": line["row"], "cells": [_shown(one) for one in _cells(line, headings)]}


def _cells(line: Json, headings: Iterable[Any]) -> list[Any]:
    if "cells" in line:
        cells = line["cells"]
        return [cells[one.position - 1] if one.position <= len(cells) else None for one in headings]
    return [(line.get("values") or {}).get(one.heading) for one in headings]


def _shown(cell: Any) -> Any:
    if isinstance(cell, dict):
        return cell.get("date") or cell.get("formula_error") or ""
    return cell[:_CELL_CHARACTERS] if isinstance(cell, str) else cell


# ── The map ───────────────────────────────────────────────────────────────────────────────────────────────────


def _preview(outcome: Outcome) -> str:
    """Boundaries of the file and the stored ones that they replace, in stored degrees."""
    features: list[Json] = []
    if outcome.known is not None:
        changes = {change.key: change for change in outcome.verdict.accepted}
        for line in outcome.lines:
            if line.boundary is None or len(features) >= _MOST_DRAWN:
                continue
            change = changes.get(line.key)
            state = "rejected" if change is None else "new" if change.is_new else "changed"
            state = "unchanged" if change is not None and not change.values else state
            name = _raw_name(line) if change is None else name_of(outcome.known, change)
            about = {"row": line.row, "name": name, "state": state}
            features.append(_feature(line.boundary, about | {"role": "file"}))
            former = change.stored.boundary if change and change.stored and change.boundary else None
            if former is not None:
                features.append(_feature(former, about | {"role": "stored", "row": None}))
    return json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False)


def _feature(shape: Any, about: Json) -> Json:
    rounded = shapely.transform(shape, lambda xy: np.round(xy, _DECIMALS))
    return {"type": "Feature", "properties": about, "geometry": json.loads(shapely.to_geojson(rounded))}


def _write_pictures(folder: Path, outcome: Outcome) -> None:
    if outcome.shapes is None or not outcome.settled.evidence:
        (folder / PICTURES).unlink(missing_ok=True)
        return
    from geodata.importers.pictures import pictures
    from geodata.importers.readings import reading

    placed = {one.code: reading(one.code).degrees for one in outcome.settled.evidence if one.near}
    write_whole(folder / PICTURES, pictures(outcome.shapes, placed))
