"""Models in the submission's process: those of its build_model, and plain ones with weights of ours."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from torch import Tensor

from grader.checks import Probe
from grader.errors import Raised, Unmet
from grader.expect import CheckFailed, expect, fail
from grader.sandbox.values import Handle
from grader.showing import describe
from grader.views import ModuleView

from .network import LAYERS, SHAPES, expect_network, split, weights_of

Result = TypeVar("Result")


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
        return use(own[0])


def call_on_a_model(submission: Probe, function: str, weights: Tensor, *arguments: Any) -> tuple[Any, Tensor | None]:
    """What a function gives for a model with these weights as in `on_a_model`, and the model's weights after it.

    None where the model is no 4-32-16-1 any more.
    """
    try:
        answer, after = submission.call_on_model(function, LAYERS, *arguments, weights=weights.float())
    except Raised:
        own = own_model(submission, weights)
        if own is None:
            raise
        return submission.call(function, own[0], *arguments), weights_of(submission.module(own[0]))
    return answer, after.double() if after.shape == weights.shape and after.is_floating_point() else None


def trained_weights(submission: Probe, model: Handle) -> Tensor:
    """The weights that train has left in a model."""
    return expect_trained(weights_of(submission.module(model)))


def expect_trained(weights: Tensor | None) -> Tensor:
    """The weights that train has left are those of a 4-32-16-1, and finite."""
    if weights is None:
        fail("train has changed the layers of the model.", hint="Only the weights may change.")
    finite = bool(weights.isfinite().all())
    expect(finite, "After training the weights are NaN or infinite.", hint="Print the losses: where do they explode?")
    return weights


def _state(names: Iterable[str], weights: Tensor) -> dict[str, Tensor]:
    return {name: part.float() for name, part in zip(names, split(weights), strict=True)}
