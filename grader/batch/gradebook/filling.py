"""Filling scores into one column of the instructor's own CSV, and changing nothing else.

A cell is written only where exactly one row is one student of the results, and that student has a score. Everything
that stands in the way becomes a sentence, and the cell stays as it was: nobody gets a zero for not having been graded.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum

from grader.batch.csvcells import Sheet
from grader.batch.records import Record, number
from grader.batch.students import Directory, Student, share_an_id
from grader.errors import UsageFault
from grader.text import inert


class Scaling(Enum):
    """What to do where the column counts to another maximum than the exercise."""

    REFUSE = "refuse"
    TO_COLUMN = "to the column's maximum"


@dataclass(frozen=True, slots=True)
class Change:
    """One cell that was filled: on which line of the file, whose, and what it held before and holds now."""

    line: int
    student: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Filled:
    """The file to upload, the cells that are different in it, and a sentence for everything that was not filled."""

    data: bytes
    changes: tuple[Change, ...]
    notes: tuple[str, ...]


def fill_column(
    sheet: Sheet,
    column: int,
    students: Mapping[int, Student],
    records: Sequence[Record],
    *,
    factor: Decimal = Decimal(1),
    keep: Collection[str] = (),
    locked: Collection[int] = (),
) -> Filled:
    """Fill `column` for the rows in `students` (by row number, from 0) with the scores of one exercise times `factor`.

    Cells that hold a text of `keep` are left alone: what a platform writes for somebody excused or not assigned. So are
    the rows in `locked`, whose grade the platform does not let change. Raises UsageFault where no row is anybody of
    the results: the file is that of another course.
    """
    rows, notes = _rows_of(sheet, students, Directory(record.student for record in records))
    decimal_comma = _writes_decimal_commas(sheet)
    values: dict[tuple[int, int], str] = {}
    changes: list[Change] = []
    for record in records:
        who, mine = record.student.name, rows.get(record.student.key, [])
        if len(mine) > 1:  # of two students of one name, the one with the number
            mine = [row for row in mine if share_an_id(students[row], record.student)] or mine
        if record.final is None:
            notes.append(f"{who} has no score ({record.status}).")
        elif len(mine) != 1:
            notes.append(_why_no_row(sheet, who, mine))
        elif column >= len(sheet.rows[mine[0]].cells):
            notes.append(f"Line {sheet.rows[mine[0]].line}, {who}: the line is too short to hold a score.")
        elif (before := sheet.rows[mine[0]][column]).upper() in keep:
            notes.append(f"Line {sheet.rows[mine[0]].line}, {who}: the cell says {before}, which was kept.")
        else:
            after = number(record.final * factor)
            after = after.replace(".", ",") if decimal_comma else after
            if parse_number(before) == parse_number(after):
                continue
            if mine[0] in locked:
                why = "the grade cannot be changed there any more; not filled"
                notes.append(f"Line {sheet.rows[mine[0]].line}, {who}: {why}.")
                continue
            values[mine[0], column] = after
            changes.append(Change(sheet.rows[mine[0]].line, who, before, after))
    changes.sort(key=lambda change: change.line)
    return Filled(sheet.filled(values), tuple(changes), tuple(map(inert, notes)))


def scaling_factor(max_score: int, out_of: Decimal | None, scaling: Scaling, column: str) -> Decimal:
    """What to multiply scores by. Raises UsageFault where maxima differ and nobody asked for scaling."""
    if out_of is None or out_of == max_score:
        return Decimal(1)
    if scaling is Scaling.TO_COLUMN and out_of > 0:
        return out_of / max_score
    raise UsageFault(
        f"{column} counts to {number(out_of)} points, and the exercise has {max_score}.",
        hint=f"Set the assignment to {max_score} points, or scale the scores to the column with --scale.",
    )


def parse_number(text: str) -> Decimal | None:
    """A number with a decimal point or comma; None for anything else."""
    match = re.fullmatch(r"\s*(\d+)(?:[.,](\d+))?\s*", text, re.ASCII)
    return Decimal(f"{match[1]}.{match[2] or 0}") if match else None


def _rows_of(
    sheet: Sheet, students: Mapping[int, Student], directory: Directory
) -> tuple[dict[str, list[int]], list[str]]:
    """The rows of each student of the results, by key, and what is to be said about the others."""
    rows: dict[str, list[int]] = {}
    notes: list[str] = []
    without = 0
    for number_, student in students.items():
        found = directory.find(student)
        if len(found) == 1:
            rows.setdefault(found[0].key, []).append(number_)
        elif found:
            several = ", ".join(f"{each.name} ({each.key})" for each in found)
            notes.append(f"Line {sheet.rows[number_].line}: {student.name} may be any of {several}; not filled.")
        else:
            without += 1
    if without == len(students):
        raise UsageFault(
            f"Nobody in {sheet.name} is in these results.",
            hint="Is it the file of this course? --results names the folder of another class.",
        )
    if without:
        notes.append(
            f"{without} of the {len(students)} students in {sheet.name} have no result; their cells are unchanged."
        )
    return rows, notes


def _why_no_row(sheet: Sheet, who: str, rows: Sequence[int]) -> str:
    if not rows:
        return f"{who} has a score and no line in {sheet.name}."
    lines = ", ".join(str(sheet.rows[row].line) for row in rows)
    return f"{who} fits several lines of {sheet.name} ({lines}); none was filled."


def _writes_decimal_commas(sheet: Sheet) -> bool:
    """Whether numbers in the file have commas rather than points."""
    kinds = [
        match[1] for row in sheet.rows for cell in row.cells if (match := re.fullmatch(r"\d+([.,])\d+", cell.value))
    ]
    return kinds.count(",") > kinds.count(".")
