"""One exercise held ready: its checks loaded once, one warm sandbox, and a new one where that fails."""

from __future__ import annotations

import gc

from grader.exercise import Exercise
from grader.model import Accelerator, Report, Verdict
from grader.sandbox.start import start_launcher
from grader.submission import Submission


class WarmGrader:
    """Grades one submission after the other as `exercise`. Close it when done.

    The zygote imports torch on one core while this process does so on another, as in grader/one.py.
    """

    def __init__(self, exercise: Exercise, *, seed: int = 0) -> None:
        self._exercise = exercise
        self._seed = seed
        self._launcher = start_launcher(warm=True)
        try:
            gc.disable()  # torch's import only allocates
            from grader.grading import grade
            from grader.loading import load_checks

            gc.freeze()
            gc.enable()
            self._grade = grade
            self._checks = load_checks(exercise)
        except BaseException:
            self._launcher.close()
            raise

    def grade(self, submission: Submission) -> Report:
        """Grade a submission. Where the sandbox fails it is replaced, and the grading done once more."""
        report = self._grade_once(submission)
        if report.verdict is Verdict.GRADER_ERROR:
            self._launcher.close()
            self._launcher = start_launcher(warm=True)
            report = self._grade_once(submission)
        return report

    def close(self) -> None:
        """End the sandbox."""
        self._launcher.close()

    def _grade_once(self, submission: Submission) -> Report:
        return self._grade(
            self._exercise,
            submission,
            self._launcher,
            seed=self._seed,
            accelerator=Accelerator.REAL,
            checks=self._checks,
        )
