"""Finished sheets as files: which format comes from where, what they are called, and how they reach the disk."""

from __future__ import annotations

import errno
import io
import os
import re
import secrets
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from geodata.errors import BadFile, BadValue
from geodata.vocabulary import Audience, SheetFormat
from sheets import compose
from sheets.register import Register
from sheets.setup import Setup
from sheets.sheet import finish

MIME: dict[SheetFormat, str] = {
    SheetFormat.PDF: "application/pdf",
    SheetFormat.PNG: "image/png",
    SheetFormat.SVG: "image/svg+xml",
    SheetFormat.PPTX: "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    SheetFormat.DOCX: "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    SheetFormat.HTML: "text/html; charset=utf-8",
    SheetFormat.ZIP: "application/zip",
}
_FORBIDDEN = re.compile(r'[\x00-\x1f\x7f<>:"/\\|?*\u200e\u200f\u202a-\u202e\u2066-\u2069]+')
_MOST_NAME, _MOST_BYTES = 80, 200
"""Characters and bytes of a name: with day, classification and ending it stays within the 255 bytes of a file system."""

_ZIP_TIME = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class File:
    """A finished file: a name fit for every file system, its media type, its content, and what the maker should know."""

    name: str
    mime: str
    content: bytes
    notices: tuple[str, ...] = ()


def make(setup: Setup, register: Register, form: SheetFormat) -> File:
    """A single sheet as a file; PNG and SVG of several pages come as one ZIP.

    Raises BadValue (and BadTemplate, MissingGlyph) when it may not or cannot be made.
    """
    if form is SheetFormat.ZIP:
        raise BadValue("单张图不能存成压缩包（zip）；请选 PDF、PNG、SVG、PowerPoint、Word 或网页。")
    sheet = compose.compose(setup, register)
    title = str(sheet.data["title"])
    if form in _OFFICE:
        return File(name_of(setup, title, form), MIME[form], _OFFICE[form](setup, register), sheet.notices)
    doubts: list[str] = []
    pages = finish(sheet, form, dpi=setup.dpi, on_warning=doubts.append)
    told = (*doubts, *sheet.notices)
    if len(pages) == 1:
        return File(name_of(setup, title, form), MIME[form], pages[0], told)
    names = [f"{number:03}.{form.value}" for number in range(1, len(pages) + 1)]
    packed = zipped(dict(zip(names, pages, strict=True)))
    return File(name_of(setup, title, SheetFormat.ZIP), MIME[SheetFormat.ZIP], packed, told)


def _slides(setup: Setup, register: Register) -> bytes:
    from sheets import slides

    return slides.write(setup, register)


def _document(setup: Setup, register: Register) -> bytes:
    from sheets import document

    return document.write(setup, register)


def _web_page(setup: Setup, register: Register) -> bytes:
    from sheets import web_page

    return web_page.write(setup, register)


def added(setup: Setup, register: Register, form: SheetFormat, given: bytes, *, name: str) -> File:
    """The sheet added at the end of a PowerPoint or Word file that somebody has, which is called `name`.

    Raises BadFile when that file cannot be read, BadValue as `make`.
    """
    if form is SheetFormat.PPTX:
        from sheets.slides import append
    elif form is SheetFormat.DOCX:
        from sheets.document import append
    else:
        raise BadValue(f"只能加到 PowerPoint（.pptx）或 Word（.docx）文件里，不能加到 {form.label}。")
    stem = safe_name(name.rsplit(".", 1)[0])
    return File(f"{stem}_已加图.{form.value}", MIME[form], append(given, setup, register))


_OFFICE: dict[SheetFormat, Callable[[Setup, Register], bytes]] = {
    SheetFormat.PPTX: _slides,
    SheetFormat.DOCX: _document,
    SheetFormat.HTML: _web_page,
}


def name_of(setup: Setup, title: str, form: SheetFormat) -> str:
    """Title, day and classification as a file name, such as `…阶段图_20261124_内部资料.pdf`: one rule for
    every format."""
    mark = setup.classification.label if setup.audience is Audience.INTERNAL else setup.audience.label
    return f"{safe_name(title)}_{setup.as_of:%Y%m%d}_{mark}.{form.value}"


def safe_name(text: str) -> str:
    """Text as part of a file name on any system: no separators, control or direction characters, not too long."""
    cut = _FORBIDDEN.sub("_", text).strip(" ._")[:_MOST_NAME].encode(errors="ignore")[:_MOST_BYTES]
    return cut.decode(errors="ignore").strip(" ._") or "图"


def zipped(files: dict[str, bytes]) -> bytes:
    """Files as one ZIP; the same files give the same bytes."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            add(archive, name, content)
    return buffer.getvalue()


def add(archive: zipfile.ZipFile, name: str, content: bytes) -> None:
    """Put a file into a ZIP; it has no time of its own, so that the same files give the same bytes."""
    archive.writestr(zipfile.ZipInfo(name, _ZIP_TIME), content, zipfile.ZIP_DEFLATED)


@contextmanager
def placed(target: Path, *, replace: bool = False) -> Iterator[Path]:
    """A path beside `target` to write to; it gets the name `target` when whole, and is gone after any failure.

    Raises BadFile when the target exists (unless `replace`), when its folder is missing, cannot be written or has
    no room; the message says so and nothing by half stays.
    """
    if target.is_dir():
        raise BadFile(f"{target} 是文件夹；请写明文件名。")
    if not target.parent.is_dir():
        raise BadFile(f"文件夹 {target.parent} 不存在；请先建立，或换一个位置。")
    if target.exists() and not replace:
        raise BadFile(f"文件 {target} 已存在，没有写入；要覆盖请加 --force，或换一个名字。")
    fresh = target.with_name(f".{target.name[-60:]}.{secrets.token_hex(4)}.partial")
    try:
        yield fresh
        _name(fresh, target)
    except OSError as error:
        raise BadFile(_trouble(error, target)) from error
    finally:
        fresh.unlink(missing_ok=True)


def put(target: Path, content: bytes, *, replace: bool = False) -> None:
    """Write a file whole or not at all. Raises BadFile, see `placed`."""
    with placed(target, replace=replace) as fresh:
        fresh.write_bytes(content)


def _name(fresh: Path, target: Path) -> None:
    """Give a whole file its name once it is on the disk."""
    with fresh.open("rb+") as file:
        os.fsync(file.fileno())
    fresh.replace(target)


def _trouble(error: OSError, target: Path) -> str:
    if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return f"磁盘空间不够，{target} 没有写成，也没有留下半个文件；请清理磁盘或换一个位置。"
    if error.errno in (errno.EACCES, errno.EROFS, errno.EPERM):
        return f"没有写入 {target.parent} 的权限，{target.name} 没有写成；请检查文件夹权限或换一个位置。"
    if error.errno == errno.ENAMETOOLONG:
        return f"文件名 {target.name[:40]}… 太长，没有写成；请换一个短些的名字。"
    return f"{target} 没有写成：{error.strerror or error}"
