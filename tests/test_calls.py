"""Calls of a submission's functions: several with one order, what they do to what they are given, wrong signatures."""

from __future__ import annotations

import ctypes
import mmap
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch

from grader.checks import Probe
from grader.errors import Crashed, Raised, SubmissionFault, Unmet
from grader.exercise import Limits
from grader.sandbox.launch import Launcher
from grader.sandbox.session import Session
from grader.sandbox.zygote import Zygote
from grader.submission import make_submission

SOURCE = b"""
import functools
import os
import torch

total = torch.zeros(())

def double(x):
    return 2 * x

def running_total(x):
    global total
    total += x
    return total

def no_threes(x):
    if x == 3:
        raise ValueError("three")
    return x

def dies_of_threes(x):
    if x == 3:
        os._exit(7)
    return x

def spoils(x):
    x.requires_grad_()
    (x ** 2).sum().backward()
    with torch.no_grad():
        x.add_(1)

def own_type_error(x):
    return x + "a"

def runs_it_and_adds(model, x, amount):
    answer = model(x)
    with torch.no_grad():
        model[0].weight += amount
    return answer

def measures_badly(model, x):
    model(x).sum().backward()
    model.eval()
    return model(x).item()

def spoils_its_parameters(model):
    def parameters(*_, **__):
        raise RuntimeError("none of yours")
    model.parameters = parameters

def two(x, y):
    return x

def takes_any(function):
    @functools.wraps(function)
    def wrapper(*arguments, **keywords):
        return arguments[0]
    return wrapper

@takes_any
def without_arguments():
    return None
"""


@pytest.fixture
def probe(launcher: Launcher) -> Iterator[Probe]:
    with Session(launcher, make_submission("mine.py", SOURCE), Limits(), seed=0) as session:
        session.open()
        yield Probe(session)


def test_several_calls_answer_what_each_would(probe: Probe) -> None:
    inputs = [torch.ones(2), 3, torch.zeros(2, 0, dtype=torch.float64)]
    together = list(probe.call_each("double", inputs))
    alone = [probe.call("double", value) for value in inputs]
    assert [str(answer) for answer in together] == [str(answer) for answer in alone]
    assert together[2].dtype == torch.float64


def test_an_answer_is_what_it_was_before_the_next_call_changed_it(probe: Probe) -> None:
    assert [float(total) for total in probe.call_each("running_total", [1, 2, 3])] == [1, 3, 6]


def test_an_exception_comes_where_its_answer_would(probe: Probe) -> None:
    answers = probe.call_each("no_threes", [1, 2, 3, 4])
    assert [next(answers), next(answers)] == [1, 2]
    with pytest.raises(Raised) as raised:
        next(answers)
    assert (raised.value.error, raised.value.text) == ("ValueError", "three")
    assert [place.code.strip() for place in raised.value.trace] == ['raise ValueError("three")']
    assert probe.call("no_threes", 4) == 4  # the child lives on


def test_a_child_that_dies_of_a_later_call_answers_none(probe: Probe) -> None:
    with pytest.raises(Crashed):
        next(probe.call_each("dies_of_threes", [1, 3]))


@pytest.mark.parametrize(
    ("function", "says"), [("doubled", "does not define doubled"), ("two", r"missing a required argument: 'y'")]
)
def test_what_cannot_be_called_is_named(probe: Probe, function: str, says: str) -> None:
    for call in (lambda: probe.call(function, 1), lambda: next(probe.call_each(function, [1]))):
        with pytest.raises(Unmet) as unmet:
            call()
        assert re.search(says, f"{unmet.value.message} {unmet.value.hint}"), unmet.value


def test_a_type_error_of_the_functions_own_is_its_own(probe: Probe) -> None:
    with pytest.raises(Raised) as raised:
        probe.call("own_type_error", 1)
    assert raised.value.error == "TypeError"
    assert raised.value.trace


def test_what_can_be_called_is_whatever_its_signature_says(probe: Probe) -> None:
    assert probe.call("without_arguments", 5) == 5


def test_the_effect_of_a_call_on_its_argument(probe: Probe) -> None:
    x = torch.tensor([1.0, 2.0])
    seen = probe.effect("spoils", x)
    assert seen.value.tolist() == [2.0, 3.0]
    assert seen.requires_grad
    assert seen.grad is not None
    assert seen.grad.tolist() == [2.0, 4.0]
    assert x.tolist() == [1.0, 2.0]
    with pytest.raises(SubmissionFault):
        probe.effect("own_type_error", x)


def test_a_call_on_a_fresh_model_and_the_model_after_it(probe: Probe) -> None:
    layers = [("Linear", (2, 1), {}), ("BatchNorm1d", (1,), {})]
    weights = torch.tensor([1.0, -1.0, 0.5, 2.0, 3.0])  # of Linear: weight (1, 2), bias (1,); of BatchNorm: both (1,)
    x = torch.tensor([[1.0, 2.0], [3.0, 5.0]])  # Linear makes -0.5 and -1.5 of it, BatchNorm of these 2 + 3 and -2 + 3
    called = probe.call_on_model("runs_it_and_adds", layers, x, weights=weights, amount=2.0)
    assert torch.allclose(called.answer, torch.tensor([[5.0], [1.0]]), atol=1e-3)
    assert called.weights.tolist() == [3.0, 1.0, 0.5, 2.0, 3.0]
    assert (called.training, called.has_gradients, called.forwards) == (True, False, ())
    again = probe.call_on_model("runs_it_and_adds", layers, x, weights=weights, amount=0.0)
    assert again.answer.equal(called.answer)


def test_what_a_call_does_to_a_fresh_model_is_seen(probe: Probe) -> None:
    called = probe.call_on_model(
        "measures_badly", [("Linear", (2, 1), {})], torch.ones(1, 2), weights=torch.ones(3), watched=True
    )
    assert (called.training, called.has_gradients) == (False, True)
    assert called.forwards == (
        {"grad": True, "training": True, "device": "cpu"},
        {"grad": True, "training": False, "device": "cpu"},
    )


@pytest.mark.parametrize("function", ["own_type_error", "spoils_its_parameters"])
def test_a_call_on_a_fresh_model_that_raises(probe: Probe, function: str) -> None:
    with pytest.raises(Raised):
        probe.call_on_model(function, [("Linear", (2, 1), {})], weights=torch.ones(3))


@pytest.mark.parametrize(
    "lie", ["5", "{}", "{'answer': 1, 'weights': 'heavy'}", "{'answer': 1, 'weights': torch.ones(2), 'training': 5}"]
)
def test_a_child_that_lies_about_a_fresh_model_is_no_answer(launcher: Launcher, lie: str) -> None:
    source = f"""
import gc, torch
for thing in gc.get_objects():
    if type(thing).__name__ == "Servant":
        thing._orders["call_on_model"] = lambda **_: {lie}
"""
    with Session(launcher, make_submission("mine.py", source.encode()), Limits(), seed=0) as session:
        session.open()
        with pytest.raises(Crashed):
            Probe(session).call_on_model("f", [("Linear", (1, 1), {})], weights=torch.ones(2))


def test_a_warm_sandbox_has_rehearsed_and_nothing_is_left_of_it(launcher: Launcher) -> None:
    source = b"import os, sys\nprint(sorted(os.listdir('..')), os.listdir('.'), __file__[-13:])\n"
    with Session(launcher, make_submission("mine.py", source), Limits(), seed=0) as session:
        session.open()
    assert session.output == "['submission.py', 'work'] [] submission.py\n"
    assert launcher.scratch_root.names() == []


@pytest.mark.skipif(sys.platform != "linux", reason="the zygote is of Linux")
def test_the_heap_of_a_warm_zygote_is_in_large_pages(launcher: Launcher) -> None:
    assert isinstance(launcher, Zygote)
    if not _gathers_pages():
        pytest.skip("this machine does not gather pages when it is asked to: Linux does from 6.1 on")
    with Session(launcher, make_submission("mine.py", b"x = 1"), Limits(), seed=0) as session:
        session.open()  # it is warm when it has forked a first child
    assert _in_large_pages(launcher._process.pid) > 50 << 20


def _gathers_pages() -> bool:
    """Whether the kernel does for this process what the zygote asks for."""
    from grader.sandbox.inside import heap, kernel

    size = 16 * heap.LARGE
    with mmap.mmap(-1, size, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS) as memory:
        memory.write(b"1" * size)
        byte = ctypes.c_char.from_buffer(memory)
        start = -(-ctypes.addressof(byte) // heap.LARGE) * heap.LARGE
        del byte  # or it would hold the mapping open
        return kernel.advise(start, size - heap.LARGE, kernel.MADV_COLLAPSE)


def _in_large_pages(pid: int) -> int:
    text = Path(f"/proc/{pid}/smaps_rollup").read_text()
    found = re.search(r"AnonHugePages:\s+(\d+) kB", text)
    return int(found[1]) << 10 if found else 0
