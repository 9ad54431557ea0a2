"""Checks of ex4: the device that is picked, a training that runs where it should, predictions that come back."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import torch
from torch import Tensor

from grader.checks import Probe, check
from grader.errors import Raised
from grader.expect import expect, expect_finite, expect_floats, fail
from grader.showing import describe

from .places import answer_of, is_at
from .runs import LOSS_TOLERANCE, OTHER_TENSORS, expect_training, train
from .training import DENSE, NORMED, Task, gap

OUTPUT_TOLERANCE = 1e-3  # absolute, of probabilities: room for TF32 matrix products
DEVICE_HINT = "Return torch.device(...) with the name of the best device there is, and no number or 0."

# Whether PyTorch was built for a device, and who tells whether there is one.
BUILT_OR_THERE = {
    "torch.backends.cuda.is_built": {"torch.cuda.is_available", "torch.cuda.device_count"},
    "torch.backends.mps.is_built": {"torch.backends.mps.is_available", "torch.mps.is_available"},
}


# pick_device


@check("pick_device gives cuda where there is a CUDA GPU, and cpu where there is nothing else", points=1)
def picks_cuda_or_cpu(submission: Probe, rng: torch.Generator) -> None:
    names = submission.facts.refers("pick_device")
    if any(built in names and not there & names for built, there in BUILT_OR_THERE.items()):
        submission.advise("built_or_there")
    expect_pick(submission, cuda=True, mps=False, wanted="cuda")
    expect_pick(submission, cuda=False, mps=False, wanted="cpu")


@check("pick_device gives mps where there is no cuda, and cuda where there are both", points=1)
def picks_mps_second(submission: Probe, rng: torch.Generator) -> None:
    expect_pick(submission, cuda=False, mps=True, wanted="mps")
    expect_pick(submission, cuda=True, mps=True, wanted="cuda")


def expect_pick(submission: Probe, *, cuda: bool, mps: bool, wanted: str) -> None:
    """pick_device gives this device on a machine that has these accelerators."""
    device = picked(submission, cuda=cuda, mps=mps)
    if is_at(device, wanted):
        return
    has = [name for name, present in (("cuda", cuda), ("mps", mps)) if present]
    called = {name for name, _ in submission.facts.calls("pick_device")}
    if device.type == "cuda" and not cuda:
        uncalled = submission.facts.refers("pick_device") - called
        fail(mistake="query_not_called" if "torch.cuda.is_available" in uncalled else "hard_coded_cuda")
    if device.type != "cuda" and cuda and "torch.cuda.device_count" in called:
        sees_it = picked(submission, cuda=True, mps=False).type == "cuda"  # else it is not mps that it prefers
        expect(sees_it, mistake="gpus_miscounted", chosen=device)
    if device.type == "mps":
        fail(mistake="mps_before_cuda" if mps else "hard_coded_mps")
    if device.type == "cpu":
        fail(mistake="accelerator_ignored", there=" and ".join(has))
    fail(f"pick_device returned {device} on a machine that has {' and '.join(['cpu', *has])}.", hint=DEVICE_HINT)


def picked(submission: Probe, *, cuda: bool, mps: bool) -> torch.device:
    """What pick_device gives on a machine that has these accelerators."""
    with submission.machine(cuda=cuda, mps=mps) as there:
        device = there.call("pick_device")
    if isinstance(device, str):
        fail(mistake="device_as_text", text=device[:30])
    if not isinstance(device, torch.device):
        fail(f"pick_device should return a torch.device, and it returned {describe(device)}.", hint=DEVICE_HINT)
    return device


# train_on


@check("train_on trains on the accelerator, and its losses are those of a CPU run", points=2)
def trains_on_accelerator(submission: Probe, rng: torch.Generator) -> None:
    with submission.machine(cuda=True) as there:
        expect_training(there, Task.draw(DENSE, rng), torch.device("cuda"))


@check("The same with BatchNorm, other epochs and another lr", points=1, needs=("trains_on_accelerator",), hidden=True)
def trains_with_batch_norm(submission: Probe, rng: torch.Generator) -> None:
    with submission.machine(cuda=True) as there:
        expect_training(there, Task.draw(NORMED, rng, settings=(12, 0.03)), torch.device("cuda:0"))


@check("After training, every parameter and buffer of the model is on the accelerator", points=1)
def model_ends_on_device(submission: Probe, rng: torch.Generator) -> None:
    device = torch.device("mps")  # here, so that one who says cuda where device is meant loses this and not more
    with submission.machine(mps=True) as there:
        task = Task.draw(NORMED, rng)
        model, _ = train(there, task, device)
        after = there.module(model)
    tensors = {**after.parameters, **after.buffers}
    expect(task.state.keys() <= tensors.keys(), OTHER_TENSORS, hint="Train the model as it is.")
    strays = {name: view.device for name, view in tensors.items() if not is_at(view.device, device)}
    if strays and not strays.keys() & after.parameters.keys():
        fail(mistake="buffers_left")
    if strays:
        fail(mistake="model_not_on_device", asked=device, found=next(iter(strays.values())))


@check("train_on trains on the CPU when it is asked to, and takes a device as a string", points=1)
def trains_on_cpu_too(submission: Probe, rng: torch.Generator) -> None:
    with submission.machine(cuda=True) as there:
        expect_training(there, Task.draw(DENSE, rng), "cpu")


@check("train_on returns plain Python floats", points=1)
def plain_floats(submission: Probe, rng: torch.Generator) -> None:
    task = Task.draw(DENSE, rng, settings=(5, 0.02))
    with submission.machine() as there:
        _, losses = train(there, task, torch.device("cpu"))
    tensors = [one for one in (losses if isinstance(losses, (list, tuple)) else [losses]) if isinstance(one, Tensor)]
    if tensors:
        graph = " that still require grad" if any(one.requires_grad for one in tensors) else ""
        fail(mistake="returns_tensors", graph=graph)
    first = expect_floats(losses, name="The list that train_on returns", length=task.epochs)[0]
    right = task.loss(task.state)
    expect(
        gap([first], [right]) <= LOSS_TOLERANCE,
        "The losses are floats, but the first one is not BCELoss of the model as it came.",
        detail=f"Expected {right:.6f}, got {first:.6f}.",
        hint="Append the loss of each epoch as it is before the step.",
    )


# predict_numpy


@check("predict_numpy brings the model's output back as a NumPy array, wherever the model is", points=2)
def predicts(submission: Probe, rng: torch.Generator) -> None:
    task = Task.draw(DENSE, rng)
    with submission.machine(cuda=True) as there:
        expect_prediction(there, task, device="cuda")
    with submission.machine(mps=True) as there:
        try:
            expect_prediction(there, task, device="cpu")
        except Raised as raised:
            if chosen := re.search(r"on the same device.*\b(mps:0)", raised.text):
                fail(mistake="predicts_elsewhere", trace=raised.trace, chosen=chosen[1])
            raise


def expect_prediction(there: Probe, task: Task, *, device: str) -> None:
    """A float32 array (n, 1) that equals the output recomputed here, from a model that stays on `device`."""
    model = there.build(task.layers, state=task.state)
    if device != "cpu":
        there.call(model, device, method="to")
    there.watch(model)
    array = answer_of(there, "predict_numpy", model, task.X)
    if isinstance(array, Tensor):
        fail(mistake="tensor_for_array")
    expect_output(array, task)
    places = {str(view.device) for view in there.module(model).parameters.values()}
    moved = next((place for place in sorted(places) if not is_at(place, device)), None)
    if moved:
        fail(mistake="prediction_moved_model", before=device, after=moved)
    if any(one["grad"] for one in there.forwards(model)):
        there.advise("forward_with_grad")


def expect_output(array: Any, task: Task) -> None:
    name, shape = "The result of predict_numpy", (len(task.X), 1)
    if not isinstance(array, np.ndarray):
        fail(f"{name} should be a NumPy array, and it is {describe(array)}.", hint="End with .cpu().numpy().")
    if array.shape != shape:
        fail(f"{name} should have shape {shape}, and it has {array.shape}.", hint="Keep the model's output a column.")
    if array.dtype != np.float32:
        fail(f"{name} should be float32, and it is {array.dtype}.", hint="The model gives float32: .numpy() keeps it.")
    output = torch.from_numpy(array)
    expect_finite(output, name=name)
    with torch.no_grad():
        right = task.network(task.state)(task.X)
    wrong = int(((output - right).abs() > OUTPUT_TOLERANCE).sum())
    expect(
        not wrong,
        f"{name} is not the output of the model for X: {wrong} of {len(task.X)} values differ.",
        detail=f"The first value should be {right[0].item():.6f}, and it is {output[0].item():.6f}.",
        hint="Return model(X) itself: no threshold, no rounding, the rows in their order.",
    )
