"""The parts of an S-curve as plain values, from which `charts` makes a figure."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pandas as pd

from cartography import rows as r
from cartography import symbology as s

_FULL = 99.9


def without_flat_end(frame: pd.DataFrame, as_of: date) -> pd.DataFrame:
    """The curve without the days after the plan is as good as full."""
    full = frame[frame["planned_pct"] >= _FULL]["date"]
    if full.empty:
        return frame
    return frame[frame["date"] <= max(full.iloc[0], pd.Timestamp(as_of)) + timedelta(days=28)]


def line(days: list[str], values: pd.Series, name: str) -> dict[str, Any]:
    """One of the two lines: `name` is plan or actual."""
    symbol, label = s.SERIES[name], {"plan": "计划", "actual": "实际"}[name]
    return {
        "type": "scatter",
        "mode": "lines",
        "name": label,
        "x": days,
        "y": [None if pd.isna(value) else round(float(value), 2) for value in values],
        "line": {
            "color": symbol.stroke,
            "width": symbol.width,
            "dash": ",".join(f"{length}px" for length in symbol.dash) if symbol.dash else "solid",
        },
        "hovertemplate": f"{label} %{{y:.1f}}%<extra></extra>",
    }


def ends(now: pd.DataFrame, as_of: date) -> list[dict[str, Any]]:
    """Point and value of both lines on the day; the higher one is written to the upper left."""
    values = {
        name: float(now[column].iloc[0])
        for name, column in (("plan", "planned_pct"), ("actual", "actual_pct"))
        if len(now) and not pd.isna(now[column].iloc[0])
    }
    order = sorted(values, key=lambda name: values[name], reverse=True)
    return [
        {
            "type": "scatter",
            "mode": "markers+text",
            "x": [as_of.isoformat()],
            "y": [values[name]],
            "text": [f"<b>{'计划' if name == 'plan' else '实际'} {values[name]:.1f}%</b>"],
            "textposition": "top left" if place == 0 and len(order) > 1 else "bottom right",
            "textfont": {"size": 12, "color": s.LIGHT.muted if name == "plan" else s.LIGHT.text},
            "marker": {
                "size": 7,
                "color": s.LIGHT.panel if name == "plan" else s.SERIES[name].fill,
                "line": {"color": s.SERIES[name].stroke, "width": 1.6},
            },
            "hoverinfo": "skip",
        }
        for place, name in enumerate(order)
    ]


def as_of_line(as_of: date) -> dict[str, Any]:
    """The chosen day as a thin line."""
    mark = r.line(as_of.isoformat(), 0, as_of.isoformat(), 1, s.LIGHT.muted)
    return {**mark, "yref": "paper", "line": {"color": s.LIGHT.muted, "width": 1}}


def as_of_text(as_of: date) -> dict[str, Any]:
    """The chosen day above its line."""
    return {
        "x": as_of.isoformat(),
        "y": 1,
        "yref": "paper",
        "yanchor": "bottom",
        "text": f"截至 {as_of.isoformat()}",
        "showarrow": False,
        "font": {"size": 11, "color": s.LIGHT.muted},
    }


def time_axis(shown: pd.DataFrame) -> dict[str, Any]:
    """Months along the bottom."""
    first, last = shown["date"].iloc[0], shown["date"].iloc[-1]
    months = (last - first).days / 30
    return {
        "visible": True,
        "type": "date",
        "range": [f"{first:%Y-%m-%d}", f"{last:%Y-%m-%d}"],
        "dtick": "M3" if months <= 20 else "M6",
        "tickformat": "%Y-%m",
        "hoverformat": "%Y-%m-%d",
        "fixedrange": True,
        "showgrid": False,
        "zeroline": False,
        "linecolor": s.LIGHT.muted,
        "ticks": "outside",
        "ticklen": 4,
        "tickcolor": s.LIGHT.muted,
        "tickfont": {"size": 11, "color": s.LIGHT.muted},
    }


def share_axis() -> dict[str, Any]:
    """Per cent, in quarters."""
    return {
        "visible": True,
        "range": [0, 102],
        "tickvals": [0, 25, 50, 75, 100],
        "ticktext": ["0", "25%", "50%", "75%", "100%"],
        "fixedrange": True,
        "gridcolor": s.LIGHT.ground,
        "zeroline": False,
        "tickfont": {"size": 11, "color": s.LIGHT.muted},
    }
