"""`grade export`: the scores of a batch, in the file that an instructor downloaded from a platform."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from grader.batch.standings import Attempt
from grader.cli.common import say
from grader.errors import UsageFault
from grader.files import write_bytes

if TYPE_CHECKING:
    from grader.batch.gradebook.filling import Change, Filled, Scaling
    from grader.batch.records import Record
    from grader.batch.store import Store

MOST_NAMED = 3

_SHARED = (
    click.option(
        "--results",
        type=click.Path(path_type=Path),
        default=Path("results"),
        show_default=True,
        help="The folder that `grade batch` wrote.",
    ),
    click.option("--exercise", help="Which exercise, where the results hold several."),
    click.option(
        "-o",
        "--output",
        type=click.Path(dir_okay=False, path_type=Path),
        help="The file to write.  [default: the name of the downloaded one and `-filled`]",
    ),
    click.option("--dry-run", is_flag=True, help="Show what would be filled in, and write nothing."),
    click.option("--scale", is_flag=True, help="Scale scores to the points that the column counts to."),
    click.option(
        "--attempt",
        type=click.Choice([each.value for each in Attempt]),
        help="Which attempt counts.  [default: as in gradebook.csv]",
    ),
    click.option(
        "--late-penalty", "late", help='Such as "10%/day, at most 50%", or "none".  [default: as in gradebook.csv]'
    ),
)


def _shared_options(command: Callable[..., None]) -> Callable[..., None]:
    for option in reversed(_SHARED):
        command = option(command)
    return command


def _downloaded(name: str, what: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    return click.option(name, "downloaded", type=click.Path(path_type=Path), required=True, help=what)


@click.group()
def export() -> None:
    """Fill the scores of a class into a file downloaded from Canvas or Moodle.

    One column is filled and every other byte stays. The scores are those of gradebook.csv. The downloaded file is
    never changed, unless -o names it.
    """


@export.command()
@_downloaded("--gradebook", "The gradebook as Canvas exports it.")
@click.option("--assignment", help="Title or number of the column, where it does not name the exercise.")
@_shared_options
def canvas(downloaded: Path, assignment: str | None, scale: bool, **options: Any) -> None:
    """Fill one assignment's column of a Canvas gradebook."""
    from grader.batch.csvcells import read_sheet
    from grader.batch.gradebook.canvas import fill_canvas
    from grader.batch.naming import ExerciseNames

    def fill(records: list[Record], exercise: str, title: str) -> Filled:
        names = ExerciseNames(exercise, (title,))
        return fill_canvas(read_sheet(downloaded), records, names, assignment=assignment, scaling=_scaling(scale))

    _export(downloaded, fill, **options)


@export.command()
@_downloaded("--worksheet", "The grading worksheet as Moodle exports it.")
@click.option("--column", help="Title of the grade column, where it is not recognised.")
@_shared_options
def moodle(downloaded: Path, column: str | None, scale: bool, **options: Any) -> None:
    """Fill the grades of a Moodle grading worksheet."""
    from grader.batch.csvcells import read_sheet
    from grader.batch.gradebook.moodle import fill_moodle

    def fill(records: list[Record], exercise: str, _: str) -> Filled:
        return fill_moodle(read_sheet(downloaded), records, exercise, grade_column=column, scaling=_scaling(scale))

    _export(downloaded, fill, **options)


def _scaling(scale: bool) -> Scaling:
    from grader.batch.gradebook.filling import Scaling

    return Scaling.TO_COLUMN if scale else Scaling.REFUSE


def _export(
    downloaded: Path,
    fill: Callable[[list[Record], str, str], Filled],
    *,
    results: Path,
    exercise: str | None,
    output: Path | None,
    dry_run: bool,
    attempt: str | None,
    late: str | None,
) -> None:
    from grader.batch.store import Store

    if not (results / "grades.db").is_file():
        raise UsageFault(
            f"There are no results in {results}.", hint="Grade the class first: `grade batch`, or name its folder."
        )
    with Store(results) as store:
        titles = store.titles()
        chosen = _chosen(exercise, titles, results)
        records = _records(store, chosen, attempt, late)
        filled = fill(records, chosen, titles[chosen])
    if dry_run:
        for change in filled.changes:
            say(f"line {change.line}: {change.student}: {change.before or 'empty'} -> {change.after}", err=False)
    else:
        output = output or _free_name(downloaded)
        write_bytes(output, filled.data)
    for note in (*filled.notes, *_ungraded(records), *_replaced(filled.changes)):
        say(note)
    cells = f"{len(filled.changes)} cell{'' if len(filled.changes) == 1 else 's'}"
    say(f"{cells} to fill in; nothing was written." if dry_run else f"{cells} filled in; upload {output}.")


def _ungraded(records: Sequence[Record]) -> list[str]:
    """What is to be said where a batch was ended before it had graded everything."""
    from grader.batch.records import Standing

    many = sum(each.standing is Standing.NOT_GRADED for each in records)
    are = "1 is" if many == 1 else f"{many} are"
    said = [f"{are} not graded yet: give the `grade batch` command again."] if many else []
    return said + [f"{each.student.name or each.student.key}: {each.unranked}." for each in records if each.unranked]


def _replaced(changes: Sequence[Change]) -> list[str]:
    """What is to be said where scores were there already and are others now."""
    lost = [f"{change.student}: {change.before} -> {change.after}" for change in changes if change.before]
    if not lost:
        return []
    more = f"; and {len(lost) - MOST_NAMED} more, which --dry-run lists" if len(lost) > MOST_NAMED else ""
    scores = "1 score that was there is" if len(lost) == 1 else f"{len(lost)} scores that were there are"
    return [f"{scores} replaced: {'; '.join(lost[:MOST_NAMED])}{more}."]


def _chosen(wanted: str | None, titles: dict[str, str], results: Path) -> str:
    known = ", ".join(titles) or "none"
    if wanted is None and len(titles) == 1:
        return next(iter(titles))
    if wanted is None:
        raise UsageFault(f"{results} holds several exercises: {known}.", hint="Name one with --exercise.")
    wanted = next((each for each in titles if each.casefold() == wanted.casefold()), wanted)
    if wanted not in titles:
        raise UsageFault(f"There are no results for {wanted!r} in {results}; there are for {known}.")
    return wanted


def _records(store: Store, exercise: str, attempt: str | None, late: str | None) -> list[Record]:
    """The records of an exercise as gradebook.csv has them, but for what the command line asks for."""
    from grader.batch.gradebook.by_hand import hold_within_points
    from grader.batch.late import parse_policy
    from grader.batch.standings import Rules, standings

    shown = Rules.from_settings(store.settings())
    policy = shown.policy if late is None else None if late.strip().lower() == "none" else parse_policy(late)
    rules = Rules(attempt=Attempt(attempt) if attempt else shown.attempt, policy=policy)
    points, overrides = store.expected(), store.overrides()
    by_hand = [each for each in overrides.values() if each.exercise == exercise]
    hold_within_points(by_hand, points, store.names() if by_hand else {})
    counted = standings(store.graded(), points, rules, overrides=overrides, missing=store.absent())
    return [record for record, _ in counted if record.exercise == exercise]


def _free_name(downloaded: Path) -> Path:
    """Beside the downloaded file; a file that is there may hold the scores of another exercise, and stays."""
    path = downloaded.with_name(f"{downloaded.stem}-filled{downloaded.suffix}")
    if path.exists():
        again = f"-o {shlex.quote(str(path))} writes over it; -o with another name keeps it."
        raise UsageFault(f"{path} is there already.", hint=again)
    return path
