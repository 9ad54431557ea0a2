"""The folder of results: one report for each submission, gradebook.csv, and the class at a glance."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from grader.batch import class_report
from grader.batch.gradebook.for_people import gradebook_csv
from grader.batch.intake.handed_in import Intake
from grader.batch.late import LatePolicy
from grader.batch.records import Pair, Record
from grader.batch.standings import Attempt, standings
from grader.batch.store import Graded, Store
from grader.batch.work import Outcome
from grader.files import write_bytes

MOST_NAME = 80


def report_path(student: str, exercise: str, attempt: int) -> Path:
    """Where in the folder of results a report lies, without its suffix."""
    suffix = "" if attempt == 1 else f"-attempt{attempt}"
    return Path("reports", _file_name(student), f"{exercise}{suffix}")


def write_report(folder: Path, student: str, exercise: str, attempt: int, outcome: Outcome) -> None:
    """Write the page and the data of one graded submission. Raises UsageFault."""
    path = folder / report_path(student, exercise, attempt)
    for suffix, text in ((".html", outcome.html), (".json", outcome.json)):
        write_bytes(path.with_name(path.name + suffix), text.encode(), with_folder=True)


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
            store.max_scores(),
            attempt=attempt,
            policy=policy,
            overrides=store.overrides(),
            missing=missing,
        )

    write_bytes(folder / "gradebook.csv", gradebook_csv(record for record, _ in counted()))
    write_bytes(folder / "index.html", class_report.render(counted(), intake, pairs=pairs).encode())


def _file_name(key: str) -> str:
    """A name that every file system takes, another one for each student."""
    plain = re.sub(r"[^\w.-]+", "_", key).strip("._") or "student"
    if plain == key == key.lower() and len(plain) <= MOST_NAME:
        return plain
    return f"{plain[:MOST_NAME]}-{hashlib.sha256(key.encode()).hexdigest()[:8]}"
