"""What the command for a class says: how far it is, and what came of it."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import click

from grader.batch.records import Override, TakenBack, number
from grader.text import inert

if TYPE_CHECKING:
    from grader.batch.options import Summary
    from grader.batch.records import Record

EVERY_SECONDS = 10.0  # how often a batch says how far it is where there is no terminal to draw on
MOST_NAMED = 5


class Progress:
    """Tells how far a batch is: a bar on a terminal, else a line now and then."""

    def __enter__(self) -> Callable[[int, int], None]:
        from rich import progress as rich
        from rich.console import Console

        console = Console(stderr=True)
        self._said = time.monotonic()
        self._first: tuple[float, int] | None = None
        self._bar = None
        if console.is_terminal:
            columns = (
                rich.BarColumn(),
                rich.TaskProgressColumn(),
                rich.MofNCompleteColumn(),
                rich.TextColumn("{task.fields[rate]}"),
                rich.TimeRemainingColumn(),
            )
            self._bar = rich.Progress(*columns, console=console)
            self._bar.start()
            self._task = self._bar.add_task("", total=None, rate="")
        return self._note

    def __exit__(self, *_: object) -> None:
        if self._bar:
            self._bar.stop()

    def _note(self, done: int, total: int) -> None:
        now = time.monotonic()
        self._first = self._first or (now, done)
        elapsed, new = now - self._first[0], done - self._first[1]
        rate = f"{new / elapsed:.1f} a second" if new and elapsed > 0 else ""
        if self._bar:
            self._bar.update(self._task, completed=done, total=total, rate=rate)
        elif now - self._said > EVERY_SECONDS:
            self._said = now
            click.echo(", ".join(filter(None, (f"{done} of {total} graded", rate))), err=True)


def tell(summary: Summary, folder: Path) -> None:
    """What came of it, for whoever gave the command."""
    intake, names = summary.intake, summary.names
    before = f", {summary.kept} before" if summary.kept else ""
    click.echo(f"{summary.graded} graded{before}, taken in as {intake.shape.value}.")
    _list("could not be graded; give the same command again", [f"{name}: {why}" for name, why in summary.failed])
    waiting = [f"{_work(each, names)}: {each.unranked or each.problem or each.standing}" for each in summary.waiting]
    _list("without a score, not in this input", waiting)
    earlier = [_work(each, names) for each in summary.earlier]
    counts = "counts" if len(earlier) == 1 else "count"
    _list(f"from an earlier input still {counts}; --forget drops what this one lacks", earlier)
    for what, kind in (("set by hand", Override), ("taken back, so what was graded counts again", TakenBack)):
        _list(what, [_by_hand(each, names) for each in summary.by_hand if isinstance(each, kind)])
    _list("left out", [f"{each.name}: {each.reason}" for each in intake.left_out])
    _list("not in the roster", [each.reason for each in intake.strangers])
    _list("handed in nothing", [names[each.key] for each in intake.missing])
    _list("handed in nothing that can be graded", [names[each.key] for each in intake.empty_handed])
    if summary.pairs is not None:
        alike = [f"{names[each.one]} and {names[each.other]}: {each.page}" for each in summary.pairs]
        _list("pairs are alike, each a reason to look and no verdict" if len(alike) > 1 else "pair is alike", alike)
        if not alike:
            click.echo("No submissions are alike.")
    for note in intake.notes:
        click.echo(inert(note))
    click.echo(f"{folder / 'index.html'} shows the class, {folder / 'gradebook.csv'} has the scores.")


def _work(record: Record, names: Mapping[str, str]) -> str:
    return f"{names[record.student.key]}, {record.exercise}"


def _by_hand(each: Override | TakenBack, names: Mapping[str, str]) -> str:
    score = f" {number(each.score)}" if isinstance(each, Override) else ""
    return f"{names.get(each.student, each.student)}, {each.exercise}:{score} ({each.reason})"


def _list(what: str, lines: list[str]) -> None:
    if lines:
        click.echo(f"{len(lines)} {what}:")
        for line in lines[:MOST_NAMED]:
            click.echo(f"  {inert(line)}".replace("\n", " "))
        if len(lines) > MOST_NAMED:
            click.echo(f"  and {len(lines) - MOST_NAMED} more, all listed in index.html")
