"""Scores set by hand, from a CSV with the columns student, exercise, score, reason.

Read strictly: a score that silently did not count, or counted for somebody else, would be found by a student.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path

from grader.batch.csvcells import Row, read_sheet
from grader.batch.records import Override
from grader.batch.students import Directory, Student
from grader.errors import UsageFault

COLUMNS = ("student", "exercise", "score", "reason")


def read_overrides(path: Path, max_scores: Mapping[str, int], directory: Directory) -> tuple[Override, ...]:
    """The overrides of a file. `max_scores` is by exercise id.

    A student may be called by key, number, login, e-mail address or name. Raises UsageFault for the first line that is
    not clear: an unknown student or exercise, several students of that name, a score outside the exercise's, no reason,
    or a second line for the same student and exercise.
    """
    sheet = read_sheet(path)
    header = [cell.value.strip().lower() for cell in sheet.rows[0].cells] if sheet.rows else []
    if sorted(header) != sorted(COLUMNS):
        raise UsageFault(
            f"{sheet.name} must have the columns {', '.join(COLUMNS)}, and has {', '.join(header) or 'none'}."
        )
    lines: dict[tuple[str, str], int] = {}
    overrides: list[Override] = []
    for row in sheet.rows[1:]:
        if row.is_blank:
            continue
        where = f"{sheet.name}, line {row.line}"
        if len(row.cells) != len(COLUMNS):
            raise UsageFault(f"{where}: {len(row.cells)} cells, and there are {len(COLUMNS)} columns.")
        override = _override(where, _cells(row, header), max_scores, directory)
        first = lines.setdefault((override.student, override.exercise), row.line)
        if first != row.line:
            raise UsageFault(f"{where}: line {first} already sets the score of that student in {override.exercise}.")
        overrides.append(override)
    return tuple(overrides)


def _cells(row: Row, header: list[str]) -> dict[str, str]:
    return {name: row[column] for column, name in enumerate(header)}


def _override(where: str, cell: dict[str, str], max_scores: Mapping[str, int], directory: Directory) -> Override:
    exercise = cell["exercise"]
    if exercise not in max_scores:
        raise UsageFault(f"{where}: there is no exercise {exercise!r} here; there are {', '.join(max_scores)}.")
    if not cell["reason"]:
        raise UsageFault(f"{where}: there is no reason.", hint="Say in a few words why; the report shows it.")
    return Override(
        student=_student(where, cell["student"], directory).key,
        exercise=exercise,
        score=_score(where, cell["score"], max_scores[exercise]),
        reason=cell["reason"],
    )


def _student(where: str, wanted: str, directory: Directory) -> Student:
    keys = (wanted, wanted.removeprefix("'"))  # gradebook.csv puts an apostrophe before what looks like a formula
    found = tuple(each for each in directory.students if each.key in keys)
    if not found and wanted:
        found = directory.find(Student(key=wanted, email=wanted if "@" in wanted else ""))
    if not found:
        raise UsageFault(f"{where}: nobody here is {wanted!r}.", hint="Use the student column of gradebook.csv.")
    if len(found) > 1:
        several = ", ".join(each.key for each in found)
        raise UsageFault(f"{where}: {wanted!r} may be any of {several}.", hint="Use one of these.")
    return found[0]


def _score(where: str, text: str, max_score: int) -> Decimal:
    if not re.fullmatch(r"\d+(\.\d+)?", text, re.ASCII) or Decimal(text) > max_score:
        raise UsageFault(f"{where}: the score {text!r} is no number from 0 to {max_score}.")
    return Decimal(text)
