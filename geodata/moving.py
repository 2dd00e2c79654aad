"""Moving a whole database between a file and a server: nothing is lost, the old one stays as it was."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing, suppress

from geodata.errors import StoreMissing
from geodata.store import Store, new_epoch
from geodata.store.backup import write_database
from geodata.store.engine import database_path, file_url

OnProgress = Callable[[int, int, str], None]


def move(url: str, target: str, *, on_progress: OnProgress | None = None) -> int:
    """Copy everything of one database into a new file or an empty one on a server; the revision that was moved.

    The copy gets an `epoch` of its own, since the two go on apart. Raises BadFile when the target file exists,
    BadValue when the target holds rows, StoreLocked when somebody saved meanwhile; the target then stays empty.
    """
    report = on_progress or (lambda done, total, what: None)
    path = database_path(target)
    with closing(Store.open(url)) as source:
        moved: list[int] = []

        def fill(place: str) -> None:
            with closing(Store.create(place)) as goal:
                moved.append(_copy(source, goal, report))

        if path is not None:
            write_database(path, lambda partial: fill(file_url(partial)))
        else:
            with suppress(StoreMissing):  # an empty one; an older or newer one is refused here
                Store.open(target).close()
            fill(target)
    return moved[0]


def _copy(source: Store, target: Store, report: OnProgress) -> int:
    return source.copy_into(
        target,
        epoch=new_epoch(),
        unless_saved=True,
        on_progress=lambda done, total: report(done, total, "核对" if done == total else "搬移"),
    )
