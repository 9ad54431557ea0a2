"""The commands for someone who learns."""

from __future__ import annotations

import contextlib
import os
import shlex
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from grader.cli.common import exercise_argument, exercises_option, find, language_option, say, seed_option
from grader.errors import ExerciseFault, UsageFault
from grader.text import inert

if TYPE_CHECKING:
    from collections.abc import Iterator

    from grader.exercise import Exercise
    from grader.model import Report


@click.command()
@exercise_argument
@click.option(
    "--notebook", is_flag=True, help="A notebook: the statement, a cell for each function, one to check them."
)
@click.option("-o", "--output", type=click.Path(dir_okay=False, path_type=Path), help="Another name for the file.")
@language_option
@exercises_option
def start(exercise: str, notebook: bool, output: Path | None, language: str, packs: tuple[Path, ...]) -> None:
    """Write the stub of EXERCISE as a file of yours. Never overwrites one."""
    found = find(exercise, packs, language)
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
    where = "".join(f" --exercises {shlex.quote(str(pack))}" for pack in packs)
    say(f"{path} is ready. {then}: grade {found.id} {path}{where}", err=False)


def _notebook(exercise: Exercise, packs: tuple[Path, ...]) -> str:
    from grader.stub_notebook import stub_notebook

    return stub_notebook(exercise, exercise.stub, packs=[str(pack) for pack in packs])


@click.command()
@exercise_argument
@click.argument("submission", type=click.Path(path_type=Path))
@seed_option
@language_option
@exercises_option
def watch(exercise: str, submission: Path, seed: int, language: str, packs: tuple[Path, ...]) -> None:
    """Grade SUBMISSION now and whenever you save it, and say what changed. Ctrl-C ends it."""
    from grader.sandbox.harden import Power, give_up_all_but, harden
    from grader.watch import watch as look

    harden()
    give_up_all_but(Power.SANDBOXES)  # it starts another one where the first fails
    before: Report | None = None
    try:
        with contextlib.closing(look(find(exercise, packs, language), submission, seed=seed)) as looks:
            for seen in looks:
                _show_look(seen, before, packs)
                before = before if isinstance(seen, UsageFault) else seen
                click.echo(inert(f"\nWatching {submission}. Save it to grade it again; Ctrl-C ends."))
    except KeyboardInterrupt:
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # a second one must not break what ends the process
        click.echo()


@click.command()
@exercises_option
def progress(packs: tuple[Path, ...]) -> None:
    """Show what you have done, tried and not begun, with your best scores."""
    from grader.exercise import read_course
    from grader.progress import Entry, Stage, next_exercise, progress_file, read_progress

    if progress_file() is None:
        raise UsageFault("No progress is kept: GRADER_PROGRESS is off.", hint="Unset it to have it kept.")
    course, entries = read_course(packs), read_progress()
    for exercise in course:
        entry = entries.get(exercise.id, Entry())
        score = f"{entry.best}/{entry.points}" if entry.tries else ""
        tries = f"graded {entry.tries} time{'' if entry.tries == 1 else 's'}" if entry.tries else ""
        click.echo(f"{exercise.id:<5} {exercise.title:<32} {entry.stage:<6} {score:>6}  {tries}".rstrip())
    done = sum(entries.get(exercise.id, Entry()).stage is Stage.DONE for exercise in course)
    following = next_exercise(course, entries)
    click.echo(f"\n{done} of {len(course)} done. {_pointer(following) if following else 'That is all there is.'}")


@click.command()
@exercise_argument
@click.option("-n", "--number", type=click.IntRange(min=1), help="This hint, instead of the next one.")
@language_option
@exercises_option
def hint(exercise: str, number: int | None, language: str, packs: tuple[Path, ...]) -> None:
    """Show the next hint for EXERCISE: the first is gentle, the last is plain, none is the solution."""
    from grader.progress import Entry, read_progress, record_hints

    found = find(exercise, packs, language)
    count = len(found.hints)
    if not count or (number or 1) > count:
        raise UsageFault(f"{found.id} has {count or 'no'} hints.", hint=f"`grade show {found.id}` shows the statement.")
    given = number or min(read_progress().get(found.id, Entry()).hints + 1, count)
    click.echo(f"Hint {given} of {count} for {found.id}\n")
    click.echo(click.wrap_text(found.hints[given - 1], width=78, initial_indent="  ", subsequent_indent="  "))
    more = f"A plainer one: grade hint {found.id} -n {given + 1}" if given < count else "There is no plainer one."
    click.echo(f"\n{more}")
    with _courtesy():
        record_hints(found.id, given)


def welcome() -> None:
    """What someone needs who types `grade` and nothing else: the way through the exercise that is due."""
    from grader.exercise import read_course
    from grader.progress import next_exercise, read_progress

    course, entries = read_course(), read_progress()
    if not course:  # a grader that was packed with an exercise of its own beside it
        raise UsageFault("This grader brings no exercises along.", hint="Name their folder: grade list --exercises DIR")
    following = next_exercise(course, entries)
    due = following or course[0]
    id_ = due.id
    steps = {
        f"grade show {id_}": "what is asked for",
        f"grade start {id_}": f"write {id_}.py for you to fill in (--notebook: {id_}.ipynb)",
        f"grade {id_} {id_}.py": "grade it: what is right, what went wrong, what to try",
        f"grade watch {id_} {id_}.py": "the same at each save",
        f"grade hint {id_}": "when you are stuck",
    }
    which = (
        "You have done them all. The first one was"
        if not following
        else "Your next one is"
        if entries
        else "Begin with"
    )
    click.echo(f"Grades PyTorch exercises. {which} {id_}, {due.title}:\n")
    for command, meaning in steps.items():
        click.echo(f"  {command:<28} {meaning}")
    click.echo(f"\nThere are {len(course)} exercises: grade list. All commands: grade --help")


@contextlib.contextmanager
def _courtesy() -> Iterator[None]:
    """What comes on top of a verdict: where it fails, that is one line, and the verdict stands."""
    try:
        yield
    except (UsageFault, ExerciseFault) as fault:
        say(f"{fault.message} {fault.hint}".strip())


def keep_progress(report: Report, packs: tuple[Path, ...]) -> str:
    """Count a report in; after full marks, where to go from here."""
    from grader.exercise import read_course
    from grader.model import Verdict
    from grader.progress import next_exercise, read_progress, record

    with _courtesy():
        record(report)
    if report.verdict is Verdict.PASSED:
        with _courtesy():
            course = read_course(packs, language=report.language)
            following = next_exercise(course, read_progress(), after=report.exercise)
            return _pointer(following) if following else "That was the last exercise."
    return ""


def _pointer(following: Exercise) -> str:
    from grader.progress import Entry, Stage, read_progress

    tried = read_progress().get(following.id, Entry()).stage is Stage.TRIED
    then = f"Go on with: grade {following.id} FILE" if tried else f"Begin with: grade start {following.id}"
    return f"Next: {following.title}. {then}"


def _show_look(seen: Report | UsageFault, before: Report | None, packs: tuple[Path, ...]) -> None:
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
    if pointer := keep_progress(seen, packs):
        click.echo(f"\n  {pointer}")
