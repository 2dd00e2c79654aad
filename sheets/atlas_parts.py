"""The parts of an atlas: which there are, in what order, with what number, and the set-up of each."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from geodata.errors import BadValue
from geodata.vocabulary import AtlasBy, SheetKind
from sheets import audience
from sheets.atlas_setup import Atlas
from sheets.register import Register
from sheets.setup import Setup

GROUPED: dict[AtlasBy, tuple[str, str, str]] = {
    AtlasBy.STREET: ("street_code", "streets", "street_office"),
    AtlasBy.REPORT: ("street_code", "streets", "street_office"),
    AtlasBy.AREA: ("renewal_area_id", "areas", "renewal_area"),
}
"""Column of a compound, field of the filters and layer of what an atlas has its chapters by."""

_DIGITS = "一二三四五六七八九"


@dataclass(frozen=True, slots=True)
class Part:
    """A part of an atlas: its number, what it is called and where it lies, the record it is about (`layer`, `id`), its
    set-up, how deep it stands in the contents, and the fields of its file name."""

    number: str
    title: str
    place: str
    layer: str
    id: str
    setup: Setup
    depth: int
    values: dict[str, str]


def parts(atlas: Atlas, register: Register) -> list[Part]:
    """The parts in the order of the atlas. Raises BadValue when there are none."""
    require_one_template(atlas)
    seen = audience.allowed(atlas.setup, register)
    made = list(_parts(atlas, seen, meant(atlas, seen)))
    if not made:
        raise BadValue("图册里一页也没有：筛选和勾选之后没有剩下楼院、街道或片区。请放宽筛选，或重新勾选。")
    return made


def require_one_template(atlas: Atlas) -> None:
    """Raise BadValue for a report with a template: streets and compounds are sheets of two kinds."""
    if atlas.by is AtlasBy.REPORT and atlas.setup.template:
        raise BadValue(
            f"“{atlas.by.label}”的图册有两种图件，不能共用模板 {atlas.setup.template}；请不选模板，或改做逐楼院、逐街道的图册。"
        )


def meant(atlas: Atlas, register: Register) -> Any:
    """Compounds that pass the filters, and are ticked when any are."""
    rows = register.frames["compound"]
    rows = rows[register.visible(atlas.setup.as_of, atlas.setup.filters).to_numpy()]
    return rows[rows.index.isin(atlas.setup.compounds)] if atlas.setup.compounds else rows


def left_out(atlas: Atlas, register: Register) -> str:
    """What an atlas by street or area does not hold, since it lies in none; empty when nothing is left out."""
    if atlas.by is AtlasBy.COMPOUND:
        return ""
    column, where = GROUPED[atlas.by][0], "片区" if atlas.by is AtlasBy.AREA else "街道"
    nowhere = int(meant(atlas, register)[column].isna().sum())
    return f"另有 {nowhere} 个楼院不在任何{where}，不在册中" if nowhere else ""


def _parts(atlas: Atlas, register: Register, rows: Any) -> Iterator[Part]:
    if atlas.by is AtlasBy.COMPOUND:
        kept = rows[rows.index.isin(atlas.ids)] if atlas.ids else rows
        for number, identity in enumerate(kept.sort_index().index, 1):
            yield _compound(atlas, register, str(identity), str(number), 0)
        return
    column, _, layer = GROUPED[atlas.by]
    names, number = register.frames[layer]["name"], 0
    groups = ((group, members) for group, members in rows.dropna(subset=[column]).groupby(column, sort=True))
    chosen = ((group, members) for group, members in groups if not atlas.ids or group in atlas.ids)
    for chapter, (group, members) in enumerate(chosen, 1):
        nested = atlas.by is AtlasBy.REPORT
        shown, name = chinese(chapter) if nested else str(chapter), str(names.get(group) or group)
        yield _group(atlas, str(group), shown, name, len(members))
        for identity in members.sort_index().index if nested else ():
            number += 1
            yield _compound(atlas, register, str(identity), str(number), 1)


def _group(atlas: Atlas, group: str, number: str, name: str, compounds: int) -> Part:
    _, field, layer = GROUPED[atlas.by]
    setup = atlas.setup.changed(
        kind=SheetKind.SNAPSHOT,
        filters=replace(atlas.setup.filters, **{field: (group,)}),
        view=None,
        selected=None,
        title=name,
        subtitle="",
        link=_link(atlas.setup, street=group) if field == "streets" else _link(atlas.setup, area=group),
    )
    values = _values(atlas, group, name, **{layer: name})
    return Part(number, name, f"{compounds:,} 个楼院", layer, group, setup, 0, values)


def _compound(atlas: Atlas, register: Register, identity: str, number: str, depth: int) -> Part:
    row = register.frames["compound"].loc[identity]
    name = str(row["name"] or identity)
    street = str(register.frames["street_office"]["name"].get(row["street_code"]) or "")
    area = str(register.frames["renewal_area"]["name"].get(row["renewal_area_id"]) or "")
    setup = atlas.setup.changed(
        kind=SheetKind.STRATEGY, view=None, selected=identity, compounds=(), title="", subtitle="",
        link=_link(atlas.setup, page="dossier", compound=identity),
    )  # fmt: skip
    values = _values(atlas, identity, name, street_office=street, renewal_area=area)
    return Part(number, name, "" if depth else street, "compound", identity, setup, depth, values)


def _link(setup: Setup, *, page: str = "", **query: str) -> str:
    """The address of what a part is about, on the server that the atlas's own address names; none without one."""
    if not setup.link:
        return ""
    root = setup.link.split("?")[0].rsplit("/", 1)[0]
    said = query | {"date": setup.as_of.isoformat()} | ({} if page else {"theme": setup.theme.value})
    return f"{root}/{page}?{urlencode(said)}"


def _values(
    atlas: Atlas, identity: str, name: str, street_office: str = "", renewal_area: str = ""
) -> dict[str, str]:
    day = atlas.setup.as_of.isoformat()
    return {"id": identity, "name": name, "street": street_office, "area": renewal_area, "date": day}


def chinese(number: int) -> str:
    """A number of chapters in Chinese (1 to 99); larger ones as figures."""
    if not 0 < number < 100:
        return str(number)
    tens, ones = divmod(number, 10)
    first = "" if not tens else "十" if tens == 1 else f"{_DIGITS[tens - 1]}十"
    return first + (_DIGITS[ones - 1] if ones else "")
