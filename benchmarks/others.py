"""What `grade batch` is measured beside: Otter, nbgrader, and one pytest process for each submission.

Each lives in a virtual environment of its own, with the versions of constraints.txt, and is given what its manual asks
for. All have the same tests, which ask less than our checks do, and as many processes at once as there are cores.
"""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
CORES = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
FUNCTIONS = {
    "ex1": ("sum_of_cubes", "gradient_by_autograd", "gradient_by_hand"),
    "ex2": ("build_model", "make_data", "train", "accuracy"),
}
TESTS = {
    "ex1": {
        "test_sum": ["assert sum_of_cubes(torch.tensor([1.0, 2.0, 3.0, 4.0])) == 100"],
        "test_by_autograd": [
            "X = torch.tensor([1.0, 2.0, 3.0, 4.0])",
            "assert torch.allclose(gradient_by_autograd(X), 3 * X**2)",
        ],
        "test_by_hand": [
            "X = torch.tensor([1.0, 2.0, 3.0, 4.0])",
            "assert torch.allclose(gradient_by_hand(X), 3 * X**2)",
        ],
    },
    "ex2": {
        "test_model": ["assert sum(each.numel() for each in build_model().parameters()) == 705"],
        "test_data": [
            "X, y = make_data(1000, 0)",
            "assert torch.equal(y, ((X**2).sum(dim=1, keepdim=True) < 2.0).float())",
        ],
        "test_training": [
            "torch.manual_seed(0)",
            "model = build_model()",
            "losses = train(model, *make_data(1000, 0), 500, 0.01)",
            "assert losses[-1] < losses[0]",
            "assert accuracy(model, *make_data(1000, 1)) >= 0.93",
        ],
    },
}


class NotMeasured(Exception):
    """A tool that cannot be installed or run here, and why."""


@dataclass(frozen=True, slots=True)
class Spent:
    """Seconds of wall time, and of processor time, which depends less on who else uses the machine."""

    wall: float
    cpu: float


@dataclass(frozen=True, slots=True)
class Tool:
    """A tool by name: what pip installs for it, and what grades so many copies of a source.

    `run(bin, folder, exercise, source, count)`; `bin` holds the environment's commands, `folder` is empty.
    """

    name: str
    packages: tuple[str, ...]
    run: Callable[[Path, Path, str, str, int], Spent]


def install(tool: Tool, environments: Path) -> Path:
    """The commands of the tool's own environment, made where it is not there yet. Raises NotMeasured."""
    home = environments / tool.packages[0]
    done = home / "installed"
    if not done.exists():
        print(f"installing {', '.join(tool.packages)}", file=sys.stderr)
        _call([sys.executable, "-m", "venv", "--clear", home])
        pip: list[str | Path] = [home / "bin" / "python", "-m", "pip", "install", "-q", "-c", ROOT / "constraints.txt"]
        _call([*pip, "torch", *tool.packages])
        done.touch()
    return home / "bin"


def _call(command: Sequence[str | Path], *, cwd: Path | None = None) -> None:
    """Run a command of an environment, as if that were activated, on one thread. Raises NotMeasured where it fails."""
    path = f"{Path(command[0]).parent}{os.pathsep}{os.environ['PATH']}"
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "PATH": path}
    environment.pop("PYTHONPATH", None)
    ended = subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, check=False)
    if ended.returncode != 0:
        said = (ended.stderr or ended.stdout).strip().splitlines()
        raise NotMeasured(
            f"{Path(command[0]).name} ended with {ended.returncode}: {said[-1] if said else 'nothing said'}"
        )


def timed(work: Callable[[], object]) -> Spent:
    """What work takes that is done by processes of its own."""
    before, started = os.times(), time.perf_counter()
    work()
    wall, after = time.perf_counter() - started, os.times()
    cpu = after.children_user + after.children_system - before.children_user - before.children_system
    return Spent(wall, cpu)


def _each(job: Callable[[int], None], count: int) -> Spent:
    """What the jobs take, as many at a time as there are cores."""
    with ThreadPoolExecutor(CORES) as threads:
        return timed(lambda: list(threads.map(job, range(count))))


def _functions(exercise: str, parameters: str, decorator: str = "") -> str:
    """The tests as functions."""
    return "".join(
        f"\n{decorator}def {name}({parameters}):\n" + "".join(f"    {line}\n" for line in lines)
        for name, lines in TESTS[exercise].items()
    )


def with_pytest(bin_: Path, folder: Path, exercise: str, source: str, count: int) -> Spent:
    """One pytest process for each submission."""
    (folder / f"{exercise}.py").write_text(source)
    (folder / "test_it.py").write_text(f"import torch\nfrom {exercise} import *\n{_functions(exercise, '')}")
    command: list[str | Path] = [bin_ / "python", "-m", "pytest", "-q", "-p", "no:cacheprovider", "test_it.py"]
    return _each(lambda _: _call(command, cwd=folder), count)


def with_otter(bin_: Path, folder: Path, exercise: str, source: str, count: int) -> Spent:
    """`otter run` for each submission, with an autograder of `otter generate`."""
    (folder / "tests").mkdir()
    head = (
        f"import torch\nfrom otter.test_files import test_case\n\nOK_FORMAT = False\nname = {exercise!r}\npoints = 3\n"
    )
    tests = _functions(exercise, ", ".join(FUNCTIONS[exercise]), "@test_case(points=1)\n")
    (folder / "tests" / f"{exercise}.py").write_text(head + tests)
    bare = ["--no-config", "--no-requirements", "--no-environment"]
    _call([bin_ / "otter", "generate", "-t", "tests", "-o", "autograder.zip", *bare], cwd=folder)
    for number in range(count):
        (folder / f"out{number}").mkdir()
        (folder / f"student{number}.py").write_text(source)

    def run(number: int) -> None:
        output = folder / f"out{number}"
        command: list[str | Path] = [
            bin_ / "otter",
            "run",
            "-a",
            "autograder.zip",
            "-o",
            output,
            "--no-logo",
            f"student{number}.py",
        ]
        _call(command, cwd=folder)
        tests = json.loads((output / "results.json").read_text())["tests"]
        if sum(test.get("score", 0) for test in tests) != len(TESTS[exercise]):
            raise NotMeasured(f"otter did not give full marks: {tests}")

    return _each(run, count)


def with_nbgrader(bin_: Path, folder: Path, exercise: str, source: str, count: int) -> Spent:
    """`nbgrader autograde`, which takes students one after another: a course for each core, with its share of them."""
    cells = [_cell(source, "work", solution=True)]
    for name, lines in TESTS[exercise].items():
        cells.append(_cell("\n".join(["import torch", *lines]), name, grade=True, points=1, locked=True))
    courses = [folder / f"course{number}" for number in range(min(CORES, count))]
    for course in courses:
        _write(course / "source" / exercise / f"{exercise}.ipynb", cells)
        _call([bin_ / "nbgrader", "generate_assignment", exercise], cwd=course)
    for number in range(count):
        course = courses[number % len(courses)]
        _write(course / "submitted" / f"student{number}" / exercise / f"{exercise}.ipynb", cells)

    def run(number: int) -> None:
        _call([bin_ / "nbgrader", "autograde", exercise], cwd=courses[number])

    took = _each(run, len(courses))
    scores = [score for course in courses for score in _nbgrader_scores(bin_, course)]
    if scores != [len(TESTS[exercise])] * count:
        raise NotMeasured(f"nbgrader did not give full marks to all: {scores}")
    return took


def _nbgrader_scores(bin_: Path, course: Path) -> list[float]:
    _call([bin_ / "nbgrader", "export"], cwd=course)
    with (course / "grades.csv").open(newline="") as file:
        return [float(row["score"]) for row in csv.DictReader(file)]


def _cell(source: str, name: str, **more: object) -> dict[str, object]:
    facts = {"schema_version": 3, "grade_id": name, "grade": False, "solution": False, "locked": False, "task": False}
    return {
        "cell_type": "code",
        "id": name,
        "source": source,
        "outputs": [],
        "execution_count": None,
        "metadata": {"nbgrader": {**facts, **more}},
    }


def _write(path: Path, cells: list[dict[str, object]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    path.write_text(json.dumps({"cells": cells, "metadata": kernel, "nbformat": 4, "nbformat_minor": 5}))


PYTEST = Tool("a pytest process for each", ("pytest", "numpy"), with_pytest)
OTTER = Tool("otter run", ("otter-grader", "ipykernel"), with_otter)
NBGRADER = Tool("nbgrader autograde", ("nbgrader", "ipykernel"), with_nbgrader)
