"""系统状态: each verdict says what is so, and what is not known is never well."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from geodata import upkeep
from geodata.jobs import JobKind, Jobs, Result
from geodata.store import Store
from geodata.version import VERSION
from tests.test_backup import spoil
from ui import data, moments, system, system_blocks
from ui.system_verdicts import Light, Verdict, look, verdicts

ROOT = Path(__file__).resolve().parent.parent
HOSTILE = "<script>alert(1)</script>"


@pytest.fixture(autouse=True)
def folder(small_store: Store, url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The data directory of a process on the small store."""
    monkeypatch.setenv("DATABASE_URL", url)
    monkeypatch.setenv("DATA_DIR", str(tmp_path))
    monkeypatch.setenv("LOW_SPACE_MB", "0")
    monkeypatch.setenv("CHENGYUAN_CONFIG", str(tmp_path / "none.toml"))
    data.settings.cache_clear()
    data.forget()
    yield tmp_path
    data.forget()
    data.settings.cache_clear()


def verdict(of: str) -> Verdict:
    """The verdict on one thing, by a fresh look."""
    return next(one for one in verdicts(look()) if one.of == of)


def back_up(**ago: float) -> None:
    upkeep.back_up(system.place(), now=datetime.now(UTC) - timedelta(**ago), scheduled=True)


def fail(advance: object) -> Result:
    raise RuntimeError("no")


def test_what_never_happened_is_not_well() -> None:
    assert (verdict("备份").light, verdict("备份").words) == (Light.ACT, "从未备份")
    assert (verdict("检查").light, verdict("检查").words) == (Light.UNKNOWN, "从未检查")


def test_a_fresh_backup_and_a_clean_check_are_well() -> None:
    back_up(minutes=5)
    upkeep.check(system.place())
    assert verdict("备份") == Verdict("备份", Light.WELL, "5 分钟前", "逐行校验通过")
    assert verdict("检查").words == "没有发现问题"
    assert {one.light for one in verdicts(look())} == {Light.WELL}


def test_an_old_backup_asks_for_action() -> None:
    back_up(hours=51)
    assert verdict("备份") == Verdict("备份", Light.ACT, "2 天前", "超过 50 小时没有备份")


def test_a_backup_that_failed_after_the_last_good_one_is_said() -> None:
    back_up(hours=1)
    with pytest.raises(RuntimeError):
        Jobs(data.settings().data_dir / "jobs").run(JobKind.SCHEDULED_BACKUP, fail)
    told = verdict("备份")
    assert told.light is Light.ACT
    assert told.words == "上次没有成功"
    assert told.behind == "程序出错（RuntimeError）。最近一份：1 小时前"


def test_a_copy_of_unknown_making_is_not_called_verified(folder: Path) -> None:
    (folder / "backups").mkdir()
    (folder / "backups" / f"renewal-{datetime.now(data.ZONE):%Y%m%d-%H%M%S}.gpkg").write_text("copy")
    assert verdict("备份").behind == "没有校验记录"


def test_findings_ask_for_action_and_are_listed_as_text(small_store: Store) -> None:
    assert small_store.path
    spoil(small_store.path, f"UPDATE compound SET id = '{HOSTILE}' WHERE id = 'C4'")
    upkeep.check(system.place())
    assert verdict("检查").light is Light.ACT
    markup = system_blocks.findings(look())
    assert "内容与校验值不符" in markup
    assert "<script>" not in markup
    assert "&lt;script&gt;" in markup


def test_a_server_is_backed_up_like_a_file_and_its_password_is_never_shown(
    monkeypatch: pytest.MonkeyPatch, folder: Path
) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql+psycopg://planner:geheim@127.0.0.1:1/district")
    data.settings.cache_clear()
    data.forget()
    (folder / "backups").mkdir()
    (folder / "backups" / f"district-{datetime.now(data.ZONE):%Y%m%d-%H%M%S}.gpkg").write_text("copy")
    seen = look()
    assert verdict("数据库").words == "不能使用"
    assert verdict("备份").words == "刚刚"
    shown = system_blocks.running(seen) + system_blocks.settings_in_force() + str(verdicts(seen))
    assert "geheim" not in shown
    assert "planner" not in shown


def test_the_page_works_when_the_database_does_not(small_store: Store) -> None:
    small_store.close()
    assert small_store.path
    small_store.path.write_bytes(b"letter" * 1000)
    script = (
        "from ui import shell, system_status\nshell.bar('', system_status.snapshot())\nsystem_status.show()"
    )
    app = AppTest.from_string(script, default_timeout=60).run()
    shown = " ".join(element.proto.body for element in app.get("html"))
    assert not app.exception
    for words in ("不能使用", "不是本产品的数据库", "数据库读不了，不知道有多少", "需要处理：数据库、备份"):
        assert words in shown


def test_the_version_is_the_changelogs_newest() -> None:
    newest = next(
        line for line in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8").splitlines() if line[:3] == "## "
    )
    assert newest.split()[1] == VERSION


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(5, "刚刚"), (60, "1 分钟前"), (3599, "59 分钟前"), (7300, "2 小时前"), (200_000, "2 天前")],
)
def test_ages_are_whole_units(seconds: int, text: str) -> None:
    now = datetime.now(UTC)
    assert moments.ago(now - timedelta(seconds=seconds), now) == text


def test_a_moment_in_the_future_is_called_so() -> None:
    now = datetime.now(UTC)
    assert "将来" in moments.ago(now + timedelta(hours=1), now)


@pytest.mark.parametrize(
    ("count", "text"), [(None, "—"), (0, "0 B"), (999, "999 B"), (9_437_184, "9.0 MB"), (2**37, "128 GB")]
)
def test_sizes_have_a_unit_and_an_unknown_one_is_a_dash(count: int | None, text: str) -> None:
    assert moments.size(count) == text


@pytest.mark.parametrize(
    ("seconds", "text"), [(0, "0 秒"), (61, "1 分 1 秒"), (7200, "2 小时 0 分"), (90_000, "1 天 1 小时")]
)
def test_a_length_has_its_two_largest_units(seconds: int, text: str) -> None:
    assert moments.lasting(timedelta(seconds=seconds)) == text
