"""The command line: what each command does, and the exit code and Chinese message when it cannot."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from shapely.geometry import box, mapping
from typer.testing import CliRunner, Result

import manage
from commands.database import shown
from commands.telling import print_table
from geodata import installing
from geodata.installing import AUTHOR, create_demo, install_demo, install_reference
from geodata.store import Store, engine
from geodata.store.engine import file_url, sqlite
from geodata.vocabulary import DataStatus
from tests import child

FINE, FINDINGS, USAGE, STORE = 0, 1, 2, 3


@pytest.fixture(scope="module")
def made_demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A demo database, made once by the command."""
    path = tmp_path_factory.mktemp("demo") / "renewal.gpkg"
    assert run(path, "demo").exit_code == FINE
    return path


@pytest.fixture
def demo(made_demo: Path, tmp_path: Path) -> Path:
    """A copy of the demo database for a test that writes."""
    path = tmp_path / "renewal.gpkg"
    with opened(made_demo) as store:
        store.backup(path, thorough=False)
    return path


@contextmanager
def opened(path: Path) -> Iterator[Store]:
    """An open store that is closed afterwards."""
    store = Store.open(file_url(path))
    yield store
    store.close()


def run(database: Path | str, *words: object) -> Result:
    """Run a command on a database; no traceback ever."""
    done = CliRunner().invoke(manage.app, ["--database", str(database), *map(str, words)])
    assert done.exception is None or isinstance(done.exception, SystemExit)
    assert "Traceback" not in done.output
    return done


def register(folder: Path, *rows: dict[str, Any]) -> Path:
    """A GeoJSON register whose rows all have the same square, far from all others."""
    path = folder / "登记表.geojson"
    square = mapping(box(113.80, 34.70, 113.801, 34.701))
    features = [{"type": "Feature", "properties": row, "geometry": square} for row in rows]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    return path


# ---- init and demo ----------------------------------------------------------------------------------------


def test_init_makes_an_empty_store_and_may_run_again(tmp_path: Path) -> None:
    path = tmp_path / "new" / "renewal.gpkg"
    for _ in range(2):
        assert run(path, "init").exit_code == FINE
    with opened(path) as store:
        assert store.revision() is None
        assert store.check() == []


def test_init_if_missing_leaves_a_current_database_untouched(made_demo: Path) -> None:
    before = made_demo.stat().st_mtime_ns, made_demo.stat().st_size
    done = run(made_demo, "init", "--if-missing", "--demo")
    assert (done.exit_code, done.output) == (FINE, "")
    assert (made_demo.stat().st_mtime_ns, made_demo.stat().st_size) == before


def test_demo_data_come_in_a_handful_of_saves_that_say_so(made_demo: Path) -> None:
    with opened(made_demo) as store:
        saves = store.audit().drop_duplicates("revision")
        assert len(saves) == 5
        assert set(saves["author"]) == {AUTHOR}
        assert saves["reason"].str.len().min() > 5
        assert store.settings()["demo"] == "1"
        assert date.fromisoformat(store.settings()["business_date"]).month == 11
        assert store.check() == []


def test_demo_data_never_mix_with_rows_of_ones_own(small_store: Store) -> None:
    assert small_store.path
    before = small_store.snapshot()
    for words in (["demo"], ["init", "--demo"], ["init", "--reference"]):
        done = run(small_store.path, *words)
        assert done.exit_code == USAGE
        assert "已有数据" in done.stderr
    assert small_store.snapshot() == before


def test_an_interrupted_installation_is_taken_up_again(tmp_path: Path) -> None:
    path = tmp_path / "renewal.gpkg"
    store = Store.create(file_url(path))

    def stop(done: int, total: int, what: str) -> None:
        if done > 300:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        install_demo(store, business_date=date(2026, 11, 23), on_progress=stop)
    assert store.snapshot().revision > 0
    install_demo(store)
    kept = {"business_date": "2026-11-23", "demo": "1", "epoch": store.snapshot().epoch}
    assert store.settings() == kept
    assert store.snapshot().revision == 5
    assert store.check() == []
    store.close()


def test_a_demo_that_is_interrupted_leaves_no_half_database(tmp_path: Path) -> None:
    path = tmp_path / "renewal.gpkg"

    def stop(done: int, total: int, what: str) -> None:
        if done:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        create_demo(file_url(path), on_progress=stop)
    assert list(tmp_path.iterdir()) == []


def test_of_two_that_make_the_demo_the_first_file_stays(tmp_path: Path) -> None:
    path = tmp_path / "renewal.gpkg"
    made = tmp_path / "late.gpkg"
    path.write_text("first")
    made.write_text("late")
    installing._put_in_place(made, path)
    assert path.read_text() == "first"


def test_reference_layers_hold_nothing_invented(store: Store) -> None:
    install_reference(store)
    frames = [store.frame(layer) for layer in store.layer_revisions()]
    assert sum(map(len, frames)) > 200
    assert not any((frame["data_status"] == DataStatus.SYNTHETIC).any() for frame in frames)
    assert store.frame("compound").empty


# ---- exit codes -------------------------------------------------------------------------------------------

ASKING = (
    ["check"],
    ["progress"],
    ["export", "x.csv"],
    ["backup"],
    ["load", "x.gpkg", "--author", "张三"],
)


@pytest.mark.parametrize("words", ASKING, ids=[words[0] for words in ASKING])
def test_a_missing_database_is_said_and_not_made(words: list[str], tmp_path: Path) -> None:
    done = run(tmp_path / "none.gpkg", *words)
    assert done.exit_code == STORE
    assert "没有找到数据库" in done.stderr
    assert "manage.py init" in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_newer_database_is_left_alone(demo: Path) -> None:
    change(demo, "UPDATE alembic_version SET version_num = '9999_later'")
    for words in (["check"], ["init"], ["init", "--if-missing"], ["progress"]):
        done = run(demo, *words)
        assert done.exit_code == STORE
        assert "更新版本" in done.stderr


def test_a_file_that_is_no_database_is_said(tmp_path: Path) -> None:
    path = tmp_path / "renewal.gpkg"
    path.write_text("这不是数据库" * 1000)
    for words in (["check"], ["init"], ["demo"]):
        done = run(path, *words)
        assert done.exit_code == STORE
        assert "不是本产品的数据库" in done.stderr


def test_a_locked_database_is_said_and_nothing_is_written(
    demo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "BUSY_TIMEOUT_MS", 100)
    other = sqlite.connect(demo, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    done = run(demo, "load", register(tmp_path, {"name": "新院", "街道": "圃田"}), "--author", "张三")
    other.execute("ROLLBACK")
    other.close()
    assert done.exit_code == STORE
    assert "正被另一个程序写入" in done.stderr


@pytest.mark.parametrize(
    "words",
    [
        ["load"],
        ["unknown"],
        ["progress", "--by", "moon"],
        ["progress", "--as-of", "24.11.2026"],
        ["--nothing"],
    ],
    ids=str,
)
def test_wrong_usage_is_2(words: list[str], made_demo: Path) -> None:
    assert run(made_demo, *words).exit_code == USAGE


def test_a_database_address_that_makes_no_sense_is_said(tmp_path: Path) -> None:
    for address in ("postgres://", "foo://bar", "mysql://u@h/db"):
        done = run(address, "check")
        assert done.exit_code == STORE
        assert "数据库" in done.stderr


def test_the_environment_names_the_database(made_demo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", file_url(made_demo))
    assert CliRunner().invoke(manage.app, ["check"]).exit_code == FINE


def test_a_setting_that_makes_no_sense_is_said(made_demo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BUSINESS_DATE", "gestern")
    done = run(made_demo, "progress")
    assert done.exit_code == USAGE
    assert "business_date" in done.stderr
    assert "gestern" in done.stderr


def test_help_tells_commands_and_exit_codes() -> None:
    done = CliRunner().invoke(manage.app, ["--help"], terminal_width=200)
    for word in (
        "init",
        "demo",
        "load",
        "export",
        "backup",
        "restore",
        "check",
        "log",
        "undo",
        "progress",
        "退出码",
    ):
        assert word in done.output
    assert manage.__doc__
    for code in (FINE, FINDINGS, USAGE, STORE):
        assert f"\n  {code}  " in manage.__doc__


def test_help_does_not_wait_for_the_geo_stack() -> None:
    told = child.run(
        """
        import sys, manage
        print([name for name in ("geopandas", "pandas", "sqlalchemy", "shapely") if name in sys.modules])
        """
    )
    assert told == "[]"


# ---- check ------------------------------------------------------------------------------------------------


def change(path: Path, statement: str) -> None:
    """Change a database behind the product's back."""
    connection = sqlite.connect(path, isolation_level=None)
    connection.create_function("chengyuan_writer", 0, lambda: 1)
    connection.execute(statement)
    connection.close()


def test_check_is_fine_on_the_demo_and_1_after_a_change_behind_its_back(demo: Path) -> None:
    done = run(demo, "check")
    assert (done.exit_code, done.stdout) == (FINE, "检查通过，没有发现问题。\n")
    change(demo, "UPDATE compound SET households = 999 WHERE fid = 20")
    done = run(demo, "check")
    assert done.exit_code == FINDINGS
    assert "行校验值" in done.stdout
    assert "restore" in done.stdout


def test_what_a_table_prints_is_text_and_no_markup(capsys: pytest.CaptureFixture[str]) -> None:
    print_table("表", ["栏"], [["[bold]甲[/bold] [link=x]\x1b[31m"]])
    told = capsys.readouterr().out
    assert "[bold]甲[/bold] [link=x] [31m" in told
    assert "\x1b" not in told


# ---- load and export --------------------------------------------------------------------------------------


def test_load_needs_an_author(made_demo: Path, tmp_path: Path) -> None:
    done = run(made_demo, "load", register(tmp_path, {"name": "新院", "街道": "圃田"}))
    assert done.exit_code == USAGE
    assert "--author" in done.stderr


def test_load_writes_tells_and_ends_with_1_when_rows_stay_out(demo: Path, tmp_path: Path) -> None:
    file = register(tmp_path, {"name": "新院", "街道": "圃田"}, {"name": "坏院", "街道": "月亮"})
    listed = tmp_path / "问题.csv"
    done = run(demo, "load", file, "--author", "张三", "--reason", "试", "--issues", listed)
    assert done.exit_code == FINDINGS
    assert "新增 1，修改 0，没有变化 0，未装入 1" in done.stderr
    assert "月亮" in done.stdout
    rows = list(csv.DictReader(io.StringIO(listed.read_text(encoding="utf-8-sig"))))
    assert [row["issue"] for row in rows if row["severity"] == "error"] == ["unknown_reference"]
    with opened(demo) as store:
        newest = store.revision()
        assert newest
        assert (newest.author, newest.reason) == ("张三", "试")
        assert "新院" in set(store.frame("compound")["name"])


def test_a_list_of_issues_never_replaces_a_file(demo: Path, tmp_path: Path) -> None:
    listed = tmp_path / "问题.csv"
    listed.write_text("mine")
    file = register(tmp_path, {"name": "新院", "街道": "圃田"})
    assert run(demo, "load", file, "--author", "张三", "--issues", listed).exit_code == USAGE
    assert listed.read_text() == "mine"
    with opened(demo) as store:
        assert "新院" not in set(store.frame("compound")["name"])


@pytest.mark.parametrize(
    "address",
    [
        "postgresql+psycopg://planer:geheim@db:5433/renewal",
        "postgresql+psycopg://planer:geheim@db:5433/renewal?password=geheim&sslmode=require",
        "postgresql+psycopg://db:5433/renewal?user=planer&password=geheim",
    ],
)
def test_a_server_is_shown_by_its_place_alone_never_with_user_or_password(address: str) -> None:
    assert shown(address) == "数据库服务器 db:5433/renewal"


def test_a_dry_run_shows_the_change_and_makes_none(demo: Path, tmp_path: Path) -> None:
    with opened(demo) as store:
        frame, before = store.frame("compound"), store.snapshot()
    record = frame.index[frame["households"].notna()][0]
    file = register(tmp_path, {"id": record, "户数": int(frame.loc[record, "households"]) + 1})
    done = run(demo, "load", file, "--author", "张三", "--dry-run")
    assert done.exit_code == FINE
    assert "户数" in done.stdout
    assert "没有写入任何内容" in done.stderr
    with opened(demo) as store:
        assert store.snapshot() == before


def test_a_file_that_is_no_register_is_2(made_demo: Path, tmp_path: Path) -> None:
    bad = tmp_path / "a.geojson"
    bad.write_text("<OGRVRTDataSource/>")
    done = run(made_demo, "load", bad, "--author", "张三")
    assert done.exit_code == USAGE
    assert "不是 GeoPackage" in done.stderr
    assert run(made_demo, "load", bad, "--author", "张三", "--datum", "mars").exit_code == USAGE


@pytest.mark.parametrize("ending", ["gpkg", "geojson"])
def test_the_demo_register_goes_out_and_in_without_a_change(
    ending: str, made_demo: Path, tmp_path: Path
) -> None:
    file = tmp_path / f"x.{ending}"
    done = run(made_demo, "export", file)
    assert done.exit_code == FINE
    assert done.stdout.strip() == str(file)
    assert "演示数据" in done.stderr
    assert run(made_demo, "export", file).exit_code == USAGE
    done = run(made_demo, "load", file, "--author", "张三")
    assert done.exit_code == FINE
    assert "新增 0，修改 0，没有变化 160，未装入 0" in done.stderr


# ---- backup and restore -----------------------------------------------------------------------------------


def test_backup_and_restore_bring_back_what_was_and_keep_what_is(demo: Path, tmp_path: Path) -> None:
    done = run(demo, "backup")
    kept = Path(done.stdout.strip())
    assert kept.parent == demo.parent / "backups"
    with opened(demo) as store:
        epoch = store.snapshot().epoch
        record = store.frame("compound").index[0]
        with store.commit(author="张三") as save:
            save.update("compound", record, {"note": "备份之后"}, version=1)
    assert run(demo, "backup", kept).exit_code == USAGE
    assert run(demo, "restore", kept, "--yes").exit_code == FINE
    with opened(demo) as store:
        assert store.frame("compound").loc[record, "note"] != "备份之后"
        assert store.snapshot().epoch != epoch
        assert store.check() == []
    (before,) = (demo.parent / "backups").glob("*before-restore*")
    with opened(before) as store:
        assert store.frame("compound").loc[record, "note"] == "备份之后"


def test_restore_asks_first(demo: Path, tmp_path: Path) -> None:
    kept = Path(run(demo, "backup").stdout.strip())
    before = demo.stat().st_mtime_ns
    done = CliRunner().invoke(manage.app, ["--database", str(demo), "restore", str(kept)], input="n\n")
    assert done.exit_code == FINDINGS
    assert demo.stat().st_mtime_ns == before


def test_restore_makes_a_lost_database_again_and_moves_a_damaged_one_aside(
    demo: Path, tmp_path: Path
) -> None:
    kept = Path(run(demo, "backup", tmp_path / "kept.gpkg").stdout.strip())
    demo.unlink()
    assert run(demo, "restore", kept, "--yes").exit_code == FINE
    demo.write_bytes(b"damaged" * 1000)
    assert run(demo, "restore", kept, "--yes").exit_code == FINE
    (aside,) = (demo.parent / "backups").glob("*damaged*")
    assert aside.read_bytes() == b"damaged" * 1000
    assert run(demo, "check").exit_code == FINE


def test_restore_refuses_what_is_no_backup_and_touches_nothing(demo: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.gpkg"
    other.write_bytes(b"x" * 5000)
    newer = Path(run(demo, "backup", tmp_path / "newer.gpkg").stdout.strip())
    change(newer, "UPDATE alembic_version SET version_num = '9999_later'")
    before = demo.stat().st_mtime_ns
    for file, code in ((other, STORE), (newer, STORE), (demo, USAGE), (tmp_path / "no.gpkg", USAGE)):
        assert run(demo, "restore", file, "--yes").exit_code == code
    assert demo.stat().st_mtime_ns == before


# ---- progress ---------------------------------------------------------------------------------------------


def test_progress_prints_streets_with_their_totals(made_demo: Path) -> None:
    done = run(made_demo, "progress", "--as-of", "2026-11-24")
    assert done.exit_code == FINE
    for word in ("西大街街道", "合计", "开工率", "演示数据", "截至 2026-11-24"):
        assert word in done.stdout


@pytest.mark.parametrize("by", ["street", "programme", "area"])
def test_progress_as_json_has_null_where_nothing_is_known(by: str, made_demo: Path) -> None:
    told = json.loads(run(made_demo, "progress", "--by", by, "--format", "json").stdout)
    assert (told["by"], told["as_of"], told["watermark"]) == (by, "2026-11-24", "演示数据")
    assert told["revision"] == 5
    assert told["totals"]["name"] == "合计"
    without_plan = [row for row in told["rows"] if row["plan_estates"] is None]
    assert without_plan
    assert all(row["start_rate_estates"] is None for row in without_plan)
    assert all(row["start_rate_estates_reason"] for row in without_plan)


def test_progress_as_csv_leaves_the_unknown_empty_and_agrees_with_json(made_demo: Path) -> None:
    text = run(made_demo, "progress", "--format", "csv").stdout
    told = json.loads(run(made_demo, "progress", "--format", "json").stdout)
    rows = list(csv.DictReader(io.StringIO(text)))
    assert len(rows) == len(told["rows"]) + 1
    for row, same in zip(rows, [*told["rows"], told["totals"]], strict=True):
        assert {row["watermark"], row["as_of"]} == {"演示数据", "2026-11-24"}
        for name, value in same.items():
            assert row[name] == ("" if value is None else str(value)), name


def test_progress_follows_the_day(made_demo: Path) -> None:
    def begun(day: str) -> int:
        told = json.loads(run(made_demo, "progress", "--as-of", day, "--format", "json").stdout)
        return int(told["totals"]["estates_started"])

    assert begun("2020-01-01") == 0 < begun("2026-01-31") < begun("2026-11-24")


def test_progress_of_an_empty_store_is_empty_and_no_error(tmp_path: Path) -> None:
    path = tmp_path / "renewal.gpkg"
    assert run(path, "init").exit_code == FINE
    for form in ("table", "json", "csv"):
        assert run(path, "progress", "--format", form).exit_code == FINE


def test_reference_layers_carry_no_invented_line(tmp_path: Path) -> None:
    with closing(Store.create(file_url(tmp_path / "renewal.gpkg"))) as store:
        install_reference(store)
        areas = store.frame("renewal_area")
        assert "平等街示范片区" in set(areas["name"])
        assert areas.geometry.isna().all()
        assert "synthetic" not in set(areas["boundary_status"])


# ---- history ----------------------------------------------------------------------------------------------


def change_one(database: Path, author: str = "李工", **values: Any) -> int:
    """Change the first compound; the revision."""
    with opened(database) as store:
        record_id = store.frame("compound").index[0]
        row = store.row("compound", record_id)
        assert row
        with store.commit(author=author, reason="核对") as save:
            save.update("compound", record_id, values, version=row["version"])
        return save.revision


def test_log_lists_saves_and_the_changes_of_one_record(demo: Path) -> None:
    revision = change_one(demo, households=77)
    assert "李工" in run(demo, "log").stdout
    assert "演示数据生成器" not in run(demo, "log", "--author", "李工").stdout
    with opened(demo) as store:
        record_id = store.frame("compound").index[0]
    told = run(demo, "log", "--record", record_id, "--revision", revision).stdout
    assert "户数" in told
    assert "77" in told
    assert "没有符合条件" in run(demo, "log", "--day", "2001-01-01").stdout


def test_undo_shows_first_and_writes_only_with_author_and_reason(demo: Path) -> None:
    revision = change_one(demo, households=77)
    assert run(demo, "undo", revision).exit_code == USAGE
    shown = run(demo, "undo", revision, "--dry-run")
    assert (shown.exit_code, "77" in shown.stdout) == (FINE, True)
    done = run(demo, "undo", revision, "--author", "王工", "--reason", "填错")
    assert done.exit_code == FINE
    assert f"记为修订 {revision + 1}" in done.stderr
    with opened(demo) as store:
        assert store.audit(revisions=[revision + 1])["reason"].tolist() == [f"撤销修订 {revision}：填错"]


def test_undo_with_a_conflict_writes_nothing_unless_told_to_do_the_rest(demo: Path) -> None:
    revision = change_one(demo, households=77, note="错")
    change_one(demo, "赵工", households=78)
    words = ("undo", revision, "--author", "王工", "--reason", "填错")
    refused = run(demo, *words)
    assert refused.exit_code == FINDINGS
    assert "赵工" in refused.stdout
    assert "--rest" in refused.stderr
    with opened(demo) as store:
        assert store.snapshot().revision == revision + 1
    assert run(demo, *words, "--rest").exit_code == FINDINGS
    with opened(demo) as store:
        assert store.snapshot().revision == revision + 2
