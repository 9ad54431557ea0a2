"""The commands for someone who learns."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from grader.cli_common import exercises_option, find, seed_option
from grader.errors import UsageFault
from grader.text import inert

if TYPE_CHECKING:
    from grader.exercise import Exercise
    from grader.model import Report


@click.command()
@click.argument("exercise")
@click.option(
    "--notebook", is_flag=True, help="A notebook: the statement, a cell for each function, one to check them."
)
@click.option("-o", "--output", type=click.Path(dir_okay=False, path_type=Path), help="Another name for the file.")
@exercises_option
def start(exercise: str, notebook: bool, output: Path | None, packs: tuple[Path, ...]) -> None:
    """Write the stub of EXERCISE as a file of yours. Never overwrites one."""
    found = find(exercise, packs)
    path = output or Path(f"{found.id}{'.ipynb' if notebook else '.py'}")
    is_notebook = path.suffix == ".ipynb"
    if notebook and not is_notebook:
        raise UsageFault(f"A notebook's name ends in .ipynb, and {path} does not.")
    try:
        with path.open("x", encoding="utf-8", newline="\n") as file:
            file.write(_notebook(found, packs) if is_notebook else found.stub)
    except FileExistsError:
        kind = "ipynb" if is_notebook else "py"
        hint = f"Choose another name: grade start {found.id} -o NAME.{kind}"
        raise UsageFault(f"{path} is there already.", hint=hint) from None
    except OSError as problem:
        raise UsageFault(f"{path} cannot be written: {problem.strerror}.") from None
    then = "Open it in Jupyter or VS Code; its last cell grades it. Or" if is_notebook else "Fill it in, then"
    click.echo(f"{path} is ready. {then}: grade {found.id} {path}")


def _notebook(exercise: Exercise, packs: tuple[Path, ...]) -> str:
    from grader.stub_notebook import stub_notebook

    return stub_notebook(exercise, exercise.stub, packs=[str(pack) for pack in packs])


@click.command()
@click.argument("exercise")
@click.argument("submission", type=click.Path(path_type=Path))
@seed_option
@exercises_option
def watch(exercise: str, submission: Path, seed: int, packs: tuple[Path, ...]) -> None:
    """Grade SUBMISSION now and whenever you save it, and say what changed. Ctrl-C ends it."""
    from grader.watch import watch as look

    before: Report | None = None
    try:
        with contextlib.closing(look(find(exercise, packs), submission, seed=seed)) as looks:
            for seen in looks:
                _show_look(seen, before)
                before = before if isinstance(seen, UsageFault) else seen
                click.echo(inert(f"\nWatching {submission}. Save it to grade it again; Ctrl-C ends."))
    except KeyboardInterrupt:
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # a second one must not break what ends the process
        click.echo()


def _show_look(seen: Report | UsageFault, before: Report | None) -> None:
    click.clear()  # nothing where there is no terminal
    if isinstance(seen, UsageFault):
        click.echo(inert(f"{seen.message} Waiting for it to come back."))
        return
    from grader.changes import changes, in_words
    from grader.reporters import Format, render

    color = sys.stdout.isatty() and "NO_COLOR" not in os.environ
    click.echo(render(seen, Format.TERMINAL, color=color).rstrip("\n"))
    if before is not None:
        click.echo()
        for line in in_words(changes(before, seen)):
            click.echo(f"  {line}")
