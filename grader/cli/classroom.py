"""`grade classroom`: assignment repositories on GitHub."""

from __future__ import annotations

from pathlib import Path

import click

from grader.classroom.folder import RECORD, read_record, update, write_new
from grader.classroom.kit import PLACEHOLDER, Kit, Target, make_kit
from grader.cli.common import exercise_argument, find, say
from grader.errors import UsageFault


@click.group()
def classroom() -> None:
    """Make assignment repositories for a class on GitHub."""


@classroom.command()
@exercise_argument
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path), default=Path())
@click.option(
    "--for",
    "target",
    type=click.Choice([each.value for each in Target]),
    help="Who grades what students push.  [default: actions; with --update, as before]",
)
@click.option(
    "--repository",
    metavar="OWNER/NAME@VERSION",
    help="Where on GitHub your course keeps this grader.  [default with --update: as before]",
)
@click.option("--update", "is_update", is_flag=True, help="Write again what nobody has changed, and leave the rest.")
def init(exercise: str, folder: Path, target: str | None, repository: str | None, is_update: bool) -> None:
    """Write the statement, the stub and what has EXERCISE graded into FOLDER, ready to become a template.

    FOLDER is this one where none is named. A file that is there and differs is never overwritten.
    """
    found = find(exercise, ())
    record = read_record(folder) if is_update else None
    if record and (record.exercise, record.target) != (found.id, target or record.target):
        raise UsageFault(
            f"{folder} was written for {record.exercise} and {record.target}; --update changes neither.",
            hint="Name another folder.",
        )
    before = (record.target, record.repository) if record else (Target.ACTIONS, PLACEHOLDER)
    kit = make_kit(found, Target(target) if target else before[0], repository or before[1])
    outcome = update(kit, folder, record) if is_update else write_new(kit, folder)
    for name in outcome.written:
        say(f"wrote {folder / name}", err=False)
    for name in outcome.kept:
        say(f"left {folder / name} as it is", err=False)
    if not outcome.written and not outcome.kept:
        say("All is up to date.", err=False)
    say(_next_step(kit), err=False)


def _next_step(kit: Kit) -> str:
    push = f"Push the folder to GitHub and mark the repository as a template. {RECORD} is for --update."
    if kit.target is Target.CLASSROOM50:
        return f"{push} `grade pack {kit.exercise} --for classroom50` makes the assignment's autograder."
    if kit.repository == PLACEHOLDER:
        return (
            "Where your course keeps the grader is not filled in yet: give the same command with "
            "--update --repository OWNER/NAME@VERSION."
        )
    return push
