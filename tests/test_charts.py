"""Charts: bars are as long as their numbers, missing is written and never drawn, names stay names."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import pytest

from cartography import charts, rows
from cartography import symbology as s
from cartography.symbology import Pattern

AS_OF = date(2026, 11, 24)
HOSTILE = "<script>alert(1)</script> ${x} %{y} <a href='javascript:1'>园</a>"


def row(code: str = "S1", name: str = "西大街街道", **values: Any) -> dict[str, Any]:
    """A group of 10 estates and 100 households: 4 accepted, 3 under way, 2 suspended, 1 without record."""
    parts = {"accepted": 4, "completed": 0, "under_way": 3, "suspended": 2, "not_started": 0, "unknown": 1}
    base: dict[str, Any] = {"code": code, "name": name, "rank": 1, "households_missing": 0}
    for unit, times in (("estates", 1), ("compounds", 1), ("households", 10)):
        base[unit] = 10 * times
        base |= {f"{unit}_part_{part}": count * times for part, count in parts.items()}
        base |= {
            f"rate_{unit}": 0.8,
            f"rate_{unit}_reason": "",
            f"rate_{unit}_done": 8,
            f"rate_{unit}_whole": 10,
        }
    for unit in ("estates", "households"):
        base |= {f"plan_{unit}": 10, f"batch_{unit}_started": 8, f"batch_{unit}_completed": 2}
    return base | {"batch_started_households_missing": 0, **values}


def bars(figure: go.Figure) -> dict[tuple[str, str], float]:
    """Length of every bar by code and kind."""
    lengths: dict[tuple[str, str], float] = {}
    for trace in figure.data:
        if trace.type == "bar":
            keys = ((code, kind) for code, kind in trace.customdata)
            lengths |= dict(zip(keys, trace.x, strict=True))
    return lengths


def written(figure: go.Figure) -> str:
    """All texts of a figure."""
    texts = [text for trace in figure.data if trace.type == "scatter" for text in trace.text or ()]
    return "\n".join([*texts, *(note.text for note in figure.layout.annotations)])


def curve(actual: list[float], planned: list[float] | None = None) -> pd.DataFrame:
    """A weekly curve that ends at `AS_OF` plus one week."""
    days = pd.date_range(end="2026-12-01", periods=len(actual), freq="7D", unit="s")
    return pd.DataFrame(
        {"date": days, "planned_pct": planned or np.linspace(0, 90, len(actual)), "actual_pct": actual}
    )


class TestStatusBars:
    def test_bars_are_as_long_as_their_numbers(self) -> None:
        lengths = bars(charts.status_bars([row()], unit="estates"))
        accepted, suspended = lengths["S1", "estates_part_accepted"], lengths["S1", "estates_part_suspended"]
        assert accepted == pytest.approx(2 * suspended)
        assert sum(
            length for (_, kind), length in lengths.items() if kind.startswith("estates_part")
        ) == pytest.approx(
            sum(length for (_, kind), length in lengths.items() if kind.startswith("households_part"))
        )

    def test_what_is_not_there_has_no_bar(self) -> None:
        lengths = bars(charts.status_bars([row()], unit="estates"))
        assert ("S1", "estates_part_not_started") not in lengths

    def test_a_missing_number_is_written_and_not_drawn(self) -> None:
        lost = {f"households_part_{part}": None for part in charts.PARTS}
        figure = charts.status_bars(
            [
                row(
                    **lost,
                    households=None,
                    households_missing=6,
                    rate_households=None,
                    rate_households_reason="户数不全",
                )
            ],
            unit="households",
        )
        assert not any(kind.startswith("households") for _, kind in bars(figure))
        assert "— 户数不详" in written(figure)
        assert "— 户数不全" in written(figure)

    def test_households_that_are_partly_known_say_so(self) -> None:
        assert "100 户，2院不详" in written(charts.status_bars([row(households_missing=2)], unit="estates"))

    def test_a_reason_that_both_units_share_is_written_once(self) -> None:
        gaps = {f"rate_{unit}": None for unit in charts.UNITS} | {
            f"rate_{unit}_reason": "无年度计划" for unit in charts.UNITS
        }
        assert written(charts.status_bars([row(**gaps, rank=None)], unit="estates")).count("无年度计划") == 1

    def test_a_rate_of_zero_is_written_as_zero(self) -> None:
        assert "0.0%  0/10" in written(
            charts.status_bars([row(rate_estates=0.0, rate_estates_done=0)], unit="estates")
        )

    def test_more_than_the_plan_lengthens_the_scale_instead_of_the_page(self) -> None:
        lengths = bars(charts.status_bars([row(rate_estates=1.25), row("S2")], unit="estates"))
        assert lengths["S1", "rate_estates"] > lengths["S2", "rate_estates"]
        assert lengths["S1", "rate_estates"] < rows.WIDTH / 4

    def test_suspended_has_a_pattern_and_unknown_a_dashed_outline_and_a_question_mark(self) -> None:
        figure = charts.status_bars([row()], unit="estates")
        trace = figure.data[1]
        kinds = [kind for _, kind in trace.customdata]
        assert trace.marker.pattern.shape[kinds.index("estates_part_suspended")] == "/"
        assert trace.text[kinds.index("estates_part_unknown")] == "?1"
        assert any(shape.type == "rect" and shape.line.dash for shape in figure.layout.shapes)

    def test_a_click_names_the_group_wherever_it_falls(self) -> None:
        figure = charts.status_bars([row(), row("S2")], unit="estates")
        assert {code for code, _ in bars(figure)} == {"S1", "S2"}
        assert figure.data[0].x == (rows.WIDTH, rows.WIDTH)
        assert figure.layout.clickmode == "event+select"

    def test_a_chosen_group_is_marked_and_the_others_do_not_fade(self) -> None:
        figure = charts.status_bars([row(), row("S2")], unit="estates", chosen=("S2",))
        assert figure.data[0].marker.color == (s.NO_FILL, s.LIGHT.ground)
        assert "<b>西大街</b>" in written(figure)
        assert all(trace.unselected.marker.opacity == 1 for trace in figure.data[:2])

    def test_no_group_at_all_is_an_empty_figure(self) -> None:
        assert bars(charts.status_bars([], unit="estates")) == {}


class TestPlanBars:
    def test_started_and_completed_lie_within_the_plan(self) -> None:
        lengths = bars(charts.plan_bars([row()]))
        assert lengths["S1", "batch_estates_started"] == pytest.approx(0.8 * lengths["S1", "plan_estates"])
        assert lengths["S1", "batch_estates_completed"] == pytest.approx(0.2 * lengths["S1", "plan_estates"])

    def test_without_plan_there_is_no_outline_and_the_text_says_so(self) -> None:
        figure = charts.plan_bars([row(plan_estates=None)])
        assert ("S1", "plan_estates") not in bars(figure)
        assert "8 / — 无计划" in written(figure)

    def test_an_incomplete_number_of_households_is_at_least_that_many(self) -> None:
        assert "≥8 / 10" in written(charts.plan_bars([row(batch_started_households_missing=1)]))


class TestCurve:
    def test_plan_is_dashed_and_actual_solid(self) -> None:
        plan, actual, *_ = charts.s_curve(curve([0, 10, 20, np.nan]), as_of=AS_OF).data
        assert plan.line.dash != "solid"
        assert actual.line.dash == "solid"

    def test_what_is_not_known_yet_is_not_drawn(self) -> None:
        actual = charts.s_curve(curve([0, 10, 20, np.nan]), as_of=AS_OF).data[1]
        assert actual.y == (0, 10, 20, None)

    def test_both_values_of_the_day_stand_beside_their_points(self) -> None:
        text = written(charts.s_curve(curve([0, 10, 20, np.nan], [0, 15, 30, 45]), as_of=AS_OF))
        assert "计划 30.0%" in text
        assert "实际 20.0%" in text

    def test_without_any_known_progress_only_the_plan_has_a_value(self) -> None:
        text = written(charts.s_curve(curve([np.nan] * 4), as_of=AS_OF))
        assert "计划" in text
        assert "实际" not in text

    def test_the_flat_end_of_the_plan_is_cut_off_but_never_before_the_day(self) -> None:
        flat = [0.0, 100.0, *[100.0] * 60]
        days = pd.date_range("2026-01-06", periods=len(flat), freq="7D", unit="s")
        frame = pd.DataFrame({"date": days, "planned_pct": flat, "actual_pct": np.nan})
        shown = charts.s_curve(frame, as_of=AS_OF).data[0].x
        assert len(shown) < len(flat)
        assert shown[-1] >= AS_OF.isoformat()


FIGURES = [
    charts.status_bars([row()], unit="estates", mark="演示数据"),
    charts.plan_bars([row()], mark="演示数据"),
    charts.s_curve(curve([0, 10, 20, np.nan]), as_of=AS_OF, mark="演示数据"),
]


@pytest.mark.parametrize("figure", FIGURES)
class TestEveryChart:
    def test_it_is_a_plotly_figure_in_our_font_without_legend(self, figure: go.Figure) -> None:
        assert isinstance(figure, go.Figure)
        assert "Chengyuan Sans" in figure.layout.font.family
        assert figure.layout.showlegend is False

    def test_it_carries_the_mark_of_invented_data(self, figure: go.Figure) -> None:
        assert "演示数据" in written(figure)

    def test_all_its_colours_are_of_the_symbology(self, figure: go.Figure) -> None:
        known = {value for ink in (s.LIGHT,) for value in vars_of(ink)} | {s.NO_FILL}
        known |= {colour for symbol in s.table() for colour in (symbol.fill, symbol.stroke)}
        assert set(colours(figure.to_plotly_json())) <= known

    def test_nothing_can_be_zoomed_away(self, figure: go.Figure) -> None:
        assert figure.layout.xaxis.fixedrange
        assert figure.layout.yaxis.fixedrange
        assert figure.layout.dragmode is False


def vars_of(ink: s.Ink) -> list[str]:
    return [getattr(ink, name) for name in ink.__slots__]


def colours(value: Any) -> list[str]:
    """Every colour in a figure."""
    if isinstance(value, dict):
        return [colour for part in value.values() for colour in colours(part)]
    if isinstance(value, list | tuple):
        return [colour for part in value for colour in colours(part)]
    return [value] if isinstance(value, str) and value.startswith(("#", "rgb")) else []


@pytest.mark.parametrize("part", charts.PARTS)
def test_every_part_has_a_symbol_and_a_label(part: str) -> None:
    assert part in s.SERIES
    assert charts.PARTS[part]


def test_parts_differ_by_more_than_colour_where_the_ramp_ends() -> None:
    assert s.SERIES["suspended"].pattern is Pattern.HATCH
    assert s.SERIES["unknown"].pattern is Pattern.EMPTY


class TestNames:
    def test_markup_in_a_name_is_shown_as_text(self) -> None:
        for figure in (
            charts.status_bars([row(name=HOSTILE)], unit="estates"),
            charts.plan_bars([row(name=HOSTILE)]),
        ):
            hovers = [hover for trace in figure.data if trace.hovertext for hover in trace.hovertext]
            assert not any(tag in text for text in [*hovers, written(figure)] for tag in ("<script", "<a "))
            assert any("&lt;script&gt;" in hover for hover in hovers)

    def test_a_street_is_named_without_the_word_street(self) -> None:
        assert rows.short("紫荆山南路街道") == "紫荆山南路"
        assert rows.short("街道") == "街道"

    def test_a_long_name_takes_two_lines_broken_after_a_separator(self) -> None:
        assert rows.short("演示·2025年度计划") == "演示·<br>2025年度计划"
        assert rows.short("商城东城垣环境提升项目") == "商城东城垣环<br>境提升项目"

    def test_a_very_long_name_is_cut(self) -> None:
        assert rows.short("很" * 40).count("…") == 2
        assert len(rows.short("很" * 40)) < 24

    @pytest.mark.parametrize("part", charts.PARTS)
    def test_numbers_can_be_read_on_every_fill(self, part: str) -> None:
        fill = s.SERIES[part].fill
        light, dark = sorted((luminance(fill), luminance(rows.readable_on(fill))), reverse=True)
        assert (light + 0.05) / (dark + 0.05) >= 4.5


def luminance(colour: str) -> float:
    """Relative luminance after WCAG."""
    red, green, blue = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    linear = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in (red, green, blue)
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
