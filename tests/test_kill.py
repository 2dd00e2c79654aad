"""kill -9 in the middle of saves, backups and restores: what was acknowledged is there, nothing is there by half."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from geodata.store import Store
from geodata.store.engine import file_url
from tests.child import ROOT
from tests.killing import FIRST, Told, save, verified

SEED = 20261124


def killed(job: str, database: Path, rounds: int) -> dict[str, Any]:
    """Kill workers at random moments; each one verifies what its predecessors left. What they said in sum."""
    command = [sys.executable, "-W", "error", "-m", "tests.killing", job, file_url(database)]
    done = subprocess.run(
        [*command, str(rounds), str(SEED)], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    return json.loads(done.stdout)


def survives(made: Path, folder: Path, kills: int) -> dict[str, Any]:
    """Kill writers that often, and check what they left as a whole."""
    database = folder / "renewal.gpkg"
    shutil.copyfile(made / "small.gpkg", database)
    said = killed("saves", database, kills)
    with closing(Store.open(file_url(database))) as store:
        saved = verified(store, Told(acknowledged=said["acknowledged"], begun=said["begun"]))
        assert store.check() == []
    assert said["killed_at_work"] > kills // 2
    assert saved > FIRST + kills
    return said


def test_every_acknowledged_save_survives_200_kills(made: Path, tmp_path: Path) -> None:
    survives(made, tmp_path, 200)


@pytest.mark.soak
def test_every_acknowledged_save_survives_5000_kills(
    made: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    said = survives(made, tmp_path, 5000)
    with capsys.disabled():
        print(f"\n5000 kills: {json.dumps(said)}")


def test_a_copy_that_has_its_name_is_whole_however_backups_are_killed(made: Path, tmp_path: Path) -> None:
    shutil.copyfile(made / "small.gpkg", tmp_path / "renewal.gpkg")
    said = killed("backups", tmp_path / "renewal.gpkg", 8)
    assert said["copied"]
    assert said["killed_at_work"] + said["killed_while_opening"] < said["rounds"]  # some in a backup


def test_a_killed_restore_leaves_one_content_or_the_other(made: Path, tmp_path: Path) -> None:
    shutil.copyfile(made / "small.gpkg", tmp_path / "renewal.gpkg")
    with closing(Store.open(file_url(tmp_path / "renewal.gpkg"))) as store:
        store.backup(tmp_path / f"{FIRST}.gpkg")
        save(store, FIRST + 1)
        store.backup(tmp_path / f"{FIRST + 1}.gpkg")
        store.restore(tmp_path / f"{FIRST}.gpkg")
    said = killed("restores", tmp_path / "renewal.gpkg", 12)
    assert said["killed_at_work"] > 6
    with closing(Store.open(file_url(tmp_path / "renewal.gpkg"))) as store:
        assert store.check() == []


# ---- power cuts -------------------------------------------------------------------------------------------


def test_a_log_torn_at_any_byte_keeps_whole_saves_in_order(made: Path, tmp_path: Path) -> None:
    """A power cut may leave the log cut off anywhere behind what was written safely."""
    live = tmp_path / "live.gpkg"
    shutil.copyfile(made / "small.gpkg", live)
    lengths = [0]
    with closing(Store.open(file_url(live))) as store:
        for number in range(FIRST + 1, FIRST + 5):
            save(store, number)
            lengths.append((tmp_path / "live.gpkg-wal").stat().st_size)
        log, main = (tmp_path / "live.gpkg-wal").read_bytes(), live.read_bytes()
    for cut in range(0, len(log), len(log) // 60):
        torn = tmp_path / f"{cut}.gpkg"
        torn.write_bytes(main)
        (tmp_path / f"{cut}.gpkg-wal").write_bytes(log[:cut])
        kept = FIRST + sum(length <= cut for length in lengths[1:])
        with closing(Store.open(file_url(torn))) as store:
            assert verified(store, Told(acknowledged=kept, begun=kept)) == kept
            assert store.check() == []
