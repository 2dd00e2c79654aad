"""Text of unknown encoding: UTF-8 where it is, else GB18030, with the evidence told. Free of heavy imports."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable

from geodata.errors import BadFile, BadValue
from geodata.importers.issues import Problem, shown
from geodata.importers.reading.contents import Note

UTF8, GB18030 = "UTF-8", "GB18030"
CODECS = {
    UTF8: "utf-8",
    GB18030: "gb18030",
    "GBK": "gb18030",
    "GB2312": "gb18030",
    "UTF-16": "utf-16",
    "BIG5": "big5hkscs",
}
"""Encodings that a person or a file may name, and how they are read."""

_PLAUSIBLE = re.compile(
    r"[\u0000-\u007f\u00b0-\u00b7\u00d7\u2010-\u2103\u2160-\u217f\u2190-\u2193\u2460-\u24ff\u25a0-\u25ff\u3000-\u303f\u33a1\u3400-\u9fff\uff00-\uffef]*"
)
_BYTES_OF_FULL_CELL = 250


def codec(name: str) -> str:
    """The codec of an encoding that a person names. Raises BadValue."""
    try:
        return CODECS[name.strip().upper()]
    except KeyError as error:
        raise BadValue(f"文字编码“{shown(name)}”不认识；可用的有 {'、'.join(CODECS)}") from error


def decode(raw: bytes, *, said: str | None = None) -> tuple[str, str]:
    """A whole text and the name of its encoding. Raises BadFile when it is none of the known ones."""
    if said:
        try:
            return raw.decode(codec(said)).removeprefix("\ufeff"), said.strip().upper()
        except UnicodeDecodeError as error:
            raise BadFile(f"文件不能按 {shown(said)} 读取；请换一种编码，或留空由系统判断。") from error
    if raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        attempts = [("utf-16", "UTF-16")]
    else:
        attempts = [("utf-8-sig", UTF8), ("gb18030", GB18030)]
    for encoding, name in attempts:
        try:
            return raw.decode(encoding), name
        except UnicodeDecodeError:
            continue
    raise BadFile("文件的文字编码不是 UTF-8，也不是 GBK/GB18030，读不了。请另存为 UTF-8。")


def encoding_notes(encoding: str) -> list[Note]:
    """Tells that the encoding of a text had to be guessed."""
    if encoding != GB18030:
        return []
    text = f"文字不全是 UTF-8，其余按 {encoding} 读取，请核对中文是否正确"
    return [(Problem.ENCODING_GUESSED, encoding, text)]


def guess(cells: Iterable[bytes]) -> tuple[str, str]:
    """Encoding of the cells of a table, and one of them as it then reads (the evidence).

    UTF-8 when all of them are, and read as Chinese: short GBK words such as 联通 are UTF-8 too, of other scripts.
    """
    foreign = [cell for cell in cells if not cell.isascii()]
    if not foreign:
        return UTF8, ""
    name = UTF8
    try:
        if not all(_PLAUSIBLE.fullmatch(read_cell(cell, UTF8)) for cell in foreign):
            name = GB18030 if _all_read(foreign, GB18030) else UTF8
    except UnicodeDecodeError:
        name = GB18030
    return name, read_cell(foreign[0], name, strict=False)


def _all_read(cells: list[bytes], name: str) -> bool:
    try:
        return all(_PLAUSIBLE.fullmatch(read_cell(cell, name)) for cell in cells)
    except UnicodeDecodeError:
        return False


def read_cell(cell: bytes, name: str, *, strict: bool = True) -> str:
    """One cell; a character that the width of its column cut off is left out.

    What does not decode raises UnicodeDecodeError, or, when not strict, is kept as lone surrogates, which later
    checks reject by name.
    """
    encoding = CODECS[name]
    try:
        return cell.decode(encoding)
    except UnicodeDecodeError as error:
        cut = error.end >= len(cell) and len(cell) - error.start < 4
        if cut and (len(cell) >= _BYTES_OF_FULL_CELL or len(cell) in (9, 10)):
            return cell[: error.start].decode(encoding)
        if strict:
            raise
        return cell.decode("utf-8", "surrogateescape")
