"""Scores set by hand, from a CSV with the columns student, exercise, score, reason.

Read strictly: a score that silently did not count, or counted for somebody else, would be found by a student. What
Excel does to such a file on the way is no reason to refuse it: empty columns, decimal commas, zeros that a number lost.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path

from grader.batch.csvcells import Row, Sheet, read_sheet
from grader.batch.gradebook.filling import parse_number
from grader.batch.records import Override, TakenBack
from grader.batch.students import Directory, Student
from grader.errors import UsageFault
from grader.text import shorten

COLUMNS = ("student", "exercise", "score", "reason")

_MOST_LINES = 10
_MOST_CHARACTERS = 60
_WHO = "Use the student column of gradebook.csv."
_QUOTES = 'Where commas separate the columns, a decimal comma needs quotation marks: "7,5".'


def read_overrides(path: Path, max_scores: Mapping[str, int], directory: Directory) -> tuple[Override | TakenBack, ...]:
    """The overrides of a file. `max_scores` is by exercise id. A line without a score takes back what was set.

    A student may be called by key, number, login, e-mail address, name, or the number that Canvas gives. Columns with
    other headers are passed over. Raises UsageFault that names every line that is not clear: an unknown student or
    exercise, several students of that name, a score outside the exercise's, no reason, or a second line for the same
    student and exercise.
    """
    sheet = read_sheet(path)
    columns = _columns(sheet)
    lines: dict[tuple[str, str], int] = {}
    overrides: list[Override | TakenBack] = []
    faults: list[UsageFault] = []
    for row in sheet.rows[1:]:
        if row.is_blank:
            continue
        try:
            override = _override(_cells(sheet, row, columns), max_scores, directory)
            first = lines.setdefault((override.student, override.exercise), row.line)
            if first != row.line:
                raise UsageFault(f"line {first} already has that student and {override.exercise}")
        except UsageFault as fault:
            faults.append(UsageFault(f"line {row.line}: {fault.message}", hint=fault.hint))
        else:
            overrides.append(override)
    if faults:
        raise _together(sheet, faults)
    return tuple(overrides)


def _columns(sheet: Sheet) -> dict[str, int]:
    """Where the columns that are needed stand."""
    header = [cell.value.strip().lower() for cell in sheet.rows[0].cells] if sheet.rows else []
    if any(header.count(each) != 1 for each in COLUMNS):
        has = ", ".join(filter(None, header)) or "none"
        raise UsageFault(f"{sheet.name} must have the columns {', '.join(COLUMNS)}, each once, and has {has}.")
    return {each: header.index(each) for each in COLUMNS}


def _together(sheet: Sheet, faults: list[UsageFault]) -> UsageFault:
    """All lines that are not clear in one fault, so that they can be put right in one go."""
    shown = [each.message for each in faults[:_MOST_LINES]]
    if len(faults) > _MOST_LINES:
        shown.append(f"and {len(faults) - _MOST_LINES} more lines like these")
    hints = dict.fromkeys(each.hint for each in faults[:_MOST_LINES] if each.hint)
    return UsageFault(f"{sheet.name}, {'; '.join(shown)}.", hint=" ".join(hints))


def _cells(sheet: Sheet, row: Row, columns: Mapping[str, int]) -> dict[str, str]:
    """A row by column. A comma that no quotes hold moves the cells after it: that must not pass for another score."""
    if len(row.cells) <= max(columns.values()):
        raise UsageFault(f"{len(row.cells)} cells, and the columns need {max(columns.values()) + 1}")
    for at, cell in enumerate(row.cells):
        if cell.value.strip() and not sheet.rows[0][at]:
            raise UsageFault(f"{_shown(row[at])} stands under no column", hint=_QUOTES)
    return {name: row[at] for name, at in columns.items()}


def _override(cell: Mapping[str, str], max_scores: Mapping[str, int], directory: Directory) -> Override | TakenBack:
    exercise = next((each for each in max_scores if each.casefold() == cell["exercise"].casefold()), None)
    if exercise is None:
        known = ", ".join(max_scores)
        raise UsageFault(f"there is no exercise {_shown(cell['exercise'])} here, there are {known}")
    if not cell["reason"]:
        raise UsageFault("there is no reason", hint="Say in a few words why; the report shows it.")
    if cell["reason"].isdecimal():
        raise UsageFault(f"the reason {_shown(cell['reason'])} is a number", hint=_QUOTES)
    student, reason = _student(cell["student"], directory).key, cell["reason"]
    if not cell["score"]:
        return TakenBack(student=student, exercise=exercise, reason=reason)
    score = _score(cell["score"], max_scores[exercise])
    return Override(student=student, exercise=exercise, score=score, reason=reason)


def _student(wanted: str, directory: Directory) -> Student:
    keys = (wanted, wanted.removeprefix("'"))  # gradebook.csv puts an apostrophe before what looks like a formula
    found = tuple(each for each in directory.students if each.key in keys)
    if not found and wanted:
        found = _called(wanted, directory)
    if not found:
        raise UsageFault(f"nobody here is {_shown(wanted)}", hint=_WHO)
    if len(found) > 1:
        several = ", ".join(each.key for each in found)
        raise UsageFault(f"{_shown(wanted)} may be any of {several}", hint=_WHO)
    return found[0]


def _called(wanted: str, directory: Directory) -> tuple[Student, ...]:
    """Everybody who may be meant: a number can be one person's own, and that which Canvas gave to somebody else."""
    asked = (
        Student(key=wanted, email=wanted if "@" in wanted else ""),
        Student(key=wanted, canvas_id=wanted),
    )
    found = [each for question in asked for each in directory.find(question)]
    if wanted.isdecimal():  # Excel writes 0012 as 12
        found += [each for each in directory.students if wanted in (each.key.lstrip("0"), each.sid.lstrip("0"))]
    return tuple(dict.fromkeys(found))


def _score(text: str, max_score: int) -> Decimal:
    score = parse_number(text)
    if score is None or score > max_score:
        raise UsageFault(f"the score {_shown(text)} is no number from 0 to {max_score}")
    return score


def _shown(text: str) -> str:
    return repr(shorten(text, limit=_MOST_CHARACTERS))
