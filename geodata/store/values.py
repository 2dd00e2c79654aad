"""What may be stored: each value in the one form in which it is also read back, so that row hashes hold.

A value of another type is converted when nothing is lost and refused otherwise; SQLite would keep anything.
"""

from __future__ import annotations

import math
from datetime import date, datetime, time
from enum import Enum
from typing import Any

import numpy as np
import pandas as pd
import shapely
from shapely.geometry import MultiLineString, MultiPolygon
from shapely.geometry.base import BaseGeometry
from sqlalchemy import Boolean, Column, Date, Double, Integer

from geodata.errors import BadValue
from geodata.honesty import FuzzyDate
from geodata.schema import BOOKKEEPING_COLUMNS, LIMITS, Layer
from geodata.vocabulary import DatePrecision

_MULTI = {"MultiPolygon": MultiPolygon, "MultiLineString": MultiLineString}
_LARGEST = 1e15
_LARGEST_WHOLE = 2**31 - 1  # what an integer column of a server holds


def clean(layer: Layer, key: str, value: Any) -> Any:
    """The value as it is stored; None for an empty one.

    Raises BadValue for an unknown field and for a value of another type or outside its closed list or range.
    """
    if key not in layer.table.columns or key in BOOKKEEPING_COLUMNS - {"archived"}:
        raise BadValue(f"{layer.label}没有字段“{key}”")
    if _is_missing(value):
        return None
    if key == "geometry":
        return _multi(layer, value)
    terms = layer.vocabulary.get(key)
    if terms is not None and value not in terms:
        known = "、".join(f"{term.value}（{term.label}）" for term in terms)
        raise BadValue(f"{layer.labels[key]}的值“{value}”不在列表内；可用：{known}")
    if isinstance(value, Enum):
        value = value.value
    plain = value.item() if isinstance(value, np.generic) else value
    return _typed(layer.labels[key], layer.table.columns[key], plain)


def _is_missing(value: Any) -> bool:
    """Whether a value says nothing: None, NaN, NaT, NA or an empty text."""
    return value == "" if isinstance(value, str) else bool(pd.api.types.is_scalar(value) and pd.isna(value))


def _typed(label: str, column: Column[Any], value: Any) -> Any:
    if isinstance(column.type, Boolean):
        if value in (True, False):
            return bool(value)
        raise BadValue(f"{label}应为是或否，得到“{value}”")
    if isinstance(column.type, Date):
        return _day(label, value)
    if isinstance(column.type, Integer | Double):
        return _number(label, column, value)
    if not isinstance(value, str):
        raise BadValue(f"{label}应为文字，得到“{value}”")
    if "\0" in value or any("\ud800" <= character <= "\udfff" for character in value):
        raise BadValue(f"{label}含有不能保存的字符：{value!r}")
    return str(value)


def _day(label: str, value: Any) -> date:
    if isinstance(value, datetime) and value.timetz() == time(0):
        return value.date()
    if isinstance(value, datetime) or not isinstance(value, date):
        raise BadValue(f"{label}应为日期，得到“{value}”")
    return value


def _number(label: str, column: Column[Any], value: Any) -> int | float:
    whole = isinstance(column.type, Integer)
    low, high = LIMITS.get(column.name, (0.0, _LARGEST_WHOLE if whole else _LARGEST))
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise BadValue(f"{label}应为数字，得到“{value}”")
    if whole and value != int(value):
        raise BadValue(f"{label}应为整数，得到“{value}”")
    if not low <= value <= high:
        raise BadValue(f"{label}应在 {low:g} 到 {high:g} 之间，得到“{value}”")
    return int(value) if whole else float(value)


def _multi(layer: Layer, value: Any) -> BaseGeometry:
    """The geometry as the layer's multi type, in two dimensions; raises BadValue for another kind."""
    assert layer.geometry
    kind = value.geom_type if isinstance(value, BaseGeometry) else type(value).__name__
    if kind not in (layer.geometry, layer.geometry.removeprefix("Multi")):
        raise BadValue(f"{layer.label}的边界应为 {layer.geometry}，得到 {kind}")
    flat = shapely.force_2d(value)
    if not np.isfinite(shapely.get_coordinates(flat)).all():
        raise BadValue(f"{layer.label}的边界含有缺失或无穷大的坐标")
    if kind == layer.geometry:
        return flat
    return _MULTI[layer.geometry]([] if flat.is_empty else [flat])


def require(layer: Layer, row: dict[str, Any]) -> None:
    """Raise BadValue when a required field is empty, or the parts of a fuzzy date contradict each other."""
    which = row.get("name") or row.get("id")
    for column in layer.table.columns:
        if column.nullable or column.name in BOOKKEEPING_COLUMNS:
            continue
        if row.get(column.name) is None:
            raise BadValue(f"{layer.label}“{which}”缺少必填项“{layer.labels[column.name]}”")
    for column_name in layer.vocabulary:
        if column_name.endswith("_precision"):
            _require_fuzzy(layer, row, column_name.removesuffix("_precision"))


def _require_fuzzy(layer: Layer, row: dict[str, Any], name: str) -> None:
    first, last, precision = (row.get(f"{name}_{part}") for part in ("from", "to", "precision"))
    if precision is None and first is None and last is None:
        return
    if precision is None:
        raise BadValue(f"{layer.labels[f'{name}_precision']}没有填写")
    try:
        FuzzyDate(first, last, DatePrecision(precision))
    except BadValue as error:
        raise BadValue(f"{layer.labels[f'{name}_from']}：{error}") from error


def same(stored: Any, wanted: Any) -> bool:
    """Whether a stored value is already the wanted one."""
    if isinstance(stored, BaseGeometry) and isinstance(wanted, BaseGeometry):
        return bool(stored.equals_exact(wanted, 0.0))
    return bool(stored == wanted)
