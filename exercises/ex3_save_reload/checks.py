"""What ex3 asks for, as checks.

`save_weights` and `load_model` are judged apart, each against the file that the contract describes: a mistake in
one costs nothing in the other. Two that agree on a format of their own pay for it once, where the file is judged.
"""

from __future__ import annotations

import pickle

import torch

from grader.checks import Probe, check
from grader.errors import Raised
from grader.expect import TOLERANCES, CheckFailed, expect, expect_float, expect_tensor, fail, is_close
from grader.showing import describe, difference

from .files import Code, as_file, expect_state, from_file, loaded, place, saved
from .models import (
    CLOSE,
    LAYERS,
    WITH_BUFFERS,
    as_model,
    built,
    draw,
    draw_differing,
    draw_with_buffers,
    named,
    named_its_way,
    near_miss,
    predict,
    predict_with_buffers,
    same,
    set_weights,
    weights_of,
)

TORCH_LOAD = ("torch.load", "torch.serialization.load")


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
    set_weights(submission, one.model, one.seen, trained)
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
    content = {**named_its_way(submission, draw(rng)), "note": Code(submission.path("code-ran"))}
    bare = pickle.dumps(content, protocol=2)  # torch.load warns of a later one
    for data in (as_file(content), bare):
        submission.raises("load_model", place(submission, "untrusted.pt", data))
        expect("code-ran" not in submission.files(), mistake="unsafe_load")
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
    a, b, x = draw_differing(rng)
    models = [submission.build(LAYERS, state=named(weights)) for weights in (a, b)]
    for model in models:
        submission.watch(model)
    for pair in (models, models[::-1]):
        value = expect_float(submission.call("max_abs_difference", *pair, x), name="max_abs_difference")
        expect_greatest(value, predict(a, x) - predict(b, x), mistake=near_miss(value, a, b, x))
    if any(forward["grad"] for model in models for forward in submission.forwards(model)):
        submission.advise("compare_under_no_grad")


@check("It compares models of any mode in eval mode", points=1, needs=["greatest_difference"], hidden=True)
def compares_in_eval_mode(submission: Probe, rng: torch.Generator) -> None:
    x, a, b = torch.randn(40, 4, generator=rng), draw_with_buffers(rng), draw_with_buffers(rng)
    models = [submission.build(WITH_BUFFERS, state=state, training=True) for state in (a, b)]
    for model in models:
        submission.watch(model)
    value = expect_float(submission.call("max_abs_difference", *models, x), name="max_abs_difference")
    in_train_mode = any(forward["training"] for model in models for forward in submission.forwards(model))
    gap = predict_with_buffers(a, x) - predict_with_buffers(b, x)
    expect_greatest(value, gap, mistake="compared_in_train_mode" if in_train_mode else None)


def expect_greatest(value: float, gap: torch.Tensor, *, mistake: str | None) -> None:
    """The value is the greatest absolute entry of `gap`. `mistake`: what explains it where it is not."""
    right = float(gap.abs().max())
    expect(
        abs(value - right) <= CLOSE,
        "max_abs_difference is not the greatest absolute difference of the two models' predictions.",
        mistake=mistake,
        detail=f"Expected {right:.6g}, got {value:.6g}.",
        hint="Subtract one prediction from the other, take absolute values, then the greatest of them.",
    )
