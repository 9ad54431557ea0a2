"""Scores into a gradebook that was downloaded from Canvas. Facts: instructure/canvas-lms, lib/gradebook_exporter.rb.

A column that Canvas does not know becomes a new assignment on import, so no column is ever added or renamed here.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from grader.batch.csvcells import Row, Sheet
from grader.batch.gradebook.filling import Filled, Scaling, fill_column, parse_number, scaling_factor
from grader.batch.intake.roster import is_no_student
from grader.batch.naming import ExerciseNames, Naming
from grader.batch.records import Record
from grader.batch.students import Student
from grader.errors import UsageFault

_ASSIGNMENT = re.compile(r"(.*) \((\d+)\)", re.DOTALL)
_KEEP = ("EX", "N/A")  # excused; not assigned to this student


def fill_canvas(
    sheet: Sheet,
    records: Sequence[Record],
    exercise: ExerciseNames,
    *,
    assignment: str | None = None,
    scaling: Scaling = Scaling.REFUSE,
) -> Filled:
    """The gradebook with one exercise's scores in the column of one assignment.

    `assignment` is the column's header, its title or its number; without it, the column is the one whose title names
    the exercise. Raises UsageFault where that is no column or several, where the column is read-only, and where its
    points are not the exercise's.
    """
    header = _header(sheet)
    column = _column(sheet, header, exercise, assignment)
    records = [record for record in records if record.exercise == exercise.id]
    points = next((row[column] for row in sheet.rows if "Points Possible" in row[0]), "")
    if "read only" in points:
        raise UsageFault(f"Canvas does not let scores into the column {header[column]!r}: it is read-only.")
    if not records:
        raise UsageFault(f"There are no results for {exercise.id}.")
    factor = scaling_factor(records[0].max_score, parse_number(points), scaling, f"The column {header[column]!r}")
    students = {at: _student(row, header) for at, row in enumerate(sheet.rows) if at and not is_no_student(row)}
    return fill_column(sheet, column, students, records, factor=factor, keep=_KEEP)


def _header(sheet: Sheet) -> list[str]:
    header = [cell.value.strip() for cell in sheet.rows[0].cells] if sheet.rows else []
    if "ID" not in header or not ({"Student", "LastName"} & set(header)):
        raise UsageFault(
            f"{sheet.name} is no gradebook of Canvas: it has no columns Student and ID.",
            hint="In Canvas: Grades, Export, Export Entire Gradebook.",
        )
    return header


def _column(sheet: Sheet, header: list[str], exercise: ExerciseNames, wanted: str | None) -> int:
    titles = {at: match for at, text in enumerate(header) if (match := _ASSIGNMENT.fullmatch(text))}
    if wanted is None:
        naming = Naming([exercise])
        found = [at for at, match in titles.items() if naming.ids_in(match[1])]
    else:
        plain = wanted.strip().casefold()
        found = [at for at, match in titles.items() if plain in (match[0].casefold(), match[1].casefold(), match[2])]
    if len(found) == 1:
        return found[0]
    about = f"called {wanted!r}" if wanted else f"for {exercise.id}"
    if found:
        several = ", ".join(repr(header[at]) for at in found)
        raise UsageFault(
            f"{sheet.name} has several columns {about}: {several}.", hint="Name the one to fill with --assignment."
        )
    known = ", ".join(repr(header[at]) for at in titles) or "none"
    raise UsageFault(
        f"{sheet.name} has no column {about}; its assignments are {known}.",
        hint="Name the column with --assignment, or make the assignment in Canvas first and export again.",
    )


def _student(row: Row, header: list[str]) -> Student:
    cell = {name: row[at] for at, name in reversed(list(enumerate(header)))}
    login = cell.get("SIS Login ID", "")
    return Student(
        key="",
        name=cell.get("Student") or f"{cell.get('FirstName', '')} {cell.get('LastName', '')}".strip(),
        canvas_id=cell["ID"],
        sid=cell.get("SIS User ID", ""),
        login=login,
        email=login if "@" in login else "",
    )
