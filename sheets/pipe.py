"""How the app and its print worker talk over pipes: JSON heads with bodies of bytes, nothing that is ever unpickled."""

from __future__ import annotations

import json
import struct
from collections.abc import Sequence
from typing import Any, BinaryIO

_HEAD = struct.Struct(">I")
_MOST_HEAD = 16 * 2**20


def send(stream: BinaryIO, head: dict[str, Any], bodies: Sequence[bytes] = ()) -> None:
    """Write one message. Raises OSError when nobody reads."""
    text = json.dumps({**head, "bodies": [len(body) for body in bodies]}, ensure_ascii=False).encode()
    stream.write(_HEAD.pack(len(text)) + text)
    for body in bodies:
        stream.write(body)
    stream.flush()


def receive(stream: BinaryIO) -> tuple[dict[str, Any], list[bytes]] | None:
    """The next message; None when the other side ended, be it in the middle of one."""
    size = stream.read(_HEAD.size)
    if len(size) < _HEAD.size or (length := _HEAD.unpack(size)[0]) > _MOST_HEAD:
        return None
    text = stream.read(length)
    if len(text) < length:
        return None
    head = json.loads(text)
    bodies = [stream.read(wanted) for wanted in head["bodies"]]
    whole = all(len(body) == wanted for body, wanted in zip(bodies, head["bodies"], strict=True))
    return (head, bodies) if whole else None
