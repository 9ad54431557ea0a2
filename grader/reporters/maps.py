"""Maps laid out for drawing: the region in which a classifier says 1, the line that it should follow, points.

Pure arithmetic over `Map`. Lengths are SVG user units, y grows downwards. The region is what lies at or above a half,
each square of the grid cut along a straight line where its corners disagree. There are thousands of squares, most of
them whole or empty: which ones are is told for a row at once, and only those that are cut are looked at one by one.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from grader.model import Map
from grader.reporters.axes import LEFT, TOP, Tick, round_step, written

SIDE = 320.0
RIGHT, BOTTOM = LEFT + SIDE, TOP + SIDE
WIDTH, HEIGHT = RIGHT + 10.0, BOTTOM + 50.0
_HALF = 50  # percent
_INSIDE = bytes(level >= _HALF for level in range(256))  # 1 or 0 for each level
_PIECES = re.compile(rb"\x04+|[\x01-\x03]")  # in a row's squares, by how many of their corners are inside

Spot = tuple[float, float]
Levels = tuple[tuple[int, ...], ...]


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
    pieces = list(_pieces(map_.levels))
    return Chart(
        title=map_.title,
        x_label=map_.x_label,
        y_label=map_.y_label,
        x_ticks=tuple(Tick(_place(map_, mark, 0)[0], written(mark)) for mark in marks),
        y_ticks=tuple(Tick(_place(map_, 0, mark)[1], written(mark)) for mark in marks),
        region="".join([_closed(polygon) for polygon, _ in pieces]),
        boundary="".join([_line(crossed) for _, crossed in pieces if crossed]),
        outline=_closed([f"{_written(x)} {_written(y)}" for x, y in corners]) if corners else "",
        ones=tuple(spot for spot, label in spots if label == 1),
        zeros=tuple(spot for spot, label in spots if label != 1),
        description=map_.summary,
    )


def _place(map_: Map, x: float, y: float) -> Spot:
    """A point of the plane on the drawing; what lies outside of the square is moved to its edge."""
    across = (min(max(x / map_.reach, -1.0), 1.0) + 1) / 2
    up = (min(max(y / map_.reach, -1.0), 1.0) + 1) / 2
    return round(LEFT + across * SIDE, 1), round(BOTTOM - up * SIDE, 1)


def _pieces(levels: Levels) -> Iterator[tuple[list[str], list[str]]]:
    """Of each square of the grid the part in the region, whole ones of a row as one, and where edges are crossed."""
    rows, columns = len(levels), len(levels[0]) if levels else 0
    if rows < 2 or columns < 2:
        return
    xs, ys = _lines(columns, LEFT, SIDE / (columns - 1)), _lines(rows, BOTTOM, -SIDE / (rows - 1))
    # A row is one large number, a byte for each column: so four additions count the corners of all of its squares.
    inside = [int.from_bytes(bytes(row).translate(_INSIDE), "little") for row in levels]
    for row, (below, above) in enumerate(pairwise(inside)):
        corners = (below + (below >> 8) + above + (above >> 8)).to_bytes(columns, "little")[:-1]
        for piece in _PIECES.finditer(corners):
            begin, end = piece.span()
            if corners[begin] < 4:
                yield _cut(begin, row, levels, xs, ys)
                continue
            low, high = ys[row], ys[row + 1]
            yield [f"{xs[begin]} {low}", f"{xs[end]} {low}", f"{xs[end]} {high}", f"{xs[begin]} {high}"], []


def _cut(x: int, y: int, levels: Levels, xs: Sequence[str], ys: Sequence[str]) -> tuple[list[str], list[str]]:
    """The part of a square that is in the region, and where its edges are crossed."""
    wide, high = SIDE / (len(xs) - 1), SIDE / (len(ys) - 1)
    (a, b), (d, c) = levels[y][x : x + 2], levels[y + 1][x : x + 2]
    polygon: list[str] = []
    crossed: list[str] = []
    for here, there, column, row, right, up in (
        (a, b, x, y, 1, 0),
        (b, c, x + 1, y, 0, 1),
        (c, d, x + 1, y + 1, -1, 0),
        (d, a, x, y + 1, 0, -1),
    ):
        if here >= _HALF:
            polygon.append(f"{xs[column]} {ys[row]}")
        if (here >= _HALF) != (there >= _HALF):
            share = (_HALF - 0.5 - here) / (there - here)  # between 49, which is out, and 50, which is in
            if right:
                spot = f"{_written(LEFT + (column + share * right) * wide)} {ys[row]}"
            else:
                spot = f"{xs[column]} {_written(BOTTOM - (row + share * up) * high)}"
            polygon.append(spot)
            crossed.append(spot)
    return polygon, crossed


@lru_cache(maxsize=8)
def _lines(count: int, start: float, step: float) -> tuple[str, ...]:
    """Where the lines of the grid are: the same in all maps of an exercise."""
    return tuple(_written(start + number * step) for number in range(count))


def _written(length: float) -> str:
    return f"{length:.1f}".removesuffix(".0")


def _closed(corners: Sequence[str]) -> str:
    return f"M{'L'.join(corners)}Z"


def _line(spots: Sequence[str]) -> str:
    """A segment for each two spots: a square may be cut twice."""
    return "M%sL%s" * (len(spots) // 2) % tuple(spots)
