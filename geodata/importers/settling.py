"""In which coordinates a file is: by what the person says, else by the detective's evidence; else it stays open."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from geodata.importers.asked import AUTO, Asked
from geodata.importers.inspection import Evidence
from geodata.vocabulary import Datum


@dataclass(frozen=True, slots=True)
class Settled:
    """How coordinates are read: a hypothesis of the detective or an `EPSG:n`; neither while the question is open."""

    hypothesis: str | None = None
    crs: str | None = None
    verdict: str = ""
    reason: str = ""
    evidence: tuple[Evidence, ...] = ()

    @property
    def is_open(self) -> bool:
        """Whether somebody has to decide."""
        return self.hypothesis is None and self.crs is None

    @property
    def datum(self) -> Datum | None:
        """Datum of positions that stand in columns beside the shapes."""
        return next((one for one in (Datum.GCJ02, Datum.BD09) if self.hypothesis == one.value), None)


def raw_shapes(blobs: Sequence[str | None]) -> NDArray[np.object_]:
    """Shapes as the file has them; None for what cannot be read."""
    shapes = shapely.from_wkb(np.array(blobs, dtype=object), on_invalid="ignore")
    return np.asarray(shapes, dtype=object)


def settle(
    shapes: NDArray[np.object_],
    rows: Sequence[Mapping[str, Any]],
    frames: Mapping[str, pd.DataFrame],
    asked: Asked,
    *,
    said_crs: str | None,
    default_crs: str | None,
    pairs: Mapping[int, BaseGeometry] | None = None,
) -> Settled:
    """Decide, or leave it open with the evidence. `rows` are the values of the shapes, which pair them by name.

    `said_crs` is what the file says of its coordinates, `default_crs` what its format means when it says nothing;
    `pairs` are stored shapes by position, which go before the names.
    """
    from geodata.importers.detective import controls_of, investigate

    controls = controls_of(frames)
    found = investigate(shapes, controls, said_crs=said_crs, default_crs=default_crs, rows=rows, pairs=pairs)
    evidence = tuple(Evidence(one.code, one.label, one.fit_m, one.note, one.near) for one in found.hypotheses)
    hypothesis, crs, verdict = None, asked.crs, found.verdict
    if crs:
        verdict = crs
    elif asked.hypothesis != AUTO:
        hypothesis = verdict = asked.hypothesis
    elif found.decided:
        hypothesis = found.verdict
    return Settled(hypothesis, crs, verdict, found.reason, evidence)
