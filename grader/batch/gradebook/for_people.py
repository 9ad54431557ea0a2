"""gradebook.csv, for people: one line for each student and exercise.

UTF-8 with a byte order mark, since Excel reads letters beyond English wrongly without one. A text that a spreadsheet
would run as a formula gets an apostrophe before it: names of students and files are whatever somebody typed.
"""

from __future__ import annotations

import csv
import io
import math
import re
from collections.abc import Iterable
from fractions import Fraction

from grader.batch.late import Lateness
from grader.batch.places import attempt_name
from grader.batch.records import Record, Standing, number
from grader.text import inert

COLUMNS = (
    "student", "name", "email", "number", "exercise", "score", "max_score", "status",
    "points", "late", "penalty", "reason", "attempt", "file",
)  # fmt: skip

# The first character of a formula in Excel, LibreOffice or Sheets, also full-width, also after space. Where a semicolon
# or a tab separates columns in the reader's country, a cell may begin after one as well.
_FORMULA = re.compile(r"(^|[;\t\r\n])(\s*[=+\-@\uff1d\uff0b\uff0d\uff20\t\r])")


def gradebook_csv(records: Iterable[Record]) -> bytes:
    """The gradebook, in the order given. No score is an empty cell, and `status` says why."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    writer.writerows(_row(record) for record in records)
    return text.getvalue().encode("utf-8-sig")


def harmless(text: str) -> str:
    """`text` as a cell that no spreadsheet takes for a formula."""
    return _FORMULA.sub(r"\1'\2", inert(text))


def _row(record: Record) -> list[str]:
    student, final = record.student, record.final
    return [
        harmless(student.key),
        harmless(student.name),
        harmless(student.email),
        harmless(student.sid),
        harmless(record.exercise),
        "" if final is None else number(final),
        str(record.max_score),
        record.status,
        "" if record.score is None else number(record.score),
        lateness(record.late),
        number(record.penalty) if record.penalty else "",
        harmless(_reason(record)),
        "" if record.attempt is None else attempt_name(record.attempt).removeprefix("attempt "),
        harmless(record.file),
    ]


def _reason(record: Record) -> str:
    if record.override is not None:
        return record.override.reason
    if record.unranked:
        return record.unranked
    if record.problem and record.standing is Standing.GRADED:
        return f"Graded before, and could not be graded again: {record.problem}"
    return record.problem


def lateness(late: Lateness | None) -> str:
    """How late, in words: "in time", "late", "2 h 5 min late"; empty where nothing is known.

    A minute that has begun is a whole one, so that the words for a second day begun do not say that it was one day.
    """
    if late is None:
        return ""
    if late.seconds is None:
        return "late"
    if late.seconds <= 0:
        return "in time"
    minutes = math.ceil(Fraction(late.seconds) / 60)
    sizes = ((minutes // 1440, "d"), (minutes // 60 % 24, "h"), (minutes % 60, "min"))
    return " ".join(f"{count} {unit}" for count, unit in sizes if count) + " late"
