"""The second look at a boundary (复核): what a change of a compound means for it. Nobody confirms their own drawing."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from datetime import date
from typing import Any

from geodata.errors import BadValue
from geodata.schema import REVIEW_COLUMNS, Layer
from geodata.vocabulary import BoundaryReview


def same_person(one: str, other: str) -> bool:
    """Whether two typed names are one: blanks, full width and case make no other person."""
    plain = lambda name: "".join(unicodedata.normalize("NFKC", name).casefold().split())  # noqa: E731
    return plain(one) == plain(other)


def with_review(
    layer: Layer, stored: Mapping[str, Any], changes: Mapping[str, Any], *, author: str, on: date
) -> dict[str, Any]:
    """The changes of one row, with what they mean for the review of its boundary.

    A new or changed boundary waits for review, whoever reviewed the former one, and so does one that is said to be
    of another kind (a sketch that becomes a surveyed line); a removed one has no review.
    Who drew, who reviewed and when is never taken from the caller. Raises BadValue when a person reviews their
    own drawing, or a compound without boundary.
    """
    if layer.name != "compound":
        return dict(changes)
    plain = {key: value for key, value in changes.items() if key not in REVIEW_COLUMNS}
    if "geometry" in changes:
        return plain | _drawn(changes["geometry"] is not None, author, on)
    if "boundary_status" in changes and stored.get("geometry") is not None:
        return plain | _drawn(True, author, on)
    if "boundary_review" in changes:
        return plain | _reviewed(stored, changes["boundary_review"], author, on)
    return plain


def _drawn(bounded: bool, author: str, on: date) -> dict[str, Any]:
    nothing = dict.fromkeys(REVIEW_COLUMNS)
    if not bounded:
        return nothing
    return nothing | {
        "boundary_drawn_by": author,
        "boundary_drawn_on": on,
        "boundary_review": BoundaryReview.PENDING.value,
    }


def _reviewed(stored: Mapping[str, Any], outcome: str | None, author: str, on: date) -> dict[str, Any]:
    if outcome not in (BoundaryReview.CONFIRMED, BoundaryReview.RETURNED):
        return {"boundary_review": outcome, "boundary_reviewed_by": None, "boundary_reviewed_on": None}
    name, drawn_by = stored.get("name"), stored.get("boundary_drawn_by")
    if stored.get("geometry") is None:
        raise BadValue(f"楼院“{name}”没有边界，没有可复核的内容")
    if drawn_by is not None and same_person(drawn_by, author):
        raise BadValue(
            f"“{name}”的边界由 {drawn_by} 描绘，复核人 {author} 是同一人，不能复核自己的描绘；请换一个人复核"
        )
    return {"boundary_review": outcome, "boundary_reviewed_by": author, "boundary_reviewed_on": on}
