"""Where texts may stand: a fine grid over the frame that knows what is taken and what should rather stay clear."""

from __future__ import annotations

import math

import numpy as np

from cartography.print.lettering import Box
from cartography.print.paper import Frame

_CELL_MM = 0.25
_EDGE_MM = 0.8


class Space:
    """Room on the paper, in mm. `taken` is what no text may touch, `bodies` what it should not cover."""

    def __init__(self, frame: Frame) -> None:
        self.frame, self.cell = frame, _CELL_MM * frame.stroke_scale
        shape = (math.ceil(frame.height / self.cell), math.ceil(frame.width / self.cell))
        self.taken, self.bodies = np.zeros(shape, bool), np.zeros(shape, bool)

    def free(self, box: Box) -> bool:
        """Whether a box lies in the frame, clear of its edge, and touches nothing that is taken."""
        edge = _EDGE_MM
        if box[0] < edge or box[1] < edge:
            return False
        if box[2] > self.frame.width - edge or box[3] > self.frame.height - edge:
            return False
        return not self.taken[self._cells(box)].any()

    def covered(self, box: Box) -> float:
        """Share of a box that would cover bodies."""
        cells = self.bodies[self._cells(box)]
        return float(cells.mean()) if cells.size else 0.0

    def take(self, box: Box) -> None:
        """Nothing may stand here any more."""
        self.taken[self._cells(box)] = True

    def mind(self, box: Box) -> None:
        """Texts should rather not stand here."""
        self.bodies[self._cells(box)] = True

    def _cells(self, box: Box) -> tuple[slice, slice]:
        across = slice(max(math.floor(box[0] / self.cell), 0), max(math.ceil(box[2] / self.cell), 0))
        down = slice(max(math.floor(box[1] / self.cell), 0), max(math.ceil(box[3] / self.cell), 0))
        return down, across
