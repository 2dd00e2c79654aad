"""A rehearsal of a restore: on a temporary copy, telling what would change, changing nothing."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from geodata.errors import BadFile, StoreDamaged, StoreError, StoreOlder
from geodata.store import Finding, LayerCount, RevisionInfo, Store
from geodata.store.backup import copy_database
from geodata.store.engine import database_path, file_url

OnProgress = Callable[[int, int, str], None]


@dataclass(frozen=True, slots=True)
class Content:
    """What a database holds: its saves, oldest first, and rows per layer."""

    saves: list[RevisionInfo]
    counts: dict[str, LayerCount]

    @property
    def first(self) -> RevisionInfo | None:
        """The oldest save."""
        return self.saves[0] if self.saves else None

    @property
    def last(self) -> RevisionInfo | None:
        """The newest save."""
        return self.saves[-1] if self.saves else None


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """What a restore would do.

    `now` is None when the present database cannot be read (`why` says so, empty when there is none); `lost` are the
    present saves that the backup does not know; `findings` are the faults of the restored content.
    """

    then: Content
    now: Content | None
    why: str
    upgraded_from: str | None
    lost: list[RevisionInfo] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)


def rehearse(url: str, source: Path, *, on_progress: OnProgress | None = None) -> Rehearsal:
    """Restore `source` into a temporary copy (beside a database file), upgrade and check it, compare, remove the copy.

    A backup that shares no save with the present is a finding too: it may be of another district. Raises BadFile,
    StoreDamaged and StoreNewer for the source, as the restore itself would.
    """
    require_restorable(source)
    report = on_progress or (lambda done, total, step: None)
    now, why = _present(url)
    with _workshop(url) as folder:
        copy = folder / "rehearsal.gpkg"
        copy_database(source, copy, on_progress=lambda done, total: report(done, total, "复制"))
        report(0, 0, "升级与检查")
        older = Store.older_version(file_url(copy))
        with closing(Store.create(file_url(copy))) as store:
            then, found = _content(store), store.check(on_step=lambda step: report(0, 0, f"检查{step}"))
    lost = _unknown_to(then, now) if now else []
    if now and now.saves and len(lost) == len(now.saves):
        found = [_stranger(source, then), *found]
    return Rehearsal(then, now, why, older, lost, found)


def require_restorable(source: Path) -> None:
    """Refuse a file that is not ours (BadFile, StoreDamaged) or of a newer version (StoreNewer); an older one is
    upgraded after it is restored."""
    if not source.is_file():
        raise BadFile(f"没有文件 {source}。")
    try:
        with suppress(StoreOlder):
            Store.open(file_url(source)).close()
    except StoreDamaged as error:
        raise StoreDamaged(
            f"文件 {source} 不是城垣的备份，或已损坏，不能用来恢复；没有改动任何内容。请换一份备份。"
        ) from error


def _stranger(source: Path, then: Content) -> Finding:
    what = (
        "与现在的数据库没有一次相同的保存，可能是别的区县或别的库的备份"
        if then.saves
        else "是空库，没有任何保存"
    )
    return Finding("来历", str(source), f"这份备份{what}", "核对文件；恢复它会失去现在的全部保存")


@contextmanager
def _workshop(url: str) -> Iterator[Path]:
    """A folder where a restored file would lie (so that room is rehearsed too), removed afterwards."""
    path = database_path(url)
    beside = path.parent if path and path.parent.is_dir() else None
    try:
        folder = Path(tempfile.mkdtemp(prefix=".rehearsal-", dir=beside))
    except OSError as error:
        raise StoreError(
            f"不能在 {beside or tempfile.gettempdir()} 里建立临时副本（{error.strerror}）。没有改动任何内容。"
        ) from error
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _present(url: str) -> tuple[Content | None, str]:
    path = database_path(url)
    if path is not None and not path.exists():
        return None, ""
    try:
        with closing(Store.open(url)) as store:
            return _content(store), ""
    except StoreError as error:
        return None, str(error)


def _content(store: Store) -> Content:
    return Content(store.revisions(), store.counts())


def _unknown_to(then: Content, now: Content) -> list[RevisionInfo]:
    """Saves of the present that are not the same save in the backup, from the first difference on."""
    pairs = zip(then.saves, now.saves, strict=False)
    shared = next((place for place, (one, other) in enumerate(pairs) if one != other), None)
    common = min(len(then.saves), len(now.saves)) if shared is None else shared
    return now.saves[common:]
