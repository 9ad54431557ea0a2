"""A child that sends whatever it likes over a real socket: its session ends in a report, in time, with nothing earned.

The child is played by a thread, so that thousands of answers can be tried; what it speaks through is the real thing.
"""

from __future__ import annotations

import contextlib
import dataclasses
import json
import math
import os
import subprocess
import sys
from functools import partial, reduce
from pathlib import Path

import hypothesis.strategies as st
import jsonschema
import numpy as np
import pytest
import torch
from fake_child import Answer, FakeLauncher, framed, nothing, valued
from hypothesis import HealthCheck, example, given, settings
from lies import LEAVES, TEXT, TREES, VALUES
from report_samples import RUNNER

from grader.checks import Probe
from grader.errors import Crashed, SubmissionFault, TimedOut
from grader.exercise import Exercise, Limits, find_exercise
from grader.grading import grade
from grader.model import SubmissionId, Verdict
from grader.reporters import Format, render
from grader.reporters.json_report import json_schema
from grader.sandbox.inside.handles import Handles
from grader.sandbox.session import Session
from grader.sandbox.values import Handle
from grader.sandbox.wire import CAPS, PREFIX, Frame
from grader.submission import Submission

pytestmark = [
    pytest.mark.filterwarnings("error"),
    pytest.mark.skipif(sys.platform == "win32", reason="the fake child needs a socket pair and a pipe"),
]
SUBMISSION = Submission(SubmissionId(name="mine.py", sha256="0" * 64), b"x = 1\n")
KINDS = ["value", "raised", "syntax", "missing", "signature", "not_callable", "too_large", "ready", ""]
FACTS = st.fixed_dictionaries(
    {}, optional=dict.fromkeys(["error", "text", "lines", "name", "names", "why", "type", "message", "line"], TREES)
)


def in_a_hurry(name: str, *packs: Path) -> Exercise:
    exercise = find_exercise(name, packs)
    limits = dataclasses.replace(exercise.limits, import_seconds=0.1, call_seconds=0.1, total_seconds=0.5)
    return dataclasses.replace(exercise, limits=limits)


def header(header: dict[str, object], body: bytes = b"", claimed: int | None = None) -> bytes:
    text = json.dumps(header).encode()
    return PREFIX.pack(len(text), len(body) if claimed is None else claimed) + text + body


def said(kind: object, value: object) -> Answer:
    return lambda number: framed(Frame({"kind": kind, "id": number, "value": value}))


ANSWERS: st.SearchStrategy[Answer] = st.one_of(
    VALUES.map(lambda value: lambda number: valued(number, value)),
    st.builds(said, st.sampled_from(KINDS) | LEAVES, TREES | FACTS),
    TREES.map(lambda value: lambda _: framed(Frame({"kind": "value", "id": value, "value": value}))),
    st.dictionaries(st.sampled_from(["kind", "id", "value", "sizes"]), TREES).map(lambda tree: lambda _: header(tree)),
    st.integers(0, CAPS.body + 1).map(lambda size: lambda _: header({"sizes": [size]}, b"x", claimed=size)),
    st.binary(max_size=40).map(lambda data: lambda _: data),
    st.integers(1, 20).map(lambda cut: lambda number: valued(number, "cut short")[:-cut]),
    st.integers(2, 3).map(lambda times: lambda number: valued(number, "again") * times),
    st.just(lambda _: None),
)


@settings(
    max_examples=150,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(
    st.sampled_from(["ex1", "ex2", "ex3", "ex4", "ex5"]),
    st.integers(0, 8),
    st.lists(ANSWERS, max_size=6),
    TEXT | st.binary(max_size=30),
)
def test_whatever_a_child_sends_there_is_a_report(
    tmp_path: Path, name: str, honest: int, answers: list[Answer], output: str | bytes
) -> None:
    printed = output if isinstance(output, bytes) else output.encode("utf-8", "surrogatepass")
    launcher = FakeLauncher(tmp_path, [nothing] * honest + answers, output=printed)
    report = grade(in_a_hurry(name), SUBMISSION, launcher)
    launcher.close()
    assert report.verdict in (Verdict.FAILED, Verdict.CRASHED, Verdict.TIMED_OUT), report.reason
    assert report.score == 0
    for kind in Format:
        assert render(report, kind, environment=RUNNER)
    jsonschema.validate(json.loads(render(report, Format.JSON)), json_schema())
    assert list(tmp_path.iterdir()) == []


def seen() -> dict[str, object]:
    """What an honest child shows of the second exercise's model."""
    sizes = [(4, 32), (32, 16), (16, 1)]
    linear = [torch.nn.Linear(*size) for size in sizes]
    model = torch.nn.Sequential(linear[0], torch.nn.ReLU(), linear[1], torch.nn.ReLU(), linear[2], torch.nn.Sigmoid())
    return Handles(lambda tensor: tensor.device).module(model)


@st.composite
def shown_with_a_lie(draw: st.DrawFn) -> object:
    """A module's description in which one thing, at any depth, is something else."""
    whole = at = seen()
    while True:
        key = draw(st.sampled_from(sorted(at) if isinstance(at, dict) else range(len(at))))  # type: ignore[type-var]
        if isinstance(at[key], (dict, list)) and at[key] and draw(st.integers(0, 3)):  # type: ignore[index]
            at = at[key]  # type: ignore[index]
            continue
        right = at[key]  # type: ignore[index]
        changed = (
            [] if not isinstance(right, torch.Tensor) else [right * math.nan, right.double(), right[:0], right.cfloat()]
        )
        at[key] = draw(VALUES | st.sampled_from([None, -1, 10**30, *changed]))  # type: ignore[index]
        return whole


@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(shown_with_a_lie(), VALUES | st.just(Handle(1, "x")))
def test_a_model_with_a_lie_in_it_is_judged(tmp_path: Path, shown: object, answer: object) -> None:
    usual = {"module": partial(valued, value=shown), "call": partial(valued, value=answer)}
    launcher = FakeLauncher(tmp_path, [], usual=usual)
    report = grade(in_a_hurry("ex2"), SUBMISSION, launcher)
    launcher.close()
    assert report.verdict in (Verdict.FAILED, Verdict.CRASHED, Verdict.TIMED_OUT), report.reason
    jsonschema.validate(json.loads(render(report, Format.JSON)), json_schema())


@pytest.mark.parametrize("name", ["ex1", "ex2", "ex3", "ex4", "ex5"])
@pytest.mark.parametrize(
    "tree",
    [
        {"$": "scalar", "dtype": "float32", "value": 0.5},
        reduce(lambda inner, _: [inner], range(CAPS.depth), {"$": "handle", "id": 1, "type": "x"}),
        [0] * (CAPS.values - 1),
        [{"$": "tuple", "items": [0]}] * (CAPS.work // 12 - 10),
    ],
    ids=["NumPy scalar", "as deep as may be", "as many as may be", "as many tuples"],
)
def test_an_answer_at_the_limit_may_be_handed_back(tmp_path: Path, name: str, tree: object) -> None:
    model = {"call": said("value", tree), "module": partial(valued, value=seen())}
    handles = dict.fromkeys(["put", "build", "as_path"], said("value", {"$": "handle", "id": 1, "type": "x"}))
    launcher = FakeLauncher(tmp_path, [], usual=model | handles)
    report = grade(in_a_hurry(name), SUBMISSION, launcher)
    launcher.close()
    assert report.verdict in (Verdict.FAILED, Verdict.CRASHED, Verdict.TIMED_OUT), report.reason


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(VALUES)
def test_whatever_a_child_shows_is_a_view_or_a_crash(tmp_path: Path, value: object) -> None:
    for look in ("tensor", "module", "state", "forwards", "put", "watch"):
        launcher = FakeLauncher(tmp_path, [nothing, lambda number: valued(number, value)])
        with Session(launcher, SUBMISSION, find_exercise("ex1").limits, seed=0) as session:
            session.open()
            with contextlib.suppress(Crashed):
                getattr(Probe(session), look)(Handle(1, "x"))
        launcher.close()


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    VALUES
    | st.lists(VALUES | st.tuples(st.sampled_from(KINDS), VALUES | TREES.map(json.dumps) | FACTS.map(json.dumps))),
    st.integers(1, 3),
)
@example([(np.zeros(0, dtype=bool), None)], 1)
@example([(torch.ones(2), "{}")], 1)
def test_whatever_a_child_says_of_several_calls_is_answers_or_a_fault(
    tmp_path: Path, value: object, count: int
) -> None:
    launcher = FakeLauncher(tmp_path, [nothing, lambda number: valued(number, value)])
    with Session(launcher, SUBMISSION, find_exercise("ex1").limits, seed=0) as session:
        session.open()
        with contextlib.suppress(SubmissionFault):
            assert len(list(Probe(session).call_each("f", [0] * count))) == count
    launcher.close()


@pytest.mark.parametrize(
    "answer",
    [
        lambda _: None,
        lambda _: PREFIX.pack(100, 0),
        lambda _: header({"sizes": [CAPS.body]}, b"x" * 1000, claimed=CAPS.body),
    ],
    ids=["silence", "half a prefix's promise", "half a body"],
)
def test_a_child_that_never_ends_its_answer_is_stopped_at_its_limit(tmp_path: Path, answer: Answer) -> None:
    launcher = FakeLauncher(tmp_path, [nothing, answer])
    with Session(launcher, SUBMISSION, Limits(call_seconds=0.2), seed=0) as session:
        session.open()
        with pytest.raises(TimedOut, match=r"stopped after 0\.2 seconds"):
            session.call("f", [], {})
        with pytest.raises(SubmissionFault):
            session.call("f", [], {})
    launcher.close()


@pytest.mark.skipif(sys.platform != "linux", reason="reads its own size from /proc")
def test_an_answer_that_the_machine_has_no_memory_for_is_a_crash_and_no_traceback(tmp_path: Path) -> None:
    """In a process of its own, which may take 20 MB more than it has: the header of 4 MB takes over 40."""
    script = """
import pathlib, resource, sys
from fake_child import FakeLauncher
from test_hostile_child import *
dense = PREFIX.pack(4_000_000, 0) + b"[0.5" + b",1.5" * 999_999
launcher = FakeLauncher(pathlib.Path(sys.argv[1]), [nothing, lambda _: dense])
with Session(launcher, SUBMISSION, find_exercise("ex1").limits, seed=0) as session:
    session.open()
    size = int(pathlib.Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (size + (20 << 20), -1))
    try:
        session.call("f", [], {})
    except Crashed as fault:
        print(fault.message)
"""
    folders = f"{Path(__file__).parent}{os.pathsep}{Path(__file__).parents[1]}"
    ended = subprocess.run(
        [sys.executable, "-c", script, tmp_path],
        env={**os.environ, "PYTHONPATH": folders},
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    assert ended.stdout == "Its answer is too large for the memory of this machine.\n", ended.stderr
