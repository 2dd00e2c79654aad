"""Units as they are written in ledgers, with the factor to the unit in which a column is stored."""

from __future__ import annotations

Units = tuple[tuple[str, float], ...]

SQUARE_METRES: Units = (
    ("m²", 1),
    ("㎡", 1),
    ("m2", 1),
    ("平方米", 1),
    ("平米", 1),
    ("平方", 1),
    ("万m²", 1e4),
    ("万㎡", 1e4),
    ("万m2", 1e4),
    ("万平方米", 1e4),
    ("万平米", 1e4),
    ("万平方", 1e4),
    ("公顷", 1e4),
)
SQUARE_KILOMETRES: Units = (("km²", 1), ("km2", 1), ("平方公里", 1), ("平方千米", 1), ("公顷", 0.01))
METRES: Units = (("m", 1), ("米", 1), ("延米", 1), ("km", 1e3), ("公里", 1e3), ("千米", 1e3), ("万米", 1e4))
YUAN: Units = (
    ("元", 1),
    ("千元", 1e3),
    ("万元", 1e4),
    ("万", 1e4),
    ("百万元", 1e6),
    ("亿元", 1e8),
    ("亿", 1e8),
)
SHARE = "比例"
"""Unit of numbers that are shares of one in a column of percentages."""

PERCENT: Units = (("%", 1), ("％", 1), (SHARE, 100))
HOUSEHOLDS: Units = (("户", 1), ("户数", 1), ("万户", 1e4))
BUILDINGS: Units = (("栋", 1), ("幢", 1), ("座", 1))
STOREYS: Units = (("层", 1), ("F", 1))
ESTATES: Units = (("个", 1), ("个小区", 1), ("小区", 1))
YEARS: Units = (("年", 1), ("年度", 1))
DEGREES: Units = (("°", 1), ("度", 1))

QUANTITIES: dict[str, tuple[str, float]] = {
    **{written: ("m²", factor) for written, factor in SQUARE_METRES},
    **{written: ("m", factor) for written, factor in METRES},
}
"""Written unit of a quantity of works → unit in which it is kept, and the factor; other units stay as written."""
