"""What ex3 asks for, as checks.

`save_weights` and `load_model` are judged apart, each against the file that the contract describes: a mistake in
one costs nothing in the other. Two that agree on a format of their own pay for it once, where the file is judged.
"""

from __future__ import annotations

import io
import os
import pickle
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, NoReturn

import torch
from torch.nn import functional

from grader.checks import Layer, Probe, check
from grader.errors import Raised, SubmissionFault, Unmet
from grader.expect import (
    TOLERANCES,
    CheckFailed,
    describe,
    difference,
    expect,
    expect_float,
    expect_tensor,
    fail,
    is_close,
)
from grader.sandbox.values import Handle
from grader.views import ModuleView

Weights = list[torch.Tensor]

SHAPES = ((32, 4), (32,), (16, 32), (16,), (1, 16), (1,))
FAN_IN = (4, 4, 32, 32, 16, 16)
LAYERS: list[Layer] = [
    ("Linear", (4, 32), {}), ("ReLU", (), {}), ("Linear", (32, 16), {}), ("ReLU", (), {}),
    ("Linear", (16, 1), {}), ("Sigmoid", (), {}),
]  # fmt: skip
NAMES = [f"{layer}.{kind}" for layer in (0, 2, 4) for kind in ("weight", "bias")]
WITH_BUFFERS: list[Layer] = [
    ("Linear", (4, 8), {}), ("BatchNorm1d", (8,), {}), ("ReLU", (), {}), ("Dropout", (0.5,), {}),
    ("Linear", (8, 1), {}), ("Sigmoid", (), {}),
]  # fmt: skip
BUFFERS = {"1.running_mean", "1.running_var", "1.num_batches_tracked"}
AS_IT_IS = "Save the model's state_dict() as it is: a dictionary of names and tensors."
CLOSE = 1e-6  # the contract's tolerance for a difference, absolute
TORCH_LOAD = ("torch.load", "torch.serialization.load")
REFUSED_CLASS = re.compile(r"GLOBAL (\S+)")


@check("save_weights writes the model's state_dict", points=1)
def saves_the_state_dict(submission: Probe, rng: torch.Generator) -> None:
    state = named(draw(rng))
    model = submission.build(LAYERS, state=state)
    expect_state(saved(submission, model, submission.path("weights.pt")), state)


@check("It keeps buffers too, under any path", points=1, needs=["saves_the_state_dict"], hidden=True)
def saves_the_buffers(submission: Probe, rng: torch.Generator) -> None:
    state = draw_with_buffers(rng)
    model = submission.build(WITH_BUFFERS, state=state)
    submission.call(submission.as_path("kept here"), method="mkdir", exist_ok=True)
    expect_state(saved(submission, model, submission.as_path("kept here/epoch-3.final")), state)


@check("load_model gives back the file's weights, bit for bit", points=1)
def loads_the_weights(submission: Probe, rng: torch.Generator) -> None:
    loaded(submission, rng, "trained.pt")


@check("The reloaded model is in eval mode", points=1, needs=["loads_the_weights"])
def loads_in_eval_mode(submission: Probe, rng: torch.Generator) -> None:
    expect(not loaded(submission, rng, "evaluated.pth").seen.training, mistake="forgot_eval")


@check("Each load gives a new model: training it changes no other", points=1, needs=["loads_the_weights"])
def loads_a_new_model(submission: Probe, rng: torch.Generator) -> None:
    weights, path = draw(rng), submission.path("old.pt")
    old = built(submission, weights)
    submission.raises("save_weights", old, path)
    before = weights_of(submission.module(old))
    try:
        one = from_file(submission, path, weights)
    except (CheckFailed, Raised):  # its own files are another check's matter
        one = loaded(submission, rng, "loaded twice")
    two = from_file(submission, one.path, one.weights)
    trained = draw(rng)
    submission.call(one.model, dict(zip(one.seen.parameters, trained, strict=True)), method="load_state_dict")
    for other, weights, words in (
        (old, before, "the model that save_weights was given before"),
        (two.model, two.weights, "the model that another call of load_model returned"),
    ):
        expect(same(weights_of(submission.module(other)), weights), mistake="shares_weights", other=words)
    expect(
        same(weights_of(submission.module(one.model)), trained),
        "The model that load_model returns does not take new weights: it cannot be trained further.",
        hint="Return the model itself, with its own parameters.",
    )


@check("Loading is safe: code in the file does not run", points=1, needs=["loads_the_weights"])
def loads_safely(submission: Probe, rng: torch.Generator) -> None:
    weights = dict(zip(names_of_its_own(submission), draw(rng), strict=True))
    for number, kind in enumerate(("zip", "legacy", "pickle")):
        marker = f"code-of-{kind}-ran"
        data = as_file({**weights, "note": Code(submission.path(marker))}, kind=kind)
        submission.raises("load_model", place(submission, f"untrusted-{number}.pt", data))
        expect(marker not in submission.files(), mistake="unsafe_load")
    loads = [keywords for name, keywords in submission.facts.calls("load_model") if name in TORCH_LOAD]
    if loads and not any("weights_only" in keywords for keywords in loads):
        submission.advise("say_weights_only")


@check("A missing file raises an exception", points=1, needs=["loads_the_weights"])
def missing_file_raises(submission: Probe, rng: torch.Generator) -> None:
    try:
        value = submission.call("load_model", submission.path("there is no such file.pt"))
    except Raised:
        return
    fail(mistake="fresh_for_missing", returned=describe(value))


@check("Reloaded, a model predicts the same: difference 0.0", points=1, needs=["loads_the_weights"])
def predicts_the_same(submission: Probe, rng: torch.Generator) -> None:
    first, x = loaded(submission, rng, "round.trip"), torch.randn(50, 4, generator=rng)
    model, path = built(submission, first.weights), submission.as_path(first.path)
    again, _ = as_model(submission, submission.call("load_model", path))
    name, right = "The prediction of the reloaded model", predict(first.weights, x)
    prediction = expect_tensor(submission.call(again, x), name=name, shape=right.shape, dtype=right.dtype)
    expect(
        is_close(prediction, right, TOLERANCES[right.dtype]),
        "The reloaded model has the right weights, and yet it predicts something else.",
        detail=difference(prediction, right, name=name),
        hint="Make it with build_model: the same layers, in the same order.",
    )
    value = expect_float(submission.call("max_abs_difference", model, again, x), name="max_abs_difference")
    expect(
        value == 0.0,
        f"max_abs_difference is {value:.3g} for a model and its reloaded copy, and it should be exactly 0.0.",
        hint="Compare the two predictions on the same X and nothing else.",
    )


@check("max_abs_difference is the greatest absolute difference", points=1)
def greatest_difference(submission: Probe, rng: torch.Generator) -> None:
    a, b, x = differing(rng)
    models = [submission.build(LAYERS, state=named(weights)) for weights in (a, b)]
    for model in models:
        submission.watch(model)
    for order in (1, -1):
        value = expect_float(submission.call("max_abs_difference", *models[::order], x), name="max_abs_difference")
        expect_greatest(value, order * (predict(a, x) - predict(b, x)), mistakes=near_misses(a, b, x))
    if any(forward["grad"] for model in models for forward in submission.forwards(model)):
        submission.advise("compare_under_no_grad")


@check("It compares models of any mode in eval mode", points=1, needs=["greatest_difference"], hidden=True)
def compares_in_eval_mode(submission: Probe, rng: torch.Generator) -> None:
    x, states = torch.randn(40, 4, generator=rng), [draw_with_buffers(rng), draw_with_buffers(rng)]
    models = [submission.build(WITH_BUFFERS, state=state, training=True) for state in states]
    for model in models:
        submission.watch(model)
    value = expect_float(submission.call("max_abs_difference", *models, x), name="max_abs_difference")
    gap = predict_with_buffers(states[0], x) - predict_with_buffers(states[1], x)
    if any(forward["training"] for model in models for forward in submission.forwards(model)):
        expect(abs(value - float(gap.abs().max())) <= CLOSE, mistake="compared_in_train_mode")
    expect_greatest(value, gap, mistakes={})


# Weights, and what models with these weights predict.


def draw(rng: torch.Generator) -> Weights:
    """Weights of 4-32-16-1, in order; wide enough that no fresh nn.Linear could have them."""
    scales = (1.2 / fan_in**0.5 for fan_in in FAN_IN)
    return [torch.randn(shape, generator=rng) * scale for shape, scale in zip(SHAPES, scales, strict=True)]


def named(weights: Weights) -> dict[str, torch.Tensor]:
    """The state_dict of an unnamed 4-32-16-1 with these weights."""
    return dict(zip(NAMES, weights, strict=True))


def draw_with_buffers(rng: torch.Generator) -> dict[str, torch.Tensor]:
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


def predict(weights: Weights, x: torch.Tensor) -> torch.Tensor:
    """What 4-32-16-1 gives for x (n, 4): (n, 1)."""
    w1, b1, w2, b2, w3, b3 = weights
    hidden = torch.relu(torch.relu(x @ w1.T + b1) @ w2.T + b2)
    return torch.sigmoid(hidden @ w3.T + b3)


def predict_with_buffers(state: dict[str, torch.Tensor], x: torch.Tensor) -> torch.Tensor:
    """What WITH_BUFFERS gives for x (n, 4) in eval mode: (n, 1)."""
    hidden = x @ state["0.weight"].T + state["0.bias"]
    mean, variance = state["1.running_mean"], state["1.running_var"]
    hidden = functional.batch_norm(hidden, mean, variance, state["1.weight"], state["1.bias"])
    return torch.sigmoid(torch.relu(hidden) @ state["4.weight"].T + state["4.bias"])


def same(some: Sequence[torch.Tensor], others: Sequence[torch.Tensor]) -> bool:
    """Whether all are equal, in dtype and bit for bit."""
    return len(some) == len(others) and all(
        one.dtype == other.dtype and torch.equal(one, other) for one, other in zip(some, others, strict=True)
    )


def through_dtype(some: Sequence[torch.Tensor], originals: Sequence[torch.Tensor]) -> torch.dtype | None:
    """The dtype other than float32 that these weights have or were rounded to on their way; None for none."""
    other = {tensor.dtype for tensor in some if tensor.is_floating_point()} - {torch.float32}
    if other:
        return other.pop() if len(other) == 1 else None
    for dtype in (torch.float16, torch.bfloat16):
        if same(some, [t.to(dtype).to(t.dtype) if t.is_floating_point() else t for t in originals]):
            return dtype
    return None


# The file that save_weights writes.


def saved(submission: Probe, model: Handle, path: str | Handle) -> Any:
    """What torch.load(..., weights_only=True) finds in the file that save_weights writes."""
    before = set(submission.files())
    submission.call("save_weights", model, path)
    try:
        data = submission.call(path if isinstance(path, Handle) else submission.as_path(path), method="read_bytes")
    except Raised:
        others = sorted(set(submission.files()) - before)
        fail(mistake="not_at_the_path", used=f": it wrote {others[0][:60]!r}" if others else "")
    try:
        return submission.load_checkpoint(data)
    except Raised as refused:
        explain_refusal(refused)


def explain_refusal(refused: Raised) -> NoReturn:
    """Why torch.load(..., weights_only=True) refuses a file."""
    found = REFUSED_CLASS.search(refused.text)
    name = found.group(1) if found else ""
    if name.startswith("torch.nn.modules.") or "TorchScript" in refused.text:
        fail(mistake="whole_module")
    expect(not name.endswith("getattr"), mistake="state_dict_not_called")  # what a method is pickled as
    if name:
        fail(
            f"The file holds more than tensors: torch.load(..., weights_only=True) refuses {name[:80]}.",
            hint=AS_IT_IS,
        )
    fail(mistake="not_a_torch_file")


def expect_state(content: Any, state: dict[str, torch.Tensor]) -> None:
    """The content of a file is this state: the same names, and under each the same tensor."""
    tensors = content if isinstance(content, (list, tuple)) else [content]
    expect(not tensors or not isinstance(tensors[0], torch.Tensor), mistake="parameters_only")
    if not isinstance(content, dict):
        fail(f"The file should hold a state_dict, and it holds {describe(content)}.", hint=AS_IT_IS)
    if content.keys() != state.keys():
        explain_names(content, state)
    held = [value for name in state if isinstance(value := content[name], torch.Tensor)]
    if len(held) < len(state):
        fail("The file holds the right names, but not tensors under all of them.", hint=AS_IT_IS)
    if same(held, list(state.values())):
        return
    dtype = through_dtype(held, list(state.values()))
    expect(dtype is None, mistake="other_dtype", place="The tensors in the file", dtype=dtype)
    wrong = [name for name, tensor in zip(state, held, strict=True) if not same([tensor], [state[name]])]
    fail(
        f"{len(wrong)} of the {len(state)} tensors in the file are not the model's; the first is {wrong[0]}.",
        hint=AS_IT_IS,
    )


def explain_names(content: dict[str, Any], state: dict[str, torch.Tensor]) -> NoReturn:
    """Why the names in a file are not those of the state."""
    first = next(iter(state))
    for name, value in content.items():
        expect(not isinstance(value, dict) or first not in value, mistake="wrapped", name=name[:40])
    prefix = next((name.removesuffix(first) for name in content if name.endswith(first)), "")
    expect(content.keys() != {prefix + name for name in state}, mistake="renamed", prefix=prefix)
    expect(content.keys() != state.keys() - BUFFERS, mistake="buffers_missing")
    missing, extra = sorted(state.keys() - content.keys()), sorted(content.keys() - state.keys())
    lacks = f" It lacks {missing[0]}." if missing else ""
    has = f" It has {extra[0][:40]!r}, which is none of the model's tensors." if extra else ""
    fail(f"The names in the file are not those of the model's state_dict.{lacks}{has}", hint=AS_IT_IS)


# The model that load_model returns.


@dataclass(frozen=True, slots=True)
class Loaded:
    """A model that load_model made of the file at `path`, and the weights in that file."""

    model: Handle
    seen: ModuleView
    path: str
    weights: Weights


def loaded(submission: Probe, rng: torch.Generator, name: str) -> Loaded:
    """What load_model makes of a state_dict in the file `name`; fails where it has not these weights.

    Where load_model can do nothing with it, a file of save_weights' own will do: saves_... judges its format.
    """
    weights, decoy = draw(rng), draw(rng)
    path = place(submission, name, as_file(dict(zip(names_of_its_own(submission), weights, strict=True))))
    try:
        return from_file(submission, path, weights)
    except (CheckFailed, Raised) as failed:
        try:
            own = own_file(submission, f"own {name}", weights, decoy)
            return from_file(submission, own or path, weights, decoy=decoy)
        except (CheckFailed, SubmissionFault) as again:
            kept = isinstance(again, CheckFailed) and again.mistake == "kept_the_model"
            raise again if kept else failed from None


def own_file(submission: Probe, name: str, weights: Weights, decoy: Weights) -> str | None:
    """A copy of the file that save_weights writes of these weights; the decoy's are the last that it saves."""
    submission.call("save_weights", built(submission, weights), submission.path(f"first {name}"))
    data = submission.read_file(f"first {name}")
    submission.call("save_weights", built(submission, decoy), submission.path(f"second {name}"))
    return None if data is None else place(submission, name, data)


def from_file(submission: Probe, path: str, weights: Weights, *, decoy: Weights | None = None) -> Loaded:
    """What load_model makes of a file with these weights. `decoy`: those of the model that was saved last."""
    try:
        value = submission.call("load_model", path)
    except Raised as raised:
        expect(raised.error != "FileNotFoundError", mistake="looks_elsewhere", used=raised.text[:200])
        raise
    expect(not isinstance(value, dict), mistake="returned_the_content")
    expect(not is_report(value), mistake="returned_the_report")
    model, seen = as_model(submission, value)
    held = weights_of(seen)
    expect(decoy is None or not same(held, decoy), mistake="kept_the_model")
    if not same(held, weights):
        explain_weights(submission, held, weights)
    return Loaded(model, seen, path, weights)


def explain_weights(submission: Probe, held: Weights, weights: Weights) -> NoReturn:
    """Why a model that load_model returned has not the weights of the file."""
    if [tuple(tensor.shape) for tensor in held] != list(SHAPES):
        fail("The model that load_model returns is not 4-32-16-1.", hint="Make it with build_model.")
    dtype = through_dtype(held, weights)
    expect(dtype is None, mistake="other_dtype", place="The weights of the reloaded model", dtype=dtype)
    wrong = sum(not same([one], [other]) for one, other in zip(held, weights, strict=True))
    if wrong == len(SHAPES) and all(t.abs().max() <= n**-0.5 for t, n in zip(held, FAN_IN, strict=True)):
        called = any(name.endswith("load_state_dict") for name, _ in submission.facts.calls("load_model"))
        fail(mistake="loaded_into_another" if called else "did_not_load")
    fail(
        f"{wrong} of the 6 tensors in the reloaded model are not those of the file.",
        hint="Load the whole file with load_state_dict, and change nothing afterwards.",
    )


def is_report(value: Any) -> bool:
    """Whether it looks like what load_state_dict returns: the missing names and the unexpected ones."""
    return isinstance(value, tuple) and len(value) == 2 and all(isinstance(part, list) for part in value)


def as_model(submission: Probe, value: Any, *, function: str = "load_model") -> tuple[Handle, ModuleView]:
    """What a function returned, if it is an nn.Sequential."""
    sentence = f"{function} should return an nn.Sequential, and it returned {describe(value)}."
    if not isinstance(value, Handle):
        fail(sentence, hint=f"End {function} with a return of the model.")
    try:
        seen = submission.module(value)
    except Raised:  # it has not what a module has
        fail(sentence, hint="Build the model with build_model and return it.")
    expect(seen.is_sequential, sentence, hint="Build the model with build_model and return it.")
    return value, seen


def weights_of(seen: ModuleView) -> Weights:
    """A model's parameters in order: layers may have names of their own."""
    return [view.value for view in seen.parameters.values()]


def names_of_its_own(submission: Probe) -> list[str]:
    """The names of the six tensors in the submission's own model: its layers may have names."""
    try:
        return list(empty_model(submission)[1].parameters)
    except (CheckFailed, Raised, Unmet):
        return NAMES  # `built` says what is wrong with its build_model


def built(submission: Probe, weights: Weights) -> Handle:
    """A model of the submission's own build_model, with these weights."""
    model, seen = empty_model(submission)
    submission.call(model, dict(zip(seen.parameters, weights, strict=True)), method="load_state_dict")
    return model


def empty_model(submission: Probe) -> tuple[Handle, ModuleView]:
    """What build_model returns, if it is the stub's model in shape."""
    model, seen = as_model(submission, submission.call("build_model"), function="build_model")
    if [tuple(tensor.shape) for tensor in weights_of(seen)] != list(SHAPES):
        fail("build_model no longer gives the 4-32-16-1 model.", hint="Put the stub's build_model back.")
    return model, seen


# Files that are handed to load_model.


@dataclass(frozen=True, slots=True)
class Code:
    """Harmless code for a pickle to carry: whoever unpickles it makes a folder."""

    folder: str

    def __reduce__(self) -> tuple[Any, ...]:
        return os.mkdir, (self.folder,)


def as_file(content: object, *, kind: str = "zip") -> bytes:
    """A file's bytes: as torch.save writes it ("zip"), as it once did ("legacy"), or a bare "pickle"."""
    if kind == "pickle":
        return pickle.dumps(content, protocol=2)  # torch.load warns of a later one
    file = io.BytesIO()
    torch.save(content, file, _use_new_zipfile_serialization=kind == "zip")
    return file.getvalue()


def place(submission: Probe, name: str, data: bytes) -> str:
    """Put a file for load_model into the working folder, under this name unless it is taken; gives its path."""
    while name in submission.files():
        name = f"another {name}"
    try:
        return submission.write_file(name, data)
    except OSError:
        fail(
            "The grader cannot write into the working folder.",
            hint="Save at the given path and nowhere else.",
        )


# The difference of two models' predictions.


def differing(rng: torch.Generator) -> tuple[Weights, Weights, torch.Tensor]:
    """Two models and an input on which they differ in both directions, clearly most in the negative one."""
    while True:
        a, b, x = draw(rng), draw(rng), torch.randn(30, 4, generator=rng)
        gap = predict(a, x) - predict(b, x)
        if 0.05 < gap.max() < -gap.min() - 0.05:
            return a, b, x


def near_misses(a: Weights, b: Weights, x: torch.Tensor) -> dict[str, Iterable[torch.Tensor]]:
    """What the known mistakes give for these models."""
    gap = predict(a, x) - predict(b, x)
    weights = torch.stack([(one - other).abs().max() for one, other in zip(a, b, strict=True)])
    return {
        "signed_difference": (gap.max(), -gap.max(), gap.min()),
        "mean_difference": (gap.abs().mean(), gap.mean(), -gap.mean(), (gap**2).mean()),
        "compared_weights": (weights.max(),),
    }


def expect_greatest(value: float, gap: torch.Tensor, *, mistakes: dict[str, Iterable[torch.Tensor]]) -> None:
    """The value is the greatest absolute entry of `gap`."""
    right = float(gap.abs().max())
    if abs(value - right) <= CLOSE:
        return
    detail = f"Expected {right:.6g}, got {value:.6g}."
    for mistake, wrong in mistakes.items():
        expect(all(abs(value - float(each)) > CLOSE for each in wrong), mistake=mistake, detail=detail)
    fail(
        "max_abs_difference is not the greatest absolute difference of the two models' predictions.",
        detail=detail,
        hint="Subtract one prediction from the other, take absolute values, then the greatest of them.",
    )
