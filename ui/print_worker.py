"""The app's side of the print worker: one process, one request at a time, bounded patience, restarted when it dies."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from geodata import errors
from sheets import pipe

log = logging.getLogger("chengyuan")

_BUSY = "出图的人太多，没有轮到；请稍后再试。"

_MOST_IN_LINE = 16
"""Each request holds one of the threads that serve everybody else, too."""

_ROOT = Path(__file__).resolve().parent.parent
_KINDS: dict[str, type[errors.ChengyuanError]] = {
    kind.__name__: kind
    for kind in (
        errors.BadFile,
        errors.StoreMissing,
        errors.StoreUnreachable,
        errors.StoreLocked,
        errors.StoreReadOnly,
        errors.StoreOlder,
        errors.StoreNewer,
        errors.StoreDamaged,
    )
}


class PrintTrouble(errors.ChengyuanError):
    """The print worker did not answer."""


class Overtaken(errors.ChengyuanError):
    """A newer preview of the same session took this one's place."""


@dataclass(eq=False)
class _Turn:
    """A request that waits or runs; `session` is set for what a newer one of the same session replaces, `long` for
    what nobody should wait behind."""

    session: str | None
    long: bool = False
    overtaken: bool = field(default=False)


def _command() -> list[str]:
    return [sys.executable, "-P", "-m", "sheets.worker"]


class PrintWorker:
    """Asks the worker process; requests of all sessions stand in one line.

    `patience_s` bounds the waiting in the line and the working, each; `idle_s` is how long an unused process stays.
    `command` starts the process.
    """

    def __init__(
        self, *, database: str, patience_s: float, idle_s: float, command: Callable[[], list[str]] = _command
    ) -> None:
        self._database = database
        self._patience_s, self._idle_s = patience_s, idle_s
        self._command = command
        self._line: deque[_Turn] = deque()
        self._moved = threading.Condition()
        self._process: subprocess.Popen[bytes] | None = None
        self._number, self._timed_out = 0, False
        self._rest: threading.Timer | None = None

    @property
    def is_taken(self) -> bool:
        """Whether something long waits or runs here."""
        with self._moved:
            return any(turn.long for turn in self._line)

    def ask(
        self,
        request: dict[str, Any],
        *,
        session: str | None = None,
        given: Sequence[bytes] = (),
        long: bool = False,
    ) -> tuple[dict[str, Any], list[bytes]]:
        """The answer to a request, with which the files `given` are sent; `long` says that it may take its time.

        Raises Overtaken, PrintTrouble, and what the worker refused with.
        """
        turn = self._queued(_Turn(session, long))
        try:
            head, bodies = self._answer(request, given)
        finally:
            with self._moved:
                self._line.remove(turn)
                self._moved.notify_all()
            self._rest_later()
        if "error" in head:
            raise _refusal(head)
        return head, bodies

    def close(self) -> None:
        """End the process; the next request starts another one."""
        if self._rest:
            self._rest.cancel()
        process, self._process = self._process, None
        if process is None:
            return
        assert process.stdin
        with suppress(OSError):
            process.stdin.close()  # the worker ends when nothing can come any more
        try:
            process.wait(timeout=2)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        assert process.stdout
        process.stdout.close()

    def _queued(self, turn: _Turn) -> _Turn:
        """Wait for this request's turn; an older waiting one of the session gives up its place."""
        session, until = turn.session, time.monotonic() + self._patience_s
        with self._moved:
            for other in list(self._line)[1:]:
                other.overtaken |= session is not None and other.session == session
            if sum(not other.overtaken for other in self._line) >= _MOST_IN_LINE:
                raise PrintTrouble(_BUSY)
            self._line.append(turn)
            self._moved.notify_all()
            while self._line[0] is not turn:
                left = until - time.monotonic()
                if turn.overtaken or left <= 0:
                    self._line.remove(turn)
                    raise _given_up(turn)
                self._moved.wait(left)
            if self._rest:
                self._rest.cancel()
        return turn

    def _answer(self, request: dict[str, Any], given: Sequence[bytes]) -> tuple[dict[str, Any], list[bytes]]:
        """Ask the process, a fresh one when there is none; one that breaks down while idle is replaced once."""
        fresh = self._process is None or self._process.poll() is not None
        answer = self._exchange(request, given, self._started() if fresh else self._process)
        if answer is None and not fresh and not self._timed_out:
            answer = self._exchange(request, given, self._started())
        if answer is not None:
            return answer
        said = (
            f"出图超过 {self._patience_s:.0f} 秒没有完成，已停止" if self._timed_out else "出图进程意外结束"
        )
        log.error("print worker lost", extra={"error": "timeout" if self._timed_out else "died"})
        raise PrintTrouble(f"{said}；没有生成文件。请再试一次，或缩小纸张、降低分辨率、减少图上内容。")

    def _exchange(
        self, request: dict[str, Any], given: Sequence[bytes], process: subprocess.Popen[bytes] | None
    ) -> tuple[dict[str, Any], list[bytes]] | None:
        """Send and receive; None when the process died or was ended for taking too long."""
        assert process
        assert process.stdin
        assert process.stdout
        self._number += 1
        self._timed_out = False
        alarm = threading.Timer(self._patience_s, self._stop, args=(process,))
        alarm.daemon = True
        alarm.start()
        try:
            pipe.send(process.stdin, {**request, "number": self._number}, given)
            message = pipe.receive(process.stdout)
        except (OSError, ValueError):
            message = None
        finally:
            alarm.cancel()
        if message is None or message[0].get("number") != self._number:
            process.kill()
            self.close()
            return None
        return message

    def _stop(self, process: subprocess.Popen[bytes]) -> None:
        self._timed_out = True
        process.kill()

    def _started(self) -> subprocess.Popen[bytes]:
        self.close()
        self._process = subprocess.Popen(
            self._command(),
            env={**os.environ, "DATABASE_URL": self._database, "PYTHONPATH": str(_ROOT)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        return self._process

    def _rest_later(self) -> None:
        with self._moved:
            if self._line:
                return
            self._rest = threading.Timer(self._idle_s, self._rest_now)
            self._rest.daemon = True
            self._rest.start()

    def _rest_now(self) -> None:
        """End a process that nobody used for a while."""
        with self._moved:
            if not self._line:
                self.close()


def _given_up(turn: _Turn) -> errors.ChengyuanError:
    if turn.overtaken:
        return Overtaken("已有更新的预览。")
    return PrintTrouble(_BUSY)


def _refusal(head: dict[str, Any]) -> errors.ChengyuanError:
    """What the worker answered with, as an error of ours."""
    if head["error"]:
        return _KINDS.get(head["kind"], errors.BadValue)(head["error"])
    log.error("print failed", extra={"error": f"{head['kind']} at {head['at']}"})
    return PrintTrouble(f"出图程序出错（{head['kind']}）；没有生成文件，请把时间告诉管理员查看日志。")
