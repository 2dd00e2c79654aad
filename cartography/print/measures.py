"""What makes a printed map measurable: scale bar, numeric scale, true north, ticks of the kilometre grid."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Any

from pyproj import Transformer

from cartography.print.paper import Frame
from geodata.crs import METRIC_CRS, STORED_CRS

_STEPS = ((1, 5), (2, 4), (5, 5))
"""Leading digit of a scale bar and into how many fields it is divided."""

_NORTHWARD_DEG = 0.01


def scale_text(scale: float) -> str:
    """The numeric scale as people write it: `1:5 000`."""
    return f"1:{scale:,.0f}".replace(",", " ")


def scale_bar(scale: float, *, longest_mm: float) -> dict[str, Any]:
    """The longest bar of a round length (1, 2 or 5 times a power of ten, metres) within `longest_mm`."""
    metres = longest_mm * scale / 1000
    power = 10.0 ** math.floor(math.log10(metres))
    leading, parts = max(step for step in _STEPS if step[0] * power <= metres)
    length = leading * power
    return {
        "metres": int(length) if length >= 1 else length,
        "mm": round(length * 1000 / scale, 4),
        "parts": parts,
    }


@lru_cache(maxsize=1)
def _transformers() -> tuple[Transformer, Transformer]:
    return (
        Transformer.from_crs(METRIC_CRS, STORED_CRS, always_xy=True),
        Transformer.from_crs(STORED_CRS, METRIC_CRS, always_xy=True),
    )


def north(frame: Frame) -> float:
    """Direction of true north in the middle of the frame: degrees clockwise from the paper's top (grid north)."""
    down, up = _transformers()
    lon, lat = down.transform(frame.x, frame.y)
    east, north = up.transform(lon, lat + _NORTHWARD_DEG)
    return round(math.degrees(math.atan2(east - frame.x, north - frame.y)), 3)


def ticks(frame: Frame, *, apart_mm: float) -> dict[str, list[dict[str, Any]]]:
    """Ticks of the EPSG:4547 grid at round metres, at least `apart_mm` apart: place in mm from the frame's left (x) or
    top (y), and the coordinate in kilometres."""
    least = apart_mm * frame.metres_per_mm
    power = 10.0 ** math.floor(math.log10(least))
    step = next(one * power for one in (1, 2, 5, 10) if one * power >= least)
    west, south, east, north = frame.box
    digits = max(0, 3 - math.floor(math.log10(step)))

    def between(low: float, high: float) -> list[float]:
        return [n * step for n in range(math.ceil(low / step), math.floor(high / step) + 1)]

    def label(metres: float) -> str:
        return f"{metres / 1000:.{digits}f} km"

    per_mm = frame.metres_per_mm
    return {
        "x": [{"mm": round((x - west) / per_mm, 3), "label": label(x)} for x in between(west, east)],
        "y": [{"mm": round((north - y) / per_mm, 3), "label": label(y)} for y in between(south, north)],
    }
