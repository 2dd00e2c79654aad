"""Settings: environment over file over defaults; one secret key for all processes, readable by us alone."""

from __future__ import annotations

import stat
import threading
from datetime import date, time
from pathlib import Path

import pytest
from pydantic import ValidationError

from geodata.errors import BadFile
from geodata.settings import Settings
from geodata.vocabulary import Classification, Datum
from tests import child


@pytest.fixture(autouse=True)
def _nothing_set(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (
        "DATABASE_URL",
        "BUSINESS_DATE",
        "DISTRICT_NAME",
        "DATA_DIR",
        "BASEMAPS",
        "LOG_LEVEL",
        "BACKUP",
    ):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("CHENGYUAN_CONFIG", str(tmp_path / "config.toml"))


def write(tmp_path: Path, text: str) -> None:
    (tmp_path / "config.toml").write_text(text, encoding="utf-8")


def test_defaults_hold_where_nothing_is_set() -> None:
    settings = Settings()
    assert settings.database_url == "sqlite:///data/renewal.gpkg"
    assert settings.business_date is None
    assert settings.basemaps == []


def test_the_file_goes_over_defaults_and_the_environment_over_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, 'district_name = "中原区"\nlog_level = "DEBUG"\nbusiness_date = 2026-11-24\n')
    monkeypatch.setenv("LOG_LEVEL", "ERROR")
    settings = Settings()
    assert (settings.district_name, settings.log_level) == ("中原区", "ERROR")
    assert settings.business_date == date(2026, 11, 24)


def test_an_argument_goes_over_everything(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "sqlite:///a.gpkg")
    assert Settings(database_url="sqlite:///b.gpkg").database_url == "sqlite:///b.gpkg"


def test_a_basemap_declares_its_datum(tmp_path: Path) -> None:
    write(
        tmp_path,
        '[[basemaps]]\nid = "gov"\nname = "政务底图"\nkind = "xyz"\nlocation = "/t/{z}/{x}/{y}"\ndatum = "gcj02"\n'
        '[[basemaps]]\nid = "local"\nname = "本地"\nkind = "mbtiles"\nlocation = "a.mbtiles"\n',
    )
    gov, local = Settings().basemaps
    assert (gov.datum, gov.is_local) == (Datum.GCJ02, False)
    assert (local.datum, local.is_local) == (Datum.CGCS2000, True)


@pytest.mark.parametrize("line", ['id = "../etc"', 'kind = "wfs"', 'datum = "mars"'])
def test_a_basemap_that_makes_no_sense_is_refused(tmp_path: Path, line: str) -> None:
    good = {"id": '"a"', "name": '"b"', "kind": '"xyz"', "location": '"/t"'}
    name, value = line.split(" = ")
    text = "\n".join(f"{key} = {value}" for key, value in {**good, name: value}.items())
    write(tmp_path, f"[[basemaps]]\n{text}\n")
    with pytest.raises(ValidationError, match=name):
        Settings()


def test_the_secret_key_is_made_once_and_kept(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path / "new" / "data")
    key = settings.secret_key()
    assert len(key) == 32
    assert Settings(data_dir=tmp_path / "new" / "data").secret_key() == key
    assert [path.name for path in (tmp_path / "new" / "data").iterdir()] == ["layer.key"]


def test_only_we_can_read_the_secret_key(tmp_path: Path) -> None:
    Settings(data_dir=tmp_path).secret_key()
    assert stat.S_IMODE((tmp_path / "layer.key").stat().st_mode) == 0o600


def test_threads_that_make_the_key_at_once_get_the_same(tmp_path: Path) -> None:
    for number in range(20):
        settings, start, keys = Settings(data_dir=tmp_path / str(number)), threading.Barrier(8), []

        def ask(
            settings: Settings = settings, start: threading.Barrier = start, keys: list[bytes] = keys
        ) -> None:
            start.wait()
            keys.append(settings.secret_key())

        threads = [threading.Thread(target=ask) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(keys) == 8
        assert len(set(keys)) == 1


def test_processes_share_the_key(tmp_path: Path) -> None:
    code = """
        import sys
        from geodata.settings import Settings
        print(Settings(data_dir=sys.argv[1]).secret_key().hex())
    """
    assert child.run(code, tmp_path) == Settings(data_dir=tmp_path).secret_key().hex()


@pytest.mark.parametrize("content", ["", "abc", "z" * 64])
def test_a_key_that_was_cut_off_is_never_used(tmp_path: Path, content: str) -> None:
    (tmp_path / "layer.key").write_text(content)
    with pytest.raises(BadFile, match="签名密钥"):
        Settings(data_dir=tmp_path).secret_key()


def test_the_backup_plan_has_a_time_of_day_or_an_interval(tmp_path: Path) -> None:
    assert Settings().backup.daily_at == time(12, 30)
    assert Settings().backup.oldest_hours == 50
    write(tmp_path, '[backup]\ndaily_at = "02:00"\nevery_hours = 4\nkeep_daily = 0\n')
    plan = Settings().backup
    assert (plan.daily_at, plan.every_hours, plan.keep_daily, plan.oldest_hours) == (time(2), 4, 0, 10)


@pytest.mark.parametrize("line", ["keep_dayly = 7", "keep_last = 0", "every_hours = 0", 'daily_at = "noon"'])
def test_a_backup_plan_that_makes_no_sense_is_refused(tmp_path: Path, line: str) -> None:
    write(tmp_path, f"[backup]\n{line}\n")
    with pytest.raises(ValidationError, match="backup"):
        Settings()


def test_what_the_office_sets_for_printing_is_read(tmp_path: Path) -> None:
    assert Settings().print.unit == ""
    write(
        tmp_path,
        '[print]\nunit = "区旧改办"\npublic_url = "https://gis.local/"\nclassification = "work_secret"\n',
    )
    plan = Settings().print
    assert (plan.unit, plan.public_url, plan.classification) == (
        "区旧改办",
        "https://gis.local/",
        Classification.WORK_SECRET,
    )


@pytest.mark.parametrize(
    "line", ['public_url = "javascript:alert(1)"', "keep_days = 0", 'classification = "top"', 'units = "x"']
)
def test_printing_settings_that_make_no_sense_are_refused(tmp_path: Path, line: str) -> None:
    write(tmp_path, f"[print]\n{line}\n")
    with pytest.raises(ValidationError, match="print"):
        Settings()
