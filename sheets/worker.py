"""The print worker: a process beside the app that keeps the newest register and answers one request after another.

Started by the app (`python -m sheets.worker`), it reads requests from its standard input and ends with it. The
database is that of DATABASE_URL; the day that "today" means comes with each request.
"""

from __future__ import annotations

import os
import sys
from datetime import date
from typing import Any

from cartography.print import paper
from geodata.errors import ChengyuanError
from geodata.settings import Settings
from geodata.store import Store
from geodata.vocabulary import SheetFormat
from sheets import compose, files, pipe, register, setup
from sheets.register import Register
from sheets.sheet import finish

_MM_PER_INCH = 25.4
Answer = tuple[dict[str, Any], list[bytes]]


class Worker:
    """Answers requests; keeps the store open and the register of its newest revision."""

    def __init__(self, office: Settings) -> None:
        self._office = office
        self._store: Store | None = None
        self._register: Register | None = None

    def answer(self, request: dict[str, Any]) -> Answer:
        """The answer to a request; an error of ours is one too."""
        try:
            return _WAYS[request["do"]](self, request)
        except ChengyuanError as error:
            return {"error": str(error), "kind": type(error).__name__}, []
        except Exception as error:  # the worker lives on; the app says so and logs where it was
            return {"error": "", "kind": type(error).__name__, "at": _place(error)}, []

    def register(self, today: date) -> Register:
        """The register of the newest revision. Raises members of StoreError."""
        if self._store is None or not self._store.in_place:
            self.close()
            self._store = Store.open(self._office.database_url)
        self._register = register.renewed(self._register, self._store, self._office, today=today)
        return self._register

    def close(self) -> None:
        """Close the store."""
        if self._store is not None:
            self._store.close()
        self._store = self._register = None

    def warm(self, request: dict[str, Any]) -> Answer:
        """Read the register, so that the first preview need not."""
        return {"revision": self.register(_today(request)).revision}, []

    def preview(self, request: dict[str, Any]) -> Answer:
        """The first page as a picture of `width_px`, with what the page says beside it."""
        chosen, content = setup.checked(request["setup"]), self.register(_today(request))
        sheet = compose.compose(chosen, content)
        width, height = paper.size_mm(chosen.paper, chosen.orientation)
        doubts: list[str] = []
        dpi = request["width_px"] / width * _MM_PER_INCH
        made = finish(sheet, SheetFormat.PNG, dpi=dpi, on_warning=doubts.append)
        told = {
            "width": width,
            "height": height,
            "scale": sheet.data.get("map", {}).get("scale"),
            "notices": [*doubts, *sheet.notices],
            "pages": len(made),
            "revision": content.revision,
        }
        return told, made[:1]

    def make(self, request: dict[str, Any]) -> Answer:
        """A finished sheet as a file."""
        chosen, content = setup.checked(request["setup"]), self.register(_today(request))
        made = files.make(chosen, content, SheetFormat(request["form"]))
        return {"name": made.name, "mime": made.mime, "revision": content.revision}, [made.content]

    def add(self, request: dict[str, Any]) -> Answer:
        """A finished sheet added to the office file that came with the request."""
        chosen, content = setup.checked(request["setup"]), self.register(_today(request))
        form, (given,) = SheetFormat(request["form"]), request["given"]
        made = files.added(chosen, content, form, given, name=request["name"])
        return {"name": made.name, "mime": made.mime, "revision": content.revision}, [made.content]


_WAYS = {"warm": Worker.warm, "preview": Worker.preview, "make": Worker.make, "add": Worker.add}


def _today(request: dict[str, Any]) -> date:
    return date.fromisoformat(request["today"])


def _place(error: BaseException) -> str:
    """File and line where an error arose; its words may quote somebody's data and stay out of the log."""
    trace, place = error.__traceback__, ""
    while trace is not None:
        place = f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}"
        trace = trace.tb_next
    return place


def main() -> None:
    """Answer until the app closes the pipe."""
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # what a library prints must not stand between answers
    worker = Worker(Settings())
    while (message := pipe.receive(sys.stdin.buffer)) is not None:
        head, bodies = worker.answer({**message[0], "given": message[1]})
        try:
            pipe.send(answers, {**head, "number": message[0]["number"]}, bodies)
        except BrokenPipeError:
            break
    worker.close()


if __name__ == "__main__":
    main()
