"""What pages poll for: has anything been saved, and is the program still the one that the page came from?"""

from __future__ import annotations

import hashlib
import threading
import time
from dataclasses import dataclass, field
from functools import lru_cache

from streamlit.version import STREAMLIT_VERSION_STRING

from cartography.web_map import asset_version
from geodata.errors import ChengyuanError, StoreError
from geodata.store.migrate import newest_version
from ui import data

_KEPT_S = 0.5


@lru_cache(maxsize=1)
def app_mark() -> str:
    """Mark of this program: changes with the schema, the browser's files or the frame they run in."""
    parts = (newest_version(), asset_version(), STREAMLIT_VERSION_STRING)
    return hashlib.sha256("|".join(parts).encode()).hexdigest()[:12]


@dataclass(frozen=True, slots=True)
class Mark:
    """What the store holds now: line of descent and newest revision; or why it does not answer."""

    epoch: str = ""
    revision: int = 0
    trouble: str = ""

    @property
    def etag(self) -> str:
        """Entity tag of the answer; none when the store does not answer."""
        return f'"{self.epoch}-{self.revision}-{app_mark()}"'


@dataclass
class _Latest:
    """The newest mark, asked for at most every half second, whatever the number of pages."""

    mark: Mark | None = None
    at: float = 0.0
    asking: threading.Lock = field(default_factory=threading.Lock)

    def get(self) -> Mark:
        """The mark; while one caller asks, the others get the former one instead of waiting."""
        if self.mark is not None and time.monotonic() - self.at < _KEPT_S:
            return self.mark
        if not self.asking.acquire(blocking=self.mark is None):
            return self.mark or Mark()
        try:
            self.mark = _ask()
            self.at = time.monotonic()
            return self.mark
        finally:
            self.asking.release()


def _ask() -> Mark:
    try:
        epoch, revision = data.store().mark()
        return Mark(epoch, revision)
    except StoreError as error:
        data.forget()
        return Mark(trouble=str(error))
    except ChengyuanError as error:
        return Mark(trouble=str(error))


latest = _Latest()
