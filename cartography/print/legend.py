"""The legend of a printed map, built from what was drawn and nothing else."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import Any

from cartography import symbology as s
from cartography.print import marks
from cartography.print.content import MapContent, Shown
from geodata.vocabulary import BoundaryStatus, Light, LineKind, RoadClass, ZoneClass

Groups = list[dict[str, Any]]
Files = dict[str, bytes]


def build(content: MapContent, shown: Shown, *, prefix: str = "legend") -> tuple[Groups, Files]:
    """Groups of a legend as templates read them (`title`, `note`, `entries`), and their pictures by file name.

    Only what lies in the frame has a line: the values of the theme with their counts, what is drawn around or
    instead of them, then wall and zones, then borders and roads. `prefix` keeps the pictures of several maps apart.
    """
    groups = [
        _group(content.theme.label, [*_statuses(content, shown), *_beside(shown)], content.theme.meaning),
        _group("城垣与文物", _heritage(content, shown)),
        _group("界线与道路", _ground(content, shown)),
    ]
    files: Files = {}
    for group in groups:
        for entry in group["entries"]:
            name = f"{prefix}-{entry.pop('key')}.svg"
            files[name] = entry.pop("picture")
            entry["file"] = name
    return [group for group in groups if group["entries"]], files


def _group(title: str, entries: list[dict[str, Any]], note: str | None = None) -> dict[str, Any]:
    return {"title": title, "note": note, "entries": entries}


def _entry(key: str, picture: bytes, label: str, count: int | None = None) -> dict[str, Any]:
    return {"key": key, "picture": picture, "label": label, "count": None if count is None else f"{count:,}"}


def _statuses(content: MapContent, shown: Shown) -> list[dict[str, Any]]:
    picture = marks.mark if content.as_points else marks.status
    return [
        _entry(f"{content.theme.value}-{term.value}", picture(symbol), term.label, shown.codes[term.value])
        for term, symbol in s.symbols(content.theme).items()
        if shown.codes[term.value]
    ]


def _beside(shown: Shown) -> list[dict[str, Any]]:
    """What is drawn around a compound, or in place of its boundary."""
    entries = []
    if shown.hold:
        entries.append(_entry("hold", marks.outline(s.HOLD), Light.HERITAGE_HOLD.label, shown.hold))
    if shown.uncertain:
        label = BoundaryStatus.UNCERTAIN.label + "（在圆内某处）"
        entries.append(_entry("uncertain", marks.circle(s.UNCERTAIN), label, shown.uncertain))
    if shown.selected:
        entries.append(_entry("selected", marks.outline(s.SELECTED), "选中的楼院", shown.selected))
    return entries


def _heritage(content: MapContent, shown: Shown) -> list[dict[str, Any]]:
    wall, zones = shown.kinds.get("wall", Counter()), shown.kinds.get("zone", Counter())
    named = _standing(content, shown, "heritage_zone")
    entries = [
        _entry(f"wall-{kind.value}", marks.line(s.WALL[kind]), kind.label)
        for kind in LineKind
        if wall[kind.value]
    ]
    entries += [
        _entry(f"zone-{zone.value}", marks.area(s.ZONES[zone]), f"{zone.label}{named}")
        for zone in ZoneClass
        if zones[zone.value]
    ]
    if shown.kinds.get("reference"):
        label = f"参考范围{_standing(content, shown, 'reference_area')}"
        entries.append(_entry("reference", marks.area(s.REFERENCE), label))
    return entries


def _ground(content: MapContent, shown: Shown) -> list[dict[str, Any]]:
    borders = (
        ("district", "district", "区界", s.DISTRICT),
        ("street", "street_office", "街道界", s.STREET),
        ("area", "renewal_area", "片区", s.AREA),
    )
    entries = _outlines(content, shown)
    entries += [
        _entry(kind, marks.border(symbol), f"{label}{_standing(content, shown, layer)}")
        for kind, layer, label, symbol in borders
        if shown.kinds.get(kind)
    ]
    if shown.kinds.get("street", Counter())["outside"]:
        entries.append(_entry("outside", marks.area(s.STREET_OUTSIDE), "不计入合计的街道"))
    roads = shown.kinds.get("road", Counter())
    entries += [
        _entry(f"road-{road.value}", marks.line(s.ROADS[road], ground=s.LIGHT.ground), road.label)
        for road in RoadClass
        if roads[road.value]
    ]
    return entries


def _outlines(content: MapContent, shown: Shown) -> list[dict[str, Any]]:
    """How sure the boundaries of compounds are, when some are not: their outlines are dashed."""
    rows = content.layers.get("compound")
    if content.as_points or rows is None or not shown.records.get("compound"):
        return []
    seen = rows.loc[shown.records["compound"]]
    found = Counter(seen["boundary_status"][seen.geometry.notna() & ~seen.geometry.is_empty].astype("str"))
    drawn = [status for status in BoundaryStatus if found[status.value]]
    if not any(s.BOUNDARY_DASH[status] for status in drawn):
        return []
    return [
        _entry(
            f"outline-{status.value}",
            marks.border(replace(s.AREA, stroke=s.LIGHT.text, dash=s.BOUNDARY_DASH[status])),
            f"楼院界（{status.label}）",
        )
        for status in drawn
    ]


def _standing(content: MapContent, shown: Shown, layer: str) -> str:
    """The boundary statuses of what is drawn of a layer, in brackets: 示意, 演示, …"""
    found = boundary_statuses(content, shown, layer)
    return (
        f"（{'、'.join(status.label for status in BoundaryStatus if found[status.value])}）" if found else ""
    )


def boundary_statuses(content: MapContent, shown: Shown, layer: str) -> Counter[str]:
    """How many of the rows drawn of a layer have each boundary status."""
    drawn = shown.records.get(layer, [])
    rows = content.layers.get(layer)
    if rows is None or not drawn or "boundary_status" not in rows:
        return Counter()
    return Counter(rows.loc[drawn, "boundary_status"].astype("str"))
