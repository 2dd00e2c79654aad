"""What the newspaper reports about really named places: quoted, never turned into works progress or rates.

No person of the report is named here. Numbers stand as printed; the report gives no year.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from geodata.demo.compounds import PROGRAMME
from geodata.demo.reference import place
from geodata.demo.zones import EAST_WALL_ID, GENERATOR, PILOT_ID
from geodata.vocabulary import BoundaryStatus, DataStatus, DatePrecision, Stage, WorkType

Row = dict[str, Any]

NEWSPAPER = "地方报纸报道"
WEST, EAST, JINDAI = "410104002", "410104005", "410104012"
BRICK_ARCH = "410104002-R01"
TEACHERS = "410104012-R01"
NO_YEAR = "原文未注明年份；旬精度（21日至月末），期末之后才算逾期"
REPORTED: dict[str, Any] = {"data_status": DataStatus.REPORTED.value, "source": NEWSPAPER}

_SOUTH, _NORTH = "东关南里1/8/9/10/11号院", "东关北里1号院"
_COURTYARDS = (
    ("410104005-R01", "东关南里1号院", _SOUTH),
    ("410104005-R02", "东关南里8号院", _SOUTH),
    ("410104005-R03", "东关南里9号院", _SOUTH),
    ("410104005-R04", "东关南里10号院", _SOUTH),
    ("410104005-R05", "东关南里11号院", _SOUTH),
    ("410104005-R06", "东关北里1号院", _NORTH),
)
_EAST_WORKS = (
    (WorkType.L01, 1, "楼体亮化"),
    (WorkType.L02, 2, "空调移机"),
    (WorkType.L03, 2, "防盗窗规整"),
    (WorkType.B15, 2, "楼体修缮"),
    (WorkType.B02, 2, "排水管网更新"),
    (WorkType.I14, 2, "墙体节能保温"),
)


def estates() -> list[Row]:
    """The two estates (小区) that the report names; the six courtyards by the wall are 楼院 and belong to none."""
    listed = "原文未列 47 个小区的名录，此处把点名的这一处计为其一"
    return [
        {**_estate(BRICK_ARCH, "砖牌坊街1号院", WEST, PROGRAMME), "note": listed},
        _estate(TEACHERS, "南曹教师家属院", JINDAI, None),
    ]


def _estate(row_id: str, name: str, street: str, programme: str | None) -> Row:
    return {
        "id": row_id.replace("-R", "-Q"),
        "name": name,
        "street_code": street,
        "programme": programme,
        **REPORTED,
    }


def compounds() -> list[Row]:
    """The eight courtyards that the report names: place uncertain, no boundary, no households, no leader."""
    east_note = "无门牌坐标，按“东关”推定在东城垣与城东路之间；户数、楼栋数未公布"
    east = [
        {
            **_compound(row_id, name, EAST, where),
            "estate_id": None,
            "renewal_area_id": EAST_WALL_ID,
            "note": east_note,
        }
        for row_id, name, where in _COURTYARDS
    ]
    brick_arch = {
        **_compound(BRICK_ARCH, "砖牌坊街1号院", WEST, "砖牌坊街1号院"),
        "renewal_area_id": PILOT_ID,
        "note": "未找到坐标，以平等街片区代表；户数、楼栋数未公布",
    }
    return [brick_arch, *east, _teachers()]


def _teachers() -> Row:
    return {
        **_compound(TEACHERS, "南曹教师家属院", JINDAI, "南曹教师家属院"),
        "address": "金岱路弘毅路交叉口东侧",
        "built_year": 1999,
        "note": f"属金岱街道，不是南曹街道；弘毅路未查到，位置为猜测。预计完工：11月下旬（{NO_YEAR}）。"
        "原文没有逐项列出施工内容，不编工程项",
    }


def _compound(row_id: str, name: str, street: str, where: str) -> Row:
    lon, lat, uncertainty = place(where)
    return {
        "id": row_id,
        "name": name,
        "street_code": street,
        "estate_id": row_id.replace("-R", "-Q"),
        "position_lon": lon,
        "position_lat": lat,
        "position_uncertainty_m": uncertainty,
        "boundary_status": BoundaryStatus.UNCERTAIN.value,
        **REPORTED,
    }


def work_items() -> list[Row]:
    """Six works in each courtyard by the east wall: lighting first, then five; no quantity, date, money."""
    return [
        {
            "id": f"{row_id}-W{number:02d}",
            "compound_id": row_id,
            "type_code": kind.value,
            "name": name,
            "phase": phase,
            **REPORTED,
            "note": "报道称前期以楼体亮化为主，其余为后续配套；未给工程量、日期与金额",
        }
        for row_id, _, _ in _COURTYARDS
        for number, (kind, phase, name) in enumerate(_EAST_WORKS, start=1)
    ]


def stage_events(business_date: date) -> list[Row]:
    """Works on the teachers' courtyard are said to go on; the report gives no date."""
    return [
        {
            "id": f"{TEACHERS}-S01",
            "compound_id": TEACHERS,
            "stage": Stage.CONSTRUCTION.value,
            "occurred_precision": DatePrecision.UNKNOWN.value,
            **REPORTED,
            "note": "原文“老旧小区改造工程正在加速进行中”；开工日期不详，按登记日计",
            "recorded_on": business_date,
            "recorded_by": GENERATOR,
        }
    ]
