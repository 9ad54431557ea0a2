"""Runs of the submission's train, held to the training that is computed here; where one goes astray, why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import torch
from torch import Tensor

from grader.checks import Probe
from grader.expect import expect, expect_floats, fail
from grader.showing import describe

from .models import call_on_a_model, expect_trained, plain_model, weights_after
from .network import SHAPES, outputs, split
from .training import BCE, OTHER_LOSSES, Course, Loss, Task, arrived, mistaken

LOSSES_CLOSE = 3e-4  # relative: room for losses rounded to four places


def train(submission: Probe, task: Task) -> Course:
    """Where the submission's train leads."""
    called = call_on_a_model(submission, "train", task.start, task.x, task.y, task.epochs, task.lr)
    return Course(expect_trained(weights_after(called)), called.answer)


def expect_training(submission: Probe, task: Task, right: Course) -> None:
    """train moves the weights as Adam does, by the `right` course; else the mistake whose course it took is named."""
    run = train(submission, task)
    if arrived(task, run.weights, right):
        return
    if torch.equal(run.weights, task.start):
        longer = train(submission, replace(task, epochs=3))
        expect(not torch.equal(longer.weights, task.start), mistake=standstill(longer.losses))
    for mistake, course, values in mistaken(task):
        expect(not arrived(task, run.weights, course), mistake=mistake, **values)
    name_the_batches(submission, task)
    parts = zip(SHAPES, split(run.weights == task.start), strict=True)
    still = ", ".join(f"model[{name.replace('.', '].')}" for name, part in parts if bool(part.all()))
    expect(not still, mistake="partly_trained", still=still)
    fail(
        f"After {count_epochs(task.epochs)} the weights are not where Adam takes them.",
        hint="In each epoch: one forward pass on all of X, BCELoss, zero_grad, backward, and one step of "
        "torch.optim.Adam(model.parameters(), lr=lr), its other settings left alone.",
    )


def expect_losses(submission: Probe, task: Task, right: Course) -> None:
    """The losses are those of the training's own path before each step, be it the `right` course or another one.

    Where it is another one, trainings of 1, 2, ... epochs show what the path is.
    """
    last = train(submission, task)
    if arrived(task, last.weights, right) and reports(last, right.losses):
        return
    runs = [*(train(submission, replace(task, epochs=epochs)) for epochs in range(1, task.epochs)), last]
    got = torch.tensor(expect_lists(submission, task, [run.losses for run in runs]))
    path = [task.start, *(run.weights for run in runs)]
    if same_losses(got, along(path[:-1], task)):
        return
    if torch.equal(path[0], path[-1]):
        mistake = standstill(runs[-1].losses)
        expect(mistake == "no_step", mistake=mistake)
    else:
        for mistake, loss in OTHER_LOSSES.items():
            expect(not same_losses(got, along(path[:-1], task, loss)), mistake=mistake)
        expect(not same_losses(got, along(path[1:], task)), mistake="loss_after_step")
        name_the_batches(submission, task)
    fail(
        "The losses are not the BCE losses of the weights that each epoch starts from.",
        hint="In each epoch: forward, loss, append loss.item(), then zero_grad, backward, step.",
        detail=f"Expected {along(path[:-1], task).tolist()}, got {got.tolist()}.",
    )


def reports(run: Course, losses: list[float]) -> bool:
    """Whether a training returned a list of just these losses."""
    is_list = isinstance(run.losses, (list, tuple)) and all(isinstance(each, float) for each in run.losses)
    return is_list and len(run.losses) == len(losses) and same_losses(torch.tensor(run.losses), torch.tensor(losses))


def expect_lists(submission: Probe, task: Task, returned: Sequence[Any]) -> list[float]:
    """Trainings of 1, 2, ... epochs return lists with one Python float per epoch. Gives that of the last one."""
    epochs = range(1, len(returned) + 1)
    if all(_holds_losses(losses) for losses in returned):
        if [len(losses) for losses in returned] != list(epochs):
            name_the_batches(submission, task)
        last = returned[-1]
        tensors = len(last) > 0 and all(isinstance(each, Tensor) and each.numel() == 1 for each in last)
        expect(not tensors, mistake="loss_tensors")
    elif isinstance(returned[0], tuple):
        came = describe(returned[0])
        fail(f"train should return the losses alone, and it returned {came}.", hint="End with return losses.")
    lists = zip(returned, epochs, strict=True)
    return [expect_floats(losses, name="What train returns", length=length) for losses, length in lists][-1]


def _holds_losses(value: Any) -> bool:
    return isinstance(value, (list, tuple)) and all(isinstance(each, (float, Tensor)) for each in value)


def along(path: Sequence[Tensor], task: Task, loss: Loss = BCE) -> Tensor:
    """The loss of each of these weights on the task's data."""
    values = [loss.value(outputs(weights, task.x), task.y.double()) for weights in path]
    return torch.stack(values).float()


def same_losses(got: Tensor, expected: Tensor) -> bool:
    """Whether the losses agree."""
    return bool(torch.isclose(got, expected, rtol=LOSSES_CLOSE, atol=0).all())


def standstill(reported: Any) -> str:
    """Why a training leaves the weights as they were, judging by its losses."""
    values = reported if isinstance(reported, (list, tuple)) else []
    plain = [each.item() if isinstance(each, Tensor) and each.numel() == 1 else each for each in values]
    numbers = {number for number in plain if isinstance(number, (int, float))}
    if numbers == {0}:
        return "cross_entropy"
    return "no_step" if len(numbers) <= 1 else "trains_other_model"


def name_the_batches(submission: Probe, task: Task) -> None:
    """Fail with what the number of forward passes gives away, in trainings of one and of two epochs."""
    once, twice = (forward_passes(submission, replace(task, epochs=epochs)) for epochs in (1, 2))
    if 0 < once == twice < 1000:  # no more than 1000 are noted
        fail(mistake="epochs_ignored", ran=count_epochs(once))
    if once != 1 and twice == once + 1:
        fail(mistake="epochs_miscounted", ran="no step" if once == 0 else f"{once} steps")
    if once > 1 and twice == 2 * once:
        fail(mistake="mini_batches", batches=once)


def forward_passes(submission: Probe, task: Task) -> int:
    """How often train runs the model with autograd recording."""
    model = plain_model(submission, task.start)
    submission.watch(model)
    if submission.raises("train", model, task.x, task.y, task.epochs, task.lr):
        return 0
    return sum(seen["grad"] for seen in submission.forwards(model))


def count_epochs(count: int) -> str:
    """The number in words."""
    return "1 epoch" if count == 1 else f"{count} epochs"
