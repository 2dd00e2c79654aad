"""`check` finds what is wrong: changed rows, a broken chain, flipped bits, lost index entries, lost triggers."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from shapely import Polygon, to_wkb

from geodata.columns import to_gpkg
from geodata.errors import StoreError
from geodata.schema import metadata
from geodata.store import Store
from geodata.store.engine import file_url
from tests.child import ROOT
from tests.pages import used_bytes
from tests.small_store import AUTHOR, FIRST_SQUARE, compound, report


def do(store: Store, statement: str, *values: object) -> None:
    """Change the file as no code of ours would: no audit, no hash, no append-only triggers."""
    with store._writing() as connection:
        names = connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE name LIKE 'append_only_%'")
        for name in names.scalars().all():
            connection.exec_driver_sql(f"DROP TRIGGER {name}")
        connection.exec_driver_sql("PRAGMA defer_foreign_keys=ON")
        connection.exec_driver_sql(statement, tuple(values))


def found(store: Store) -> set[str]:
    """Names of the checks that found something, but for the triggers that `do` dropped."""
    return {finding.check for finding in store.check() if "触发器" not in finding.message}


def test_a_sound_store_has_no_findings(small_store: Store) -> None:
    steps: list[str] = []
    assert small_store.check(on_step=steps.append) == []
    assert steps[0] == "数据库文件"
    assert len(steps) == 8


def test_a_finding_says_where_what_and_what_to_do(small_store: Store) -> None:
    do(small_store, "UPDATE compound SET households = 121 WHERE id = 'C1'")
    finding = next(finding for finding in small_store.check() if finding.check == "行校验值")
    assert (finding.where, finding.message) == ("楼院 C1", "内容与校验值不符")
    assert "restore" in finding.remedy


@pytest.mark.parametrize(
    ("statement", "check"),
    [
        ("UPDATE progress_report SET progress_pct = 41", "行校验值"),
        ("DELETE FROM progress_report", "行校验值"),
        ("UPDATE compound SET archived = 2", "行校验值"),
        ("UPDATE compound SET name = x'ff' WHERE id = 'C1'", "行校验值"),
        ("UPDATE compound SET name = CAST(x'ff' AS TEXT) WHERE id = 'C1'", "行校验值"),
        ("UPDATE work_item SET planned_start_from = 'soon'", "行校验值"),
        ("UPDATE audit SET author = '别人' WHERE seq = 2", "审计链"),
        ("UPDATE audit SET after = '{' WHERE seq = 2", "审计链"),
        ("UPDATE audit SET at = 'yesterday' WHERE seq = 2", "审计链"),
        ("DELETE FROM audit WHERE seq = 2", "审计链"),
        ("DELETE FROM audit WHERE revision = 3", "修订号"),
        ("UPDATE revision SET author = '别人' WHERE number = 2", "修订号"),
        ("UPDATE revision SET reason = NULL WHERE number = 2", "修订号"),
        ("UPDATE layer_revision SET revision = 9", "修订号"),
        ("DELETE FROM layer_revision", "修订号"),
        ("UPDATE compound SET street_code = 'S9'", "引用关系"),
        ("UPDATE gpkg_contents SET srs_id = 4326 WHERE table_name = 'compound'", "GeoPackage 结构"),
        ("DELETE FROM gpkg_geometry_columns WHERE table_name = 'compound'", "GeoPackage 结构"),
        ("UPDATE gpkg_contents SET last_change = '2026-01-01T00:00:00.000Z'", "GeoPackage 结构"),
        ("UPDATE gpkg_contents SET description = 'x'", "GeoPackage 结构"),
        ("UPDATE sqlite_sequence SET seq = 99 WHERE name = 'compound'", "GeoPackage 结构"),
        ("PRAGMA user_version = 1", "GeoPackage 结构"),
        ("DROP INDEX ix_compound_street_code", "GeoPackage 结构"),
        ("UPDATE rtree_heritage_line_geometry_node SET data = x'0001' || substr(data, 3)", "空间索引"),
        ("UPDATE gpkg_spatial_ref_sys SET definition = 'x' WHERE srs_id = 4490", "GeoPackage 结构"),
        ("PRAGMA application_id = 1", "GeoPackage 结构"),
        ("ALTER TABLE party DROP COLUMN contact", "GeoPackage 结构"),
        ("DELETE FROM rtree_compound_geometry WHERE id = 1", "空间索引"),
        ("INSERT INTO rtree_compound_geometry VALUES (9, 1, 2, 1, 2)", "空间索引"),
        ("UPDATE rtree_compound_geometry SET minx = 100", "空间索引"),
        ("UPDATE gpkg_contents SET min_x = 100 WHERE table_name = 'compound'", "空间索引"),
    ],
)
def test_every_kind_of_damage_is_found(small_store: Store, statement: str, check: str) -> None:
    without_references(small_store)
    do(small_store, statement)
    assert check in found(small_store)


def without_references(store: Store) -> None:
    """Let the next statement break references, as another program's would."""
    raw = store._engine.raw_connection()
    assert raw.driver_connection
    raw.driver_connection.execute("PRAGMA foreign_keys=OFF")
    raw.close()


def test_a_changed_setting_is_found(small_store: Store) -> None:
    small_store.put_setting("business_date", "2026-11-24")
    do(small_store, "UPDATE setting SET value = '2026-11-25'")
    assert found(small_store) == {"行校验值"}


def test_a_changed_import_note_is_found(small_store: Store) -> None:
    with small_store.commit(author=AUTHOR) as save:
        save.insert("compound", compound())
        save.note_import(file_name="a.gpkg", sha256="00", layer="compound", accepted=1, rejected=0)
    do(small_store, "UPDATE import_batch SET accepted = 2")
    assert found(small_store) == {"行校验值"}


def test_a_lost_guard_is_found(small_store: Store) -> None:
    with small_store._writing() as connection:
        connection.exec_driver_sql("DROP TRIGGER guard_audit_delete")
        connection.exec_driver_sql("DROP TRIGGER append_only_audit_update")
        connection.exec_driver_sql(
            "CREATE TRIGGER append_only_audit_update BEFORE UPDATE ON audit BEGIN SELECT 1; END"
        )
    assert {finding.where for finding in small_store.check()} == {
        "guard_audit_delete",
        "append_only_audit_update",
    }


def test_a_geometry_blob_with_another_head_is_found(small_store: Store) -> None:
    blob = bytearray(to_gpkg(FIRST_SQUARE))
    blob[16] ^= 1  # inside the envelope, which readers trust and the row hash does not cover
    do(small_store, "UPDATE compound SET geometry = ? WHERE id = 'C1'", bytes(blob))
    assert "几何" in found(small_store)


@pytest.mark.parametrize(
    "blob", [b"", b"GP", b"GP\0\x0b" + bytes(40), b"GP\0\3" + bytes(36) + b"\1\3\0\0\0\xff"]
)
def test_a_geometry_blob_that_cannot_be_read_is_a_finding(small_store: Store, blob: bytes) -> None:
    do(small_store, "UPDATE compound SET geometry = ? WHERE id = 'C1'", blob)
    assert {"行校验值", "几何"} <= found(small_store)


def test_a_self_crossing_boundary_is_found_with_its_place(small_store: Store) -> None:
    bow = Polygon([(113.68, 34.75), (113.69, 34.76), (113.69, 34.75), (113.68, 34.76)])
    with small_store.commit(author=AUTHOR) as save:
        save.insert("compound", compound(id="C9", geometry=bow))
    finding = small_store.check()[0]
    assert (finding.check, finding.where) == ("几何", "楼院 C9")
    assert "Self-intersection" in finding.message


def test_reading_damaged_rows_is_an_error_in_plain_words(small_store: Store) -> None:
    do(small_store, "UPDATE compound SET geometry = ? WHERE id = 'C1'", b"GP" + to_wkb(FIRST_SQUARE))
    with pytest.raises(StoreError, match="check"):
        small_store.frame("compound")


# ---- flipped bits -----------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def copied(tmp_path_factory: pytest.TempPathFactory, made: Path) -> Path:
    """A backup with every kind of page: inner pages, overflow pages of long boundaries, free pages."""
    folder = tmp_path_factory.mktemp("flips")
    shutil.copyfile(made / "small.gpkg", folder / "live.gpkg")
    with closing(Store.open(file_url(folder / "live.gpkg"))) as store:
        with store.commit(author=AUTHOR, reason="一季度填报") as save:
            save.update("compound", "C1", {"geometry": FIRST_SQUARE.segmentize(0.00001)}, version=1)
            save.insert_many("progress_report", [report("W1", "2026-11-20", number) for number in range(60)])
            save.note_import(file_name="a.gpkg", sha256="00", layer="compound", accepted=1, rejected=0)
        for length in (2000, 1):  # leaves free pages behind
            store.put_setting("business_date", "2026-11-24" * length)
        store.backup(folder / "copy.gpkg")
    return folder / "copy.gpkg"


def test_the_flipped_bytes_are_of_every_kind(copied: Path) -> None:
    groups = used_bytes(copied)
    tables = {table.name for table in metadata.sorted_tables}
    assert (
        tables | {"head", "free list", "sqlite_master", "sqlite_sequence", "gpkg_contents"} <= groups.keys()
    )
    content = copied.read_bytes()
    assert bytes(content[at] for at in groups["compound"]).count("演示·西大街-01院".encode()) == 1
    assert {content[at // 4096 * 4096] for at in groups["progress_report"]} == {5, 13}  # inner and leaf
    assert len(groups["compound"]) > 4096


def test_400_of_400_flipped_bits_are_found(copied: Path) -> None:
    """In a process of its own: a library need not survive a broken page."""
    flips = int(os.environ.get("FLIPS", "400"))
    command = [sys.executable, "-W", "error", "-m", "tests.flipping", str(copied), str(flips), "20261124"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    assert sum(said["made"].values()) == flips
    assert said["missed"] == []
