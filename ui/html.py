"""Small pieces of markup for panels; every stored text passes `text` on its way in."""

from __future__ import annotations

import html
from collections.abc import Iterable, Sequence
from typing import Any

from cartography import swatch
from cartography.symbology import Symbol
from geodata.vocabulary import DataStatus
from geodata.wording import missing

UNKNOWN = "暂无数据来源"
DASH = "—"
_TEN_THOUSAND, _MILLION = 10_000, 1_000_000


def text(value: Any) -> str:
    """Stored text as harmless markup: what is shown is the text itself."""
    return html.escape(str(value), quote=True)


def number(value: Any, unit: str = "", *, digits: int = 0) -> str:
    """A number with thousands separators; a dash when there is none."""
    return DASH if missing(value) else f"{float(value):,.{digits}f}{unit}"


def many(value: Any, unit: str) -> tuple[str, str]:
    """A number with its unit, in 万 from a million on."""
    if missing(value) or value < _MILLION:
        return number(value), unit
    return number(value / _TEN_THOUSAND, digits=1), f"万{unit}"


def percent(value: Any) -> str:
    """A share 0..1 as per cent; a dash when there is none."""
    return DASH if missing(value) else f"{float(value) * 100:.1f}%"


def facts(rows: Iterable[tuple[str, Any]]) -> str:
    """Two-column list of facts; an empty one reads 暂无数据来源, never zero."""
    body = "".join(
        f"<dt>{text(label)}</dt>"
        + (f'<dd class="none">{UNKNOWN}</dd>' if missing(value) or value == "" else f"<dd>{text(value)}</dd>")
        for label, value in rows
    )
    return f'<dl class="cy-facts">{body}</dl>'


def tag(label: str, symbol: Symbol | None = None, *, kind: str = "") -> str:
    """A small label, with its status mark when it has one."""
    mark = swatch.mark(symbol) if symbol else ""
    return f'<span class="cy-tag {kind}">{mark}{text(label)}</span>'


def data_status(value: str) -> str:
    """Data status as a tag; synthetic stands out."""
    term = DataStatus(value)
    return tag(term.label, kind="demo" if term is DataStatus.SYNTHETIC else "")


def table(
    headings: Sequence[str], rows: Iterable[Sequence[Any]], *, numeric: Iterable[int] = (), marked: int = -1
) -> str:
    """A plain table; cells are escaped, `numeric` columns are right-aligned, row `marked` is highlighted.

    A cell that is already markup comes as a one-item tuple.
    """
    right = set(numeric)

    def cell(tagname: str, position: int, value: Any) -> str:
        shown = value[0] if isinstance(value, tuple) else DASH if missing(value) else text(value)
        return f"<{tagname}{' class=num' if position in right else ''}>{shown}</{tagname}>"

    head = "".join(cell("th", position, value) for position, value in enumerate(headings))
    body = "".join(
        f"<tr{' class=on' if place == marked else ''}>"
        + "".join(cell("td", position, value) for position, value in enumerate(row))
        + "</tr>"
        for place, row in enumerate(rows)
    )
    return f'<table class="cy-table"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>'
