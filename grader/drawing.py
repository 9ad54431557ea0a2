"""What is to be seen in a report, as data: figures and maps made from numbers, in the trusted process."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch

from grader.model import Figure, Look, Map, Point, Series
from grader.views import numbers


def figure_of(title: str, series: Mapping[str, Any], *, x_label: str, y_label: str, x_start: int, look: Look) -> Figure:
    """A figure whose series are labelled by their keys, with spaces for underscores.

    A series may be whatever the submission returned: what is no list of numbers is drawn as far as it is one.
    """
    lines = tuple(Series(label=label.replace("_", " "), values=numbers(values)) for label, values in series.items())
    return Figure(title=title, x_label=x_label, y_label=y_label, x_start=x_start, series=lines, look=look)


def map_of(
    title: str,
    probabilities: torch.Tensor,
    *,
    x_label: str,
    y_label: str,
    reach: float,
    outline: torch.Tensor,
    points: torch.Tensor,
    labels: torch.Tensor,
    summary: str,
) -> Map:
    """A map of `probabilities` (rows, columns); NaN counts as 0. `outline` (m, 2), `points` (n, 2), `labels` (n,)."""
    percent = probabilities.detach().double().nan_to_num(0.0).clamp(0, 1).mul(100).round().int()
    marks = zip(points.tolist(), labels.tolist(), strict=True)
    return Map(
        title=title,
        x_label=x_label,
        y_label=y_label,
        reach=reach,
        levels=tuple(map(tuple, percent.tolist())),
        outline=tuple((round(x, 3), round(y, 3)) for x, y in outline.tolist()),
        points=tuple(Point(x=round(x, 3), y=round(y, 3), label=int(label)) for (x, y), label in marks),
        summary=summary,
    )
