"""The folder of results: one report for each submission, gradebook.csv, and the class at a glance."""

from __future__ import annotations

import contextlib
import dataclasses
import json
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from grader.batch import class_report
from grader.batch.gradebook.for_people import gradebook_csv
from grader.batch.gradebook.notes import notes
from grader.batch.intake.handed_in import Intake
from grader.batch.late import LatePolicy
from grader.batch.places import report_path
from grader.batch.records import Pair, Record
from grader.batch.standings import Attempt, standings
from grader.batch.store import Graded, Store
from grader.batch.work import Outcome, outcome_of
from grader.files import remove_partials, write_bytes
from grader.text import inert


def write_report(folder: Path, student: str, exercise: str, attempt: int, outcome: Outcome) -> None:
    """Write the page and the data of one graded submission. Raises UsageFault."""
    path = f"{folder}/{report_path(student, exercise, attempt)}"
    for suffix, data in ((".html", outcome.html), (".json", outcome.json)):
        write_bytes(path + suffix, data, with_folder=True)


def write(
    store: Store,
    intake: Intake,
    folder: Path,
    *,
    attempt: Attempt,
    policy: LatePolicy | None,
    pairs: Sequence[Pair] = (),
) -> None:
    """Write what is said about the class as a whole, from what the store holds. Raises UsageFault."""
    known = {student.key for student in store.students()}  # an earlier input may have had what this one lacks
    missing = [each for each in (*intake.empty_handed, *intake.missing) if each.key not in known]

    def counted() -> Iterator[tuple[Record, Graded | None]]:
        return standings(
            store.graded(),
            store.expected(),
            attempt=attempt,
            policy=policy,
            overrides=store.overrides(),
            missing=missing,
        )

    for each in (folder, *(folder / "reports").glob("*")):
        remove_partials(each)
    _note(store, counted(), folder)
    write_bytes(folder / "gradebook.csv", gradebook_csv(record for record, _ in counted()))
    write_bytes(folder / "index.html", class_report.render(counted(), intake, pairs=pairs).encode())


def _note(store: Store, counted: Iterable[tuple[Record, Graded | None]], folder: Path) -> None:
    """Have every report on disk say of its score what is true now: of an attempt that does not count, nothing."""
    said = {_place(each): about for record, each in counted if each is not None and (about := notes(record))}
    for each in store.graded():
        about = said.get(_place(each), ())
        if each.text and _notes_on_disk(folder, *_place(each)) != list(map(inert, about)) and (report := each.report):
            outcome = outcome_of(0, dataclasses.replace(report, notes=about))  # of no task, so of no number
            write_report(folder, *_place(each), outcome)


def _place(each: Graded) -> tuple[str, str, int]:
    return each.student.key, each.exercise, each.attempt


def _notes_on_disk(folder: Path, student: str, exercise: str, attempt: int) -> list[str] | None:
    """The notes of a report as it was written; None where it is not there, or not whole."""
    path = folder / f"{report_path(student, exercise, attempt)}.json"
    with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
        found: list[str] = json.loads(path.read_bytes())["notes"]
        return found
    return None
