"""The folder of results: one report for each submission, gradebook.csv, and the class at a glance."""

from __future__ import annotations

import contextlib
import dataclasses
import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from grader.batch import class_report
from grader.batch.gradebook.for_people import gradebook_csv
from grader.batch.gradebook.notes import notes
from grader.batch.graded import Graded
from grader.batch.intake.handed_in import Intake
from grader.batch.options import Options
from grader.batch.places import report_path
from grader.batch.records import Pair, Record
from grader.batch.standings import standings
from grader.batch.store import Store
from grader.batch.work import Outcome, outcome_of
from grader.files import remove_partials, write_bytes

_Place = tuple[str, str, int]  # a student's key, an exercise, an attempt


def write_report(folder: Path, student: str, exercise: str, attempt: int, outcome: Outcome) -> None:
    """Write the page and the data of one graded submission. Raises UsageFault."""
    path = f"{folder}/{report_path(student, exercise, attempt)}"
    for suffix, data in ((".html", outcome.html), (".json", outcome.json)):
        write_bytes(path + suffix, data, with_folder=True)


def remove_report(folder: Path, student: str, exercise: str, attempt: int) -> None:
    """Remove the page and the data of what has no place here any more, and the student's folder where it is empty."""
    path = folder / report_path(student, exercise, attempt)
    with contextlib.suppress(OSError):  # it may never have been written
        for suffix in (".html", ".json"):
            path.with_name(path.name + suffix).unlink(missing_ok=True)
        path.parent.rmdir()


def write(store: Store, intake: Intake, options: Options, pairs: Sequence[Pair] = ()) -> tuple[Record, ...]:
    """Write what is said about the class as a whole, as the store has it. Gives what counts. Raises UsageFault."""
    folder, missing = options.folder, store.absent()
    said, records = _Notes(folder), list[Record]()

    def counted() -> Iterator[tuple[Record, Graded | None]]:
        """What counts, read once for all that is written. Records are kept, as the page does, and no report."""
        entries, points, overrides = map(said.look_at, store.graded()), store.expected(), store.overrides()
        for record, each in standings(entries, points, options.rules, overrides=overrides, missing=missing):
            records.append(record)
            said.count(record, each)
            yield record, each

    for each in (folder, *(folder / "reports").glob("*")):
        remove_partials(each)
    page = class_report.render(counted(), intake, pairs=pairs)
    said.put_right(store)
    write_bytes(folder / "gradebook.csv", gradebook_csv(records))
    write_bytes(folder / "index.html", page.encode())
    return tuple(records)


class _Notes:
    """Has every report on disk say of its score what is true now: of an attempt that does not count, nothing.

    It is told of every entry, and of those that count. Most reports have no note and need none: only others are kept.
    What was set aside has files while it counts.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._there: dict[int, tuple[str, ...] | None] = {}  # by entry; None: its files are not whole
        self._due: dict[int, tuple[str, ...]] = {}
        self._places: dict[int, _Place] = {}
        self._aside: dict[int, _Place] = {}

    def look_at(self, each: Graded) -> Graded:
        """See what the files of an entry say, which is handed on."""
        if each.attempt > 0:
            self._look_into(each)
        elif each.written:
            self._aside[each.id] = _place(each)
        return each

    def count(self, record: Record, each: Graded | None) -> None:
        """See what those of one that counts have to say."""
        if each is not None and each.attempt < 1:
            self._aside.pop(each.id, None)
            self._look_into(each)
        if each is not None and each.text and (due := notes(record)):
            self._due[each.id] = due
            self._places[each.id] = _place(each)

    def put_right(self, store: Store) -> None:
        """Write those anew that say something else. Raises UsageFault."""
        wrong = [each for each in self._places if self._there.get(each, ()) != self._due.get(each, ())]
        store.forget_written((*wrong, *self._aside))
        for place in self._aside.values():
            remove_report(self._folder, *place)
        for entry in wrong:
            due = self._due.get(entry, ())
            outcome = outcome_of(0, dataclasses.replace(store.report(entry), notes=due))  # of no task, so of no number
            write_report(self._folder, *self._places[entry], outcome)
            store.add_written(entry, outcome, due)

    def _look_into(self, each: Graded) -> None:
        if each.text:
            there = each.written.notes if each.written and self._is_whole(each) else None
            if there != ():
                self._there[each.id] = there
                self._places[each.id] = _place(each)

    def _is_whole(self, each: Graded) -> bool:
        """Whether both files are there, to the last byte."""
        assert each.written is not None
        path = f"{self._folder}/{report_path(*_place(each))}"
        try:
            html, json = os.stat(path + ".html").st_size, os.stat(path + ".json").st_size
        except OSError:
            return False
        return (html, json) == (each.written.html_bytes, each.written.json_bytes)


def _place(each: Graded) -> _Place:
    return each.student.key, each.exercise, each.attempt
