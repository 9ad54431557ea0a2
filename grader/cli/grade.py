"""The command that grades one file."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import click

from grader.cli.common import (
    EXIT_FULL,
    EXIT_GRADER,
    EXIT_NOT_FULL,
    exercise_argument,
    exercises_option,
    language_option,
    leave,
    say,
    seed_option,
)
from grader.cli.github import GitHubStep
from grader.cli.student import keep_progress
from grader.errors import Fault, UsageFault
from grader.files import write_bytes
from grader.isolation import Isolation
from grader.model import Accelerator, Audience, Verdict
from grader.reporters import Format, missing, render

if TYPE_CHECKING:
    from grader.model import Report


@click.command()
@exercise_argument
@click.argument("submission", type=click.Path(path_type=Path))
@click.option("--format", "format_", type=click.Choice([each.value for each in Format]), default=Format.TERMINAL.value)
@click.option("-o", "--output", type=click.Path(dir_okay=False, path_type=Path), help="Write the report to this file.")
@seed_option
@click.option("--audience", type=click.Choice([each.value for each in Audience]), default=Audience.STUDENT.value)
@click.option(
    "--accelerator",
    type=click.Choice([each.value for each in Accelerator]),
    default=Accelerator.REAL.value,
    show_default=True,
    help="For device exercises: this machine's GPU where it has one, or always the simulated one.",
)
@click.option(
    "--isolation",
    type=click.Choice([each.value for each in Isolation]),
    help="What must hold before the file is run.  [default: full for what sets marks, else reduced]",
)
@click.option(
    "--github",
    is_flag=True,
    help="In a step of GitHub Actions: hand on a job summary, outputs and annotations as well.",
)
@language_option
@exercises_option
def run(
    exercise: str,
    submission: Path,
    format_: str,
    output: Path | None,
    seed: int,
    audience: str,
    accelerator: str,
    isolation: str | None,
    github: bool,
    language: str,
    packs: tuple[Path, ...],
) -> NoReturn:
    """Grade SUBMISSION, a Python file or a notebook, as EXERCISE. `grade ex2 file.py` is short for it."""
    _hold_ready(Format(format_))
    step = GitHubStep.here() if github else None
    from grader.one import grade_file
    from grader.sandbox.harden import Host, harden

    harden()
    try:
        report = grade_file(
            exercise,
            submission,
            packs=packs,
            seed=seed,
            audience=Audience(audience),
            accelerator=Accelerator(accelerator),
            isolation=Isolation(isolation) if isolation else _isolation_for(Format(format_), step),
            language=language,
            host=Host.OURS,
        )
    except Fault as fault:
        if step:
            step.hand_on_fault(fault)
        raise
    if step:
        step.hand_on(report, file=submission)
    _show(report, Format(format_), output)
    pointer = keep_progress(report, packs)
    if pointer and output is None and format_ == Format.TERMINAL:
        click.echo(f"\n  {pointer}")
    leave(_exit_code(report))


def _isolation_for(format_: Format, step: GitHubStep | None) -> Isolation:
    """A result that becomes somebody's mark is the work of others, on a machine that holds more of it."""
    marks = step or format_ in (Format.GRADESCOPE, Format.CLASSROOM, Format.CLASSROOM50)
    return Isolation.FULL if marks else Isolation.REDUCED


def _hold_ready(format_: Format) -> None:
    """Raise UsageFault now, and not after the grading, where a report could not be written in this format."""
    if absent := missing(format_, os.environ):
        raise UsageFault(
            f"--format {format_} needs the environment variable{'' if len(absent) == 1 else 's'} {', '.join(absent)}.",
            hint="Classroom 50's runner sets them; anywhere else, choose another format.",
        )


def _show(report: Report, format_: Format, output: Path | None) -> None:
    to_terminal = output is None and format_ is Format.TERMINAL and sys.stdout.isatty()
    color = to_terminal and "NO_COLOR" not in os.environ
    text = render(report, format_, color=color, environment=os.environ)
    if output is None:
        click.echo(text.rstrip("\n"))
    else:
        write_bytes(output, text.encode())
        say(f"{_headline(report)}  The report is in {output}.")


def _headline(report: Report) -> str:
    score = "not graded" if report.score is None else f"{report.score} of {report.max_score} points"
    return f"{report.exercise} {report.submission.name}: {score}."


def _exit_code(report: Report) -> int:
    if report.verdict is Verdict.GRADER_ERROR:
        return EXIT_GRADER
    return EXIT_FULL if report.verdict is Verdict.PASSED else EXIT_NOT_FULL
