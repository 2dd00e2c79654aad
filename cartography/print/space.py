"""Where texts may stand: a fine grid over the frame that knows what is taken and what should rather stay clear."""

from __future__ import annotations

import math
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from cartography.print.lettering import Box
from cartography.print.paper import Frame
from cartography.print.paths import Flags, Floats

Sums = NDArray[np.int32]

_CELL_MM = 0.25
_EDGE_MM = 0.8


class Space:
    """Room on the paper, in mm: `taken` is what no text may touch, `bodies` what it should not cover, `marks` what only
    the name of something important may cover, when there is no other place."""

    def __init__(self, frame: Frame) -> None:
        self.frame, self.cell = frame, _CELL_MM * frame.stroke_scale
        shape = (math.ceil(frame.height / self.cell), math.ceil(frame.width / self.cell))
        self.taken, self.bodies, self.marks = (np.zeros(shape, bool) for _ in range(3))
        self._sums: Sums | None = None

    def free(self, box: Box) -> bool:
        """Whether a box lies in the frame, clear of its edge, and touches nothing that is taken."""
        edge = _EDGE_MM
        if box[0] < edge or box[1] < edge:
            return False
        if box[2] > self.frame.width - edge or box[3] > self.frame.height - edge:
            return False
        return not self.taken[self._cells(box)].any()

    def all_free(self, boxes: Iterable[Box]) -> bool:
        """Whether all boxes are free, and cover neither bodies nor marks."""
        return all(
            self.free(box) and not self.covered(box) and not self.marks[self._cells(box)].any()
            for box in boxes
        )

    def covered(self, box: Box) -> float:
        """Share of a box that would cover bodies."""
        cells = self.bodies[self._cells(box)]
        return float(cells.mean()) if cells.size else 0.0

    def shares(self, boxes: Floats) -> Floats:
        """Share of each box (a row: left, top, right, bottom) that would cover bodies (first row), and marks (second).

        To be asked when all bodies and marks are known: they are summed up once, since a crowded map asks for tens of
        thousands of places.
        """
        if self._sums is None:
            self._sums = _summed(self.bodies, self.marks)
        cells = np.hstack([np.floor(boxes[:, :2] / self.cell), np.ceil(boxes[:, 2:] / self.cell)]).astype(int)
        down, across = self.taken.shape
        left, top, right, bottom = np.clip(cells, 0, (across, down, across, down)).T
        table = self._sums
        covered = (
            table[:, bottom, right] - table[:, top, right] - table[:, bottom, left] + table[:, top, left]
        )
        return np.asarray(covered / np.maximum((right - left) * (bottom - top), 1))

    def take(self, box: Box) -> None:
        """Nothing may stand here any more."""
        self.taken[self._cells(box)] = True

    def take_all(self, boxes: Iterable[Box]) -> None:
        """Nothing may stand in any of these any more."""
        for box in boxes:
            self.take(box)

    def mind(self, box: Box) -> None:
        """Texts should rather not stand here."""
        self.bodies[self._cells(box)] = True

    def mark(self, box: Box) -> None:
        """Here stands the mark of a compound."""
        self.marks[self._cells(box)] = True

    def _cells(self, box: Box) -> tuple[slice, slice]:
        across = slice(max(math.floor(box[0] / self.cell), 0), max(math.ceil(box[2] / self.cell), 0))
        down = slice(max(math.floor(box[1] / self.cell), 0), max(math.ceil(box[3] / self.cell), 0))
        return down, across


def _summed(*grids: Flags) -> Sums:
    """For each grid, how many of its cells are set above and left of each corner."""
    tables = np.zeros((len(grids), grids[0].shape[0] + 1, grids[0].shape[1] + 1), np.int32)
    for table, cells in zip(tables, grids, strict=True):
        np.cumsum(cells, axis=1, dtype=np.int32, out=table[1:, 1:])
        np.cumsum(table, axis=0, out=table)
    return tables
