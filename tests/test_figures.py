"""Every float can be drawn, and what is drawn can be read."""

from __future__ import annotations

import math
import re
from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.model import Figure, Look, Map, Point, Series
from grader.reporters import columns, maps
from grader.reporters.axes import BOTTOM, LEFT, RIGHT, TOP
from grader.reporters.figures import lay_out


def figure(*values: tuple[float, ...], x_start: int = 1) -> Figure:
    series = tuple(Series(label=f"series {number}", values=v) for number, v in enumerate(values))
    return Figure(title="Loss", x_label="epoch", y_label="loss", series=series, x_start=x_start)


def points(path: str) -> list[tuple[float, float]]:
    return [(float(x), float(y)) for x, y in re.findall(r"[ML](-?[\d.]+) (-?[\d.]+)", path)]


@given(st.lists(st.lists(st.floats(), max_size=40).map(tuple), max_size=5))
def test_any_floats_stay_within_the_plot(values: list[tuple[float, ...]]) -> None:
    plot = lay_out(figure(*values))
    drawn = [point for curve in plot.curves for point in [*points(curve.path), *curve.dots]]
    assert all(LEFT <= x <= RIGHT and TOP - 0.1 <= y <= BOTTOM + 0.1 for x, y in drawn)
    assert 2 <= len(plot.y_ticks) <= 8
    assert len({tick.label for tick in plot.y_ticks}) == len(plot.y_ticks)
    assert all(TOP - 0.1 <= tick.at <= BOTTOM + 0.1 for tick in plot.y_ticks)


@pytest.mark.parametrize("value", [0.0, 1.0, -3.5, 1e308, -1e308, 5e-324, 1e-9])
def test_a_constant_series_is_a_level_line_inside_the_plot(value: float) -> None:
    (curve,) = lay_out(figure((value,) * 5)).curves
    assert len({y for _, y in points(curve.path)}) == 1
    assert TOP < points(curve.path)[0][1] <= BOTTOM


def test_a_diverging_curve_gets_a_logarithmic_axis_that_says_so() -> None:
    plot = lay_out(figure((1.0, 1e3, 1e6), (1.0, 0.5, 0.25)))
    assert plot.y_label == "loss (log scale)"
    assert [tick.label for tick in plot.y_ticks] == ["0.1", "10", "1000", "1e5"]
    assert points(plot.curves[1].path)[0][1] < points(plot.curves[1].path)[2][1]


@pytest.mark.parametrize("values", [(0.7, 0.1), (0.0, 1e6), (-1.0, 1e6)])
def test_otherwise_the_axis_is_linear(values: tuple[float, ...]) -> None:
    assert lay_out(figure(values)).y_label == "loss"


def test_what_is_not_finite_leaves_a_gap_and_is_said() -> None:
    plot = lay_out(figure((1.0, 2.0, math.nan, 3.0, math.inf, -math.inf), (1.0, 1.0, 1.0, 1.0, 1.0, 1.0)))
    assert plot.curves[0].path.count("M") == 2
    assert plot.notes == ("“series 0” is no finite number at 3 of 6 points.",)
    assert [row[1] for row in plot.rows] == ["1", "2", "not a number", "3", "infinite", "minus infinity"]


def test_a_curve_that_blows_up_says_from_when() -> None:
    plot = lay_out(figure((1.0, 1e200, math.inf, math.nan)))
    assert plot.notes == ("“series 0” is no finite number from epoch 3 on.",)
    assert plot.notes[0] in plot.description


def test_nothing_to_draw_is_no_error() -> None:
    assert lay_out(figure()).rows == ()
    plot = lay_out(figure((), (math.nan,)))
    assert [curve.label_at for curve in plot.curves] == [None, None]
    assert plot.description == "“series 0” has no values. “series 1” has no finite value."


def test_a_long_series_is_thinned_and_keeps_its_spike() -> None:
    values = [0.5] * 100_000
    values[54_321] = 90.0
    (curve,) = lay_out(figure(tuple(values))).curves
    assert len(points(curve.path)) <= 1_000
    assert min(y for _, y in points(curve.path)) < TOP + 30
    assert len(lay_out(figure(tuple(values))).rows) == 12


@pytest.mark.parametrize(
    ("length", "x_start", "labels"),
    [
        (5, 1, ["1", "2", "3", "4", "5"]),
        (500, 1, ["1", "100", "200", "300", "400", "500"]),
        (3, 0, ["0", "1", "2"]),
        (1, 7, ["7"]),
        (0, 1, []),
    ],
)
def test_the_x_axis_counts_in_round_steps(length: int, x_start: int, labels: list[str]) -> None:
    assert [tick.label for tick in lay_out(figure((1.0,) * length, x_start=x_start)).x_ticks] == labels


def test_labels_that_would_cover_each_other_move_apart() -> None:
    plot = lay_out(figure((1.0, 2.0), (1.0, 2.0), (1.0, 2.0)))
    heights = sorted(curve.label_at[1] for curve in plot.curves if curve.label_at)
    assert all(lower - upper >= 15 for upper, lower in pairwise(heights))


def test_a_long_label_is_shortened_in_the_picture_only() -> None:
    named = replace(figure(), series=(Series(label="the loss that your own loop reports", values=(1.0,)),))
    (curve,) = lay_out(named).curves
    assert curve.short_label == "the loss that y…"
    assert curve.label == "the loss that your own loop reports"


# --- bars --------------------------------------------------------------------------------------------------


@given(st.lists(st.lists(st.floats(), max_size=8).map(tuple), min_size=1, max_size=3).filter(any))
def test_any_floats_become_bars_within_the_plot_that_stand_on_zero(values: list[tuple[float, ...]]) -> None:
    drawn = replace(figure(*values), look=Look.BARS)
    assert columns.fits(drawn)
    plot = columns.lay_out(drawn)
    bars = [bar for curve in plot.curves for bar in curve.bars]
    assert len(bars) == sum(math.isfinite(value) for series in values for value in series)
    for bar in bars:
        assert LEFT <= bar.x <= bar.x + bar.width <= RIGHT
        assert TOP - 0.1 <= bar.y <= bar.y + bar.height <= BOTTOM + 0.2
    assert len({round(bar.x) for bar in bars}) == len(bars)


def test_bars_go_up_and_down_from_zero_and_carry_their_numbers() -> None:
    plot = columns.lay_out(replace(figure((3.0, -6.0, math.nan)), look=Look.BARS))
    up, down = plot.curves[0].bars
    assert up.y + up.height == pytest.approx(down.y, abs=0.2)
    assert down.height == pytest.approx(2 * up.height, abs=0.2)
    assert (up.value, down.value) == ("3", "-6")
    assert plot.notes == ("“series 0” is no finite number from epoch 3 on.",)


def test_too_many_values_for_bars_are_drawn_as_curves() -> None:
    many = replace(figure((1.0,) * 100), look=Look.BARS)
    assert not columns.fits(many)
    assert not columns.fits(replace(figure(), look=Look.BARS))


# --- maps --------------------------------------------------------------------------------------------------


def a_map(levels: tuple[tuple[int, ...], ...], **others: Any) -> Map:
    return Map(title="", x_label="x", y_label="y", reach=2.0, levels=levels, outline=(), **others)


def area(path: str) -> float:
    """What the polygons of a path cover."""
    covered = 0.0
    for polygon in path.split("Z")[:-1]:
        corners = [tuple(map(float, corner.split())) for corner in polygon.lstrip("M").split("L")]
        ahead = [*corners[1:], corners[0]]
        covered += abs(sum(a[0] * b[1] - b[0] * a[1] for a, b in zip(corners, ahead, strict=True))) / 2
    return covered


LEVELS = st.integers(2, 6).flatmap(
    lambda n: st.lists(st.tuples(*[st.integers(0, 100)] * n), min_size=2, max_size=6).map(tuple)
)


@given(LEVELS)
def test_any_levels_give_a_region_within_the_square(levels: tuple[tuple[int, ...], ...]) -> None:
    drawn = maps.lay_out(a_map(levels))
    assert 0 <= area(drawn.region) <= maps.SIDE**2 * 1.001
    numbers = [float(number) for number in re.findall(r"[\d.]+", drawn.region + drawn.boundary)]
    assert all(TOP <= number <= maps.RIGHT for number in numbers)


@given(LEVELS)
def test_the_squares_of_a_row_are_told_apart_as_each_by_itself(levels: tuple[tuple[int, ...], ...]) -> None:
    pairs = [tuple(zip(pairwise(below), pairwise(above), strict=True)) for below, above in pairwise(levels)]
    alone = [area(maps.lay_out(a_map(square)).region) for row in pairs for square in row]
    # Numbers are rounded to a tenth; the smallest square, taken whole for empty, would be 4096 off.
    assert area(maps.lay_out(a_map(levels)).region) == pytest.approx(sum(alone) / len(alone), abs=250)


def test_the_region_is_what_is_at_or_above_a_half() -> None:
    ones, none = maps.lay_out(a_map(((100,) * 4,) * 3)), maps.lay_out(a_map(((49,) * 4,) * 3))
    assert area(ones.region) == pytest.approx(maps.SIDE**2, rel=1e-3)
    assert (ones.boundary, none.region, none.boundary) == ("", "", "")
    left_half = maps.lay_out(a_map(((99, 0), (99, 0))))
    assert area(left_half.region) == pytest.approx(maps.SIDE**2 / 2, rel=1e-2)
    assert len(re.findall("M", left_half.boundary)) == 1


def test_the_lowest_row_is_drawn_at_the_bottom_and_points_where_they_lie() -> None:
    points = (Point(x=-2.0, y=-2.0, label=1), Point(x=9.0, y=0.0, label=0))
    drawn = maps.lay_out(a_map(((100, 100), (0, 0)), points=points))
    lows = [float(y) for y in re.findall(r"[ML][\d.]+ ([\d.]+)", drawn.region)]
    assert max(lows) == maps.BOTTOM
    assert drawn.ones == ((LEFT, maps.BOTTOM),)
    assert drawn.zeros == ((maps.RIGHT, TOP + maps.SIDE / 2),)  # outside: moved to the edge


@pytest.mark.parametrize("levels", [(), ((),), ((70,),), ((70, 70),)])
def test_a_map_without_an_area_is_empty(levels: tuple[tuple[int, ...], ...]) -> None:
    assert maps.lay_out(a_map(levels)).region == ""
