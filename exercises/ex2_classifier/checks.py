"""Checks of ex2, the 4-32-16-1 classifier.

Nothing the submission says about its training is believed: weights come back as data, and each step, loss and
accuracy is computed again here, in float64 and by explicit formulas. Weights are one flat tensor of shape (705,),
in the order of model.parameters().
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from grader.checks import Layer, ModuleView, Probe, check
from grader.errors import Raised, Unmet
from grader.expect import describe, expect, expect_close, expect_float, expect_floats, expect_tensor, fail
from grader.sandbox.values import Handle

LAYERS: tuple[Layer, ...] = (
    ("Linear", (4, 32), {}), ("ReLU", (), {}), ("Linear", (32, 16), {}), ("ReLU", (), {}),
    ("Linear", (16, 1), {}), ("Sigmoid", (), {}),
)  # fmt: skip
KINDS = tuple(name for name, _, _ in LAYERS)
SHAPES = {
    "0.weight": (32, 4), "0.bias": (32,), "2.weight": (16, 32), "2.bias": (16,), "4.weight": (1, 16), "4.bias": (1,),
}  # fmt: skip
COUNTS = [math.prod(shape) for shape in SHAPES.values()]  # 705 together

ENOUGH = 0.93  # accuracy on fresh points; the reference's lowest over 120 seeds was 0.964
LOW = 0.2  # training loss after 500 epochs; the reference's highest over 100 seeds was 0.02
CHANCE = 1e-10  # how often a test of the distribution may refuse data that are drawn right
USUAL_RATES = (0.1, 0.05, 0.02, 0.01, 0.005, 0.002, 0.001, 0.0001)  # written down instead of passed on


# build_model


@check("build_model gives 4-32-16-1, a new one each time", points=1)
def architecture(submission: Probe, rng: torch.Generator) -> None:
    model = submission.call("build_model")
    view = _sequential(submission, model)
    if shortfall := _shortfall(view):
        fail(**shortfall)
    weights = _flat(view)
    assert weights is not None  # by _shortfall
    x = torch.randn(64, 4, generator=rng)
    logits = _logits(weights, x.double()).float()
    expect_close(
        submission.call(model, x), logits.sigmoid(), name="model(X)", mistakes={"missing_sigmoid": logits}
    )

    other = submission.call("build_model")
    _sequential(submission, other)
    _load(submission, model, view, torch.full_like(weights, 7.0))
    apart = _flat(submission.module(other))
    _load(submission, model, view, weights)  # a submission with one model only is to be tried further
    expect(apart is not None and not bool((apart == 7.0).any()), mistake="same_model")


def _sequential(submission: Probe, model: Any) -> ModuleView:
    expected = "build_model() should return an nn.Sequential"
    hint = "Build nn.Sequential(...) from the six layers and return it."
    if not isinstance(model, Handle):
        fail(f"{expected}, and it returned {describe(model)}.", hint=hint)
    try:
        view = submission.module(model)
    except Raised:
        if model.type.endswith("Sequential"):  # such as one with lazy layers: torch's own message says more
            raise
        fail(f"{expected}, and it returned {describe(model)}.", hint=hint)
    expect(view.is_sequential, mistake="not_sequential")
    return view


def _shortfall(view: ModuleView) -> dict[str, Any] | None:
    """What keeps a model from being 4-32-16-1, as the arguments of `fail`."""
    kinds = [
        next((kind for kind in KINDS if layer.is_a(kind)), (*layer.bases, "?")[0]) for layer in view.layers
    ]
    found = ", ".join(kinds)
    if kinds != list(KINDS):
        if [kind for kind in kinds if kind != "ReLU"] == ["Linear"] * 3:
            return {"mistake": "missing_sigmoid"}
        if len(kinds) < 6 and [kind for kind in kinds if kind != "ReLU"] == ["Linear"] * 3 + ["Sigmoid"]:
            return {"mistake": "missing_relu", "found": found}
        return {
            "reason": f"The layers should be {', '.join(KINDS)}, and they are {found or 'none at all'}.",
            "hint": "list(model) must be exactly these six layers, in this order, not nested.",
        }
    sizes = [(layer.sizes.get("in_features"), layer.sizes.get("out_features")) for layer in view.layers[::2]]
    if sizes != [(4, 32), (32, 16), (16, 1)]:
        return {"mistake": "wrong_widths", "found": ", ".join(f"Linear({i}, {o})" for i, o in sizes)}
    tensors = [each.value for each in view.parameters.values() if isinstance(each.value, Tensor)]
    if [tuple(tensor.shape) for tensor in tensors] != list(SHAPES.values()) or _flat(view) is None:
        count = sum(tensor.numel() for tensor in tensors)
        return {
            "reason": f"The model should have 705 parameters, and it has {count}.",
            "hint": "Each Linear has a weight and a bias: leave bias=True, and add no other parameters.",
        }
    return _unfit(view)


def _unfit(view: ModuleView) -> dict[str, Any] | None:
    for name, tensor in view.parameters.items():
        if tensor.value.dtype != torch.float32:
            return {
                "reason": f"The parameter {name} is {tensor.value.dtype}; it should be torch.float32.",
                "hint": "Leave out .double() and torch.set_default_dtype: PyTorch's own default is float32.",
            }
        if not tensor.requires_grad:
            return {
                "reason": f"The parameter {name} does not require grad, so no training can change it.",
                "hint": "Leave requires_grad as nn.Linear sets it.",
            }
        if not bool(tensor.value.isfinite().all()):
            return {
                "reason": f"The parameter {name} holds NaN or infinity.",
                "hint": "Leave the start values that nn.Linear draws.",
            }
    return None


# make_data


@check("X is (n, 4) and y is (n, 1), both float32", points=1)
def data_form(submission: Probe, rng: torch.Generator) -> None:
    for n, arguments in ((1000, ()), (37, (37,)), (256, (256, _draw(rng, 1, 1000)))):
        x, y = _data(submission, *arguments)
        if isinstance(x, Tensor) and x.dtype == torch.float64:
            fail(mistake="data_float64")
        expect_tensor(x, name="X", shape=(n, 4), dtype=torch.float32)
        if isinstance(y, Tensor) and tuple(y.shape) == (n,):
            fail(mistake="labels_flat")
        if isinstance(y, Tensor) and tuple(y.shape) == (n, 1) and y.dtype != torch.float32:
            fail(mistake="labels_dtype", found=y.dtype)
        expect_tensor(y, name="y", shape=(n, 1), dtype=torch.float32)


@check("X is standard normal, decided by the seed", points=1)
def data_drawn(submission: Probe, rng: torch.Generator) -> None:
    seed = _draw(rng, 1, 10_000)
    x = _points(submission, 5000, seed)
    again, other = _points(submission, 5000, seed), _points(submission, 5000, seed + 1)
    expect(torch.equal(x, again), mistake="not_seeded")
    expect(not torch.equal(x, other), mistake="seed_ignored")
    default = torch.equal(_points(submission, 100), _points(submission, 100, 0))
    expect(default, "make_data(100) and make_data(100, 0) differ.", hint="The default of seed is 0.")
    _expect_normal(x.double())


@check("y is 1.0 where the sum of squares is below 2.0", points=1)
def data_labels(submission: Probe, rng: torch.Generator) -> None:
    n = 2000
    x, y = _data(submission, n, _draw(rng, 1, 10_000))
    x = expect_tensor(x, name="X", shape=(n, 4)).double()
    y = expect_tensor(y, name="y").double()
    expect(y.numel() == n, f"y should hold one label per point: {n} of them, and it holds {y.numel()}.")
    sums = (x**2).sum(1)
    clear = (sums - 2).abs() > 1e-4  # nearer than that, the order of a float32 sum may decide
    x, y, sums = x[clear], y.reshape(n)[clear], sums[clear]
    right = (sums < 2).double()
    if torch.equal(y, right):
        return
    images = {
        "labels_inverted": 1 - right,
        "labels_sum": (x.sum(1) < 2).double(),
        "labels_square_of_sum": (x.sum(1) ** 2 < 2).double(),
        "labels_abs_sum": (x.abs().sum(1) < 2).double(),
        "labels_norm": (sums < 4).double(),
    }
    for mistake, image in images.items():
        expect(not torch.equal(y, image), mistake=mistake)
    ones, zeros = sums[y == 1], sums[y == 0]
    binary = len(ones) + len(zeros) == len(y)
    expect(binary, "y should hold only 0.0 and 1.0.", hint="(condition).float() gives these two.")
    mixed = len(ones) > 0 and len(zeros) > 0
    expect(
        mixed, f"All labels are {float(y[0])}.", hint="About a quarter of them should be 1.0: sum over dim=1."
    )
    if ones.max() < zeros.min():
        fail(mistake="labels_threshold", threshold=f"{float(ones.max() + zeros.min()) / 2:.2f}")
    fail(
        f"{int((y != right).sum())} of {len(y)} labels do not follow the rule.",
        hint="Square X, sum over dim=1, compare with 2.0.",
    )


def _data(submission: Probe, *arguments: int) -> tuple[Any, Any]:
    value = submission.call("make_data", *arguments)
    if not isinstance(value, (tuple, list)) or len(value) != 2:
        fail(
            f"make_data should return two tensors, X and y, and it returned {describe(value)}.",
            hint="End with return X, y.",
        )
    x, y = (part.detach() if isinstance(part, Tensor) else part for part in value)
    return x, y


def _points(submission: Probe, n: int, *seed: int) -> Tensor:
    return expect_tensor(_data(submission, n, *seed)[0], name="X", shape=(n, 4))


def _expect_normal(x: Tensor) -> None:
    entries = x.reshape(-1)
    low, high, mean, std = (
        float(value) for value in (entries.min(), entries.max(), entries.mean(), entries.std())
    )
    if _distance(entries, lambda v: torch.special.ndtr(v)) > _most(len(entries)):
        if _distance(entries, lambda v: (v - low) / (high - low)) < _most(len(entries)):
            fail(mistake="uniform_data", low=f"{low:.1f}", high=f"{high:.1f}")
        fail(
            f"The entries of X are not standard normal; their mean is {mean:.2f}, their standard deviation {std:.2f}.",
            hint="torch.randn draws from the standard normal distribution, mean 0 and standard deviation 1.",
        )
    radius = (x**2).sum(
        1
    )  # chi-squared with 4 degrees of freedom: its distribution is 1 - exp(-r/2) (1 + r/2)
    if _distance(radius, lambda r: 1 - torch.exp(-r / 2) * (1 + r / 2)) > _most(len(radius)):
        fail(
            "The four components of a point are not independent of each other.",
            hint="Draw n x 4 numbers: torch.randn(n, 4).",
        )


def _distance(values: Tensor, distribution: Callable[[Tensor], Tensor]) -> float:
    """Kolmogorov and Smirnov's: the greatest gap between the distribution of the values and a given one."""
    expected = distribution(values.sort().values)
    above = torch.arange(1, len(values) + 1, dtype=torch.float64) / len(values)
    return float(torch.maximum((above - expected).abs(), (above - 1 / len(values) - expected).abs()).max())


def _most(n: int) -> float:
    """The distance that n right values exceed with probability CHANCE at most (Massart's bound, for every n)."""
    return math.sqrt(math.log(2 / CHANCE) / (2 * n))


# train


@check("One epoch is one Adam step on all the data", points=1, hidden=True)
def one_epoch(submission: Probe, rng: torch.Generator) -> None:
    _expect_training(submission, rng, n=_draw(rng, 2000, 2600), epochs=1, lr=0.015)


@check("Several epochs, with another learning rate", points=1, hidden=True)
def several_epochs(submission: Probe, rng: torch.Generator) -> None:
    _expect_training(submission, rng, n=_draw(rng, 1000, 1500), epochs=5, lr=0.006)


@check("Each loss is the one before its epoch's step", points=1, hidden=True)
def losses(submission: Probe, rng: torch.Generator) -> None:
    start = _drawn_weights(rng, scale=1.5)
    x, y = _circle(rng, _draw(rng, 1000, 1500))
    runs = [_train(submission, start, x, y, epochs, 0.015) for epochs in (1, 2, 3, 4)]
    for epochs, run in enumerate(runs, 1):
        _expect_entries(run.losses, [other.losses for other in runs], epochs)
    path = [
        start,
        *(run.weights for run in runs),
    ]  # the submission's own: another optimizer is judged elsewhere
    got = torch.tensor(runs[-1].losses)

    def along(weights: list[Tensor], loss: Loss = BCE) -> Tensor:
        return torch.stack(
            [loss.value(torch.sigmoid(_logits(w, x.double())), y.double()) for w in weights]
        ).float()

    right = along(path[:-1])
    if _same_losses(got, right):
        return
    moved = not torch.equal(path[0], path[-1])
    expect(moved or bool((got == got[0]).all()), mistake="trains_other_model")
    images = {name: along(path[:-1], loss) for name, loss in OTHER_LOSSES.items()}
    images["loss_after_step"] = along(path[1:])
    for mistake, image in images.items():
        expect(not (moved and _same_losses(got, image)), mistake=mistake)
    _expect_whole_batches(submission, start, x, y)
    off = int((~torch.isclose(got, right, rtol=3e-4, atol=0)).nonzero()[0])
    fail(
        f"Entry {off} of the losses is not the BCE loss of the weights that epoch {off + 1} starts from.",
        hint="In each epoch: forward, loss, append loss.item(), then zero_grad, backward, step.",
        detail=f"Expected {right.tolist()}, got {got.tolist()}.",
    )


@check(f"500 epochs reach {ENOUGH} on fresh points", points=1)
def full_training(submission: Probe, rng: torch.Generator) -> None:
    (x, y), (fresh_x, fresh_y) = _circle(rng, 1000), _circle(rng, 4000)
    model, start = _own_or_plain(submission, _drawn_weights(rng, scale=1.0))
    reported = submission.call("train", model, x, y)
    weights = _weights_after(submission, model)
    if isinstance(reported, list) and all(
        isinstance(each, float) and math.isfinite(each) for each in reported
    ):
        right = _follow(start.float(), x, y, epochs=500, step=_adam(0.01))
        curves = {"your_loss": reported[:500], "reference_loss": right.losses}
        submission.plot("Training loss", x_label="epoch", y_label="BCE loss", **curves)

    if torch.equal(weights, start):
        fail(mistake="no_step" if _constant(reported) else "trains_other_model")
    predicted = torch.sigmoid(_logits(weights, fresh_x.double())) > 0.5
    accuracy = float((predicted == (fresh_y > 0.5)).double().mean())
    if accuracy < ENOUGH:
        majority = not bool(predicted.any())
        expect(not majority, mistake="majority_class", accuracy=f"{accuracy:.2f}")
        fail(
            f"After 500 epochs the model is right on {accuracy:.3f} of 4000 fresh points; {ENOUGH} is the least.",
            hint="Mend the failed checks on single epochs first: the long run only shows what they add up to.",
        )
    loss = float(BCE.value(torch.sigmoid(_logits(weights, x.double())), y.double()))
    expect(
        loss < LOW,
        f"After 500 epochs the loss on the training data is {loss:.3f}; a right training brings it below {LOW}.",
        hint="Mend the failed checks on single epochs first: the long run only shows what they add up to.",
    )


@dataclass(frozen=True, slots=True)
class Loss:
    """A loss of the outputs p (n, 1) and labels y (n, 1): its value (0-d), and its slope by the logits (n, 1)."""

    value: Callable[[Tensor, Tensor], Tensor]
    slope: Callable[[Tensor, Tensor], Tensor]


def _bce(p: Tensor, y: Tensor) -> Tensor:
    return -(
        y * p.log().clamp(min=-100) + (1 - y) * (1 - p).log().clamp(min=-100)
    ).mean()  # clamped as BCELoss does


BCE = Loss(_bce, lambda p, y: (p - y) / len(y))
OTHER_LOSSES = {
    "mse_loss": Loss(lambda p, y: ((p - y) ** 2).mean(), lambda p, y: 2 * (p - y) * p * (1 - p) / len(y)),
    "logits_loss": Loss(
        lambda p, y: (p.exp().log1p() - p * y).mean(),
        lambda p, y: (torch.sigmoid(p) - y) * p * (1 - p) / len(y),
    ),
    "loss_sum": Loss(lambda p, y: len(y) * _bce(p, y), lambda p, y: p - y),
    "broadcast_loss": Loss(lambda p, y: _bce(p, y.mean()), lambda p, y: (p - y.mean()) / len(y)),
}

Step = Callable[[Tensor, Tensor], Tensor]  # (weights, gradient) -> weights


def _adam(lr: float, *, decay: float = 0.0) -> Callable[[], Step]:
    """Adam with PyTorch's defaults; with `decay`, AdamW."""

    def start() -> Step:
        mean, square, time = torch.zeros(()), torch.zeros(()), 0

        def step(weights: Tensor, gradient: Tensor) -> Tensor:
            nonlocal mean, square, time
            time += 1
            mean = 0.9 * mean + 0.1 * gradient
            square = 0.999 * square + 0.001 * gradient**2
            root = (square / (1 - 0.999**time)).sqrt() + 1e-8
            return weights * (1 - lr * decay) - lr / (1 - 0.9**time) * mean / root

        return step

    return start


def _sgd(lr: float, *, momentum: float = 0.0) -> Callable[[], Step]:
    def start() -> Step:
        velocity = torch.zeros(())

        def step(weights: Tensor, gradient: Tensor) -> Tensor:
            nonlocal velocity
            velocity = momentum * velocity + gradient
            return weights - lr * velocity

        return step

    return start


@dataclass(frozen=True, slots=True)
class Training:
    """Where a training ends, and the losses on the way: floats of ours, or whatever the submission returned."""

    weights: Tensor
    losses: Any


def _follow(
    weights: Tensor,
    x: Tensor,
    y: Tensor,
    *,
    epochs: int,
    step: Callable[[], Step],
    loss: Loss = BCE,
    zeroed: bool = True,
    renewed: bool = False,
) -> Training:
    """A full-batch training in the dtype of the weights. Mistaken ones: gradients not `zeroed`, optimizer `renewed`."""
    x, y = x.to(weights.dtype), y.to(weights.dtype)
    take, total, values = step(), torch.zeros_like(weights), []
    for _ in range(epochs):
        value, gradient = _value_and_gradient(weights, x, y, loss)
        total = gradient if zeroed else total + gradient
        take = step() if renewed else take
        weights = take(weights, total)
        values.append(value)
    return Training(weights, torch.stack(values).tolist())


def _value_and_gradient(weights: Tensor, x: Tensor, y: Tensor, loss: Loss) -> tuple[Tensor, Tensor]:
    w1, b1, w2, b2, w3, b3 = _split(weights)
    a1 = torch.addmm(b1, x, w1.T).relu()
    a2 = torch.addmm(b2, a1, w2.T).relu()
    p = torch.addmm(b3, a2, w3.T).sigmoid()
    d3 = loss.slope(p, y)
    d2 = (d3 @ w3) * (a2 > 0)
    d1 = (d2 @ w2) * (a1 > 0)
    parts = (d1.T @ x, d1.sum(0), d2.T @ a1, d2.sum(0), d3.T @ a2, d3.sum(0))
    return loss.value(p, y), torch.cat([part.reshape(-1) for part in parts])


def _expect_training(submission: Probe, rng: torch.Generator, *, n: int, epochs: int, lr: float) -> None:
    """`train` moves the weights as so many Adam steps do; else the mistake whose trajectory it followed is named."""
    start = _drawn_weights(rng, scale=2.0)
    x = torch.randn(n, 4, generator=rng)
    # Labels as the model believes: then the gradient hangs on each of them, and no two losses agree in its signs.
    y = torch.bernoulli(0.8 * torch.sigmoid(_logits(start, x.double())), generator=rng).float()
    run = _train(submission, start, x, y, epochs, lr)
    if _arrived(run.weights, _follow(start, x, y, epochs=epochs, step=_adam(lr)).weights, start, epochs):
        return
    if torch.equal(run.weights, start):
        longer = _train(submission, start, x, y, 3, lr)
        fail(mistake="no_step" if _constant(longer.losses) else "trains_other_model")
    for mistake, training, values in _mistaken(start, x, y, epochs, lr):
        expect(not _arrived(run.weights, training.weights, start, epochs), mistake=mistake, **values)
    _expect_whole_batches(submission, start, x, y)
    parts = zip(SHAPES, _split(run.weights == start), strict=True)
    still = ", ".join(f"model[{name.replace('.', '].')}" for name, part in parts if bool(part.all()))
    expect(not still, mistake="partly_trained", still=still)
    fail(
        f"After {_epochs(epochs)} the weights are not where Adam takes them.",
        hint="Per epoch: one forward pass on all of X, BCELoss, zero_grad, backward, and one step of "
        "torch.optim.Adam(model.parameters(), lr=lr), its other settings left alone.",
    )


def _mistaken(
    start: Tensor, x: Tensor, y: Tensor, epochs: int, lr: float
) -> list[tuple[str, Training, dict[str, Any]]]:
    def follow(step: Callable[[], Step], **options: Any) -> Training:
        return _follow(start, x, y, epochs=epochs, step=step, **options)

    adam = _adam(lr)
    return [
        ("zero_grad_forgotten", follow(adam, zeroed=False), {}),
        ("optimizer_renewed", follow(adam, renewed=True), {}),
        ("sgd", follow(_sgd(lr)), {}),
        ("sgd", follow(_sgd(lr, momentum=0.9)), {}),
        ("adamw", follow(_adam(lr, decay=0.01)), {}),
        *((name, follow(adam, loss=loss), {}) for name, loss in OTHER_LOSSES.items()),
        *(("lr_ignored", follow(_adam(rate)), {"used": rate}) for rate in USUAL_RATES),
    ]


def _arrived(weights: Tensor, expected: Tensor, start: Tensor, epochs: int) -> bool:
    """Whether a training ended where another did, within 1/2000 of its stride.

    One weight in a hundred may differ: where a gradient is all but zero, Adam makes a full step of its rounding
    error. Over 300 seeds and five ways of writing a right training, at most one weight in 705 did.
    """
    stride = float((expected - start).abs().max()) / epochs
    close = (weights - expected).abs() <= 5e-4 * stride + 2.5e-7 * expected.abs()
    return float(close.double().mean()) >= 0.99 and all(part.double().mean() >= 0.9 for part in _split(close))


def _expect_whole_batches(submission: Probe, start: Tensor, x: Tensor, y: Tensor) -> None:
    """Name what the number of forward passes gives away, in trainings of one and of two epochs."""
    once, twice = (_forward_passes(submission, start, x, y, epochs) for epochs in (1, 2))
    if once == twice > 0:
        fail(mistake="epochs_ignored", ran=_epochs(once))
    if once > 1 and twice == 2 * once:
        fail(mistake="mini_batches", batches=once)


def _forward_passes(submission: Probe, start: Tensor, x: Tensor, y: Tensor, epochs: int) -> int:
    model = _plain(submission, start)
    submission.watch(model)
    if submission.raises("train", model, x, y, epochs, 0.01) is not None:
        return 0
    return sum(1 for seen in submission.forwards(model) if isinstance(seen, dict) and seen.get("grad"))


def _epochs(count: int) -> str:
    return "1 epoch" if count == 1 else f"{count} epochs"


def _expect_entries(losses: Any, of_all_runs: list[Any], epochs: int) -> None:
    """A list with one Python float per epoch."""
    runs = [other for other in of_all_runs if isinstance(other, (list, tuple))]
    if len(runs) == len(of_all_runs) and all(
        isinstance(each, (float, Tensor)) for run in runs for each in run
    ):
        first, *_, last = (len(run) for run in runs)
        if first > 1:
            expect(first != last, mistake="epochs_ignored", ran=_epochs(first))
            expect(last != first * len(runs), mistake="mini_batches", batches=first)
        if first and all(isinstance(each, Tensor) and each.numel() == 1 for each in losses):
            fail(mistake="loss_tensors")
    elif isinstance(losses, tuple):
        fail(
            f"train should return the losses alone, and it returned {describe(losses)}.",
            hint="End with return losses.",
        )
    expect_floats(losses, name="What train returns", length=epochs)


def _same_losses(got: Tensor, expected: Tensor) -> bool:
    return bool(
        torch.isclose(got, expected, rtol=3e-4, atol=0).all()
    )  # room for losses rounded to four places


def _constant(losses: Any) -> bool:
    """Whether the entries that can be read as numbers are all the same."""
    values = losses if isinstance(losses, (list, tuple)) else []
    numbers = [each.item() if isinstance(each, Tensor) and each.numel() == 1 else each for each in values]
    return len({number for number in numbers if isinstance(number, (int, float))}) <= 1


# accuracy


@check("accuracy is the fraction of right predictions", points=1, hidden=True)
def accuracy_value(submission: Probe, rng: torch.Generator) -> None:
    cases = _accuracy_cases(rng)
    values = [_accuracy(submission, case) for case in cases]
    if all(isinstance(value, Tensor) and value.numel() == 1 for value in values):
        fail(mistake="accuracy_tensor")
    expect(
        None not in values, "accuracy returned None.", hint="Return the number; printing it is not enough."
    )
    numbers = [expect_float(value, name="The accuracy") for value in values]
    images = [case.images() for case in cases]
    if _all_close(numbers, [case.right for case in cases]):
        return
    for mistake in images[0]:
        expect(not _all_close(numbers, [image[mistake] for image in images]), mistake=mistake)
    fail(
        "The accuracy is not the fraction of points whose prediction, 1 where the output is above 0.5, is the label.",
        hint="((model(X) > 0.5) == (y > 0.5)).float().mean().item() is such a fraction.",
        detail=f"Expected {[round(case.right, 4) for case in cases]}, got {[round(number, 4) for number in numbers]}.",
    )


@check("accuracy leaves the mode and no gradients", points=1)
def accuracy_leaves(submission: Probe, rng: torch.Generator) -> None:
    case = _accuracy_cases(rng)[0]
    seen: list[tuple[ModuleView, list[dict[str, bool]]]] = []

    def use(model: Handle) -> Any:
        submission.watch(model)
        value = submission.call("accuracy", model, case.x, case.y)
        seen.append((submission.module(model), submission.forwards(model)))
        return value

    value = _on_a_model(submission, case.weights, use)
    after, forwards = seen[-1]
    ran = bool(forwards) or (isinstance(value, float) and abs(value - case.right) < 2e-4)
    expect(ran, "accuracy does not run the model.", hint="Predict with model(X), and compare with y.")
    expect(after.training, mistake="left_in_eval")
    expect(all(view.grad is None for view in after.parameters.values()), mistake="leaves_gradients")
    kept = _flat(after)
    expect(
        kept is not None and torch.equal(kept, case.weights),
        "accuracy has changed the model's weights.",
        hint="Measure only: no optimizer and no assignment to parameters.",
    )
    for advice, sign in (("no_grad", "grad"), ("eval_mode", "training")):
        if any(isinstance(each, dict) and each.get(sign) for each in forwards):
            submission.advise(advice)


@dataclass(frozen=True, slots=True)
class AccuracyCase:
    """A model and data: weights (705,), X (n, 4) float32, y (n, 1) float32, the model's outputs p (n, 1) float64."""

    weights: Tensor
    x: Tensor
    y: Tensor
    p: Tensor

    @property
    def right(self) -> float:
        return float(((self.p > 0.5) == (self.y > 0.5)).double().mean())

    def images(self) -> dict[str, float]:
        """What known mistakes give."""
        positive, ones = float((self.p > 0.5).double().mean()), float(self.y.double().mean())
        return {
            "accuracy_percent": 100 * self.right,
            "accuracy_count": self.right * len(self.y),
            "accuracy_flipped": 1 - self.right,
            "accuracy_all_ones": ones,
            "accuracy_all_zeros": 1 - ones,
            "accuracy_broadcast": positive * ones + (1 - positive) * (1 - ones),
            "accuracy_not_rounded": 0.0,
        }


def _accuracy_cases(rng: torch.Generator) -> list[AccuracyCase]:
    """A trained model on the labels of the rule, untrained ones on labels that are mostly 1 and mostly 0."""
    start = _drawn_weights(rng, scale=1.0)
    trained = _follow(start.float(), *_circle(rng, 400), epochs=60, step=_adam(0.03)).weights.double()
    cases = []
    for weights, n, share in (
        (trained, 1100, None),
        (_drawn_weights(rng, scale=3.0), 300, 0.9),
        (trained, 50, 0.1),
    ):
        x, y = _circle(rng, n)
        if share is not None:
            y = torch.bernoulli(torch.full_like(y, share), generator=rng)
        p = torch.sigmoid(_logits(weights, x.double()))
        clear = (((p - 0.5).abs() > 1e-3) & (p > 1e-5)).reshape(-1)  # nearer than that, rounding may decide
        cases.append(AccuracyCase(weights, x[clear], y[clear], p[clear]))
    return cases


def _accuracy(submission: Probe, case: AccuracyCase) -> Any:
    return _on_a_model(
        submission, case.weights, lambda model: submission.call("accuracy", model, case.x, case.y)
    )


def _all_close(numbers: list[float], expected: list[float]) -> bool:
    return all(abs(a - b) <= 2e-4 * max(1.0, abs(b)) for a, b in zip(numbers, expected, strict=True))


# Models: weights across the wire


def _plain(submission: Probe, weights: Tensor) -> Handle:
    return submission.build(LAYERS, state=_state(weights))


def _on_a_model(submission: Probe, weights: Tensor, use: Callable[[Handle], Any]) -> Any:
    """What `use` gives for a plain model with these weights, or, where that raises, for the submission's own class.

    A submission whose model has methods of its own, and whose functions call them, is right as well.
    """
    try:
        return use(_plain(submission, weights))
    except Raised:
        own = _own(submission, weights)
        if own is None:
            raise
        return use(own)


def _own(submission: Probe, weights: Tensor | None) -> Handle | None:
    """A model of the submission's `build_model`, with these weights if any; None where it is no 4-32-16-1."""
    try:
        model = submission.call("build_model")
        if not isinstance(model, Handle) or _shortfall(view := submission.module(model)):
            return None
        if weights is not None:
            _load(submission, model, view, weights)
    except (Raised, Unmet):
        return None
    return model


def _load(submission: Probe, model: Handle, view: ModuleView, weights: Tensor) -> None:
    """Give a 4-32-16-1 model these weights, whatever its parameters are called."""
    state = dict(zip(view.parameters, _state(weights).values(), strict=True))
    submission.call(model, state, method="load_state_dict", strict=False)


def _own_or_plain(submission: Probe, weights: Tensor) -> tuple[Handle, Tensor]:
    """The submission's own model as it starts, or a plain one with these weights where that is no 4-32-16-1."""
    own = _own(submission, None)
    start = _flat(submission.module(own)) if own is not None else None
    if own is None or start is None:
        return _plain(submission, weights), weights
    return own, start


def _train(submission: Probe, start: Tensor, x: Tensor, y: Tensor, epochs: int, lr: float) -> Training:
    def use(model: Handle) -> Training:
        reported = submission.call("train", model, x, y, epochs, lr)
        return Training(_weights_after(submission, model), reported)

    training = _on_a_model(submission, start, use)
    assert isinstance(training, Training)
    return training


def _weights_after(submission: Probe, model: Handle) -> Tensor:
    weights = _flat(submission.module(model))
    if weights is None:
        fail(
            "train has changed the layers of the model.",
            hint="Train the model as it is: its weights may change.",
        )
    if not bool(weights.isfinite().all()):
        fail(
            "The weights are NaN or infinite after training.",
            hint="Print the losses, and see where they explode.",
        )
    return weights


def _flat(view: ModuleView) -> Tensor | None:
    """A model's 705 weights in float64, taken by position; None where its Linear layers are not those of 4-32-16-1."""
    if len(view.layers) != len(LAYERS):
        return None
    found = [view.layers[index].parameters.get(name) for index in (0, 2, 4) for name in ("weight", "bias")]
    for tensor, shape in zip(found, SHAPES.values(), strict=True):
        if not isinstance(tensor, Tensor) or tuple(tensor.shape) != shape or not tensor.is_floating_point():
            return None
    return torch.cat([tensor.detach().double().reshape(-1) for tensor in found if tensor is not None])


def _split(weights: Tensor) -> list[Tensor]:
    parts = zip(torch.split(weights, COUNTS), SHAPES.values(), strict=True)
    return [part.view(shape) for part, shape in parts]


def _state(weights: Tensor) -> dict[str, Tensor]:
    return {name: part.float() for name, part in zip(SHAPES, _split(weights), strict=True)}


def _logits(weights: Tensor, x: Tensor) -> Tensor:
    """What the last Linear gives: (n, 1)."""
    w1, b1, w2, b2, w3, b3 = _split(weights)
    return ((x @ w1.T + b1).relu() @ w2.T + b2).relu() @ w3.T + b3


# Draws


def _draw(rng: torch.Generator, low: int, high: int) -> int:
    return int(torch.randint(low, high, (), generator=rng))


def _circle(rng: torch.Generator, n: int) -> tuple[Tensor, Tensor]:
    """Data as make_data gives them."""
    x = torch.randn(n, 4, generator=rng)
    return x, ((x**2).sum(1, keepdim=True) < 2).float()


def _drawn_weights(rng: torch.Generator, *, scale: float) -> Tensor:
    """Weights that float32 holds exactly; with scale 1 drawn as nn.Linear does, uniform within 1/sqrt(fan_in)."""
    widths = torch.repeat_interleave(torch.tensor([4, 4, 32, 32, 16, 16]), torch.tensor(COUNTS))
    return ((2 * torch.rand(len(widths), generator=rng) - 1) * scale / widths.sqrt()).double()
