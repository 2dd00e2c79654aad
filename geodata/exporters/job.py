"""A process of its own for what a page gives out: `python -m geodata.exporters.job FOLDER`.

It answers `asked.json` (a request, or `template`: a code of KINDS) with the file `made` in the folder, or with the
reason in `refused`. The database is that of the settings. So the app holds no rows, and nobody waits for another's file.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from geodata.errors import ChengyuanError
from geodata.exporters.package import Request, export, file_name
from geodata.exporters.template import write_template
from geodata.settings import Settings
from geodata.store import Store

ASKED, MADE, REFUSED = "asked.json", "made", "refused"


def main(folder: Path) -> None:
    """Answer the request of a folder; whatever is refused is an answer too."""
    asked = json.loads((folder / ASKED).read_text(encoding="utf-8"))
    try:
        made = _make(asked, folder)
    except (ChengyuanError, OSError) as error:
        (folder / REFUSED).write_text(str(error), encoding="utf-8")
        return
    made.replace(folder / MADE)


def _make(asked: dict[str, Any], folder: Path) -> Path:
    store = Store.open(Settings().database_url)
    try:
        if "template" in asked:
            made = folder / "template.xlsx"
            write_template(store, asked["template"], made)
        else:
            request = Request.of(asked["request"])
            made = folder / f"export{Path(file_name(request)).suffix}"
            export(store, request, made)
    finally:
        store.close()
    return made


if __name__ == "__main__":
    main(Path(sys.argv[1]))
