"""The 4-32-16-1 network: its weights as one flat tensor, what it computes, and whether a model is one.

Weights are a float64 tensor of shape (705,), in the order of model.parameters(), with values that float32 holds.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor

from grader.checks import Layer
from grader.expect import expect, fail
from grader.views import ModuleView

LAYERS: tuple[Layer, ...] = (
    ("Linear", (4, 32), {}), ("ReLU", (), {}),
    ("Linear", (32, 16), {}), ("ReLU", (), {}),
    ("Linear", (16, 1), {}), ("Sigmoid", (), {}),
)  # fmt: skip
KINDS = [name for name, _, _ in LAYERS]
SHAPES = {
    "0.weight": (32, 4), "0.bias": (32,),
    "2.weight": (16, 32), "2.bias": (16,),
    "4.weight": (1, 16), "4.bias": (1,),
}  # fmt: skip
COUNTS = [math.prod(shape) for shape in SHAPES.values()]


def split(weights: Tensor) -> list[Tensor]:
    """The flat tensor as the six parameters."""
    return [part.view(shape) for part, shape in zip(torch.split(weights, COUNTS), SHAPES.values(), strict=True)]


def logits(weights: Tensor, x: Tensor) -> Tensor:
    """What the last Linear gives for x (n, 4): (n, 1), in the dtype of the weights."""
    w1, b1, w2, b2, w3, b3 = split(weights)
    return ((x.to(weights.dtype) @ w1.T + b1).relu() @ w2.T + b2).relu() @ w3.T + b3


def outputs(weights: Tensor, x: Tensor) -> Tensor:
    """What the network gives: probabilities (n, 1)."""
    return logits(weights, x).sigmoid()


def share_right(p: Tensor, y: Tensor) -> float:
    """The accuracy of outputs p (n, 1) with labels y (n, 1)."""
    return float(((p > 0.5) == (y > 0.5)).double().mean())


def drawn_weights(rng: torch.Generator, *, scale: float) -> Tensor:
    """Weights to start from; with scale 1 as nn.Linear draws them, uniform within 1 / sqrt(fan_in)."""
    fans = torch.repeat_interleave(torch.tensor([4, 4, 32, 32, 16, 16]), torch.tensor(COUNTS))
    return ((2 * torch.rand(len(fans), generator=rng) - 1) * scale / fans.sqrt()).double()


def weights_of(view: ModuleView) -> Tensor | None:
    """A model's weights, taken by position; None where its Linear layers are not those of 4-32-16-1."""
    if len(view.layers) != len(LAYERS):
        return None
    found = []
    for name, shape in SHAPES.items():
        index, kind = name.split(".")
        tensor = view.layers[int(index)].parameters.get(kind)
        if tensor is None or tuple(tensor.shape) != shape or not tensor.is_floating_point():
            return None
        found.append(tensor.detach().double().reshape(-1))
    return torch.cat(found)


def expect_network(view: ModuleView) -> Tensor:
    """The model is 4-32-16-1, float32, and can be trained. Gives its weights."""
    kinds = [next((kind for kind in KINDS if layer.is_a(kind)), (*layer.bases, "?")[0]) for layer in view.layers]
    but_relu, found = [kind for kind in kinds if kind != "ReLU"], ", ".join(kinds)
    expect(but_relu != ["Linear"] * 3, mistake="missing_sigmoid")
    fewer = but_relu == ["Linear"] * 3 + ["Sigmoid"] and len(kinds) < len(KINDS)
    expect(not fewer, mistake="missing_relu", found=found)
    expect(
        kinds == KINDS,
        f"The layers should be {', '.join(KINDS)}, and they are {found or 'none at all'}.",
        hint="list(model) must be exactly these six layers, in this order, not nested.",
    )
    sizes = [(layer.sizes.get("in_features"), layer.sizes.get("out_features")) for layer in view.layers[::2]]
    widths = ", ".join(f"Linear({i}, {o})" for i, o in sizes)
    expect(sizes == [arguments for _, arguments, _ in LAYERS[::2]], mistake="wrong_widths", found=widths)
    weights, values = weights_of(view), [parameter.value for parameter in view.parameters.values()]
    if weights is None or [tuple(value.shape) for value in values] != list(SHAPES.values()):
        fail(
            f"The model should have 705 parameters, and it has {sum(value.numel() for value in values)}.",
            hint="Each Linear has a weight and a bias: leave bias=True, and add no other parameters.",
        )
    for name, parameter in view.parameters.items():
        expect(
            parameter.value.dtype == torch.float32,
            f"The parameter {name} is {parameter.value.dtype}; it should be torch.float32.",
            hint="Leave out .double() and torch.set_default_dtype: PyTorch's own default is float32.",
        )
        expect(
            parameter.requires_grad,
            f"The parameter {name} does not require grad, so no training can change it.",
            hint="Leave requires_grad as nn.Linear sets it.",
        )
        expect(
            bool(parameter.value.isfinite().all()),
            f"The parameter {name} holds NaN or infinity.",
            hint="Leave the start values that nn.Linear draws.",
        )
    return weights
