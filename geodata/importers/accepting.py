"""Accepting an inspection: one save with author and reason, the import batch, and what was settled on the way."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

from geodata.errors import BadValue, StaleRow
from geodata.importers.inspecting import Outcome
from geodata.importers.issues import issues_frame
from geodata.importers.lines import Change
from geodata.importers.naming import plain_in
from geodata.kinds.headings import folded
from geodata.schema import LAYERS
from geodata.store import Commit, Store
from geodata.store.revisions import snapshot
from geodata.vocabulary import AuditAction, DataStatus

_MOST_ISSUES_KEPT = 2000
_SETTLED = {"data_status": DataStatus.OFFICIAL.value}
CHANGED = "检查之后数据库又有人保存过，没有写入任何内容；请看新的检查结果后再接受。"


def accept(
    store: Store,
    outcome: Outcome,
    *,
    author: str,
    reason: str | None = None,
    today: date,
    workspace: str = "",
) -> int | None:
    """Write what was inspected as one revision; None when there was nothing to write, not even a decision to keep.

    `workspace` is kept with the batch, so that `workspace.written` finds it.

    Raises BadValue while something must be answered first, StaleRow when a layer that the inspection read has
    changed since, and other members of StoreError.
    """
    _require_answers(outcome, author)
    changed = [change for change in outcome.verdict.accepted if change.values]
    if outcome.known is None or not (changed or _names_to_keep(outcome) or _headings_to_keep(outcome)):
        return None
    name = outcome.inspection.file_name
    with store.commit(author=author, reason=reason or f"导入{outcome.known.kind.label} {name}") as commit:
        _require_unchanged(commit, outcome)
        commit.insert_many("estate", outcome.verdict.new_estates, action=AuditAction.IMPORT)
        _write(commit, outcome, changed, today)
        _remember(commit, outcome)
        commit.note_import(**_batch(outcome, workspace))
        return commit.revision


def _require_answers(outcome: Outcome, author: str) -> None:
    if not author.strip():
        raise BadValue("没有填写操作人，不能导入。")
    if outcome.inspection.refused:
        raise BadValue(outcome.inspection.refused)
    open_questions = {"kind": "台账种类", "coordinates": "坐标系", "columns": "栏目的对应"}
    left = [label for code, label in open_questions.items() if code in outcome.inspection.asks]
    if left:
        raise BadValue(f"还没有选定{'、'.join(left)}，不能导入。")


def _require_unchanged(commit: Commit, outcome: Outcome) -> None:
    """Nothing that the inspection was held against has been saved since."""
    assert outcome.known
    now = snapshot(commit.connection).layers
    before = outcome.known.snapshot.layers
    if any(now.get(layer) != before.get(layer) and layer in outcome.known.frames for layer in now):
        raise StaleRow(CHANGED, mine={}, theirs={})


def _write(commit: Commit, outcome: Outcome, changed: list[Change], today: date) -> None:
    assert outcome.known
    layer = LAYERS[outcome.known.kind.layer]
    if layer.append_only:
        who = {"recorded_on": today, "recorded_by": commit.author}
        rows = [{**_whole(outcome, change), **who} for change in changed]
        commit.insert_many(layer.name, rows, action=AuditAction.IMPORT)
        return
    new = [change.values for change in changed if change.stored is None]
    commit.insert_many(layer.name, new, action=AuditAction.IMPORT)
    for change in changed:
        if change.stored is not None:
            commit.update(layer.name, change.stored.id, change.values, version=change.stored.version)


def _whole(outcome: Outcome, change: Change) -> dict[str, Any]:
    """A row for an append-only layer: a correction repeats what it does not change, and names what it replaces."""
    if change.stored is None:
        return change.values
    assert outcome.known
    kept = {name: change.stored.values.get(name) for one in outcome.known.kind.columns for name in one.stored}
    kept.pop("id", None)
    return {**kept, **change.values, "corrects_id": change.stored.id}


def _remember(commit: Commit, outcome: Outcome) -> None:
    """Keep what the person settled: names that stand for records, headings that stand for columns."""
    assert outcome.known
    for (layer, name), record in _names_to_keep(outcome).items():
        _settle(commit, "name_alias", {"layer": layer, "name": name}, {"record": record}, outcome)
    for heading, meaning in _headings_to_keep(outcome).items():
        of = {"kind": outcome.known.kind.code, "heading": heading}
        _settle(commit, "column_alias", of, {"field": meaning}, outcome)


def _names_to_keep(outcome: Outcome) -> dict[tuple[str, str], str]:
    """Names that the person chose a record for, by layer, where it is not known yet."""
    assert outcome.known
    known = outcome.known.learned_names
    return {
        (layer, name.strip()): record
        for (layer, name), record in outcome.verdict.learned.items()
        if known.get((layer, plain_in(layer, name))) != record
    }


def _headings_to_keep(outcome: Outcome) -> dict[str, str]:
    """Headings that the person gave a meaning (with its unit, where one was said), where it is not known yet."""
    assert outcome.known
    kind, frame = outcome.known.kind.code, outcome.known.frames["column_alias"]
    known = {(one.kind, one.heading): one.field for one in frame.itertuples()}
    said = {
        folded(one.heading): outcome.asked.columns.get(one.heading, one.field)
        for one in outcome.inspection.headings
        if one.how == "said" and one.field
    }
    return {heading: meaning for heading, meaning in said.items() if known.get((kind, heading)) != meaning}


def _settle(
    commit: Commit, layer: str, of: dict[str, str], meaning: dict[str, str], outcome: Outcome
) -> None:
    """Add a meaning, or change the one that is there."""
    found = commit.rows(layer, **of, archived=False)
    if found:
        commit.update(layer, found[0]["id"], meaning, version=found[0]["version"])
    else:
        source = f"导入 {outcome.inspection.file_name} 时选定"
        commit.insert(layer, {**of, **meaning, **_SETTLED, "source": source})


def _batch(outcome: Outcome, workspace: str) -> dict[str, Any]:
    """The row of the import book: which file, how it was understood, how many rows, which issues (the first 2,000)."""
    inspection, verdict = outcome.inspection, outcome.verdict
    rows = issues_frame(verdict.issues).head(_MOST_ISSUES_KEPT).to_json(orient="records", force_ascii=False)
    assert outcome.known
    return {
        "file_name": inspection.file_name,
        "sha256": inspection.sha256,
        "layer": outcome.known.kind.layer,
        "accepted": len(verdict.accepted),
        "rejected": len(verdict.rejected),
        "source_crs": inspection.source_crs or None,
        "issues": json.dumps({"total": len(verdict.issues), "first": json.loads(rows)}, ensure_ascii=False),
        "understood": json.dumps({**_understood(outcome), "workspace": workspace}, ensure_ascii=False),
    }


def _understood(outcome: Outcome) -> dict[str, Any]:
    inspection = outcome.inspection
    return {
        "kind": inspection.kind,
        "format": inspection.format,
        "encoding": inspection.encoding,
        "layer": inspection.layer,
        "heading_rows": inspection.heading_rows,
        "headings": [[one.heading, one.field, one.how] for one in inspection.headings],
        "skipped": [[one.row, one.why] for one in inspection.skipped[:200]],
        "said_crs": inspection.said_crs,
        "verdict": inspection.verdict,
        "reason": inspection.reason,
        "evidence": [[one.code, one.fit_m, one.note] for one in inspection.evidence],
        "said_by_person": {
            "hypothesis": outcome.asked.hypothesis,
            "crs": outcome.asked.crs,
            "matches": outcome.asked.matches,
            "names": outcome.asked.names,
            "columns": outcome.asked.columns,
        },
        "counts": {
            name: getattr(inspection.counts, name)
            for name in ("rows", "accepted", "rejected", "waiting", "new", "changed", "unchanged")
        },
    }
