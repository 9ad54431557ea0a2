"""The files and the log of a step of GitHub Actions, which `grade run --github` hands its results to."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Self

import click

from grader.errors import Fault, UsageFault
from grader.reporters import render_step

if TYPE_CHECKING:
    from grader.model import Report
    from grader.reporters.actions import Step

_VARIABLES = ("GITHUB_STEP_SUMMARY", "GITHUB_OUTPUT")


@dataclass(frozen=True, slots=True)
class GitHubStep:
    """The step that this process runs in: the files that take its summary and its outputs."""

    summary: Path
    outputs: Path

    @classmethod
    def here(cls) -> Self:
        """As the environment names them. Raises UsageFault where it does not."""
        if absent := [name for name in _VARIABLES if not os.environ.get(name)]:
            raise UsageFault(
                f"--github needs the environment variable{'' if len(absent) == 1 else 's'} {', '.join(absent)}.",
                hint="GitHub Actions sets them for each step; anywhere else, leave --github out.",
            )
        return cls(*(Path(os.environ[name]) for name in _VARIABLES))

    def hand_on(self, report: Report, *, file: Path) -> None:
        """Hand on a report; `file` is the submission, relative to the workspace. Raises UsageFault."""
        self._write(render_step(report, file=file.as_posix()))

    def hand_on_fault(self, fault: Fault) -> None:
        """Say that nothing was graded, and why. Raises UsageFault."""
        from grader.reporters.actions import step_without_report

        self._write(step_without_report(f"{fault.message} {fault.hint}".strip()))

    def _write(self, step: Step) -> None:
        for path, text in ((self.outputs, step.outputs), (self.summary, step.summary)):
            try:
                with path.open("a", encoding="utf-8", newline="\n") as file:
                    file.write(text)
            except OSError as problem:
                raise UsageFault(f"{path} cannot be written: {problem.strerror}.") from None
        click.echo(step.annotations, nl=False)
