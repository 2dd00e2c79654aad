"""The process of one background export: `python -m sheets.jobs ID` makes what was asked, as of one revision."""

from __future__ import annotations

import sys
from contextlib import closing
from datetime import date
from pathlib import Path

from geodata.exports import exports_of
from geodata.jobs import Advance, Result
from geodata.settings import Settings
from geodata.vocabulary import SheetFormat


def main(export: str) -> None:
    """Make an export; what goes wrong is said in its record."""
    office = Settings()
    line = exports_of(office)

    def work(advance: Advance, path: Path) -> Result:
        asked = line.asked(export)
        advance(0, 0, "读取数据")
        return _made(asked, office, advance, path)

    line.run(export, work)


def _made(asked: dict[str, str], office: Settings, advance: Advance, path: Path) -> Result:
    from geodata.store import Store
    from sheets import register

    with closing(Store.open(office.database_url)) as store:
        content = register.read(store, office, today=date.fromisoformat(asked["today"]))
    advance(0, 0, "排版")
    if asked["what"] == "atlas":
        from sheets import atlas, atlas_setup

        return atlas.export(atlas_setup.read(asked["atlas"]), content, path, on_progress=advance)
    from sheets import files, setup

    made = files.make(setup.read(asked["setup"]), content, SheetFormat(asked["form"]))
    path.write_bytes(made.content)
    return Result(f"修订 {content.revision}", file=made.name)


if __name__ == "__main__":
    main(sys.argv[1])
