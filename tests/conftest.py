"""Shared by all tests: hypothesis profiles, an empty store and a small one with geometry to draw on paper."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from geodata.store import Store
from geodata.store.engine import file_url
from tests.small_store import fill

settings.register_profile("default", derandomize=True, deadline=None, max_examples=25, database=None)
settings.register_profile(
    "fuzz", deadline=None, max_examples=500, suppress_health_check=[HealthCheck.too_slow], print_blob=True
)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "default"))


@pytest.fixture
def url(tmp_path: Path) -> str:
    """URL of a database that does not exist yet."""
    return file_url(tmp_path / "renewal.gpkg")


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with an empty and a small database, made once and copied for each test."""
    folder = tmp_path_factory.mktemp("made")
    Store.create(file_url(folder / "empty.gpkg")).close()
    store = Store.create(file_url(folder / "small.gpkg"))
    fill(store)
    store.close()
    return folder


@pytest.fixture
def store(url: str, tmp_path: Path, made: Path) -> Iterator[Store]:
    """An empty store in a real file."""
    shutil.copyfile(made / "empty.gpkg", tmp_path / "renewal.gpkg")
    with closing(Store.open(url)) as store:
        yield store


@pytest.fixture
def small_store(url: str, tmp_path: Path, made: Path) -> Iterator[Store]:
    """One street office, one estate, four compounds, two works items, events and reports (see `small_store`)."""
    shutil.copyfile(made / "small.gpkg", tmp_path / "renewal.gpkg")
    with closing(Store.open(url)) as store:
        yield store
