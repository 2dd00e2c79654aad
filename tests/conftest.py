"""Shared by all tests: hypothesis profiles, an empty store and a small one with geometry to draw on paper."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from geodata.store import Store
from geodata.store.engine import file_url
from tests.small_store import fill

settings.register_profile("default", derandomize=True, deadline=None, max_examples=25, database=None)
settings.register_profile(
    "fuzz", deadline=None, max_examples=1000, suppress_health_check=[HealthCheck.too_slow], print_blob=True
)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "default"))


@pytest.fixture
def url(tmp_path: Path) -> str:
    """URL of a database that does not exist yet."""
    return file_url(tmp_path / "renewal.gpkg")


@pytest.fixture
def store(url: str) -> Iterator[Store]:
    """An empty store in a real file."""
    store = Store.create(url)
    yield store
    store.close()


@pytest.fixture
def small_store(store: Store) -> Store:
    """One street office, one estate, four compounds, two works items, events and reports (see `small_store`)."""
    fill(store)
    return store
