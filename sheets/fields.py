"""What every sheet carries, whatever its kind: page, inks, titles, sources, revision, stamp, mark of invented data, QR code."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import Any

import pandas as pd

from cartography import swatch
from cartography import symbology as s
from cartography.print import measures, qr, template
from cartography.print.content import MapContent, Shown
from cartography.print.paper import Frame
from cartography.print.template import Layout, Template
from cartography.symbology import Symbol
from geodata.vocabulary import Audience, DataStatus, Paper, Term
from sheets.register import Register
from sheets.setup import Setup

CRS = "2000国家大地坐标系（CGCS2000），三度带，中央经线114°"
WITHHELD = "登记资料，单条来源不公开"
DISCLAIMER = "行政界线、文物界线仅供工作参考，不作划界依据"


def found(setup: Setup, register: Register, file: str) -> Template:
    """The template of a set-up, from the office's folder first; without one that of the kind. Raises BadTemplate."""
    return template.find(setup.template or file, [register.office.template_folder])


def common(
    setup: Setup, register: Register, lay: Layout, *, title: str, subtitle: str, rows: Iterable[pd.DataFrame]
) -> tuple[dict[str, Any], dict[str, bytes]]:
    """Fields and pictures of every sheet; `rows` are the records that it shows, which name its sources."""
    listed = [frame for frame in rows if len(frame)]
    link = setup.link if setup.qr else ""
    told = {str(one) for frame in listed for one in frame["source"].dropna().unique()}
    sources = sorted({part.strip() for one in told for part in one.split("；")}, key=_attributed_first)
    invented = any((frame["data_status"] == DataStatus.SYNTHETIC).any() for frame in listed)
    data = {
        "page": lay.data(),
        "ink": asdict(s.LIGHT),
        "title": title,
        "subtitle": subtitle,
        "notes": [line.strip() for line in setup.notes.splitlines() if line.strip()],
        "as_of": f"截至 {setup.as_of.isoformat()}",
        "revision": f"修订 {register.revision}",
        "made_for": setup.audience.label,
        "sources": sources or [WITHHELD if setup.audience is Audience.PUBLIC else "暂无数据来源"],
        "disclaimers": [DISCLAIMER],
        "unit": setup.unit or register.office.print.unit or None,
        "classification": setup.classification.label,
        "stamp": None if setup.audience is Audience.PUBLIC else setup.classification.label,
        "review_number": f"审图号：{setup.review_number}" if setup.review_number else None,
        "exemption": f"免审理由：{setup.exemption}" if setup.exemption else None,
        "watermark": DataStatus.SYNTHETIC.label if invented else None,
        "qr": None,
    }
    if not link:
        return data, {}
    picture, modules = qr.svg(link)
    data["qr"] = {"file": "qr.svg", "link": link, "short": qr.short(link), "modules": modules}
    return data, {"qr.svg": picture}


def _attributed_first(source: str) -> tuple[bool, str]:
    """Sources that must be named by their licence stand where no long list cuts them off."""
    return "©" not in source, source


def drawn(content: MapContent, shown: Shown) -> list[pd.DataFrame]:
    """The records that lie on a map."""
    return [content.layers[layer].loc[ids] for layer, ids in shown.records.items() if layer in content.layers]


def counted_off(setup: Setup) -> Setup:
    """The set-up without the outline of heritage matters where a sheet counts it and cannot know it whole: a public
    sheet has no archaeology permits, so that its number would be too small."""
    return setup if setup.audience is Audience.INTERNAL else setup.changed(off=(*setup.off, "hold"))


def has_ticks(setup: Setup) -> bool:
    """Whether the maps of a sheet show the coordinates of the kilometre grid: never those of a public one, nor of a
    slide, where figures that can be read would be larger than the names of compounds."""
    return setup.audience is Audience.INTERNAL and setup.paper is not Paper.SLIDE


def map_of(frame: Frame, file: str, *, ticks_mm: float | None = None) -> dict[str, Any]:
    """Fields of a map; ticks of the kilometre grid at least `ticks_mm` apart, none without it."""
    scale = {"scale": frame.scale, "scale_text": measures.scale_text(frame.scale)}
    ticks = {"ticks": measures.ticks(frame, apart_mm=ticks_mm)} if ticks_mm else {}
    return {"file": file, "width": frame.width, "height": frame.height, "crs": CRS, **scale, **ticks}


def mark_files(symbols: Mapping[Term, Symbol]) -> dict[str, bytes]:
    """A picture of the mark of each status: `mark-<code>.svg`."""
    return {
        f"mark-{term.value}.svg": '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16">'
        f"{swatch.mark_body(symbol)}</svg>".encode()
        for term, symbol in symbols.items()
    }
