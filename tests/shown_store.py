"""A store as the pages see it: through caches that are empty, with settings that a test names."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from geodata.settings import Settings
from geodata.store import Store
from ui import data, shelves


@contextmanager
def shown(store: Store, folder: Path, monkeypatch: pytest.MonkeyPatch, **settings: Any) -> Iterator[Store]:
    """Pages read `store`, whose stock of files is in `folder`, until the block ends."""
    chosen = Settings(database_url=store.url, data_dir=folder, **settings)
    monkeypatch.setattr(data, "settings", lambda: chosen)
    for name in ("frames", "results", "days", "texts", "pieces"):
        monkeypatch.setattr(shelves, name, shelves.Shelf(50))
    data.forget()
    yield store
    data.forget()
