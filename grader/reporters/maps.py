"""Maps laid out for drawing: the region in which a classifier says 1, the line that it should follow, points.

Pure arithmetic over `Map`. Lengths are SVG user units, y grows downwards. The region is what lies at or above a half,
each square of the grid cut along a straight line where its corners disagree.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

from grader.model import Map
from grader.reporters.axes import LEFT, TOP, Tick, round_step, written

SIDE = 320.0
RIGHT, BOTTOM = LEFT + SIDE, TOP + SIDE
WIDTH, HEIGHT = RIGHT + 10.0, BOTTOM + 50.0
_HALF = 50  # percent

Spot = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Chart:
    """A map, laid out: SVG paths, and the points of either label."""

    title: str
    x_label: str
    y_label: str
    x_ticks: tuple[Tick, ...]
    y_ticks: tuple[Tick, ...]
    region: str
    boundary: str
    outline: str
    ones: tuple[Spot, ...]
    zeros: tuple[Spot, ...]
    description: str


def lay_out(map_: Map) -> Chart:
    """`map_` as a `Chart`."""
    step = round_step(map_.reach / 3)
    marks = [count * step for count in range(-math.floor(map_.reach / step), math.floor(map_.reach / step) + 1)]
    spots = [(_place(map_, point.x, point.y), point.label) for point in map_.points]
    corners = [_place(map_, x, y) for x, y in map_.outline]
    cells = list(_cells(map_.levels))
    return Chart(
        title=map_.title,
        x_label=map_.x_label,
        y_label=map_.y_label,
        x_ticks=tuple(Tick(_place(map_, mark, 0)[0], written(mark)) for mark in marks),
        y_ticks=tuple(Tick(_place(map_, 0, mark)[1], written(mark)) for mark in marks),
        region="".join(_closed(polygon) for polygon, _ in cells if polygon),
        boundary="".join(_line(cut) for _, cut in cells if cut),
        outline=_closed(corners) if corners else "",
        ones=tuple(spot for spot, label in spots if label == 1),
        zeros=tuple(spot for spot, label in spots if label != 1),
        description=map_.summary,
    )


def _place(map_: Map, x: float, y: float) -> Spot:
    """A point of the plane on the drawing; what lies outside of the square is moved to its edge."""
    across, up = ((min(max(value / map_.reach, -1.0), 1.0) + 1) / 2 for value in (x, y))
    return round(LEFT + across * SIDE, 1), round(BOTTOM - up * SIDE, 1)


def _cells(levels: tuple[tuple[int, ...], ...]) -> Iterator[tuple[list[Spot], list[Spot]]]:
    """Of each square of the grid the part in the region, whole ones of a row as one, and the line that cuts it."""
    rows, columns = len(levels), len(levels[0]) if levels else 0
    if rows < 2 or columns < 2:
        return
    wide, high = SIDE / (columns - 1), SIDE / (rows - 1)
    for row in range(rows - 1):
        begun = None  # where a run of whole squares begins
        for column in range(columns):
            around = [(column, row), (column + 1, row), (column + 1, row + 1), (column, row + 1)]
            inside = [levels[y][x] >= _HALF for x, y in around] if column < columns - 1 else [False]
            if all(inside):
                begun = column if begun is None else begun
                continue
            if begun is not None:
                run = [(begun, row), (column, row), (column, row + 1), (begun, row + 1)]
                yield [_on_paper(x, y, wide, high) for x, y in run], []
                begun = None
            if any(inside):
                yield _cut(around, levels, wide, high)


def _cut(
    around: list[tuple[int, int]], levels: tuple[tuple[int, ...], ...], wide: float, high: float
) -> tuple[list[Spot], list[Spot]]:
    """The part of a square that is in the region, and where its edges are crossed."""
    polygon: list[Spot] = []
    crossed: list[Spot] = []
    for (x, y), (next_x, next_y) in zip(around, [*around[1:], around[0]], strict=True):
        here, there = levels[y][x], levels[next_y][next_x]
        if here >= _HALF:
            polygon.append(_on_paper(x, y, wide, high))
        if (here >= _HALF) != (there >= _HALF):
            share = (_HALF - 0.5 - here) / (there - here)  # between 49, which is out, and 50, which is in
            spot = _on_paper(x + share * (next_x - x), y + share * (next_y - y), wide, high)
            polygon.append(spot)
            crossed.append(spot)
    return polygon, crossed


def _on_paper(column: float, row: float, wide: float, high: float) -> Spot:
    return round(LEFT + column * wide, 1), round(BOTTOM - row * high, 1)


def _closed(corners: list[Spot]) -> str:
    return "M" + "L".join(f"{x:g} {y:g}" for x, y in corners) + "Z"


def _line(spots: list[Spot]) -> str:
    """A segment for each two spots: a square may be cut twice."""
    return "".join(f"M{a[0]:g} {a[1]:g}L{b[0]:g} {b[1]:g}" for a, b in zip(spots[::2], spots[1::2], strict=True))
