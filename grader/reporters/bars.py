"""A distribution laid out for drawing: bars over intervals of whole points.

Pure arithmetic. Lengths are SVG user units, y grows downwards.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

WIDTH, HEIGHT = 640.0, 204.0
TOP, BOTTOM = 30.0, 172.0
MOST_BARS = 12
_GAP = 6.0


@dataclass(frozen=True, slots=True)
class Bar:
    """The scores from one whole number of points, `low`, to another, and how many have one of them."""

    low: int
    label: str
    count: int
    x: float
    y: float
    width: float
    height: float

    @property
    def middle(self) -> float:
        """The x of its middle."""
        return self.x + self.width / 2


def lay_out(scores: Mapping[Decimal, int], max_score: int) -> tuple[Bar, ...]:
    """Bars for how often each score came up, 0 <= score <= `max_score`. A fraction counts as the whole number below."""
    widths = (factor * 10**power for power in itertools.count() for factor in (1, 2, 5))
    step = next(width for width in widths if max_score // width < MOST_BARS)
    counts = [0] * (max_score // step + 1)
    for score, times in scores.items():
        counts[int(score) // step] += times
    most = max(counts) or 1
    slot = WIDTH / len(counts)
    return tuple(
        Bar(
            low=at * step,
            label=_label(at * step, min(at * step + step - 1, max_score)),
            count=times,
            x=round(at * slot + _GAP / 2, 1),
            y=round(BOTTOM - (height := (BOTTOM - TOP) * times / most), 1),
            width=round(slot - _GAP, 1),
            height=round(height, 1),
        )
        for at, times in enumerate(counts)
    )


def _label(low: int, high: int) -> str:
    return str(low) if low == high else f"{low}\u2013{high}"
