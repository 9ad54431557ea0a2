"""Grades task after task on one warm sandbox: what a worker does, wherever it runs."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from grader import grading
from grader.batch.work import Outcome, Setup, Task, outcome_of
from grader.checks import Check
from grader.errors import Unreadable
from grader.exercise import Exercise, Limits, find_exercise
from grader.loading import load_checks
from grader.model import SubmissionId
from grader.sandbox.launch import Launcher
from grader.sandbox.session import Session
from grader.submission import Submission, make_submission


class Engine:
    """A warm sandbox and the exercises graded in it so far."""

    def __init__(self, setup: Setup, launcher: Launcher) -> None:
        self._setup = setup
        self._launcher = launcher
        self._exercises: dict[str, tuple[Exercise, Sequence[Check]]] = {}

    def isolation(self) -> tuple[str, ...]:
        """The layers that confine a child, as one without a submission names them. Raises GraderFault without one."""
        nothing = Submission(SubmissionId(name="", sha256=""))
        with Session(self._launcher, nothing, Limits(), seed=0) as session:
            session.start()
            return session.isolation

    def grade(self, task: Task) -> Outcome:
        """Grade one task. A fault of ours is in its report."""
        exercise, checks = self._exercise(task.exercise)
        submission = make_submission(task.name, task.data)
        if task.unreadable:
            what, hint = task.unreadable
            submission = dataclasses.replace(submission, fault=Unreadable(what, hint=hint))
        report = grading.grade(exercise, submission, self._launcher, seed=self._setup.seed, checks=checks)
        return outcome_of(task.id, report)

    def _exercise(self, name: str) -> tuple[Exercise, Sequence[Check]]:
        if name not in self._exercises:
            exercise = find_exercise(name, self._setup.packs)
            self._exercises[name] = exercise, load_checks(exercise)
        return self._exercises[name]
