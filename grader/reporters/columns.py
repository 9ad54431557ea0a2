"""Bars laid out for drawing: those of several series stand side by side, with their numbers on them.

Pure arithmetic over `Figure`, as in `figures`. What is not finite has no bar and is said in words.
"""

from __future__ import annotations

import math

from grader.model import Figure
from grader.reporters.axes import LABELS, LEFT, RIGHT, TOP, Scale, Tick, linear_axis, written
from grader.reporters.figures import LABEL_GAP, LABEL_LENGTH, LOOKS, Bar, Curve, Plot, describe, gaps, rows_of
from grader.reporters.wording import shorten_end

MOST_BARS = 48
_MOST_NUMBERS = 12  # bars on which there is room for a number
_SLOT_SHARE = 0.7  # of the room for an x, what its bars take


def fits(figure: Figure) -> bool:
    """Whether there are few enough values for bars."""
    return 0 < sum(len(series.values) for series in figure.series) <= MOST_BARS


def lay_out(figure: Figure) -> Plot:
    """`figure` as a `Plot` whose curves are bars. The y axis is linear and has 0 on it."""
    finite = [value for series in figure.series for value in series.values if math.isfinite(value)]
    scale, y_ticks = linear_axis(min([0.0, *finite]), max([0.0, *finite]))
    length = max(len(series.values) for series in figure.series)
    slot = (RIGHT - LEFT) / length
    return Plot(
        title=figure.title,
        x_label=figure.x_label,
        y_label=figure.y_label,
        x_ticks=tuple(Tick(LEFT + slot * (at + 0.5), str(figure.x_start + at)) for at in range(length)),
        y_ticks=y_ticks,
        curves=tuple(_set_of_bars(which, figure, scale, slot) for which in range(len(figure.series))),
        rows=rows_of(figure),
        notes=tuple(note for series in figure.series if (note := gaps(series, figure))),
    )


def _set_of_bars(which: int, figure: Figure, scale: Scale, slot: float) -> Curve:
    series = figure.series[which]
    width = slot * _SLOT_SHARE / len(figure.series)
    begin = LEFT + slot * (1 - _SLOT_SHARE) / 2 + width * which
    numbers = sum(len(each.values) for each in figure.series) <= _MOST_NUMBERS
    bars = [
        _bar(value, begin + slot * at, width, scale, is_numbered=numbers)
        for at, value in enumerate(series.values)
        if math.isfinite(value)
    ]
    return Curve(
        label=series.label,
        short_label=shorten_end(series.label, limit=LABEL_LENGTH),
        look=which % LOOKS,
        path="",
        dots=(),
        label_at=(LABELS + 16, TOP + 10 + LABEL_GAP * which) if bars else None,
        description=describe(series, figure),
        bars=tuple(bars),
    )


def _bar(value: float, x: float, width: float, scale: Scale, *, is_numbered: bool) -> Bar:
    zero, end = scale.y(0.0), scale.y(value)
    return Bar(
        x=round(x, 1),
        y=round(min(zero, end), 1),
        width=round(width - 2, 1),
        height=round(abs(zero - end), 1),
        value=written(value, digits=4) if is_numbered else "",
        value_y=round(end - 5 if value >= 0 else end + 14, 1),
    )
