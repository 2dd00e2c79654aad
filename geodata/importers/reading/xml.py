"""XML from people: no document type, no entity, no deep nesting, encodings decoded by us. Free of heavy imports."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NoReturn
from xml.parsers import expat

from geodata.errors import BadFile
from geodata.importers.reading import texts

MOST_DEPTH = 100
_DECLARED = re.compile(rb"<\?xml[^>]*?encoding\s*=\s*[\"']([\w.-]+)[\"']")
_DTD = re.compile(rb"<!\s*(?:DOCTYPE|ENTITY)", re.IGNORECASE)
_REFUSED = "XML 里有 DOCTYPE 或实体定义（常见于攻击文件），不读；请用原来的软件重新导出。"


def require_no_dtd(raw: bytes) -> None:
    """Refuse a part of a workbook with a document type, and one not in UTF-8, before a parser sees it."""
    if b"\0" in raw[:64] or (b"<!" in raw and _DTD.search(raw)):
        raise BadFile(_REFUSED)


def decoded(raw: bytes) -> str:
    """The text of a document by its byte order mark or declaration, GB18030 where it is not what it says."""
    declared = _DECLARED.match(raw[:200])
    name = declared[1].decode("ascii").upper() if declared else None
    if name in texts.CODECS and not name.startswith("UTF"):
        try:
            return raw.decode(texts.CODECS[name])
        except UnicodeDecodeError:
            pass
    return texts.decode(raw)[0]


def parse(
    text: str,
    *,
    start: Callable[[str, dict[str, str]], None],
    end: Callable[[str], None],
    data: Callable[[str], None] | None = None,
) -> None:
    """Run over a document; names come without their namespace. Raises BadFile."""
    parser = expat.ParserCreate("utf-8", namespace_separator=" ")
    depth = 0

    def refuse(*_: object) -> NoReturn:
        raise BadFile(_REFUSED)

    def on_start(name: str, attributes: dict[str, str]) -> None:
        nonlocal depth
        depth += 1
        if depth > MOST_DEPTH:
            raise BadFile(f"XML 嵌套超过 {MOST_DEPTH} 层，不是正常的文件。")
        start(name.rpartition(" ")[2], {key.rpartition(" ")[2]: value for key, value in attributes.items()})

    def on_end(name: str) -> None:
        nonlocal depth
        depth -= 1
        end(name.rpartition(" ")[2])

    parser.StartDoctypeDeclHandler = refuse
    parser.EntityDeclHandler = refuse
    parser.ExternalEntityRefHandler = refuse
    parser.StartElementHandler, parser.EndElementHandler = on_start, on_end
    parser.buffer_text = True
    if data is not None:
        parser.CharacterDataHandler = data
    try:
        parser.Parse(text.encode("utf-8", "replace"), True)
    except expat.ExpatError as error:
        raise BadFile(f"XML 不完整或已损坏（第 {error.lineno} 行），可能没有下载完。") from error
