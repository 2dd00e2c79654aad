"""Looking into a zip from a person before anything of it is unpacked. Free of heavy imports."""

from __future__ import annotations

import stat
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

from geodata.errors import BadFile
from geodata.importers.formats import KML, SHP, XLSX
from geodata.importers.issues import shown
from geodata.importers.reading import texts

MOST_ENTRIES = 2_000
MOST_UNPACKED = 200 * 2**20
MOST_RATIO = 100
_SMALL = 2**20
_UNICODE_NAME, _ENCRYPTED = 0x800, 0x1
_NESTED = (".zip", ".kmz", ".rar", ".7z", ".gz", ".tar", ".tgz", ".bz2", ".xz")
_WORKBOOK = "xl/workbook.xml"


class Archive:
    """A zip whose directory was checked; members are read into memory, by the name that people see."""

    def __init__(self, file: zipfile.ZipFile) -> None:
        self._file = file
        self.members = {_name(one): one for one in file.infolist() if not one.is_dir()}

    def read(self, name: str) -> bytes:
        """One member, never more than its entry said. Raises BadFile."""
        try:
            return self._file.read(self.members[name])
        except (
            zipfile.BadZipFile,
            zlib.error,
            EOFError,
            NotImplementedError,
            OSError,
            RuntimeError,
        ) as error:
            raise BadFile(f"压缩包里的“{shown(name)}”已损坏，读不了。") from error

    def format(self) -> str:
        """What the archive is: workbook, Shapefile or KMZ. Raises BadFile for any other."""
        if _WORKBOOK in self.members:
            return XLSX
        self._require_flat()
        suffixes = {PurePosixPath(name).suffix.lower() for name in self.members}
        if ".shp" in suffixes:
            return SHP
        if ".kml" in suffixes:
            return KML
        raise BadFile(self._told())

    def _require_flat(self) -> None:
        nested = [name for name in self.members if name.lower().endswith(_NESTED)]
        if nested:
            raise BadFile(f"压缩包里还有压缩包“{shown(nested[0])}”，不往里读；请解开后再打成一层的 zip。")

    def _told(self) -> str:
        if "xl/workbook.bin" in self.members:
            return "这是 Excel 的二进制工作簿（xlsb），请在 Excel 中另存为 xlsx。"
        if "content.xml" in self.members:
            return "这是 OpenDocument 文件（如 ods），请另存为 xlsx。"
        if "word/document.xml" in self.members:
            return "这是 Word 文档，请把表格另存为 xlsx。"
        return "压缩包里没有 Shapefile（.shp）也没有 KML；其他格式请不要压缩，直接交来。"


@contextmanager
def opened(path: Path) -> Iterator[Archive]:
    """The archive, its directory checked: number, size, ratio, names, kinds of entries. Raises BadFile."""
    try:
        file = zipfile.ZipFile(path)
    except (zipfile.BadZipFile, NotImplementedError, OSError, ValueError) as error:
        raise BadFile("压缩包已损坏或没有下载完，打不开。") from error
    with file:
        _check(file.infolist())
        yield Archive(file)


def _check(entries: list[zipfile.ZipInfo]) -> None:
    if len(entries) > MOST_ENTRIES:
        raise BadFile(f"压缩包里有 {len(entries):,} 个文件，最多 {MOST_ENTRIES:,} 个。")
    unpacked, packed = sum(one.file_size for one in entries), sum(one.compress_size for one in entries)
    if unpacked > MOST_UNPACKED:
        raise BadFile(f"压缩包解开后有 {unpacked / 2**20:,.0f} MB，最多 {MOST_UNPACKED // 2**20} MB。")
    ratios = [(unpacked, packed), *((one.file_size, one.compress_size) for one in entries)]
    for size, small in ratios:
        if size > _SMALL and size > MOST_RATIO * small:
            raise BadFile(f"压缩包的压缩率超过 {MOST_RATIO} 倍，像是“压缩炸弹”，没有解开。")
    for one in entries:
        _check_entry(one)


def _check_entry(entry: zipfile.ZipInfo) -> None:
    name = _name(entry)
    if entry.flag_bits & _ENCRYPTED:
        raise BadFile("压缩包有密码，读不了；请去掉密码。")
    parts = name.replace("\\", "/").split("/")
    if ".." in parts or name.startswith(("/", "\\")) or ":" in parts[0]:
        raise BadFile(f"压缩包里的文件名“{shown(name)}”指向包外，没有解开。")
    mode = entry.external_attr >> 16
    if stat.S_IFMT(mode) not in (0, stat.S_IFREG, stat.S_IFDIR):
        raise BadFile(f"压缩包里的“{shown(name)}”是链接或管道，不是普通文件，没有解开。")


def _name(entry: zipfile.ZipInfo) -> str:
    """The name as people see it: zips made in China write GBK without saying so."""
    if entry.flag_bits & _UNICODE_NAME:
        return entry.filename
    raw = entry.orig_filename.split("\0")[0].encode("cp437", "replace")
    return texts.read_cell(raw, texts.guess([raw])[0], strict=False)
