"""The command line on a database server: the same commands, and no password on the screen."""

from __future__ import annotations

from pathlib import Path

import pytest

from geodata.store import Store
from geodata.store.engine import file_url
from tests.postgres import Cluster
from tests.test_cli import FINE, STORE, USAGE, run

pytestmark = pytest.mark.postgis

PASSWORD = "geheim"


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Backups of a server go into the data directory."""
    monkeypatch.setenv("DATA_DIR", str(tmp_path / "data"))


@pytest.fixture
def secret_url(server_url: str, cluster: Cluster) -> str:
    """The server's empty database, with a password in its address."""
    return cluster.url(server_url.rsplit("/", 1)[1], password=PASSWORD)


def said(database: Path | str, *words: object, code: int = FINE) -> str:
    """What a command prints on both streams; never the password."""
    done = run(database, *words)
    assert done.exit_code == code, done.output
    assert PASSWORD not in done.output
    return done.output


def test_an_office_moves_to_a_server_works_there_and_moves_back(
    small_store: Store, secret_url: str, tmp_path: Path
) -> None:
    file = small_store.path
    assert file
    assert "init" in said(secret_url, "check", code=STORE)
    assert "修订 3" in said(file, "move", "--to", secret_url)
    assert "检查通过" in said(secret_url, "check")
    assert "已有数据" in said(file, "move", "--to", secret_url, code=USAGE)
    said(secret_url, "init", "--if-missing")
    made = Path(said(secret_url, "backup").splitlines()[-1])
    assert made.parent == tmp_path / "data" / "backups"
    assert "不会失去" in said(secret_url, "restore", made, "--dry-run")
    assert "before-restore" in said(secret_url, "restore", made, "--yes")
    said(secret_url, "export", tmp_path / "register.csv")
    assert "修订 3" in said(secret_url, "move", "--to", tmp_path / "back.gpkg")
    assert "已存在" in said(secret_url, "move", "--to", tmp_path / "back.gpkg", code=USAGE)
    assert "检查通过" in said(file_url(tmp_path / "back.gpkg"), "check")


def test_init_fills_an_empty_database_and_leaves_a_current_one(secret_url: str) -> None:
    said(secret_url, "init", "--if-missing", "--reference")
    said(secret_url, "init", "--if-missing", "--reference")
    assert "检查通过" in said(secret_url, "check")


def test_a_server_that_does_not_answer_is_named_without_its_password() -> None:
    nowhere = f"postgresql+psycopg://chengyuan:{PASSWORD}@127.0.0.1:1/renewal"
    for words in (["check"], ["init"], ["backup"], ["demo"], ["progress"]):
        assert "127.0.0.1:1/renewal 连不上（拒绝连接）" in said(nowhere, *words, code=STORE)
