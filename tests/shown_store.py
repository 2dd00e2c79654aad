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


@contextmanager
def deployed(store: Store, folder: Path, monkeypatch: pytest.MonkeyPatch, **variables: str) -> Iterator[None]:
    """The environment of an app on `store` with its files in `folder`, until the block ends."""
    told = {"DATABASE_URL": store.url, "DATA_DIR": str(folder), "CHENGYUAN_CONFIG": str(folder / "none.toml")}
    for name, value in {**told, **variables}.items():
        monkeypatch.setenv(name, value)
    data.settings.cache_clear()
    data.forget()
    yield
    data.forget()
    data.settings.cache_clear()
