"""The 4-32-16-1 network: its weights as one flat tensor, and models in the submission's process that hold them.

Weights are a float64 tensor of shape (705,), in the order of model.parameters(), with values that float32 holds.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, TypeVar

import torch
from torch import Tensor

from grader.checks import Layer, Probe
from grader.errors import Raised, Unmet
from grader.sandbox.values import Handle
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

Result = TypeVar("Result")


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


def drawn_weights(rng: torch.Generator, *, scale: float) -> Tensor:
    """Weights to start from; with scale 1 as nn.Linear draws them, uniform within 1 / sqrt(fan_in)."""
    fans = torch.repeat_interleave(torch.tensor([4, 4, 32, 32, 16, 16]), torch.tensor(COUNTS))
    return ((2 * torch.rand(len(fans), generator=rng) - 1) * scale / fans.sqrt()).double()


def drawn_data(rng: torch.Generator, n: int) -> tuple[Tensor, Tensor]:
    """X and y as make_data should give them."""
    x = torch.randn(n, 4, generator=rng)
    return x, ((x**2).sum(1, keepdim=True) < 2).float()


def weights_of(view: ModuleView) -> Tensor | None:
    """A model's weights, taken by position; None where its Linear layers are not those of 4-32-16-1."""
    if len(view.layers) != len(LAYERS):
        return None
    found = []
    for index, name in ((0, "weight"), (0, "bias"), (2, "weight"), (2, "bias"), (4, "weight"), (4, "bias")):
        tensor = view.layers[index].parameters.get(name)
        if tensor is None or tuple(tensor.shape) != SHAPES[f"{index}.{name}"] or not tensor.is_floating_point():
            return None
        found.append(tensor.detach().double().reshape(-1))
    return torch.cat(found)


def shortfall(view: ModuleView) -> dict[str, Any] | None:
    """What keeps a model from being 4-32-16-1, as the arguments of `fail`; None where nothing does."""
    kinds = [next((kind for kind in KINDS if layer.is_a(kind)), (*layer.bases, "?")[0]) for layer in view.layers]
    found = ", ".join(kinds)
    if kinds != KINDS:
        but_relu = [kind for kind in kinds if kind != "ReLU"]
        if but_relu == ["Linear"] * 3:
            return {"mistake": "missing_sigmoid"}
        if but_relu == ["Linear"] * 3 + ["Sigmoid"] and len(kinds) < len(KINDS):
            return {"mistake": "missing_relu", "found": found}
        return {
            "reason": f"The layers should be {', '.join(KINDS)}, and they are {found or 'none at all'}.",
            "hint": "list(model) must be exactly these six layers, in this order, not nested.",
        }
    sizes = [(layer.sizes.get("in_features"), layer.sizes.get("out_features")) for layer in view.layers[::2]]
    if sizes != [arguments for _, arguments, _ in LAYERS[::2]]:
        return {"mistake": "wrong_widths", "found": ", ".join(f"Linear({i}, {o})" for i, o in sizes)}
    values = [parameter.value for parameter in view.parameters.values()]
    if [tuple(value.shape) for value in values] != list(SHAPES.values()) or weights_of(view) is None:
        return {
            "reason": f"The model should have 705 parameters, and it has {sum(value.numel() for value in values)}.",
            "hint": "Each Linear has a weight and a bias: leave bias=True, and add no other parameters.",
        }
    return _unfit(view)


def _unfit(view: ModuleView) -> dict[str, Any] | None:
    for name, parameter in view.parameters.items():
        if parameter.value.dtype != torch.float32:
            return {
                "reason": f"The parameter {name} is {parameter.value.dtype}; it should be torch.float32.",
                "hint": "Leave out .double() and torch.set_default_dtype: PyTorch's own default is float32.",
            }
        if not parameter.requires_grad:
            return {
                "reason": f"The parameter {name} does not require grad, so no training can change it.",
                "hint": "Leave requires_grad as nn.Linear sets it.",
            }
        if not bool(parameter.value.isfinite().all()):
            return {
                "reason": f"The parameter {name} holds NaN or infinity.",
                "hint": "Leave the start values that nn.Linear draws.",
            }
    return None


def plain_model(submission: Probe, weights: Tensor) -> Handle:
    """An nn.Sequential of PyTorch's own layers with these weights, in train mode."""
    return submission.build(LAYERS, state=_state(SHAPES, weights))


def own_model(submission: Probe, weights: Tensor | None = None) -> Handle | None:
    """A model of the submission's `build_model`, with these weights if any; None where it is no 4-32-16-1."""
    try:
        model = submission.call("build_model")
        if not isinstance(model, Handle) or shortfall(view := submission.module(model)):
            return None
        if weights is not None:
            load(submission, model, view, weights)
    except (Raised, Unmet):
        return None
    return model


def load(submission: Probe, model: Handle, view: ModuleView, weights: Tensor) -> None:
    """Give a 4-32-16-1 model these weights, whatever its parameters are called."""
    submission.call(model, _state(view.parameters, weights), method="load_state_dict", strict=False)


def on_a_model(submission: Probe, weights: Tensor, use: Callable[[Handle], Result]) -> Result:
    """What `use` gives for a plain model with these weights, or, where that raises, for the submission's own.

    A submission whose model has methods of its own, and whose functions call them, is right as well.
    """
    try:
        return use(plain_model(submission, weights))
    except Raised:
        own = own_model(submission, weights)
        if own is None:
            raise
        return use(own)


def _state(names: Any, weights: Tensor) -> dict[str, Tensor]:
    return {name: part.float() for name, part in zip(names, split(weights), strict=True)}
