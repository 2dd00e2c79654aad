"""What a command works on: the settings, the database, and which day it is."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from geodata.errors import BadValue

if TYPE_CHECKING:
    from geodata.settings import Settings
    from geodata.store import Store
    from geodata.upkeep import Place


def settings() -> Settings:
    """Settings from the environment and config.toml. Raises BadValue when one makes no sense."""
    from pydantic import ValidationError

    from geodata.settings import Settings

    try:
        return Settings()
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(str(part) for part in first["loc"])
        raise BadValue(
            f"配置项 {field} 的值“{first['input']}”不对：{first['msg']}。请检查环境变量与 config.toml。"
        ) from error
    except ValueError as error:  # TOML that does not parse
        raise BadValue(f"config.toml 读不了：{error}") from error


def url_of(context: typer.Context) -> str:
    """Database URL of this call; a plain path is taken as a file."""
    from geodata.store.engine import file_url

    given = context.obj or settings().database_url
    return given if "://" in given else file_url(Path(given))


def shown(url: str) -> str:
    """A database address fit for the screen: the file, or the server without user and password."""
    from geodata.store import engine

    return engine.shown(url)


@contextmanager
def opened(context: typer.Context) -> Iterator[Store]:
    """The database of this call, closed afterwards."""
    from geodata.store import Store

    store = Store.open(url_of(context))
    try:
        yield store
    finally:
        store.close()


def place_of(context: typer.Context) -> Place:
    """The database of this call with its folders of backups and jobs."""
    from geodata import upkeep

    return upkeep.place_of(settings(), url_of(context))


def now() -> datetime:
    """Now, in Shanghai."""
    from zoneinfo import ZoneInfo

    return datetime.now(ZoneInfo("Asia/Shanghai"))


def business_date(store: Store) -> date:
    """The set business date, else the one kept with the demo data, else today in Shanghai."""
    chosen = settings().business_date
    kept = store.settings().get("business_date")
    return chosen or (date.fromisoformat(kept) if kept else now().date())
