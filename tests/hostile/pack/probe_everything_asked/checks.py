"""Checks that ask a child for everything it can be asked for: tensors, modules, files, forward passes."""

import torch

from grader.checks import Probe, check
from grader.expect import expect, expect_close, expect_float
from grader.sandbox.values import Handle


@check("The tensor is given back untouched", points=3)
def untouched(submission: Probe, rng: torch.Generator) -> None:
    x = torch.randn(4, generator=rng)
    kept = submission.put(x)
    expect_close(submission.call("identity", kept), x, name="identity(x)")
    expect_close(submission.tensor(kept).value, x, name="x afterwards")


@check("The model is a linear layer", points=4)
def model(submission: Probe, rng: torch.Generator) -> None:
    built = submission.call("build_model")
    expect(isinstance(built, Handle), "build_model() should return a model.")
    submission.watch(built)
    x = torch.randn(3, 2, generator=rng)
    answer = submission.call(built, x)
    seen = submission.module(built)
    expect(len(seen.parameters) == 2, "The model should have a weight and a bias.")
    state = submission.state(built)
    expect_close(answer, x @ state["weight"].T + state["bias"], name="The model's answer", tolerance=(1e-5, 1e-5))
    expect(len(submission.forwards(built)) == 1, "The model should have run once.")


@check("The size of a file", points=3)
def size(submission: Probe, rng: torch.Generator) -> None:
    path = submission.write_file("data.bin", b"x" * 123)
    number = expect_float(submission.call("file_size", path), name="file_size(path)")
    expect(number == 123, "The file has another size.")
