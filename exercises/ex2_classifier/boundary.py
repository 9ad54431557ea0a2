"""Where a trained model says 1, in the plane through the origin in which the last two components are 0.

The circle and the rule are the statement's. The points are drawn from a seed of their own: no check uses them.
"""

from __future__ import annotations

import math
from functools import lru_cache

import torch
from torch import Tensor

from grader.checks import Probe

from .data import drawn_data
from .network import outputs

REACH = 2.4  # the circle has radius 1.41
STEPS = 41  # points of the grid along each side; between them the line is drawn straight
NEAR = 0.12  # squared distance from the plane up to which a point is shown
MOST_POINTS = 40


def show_boundary(submission: Probe, weights: Tensor) -> None:
    """Draw where the network with these weights says 1, beside the circle inside which it should."""
    plane, right, circle, points, labels = _scene()
    p = outputs(weights.float(), plane).reshape(STEPS, STEPS)  # for a picture that is close enough
    said = p > 0.5
    summary = (
        f"In this plane your model says 1 on {float(said.double().mean()):.0%} of the square, and it should on"
        f" {float(right.double().mean()):.0%}. It is right on {float((said == right).double().mean()):.0%} of it."
    )
    submission.map(
        "Where your model says 1 (x3 = x4 = 0)",
        p,
        x_label="x1",
        y_label="x2",
        reach=REACH,
        outline=circle,
        points=points,
        labels=labels,
        summary=summary,
    )


@lru_cache(maxsize=1)
def _scene() -> tuple[Tensor, Tensor, Tensor, Tensor, Tensor]:
    """The grid (n, 4), what is right on it, the circle (m, 2), and some points near the plane with their labels."""
    axis = torch.linspace(-REACH, REACH, STEPS)
    y, x = torch.meshgrid(axis, axis, indexing="ij")
    plane = torch.stack([x, y, torch.zeros_like(x), torch.zeros_like(x)], dim=-1).reshape(-1, 4)
    angles = torch.linspace(0, 2 * math.pi, 61, dtype=torch.float64)[:-1]
    circle = math.sqrt(2) * torch.stack([angles.cos(), angles.sin()], dim=1)
    points, labels = drawn_data(torch.Generator().manual_seed(0), 1000)
    shown = ((points[:, 2:] ** 2).sum(1) < NEAR) & (points[:, :2].abs().amax(1) < REACH)
    return plane, x**2 + y**2 < 2, circle, points[shown, :2][:MOST_POINTS], labels[shown, 0][:MOST_POINTS]
