"""Shared by all tests: hypothesis profiles, an empty store and a small one with geometry to draw on paper.

`url`, `store` and `small_store` are a GeoPackage file; in a module marked `both_stores` every test that uses
them runs a second time on a PostgreSQL server of our own.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from geodata.installing import create_demo
from geodata.store import Store
from geodata.store.engine import file_url
from sheets.register import Register
from tests.ensure_postgres import find_postgres, skip_allowed
from tests.postgres import Cluster
from tests.registers import register_of
from tests.small_store import fill

settings.register_profile("default", derandomize=True, deadline=None, max_examples=25, database=None)
settings.register_profile(
    "fuzz", deadline=None, max_examples=500, suppress_health_check=[HealthCheck.too_slow], print_blob=True
)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "default"))


KINDS = ("file", "postgis")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run tests of a module that is marked `both_stores` on both."""
    if "kind" in metafunc.fixturenames and metafunc.definition.get_closest_marker("both_stores"):
        metafunc.parametrize("kind", KINDS, indirect=True)


@pytest.fixture
def kind(request: pytest.FixtureRequest) -> str:
    """Which store a test runs on."""
    return getattr(request, "param", "file")


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    """A PostgreSQL server with PostGIS of our own, gone at the end even when tests fail."""
    if find_postgres() is None:
        if skip_allowed():
            pytest.skip("no PostgreSQL with PostGIS, and ALLOW_SKIP names it")
        pytest.fail("没有找到 PostgreSQL/PostGIS：请运行 make setup-dev，或设 ALLOW_SKIP=postgis。")
    cluster = Cluster()
    try:
        yield cluster
    finally:
        cluster.remove()


@dataclass
class Templates:
    """Databases on the server, made once and copied for each test."""

    cluster: Cluster
    bare: str
    empty: str
    small: str


@pytest.fixture(scope="session")
def templates(cluster: Cluster) -> Templates:
    """A database with the extension alone, an empty store and a small one."""
    bare = cluster.create()
    cluster.execute("CREATE EXTENSION postgis", bare)
    empty = cluster.create(template=bare)
    Store.create(cluster.url(empty)).close()
    small = cluster.create(template=empty)
    with closing(Store.open(cluster.url(small))) as store:
        fill(store)
    return Templates(cluster, bare, empty, small)


@pytest.fixture
def server_url(templates: Templates) -> Iterator[str]:
    """URL of a database on the server that holds nothing yet."""
    with _copy(templates, "bare") as url:
        yield url


@contextmanager
def _copy(templates: Templates, which: str) -> Iterator[str]:
    name = templates.cluster.create(template=getattr(templates, which))
    try:
        yield templates.cluster.url(name)
    finally:
        templates.cluster.drop(name)


@pytest.fixture
def url(kind: str, tmp_path: Path, request: pytest.FixtureRequest) -> str:
    """URL of a database that does not exist yet, or that holds nothing yet."""
    return request.getfixturevalue("server_url") if kind == "postgis" else file_url(tmp_path / "renewal.gpkg")


@pytest.fixture(scope="session")
def demo_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with demo data, made once."""
    path = tmp_path_factory.mktemp("demo") / "renewal.gpkg"
    create_demo(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def demo(demo_file: Path) -> Register:
    """The register of the demo data, read once: never change it."""
    return register_of(demo_file)


@pytest.fixture(scope="session")
def again(demo_file: Path) -> Register:
    """The same register, read a second time."""
    return register_of(demo_file)


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
def store(kind: str, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Store]:
    """An empty store in a real file or on a real server."""
    with _opened("empty", kind, tmp_path, request) as store:
        yield store


@pytest.fixture
def small_store(kind: str, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Store]:
    """One street office, one estate, four compounds, two works items, events and reports (see `small_store`)."""
    with _opened("small", kind, tmp_path, request) as store:
        yield store


@pytest.fixture(scope="session")
def fresh_store(
    tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> Callable[[str], AbstractContextManager[Store]]:
    """Opens an empty store on the named kind, as often as a property test asks for one."""
    folder = tmp_path_factory.mktemp("fresh")
    return lambda kind: _opened("empty", kind, folder, request)


@contextmanager
def _opened(which: str, kind: str, folder: Path, request: pytest.FixtureRequest) -> Iterator[Store]:
    if kind == "file":
        shutil.copyfile(request.getfixturevalue("made") / f"{which}.gpkg", folder / "renewal.gpkg")
        with closing(Store.open(file_url(folder / "renewal.gpkg"))) as store:
            yield store
        return
    with _copy(request.getfixturevalue("templates"), which) as url, closing(Store.open(url)) as store:
        yield store
