"""Office files as packages: what somebody hands us is looked at before it is opened, and what we write is always the same.

A .pptx or .docx is a zip archive of XML. Of a foreign one size, number of entries and ratio are held against limits
before a parser meets it; what we write gets fixed dates, so that the same content gives the same bytes.
"""

from __future__ import annotations

import io
import logging
import zipfile
from collections.abc import Callable
from datetime import datetime
from typing import TypeVar

from geodata.errors import BadFile

MOST_BYTES = 200 * 2**20
MOST_UNPACKED = 400 * 2**20
MOST_ENTRIES = 20_000
MOST_RATIO = 100
ALWAYS = (1980, 1, 1, 0, 0, 0)
"""Date of every entry that we write: the earliest that a zip archive can hold."""

_log = logging.getLogger("chengyuan.sheets")
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_TYPES = "[Content_Types].xml"

Opened = TypeVar("Opened")


def opened(content: bytes, read: Callable[[io.BytesIO], Opened], *, main: str, what: str) -> Opened:
    """What `read` makes of a foreign office file; `main` is the content type it must have, `what` names the kind for
    people. A file that is whole enough to open may still fail later: `read` does all its work on it.

    Raises BadFile that says what is wrong and what to do.
    """
    archive = _archive(content, what)
    _within_limits(archive, content, what)
    try:
        types = archive.read(_TYPES)
    except Exception as error:
        raise _unreadable(what) from error
    if main.encode() not in types:
        raise BadFile(f"这个文件不是 {what}（带宏的、模板或其他种类的文件不收）；请另存为 {what}再试。")
    try:
        return read(io.BytesIO(content))
    except Exception as error:  # a broken or hostile file fails in any way inside the library
        _log.warning("office file refused: %s", type(error).__name__)
        raise _unreadable(what) from error


def _archive(content: bytes, what: str) -> zipfile.ZipFile:
    if not content:
        raise BadFile("文件是空的（0 字节）。")
    if len(content) > MOST_BYTES:
        raise BadFile(f"文件有 {len(content) >> 20} MB，超过 {MOST_BYTES >> 20} MB；请先压缩其中的图片。")
    if content.startswith(_OLE):
        raise BadFile(f"文件加了密码，或是旧格式（.ppt、.doc）；请去掉密码或另存为 {what}再试。")
    try:
        return zipfile.ZipFile(io.BytesIO(content))
    except Exception as error:
        raise BadFile(f"文件内容不是 {what}，或在传输中损坏；请重新另存为 {what}再试。") from error


def _within_limits(archive: zipfile.ZipFile, content: bytes, what: str) -> None:
    entries = archive.infolist()
    unpacked = sum(entry.file_size for entry in entries)
    if len(entries) > MOST_ENTRIES or len({entry.filename for entry in entries}) < len(entries):
        raise BadFile(
            f"文件里有 {len(entries)} 个条目（最多 {MOST_ENTRIES} 个，且不得重名），不像 {what}；没有打开。"
        )
    if unpacked > MOST_UNPACKED or unpacked > MOST_RATIO * len(content):
        raise BadFile(
            f"文件展开后有 {unpacked >> 20} MB，是原大小的 {unpacked // len(content)} 倍"
            f"（最多 {MOST_UNPACKED >> 20} MB、{MOST_RATIO} 倍），可能是压缩炸弹；没有打开。"
        )


def _unreadable(what: str) -> BadFile:
    return BadFile(f"这个 {what}读不了，可能已损坏；请用 Office 或 WPS 打开并另存一份再试。")


def settled(content: bytes) -> bytes:
    """The same package with fixed dates and packing: same content, same bytes."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as given, zipfile.ZipFile(out, "w") as made:
        for entry in given.infolist():
            kept = zipfile.ZipInfo(entry.filename, ALWAYS)
            kept.compress_type = zipfile.ZIP_DEFLATED
            kept.external_attr = 0o600 << 16
            made.writestr(kept, given.read(entry))
    return out.getvalue()


def moment(saved: datetime | None) -> datetime:
    """The date a file of ours states: that of the revision it shows, never that of the clock."""
    return saved.replace(tzinfo=None, microsecond=0) if saved else datetime(*ALWAYS)


def plain(text: str) -> str:
    """Text as XML may hold it: characters that it cannot are shown as the mark of a lost one."""
    return "".join(one if _holds(ord(one)) else "\ufffd" for one in text)


def _holds(code: int) -> bool:
    return code in (9, 10, 13) or 0x20 <= code <= 0xD7FF or 0xE000 <= code <= 0xFFFD or code >= 0x10000
