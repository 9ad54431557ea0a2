"""Runs of the submission's train_on, held to the training that is computed here; where one goes astray, why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

import numpy as np
import torch
from torch import Tensor

from grader.checks import Probe
from grader.expect import expect, expect_finite, expect_floats, fail
from grader.sandbox.values import Handle, NumpyScalar
from grader.views import ModuleView

from .places import answer_of, is_at
from .training import LR, Course, Task, adam, adamw, gap, sgd

# Relative. Measured over 60 seeds: another summation order moves a loss by 3e-7 at most, and TF32 matrix products,
# which a program may switch on for its GPU, by 6e-4. Taking the loss one step later moves it by 1e-2.
LOSS_TOLERANCE = 1e-3
EXACT = 1e-5  # likewise: so close, it is the right course

FIRST_LOSS_HINT = "Take BCELoss of model(X) against y over all points at once, before the step and in train mode."
LATER_LOSS_HINT = "Each epoch is one step of torch.optim.Adam with the given lr, over all points at once."
OTHER_TENSORS = "After train_on the model no longer has the parameters and buffers that it came with."


def train(there: Probe, task: Task, device: torch.device | str, *, watched: bool = False) -> tuple[Handle, Any]:
    """Have the submission train a fresh model: the model, and what train_on returned."""
    model = there.build(task.layers, state=task.state)
    if watched:
        there.watch(model)
    return model, answer_of(there, "train_on", device, model, task.X, task.y, *task.settings)


def expect_training(there: Probe, task: Task, device: torch.device | str) -> None:
    """The submission's training on `device` follows the one computed here, and it is the given model that learns."""
    model, answer = train(there, task, device, watched=True)
    losses = as_numbers(answer, length=task.epochs)
    after = there.module(model)
    used = Counter(one["device"] for one in there.forwards(model) if one["grad"] and one["device"])
    expect_place(used, after, device)
    weights = weights_of(after, task)
    untouched = all(value.equal(task.state[name]) for name, value in weights.items())
    if untouched and max(losses) - min(losses) <= 1e-5 * abs(losses[0]):
        explain_standstill(there, after, device, used)
    right = task.course(adam)
    expect_losses(losses, right, task)
    if untouched:
        fail(mistake="trained_a_copy")
    expect_weights(weights, right, task)


def as_numbers(losses: Any, *, length: int) -> list[float]:
    """The losses as floats, whatever kind of number they are: that they are floats is a check of its own."""
    if isinstance(losses, (Tensor, np.ndarray)) and losses.ndim == 1:
        losses = losses.tolist()
    if isinstance(losses, (list, tuple)):
        losses = [_number(one) for one in losses]
    return expect_floats(losses, name="The list that train_on returns", length=length)


def _number(value: Any) -> Any:
    if isinstance(value, NumpyScalar):
        return value.value
    return value.item() if isinstance(value, (Tensor, np.ndarray)) and value.shape in ((), (1,)) else value


def expect_place(used: Counter[str], after: ModuleView, device: torch.device | str) -> None:
    """Most forward passes that autograd recorded ran on `device`. A model run layer by layer records none."""
    elsewhere = Counter({place: times for place, times in used.items() if not is_at(place, device)})
    if elsewhere.total() * 2 > used.total():
        arrived = all(is_at(view.device, device) for view in after.parameters.values())
        mistake = "moved_too_late" if arrived else "device_ignored"
        fail(mistake=mistake, asked=device, used=elsewhere.most_common(1)[0][0])


def explain_standstill(there: Probe, after: ModuleView, device: torch.device | str, used: Counter[str]) -> None:
    """Losses and weights have not moved: did the optimizer hold other tensors, or was there no step?"""
    has_gradients = any(view.grad is not None and bool(view.grad.any()) for view in after.parameters.values())
    arrived = any(is_at(view.device, device) for view in after.parameters.values())
    other_model = any(is_at(place, device) for place in used) and not arrived
    if other_model or (has_gradients and ".step" in there.facts.refers("train_on")):
        fail(mistake="optimizer_elsewhere")
    fail(
        "The loss is the same in every epoch, and the weights of the model are as they came.",
        hint="Each epoch needs zero_grad(), the forward pass, backward() and step(), in this order, "
        "and an optimizer with the parameters of the very model that the loop calls.",
    )


def expect_losses(losses: list[float], right: Course, task: Task) -> None:
    """The losses follow the right course, and are not ten times closer to that of a known mistake."""
    off = gap(losses, right.losses)
    if off <= EXACT:
        return
    images: list[tuple[str, list[float], dict[str, str]]] = [
        ("not_adam", task.course(sgd).losses, {"used": "SGD"}),
        ("not_adam", task.course(adamw).losses, {"used": "AdamW"}),
        ("never_zeroed", task.course(adam, zeroed=False).losses, {}),
        ("loss_after_step", [*right.losses[1:], right.last], {}),
        ("lr_ignored", task.course(adam, lr=LR).losses, {}),
    ]
    for mistake, image, values in images:
        if gap(losses, image) <= LOSS_TOLERANCE and 10 * gap(losses, image) < off:
            fail(mistake=mistake, **values)
    if off <= LOSS_TOLERANCE:
        return
    pairs = zip(losses, right.losses, strict=True)
    epoch = next(number for number, (loss, due) in enumerate(pairs, 1) if gap([loss], [due]) > LOSS_TOLERANCE)
    fail(
        f"The losses are not those of the same training on the CPU: they differ from epoch {epoch} on.",
        detail=f"Epoch {epoch}: expected {right.losses[epoch - 1]:.6f}, got {losses[epoch - 1]:.6f}.",
        hint=FIRST_LOSS_HINT if epoch == 1 else LATER_LOSS_HINT,
    )


def weights_of(after: ModuleView, task: Task) -> dict[str, Tensor]:
    """The parameters by name, each a tensor of the shape it came with, as float32."""
    shapes = {name: value.shape for name, value in task.network(task.state).named_parameters()}
    weights = {name: view.value for name, view in after.parameters.items()}
    same = {name: value.shape for name, value in weights.items()} == shapes
    expect(same, OTHER_TENSORS, hint="Train the model as it is.")
    for name, value in weights.items():
        expect_finite(value, name=f"After train_on the model's {name}")
    return {name: value.to(torch.float32) for name, value in weights.items()}


def expect_weights(weights: Mapping[str, Tensor], right: Course, task: Task) -> None:
    """The weights left in the model are as good as the right ones: their loss is recomputed here."""
    last = task.loss({**task.state, **weights})
    expect(
        gap([last], [right.last]) <= LOSS_TOLERANCE,
        "The losses are right, but the weights of the model afterwards are not those of the last step.",
        detail=f"Expected a loss of {right.last:.6f} after training, and with these weights it is {last:.6f}.",
        hint="Leave the model as the last optimizer step made it.",
    )
