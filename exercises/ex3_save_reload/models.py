"""The models of ex3: drawn weights, what models with these weights predict, and models of the submission's own."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import torch
from torch.nn import functional

from grader.checks import Layer, Probe
from grader.errors import Raised, Unmet
from grader.expect import CheckFailed, expect, fail
from grader.sandbox.values import Handle
from grader.showing import describe
from grader.views import ModuleView

Weights = list[torch.Tensor]
State = dict[str, torch.Tensor]

CLOSE = 1e-6  # the contract's tolerance for a difference, absolute
LAYERS: list[Layer] = [
    ("Linear", (4, 32), {}), ("ReLU", (), {}), ("Linear", (32, 16), {}), ("ReLU", (), {}),
    ("Linear", (16, 1), {}), ("Sigmoid", (), {}),
]  # fmt: skip
NAMES = [f"{layer}.{kind}" for layer in (0, 2, 4) for kind in ("weight", "bias")]
SHAPES: list[tuple[int, ...]] = [(32, 4), (32,), (16, 32), (16,), (1, 16), (1,)]
FAN_IN = [4, 4, 32, 32, 16, 16]
WITH_BUFFERS: list[Layer] = [
    ("Linear", (4, 8), {}), ("BatchNorm1d", (8,), {}), ("ReLU", (), {}), ("Dropout", (0.5,), {}),
    ("Linear", (8, 1), {}), ("Sigmoid", (), {}),
]  # fmt: skip
BUFFERS = {"1.running_mean", "1.running_var", "1.num_batches_tracked"}


def draw(rng: torch.Generator) -> Weights:
    """Weights of 4-32-16-1, in order; wide enough that no fresh nn.Linear could have them."""
    scales = (1.2 / fan_in**0.5 for fan_in in FAN_IN)
    return [torch.randn(shape, generator=rng) * scale for shape, scale in zip(SHAPES, scales, strict=True)]


def draw_with_buffers(rng: torch.Generator) -> State:
    """A state of WITH_BUFFERS, in which the running statistics are those of no batch that it is tested on."""
    return {
        "0.weight": torch.randn(8, 4, generator=rng),
        "0.bias": torch.randn(8, generator=rng),
        "1.weight": torch.rand(8, generator=rng) + 0.5,
        "1.bias": torch.randn(8, generator=rng),
        "1.running_mean": torch.randn(8, generator=rng) + 1,
        "1.running_var": torch.rand(8, generator=rng) + 4,
        "1.num_batches_tracked": torch.randint(1, 1000, (), generator=rng),
        "4.weight": torch.randn(1, 8, generator=rng),
        "4.bias": torch.randn(1, generator=rng),
    }


def draw_differing(rng: torch.Generator) -> tuple[Weights, Weights, torch.Tensor]:
    """Two models and an input on which they differ in both directions, clearly most in the negative one."""
    while True:
        a, b, x = draw(rng), draw(rng), torch.randn(30, 4, generator=rng)
        gap = predict(a, x) - predict(b, x)
        if 0.05 < gap.max() < -gap.min() - 0.05:
            return a, b, x


def named(weights: Weights, names: Iterable[str] = NAMES) -> State:
    """The state_dict of a 4-32-16-1 with these weights; its names are those of one without named layers."""
    return dict(zip(names, weights, strict=True))


def predict(weights: Weights, x: torch.Tensor) -> torch.Tensor:
    """What 4-32-16-1 gives for x (n, 4): (n, 1)."""
    w1, b1, w2, b2, w3, b3 = weights
    hidden = torch.relu(torch.relu(x @ w1.T + b1) @ w2.T + b2)
    return torch.sigmoid(hidden @ w3.T + b3)


def predict_with_buffers(state: State, x: torch.Tensor) -> torch.Tensor:
    """What WITH_BUFFERS gives for x (n, 4) in eval mode: (n, 1)."""
    hidden = x @ state["0.weight"].T + state["0.bias"]
    mean, variance = state["1.running_mean"], state["1.running_var"]
    hidden = functional.batch_norm(hidden, mean, variance, state["1.weight"], state["1.bias"])
    return torch.sigmoid(torch.relu(hidden) @ state["4.weight"].T + state["4.bias"])


def near_miss(value: float, a: Weights, b: Weights, x: torch.Tensor) -> str | None:
    """The mistake that gives this value for the difference of these two models on x."""
    gap = predict(a, x) - predict(b, x)
    weights = torch.stack([(one - other).abs().max() for one, other in zip(a, b, strict=True)])
    images = {
        "signed_difference": (gap.max(), -gap.max(), gap.min()),
        "mean_difference": (gap.abs().mean(), gap.mean(), -gap.mean(), (gap**2).mean()),
        "compared_weights": (weights.max(),),
    }
    return next((name for name, them in images.items() if any(abs(value - float(it)) <= CLOSE for it in them)), None)


def same(some: Sequence[torch.Tensor], others: Sequence[torch.Tensor]) -> bool:
    """Whether all are equal, in dtype and bit for bit."""
    return len(some) == len(others) and all(
        one.dtype == other.dtype and torch.equal(one, other) for one, other in zip(some, others, strict=True)
    )


def through_dtype(some: Sequence[torch.Tensor], originals: Sequence[torch.Tensor]) -> torch.dtype | None:
    """The dtype other than float32 that these weights have or were rounded to on their way; None for none."""
    for tensor in some:
        if tensor.is_floating_point() and tensor.dtype != torch.float32:
            return tensor.dtype
    for dtype in (torch.float16, torch.bfloat16):
        if same(some, [t.to(dtype).to(t.dtype) if t.is_floating_point() else t for t in originals]):
            return dtype
    return None


def as_model(
    submission: Probe,
    value: Any,
    *,
    function: str = "load_model",
    hint: str = "Make the model with build_model, and end load_model by returning it.",
) -> tuple[Handle, ModuleView]:
    """What a function returned, if it is an nn.Sequential."""
    sentence = f"{function} should return an nn.Sequential, and it returned {describe(value)}."
    expect(isinstance(value, Handle), sentence, hint=hint)
    try:
        seen = submission.module(value)
    except Raised:  # it has not what a module has
        fail(sentence, hint=hint)
    expect(seen.is_sequential, sentence, hint=hint)
    return value, seen


def weights_of(seen: ModuleView) -> Weights:
    """A model's parameters in order: layers may have names of their own."""
    return [view.value for view in seen.parameters.values()]


def has_shapes(weights: Weights) -> bool:
    """Whether these are weights of 4-32-16-1."""
    return [tensor.shape for tensor in weights] == SHAPES


def built(submission: Probe, weights: Weights) -> Handle:
    """A model of the submission's own build_model, with these weights."""
    model, seen = _just_built(submission)
    set_weights(submission, model, seen, weights)
    return model


def set_weights(submission: Probe, model: Handle, seen: ModuleView, weights: Weights) -> None:
    """Give a model that is in the child these weights, as training would."""
    submission.call(model, named(weights, seen.parameters), method="load_state_dict")


def named_its_way(submission: Probe, weights: Weights) -> State:
    """The state_dict of the submission's own model with these weights: its layers may have names."""
    try:
        _, seen = _just_built(submission)
    except (CheckFailed, Raised, Unmet):
        return named(weights)  # `built` says what is wrong with its build_model
    return named(weights, seen.parameters)


def _just_built(submission: Probe) -> tuple[Handle, ModuleView]:
    """What build_model returns, if it is the stub's model in shape."""
    hint = "Put the stub's build_model back."
    model, seen = as_model(submission, submission.call("build_model"), function="build_model", hint=hint)
    expect(has_shapes(weights_of(seen)), "build_model no longer gives the 4-32-16-1 model.", hint=hint)
    return model, seen
