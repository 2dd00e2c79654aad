"""Rules about two boundaries: the same place twice, overlaps, thin overlaps, narrow gaps. Metres, EPSG:4547."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import shapely

from analysis.drawing import TOUCHING_M
from analysis.quality import naming
from analysis.quality.outcome import Outcome, outcome
from analysis.quality.rules import Limits
from analysis.quality.shapes import has_boundary


@dataclass(frozen=True, eq=False, slots=True)
class _Pairs:
    """Pairs of boundaries that lie close: positions of the one with the smaller id, and of the other."""

    ids: np.ndarray
    names: np.ndarray
    aliases: np.ndarray
    shapes: np.ndarray
    one: np.ndarray
    other: np.ndarray

    def only(self, kept: np.ndarray) -> _Pairs:
        """The pairs that the flags keep."""
        return _Pairs(self.ids, self.names, self.aliases, self.shapes, self.one[kept], self.other[kept])

    def said(self, code: str, checked: int, content: list[str], unjudged: str) -> Outcome:
        return outcome(
            code, checked, self.ids[self.one], content, others=self.ids[self.other], unjudged=unjudged
        )


def neighbour_outcomes(compounds: gpd.GeoDataFrame, limits: Limits) -> list[Outcome]:
    """Outcomes for the compounds that have a valid boundary; `compounds` in the measuring CRS, with `name`, `aliases`."""
    drawn = has_boundary(compounds)
    shapes = np.array(compounds.geometry.array, dtype=object)
    usable = drawn & shapely.is_valid(shapes)
    broken = int(drawn.sum() - usable.sum())
    unjudged = f"{broken} 个边界自相交，没有参加比较" if broken else ""
    pairs = _pairs(compounds[usable], shapes[usable], limits)
    checked = int(usable.sum())
    meeting = shapely.intersects(pairs.shapes[pairs.one], pairs.shapes[pairs.other])
    return [
        *_overlaps(pairs.only(meeting), checked, limits, unjudged),
        _gaps(pairs.only(~meeting), checked, limits, unjudged),
    ]


def _pairs(compounds: gpd.GeoDataFrame, shapes: np.ndarray, limits: Limits) -> _Pairs:
    tree = shapely.STRtree(shapes)
    left, right = tree.query(shapes, predicate="dwithin", distance=limits.gap_m)
    ids = compounds.index.to_numpy(dtype=object)
    rank = np.empty(len(ids), dtype=np.int64)
    rank[np.argsort(ids)] = np.arange(len(ids))
    kept = rank[left] < rank[right]  # each pair once, in the same direction whatever the order of the rows
    order = np.lexsort((rank[right[kept]], rank[left[kept]]))
    names = compounds["name"].fillna("").to_numpy(dtype=object)
    aliases = compounds["aliases"].to_numpy(dtype=object) if "aliases" in compounds else names
    return _Pairs(ids, names, aliases, shapes, left[kept][order], right[kept][order])


def _overlaps(pairs: _Pairs, checked: int, limits: Limits, unjudged: str) -> list[Outcome]:
    common = shapely.intersection(pairs.shapes[pairs.one], pairs.shapes[pairs.other])
    area = shapely.area(common)
    real = area > limits.least_overlap_m2
    pairs, common, area = pairs.only(real), common[real], area[real]
    own, others = shapely.area(pairs.shapes[pairs.one]), shapely.area(pairs.shapes[pairs.other])
    of_smaller = area / np.minimum(own, others)
    of_both = area / (own + others - area)
    twice = of_both >= limits.same_place_share
    likely = np.flatnonzero(~twice & (of_smaller >= limits.duplicate_share))
    twice[likely] = [_alike(pairs, int(at), limits) for at in likely]
    width = 2 * area / np.maximum(shapely.length(common), 1e-9)
    thin = ~twice & (width < limits.sliver_width_m)
    said = [
        f"重叠 {_area(one)}，占较小一个的 {_share(share)}"
        for one, share in zip(area, of_smaller, strict=True)
    ]
    strips = [f"{text}，平均宽 {wide:.2f} m" for text, wide in zip(said, width, strict=True)]
    return [
        pairs.only(flags).said(code, checked, [texts[at] for at in np.flatnonzero(flags)], unjudged)
        for code, flags, texts in (
            ("duplicate_place", twice, said),
            ("overlap", ~twice & ~thin, said),
            ("sliver", thin, strips),
        )
    ]


def _area(value: float) -> str:
    return f"{value:,.0f} m²" if value >= 10 else f"{value:.1f} m²"


def _share(value: float) -> str:
    return f"{value:.0%}" if value >= 0.01 else "不到 1%"


def _alike(pairs: _Pairs, at: int, limits: Limits) -> bool:
    """Whether names, or a former name and a name, are nearly the same."""
    called = [
        [str(pairs.names[place]), *naming.aliases(pairs.aliases[place])]
        for place in (pairs.one[at], pairs.other[at])
    ]
    return any(
        naming.similarity(mine, theirs) >= limits.similar_name for mine in called[0] for theirs in called[1]
    )


def _gaps(pairs: _Pairs, checked: int, limits: Limits, unjudged: str) -> Outcome:
    """Neighbours that do not touch and run side by side closer than the limit."""
    apart = shapely.distance(pairs.shapes[pairs.one], pairs.shapes[pairs.other])
    real = (apart > TOUCHING_M) & (apart < limits.gap_m)
    pairs, apart = pairs.only(real), apart[real]
    reach = shapely.buffer(pairs.shapes[pairs.other], limits.gap_m, quad_segs=2)
    facing = shapely.length(shapely.intersection(shapely.boundary(pairs.shapes[pairs.one]), reach))
    long = facing >= limits.gap_length_m
    content = [
        f"最近处相距 {near:.2f} m，并排 {side:.0f} m"
        for near, side in zip(apart[long], facing[long], strict=True)
    ]
    return pairs.only(long).said("gap", checked, content, unjudged)
