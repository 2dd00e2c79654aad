"""What every page shares: pages and their addresses, the bar, the error boundary, the author's name."""

from __future__ import annotations

import logging
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import date
from pathlib import Path

import streamlit as st
from streamlit.errors import StreamlitAPIException

from geodata.errors import ChengyuanError
from geodata.store import Snapshot
from geodata.vocabulary import DataStatus
from ui import authors, data, logs, state
from ui.html import text

log = logging.getLogger("chengyuan")

SLOW_MS = 3000

PAGES_FOLDER = Path(__file__).resolve().parent.parent / "pages"
PAGES = {
    "overview": "一张图",
    "progress": "街道进度",
    "dossier": "小区档案",
    "worklist": "无边界",
    "drawing": "落图",
    "quality": "质量",
    "imports": "导入",
    "history": "变更记录",
    "snapshots": "出图",
    "briefing": "汇报屏",
    "system": "系统状态",
}


def page(name: str) -> st.Page:  # type: ignore[valid-type]
    """The page of that file name; its address is the file name (the overview is the root)."""
    return st.Page(
        PAGES_FOLDER / f"{name}.py",
        title=PAGES[name],
        url_path="" if name == "overview" else name,
        default=name == "overview",
    )


def pages() -> list[st.Page]:  # type: ignore[valid-type]
    """All pages."""
    return [page(name) for name in PAGES]


def fault(message: str, *, title: str = "这一页暂时打不开") -> None:
    """A clear message in place of a page; never a traceback."""
    st.html(f'<div class="cy-fault"><b>{text(title)}</b>{text(message)}</div>')


@contextmanager
def boundary(name: str = "", *, with_bar: bool = True) -> Iterator[None]:
    """One error boundary for all pages: a Chinese message and a reference that stands in the log.

    `with_bar` is false inside a fragment. The lines that a rerun logs carry page, session and a reference of their own; a slow rerun is one of them.
    """
    began, reference = time.monotonic(), secrets.token_hex(4)
    with logs.about(page=name or "overview", session=_session(), reference=reference):
        try:
            yield
        except ChengyuanError as error:
            log.warning("page refused", extra={"error": logs.said(error)})
            _bar_once(with_bar)
            fault(str(error), title="数据库现在不能使用")
        except Exception:
            log.exception("page failed")
            _bar_once(with_bar)
            fault(
                f"程序出错，已记入日志，参考号 {reference}。已存的数据没有改动；请刷新页面，仍不行请把参考号告诉管理员。"
            )
        finally:
            ms = round((time.monotonic() - began) * 1000)
            log.log(logging.WARNING if ms > SLOW_MS else logging.DEBUG, "rerun", extra={"ms": ms})


def _session() -> str:
    """A mark of this browser session for the log; it says nothing about the person."""
    return st.session_state.setdefault("log_session", secrets.token_hex(3))


def _bar_once(wanted: bool) -> None:
    """The bar without data, unless the page drew it before it failed."""
    with suppress(StreamlitAPIException):
        if wanted:
            bar("", None)


def bar(current: str, snap: Snapshot | None, *, as_of: date | None = None) -> None:
    """The ink-navy bar: district, pages, as-of date, revision, search."""
    with st.container(key="bar", horizontal=True):
        st.html(
            f'<div class="cy-brand">城垣<small>{text(data.settings().district_name)}老旧小区改造</small></div>{_condition()}'
        )
        with st.container(
            key=f"bar-nav-{list(PAGES).index(current) if current else 'none'}", horizontal=True
        ):
            for name, label in PAGES.items():
                st.page_link(page(name), label=label, query_params=_shared())
        if snap is None:
            return
        logs.note(revision=snap.revision)
        with st.container(key="bar-end", horizontal=True):
            st.html(_standing(snap, as_of))
            _search(current)


def _condition() -> str:
    """A strip below the bar when saves do not work, or soon will not."""
    try:
        now = data.condition()
    except ChengyuanError:
        return ""  # the page says what is wrong
    if not now.writable:
        return f'<div class="cy-condition" role="alert"><b>数据库现在只能查看</b>{text(now.reason)}。</div>'
    if now.warning:
        return f'<div class="cy-condition soon" role="status">{text(now.warning)}；满了以后就不能保存，请联系管理员清理。</div>'
    return ""


def _shared() -> dict[str, str]:
    """Query parameters that every page understands."""
    kept = ("date", "street", "theme")
    return {key: value for key, value in st.query_params.to_dict().items() if key in kept}


def _standing(snap: Snapshot, as_of: date | None) -> str:
    day = as_of or data.today(snap)
    saved = snap.newest.at.astimezone(data.ZONE).strftime("%m-%d %H:%M") if snap.newest else "空库"
    mark = f'<span class="cy-demo">{DataStatus.SYNTHETIC.label}</span>' if data.has_synthetic(snap) else ""
    if snap.newest and snap.newest.clock_set_back:
        saved += "（时钟曾调回）"
    return (
        f'{mark}<div class="cy-stand">截至 <b>{day.isoformat()}</b><br>修订 {snap.revision} · {saved}'
        f"{' · 按现行法规试算' if data.is_rehearsal(snap) else ''}</div>"
    )


def _search(current: str) -> None:
    key = state.widget("q") if current == "overview" else "bar_q"
    wanted = st.text_input(
        "搜索", key=key, placeholder="搜索小区、楼院、曾用名", label_visibility="collapsed"
    )
    if wanted and current != "overview":
        st.switch_page(page("overview"), query_params={**_shared(), "q": wanted})


def author(place: str = "") -> str | None:
    """The name stored with each change; asked once per browser (see `ui.authors`)."""
    return authors.ask(place)
