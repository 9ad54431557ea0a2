"""The command line: what was asked for, what it is answered with, and the exit code. Nothing else.

Exit codes: 0 full marks, 1 graded and not full marks, 2 usage, 3 the grader's own fault.
"""

from __future__ import annotations

import difflib
from collections.abc import Collection
from io import StringIO
from pathlib import Path
from typing import Any, NoReturn

import click
from click.shell_completion import CompletionItem

from grader import __version__
from grader.cli.author import audit, doctor, new, texts
from grader.cli.batch import batch
from grader.cli.classroom import classroom
from grader.cli.common import (
    EXIT_FULL,
    EXIT_GRADER,
    EXIT_USAGE,
    exercise_argument,
    exercises_from,
    exercises_option,
    find,
    language_option,
    leave,
    say,
)
from grader.cli.export import export
from grader.cli.grade import run
from grader.cli.pack import pack
from grader.cli.student import hint, progress, start, watch, welcome
from grader.errors import Fault, UsageFault


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


for command in (run, start, watch, hint, progress, batch, export, classroom, pack, new, texts, audit, doctor):
    main.add_command(command)


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
