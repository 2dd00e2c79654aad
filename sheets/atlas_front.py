"""What stands before the parts of an atlas: cover, contents and index map."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from cartography.print import template
from cartography.print.frame import draw
from cartography.print.paper import fitted
from cartography.print.template import Layout
from geodata.vocabulary import DataStatus, Labelling
from sheets import audience, compose, fields, index_map, mapping
from sheets.atlas_parts import Part, left_out, meant
from sheets.atlas_setup import Atlas
from sheets.register import Register
from sheets.sheet import Sheet

_COVER_SCALES = range(5_000, 1_000_001, 2_500)
_COVER_MAP = 0.5


def title(atlas: Atlas, register: Register) -> str:
    """What an atlas is called where nobody wrote a title."""
    return atlas.setup.title or f"{register.office.district_name}老旧小区改造图册"


def compose_front(atlas: Atlas, register: Register, parts: Sequence[Part]) -> Sheet:
    """Cover, contents (pages are filled in by `with_pages`) and index map. Raises BadValue, BadTemplate."""
    setup = compose.with_office(atlas.setup, register.office)
    atlas = atlas.model_copy(update={"setup": setup})
    seen = audience.allowed(setup, register)
    used = template.find("atlas.typ", [register.office.template_folder])
    lay = template.layout(used, setup.paper, setup.orientation, ticks=fields.has_ticks(setup))
    index = index_map.build(atlas, seen, parts, lay)
    said = setup.subtitle or f"{atlas.by.label}　共 {_counted(parts)}"
    rows = [meant(atlas, seen), *index.drawn]
    data, files = fields.common(setup, register, lay, title=title(atlas, register), subtitle=said, rows=rows)
    cover, picture = _cover(atlas, seen, lay)
    data |= {
        "district": register.office.district_name,
        "by": atlas.by.label,
        "cover": cover,
        "left_out": left_out(atlas, seen) or None,
        "contents": [_line(number, part) for number, part in enumerate(parts)],
        "index": index.maps,
        "crowded": _listed(index.crowded),
        "nowhere": _listed(index.nowhere),
        "invented": DataStatus.SYNTHETIC.label if data["watermark"] else None,
    }
    return Sheet(used, data, files | index.files | picture)


def with_pages(sheet: Sheet, pages: Sequence[int]) -> Sheet:
    """The front with the page (from 1) on which each part starts."""
    lines = [line | {"page": page} for line, page in zip(sheet.data["contents"], pages, strict=True)]
    return Sheet(sheet.template, sheet.data | {"contents": lines}, sheet.files)


def numbers(front: Sheet, pages: Sequence[dict[str, Any]]) -> Sheet:
    """The numbers of all pages of an atlas, to be laid over them; `pages` are their layouts, the cover has none."""
    listed = [layout | {"number": number if number > 1 else None} for number, layout in enumerate(pages, 1)]
    data = {"title": front.data["title"], "ink": front.data["ink"], "pages": listed}
    return Sheet(template.load(template.TEMPLATES / "atlas_numbers.typ"), data, {})


def _line(part: int, one: Part) -> dict[str, Any]:
    return {
        "part": part, "number": one.number, "title": one.title, "place": one.place, "depth": one.depth, "page": 0
    }  # fmt: skip


def _counted(parts: Sequence[Part]) -> str:
    words = {"street_office": "个街道", "renewal_area": "个片区", "compound": "个楼院"}
    counts = ((sum(part.layer == layer for part in parts), word) for layer, word in words.items())
    return "、".join(f"{count:,} {word}" for count, word in counts if count)


def _listed(parts: Sequence[Part]) -> str | None:
    return "、".join(part.number for part in parts) or None


def _cover(atlas: Atlas, register: Register, lay: Layout) -> tuple[dict[str, Any], dict[str, bytes]]:
    """The picture of the cover: the district with what the atlas is about, without a word on it."""
    quiet = atlas.setup.changed(
        labelling=Labelling.NONE, selected=None, off=("roads", "zones", "reference", "areas", "hold")
    )
    content = mapping.content(quiet, register)
    rows = content.layers.get("compound")
    if rows is not None and rows.geometry.notna().any():  # marks of what is only a point would be litter here
        content = replace(content, layers={**content.layers, "compound": rows[rows.geometry.notna()]})
    box = mapping.around(register) or mapping.extent(quiet.changed(view=None), content, register)
    upright = lay.height > lay.width
    width = lay.width if upright else lay.width * _COVER_MAP
    height = lay.height * _COVER_MAP if upright else lay.height
    frame = fitted(
        box, width=round(width, 3), height=round(height, 3), scales=_COVER_SCALES, margin_mm=10,
        paper=atlas.setup.paper,
    )  # fmt: skip
    size = {"file": "cover.svg", "width": frame.width, "height": frame.height}
    return size, {"cover.svg": draw(content, frame).svg.encode()}
