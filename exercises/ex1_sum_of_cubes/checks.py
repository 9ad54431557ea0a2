import torch
from grader.checks import Probe, check
from grader.expect import expect_close

@check("Worked", points=10)
def worked(submission: Probe, rng: torch.Generator) -> None:
    x = torch.tensor([1.0, 2.0, 3.0, 4.0])
    expect_close(submission.call("gradient_by_autograd", x), 3*x**2)
