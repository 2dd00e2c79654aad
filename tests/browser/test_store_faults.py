"""Faults of the store while people have a page open: a full disk, a second process, an upgrade beside them."""

from __future__ import annotations

import gzip
import shutil
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from geodata.store import Store
from tests import child
from tests.browser.running import App, start_app, stop_app
from tests.small_disk import fill_up, mounted

pytestmark = pytest.mark.browser

Start = Callable[..., App]
ROOT = Path(__file__).resolve().parents[2]
COMPOUND = "410104002-C12"
OLD = ROOT / "tests" / "fixtures" / "schema-0001.gpkg.gz"


def fill_form(page: Page, url: str, households: int) -> None:
    """Open the editing form of the compound and type a correction."""
    page.goto(f"{url}/dossier?compound={COMPOUND}")
    page.get_by_role("button", name="编辑", exact=True).click()
    name, field = page.get_by_label("操作人姓名"), page.get_by_label("户数", exact=True)
    expect(name.or_(field)).to_be_visible()
    if name.is_visible():  # a browser that has been here remembers the name
        name.fill("王工")
        page.get_by_role("button", name="记住").click()
    field.fill(str(households))
    page.get_by_label("修改原因（必填）").fill("核对")


def revision(app: App) -> int:
    """Newest save in the app's database."""
    with closing(Store.open(app.database)) as store:
        return store.snapshot().revision


def test_a_full_disk_is_said_on_every_page_and_what_was_typed_is_saved_when_there_is_room(
    page: Page, demo_file: Path, tmp_path: Path
) -> None:
    with mounted(tmp_path / "disk", megabytes=32) as folder:
        shutil.copy(demo_file, folder / "renewal.gpkg")
        app = start_app(folder, LOW_SPACE_MB="8")
        try:
            fill_form(page, app.url, 71)
            expect(page.locator(".cy-condition")).to_be_hidden()
            filler = fill_up(folder, leave=65536)
            page.get_by_role("button", name="保存更正").click()
            expect(page.locator(".cy-faults")).to_contain_text("磁盘已满")
            expect(page.locator(".cy-condition")).to_contain_text("数据库现在只能查看")
            expect(page.get_by_label("户数", exact=True)).to_have_value("71")
            for path in ("", "progress", "worklist"):
                other = page.context.new_page()
                other.goto(f"{app.url}/{path}")
                expect(other.locator(".cy-condition")).to_contain_text("磁盘已满")
                expect(other.locator(".cy-fault")).to_be_hidden()
                other.close()
            filler.unlink()
            page.get_by_role("button", name="保存更正").click()
            expect(page.get_by_text("71 户").first).to_be_visible()
            expect(page.locator(".cy-condition")).to_be_hidden()
        finally:
            stop_app(app)


def test_two_processes_on_one_file_see_each_others_saves_and_both_save(own_app: Start, page: Page) -> None:
    one, two = own_app(), own_app(copy=False)
    before = revision(one)
    there = page.context.new_page()
    there.goto(f"{two.url}/dossier?compound={COMPOUND}")
    expect(there.get_by_text("39 户").first).to_be_visible()
    fill_form(page, one.url, 71)
    page.get_by_role("button", name="保存更正").click()
    expect(there.get_by_text("71 户").first).to_be_visible()
    fill_form(there, two.url, 72)
    there.get_by_role("button", name="保存更正").click()
    expect(page.get_by_text("72 户").first).to_be_visible()
    with closing(Store.open(one.database)) as store:
        assert store.snapshot().revision == before + 2
        assert store.check() == []


UPGRADED = """
    import sys
    from geodata.store import Store
    with Store.open(sys.argv[1])._writing() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
"""


def test_an_old_program_on_an_upgraded_database_refuses_plainly_and_saves_nothing(
    own_app: Start, page: Page
) -> None:
    app = own_app()
    before = revision(app)
    fill_form(page, app.url, 71)
    child.run(UPGRADED, app.database)
    page.get_by_role("button", name="保存更正").click()
    said = page.get_by_text("请升级程序后再打开", exact=False).first
    expect(said).to_be_visible()
    page.goto(app.url)
    expect(page.locator(".cy-fault")).to_contain_text("更新版本")
    assert "Traceback" not in page.inner_text("body")
    stop_app(app)
    assert before == recorded(app)


def recorded(app: App) -> int:
    """Newest save, read without our store, which refuses this database."""
    code = """
        import sqlite3, sys
        print(sqlite3.connect(sys.argv[1]).execute("SELECT max(number) FROM revision").fetchone()[0])
    """
    return int(child.run(code, app.folder / "renewal.gpkg"))


def test_a_page_left_open_over_an_upgrade_goes_on_with_the_new_program(
    own_app: Start, page: Page, tmp_path: Path
) -> None:
    (tmp_path / "renewal.gpkg").write_bytes(gzip.decompress(OLD.read_bytes()))
    old = own_app(copy=False)
    with page.expect_response("**/revision"):  # the page is whole: it asks by itself
        page.goto(old.url)
    expect(page.locator(".cy-fault")).to_contain_text("需要升级")
    expect(page.locator(".cy-fault")).to_contain_text("manage.py init")
    stop_app(old)
    command = [sys.executable, "manage.py", "--database", str(tmp_path / "renewal.gpkg"), "init"]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    own_app(copy=False, port=int(old.url.rsplit(":", 1)[1]))
    expect(page.locator(".cy-fault")).to_be_hidden(timeout=60_000)
    expect(page.get_by_text("街道开工占比").first).to_be_visible()
    assert "Traceback" not in page.inner_text("body")
