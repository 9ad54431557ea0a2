"""Three checks: a public one, a hidden one on drawn input, and one that needs the first."""

import torch

from grader.checks import Probe, check
from grader.expect import expect, expect_close, expect_tensor

WORKED = torch.tensor([1.0, 2.0, 3.0, 4.0])


@check("f at the worked example", points=5)
def worked(submission: Probe, rng: torch.Generator) -> None:
    right = 3 * WORKED**2
    submission.plot("Answer", x_label="element", y_label="value", right=right.tolist())
    actual = expect_tensor(submission.call("f", WORKED), name="f(x)", shape=(4,), dtype=torch.float32)
    ratio = float(actual[0] / right[0])
    expect(ratio in (1.0, 0.0) or ratio != round(ratio), mistake="doubled", times=int(ratio) if ratio == ratio else 0)
    expect_close(actual, right, name="f(x)")


@check("g at drawn values", points=3, hidden=True)
def drawn(submission: Probe, rng: torch.Generator) -> None:
    x = torch.randn(5, generator=rng)
    expect_close(submission.call("g", x), 3 * x**2, name="g(x)")


@check("h, once f is right", points=2, needs=["worked"])
def dependent(submission: Probe, rng: torch.Generator) -> None:
    submission.advise("quiet")
    expect_close(submission.call("h", WORKED), 3 * WORKED**2, name="h(x)")
