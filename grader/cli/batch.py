"""The commands for a whole class."""

from __future__ import annotations

import os
from datetime import datetime, time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from grader.batch.intake.layout import Shape
from grader.batch.intake.times import YEARS, MachineZone
from grader.batch.standings import Attempt
from grader.cli.class_output import Progress, tell
from grader.cli.common import EXIT_GRADER, say, seed_option
from grader.errors import UsageFault
from grader.isolation import Isolation

if TYPE_CHECKING:
    from grader.exercise import Exercise

EXIT_INTERRUPTED = 130  # as shells have it

_LAST_SECOND = time(23, 59, 59)


class _Deadline(click.DateTime):
    """A moment, in this machine's time zone unless it has an offset of its own.

    Of a day that is only named it is the very end, since a deadline on a day includes the day. So it is of a day's last
    second: time stamps have fractions, and the end of a day, written down in seconds, is to be read as the same moment.
    """

    def __init__(self) -> None:
        clocks = (" %H:%M", "T%H:%M", " %H:%M:%S", "T%H:%M:%S")
        super().__init__([f"%Y-%m-%d{clock}" for clock in (*clocks, *(f"{each}%z" for each in clocks), "")])

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        try:
            moment: datetime = super().convert(value, param, ctx)
        except click.BadParameter:
            self.fail(f'{value!r} is no moment such as "2026-11-20 18:00" or 2026-11-20.', param, ctx)
        if moment.year not in YEARS:
            self.fail(
                f"{value!r} is too far off for a deadline, whose year is one of {YEARS[0]} to {YEARS[-1]}.", param, ctx
            )
        if ":" not in str(value):
            moment = datetime.combine(moment, _LAST_SECOND)
        if moment.time() == _LAST_SECOND:
            moment = moment.replace(microsecond=999_999)
        return moment if moment.tzinfo else moment.replace(tzinfo=MachineZone())


@click.command()
@click.argument("exercises")
@click.argument("submissions", type=click.Path(path_type=Path))
@click.option(
    "-o",
    "--output",
    "folder",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("results"),
    show_default=True,
    help="The folder for the results; it is made, or gone on with.",
)
@click.option("--jobs", type=click.IntRange(min=1), help="How many are graded at once.  [default: the cores there are]")
@click.option("--scheduler", metavar="ADDRESS", help="Grade on the workers of this Dask scheduler: tcp://host:8786")
@click.option("--shape", type=click.Choice([each.value for each in Shape]), help="What SUBMISSIONS is, if not guessed.")
@click.option("--roster", type=click.Path(dir_okay=False, path_type=Path), help="A CSV file with the class's students.")
@click.option(
    "--due",
    type=_Deadline(),
    metavar="WHEN",
    help='The deadline, in this machine\'s time zone: "2026-11-20 18:00", or 2026-11-20 for the end of that day. '
    "Elsewhere: 2026-11-20T18:00-05:00.",
)
@click.option(
    "--attempt",
    type=click.Choice([each.value for each in Attempt]),
    default=Attempt.LAST.value,
    show_default=True,
    help="Which of several attempts counts: the last in the newest input, or the best of all that ever came in.",
)
@click.option("--late-penalty", "late", help='Such as "10%/day, at most 50%".')
@click.option(
    "--overrides",
    type=click.Path(dir_okay=False, path_type=Path),
    help="A CSV file with scores set by hand: its columns are student, exercise, score, reason.",
)
@seed_option
@click.option("--fresh", is_flag=True, help="Grade also what has been graded before.")
@click.option("--forget", is_flag=True, help="Drop results of an earlier input that this one does not hold any more.")
@click.option(
    "--similarity", is_flag=True, help="Look for submissions that are alike; the pages of an earlier run go either way."
)
@click.option(
    "--isolation",
    type=click.Choice([each.value for each in Isolation]),
    default=Isolation.FULL.value,
    show_default=True,
    help="`reduced` grades on a machine that cannot confine submissions fully.",
)
@click.option(
    "--exercises",
    "packs",
    multiple=True,
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="A folder with exercises of your own.",
)
def batch(
    exercises: str,
    submissions: Path,
    folder: Path,
    jobs: int | None,
    scheduler: str | None,
    shape: str | None,
    roster: Path | None,
    due: datetime | None,
    attempt: str,
    late: str | None,
    overrides: Path | None,
    seed: int,
    fresh: bool,
    forget: bool,
    similarity: bool,
    isolation: str,
    packs: tuple[Path, ...],
) -> None:
    """Grade a class: EXERCISES is one exercise, several with commas between, or "all"; SUBMISSIONS a folder or archive.

    Exports of Canvas, Moodle, Gradescope, GitHub Classroom and nbgrader are recognised. Given again, the same command
    goes on where it stopped.

    Ends with 0 when every submission was graded, whatever the marks, and with 3 when one could not be.
    """
    from grader.batch.late import parse_policy
    from grader.batch.options import Options
    from grader.batch.run import run_batch
    from grader.batch.standings import Rules
    from grader.sandbox.harden import Power, give_up_all_but, harden

    if jobs and scheduler:
        raise UsageFault("--jobs is for this machine: with --scheduler, the cluster's workers decide.")
    harden()
    give_up_all_but(Power.SANDBOXES)  # its workers start them
    options = Options(
        exercises=_chosen(exercises, packs),
        source=submissions,
        folder=folder,
        jobs=jobs or len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else jobs or os.cpu_count() or 1,
        scheduler=scheduler,
        packs=packs,
        shape=Shape(shape) if shape else None,
        roster=roster,
        due=due,
        rules=Rules(attempt=Attempt(attempt), policy=parse_policy(late) if late else None),
        overrides=overrides,
        seed=seed,
        fresh=fresh,
        similarity=similarity,
        forget=forget,
        isolation=Isolation(isolation),
    )
    try:
        with Progress() as on_progress:
            summary = run_batch(options, on_progress=on_progress, on_note=say)
    except KeyboardInterrupt:
        click.echo("Interrupted. The same command goes on from here.", err=True)
        raise click.exceptions.Exit(EXIT_INTERRUPTED) from None
    tell(summary, folder)
    if summary.failed:
        raise click.exceptions.Exit(EXIT_GRADER)


def _chosen(names: str, packs: tuple[Path, ...]) -> tuple[Exercise, ...]:
    from grader.exercise import exercise_folders, find_exercise, read_exercise

    if names.strip().casefold() == "all":
        return tuple(read_exercise(folder) for folder in exercise_folders(packs))
    wanted = [name.strip() for name in names.split(",") if name.strip()]
    if not wanted:
        raise UsageFault("No exercise is named.", hint="`grade list` shows them all.")
    found = (find_exercise(name, packs) for name in wanted)
    return tuple({each.id: each for each in found}.values())  # of ex1,EX1 one
