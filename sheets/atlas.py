"""The atlas: a page (or a few) for each compound, street office or area, as one PDF or a ZIP of files."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from io import BytesIO
from pathlib import Path
from typing import Any

from pypdf import PdfReader, PdfWriter

from cartography.print import template
from geodata.errors import BadValue
from geodata.jobs import Advance, Result
from geodata.vocabulary import AtlasBy, Orientation, Paper, SheetFormat, SheetKind
from sheets import audience, compose, fields, files
from sheets.atlas_setup import Atlas, named
from sheets.register import Register
from sheets.setup import Setup
from sheets.sheet import Sheet, finish


@dataclass(frozen=True, slots=True)
class Part:
    """A part of an atlas: what it is called, its set-up, how deep it lies in the contents, fields of its file name."""

    title: str
    setup: Setup
    depth: int
    values: dict[str, str]


def export(atlas: Atlas, register: Register, path: Path, *, on_progress: Advance) -> Result:
    """Write the atlas to `path` whole or not at all; `on_progress` hears of each part and may raise to cancel.

    Raises BadValue when nothing is left to show, or a part may not be printed.
    """
    chosen = parts(atlas, register)
    make = _zip if atlas.form is SheetFormat.ZIP else _pdf
    content = make(atlas, register, chosen, on_progress)
    with files.placed(path, replace=True) as fresh:
        fresh.write_bytes(content)
    title = atlas.setup.title or f"{register.office.district_name}{atlas.by.label}图册"
    name = files.name_of(atlas.setup, title, atlas.form)
    left = _left_out(atlas, register)
    return Result(f"共 {len(chosen)} 部分，修订 {register.revision}{left and f'；{left}'}", file=name)


def parts(atlas: Atlas, register: Register) -> list[Part]:
    """The parts in the order of the atlas. Raises BadValue when there are none."""
    seen = audience.allowed(atlas.setup, register)
    made = list(_parts(atlas, seen, _meant(atlas, seen)))
    if not made:
        raise BadValue("图册里一页也没有：筛选和勾选之后没有剩下楼院、街道或片区。请放宽筛选，或重新勾选。")
    return made


def _meant(atlas: Atlas, register: Register) -> Any:
    """Compounds that pass the filters, and are ticked when any are."""
    rows = register.frames["compound"]
    rows = rows[register.visible(atlas.setup.as_of, atlas.setup.filters).to_numpy()]
    return rows[rows.index.isin(atlas.setup.compounds)] if atlas.setup.compounds else rows


def _left_out(atlas: Atlas, register: Register) -> str:
    """What an atlas by area does not hold, since it lies in none; empty when nothing is left out."""
    if atlas.by is not AtlasBy.AREA:
        return ""
    nowhere = int(_meant(atlas, register)["renewal_area_id"].isna().sum())
    return f"另有 {nowhere} 个楼院不在任何片区，不在册中" if nowhere else ""


def _parts(atlas: Atlas, register: Register, rows: Any) -> Iterator[Part]:
    if atlas.by is AtlasBy.COMPOUND:
        kept = rows[rows.index.isin(atlas.ids)] if atlas.ids else rows
        for identity in kept.sort_index().index:
            yield _compound(atlas, register, str(identity), 0)
        return
    column, field, layer = (
        ("renewal_area_id", "areas", "renewal_area")
        if atlas.by is AtlasBy.AREA
        else ("street_code", "streets", "street_office")
    )
    names = register.frames[layer]["name"]
    for group, members in rows.dropna(subset=[column]).groupby(column, sort=True):
        if atlas.ids and group not in atlas.ids:
            continue
        name = str(names.get(group) or group)
        only = replace(atlas.setup.filters, **{field: (str(group),)})
        setup = atlas.setup.changed(
            kind=SheetKind.SNAPSHOT, filters=only, view=None, selected=None, title=name
        )
        yield Part(name, setup, 0, _values(atlas, str(group), name, **{layer: name}))
        if atlas.by is AtlasBy.REPORT:
            for identity in members.sort_index().index:
                yield _compound(atlas, register, str(identity), 1)


def _compound(atlas: Atlas, register: Register, identity: str, depth: int) -> Part:
    row = register.frames["compound"].loc[identity]
    name = str(row["name"] or identity)
    street = register.frames["street_office"]["name"].get(row["street_code"])
    area = register.frames["renewal_area"]["name"].get(row["renewal_area_id"])
    setup = atlas.setup.changed(
        kind=SheetKind.STRATEGY, paper=Paper.A4, orientation=Orientation.PORTRAIT, view=None, scale=None,
        selected=identity, compounds=(), title="", subtitle="", template="",
    )  # fmt: skip
    values = _values(atlas, identity, name, street_office=str(street or ""), renewal_area=str(area or ""))
    return Part(name, setup, depth, values)


def _values(
    atlas: Atlas, identity: str, name: str, street_office: str = "", renewal_area: str = ""
) -> dict[str, str]:
    day = atlas.setup.as_of.isoformat()
    return {"id": identity, "name": name, "street": street_office, "area": renewal_area, "date": day}


def _pdf(atlas: Atlas, register: Register, chosen: list[Part], advance: Advance) -> bytes:
    body, starts = PdfWriter(), []
    for number, part in enumerate(chosen, 1):
        starts.append(len(body.pages))
        sheet = compose.compose(part.setup, register)
        body.append(BytesIO(finish(sheet, SheetFormat.PDF)[0]), import_outline=False)
        advance(number, len(chosen), part.title)
    length = len(PdfReader(BytesIO(_front(atlas, register, chosen, starts, 0))).pages)
    body.merge(0, BytesIO(_front(atlas, register, chosen, starts, length)), import_outline=False)
    body.add_outline_item(title="目录", page_number=0)
    above = None
    for part, start in zip(chosen, starts, strict=True):
        item = body.add_outline_item(
            title=part.title, page_number=start + length, parent=above if part.depth else None
        )
        above = above if part.depth else item
    buffer = BytesIO()
    body.write(buffer)
    return buffer.getvalue()


def _front(atlas: Atlas, register: Register, chosen: list[Part], starts: list[int], before: int) -> bytes:
    """Title and contents, with the pages on which the parts start."""
    setup = compose.with_office(
        atlas.setup.changed(paper=Paper.A4, orientation=Orientation.PORTRAIT), register.office
    )
    used = template.find("atlas.typ", [register.office.template_folder])
    lay = template.layout(used, setup.paper, setup.orientation, ticks=False)
    title = setup.title or f"{register.office.district_name}{atlas.by.label}图册"
    subtitle = setup.subtitle or f"截至 {setup.as_of.isoformat()}"
    subtitle = " · ".join(filter(None, (subtitle, _left_out(atlas, register))))
    shown = audience.allowed(atlas.setup, register).frames["compound"]
    data, pictures = fields.common(setup, register, lay, title=title, subtitle=subtitle, rows=[shown])
    data["contents"] = [
        {"title": part.title, "depth": part.depth, "page": start + before + 1}
        for part, start in zip(chosen, starts, strict=True)
    ]
    return finish(Sheet(used, data, pictures), SheetFormat.PDF)[0]


def _zip(atlas: Atlas, register: Register, chosen: list[Part], advance: Advance) -> bytes:
    made: dict[str, bytes] = {}
    taken: set[str] = set()
    for number, part in enumerate(chosen, 1):
        pages = finish(compose.compose(part.setup, register), atlas.page_form, dpi=atlas.setup.dpi)
        stem = files.safe_name(named(atlas.pattern, {**part.values, "number": number}))
        for page in pages:
            made[_free(stem, atlas.page_form.value, taken)] = page
        advance(number, len(chosen), part.title)
    return files.zipped(made)


def _free(stem: str, ending: str, taken: set[str]) -> str:
    """A file name that no other page has; also where capitals do not count."""
    name, number = f"{stem}.{ending}", 1
    while name.lower() in taken:
        number += 1
        name = f"{stem}_{number}.{ending}"
    taken.add(name.lower())
    return name
