"""Grades task after task on one warm sandbox: what a worker does, wherever it runs."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from grader import grading
from grader.batch.work import Outcome, Setup, Task, outcome_of
from grader.checks import Check, load_checks
from grader.errors import Unreadable
from grader.exercise import Exercise, Limits, find_exercise
from grader.model import SubmissionId, Verdict
from grader.sandbox.launch import Launcher
from grader.sandbox.session import Session
from grader.sandbox.start import start_launcher
from grader.submission import Submission, make_submission


class Engine:
    """A warm sandbox and the exercises graded in it so far. Raises GraderFault where the sandbox does not start."""

    def __init__(self, setup: Setup) -> None:
        self._setup = setup
        self._launcher: Launcher = start_launcher(warm=True)
        self._exercises: dict[str, tuple[Exercise, Sequence[Check]]] = {}

    def isolation(self) -> tuple[str, ...]:
        """The layers that confine a child, as a child without a submission names them."""
        nothing = Submission(SubmissionId(name="", sha256=""))
        with Session(self._launcher, nothing, Limits(), seed=0) as session:
            session.start()
            return session.isolation

    def grade(self, task: Task) -> Outcome:
        """Grade one task. A fault of ours is in its report; the next task then gets a new sandbox."""
        exercise, checks = self._exercise(task.exercise)
        submission = make_submission(task.name, task.data)
        if task.unreadable:
            what, hint = task.unreadable
            submission = dataclasses.replace(submission, fault=Unreadable(what, hint=hint))
        report = grading.grade(exercise, submission, self._launcher, seed=self._setup.seed, checks=checks)
        if report.verdict is Verdict.GRADER_ERROR:
            self.close()
            self._launcher = start_launcher(warm=True)
        return outcome_of(task.id, report)

    def close(self) -> None:
        """End the sandbox."""
        self._launcher.close()

    def _exercise(self, name: str) -> tuple[Exercise, Sequence[Check]]:
        if name not in self._exercises:
            exercise = find_exercise(name, self._setup.packs)
            self._exercises[name] = exercise, load_checks(exercise)
        return self._exercises[name]
