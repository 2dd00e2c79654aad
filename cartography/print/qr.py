"""QR codes as SVG, and a link short enough to stand beside one."""

from __future__ import annotations

import io
from urllib.parse import unquote, urlsplit

import segno

from geodata.errors import BadValue

SHORT_LENGTH = 46


def svg(link: str) -> tuple[bytes, int]:
    """The QR code of a link, error level M, without a quiet zone of its own, and how many modules it is wide.

    Raises BadValue when the link is too long.
    """
    try:
        code = segno.make(link, error="m", micro=False, boost_error=False)
    except segno.DataOverflowError as error:
        raise BadValue(f"链接有 {len(link)} 个字符，二维码放不下；请减少筛选条件，或不印二维码。") from error
    out = io.BytesIO()
    code.save(out, kind="svg", border=0, xmldecl=False, svgns=True, omitsize=True, nl=False)
    return out.getvalue(), code.symbol_size(border=0)[0]


def short(link: str) -> str:
    """The link as people may read it: without scheme, the query only as far as it fits (the code holds all of it)."""
    parts = urlsplit(link)
    place = unquote(f"{parts.netloc}{parts.path}".rstrip("/"))
    whole = f"{place}?{unquote(parts.query)}" if parts.query else place
    return whole if len(whole) <= SHORT_LENGTH else whole[: SHORT_LENGTH - 1] + "…"
