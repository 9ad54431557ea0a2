"""Models in the submission's process: those of its build_model, and plain ones with weights of ours."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import torch
from torch import Tensor

from grader.checks import Probe
from grader.errors import Raised, Unmet
from grader.expect import CheckFailed, expect, fail
from grader.sandbox.values import Handle
from grader.showing import describe
from grader.views import ModelCall, ModuleView

from .network import COUNTS, LAYERS, SHAPES, expect_network, split, weights_of


def expect_sequential(submission: Probe, model: Any) -> ModuleView:
    """What build_model returned, as a view."""
    expected = "build_model() should return an nn.Sequential, and it returned"
    hint = "Build nn.Sequential(...) from the six layers and return it."
    if not isinstance(model, Handle):
        fail(f"{expected} {describe(model)}.", hint=hint)
    try:
        view = submission.module(model)
    except Raised:
        if model.type.endswith("Sequential"):  # such as one with lazy layers: torch's own message says more
            raise
        fail(f"{expected} {describe(model)}.", hint=hint)
    expect(view.is_sequential, mistake="not_sequential")
    return view


def plain_model(submission: Probe, weights: Tensor) -> Handle:
    """An nn.Sequential of PyTorch's own layers with these weights, in train mode."""
    return submission.build(LAYERS, state=_state(SHAPES, weights))


def own_model(submission: Probe, weights: Tensor | None = None) -> tuple[Handle, Tensor] | None:
    """A model of the submission's `build_model`, with these weights if any, and its weights.

    None where it is no 4-32-16-1.
    """
    try:
        model = submission.call("build_model")
        if not isinstance(model, Handle):
            return None
        view = submission.module(model)
        found = expect_network(view)
        if weights is not None:
            load(submission, model, view, weights)
    except (Raised, Unmet, CheckFailed):
        return None
    return model, found if weights is None else weights


def load(submission: Probe, model: Handle, view: ModuleView, weights: Tensor) -> None:
    """Give a 4-32-16-1 model these weights, whatever its parameters are called."""
    submission.call(model, _state(view.parameters, weights), method="load_state_dict", strict=False)


def call_on_a_model(
    submission: Probe, function: str, weights: Tensor, *arguments: Any, watched: bool = False
) -> ModelCall:
    """What a function gives for a plain model with these weights, or, where that raises, for the submission's own.

    A submission whose model has methods of its own, and whose functions call them, is right as well.
    """
    try:
        return submission.call_on_model(function, LAYERS, *arguments, weights=weights.float(), watched=watched)
    except Raised:
        own = own_model(submission, weights)
        if own is None:
            raise
        return _call_on(submission, function, own[0], *arguments, watched=watched)


def _call_on(submission: Probe, function: str, model: Handle, *arguments: Any, watched: bool) -> ModelCall:
    if watched:
        submission.watch(model)
    answer = submission.call(function, model, *arguments)
    view = submission.module(model)
    after = [parameter.value.reshape(-1) for parameter in view.parameters.values()]
    return ModelCall(
        answer=answer,
        weights=torch.cat(after) if after else torch.empty(0),
        has_gradients=any(parameter.grad is not None for parameter in view.parameters.values()),
        training=view.training,
        forwards=tuple(submission.forwards(model)) if watched else (),
    )


def trained_weights(submission: Probe, model: Handle) -> Tensor:
    """The weights that train has left in a model."""
    return expect_trained(weights_of(submission.module(model)))


def weights_after(call: ModelCall) -> Tensor | None:
    """The weights that a call has left in a 4-32-16-1; None where it is none any more."""
    is_one = call.weights.shape == (sum(COUNTS),) and call.weights.is_floating_point()
    return call.weights.double() if is_one else None


def expect_trained(weights: Tensor | None) -> Tensor:
    """The weights that train has left are those of a 4-32-16-1, and finite."""
    if weights is None:
        fail("train has changed the layers of the model.", hint="Only the weights may change.")
    finite = bool(weights.isfinite().all())
    expect(finite, "After training the weights are NaN or infinite.", hint="Print the losses: where do they explode?")
    return weights


def _state(names: Iterable[str], weights: Tensor) -> dict[str, Tensor]:
    return {name: part.float() for name, part in zip(names, split(weights), strict=True)}
