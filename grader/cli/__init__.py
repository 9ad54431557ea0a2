"""The command line: what was asked for, what it is answered with, and the exit code. Nothing else.

Exit codes: 0 full marks, 1 graded and not full marks, 2 usage, 3 the grader's own fault.
"""

from __future__ import annotations

import difflib
import os
import sys
from collections.abc import Collection
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click
from click.shell_completion import CompletionItem

from grader import __version__
from grader.cli.batch import batch
from grader.cli.classroom import classroom
from grader.cli.common import (
    exercise_argument,
    exercises_from,
    exercises_option,
    find,
    language_option,
    say,
    seed_option,
)
from grader.cli.export import export
from grader.cli.github import GitHubStep
from grader.cli.pack import pack
from grader.cli.student import hint, keep_progress, progress, start, watch, welcome
from grader.errors import Fault, UsageFault
from grader.files import write_bytes
from grader.isolation import Isolation
from grader.model import Accelerator, Audience, Verdict
from grader.reporters import Format, missing, render

if TYPE_CHECKING:
    from grader.model import Report

EXIT_FULL, EXIT_NOT_FULL, EXIT_USAGE, EXIT_GRADER = 0, 1, 2, 3


class ShortForm(click.Group):
    """`grade ex2 file.py` is `grade run ex2 file.py`: whatever is no command is an exercise."""

    def resolve_command(self, ctx: click.Context, args: list[str]) -> Any:
        if args and args[0] not in self.commands and not args[0].startswith("-"):
            if len(args) == 1 and not ctx.resilient_parsing:
                raise _incomplete(args[0], self.commands)
            args = ["run", *args]
        return super().resolve_command(ctx, args)

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        return [*map(CompletionItem, exercises_from(incomplete)), *super().shell_complete(ctx, incomplete)]


def _incomplete(word: str, commands: Collection[str]) -> UsageFault:
    """What to say where one word is typed that is no command."""
    if close := difflib.get_close_matches(word, commands, n=1):
        return UsageFault(f"There is no command {word!r}.", hint=f"Did you mean: grade {close[0]}")
    found = find(word, ())
    return UsageFault(
        f"Missing argument 'SUBMISSION': the file to grade as {found.id}, as in `grade {found.id} {found.id}.py`.",
        hint=f"`grade start {found.id}` writes one to fill in.",
    )


@click.group(cls=ShortForm, invoke_without_command=True, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="grade")
@click.pass_context
def main(context: click.Context) -> None:
    """Grade PyTorch exercises.

    \b
    grade list                       which exercises there are
    grade start ex1                  write the stub as ex1.py
    grade ex1 ex1.py                 grade it and say what to mend
    """
    if context.invoked_subcommand is None:
        welcome()


@main.command()
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


@main.command("list")
@language_option
@exercises_option
def list_(language: str, packs: tuple[Path, ...]) -> None:
    """Show which exercises there are."""
    from grader.exercise import read_course

    for exercise in read_course(packs, language=language):
        click.echo(f"{exercise.id:<5} {exercise.title:<32} {exercise.summary}")


@main.command()
@exercise_argument
@language_option
@exercises_option
def show(exercise: str, language: str, packs: tuple[Path, ...]) -> None:
    """Show the statement of EXERCISE."""
    click.echo(find(exercise, packs, language).statement.rstrip("\n"))


@main.command()
@exercise_argument
@language_option
@exercises_option
def texts(exercise: str, language: str, packs: tuple[Path, ...]) -> None:
    """Show all that EXERCISE says, in the form in which it is translated: texts.de.toml, for one."""
    from grader.checks import load_checks
    from grader.texts import as_toml

    found = find(exercise, packs, language)
    click.echo(as_toml(found.folder, language, {check.id: check.title for check in load_checks(found)}).rstrip("\n"))


@main.command()
@click.argument("exercises", nargs=-1)
@exercises_option
@click.option(
    "--reference",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="The folder of reference solutions.",
)
def audit(exercises: tuple[str, ...], packs: tuple[Path, ...], reference: Path | None) -> NoReturn:
    """Hold EXERCISES (all, if none is named) to their references and their right and wrong submissions."""
    from grader.audit import audit as hold

    problems = 0
    for finding in hold(exercises, packs=packs, reference=reference):
        click.echo(f"{finding.exercise:<5} {finding.subject:<40} {finding.problem or 'ok'}")
        problems += bool(finding.problem)
    click.echo(f"{problems} problem{'' if problems == 1 else 's'}." if problems else "All is as it should be.")
    leave(EXIT_NOT_FULL if problems else EXIT_FULL)


@main.command()
@click.option("--json", "as_json", is_flag=True, help="For scripts.")
def doctor(as_json: bool) -> None:
    """Show what isolates student code on this machine, each layer by trying to break it."""
    from grader.doctor import examine, render_json, render_text
    from grader.sandbox.harden import Host, harden

    harden()
    findings = examine(host=Host.OURS)
    click.echo(render_json(findings) if as_json else render_text(findings))


for command in (start, watch, hint, progress, batch, export, classroom, pack):
    main.add_command(command)


def leave(code: int) -> NoReturn:
    """End the process at once: torch's tear-down takes a third of a second that nobody gains from."""
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


def entry_point() -> NoReturn:
    """The `grade` command: a fault becomes a sentence and an exit code, never a traceback."""
    try:
        code = main(standalone_mode=False)  # that of an Exit, or what a command returned
    except click.Abort:
        click.echo("Interrupted.", err=True)
        leave(EXIT_USAGE)
    except click.ClickException as problem:
        shown = StringIO()
        problem.show(shown)
        for line in shown.getvalue().rstrip("\n").split("\n"):
            say(line)
        leave(EXIT_USAGE)
    except Fault as fault:
        say(f"{fault.message} {fault.hint}".strip())
        leave(EXIT_USAGE if isinstance(fault, UsageFault) else EXIT_GRADER)
    leave(code if isinstance(code, int) else EXIT_FULL)
