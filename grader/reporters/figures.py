"""Curves laid out for drawing: where each line runs, what the axes say, and the same in words and as a table.

Pure arithmetic over `Figure`. Lengths are SVG user units, y grows downwards. Any float is a possible value:
what is not finite leaves a gap in its curve and is said in words.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import groupby

from grader.model import Figure, Series
from grader.reporters.axes import LEFT, RIGHT, TOP, Scale, Tick, round_step, written, y_axis
from grader.reporters.wording import shorten_end

LOOKS = 4
LABEL_GAP = 19.0  # least distance between two labels
LABEL_LENGTH = 16  # characters that fit right of the plot
_MOST_POINTS = 600  # a screen has no more columns for the plot
_FEW_POINTS = 20  # up to here each value is marked
_TABLE_ROWS = 12


@dataclass(frozen=True, slots=True)
class Bar:
    """A rectangle, and where the number that it stands for is written; empty where there is no room."""

    x: float
    y: float
    width: float
    height: float
    value: str
    value_y: float

    @property
    def middle(self) -> float:
        """The x of its middle."""
        return self.x + self.width / 2


@dataclass(frozen=True, slots=True)
class Curve:
    """One series, drawn: an SVG path, the marked points or the bars, and where its label begins."""

    label: str
    short_label: str
    look: int  # which of the `LOOKS` colours and dash patterns
    path: str
    dots: tuple[tuple[float, float], ...]
    label_at: tuple[float, float] | None  # None: no finite value, nothing to see
    description: str
    bars: tuple[Bar, ...] = ()


@dataclass(frozen=True, slots=True)
class Plot:
    """A figure, laid out. A row of its table is an x, then the value of each curve there."""

    title: str
    x_label: str
    y_label: str
    x_ticks: tuple[Tick, ...]
    y_ticks: tuple[Tick, ...]
    curves: tuple[Curve, ...]
    rows: tuple[tuple[str, ...], ...]
    notes: tuple[str, ...]

    @property
    def description(self) -> str:
        """What the picture shows, in words."""
        return " ".join(curve.description for curve in self.curves)


def lay_out(figure: Figure) -> Plot:
    """`figure` as a `Plot`.

    The y axis is logarithmic where all values are positive and the greatest is over 100 times the least.
    """
    length = max((len(series.values) for series in figure.series), default=0)
    scale, y_ticks = y_axis([value for series in figure.series for value in series.values if math.isfinite(value)])
    return Plot(
        title=figure.title,
        x_label=figure.x_label,
        y_label=f"{figure.y_label} (log scale)" if scale.is_log else figure.y_label,
        x_ticks=_x_ticks(figure, length),
        y_ticks=y_ticks,
        curves=_labels_apart([_curve(which, figure, scale, length) for which in range(len(figure.series))]),
        rows=rows_of(figure),
        notes=tuple(note for series in figure.series if (note := gaps(series, figure))),
    )


def _x(index: int, length: int) -> float:
    return LEFT + (RIGHT - LEFT) * (index / (length - 1) if length > 1 else 0.5)


def _x_ticks(figure: Figure, length: int) -> tuple[Tick, ...]:
    """Round numbers within the axis, and its beginning where there is room for it."""
    if not length:
        return ()
    step = math.ceil(round_step(max(length - 1, 1) / 9))
    start = figure.x_start
    marks = [x for x in range(start, start + length) if x % step == 0]
    if not marks or marks[0] - start >= step / 2:
        marks.insert(0, start)
    return tuple(Tick(_x(x - start, length), str(x)) for x in marks)


def _curve(which: int, figure: Figure, scale: Scale, length: int) -> Curve:
    series = figure.series[which]
    path: list[str] = []
    dots: list[tuple[float, float]] = []
    label_at = None
    for stroke in _strokes(series.values):
        ys = scale.ys([series.values[index] for index in stroke])
        path.append(_path(stroke, length) % tuple(ys))
        if len(series.values) <= _FEW_POINTS or len(stroke) == 1:
            dots.extend((round(_x(index, length), 1), round(y, 1)) for index, y in zip(stroke, ys, strict=True))
        label_at = (round(_x(stroke[-1], length), 1) + 10, round(ys[-1], 1))
    return Curve(
        label=series.label,
        short_label=shorten_end(series.label, limit=LABEL_LENGTH),
        look=which % LOOKS,
        path=" ".join(path),
        dots=tuple(dots),
        label_at=label_at,
        description=describe(series, figure),
    )


@lru_cache(maxsize=8)
def _path(stroke: tuple[int, ...], length: int) -> str:
    """The path of a stroke, its y still to be filled in: all else is the same in all reports on an exercise."""
    return "M" + " L".join([f"{_x(index, length):.1f} %.1f" for index in stroke])


def _strokes(values: Sequence[float]) -> list[tuple[int, ...]]:
    """The indices to draw, those between two gaps together."""
    indices = _telling(values)
    if all(map(math.isfinite, values)):
        return [tuple(indices)] if indices else []
    groups = groupby(indices, key=lambda index: math.isfinite(values[index]))
    return [tuple(group) for is_finite, group in groups if is_finite]


def _telling(values: Sequence[float]) -> list[int]:
    """The indices to draw: all, or of each stretch its ends, extremes and a gap; no spike is lost."""
    if len(values) <= _MOST_POINTS:
        return list(range(len(values)))
    stretch = math.ceil(len(values) * 5 / _MOST_POINTS)
    chosen: set[int] = set()
    for start in range(0, len(values), stretch):
        indices = range(start, min(start + stretch, len(values)))
        finite = [index for index in indices if math.isfinite(values[index])]
        chosen.update({indices[0], indices[-1]})
        chosen.update({min(finite, key=values.__getitem__), max(finite, key=values.__getitem__)} if finite else ())
        chosen.update([index for index in indices if not math.isfinite(values[index])][:1])
    return sorted(chosen)


def _labels_apart(curves: Sequence[Curve]) -> tuple[Curve, ...]:
    """The curves with their labels moved down until none covers another."""
    placed: dict[int, tuple[float, float]] = {}
    free_from = TOP
    drawn = [(curve.label_at, number) for number, curve in enumerate(curves) if curve.label_at]
    for (x, y), number in sorted(drawn, key=lambda item: item[0][1]):
        placed[number] = (x, max(y, free_from))
        free_from = placed[number][1] + LABEL_GAP
    return tuple(replace(curve, label_at=placed.get(number)) for number, curve in enumerate(curves))


def describe(series: Series, figure: Figure) -> str:
    """Where a series begins and ends, and where it has no finite values, in words."""
    finite = [math.isfinite(value) for value in series.values]
    name = f"“{series.label}”"
    if not any(finite):
        return f"{name} has no finite value." if finite else f"{name} has no values."
    first, last = finite.index(True), len(finite) - 1 - finite[::-1].index(True)
    words = f"{name} is {written(series.values[first])} at {figure.x_label} {figure.x_start + first}"
    if first != last:
        words += f" and {written(series.values[last])} at {figure.x_label} {figure.x_start + last}"
    return f"{words}. {gaps(series, figure)}".rstrip()


def gaps(series: Series, figure: Figure) -> str:
    """A sentence on the values that are not finite; empty where there are none."""
    if all(map(math.isfinite, series.values)):
        return ""
    missing = [index for index, value in enumerate(series.values) if not math.isfinite(value)]
    if len(missing) == len(series.values) - missing[0]:
        return f"“{series.label}” is no finite number from {figure.x_label} {figure.x_start + missing[0]} on."
    return f"“{series.label}” is no finite number at {len(missing)} of {len(series.values)} points."


def rows_of(figure: Figure) -> tuple[tuple[str, ...], ...]:
    """The table: some of the figure's x, and the value of each series there."""
    length = max((len(series.values) for series in figure.series), default=0)
    return tuple(_row(figure, index) for index in _spread(length))


def _spread(length: int) -> list[int]:
    """At most `_TABLE_ROWS` indices from the first to the last, evenly apart."""
    if length <= _TABLE_ROWS:
        return list(range(length))
    return [round(row * (length - 1) / (_TABLE_ROWS - 1)) for row in range(_TABLE_ROWS)]


def _row(figure: Figure, index: int) -> tuple[str, ...]:
    cells = [_cell(series.values[index]) if index < len(series.values) else "none" for series in figure.series]
    return (str(figure.x_start + index), *cells)


def _cell(value: float) -> str:
    if math.isfinite(value):
        return written(value, digits=4)
    if math.isnan(value):
        return "not a number"
    return "infinite" if value > 0 else "minus infinity"
