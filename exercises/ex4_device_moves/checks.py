"""Checks of ex4: the device that is picked, a training that runs where it should, predictions that come back."""

from __future__ import annotations

import contextlib
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import torch
from torch import Tensor

from grader.checks import Probe, check
from grader.errors import Raised
from grader.expect import describe, expect, expect_finite, expect_floats, fail
from grader.sandbox.values import Handle, NumpyScalar
from grader.views import ModuleView, SourceFacts

from .training import DENSE, LR, NORMED, Course, Task, adam, adamw, gap, sgd

# Relative. Measured over 60 seeds: another summation order moves a loss by 3e-7 at most, and TF32 matrix products,
# which a program may switch on for its GPU, by 6e-4. Taking the loss one step later moves it by 1e-2.
LOSS_TOLERANCE = 1e-3
EXACT = 1e-5  # likewise: so close, it is the right course
OUTPUT_TOLERANCE = 1e-3  # absolute, of probabilities; TF32 again

CUDA_IS_MISSING = re.compile(r"not compiled with CUDA|No CUDA GPUs|no NVIDIA driver")
DATA_STAYED = re.compile(r"(mat1|target) is on cpu, different from|found at least two devices")


# pick_device


@check("pick_device gives cuda where there is a CUDA GPU, and cpu where there is nothing else", points=1)
def picks_cuda_or_cpu(submission: Probe, rng: torch.Generator) -> None:
    expect_pick(submission, cuda=True, mps=False, wanted="cuda")
    expect_pick(submission, cuda=False, mps=False, wanted="cpu")


@check("pick_device gives mps where there is no cuda, and cuda where there are both", points=1)
def picks_mps_second(submission: Probe, rng: torch.Generator) -> None:
    expect_pick(submission, cuda=False, mps=True, wanted="mps")
    expect_pick(submission, cuda=True, mps=True, wanted="cuda")


def expect_pick(submission: Probe, *, cuda: bool, mps: bool, wanted: str) -> None:
    with submission.machine(cuda=cuda, mps=mps) as there:
        device = there.call("pick_device")
    if isinstance(device, str):
        fail(mistake="device_as_text", text=device[:30])
    if not isinstance(device, torch.device):
        fail(f"pick_device should return a torch.device, and it returned {describe(device)}.", hint=DEVICE_HINT)
    if is_at(device, wanted):
        return
    has = [name for name, present in (("cuda", cuda), ("mps", mps)) if present]
    if device.type == "cuda" and not cuda:
        called = {name for name, _ in submission.facts.calls("pick_device")}
        asks = submission.facts.refers("pick_device") & {"torch.cuda.is_available"}
        fail(mistake="query_not_called" if asks - called else "hard_coded_cuda")
    if device.type == "mps":
        fail(mistake="mps_before_cuda" if mps else "hard_coded_mps")
    if device.type == "cpu":
        fail(mistake="accelerator_ignored", there=" and ".join(has))
    fail(f"pick_device returned {device} on a machine that has {' and '.join(['cpu', *has])}.", hint=DEVICE_HINT)


DEVICE_HINT = "Return torch.device(...) with the name of the best device there is, and no number or 0."


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


def train(there: Probe, task: Task, device: torch.device | str, *, watched: bool = False) -> tuple[Handle, Any]:
    """Have the submission train a fresh model: the model, and what train_on returned."""
    model = there.build(task.layers, state=task.state)
    if watched:
        there.watch(model)
    with errors_told_apart(there, "train_on"):
        losses = there.call("train_on", device, model, task.X, task.y, *task.settings)
    return model, losses


@contextlib.contextmanager
def errors_told_apart(there: Probe, function: str) -> Iterator[None]:
    """Name what the source tells and the exception does not; any other exception passes."""
    try:
        yield
    except Raised as raised:
        code = raised.trace[-1].code if raised.trace else ""
        if CUDA_IS_MISSING.search(raised.text) and ".cuda(" in code:
            fail(mistake="cuda_call", code=code)
        if DATA_STAYED.search(raised.text) and (call := dropped_move(there.facts, function)):
            fail(mistake="result_thrown_away", call=call)
        raise


def dropped_move(facts: SourceFacts, function: str) -> str:
    """A move whose result nothing takes and that is no module's, which would be right; empty where there is none.

    The name of a module is called somewhere. In train_on, where the model did move, a move that is the only one is its.
    """
    calls = [name.rpartition(".")[2] for name, _ in facts.calls(function)]
    drops = [(of, method) for of, method in facts.drops(function) if method in ("to", "cuda")]
    if function == "train_on" and calls.count("to") + calls.count("cuda") == len(drops) == 1:
        return ""
    return next((f"{of}.{method}" for of, method in drops if of.rpartition(".")[2] not in calls), "")


def expect_training(there: Probe, task: Task, device: torch.device | str) -> None:
    """The submission's training on `device` follows the one computed here, and it is the given model that learns."""
    model, answer = train(there, task, device, watched=True)
    losses = as_numbers(answer, length=task.epochs)
    after = there.module(model)
    places = Counter(str(one["device"]) for one in there.forwards(model) if one["grad"] and one["device"])
    expect_place(places, after, device)
    weights = weights_of(after, task)
    untouched = all(value.equal(task.state[name]) for name, value in weights.items())
    if untouched and max(losses) - min(losses) <= 1e-5 * abs(losses[0]):
        explain_standstill(there, after, device, places)
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


def expect_place(places: Counter[str], after: ModuleView, device: torch.device | str) -> None:
    """Most forward passes that autograd recorded ran on `device`. A model run layer by layer records none."""
    elsewhere = Counter({place: times for place, times in places.items() if not is_at(place, device)})
    if elsewhere.total() * 2 > places.total():
        arrived = all(is_at(view.device, device) for view in after.parameters.values())
        mistake = "moved_too_late" if arrived else "device_ignored"
        fail(mistake=mistake, asked=device, used=elsewhere.most_common(1)[0][0])


def explain_standstill(there: Probe, after: ModuleView, device: torch.device | str, places: Counter[str]) -> None:
    """Losses and weights have not moved: did the optimizer hold other tensors, or was there no step?"""
    has_gradients = any(isinstance(view.grad, Tensor) and bool(view.grad.any()) for view in after.parameters.values())
    other_model = any(is_at(place, device) for place in places) and not any(
        is_at(view.device, device) for view in after.parameters.values()
    )
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


FIRST_LOSS_HINT = "Take BCELoss of model(X) against y over all points at once, before the step and in train mode."
LATER_LOSS_HINT = "Each epoch is one step of torch.optim.Adam with the given lr, over all points at once."


def weights_of(after: ModuleView, task: Task) -> dict[str, Tensor]:
    """The parameters by name, each a tensor of the shape it came with, as float32."""
    shapes = {name: value.shape for name, value in task.network(task.state).named_parameters()}
    weights = {name: view.value for name, view in after.parameters.items() if isinstance(view.value, Tensor)}
    same = {name: value.shape for name, value in weights.items()} == shapes
    expect(same, OTHER_TENSORS, hint="Train the model as it is.")
    for name, value in weights.items():
        expect_finite(value, name=f"After train_on the model's {name}")
    return {name: value.to(torch.float32) for name, value in weights.items()}


OTHER_TENSORS = "After train_on the model no longer has the parameters and buffers that it came with."


def expect_weights(weights: Mapping[str, Tensor], right: Course, task: Task) -> None:
    """The weights left in the model are as good as the right ones: their loss is recomputed here."""
    last = task.loss({**task.state, **weights})
    expect(
        gap([last], [right.last]) <= LOSS_TOLERANCE,
        "The losses are right, but the weights of the model afterwards are not those of the last step.",
        detail=f"Expected a loss of {right.last:.6f} after training, and with these weights it is {last:.6f}.",
        hint="Leave the model as the last optimizer step made it.",
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
                fail(mistake="predicts_elsewhere", chosen=chosen[1])
            raise


def expect_prediction(there: Probe, task: Task, *, device: str) -> None:
    """A float32 array (n, 1) that equals the output recomputed here, from a model that stays on `device`."""
    model = there.build(task.layers, state=task.state)
    if device != "cpu":
        there.call(model, device, method="to")
    there.watch(model)
    with errors_told_apart(there, "predict_numpy"):
        array = there.call("predict_numpy", model, task.X)
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


# places


def is_at(device: torch.device | str, place: torch.device | str) -> bool:
    """Whether two devices are the same; "cuda" is "cuda:0"."""
    return _with_index(device) == _with_index(place)


def _with_index(device: torch.device | str) -> str:
    kind, _, index = str(device).partition(":")
    return f"{kind}:{index or 0}"
