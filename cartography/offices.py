"""What the map says of the street offices when it is far, from the progress table per street office."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import pandas as pd

from cartography.layers import drawable
from cartography.map_state import StreetMark, choropleth_step


def marks(offices: gpd.GeoDataFrame, table: pd.DataFrame) -> list[StreetMark]:
    """One mark per street office that can be drawn, in drawing order; `table` as `analysis.progress.progress_by`."""
    found = {row["code"]: _mark(row) for row in table.to_dict("records")}
    return [found[code] for code in drawable(offices).index]


def _mark(row: dict[str, Any]) -> StreetMark:
    if not row["in_totals"]:
        return StreetMark(in_totals=False)
    known = int(row["compounds"] - row["compounds_unknown"])
    started = int(row["compounds_started"])
    return StreetMark(
        in_totals=True,
        step=choropleth_step(started / known if known else None),
        households=None if pd.isna(row["households"]) else int(row["households"]),
        households_missing=int(row["households_missing"]),
        estates=int(row["estates"]),
        compounds=int(row["compounds"]),
        started=started,
        known=known,
    )
