"""Sheets in millimetres: sizes of paper, and the map's rectangle on them with its scale and extent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from geodata.errors import BadValue
from geodata.vocabulary import Orientation, Paper

Box = tuple[float, float, float, float]

_SIZES: dict[Paper, tuple[float, float]] = {
    Paper.A4: (210, 297),
    Paper.A3: (297, 420),
    Paper.A2: (420, 594),
    Paper.A1: (594, 841),
    Paper.A0: (841, 1189),
    Paper.SLIDE: (142.875, 254),
}
"""Width and height in portrait, mm (GB/T 14689; a slide is 10 x 5.625 inches)."""

SMALLEST_TEXT_MM: dict[Paper, float] = {
    Paper.A4: 1.8,
    Paper.A3: 1.8,
    Paper.A2: 2.1,
    Paper.A1: 2.5,
    Paper.A0: 3.0,
    Paper.SLIDE: 2.4,
}
"""Smallest height of text that may stand on a sheet, mm (reference §4.4: A3 1.8, A0 3)."""


def size_mm(paper: Paper, orientation: Orientation) -> tuple[float, float]:
    """Width and height of a sheet in millimetres."""
    narrow, wide = _SIZES[paper]
    return (wide, narrow) if orientation is Orientation.LANDSCAPE else (narrow, wide)


@dataclass(frozen=True, slots=True)
class Frame:
    """The map's rectangle: `width` x `height` mm on paper, centred at (x, y) in EPSG:4547, at 1:`scale`.

    `paper` decides how strong lines and how large texts are: a wall map is read from farther away.
    """

    width: float
    height: float
    x: float
    y: float
    scale: float
    paper: Paper = Paper.A3

    @property
    def stroke_scale(self) -> float:
        """How much stronger lines and marks are than on A3."""
        return SMALLEST_TEXT_MM[self.paper] / SMALLEST_TEXT_MM[Paper.A3]

    @property
    def smallest_text_mm(self) -> float:
        """Smallest height of text on this paper, mm."""
        return SMALLEST_TEXT_MM[self.paper]

    @property
    def closeness(self) -> float:
        """How much larger names and marks of compounds are where a compound fills a good part of the map: 1 to 1.5."""
        return float(min(max((5000 / self.scale) ** 0.25, 1.0), 1.5))

    @property
    def metres_per_mm(self) -> float:
        """Metres in nature for a millimetre on paper."""
        return self.scale / 1000

    @property
    def box(self) -> Box:
        """West, south, east, north in EPSG:4547, metres."""
        half_x, half_y = self.width * self.metres_per_mm / 2, self.height * self.metres_per_mm / 2
        return self.x - half_x, self.y - half_y, self.x + half_x, self.y + half_y


def fitted(
    box: Box,
    *,
    width: float,
    height: float,
    scales: Sequence[int],
    margin_mm: float = 3.2,
    paper: Paper = Paper.A3,
) -> Frame:
    """The frame of `width` x `height` mm that shows `box` (EPSG:4547) at the largest of `scales` that can.

    `scales` are denominators. A box that fits at none is shown at the smallest scale, centred; a point (or a box
    without extent) at the largest. `margin_mm` (at A3) stays free on each side: room for a mark, and no more, since
    every millimetre may cost a whole step of the scale.
    Raises BadValue for a box that is not finite.
    """
    west, south, east, north = box
    if not all(abs(edge) < 1e9 for edge in box):  # also false for NaN
        raise BadValue(f"地图范围 {box} 不是有限的数，无法出图")
    made = Frame(width, height, (west + east) / 2, (south + north) / 2, max(scales), paper)
    edge = 2 * min(margin_mm * made.stroke_scale, width / 8, height / 8)
    needed = max((east - west) / (width - edge), (north - south) / (height - edge)) * 1000
    return replace(made, scale=next((one for one in sorted(scales) if one >= needed), max(scales)))
