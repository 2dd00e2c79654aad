"""What happens before the first page: demo data when there is nothing at all, slow imports warmed."""

from __future__ import annotations

import gc
import importlib
import logging
import threading
import time

from streamlit import runtime

from geodata import installing
from geodata.errors import ChengyuanError
from geodata.settings import Settings
from geodata.store.engine import database_path
from ui import background, compound_data, data, import_jobs, logs, map_data, printing

log = logging.getLogger("chengyuan")

schedule = background.Schedule()
_SLOW = (
    "streamlit_folium",
    "plotly.graph_objects",
    "geopandas",
    "ui.map_view",
    "ui.ranking",
    "ui.dossier",
    "ui.worklist",
    "ui.drawing",
    "ui.history_page",
    "ui.progress_blocks",
    "ui.imports_page",
)


def prepare() -> None:
    """Make the default database with demo data when none exists, then warm imports and reads in the background.

    A database that an administrator named is never made here: when it is missing, the page says so.
    """
    settings = data.settings()
    path = database_path(settings.database_url)
    default = Settings.model_fields["database_url"].default
    if path is not None and not path.exists() and settings.database_url == default:
        _make_demo(settings.database_url)
    threading.Thread(target=_warm, daemon=True).start()
    threading.Thread(target=schedule.run, daemon=True).start()


def finish() -> None:
    """Hand the schedule over, end the print worker and close the store."""
    schedule.stop()
    import_jobs.close()
    printing.close()
    data.forget()


def _make_demo(url: str) -> None:
    try:
        installing.create_demo(url)
    except (ChengyuanError, OSError) as error:
        log.error("demo data not made", extra={"error": logs.said(error)})


def _warm() -> None:
    while not runtime.exists():
        time.sleep(0.05)
    _import_slow_modules()
    try:
        snap = data.snapshot()
        data.progress_table(snap, data.today(snap))
        for layer in map_data.DRAWN:
            data.frame(snap, layer)
        data.zones_of(snap)
        map_data.extents(snap)
        compound_data.warm_dossier(snap)
        importlib.import_module("ui.progress_blocks").warm(snap)
    except ChengyuanError as error:
        log.warning("not warmed", extra={"error": logs.said(error)})
    # Streamlit collects garbage after every rerun; what lives as long as the process need not be walked each time.
    gc.collect()
    gc.freeze()


def _import_slow_modules() -> None:
    """Import what the first page needs; a component imported outside a page must be registered by hand, else its
    frame answers 404."""
    quiet = logging.getLogger("streamlit.runtime.scriptrunner_utils.script_run_context")
    level = quiet.level
    quiet.setLevel(logging.ERROR)
    try:
        for name in _SLOW:
            importlib.import_module(name)
    finally:
        quiet.setLevel(level)
    import streamlit_folium

    runtime.get_instance().component_registry.register_component(streamlit_folium._component_func)
