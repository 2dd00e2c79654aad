"""Where each group stands: parts that add up, rates with reasons, ranks that ignore the order of rows."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.progress import Key, totals
from analysis.standing import PARTS, UNITS, Row, Standing, Unit, standing
from geodata.errors import BadValue
from tests.small_register import Register
from tests.test_progress import done, table_of, two_streets


def stand(register: Register, unit: Unit = "estates", key: Key = "street", **options: Any) -> Standing:
    table = table_of(register, key, **options).reset_index(drop=True)
    return standing(table, totals(table), key=key, unit=unit)


def row_of(standings: Standing, code: str) -> Row:
    return next(row for row in standings.groups if row["code"] == code)


def planned() -> Register:
    """S1 plans 4 estates and has started 2; S2 plans none."""
    return two_streets().target("S1", estates=4, households=100)


class TestParts:
    def test_parts_do_not_overlap(self) -> None:
        register = two_streets().event("suspended", "2026-06-01", compound="a")
        row = row_of(stand(register), "S1")
        assert [row[f"estates_part_{part}"] for part in PARTS] == [0, 1, 0, 1, 0, 0]
        assert (row["estates_under_way"], row["estates_started"]) == (1, 2)

    @pytest.mark.parametrize("unit", UNITS)
    def test_parts_add_up_to_the_register(self, unit: Unit) -> None:
        register = two_streets().event("removed", "2026-06-01", compound="b")
        for row in [*stand(register).groups, stand(register).total]:
            assert sum(row[f"{unit}_part_{part}"] for part in PARTS) == row[unit]

    def test_a_part_without_any_number_is_missing_not_zero(self) -> None:
        register = Register().street("S1").estate("e").compound("a", estate="e", households=None)
        row = row_of(stand(register), "S1")
        assert row["households_part_unknown"] is None
        assert row["households_part_accepted"] == 0


class TestRates:
    def test_by_street_the_annual_plan_is_the_measure(self) -> None:
        standings = stand(planned())
        row = row_of(standings, "S1")
        assert standings.basis == "plan"
        assert (row["rate_estates"], row["rate_estates_done"], row["rate_estates_whole"]) == (0.5, 2, 4)

    def test_without_plan_there_is_no_rate_but_a_reason(self) -> None:
        row = row_of(stand(planned()), "S2")
        assert row["rate_estates"] is None
        assert row["rate_estates_reason"] == "无年度计划"

    def test_compounds_have_no_plan_and_are_measured_against_the_register(self) -> None:
        standings = stand(planned(), "compounds")
        assert standings.basis == "register"
        assert row_of(standings, "S1")["rate_compounds"] == pytest.approx(2 / 3)

    def test_when_no_street_has_a_plan_the_register_is_the_measure(self) -> None:
        assert stand(two_streets()).basis == "register"

    def test_what_has_no_record_is_left_out_of_the_share(self) -> None:
        register = done(Register().street("S1").estate("e").estate("f"), "a", 50)
        register.compound("a", estate="e").compound("b", estate="f")
        row = row_of(stand(register), "S1")
        assert (row["rate_estates"], row["rate_estates_whole"]) == (1.0, 1)

    def test_a_group_without_any_record_has_no_share_never_zero(self) -> None:
        row = row_of(stand(two_streets()), "S2")
        assert row["rate_estates"] is None
        assert row["rate_estates_reason"] == "都没有进展记录"

    def test_a_share_of_households_needs_every_number(self) -> None:
        register = Register().street("S1").estate("e")
        register.compound("a", estate="e", households=10).compound("b", estate="e", households=None)
        row = row_of(stand(done(register, "a", 10), "households"), "S1")
        assert row["rate_households"] is None
        assert row["rate_households_reason"] == "户数不全（1 个楼院无户数）"

    def test_a_group_without_anything_registered_has_no_share(self) -> None:
        assert row_of(stand(Register().street("S1")), "S1")["rate_estates_reason"] == "没有登记"


class TestRank:
    def test_outside_totals_and_without_rate_there_is_no_rank(self) -> None:
        register = planned().street("S9", in_totals=False)
        ranks = {row["code"]: row["rank"] for row in stand(register).groups}
        assert ranks == {"S1": 1, "S2": None, "S9": None}
        assert [row["code"] for row in stand(register).counted] == ["S1", "S2"]

    def test_what_belongs_to_no_group_comes_after_all_groups(self) -> None:
        register = two_streets().area("A")
        register.compound("x", estate="e", area="A")
        assert [row["code"] for row in stand(register, key="area").groups] == ["A", ""]

    @given(st.permutations(["S1", "S2", "S3"]))
    def test_rank_ignores_the_order_of_rows(self, order: list[str]) -> None:
        register = Register()
        for code in order:
            register.street(code)
        for code, progress in (("S1", 50), ("S2", 0), ("S3", 50)):
            register.estate(f"e{code}", street=code).compound(f"c{code}", estate=f"e{code}", street=code)
            done(register, f"c{code}", progress)
        standings = stand(register)
        assert [(row["code"], row["rank"]) for row in standings.groups] == [("S1", 1), ("S3", 1), ("S2", 3)]

    def test_an_unknown_unit_is_refused(self) -> None:
        with pytest.raises(BadValue, match="计数单位"):
            stand(two_streets(), "rooms")  # type: ignore[arg-type]


def test_the_total_has_parts_and_rates_but_no_rank() -> None:
    total = stand(two_streets()).total
    assert total["name"] == "合计"
    assert total["rank"] is None
    assert total["rate_estates"] == 1.0
    assert total["households"] == 150
