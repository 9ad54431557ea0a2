"""Curves laid out for drawing: where each line runs, what the axes say, and the same in words and as a table.

Pure arithmetic over `Figure`. Lengths are SVG user units, y grows downwards. Any float is a possible value:
what is not finite leaves a gap in its curve and is said in words.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace

from grader.model import Figure, Series
from grader.reporters.wording import shorten_end

WIDTH, HEIGHT = 640.0, 296.0
LEFT, RIGHT, TOP, BOTTOM = 66.0, 510.0, 38.0, 246.0  # the plot itself; each curve's label stands right of it
LOOKS = 4
_LABEL_GAP = 19.0  # least distance between two labels
_LABEL_LENGTH = 16  # characters that fit right of the plot
_LOG_FROM_RATIO = 100.0  # above it the smaller of two curves would lie flat on the axis
_MOST_POINTS = 600  # a screen has no more columns for the plot
_FEW_POINTS = 20  # up to here each value is marked
_TABLE_ROWS = 12
_SMALLEST_SPAN = 1e-300  # below it, steps between ticks are no normal floats


@dataclass(frozen=True, slots=True)
class Tick:
    """A mark on an axis: its x or y, and its label."""

    at: float
    label: str


@dataclass(frozen=True, slots=True)
class Curve:
    """One series, drawn: an SVG path, the marked points, and where its label begins."""

    label: str
    short_label: str
    look: int  # which of the `LOOKS` colours and dash patterns
    path: str
    dots: tuple[tuple[float, float], ...]
    label_at: tuple[float, float] | None  # None: no finite value, nothing to see
    description: str


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


@dataclass(frozen=True, slots=True)
class _Scale:
    """From values to the y of the plot; `low` and `high` are exponents of ten where `is_log`."""

    low: float
    high: float
    is_log: bool = False

    def y(self, value: float) -> float:
        return self.place(math.log10(value) if self.is_log else value)

    def place(self, mark: float) -> float:
        # Halved first: the distance of two finite floats may be infinite.
        share = (mark / 2 - self.low / 2) / (self.high / 2 - self.low / 2)
        return BOTTOM - share * (BOTTOM - TOP)


def lay_out(figure: Figure) -> Plot:
    """`figure` as a `Plot`.

    The y axis is logarithmic where all values are positive and the greatest is over 100 times the least.
    """
    length = max((len(series.values) for series in figure.series), default=0)
    scale, y_ticks = _y_axis([value for series in figure.series for value in series.values if math.isfinite(value)])
    return Plot(
        title=figure.title,
        x_label=figure.x_label,
        y_label=f"{figure.y_label} (log scale)" if scale.is_log else figure.y_label,
        x_ticks=_x_ticks(figure, length),
        y_ticks=y_ticks,
        curves=_labels_apart([_curve(number, figure, scale, length) for number in range(len(figure.series))]),
        rows=tuple(_row(figure, index) for index in _spread(length)),
        notes=tuple(note for series in figure.series if (note := _gaps(series, figure))),
    )


def _y_axis(values: Sequence[float]) -> tuple[_Scale, tuple[Tick, ...]]:
    low, high = (min(values), max(values)) if values else (0.0, 1.0)
    if low > 0 and high / low > _LOG_FROM_RATIO:
        return _log_axis(low, high)
    return _linear_axis(low, high)


def _log_axis(low: float, high: float) -> tuple[_Scale, tuple[Tick, ...]]:
    first, last = math.floor(math.log10(low)), math.ceil(math.log10(high))
    scale = _Scale(first, last, is_log=True)
    exponents = range(first, last + 1, math.ceil((last - first) / 5))
    return scale, tuple(Tick(scale.place(exponent), _power_of_ten(exponent)) for exponent in exponents)


def _linear_axis(low: float, high: float) -> tuple[_Scale, tuple[Tick, ...]]:
    largest = max(abs(low), abs(high))
    if high - low <= max(1e-9 * largest, _SMALLEST_SPAN):  # constant, but for rounding
        margin = largest / 2 if largest > _SMALLEST_SPAN else 1.0
        low, high = max(low - margin, -sys.float_info.max), min(high + margin, sys.float_info.max)
    elif 0 < low <= high / 2:
        low = 0.0
    step = _round_step((high / 2 - low / 2) / 2)
    marks = [count * step for count in range(math.floor(low / step), math.ceil(high / step) + 1)]
    if not all(math.isfinite(mark) for mark in marks):
        marks = [low, high]
    scale = _Scale(marks[0], marks[-1])
    return scale, tuple(Tick(scale.place(mark), _tick_label(mark, step, max(map(abs, marks)))) for mark in marks)


def _round_step(about: float) -> float:
    """The least of 1, 2, 5, 10 times a power of ten that is not below `about`."""
    power = 10.0 ** math.floor(math.log10(about))
    return next((factor * power for factor in (1, 2, 5) if factor * power >= about), 10 * power)


def _tick_label(mark: float, step: float, largest: float) -> str:
    """`mark` with the digits that tell it from its neighbours."""
    if step >= 1e-4 and largest < 1e6:
        return f"{mark:.{max(0, -math.floor(math.log10(step)))}f}"
    return _number(mark, digits=math.floor(math.log10(largest) - math.log10(step)) + 2)


def _power_of_ten(exponent: int) -> str:
    return f"{10.0**exponent:g}" if -4 <= exponent <= 4 else f"1e{exponent}"


def _number(value: float, *, digits: int = 3) -> str:
    return f"{value:.{digits}g}".replace("e+", "e")


def _x(index: int, length: int) -> float:
    return LEFT + (RIGHT - LEFT) * (index / (length - 1) if length > 1 else 0.5)


def _x_ticks(figure: Figure, length: int) -> tuple[Tick, ...]:
    """Round numbers within the axis, and its beginning where there is room for it."""
    if not length:
        return ()
    step = math.ceil(_round_step(max(length - 1, 1) / 9))
    start = figure.x_start
    marks = [x for x in range(start, start + length) if x % step == 0]
    if not marks or marks[0] - start >= step / 2:
        marks.insert(0, start)
    return tuple(Tick(_x(x - start, length), str(x)) for x in marks)


def _curve(number: int, figure: Figure, scale: _Scale, length: int) -> Curve:
    series = figure.series[number]
    values = series.values
    path: list[str] = []
    dots: list[tuple[float, float]] = []
    label_at = None
    is_open = False  # whether the path's last point is the one before
    indices = _telling(values)
    for index, following in zip(indices, [*indices, None][1:], strict=True):
        if not math.isfinite(values[index]):
            is_open = False
            continue
        x, y = round(_x(index, length), 1), round(scale.y(values[index]), 1)
        path.append(f"{'L' if is_open else 'M'}{x} {y}")
        goes_on = following is not None and math.isfinite(values[following])
        if len(values) <= _FEW_POINTS or not (is_open or goes_on):
            dots.append((x, y))
        label_at = (x + 10, y)
        is_open = True
    return Curve(
        label=series.label,
        short_label=shorten_end(series.label, limit=_LABEL_LENGTH),
        look=number % LOOKS,
        path=" ".join(path),
        dots=tuple(dots),
        label_at=label_at,
        description=_describe(series, figure),
    )


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
        free_from = placed[number][1] + _LABEL_GAP
    return tuple(replace(curve, label_at=placed.get(number)) for number, curve in enumerate(curves))


def _describe(series: Series, figure: Figure) -> str:
    finite = [index for index, value in enumerate(series.values) if math.isfinite(value)]
    name = f"“{series.label}”"
    if not finite:
        return f"{name} has no finite value." if series.values else f"{name} has no values."
    first, last = finite[0], finite[-1]
    words = f"{name} is {_number(series.values[first])} at {figure.x_label} {figure.x_start + first}"
    if first != last:
        words += f" and {_number(series.values[last])} at {figure.x_label} {figure.x_start + last}"
    return f"{words}. {_gaps(series, figure)}".rstrip()


def _gaps(series: Series, figure: Figure) -> str:
    """A sentence on the values that are not finite; empty where there are none."""
    missing = [index for index, value in enumerate(series.values) if not math.isfinite(value)]
    if not missing:
        return ""
    if len(missing) == len(series.values) - missing[0]:
        return f"“{series.label}” is no finite number from {figure.x_label} {figure.x_start + missing[0]} on."
    return f"“{series.label}” is no finite number at {len(missing)} of {len(series.values)} points."


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
        return _number(value, digits=4)
    if math.isnan(value):
        return "not a number"
    return "infinite" if value > 0 else "minus infinity"
