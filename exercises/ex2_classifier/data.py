"""Data as make_data should give them, and what it does give, held to their distribution and their rule."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from torch import Tensor

from grader.checks import Probe
from grader.expect import expect, expect_tensor, fail
from grader.showing import describe

DEFAULT_N = 1000  # points that make_data gives where it is not told how many
CHANCE = 1e-10  # how often a test of the distribution may refuse data that are drawn right


def drawn_data(rng: torch.Generator, n: int) -> tuple[Tensor, Tensor]:
    """X (n, 4) and y (n, 1) as make_data should give them."""
    x = torch.randn(n, 4, generator=rng)
    return x, ((x**2).sum(1, keepdim=True) < 2).float()


def make_data(submission: Probe, *arguments: int) -> tuple[Any, Any]:
    """The two things that make_data returns. Fails where the number of points is the same for every n."""
    x, y = _pair(submission, *arguments)
    n, *seed = arguments or (DEFAULT_N,)
    if isinstance(x, Tensor) and x.shape[1:] == (4,) and len(x) != n:
        other, _ = _pair(submission, n + 1, *seed)
        expect(getattr(other, "shape", None) != x.shape, mistake="n_ignored", came=len(x))
    return x, y


def _pair(submission: Probe, *arguments: int) -> tuple[Any, Any]:
    value = submission.call("make_data", *arguments)
    if not isinstance(value, (tuple, list)) or len(value) != 2:
        came = describe(value)
        fail(f"make_data should return two tensors, X and y, and it returned {came}.", hint="End with return X, y.")
    x, y = (part.detach() if isinstance(part, Tensor) else part for part in value)
    return x, y


def points(submission: Probe, n: int, *seed: int) -> Tensor:
    """X of make_data, if it is fit to be looked at."""
    return real(make_data(submission, n, *seed)[0], name="X", shape=(n, 4))


def real(value: Any, *, name: str, shape: tuple[int, ...] | None = None) -> Tensor:
    """A tensor of real numbers, in float64; another check looks at its dtype."""
    tensor = expect_tensor(value, name=name, shape=shape)
    expect(not tensor.is_complex(), f"{name} holds complex numbers.", hint="Keep to float32.")
    return tensor.double()


def expect_rule(x: Tensor, y: Tensor) -> None:
    """The labels y (n,) of the points x (n, 4), both float64, follow the rule."""
    sums = (x**2).sum(1)
    clear = (sums - 2).abs() > 1e-4  # nearer than that, the order of a float32 sum may decide
    x, y, sums = x[clear], y[clear], sums[clear]
    right = (sums < 2).double()
    both = 0 < float(right.sum()) < len(right)
    expect(both, "All points of X lie on one side of the rule.", hint="Draw X with torch.randn(n, 4).")
    if not torch.equal(y, right):
        name_the_rule(x, y, sums)
        fail(f"{int((y != right).sum())} of {len(y)} labels do not follow the rule.", hint="(X**2).sum(dim=1) < 2.0")


def name_the_rule(x: Tensor, y: Tensor, sums: Tensor) -> None:
    """Fail with the rule that wrong labels y follow, where it is a known one. `sums` are those of the squares."""
    rules = {
        "labels_inverted": sums >= 2,
        "labels_sum": x.sum(1) < 2,
        "labels_square_of_sum": x.sum(1) ** 2 < 2,
        "labels_abs_sum": x.abs().sum(1) < 2,
        "labels_norm": sums < 4,
    }
    for mistake, rule in rules.items():
        expect(not torch.equal(y, rule.double()), mistake=mistake)
    ones, zeros = sums[y == 1], sums[y == 0]
    binary = len(ones) + len(zeros) == len(y)
    expect(binary, "y should hold only 0.0 and 1.0.", hint="(condition).float() gives these two.")
    mixed = len(ones) > 0 and len(zeros) > 0
    expect(mixed, f"All labels are {float(y[0])}.", hint="About a quarter of them should be 1.0: sum over dim=1.")
    if ones.max() < zeros.min():
        fail(mistake="labels_threshold", threshold=f"{float(ones.max() + zeros.min()) / 2:.2f}")


def expect_normal(x: Tensor) -> None:
    """The entries are standard normal, and independent within a point."""
    entries = x.reshape(-1)
    if distance(entries, torch.special.ndtr) > most_distant(len(entries)):
        low, high = float(entries.min()), float(entries.max())
        if distance(entries, lambda value: (value - low) / (high - low)) < most_distant(len(entries)):
            fail(mistake="uniform_data", low=f"{low:.1f}", high=f"{high:.1f}")
        mean, deviation = float(entries.mean()), float(entries.std())
        fail(
            f"X is not standard normal: its entries have mean {mean:.2f} and standard deviation {deviation:.2f}.",
            hint="torch.randn draws from the standard normal distribution: mean 0, standard deviation 1.",
        )
    squares = (x**2).sum(1)
    if distance(squares, lambda r: 1 - torch.exp(-r / 2) * (1 + r / 2)) > most_distant(len(squares)):  # chi-squared, 4
        fail(
            "The four components of a point are not independent of each other.",
            hint="Draw n times 4 numbers: torch.randn(n, 4).",
        )


def distance(values: Tensor, distribution: Callable[[Tensor], Tensor]) -> float:
    """Kolmogorov and Smirnov's: the greatest gap between the distribution of the values and a given one."""
    expected = distribution(torch.from_numpy(np.sort(values.numpy())))  # in a tenth of the time that torch's takes
    above = torch.arange(1, len(values) + 1, dtype=torch.float64) / len(values)
    return float(torch.maximum((above - expected).abs(), (above - 1 / len(values) - expected).abs()).max())


def most_distant(n: int) -> float:
    """The distance that n right values exceed with probability CHANCE at most (Massart's bound, for every n)."""
    return math.sqrt(math.log(2 / CHANCE) / (2 * n))
