"""A planner without a browser: speaks Streamlit's websocket protocol, so that many fit on one machine."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field
from types import TracebackType

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import ClientConnection, connect

_PATIENCE_S = 60
_LARGEST_MESSAGE = 64 * 2**20
_FAULTS = (b"cy-fault", b"Traceback")


@dataclass
class Rerun:
    """One answered request: seconds until the page was complete, bytes received, and whether it failed."""

    seconds: float
    received: int
    failed: bool


@dataclass
class Planner:
    """One browser tab: keeps its session, asks for pages and waits until each is complete."""

    url: str
    done: list[Rerun] = field(default_factory=list)
    _socket: ClientConnection | None = None
    _cached: set[str] = field(default_factory=set)

    async def __aenter__(self) -> Planner:
        """Connect as a browser does."""
        address = self.url.replace("http://", "ws://") + "/_stcore/stream"
        self._socket = await connect(
            address, subprotocols=["streamlit"], origin=self.url, max_size=_LARGEST_MESSAGE
        )
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the tab."""
        assert self._socket
        await self._socket.close()

    async def ask(self, page: str, query: str) -> Rerun:
        """Ask for a page with a query string and wait until it is complete."""
        assert self._socket
        message = BackMsg()
        wanted = message.rerun_script
        wanted.query_string, wanted.page_name = query, page
        wanted.cached_message_hashes.extend(self._cached)
        wanted.context_info.url = f"{self.url}/{page}"
        wanted.context_info.timezone = "Asia/Shanghai"
        wanted.context_info.locale = "zh-CN"
        began = time.perf_counter()
        await self._socket.send(message.SerializeToString())
        received, failed = await asyncio.wait_for(self._complete(), _PATIENCE_S)
        self.done.append(Rerun(time.perf_counter() - began, received, failed))
        return self.done[-1]

    async def _complete(self) -> tuple[int, bool]:
        """Bytes of one run, and whether it failed."""
        assert self._socket
        received, failed = 0, False
        while True:
            raw = await self._socket.recv()
            assert isinstance(raw, bytes)
            received += len(raw)
            failed |= any(sign in raw for sign in _FAULTS)
            answer = ForwardMsg.FromString(raw)
            if answer.metadata.cacheable and answer.hash:
                self._cached.add(answer.hash)
            kind = answer.WhichOneof("type")
            failed |= kind == "page_not_found" or (
                kind == "delta" and answer.delta.new_element.HasField("exception")
            )
            if kind == "script_finished":
                return received, failed or answer.script_finished != ForwardMsg.FINISHED_SUCCESSFULLY
