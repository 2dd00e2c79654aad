"""系统状态: the page tells the truth, makes a real backup, finds real damage, and the log holds nobody's data."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from geodata.store import Store
from geodata.store.engine import file_url
from tests.browser.running import App
from tests.pages import used_bytes

pytestmark = pytest.mark.browser

Start = Callable[..., App]
A_JOB = 60_000  # milliseconds; a job is a process of its own
NAME, REASON, WANTED = "欧阳测试员", "核对门牌后更正", "演示·书院"


def verdict(page: Page, of: str) -> Locator:
    """One of the cells at the top."""
    return page.locator(".cy-verdicts > div").filter(has=page.locator(".l", has_text=re.compile(f"^{of}")))


def test_a_fresh_demo_was_never_backed_up_until_somebody_does_it(own_app: Start, page: Page) -> None:
    running = own_app()
    page.goto(f"{running.url}/system")
    expect(verdict(page, "备份")).to_contain_text("从未备份")
    expect(verdict(page, "备份")).to_contain_text("需要处理")
    expect(verdict(page, "检查")).to_contain_text("从未检查")
    expect(page.get_by_text("还没有任何备份")).to_be_visible()
    expect(page.locator(".st-key-system")).to_contain_text("演示数据")
    with closing(Store.open(running.database)) as store:  # as another process does it
        store.backup(running.folder / "backups" / "renewal-20261101-120000.gpkg", thorough=False)
    expect(verdict(page, "备份")).to_contain_text("小时没有备份")
    expect(page.get_by_role("cell", name="没有校验记录")).to_be_visible()
    page.get_by_role("button", name="立即备份").click()
    expect(verdict(page, "备份")).to_contain_text("逐行校验通过", timeout=A_JOB)
    expect(verdict(page, "备份")).to_contain_text("正常")
    made = max((running.folder / "backups").iterdir())
    expect(page.get_by_role("cell", name=made.name, exact=True)).to_be_visible()
    with closing(Store.open(file_url(made))) as copy:
        assert copy.check() == []
    page.get_by_role("button", name="运行检查").click()
    expect(verdict(page, "检查")).to_contain_text("没有发现问题", timeout=A_JOB)
    expect(page.get_by_role("button", name="立即备份")).to_be_enabled()


def test_a_flipped_bit_is_found_and_no_backup_is_made_of_it(
    own_app: Start, page: Page, demo_file: Path, tmp_path: Path
) -> None:
    victim = tmp_path / "renewal.gpkg"
    shutil.copy(demo_file, victim)
    content = bytearray(victim.read_bytes())
    rows = set(used_bytes(victim)["funding"])
    word = content.find(b"synthetic")
    while word not in rows:
        word = content.index(b"synthetic", word + 1)
    content[word] ^= 1
    victim.write_bytes(content)
    running = own_app(copy=False)
    page.goto(f"{running.url}/system")
    page.get_by_role("button", name="运行检查").click()
    expect(verdict(page, "检查")).to_contain_text("发现问题", timeout=A_JOB)
    expect(page.locator(".st-key-system .cy-table").get_by_text("内容与校验值不符")).to_be_visible()
    page.get_by_role("button", name="立即备份").click()
    expect(verdict(page, "备份")).to_contain_text("副本没有通过校验", timeout=A_JOB)
    expect(verdict(page, "备份")).to_contain_text("从未备份")
    expect(page.get_by_role("cell", name="要原样留一份")).to_be_visible()
    assert list((running.folder / "backups").iterdir()) == []


def test_the_log_holds_references_and_nothing_that_a_person_typed(own_app: Start, page: Page) -> None:
    running = own_app(LOG_LEVEL="DEBUG")
    page.goto(f"{running.url}/?q={WANTED}")
    expect(page.get_by_text("显示", exact=False).first).to_be_visible()
    page.goto(f"{running.url}/dossier?compound=410104002-C12")
    page.get_by_role("button", name="编辑", exact=True).click()
    page.get_by_label("操作人姓名").fill(NAME)
    page.get_by_role("button", name="记住").click()
    page.get_by_label("户数", exact=True).fill("71")
    page.get_by_label("修改原因（必填）").fill(REASON)
    page.get_by_role("button", name="保存更正").click()
    expect(page.get_by_text("71 户").first).to_be_visible()
    text = (running.folder / "logs" / "chengyuan.log").read_text(encoding="utf-8")
    lines = [json.loads(line) for line in text.splitlines()]
    for word in (NAME, REASON, WANTED, "书院", "410104002-C12"):
        assert word not in text
        assert json.dumps(word)[1:-1] not in text
    pages = {line["page"]: line for line in lines if line["message"] == "rerun"}
    assert {"overview", "dossier"} <= pages.keys()
    assert pages["dossier"].keys() >= {"session", "reference", "revision", "ms"}
    assert any(line["message"] == "request" and line["route"] == "layers" for line in lines)
