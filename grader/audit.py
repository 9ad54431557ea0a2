"""Exercises held to their own references: what is right must earn full marks, what is wrong must lose what it says.

    reference/ex1_sum_of_cubes/  solution.py  right/*  wrong/*

A wrong submission says in its docstring what must come of it:

    loses: worked_example, any_shape       the checks that must not pass, all of them
    mistakes: mean_not_sum                 the mistakes that the report must name, all of them
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from grader.errors import UsageFault
from grader.exercise import Exercise, exercise_folders, find_exercise, read_exercise
from grader.grading import grade
from grader.loading import load_checks
from grader.model import Report, Status, Verdict
from grader.proofreading import proofread, read_tutorials
from grader.sandbox.launch import Launcher
from grader.sandbox.start import start_launcher
from grader.submission import read_submission


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was held to the exercise, and what is wrong with it; `problem` is empty where all is well."""

    exercise: str
    subject: str
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Promise:
    """What a wrong submission says must come of it."""

    loses: frozenset[str]
    mistakes: frozenset[str]


def audit(names: tuple[str, ...], *, packs: tuple[Path, ...] = (), reference: Path | None = None) -> Iterator[Finding]:
    """Audit the exercises of these names, or all. Raises UsageFault where the references are not there."""
    references = reference or _references_beside()
    exercises = (
        [find_exercise(name, packs) for name in names]
        if names
        else [read_exercise(folder) for folder in exercise_folders(packs)]
    )
    launcher = start_launcher(warm=True)
    try:
        for exercise in exercises:
            yield Finding(exercise.id, "texts", "; ".join(proofread(exercise, read_tutorials(references))))
            yield from _audit_submissions(exercise, references / exercise.folder.name, launcher)
    finally:
        launcher.close()


def _references_beside() -> Path:
    folder = Path(__file__).resolve().parents[1] / "reference"
    if not folder.is_dir():
        raise UsageFault(
            "The reference solutions are not here: they are not part of an installation.",
            hint="Run the audit in a checkout, or name their folder: grade audit --reference DIR",
        )
    return folder


def _audit_submissions(exercise: Exercise, folder: Path, launcher: Launcher) -> Iterator[Finding]:
    if not (folder / "solution.py").is_file():
        yield Finding(exercise.id, "solution.py", f"there is no {folder.name}/solution.py")
        return

    def graded(path: Path) -> Report:
        return grade(exercise, read_submission(path), launcher)

    stub = graded(exercise.folder / "stub.py")
    yield Finding(exercise.id, "stub.py", _stub_problem(exercise, stub))
    named: set[str] = set()
    for path in [folder / "solution.py", *_submissions(folder / "right")]:
        yield Finding(exercise.id, str(path.relative_to(folder)), _right_problem(graded(path)))
    for path in _submissions(folder / "wrong"):
        report = graded(path)
        named |= _named(report)
        yield Finding(exercise.id, str(path.relative_to(folder)), _wrong_problem(exercise, path, report))
    unseen = sorted(set(exercise.mistakes) - named)
    problem = f"no wrong submission makes: {', '.join(unseen)}" if unseen else ""
    yield Finding(exercise.id, "mistakes", problem)


def _submissions(folder: Path) -> list[Path]:
    return sorted(path for path in folder.glob("*") if path.suffix in (".py", ".ipynb"))


def _stub_problem(exercise: Exercise, report: Report) -> str:
    if report.verdict is Verdict.GRADER_ERROR:
        return report.reason
    if report.score is not None and report.score > exercise.stub_earns_at_most:
        return f"the stub earns {report.score} points, more than {exercise.stub_earns_at_most}"
    return ""


def _right_problem(report: Report) -> str:
    if report.verdict is Verdict.PASSED:
        return ""
    lost = [f"{check.id}: {check.reason} {check.detail}" for check in report.checks if check.status is not Status.PASS]
    return "; ".join([f"earns {report.score} of {report.max_score}", report.reason, *lost])


def _wrong_problem(exercise: Exercise, path: Path, report: Report) -> str:
    promise = promise_of(path)
    if promise is None:
        return "its docstring does not say what it loses"
    if report.verdict is Verdict.GRADER_ERROR:
        return report.reason
    # Without a single result nothing was checked: that loses every check.
    results = {check.id: check.status for check in report.checks}
    lost = {check.id for check in load_checks(exercise) if results.get(check.id) is not Status.PASS}
    problems = []
    if lost != promise.loses:
        problems.append(f"loses {_listed(lost)}, not {_listed(promise.loses)}")
    if _named(report) != promise.mistakes:
        problems.append(f"names {_listed(_named(report))}, not {_listed(promise.mistakes)}")
    return "; ".join(problems)


def _named(report: Report) -> set[str]:
    return {check.mistake for check in report.checks if check.mistake}


def _listed(names: set[str] | frozenset[str]) -> str:
    return ", ".join(sorted(names)) or "nothing"


def promise_of(path: Path) -> Promise | None:
    """What a wrong submission's text promises; None where it has no `loses:` line."""
    text = path.read_text(encoding="utf-8", errors="replace")
    loses = re.search(r"^\W*loses:(.*)$", text, re.MULTILINE)
    mistakes = re.search(r"^\W*mistakes:(.*)$", text, re.MULTILINE)
    if loses is None:
        return None
    return Promise(_names(loses.group(1)), _names(mistakes.group(1)) if mistakes else frozenset())


def _names(text: str) -> frozenset[str]:
    return frozenset(re.findall(r"\w+", text))
