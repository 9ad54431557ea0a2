"""The axes of a drawing: which numbers they show, and where a value lies on them.

Pure arithmetic. Lengths are SVG user units, y grows downwards. Any finite float is a possible value.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

WIDTH, HEIGHT = 640.0, 296.0
LEFT, RIGHT, TOP, BOTTOM = 66.0, 510.0, 38.0, 246.0  # the plot itself; labels stand right of it
LABELS = RIGHT + 10
_LOG_FROM_RATIO = 100.0  # above it the smaller of two curves would lie flat on the axis
_SMALLEST_SPAN = 1e-300  # below it, steps between ticks are no normal floats


@dataclass(frozen=True, slots=True)
class Tick:
    """A mark on an axis: its x or y, and its label."""

    at: float
    label: str


@dataclass(frozen=True, slots=True)
class Scale:
    """From values to the y of the plot; `low` and `high` are exponents of ten where `is_log`."""

    low: float
    high: float
    is_log: bool = False

    def y(self, value: float) -> float:
        """Where a value lies."""
        return self.ys([value])[0]

    def ys(self, values: Iterable[float]) -> list[float]:
        """Where each value lies."""
        return self.places(map(math.log10, values) if self.is_log else values)

    def places(self, marks: Iterable[float]) -> list[float]:
        """Where each value lies, or each exponent on a logarithmic axis."""
        # Halved first: the distance of two finite floats may be infinite.
        low, span, height = self.low / 2, self.high / 2 - self.low / 2, BOTTOM - TOP
        return [BOTTOM - (mark / 2 - low) / span * height for mark in marks]


def y_axis(values: Sequence[float]) -> tuple[Scale, tuple[Tick, ...]]:
    """An axis for these values: logarithmic where all are positive and the greatest is over 100 times the least."""
    low, high = (min(values), max(values)) if values else (0.0, 1.0)
    if low > 0 and high / low > _LOG_FROM_RATIO:
        return _log_axis(low, high)
    return linear_axis(low, high)


def _log_axis(low: float, high: float) -> tuple[Scale, tuple[Tick, ...]]:
    first, last = math.floor(math.log10(low)), math.ceil(math.log10(high))
    scale = Scale(first, last, is_log=True)
    exponents = range(first, last + 1, math.ceil((last - first) / 5))
    return scale, tuple(map(Tick, scale.places(exponents), map(_power_of_ten, exponents)))


def linear_axis(low: float, high: float) -> tuple[Scale, tuple[Tick, ...]]:
    """An axis from one value to another, with round numbers on it."""
    largest = max(abs(low), abs(high))
    if high - low <= max(1e-9 * largest, _SMALLEST_SPAN):  # constant, but for rounding
        margin = largest / 2 if largest > _SMALLEST_SPAN else 1.0
        low, high = max(low - margin, -sys.float_info.max), min(high + margin, sys.float_info.max)
    elif 0 < low <= high / 2:
        low = 0.0
    step = round_step((high / 2 - low / 2) / 2)
    marks = [count * step for count in range(math.floor(low / step), math.ceil(high / step) + 1)]
    if not all(math.isfinite(mark) for mark in marks):
        marks = [low, high]
    scale = Scale(marks[0], marks[-1])
    labels = [_tick_label(mark, step, max(map(abs, marks))) for mark in marks]
    return scale, tuple(map(Tick, scale.places(marks), labels))


def round_step(about: float) -> float:
    """The least of 1, 2, 5, 10 times a power of ten that is not below `about`."""
    power = 10.0 ** math.floor(math.log10(about))
    return next((factor * power for factor in (1, 2, 5) if factor * power >= about), 10 * power)


def _tick_label(mark: float, step: float, largest: float) -> str:
    """`mark` with the digits that tell it from its neighbours."""
    if step >= 1e-4 and largest < 1e6:
        return f"{mark:.{max(0, -math.floor(math.log10(step)))}f}"
    return written(mark, digits=math.floor(math.log10(largest) - math.log10(step)) + 2)


def _power_of_ten(exponent: int) -> str:
    return f"{10.0**exponent:g}" if -4 <= exponent <= 4 else f"1e{exponent}"


def written(value: float, *, digits: int = 3) -> str:
    """A number as a person would write it."""
    return f"{value:.{digits}g}".replace("e+", "e")
