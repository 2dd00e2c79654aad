"""Making a database: `init`, `demo`."""

from __future__ import annotations

from typing import Annotated

import typer

from commands.database import place_of, settings, shown, url_of
from commands.telling import progress_bar, say
from geodata.errors import StoreMissing, StoreOlder


def init(
    context: typer.Context,
    if_missing: Annotated[
        bool, typer.Option("--if-missing", help="已有数据库时只在版本较旧时升级，不报错。")
    ] = False,
    demo: Annotated[bool, typer.Option("--demo", help="新建时装入演示数据。")] = False,
    reference: Annotated[
        bool, typer.Option("--reference", help="新建时只装入街道、社区、道路、城垣等参考图层，不含演示楼院。")
    ] = False,
) -> None:
    """建立数据库，或把旧版本升级到当前版本（升级前自动备份）。"""
    url = url_of(context)
    if if_missing and _is_there(url):
        _upgrade_if_older(context)
        if demo and _is_half_installed(url):
            _create_demo(url)
    elif demo:
        _create_demo(url)
    else:
        _create(context, reference=reference)


def _is_there(url: str) -> bool:
    """Whether there is a database already: the file, whatever it holds, or tables on the server."""
    from geodata.store import Store
    from geodata.store.engine import database_path

    path = database_path(url)
    if path is not None:
        return path.exists()
    try:
        Store.open(url).close()
    except StoreMissing:
        return False
    except StoreOlder:
        return True
    return True


def _create(context: typer.Context, *, reference: bool) -> None:
    from geodata.installing import install_reference
    from geodata.store import Store

    place = place_of(context)
    store = Store.create(place.url, backups=place.folder)
    try:
        if reference:
            install_reference(store)
    finally:
        store.close()
    say(f"数据库已就绪（当前版本）：{shown(place.url)}")


def _upgrade_if_older(context: typer.Context) -> None:
    from geodata.store import Store

    place = place_of(context)
    try:
        Store.open(place.url).close()
    except StoreOlder:
        Store.create(place.url, backups=place.folder).close()
        say(f"数据库已升级到当前版本：{shown(place.url)}；升级前的备份在 {place.folder}")


def _is_half_installed(url: str) -> bool:
    from geodata.installing import is_half_installed
    from geodata.store import Store

    store = Store.open(url)
    try:
        return is_half_installed(store)
    finally:
        store.close()


def demo(context: typer.Context) -> None:
    """建立带演示数据的数据库；已有数据时拒绝。"""
    _create_demo(url_of(context))


def _create_demo(url: str) -> None:
    from geodata.installing import create_demo

    with progress_bar("生成演示数据") as advance:
        create_demo(url, business_date=settings().business_date, on_progress=advance)
    say(f"演示数据已装入 {shown(url)}。演示楼院均为编造，页面与导出都会标明“演示数据”。")
