"""Checks of ex2, the 4-32-16-1 classifier.

Nothing the submission says of itself is believed: its weights come back as data, and each step, loss and accuracy
is computed again here, in float64 and by explicit formulas.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import torch
from torch import Tensor

from grader.checks import Probe, check
from grader.errors import Raised
from grader.expect import describe, expect, expect_close, expect_float, expect_floats, expect_tensor, fail
from grader.sandbox.values import Handle
from grader.views import ModuleView

from . import network
from .cases import Case, accuracy_cases, long_run
from .data import expect_normal, name_the_rule
from .network import drawn_data, drawn_weights, logits, on_a_model, outputs, plain_model, split, weights_of
from .training import BCE, OTHER_LOSSES, Course, Loss, Task, arrived, bce, follow, mistaken

ENOUGH = 0.93  # accuracy on fresh points; the reference's lowest over 120 seeds was 0.964
LOW = 0.2  # training loss after 500 epochs; the reference's highest over 100 seeds was 0.02
LOSSES_CLOSE = 3e-4  # relative: room for losses rounded to four places
ACCURACY_CLOSE = 2e-4  # likewise; one point of the most that are used is 9e-4


# build_model


@check("build_model gives 4-32-16-1, a new one each time", points=1)
def architecture(submission: Probe, rng: torch.Generator) -> None:
    model = submission.call("build_model")
    view = expect_sequential(submission, model)
    if lacking := network.shortfall(view):
        fail(**lacking)
    weights = weights_of(view)
    assert weights is not None  # else something would be lacking
    x = torch.randn(64, 4, generator=rng)
    raw = logits(weights, x).float()
    expect_close(submission.call(model, x), raw.sigmoid(), name="model(X)", mistakes={"missing_sigmoid": raw})

    other = submission.call("build_model")
    expect_sequential(submission, other)
    network.load(submission, model, view, torch.full_like(weights, 7.0))
    apart = weights_of(submission.module(other))
    network.load(
        submission, model, view, weights
    )  # where there is but one model, the other checks are to find it as it was
    expect(apart is not None and not bool((apart == 7.0).any()), mistake="same_model")


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


# make_data


@check("X is (n, 4) and y is (n, 1), both float32", points=1)
def data_form(submission: Probe, rng: torch.Generator) -> None:
    for n, arguments in ((1000, ()), (37, (37,)), (256, (256, drawn(rng, 1, 1000)))):
        x, y = make_data(submission, *arguments)
        expect(getattr(x, "dtype", None) is not torch.float64, mistake="data_float64")
        expect_tensor(x, name="X", shape=(n, 4), dtype=torch.float32)
        if isinstance(y, Tensor):
            expect(tuple(y.shape) != (n,), mistake="labels_flat")
            expect(tuple(y.shape) != (n, 1) or y.dtype == torch.float32, mistake="labels_dtype", found=y.dtype)
        expect_tensor(y, name="y", shape=(n, 1), dtype=torch.float32)


@check("X is standard normal, decided by the seed", points=1)
def data_drawn(submission: Probe, rng: torch.Generator) -> None:
    seed = drawn(rng, 1, 10_000)
    x, again, other = (points(submission, 5000, each) for each in (seed, seed, seed + 1))
    expect(torch.equal(x, again), mistake="not_seeded")
    expect(not torch.equal(x, other), mistake="seed_ignored")
    default = torch.equal(points(submission, 100), points(submission, 100, 0))
    expect(default, "make_data(100) and make_data(100, 0) differ.", hint="The default of seed is 0.")
    expect_normal(x)


@check("y is 1.0 where the sum of squares is below 2.0", points=1)
def data_labels(submission: Probe, rng: torch.Generator) -> None:
    n = 2000
    x, y = make_data(submission, n, drawn(rng, 1, 10_000))
    x, y = real(x, name="X", shape=(n, 4)), real(y, name="y")
    expect(y.numel() == n, f"y should hold {n} labels, one for each point, and it holds {y.numel()}.")
    sums = (x**2).sum(1)
    clear = (sums - 2).abs() > 1e-4  # nearer than that, the order of a float32 sum may decide
    x, y, sums = x[clear], y.reshape(n)[clear], sums[clear]
    right = (sums < 2).double()
    both = 0 < float(right.sum()) < len(right)
    expect(both, "All points of X lie on one side of the rule.", hint="Draw X with torch.randn(n, 4).")
    if not torch.equal(y, right):
        name_the_rule(x, y, sums)
        fail(f"{int((y != right).sum())} of {len(y)} labels do not follow the rule.", hint="(X**2).sum(dim=1) < 2.0")


def make_data(submission: Probe, *arguments: int) -> tuple[Any, Any]:
    """The two things that make_data returns."""
    value = submission.call("make_data", *arguments)
    if not isinstance(value, (tuple, list)) or len(value) != 2:
        came = describe(value)
        fail(f"make_data should return two tensors, X and y, and it returned {came}.", hint="End with return X, y.")
    x, y = (part.detach() if isinstance(part, Tensor) else part for part in value)
    return x, y


def points(submission: Probe, n: int, *seed: int) -> Tensor:
    """X of make_data, if it is fit to be looked at."""
    return real(make_data(submission, n, *seed)[0], name="X", shape=(n, 4))


def real(value: Any, *, name: str, shape: tuple[int, ...] | None = None) -> Tensor:
    """A tensor of real numbers, in float64; another check looks at its dtype."""
    tensor = expect_tensor(value, name=name, shape=shape)
    expect(not tensor.is_complex(), f"{name} holds complex numbers.", hint="Keep to float32.")
    return tensor.double()


# train


@check("One epoch is one Adam step on all the data", points=1, hidden=True)
def one_epoch(submission: Probe, rng: torch.Generator) -> None:
    expect_training(submission, task_of_noise(rng, drawn(rng, 2000, 2600), epochs=1, lr=0.015))


@check("Several epochs, with another learning rate", points=1, hidden=True)
def several_epochs(submission: Probe, rng: torch.Generator) -> None:
    expect_training(submission, task_of_noise(rng, drawn(rng, 1000, 1500), epochs=5, lr=0.006))


@check("Each loss is the one before its epoch's step", points=1, hidden=True)
def losses(submission: Probe, rng: torch.Generator) -> None:
    x, y = drawn_data(rng, drawn(rng, 1000, 1500))
    task = Task(start=drawn_weights(rng, scale=1.5), x=x, y=y, epochs=4, lr=0.015)
    # Trained for 1, 2, 3 and 4 epochs: the losses are held to the submission's own path, right or wrong.
    runs = [train(submission, replace(task, epochs=epochs)) for epochs in (1, 2, 3, 4)]
    got = torch.tensor(expect_lists(submission, task, runs))
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


@check(f"500 epochs reach {ENOUGH} on fresh points", points=1)
def full_training(submission: Probe, rng: torch.Generator) -> None:
    run = long_run(drawn_seed(rng))
    model, start = model_as_built(submission, run.task.start)
    reported = submission.call("train", model, run.task.x, run.task.y)
    weights = weights_after(submission, model)
    if isinstance(reported, list):
        submission.plot(
            "Training loss", x_label="epoch", y_label="BCE loss", your_loss=reported, reference_loss=run.losses
        )

    if torch.equal(weights, start):
        fail(mistake=standstill(reported))
    predicted = outputs(weights, run.fresh_x) > 0.5
    share = float((predicted == (run.fresh_y > 0.5)).double().mean())
    hint = "Mend the failed checks on single epochs first: the long run shows what they add up to."
    if share < ENOUGH:
        expect(bool(predicted.any()), mistake="majority_class", accuracy=f"{share:.2f}")
        fail(f"After 500 epochs the model is right on {share:.3f} of 4000 fresh points, not {ENOUGH}.", hint=hint)
    complete = not isinstance(reported, list) or len(reported) >= 500
    expect(complete, "train returns fewer than 500 losses.", hint="Run every epoch, and append a loss in each.")
    loss = float(bce(outputs(weights, run.task.x), run.task.y.double()))
    expect(loss < LOW, f"After 500 epochs the loss is {loss:.3f}; a right training brings it below {LOW}.", hint=hint)


def task_of_noise(rng: torch.Generator, n: int, *, epochs: int, lr: float) -> Task:
    """A training whose labels are as the model believes: only noise is left to the gradient.

    So it hangs on every single label, and losses that nearly agree in their gradients elsewhere are told apart.
    """
    start, x = drawn_weights(rng, scale=2.0), torch.randn(n, 4, generator=rng)
    y = torch.bernoulli(0.8 * outputs(start, x), generator=rng).float()
    return Task(start=start, x=x, y=y, epochs=epochs, lr=lr)


def train(submission: Probe, task: Task) -> Course:
    """Where the submission's train leads."""

    def use(model: Handle) -> Course:
        reported = submission.call("train", model, task.x, task.y, task.epochs, task.lr)
        return Course(weights_after(submission, model), reported)

    return on_a_model(submission, task.start, use)


def model_as_built(submission: Probe, weights: Tensor) -> tuple[Handle, Tensor]:
    """The submission's own model and its weights; where it is no 4-32-16-1, a plain one with the weights given."""
    own = network.own_model(submission)
    built = weights_of(submission.module(own)) if own else None
    if own is None or built is None:
        return plain_model(submission, weights), weights
    return own, built


def weights_after(submission: Probe, model: Handle) -> Tensor:
    """The weights that a training has left."""
    weights = weights_of(submission.module(model))
    if weights is None:
        fail("train has changed the layers of the model.", hint="Only the weights may change.")
    finite = bool(weights.isfinite().all())
    expect(finite, "After training the weights are NaN or infinite.", hint="Print the losses: where do they explode?")
    return weights


def expect_training(submission: Probe, task: Task) -> None:
    """train moves the weights as Adam does; else the mistake whose course it took is named."""
    run = train(submission, task)
    if arrived(task, run.weights, follow(task)):
        return
    if torch.equal(run.weights, task.start):
        longer = train(submission, replace(task, epochs=3))
        expect(not torch.equal(longer.weights, task.start), mistake=standstill(longer.losses))
    for mistake, course, values in mistaken(task):
        expect(not arrived(task, run.weights, course), mistake=mistake, **values)
    name_the_batches(submission, task)
    parts = zip(network.SHAPES, split(run.weights == task.start), strict=True)
    still = ", ".join(f"model[{name.replace('.', '].')}" for name, part in parts if bool(part.all()))
    expect(not still, mistake="partly_trained", still=still)
    fail(
        f"After {count_epochs(task.epochs)} the weights are not where Adam takes them.",
        hint="In each epoch: one forward pass on all of X, BCELoss, zero_grad, backward, and one step of "
        "torch.optim.Adam(model.parameters(), lr=lr), its other settings left alone.",
    )


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


def expect_lists(submission: Probe, task: Task, runs: list[Course]) -> list[float]:
    """Trainings of 1, 2, ... epochs return lists with one Python float per epoch. Gives that of the last one."""
    lists = [run.losses for run in runs if isinstance(run.losses, (list, tuple))]
    if len(lists) == len(runs) and all(isinstance(each, (float, Tensor)) for one in lists for each in one):
        if [len(one) for one in lists] != list(range(1, len(runs) + 1)):
            name_the_batches(submission, task)
        tensors = all(isinstance(each, Tensor) and each.numel() == 1 for each in lists[-1])
        expect(not (tensors and lists[-1]), mistake="loss_tensors")
    elif isinstance(runs[0].losses, tuple):
        came = describe(runs[0].losses)
        fail(f"train should return the losses alone, and it returned {came}.", hint="End with return losses.")
    checked: list[float] = []
    for length, run in enumerate(runs, 1):
        checked = expect_floats(run.losses, name="What train returns", length=length)
    return checked


def along(path: list[Tensor], task: Task, loss: Loss = BCE) -> Tensor:
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


# accuracy


@check("accuracy is the fraction of right predictions", points=1, hidden=True)
def accuracy_value(submission: Probe, rng: torch.Generator) -> None:
    cases = accuracy_cases(drawn_seed(rng))
    values = [accuracy(submission, case) for case in cases]
    tensors = all(isinstance(value, Tensor) and value.numel() == 1 for value in values)
    expect(not tensors, mistake="accuracy_tensor")
    nothing = any(value is None for value in values)
    expect(not nothing, "accuracy returned None.", hint="Return the number; printing it is not enough.")
    numbers = [expect_float(value, name="The accuracy") for value in values]
    if same_accuracies(numbers, [case.right for case in cases]):
        return
    for mistake in cases[0].mistaken():
        images = [case.mistaken()[mistake] for case in cases]
        whole = mistake == "accuracy_percent"  # it may come without its decimals
        expect(not same_accuracies(numbers, images, tolerance=1.0 if whole else ACCURACY_CLOSE), mistake=mistake)
    fail(
        "This is not the fraction of points whose prediction (1 where the output is above 0.5) equals the label.",
        hint="((model(X) > 0.5) == (y > 0.5)).float().mean().item() is such a fraction.",
        detail=f"Expected {[case.right for case in cases]}, got {numbers}.",
    )


@check("accuracy leaves the mode and no gradients", points=1)
def accuracy_leaves(submission: Probe, rng: torch.Generator) -> None:
    case = accuracy_cases(drawn_seed(rng))[0]

    def use(model: Handle) -> tuple[Any, ModuleView, list[dict[str, bool]]]:
        submission.watch(model)
        value = submission.call("accuracy", model, case.x, case.y)
        return value, submission.module(model), submission.forwards(model)

    value, after, forwards = on_a_model(submission, case.weights, use)
    ran = forwards or (isinstance(value, float) and same_accuracies([value], [case.right]))
    expect(bool(ran), "accuracy does not run the model.", hint="Predict with model(X), and compare with y.")
    expect(after.training, mistake="left_in_eval")
    expect(all(parameter.grad is None for parameter in after.parameters.values()), mistake="leaves_gradients")
    kept = weights_of(after)
    same = kept is not None and torch.equal(kept, case.weights)
    expect(same, "accuracy has changed the model's weights.", hint="It measures only: no optimizer belongs in it.")
    if any(seen["grad"] for seen in forwards):
        submission.advise("no_grad")
    if any(seen["training"] for seen in forwards):
        submission.advise("eval_mode")


def accuracy(submission: Probe, case: Case) -> Any:
    """What the submission's accuracy gives."""
    return on_a_model(submission, case.weights, lambda model: submission.call("accuracy", model, case.x, case.y))


def same_accuracies(numbers: list[float], expected: list[float], *, tolerance: float = ACCURACY_CLOSE) -> bool:
    """Whether the numbers agree."""
    return all(abs(a - b) <= tolerance for a, b in zip(numbers, expected, strict=True))


# Small things


def drawn_seed(rng: torch.Generator) -> int:
    """A seed for what is the same for all submissions, and is computed once for a class of them."""
    return drawn(rng, 0, 1 << 31)


def drawn(rng: torch.Generator, low: int, high: int) -> int:
    """A whole number from low to high - 1."""
    return int(torch.randint(low, high, (), generator=rng))
