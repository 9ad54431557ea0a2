"""A course's list of students, from the CSV that a platform gives or a spreadsheet saves.

Read are the headers of Canvas (gradebook), Moodle (participants, grading worksheet), Gradescope (roster), GitHub
Classroom, and plain words such as "name" and "student number". Columns with other headers are passed over.
"""

from __future__ import annotations

import re
from pathlib import Path

from grader.batch.csvcells import Row, Sheet, read_sheet
from grader.batch.students import Student
from grader.errors import UsageFault
from grader.text import inert

# Headers in small letters and digits only, by what they fill.
_HEADERS = {
    "name": "name fullname student studentname",
    "first": "firstname givenname vorname",
    "last": "lastname surname familyname nachname",
    "email": "email emailaddress emailadresse mail",
    "sid": "sid sisuserid studentid studentnumber idnumber matriculationnumber matrikelnummer",
    "login": "login loginid sisloginid username user netid account benutzername anmeldename",
    "github": "github githubusername githublogin githubaccount",
    "identifier": "identifier",
    "id": "id userid",
}
_FIELDS = {header: field for field, headers in _HEADERS.items() for header in headers.split()}

_PARTICIPANT = re.compile(r"\D*[^\d\W]\s+(\d+)")  # Moodle's "Participant 123", in any language


def read_roster(path: Path) -> tuple[Student, ...]:
    """The students of a roster. Raises UsageFault where it is no CSV, has no usable column, or lists somebody twice."""
    sheet = read_sheet(path)
    columns = _columns(sheet)
    students: dict[str, Student] = {}
    lines: dict[str, int] = {}
    for row in sheet.rows[1:]:
        if row.is_blank or is_no_student(row[0]):
            continue
        student = _student(row, columns, is_canvas="section" in map(_plain, _header(sheet)))
        if student is None:
            raise UsageFault(f"{sheet.name}, line {row.line}: there is no name, number, e-mail address or login.")
        if students.setdefault(student.key, student) != student:
            raise UsageFault(
                f"{sheet.name}, lines {lines[student.key]} and {row.line}: two students are both called {student.key}.",
                hint="Give each a student number or a login of their own.",
            )
        lines.setdefault(student.key, row.line)
    return tuple(students.values())


def is_no_student(first_cell: str) -> bool:
    """Whether a row of a Canvas file, by its first cell, is a row of points or the student that Canvas made up."""
    return "Points Possible" in first_cell or first_cell.strip() in ("Student, Test", "Test Student")


def _header(sheet: Sheet) -> list[str]:
    return [cell.value for cell in sheet.rows[0].cells] if sheet.rows else []


def _columns(sheet: Sheet) -> dict[str, int]:
    columns: dict[str, int] = {}
    for number, header in enumerate(_header(sheet)):
        if field := _FIELDS.get(_plain(header)):
            columns.setdefault(field, number)
    if not columns:
        raise UsageFault(
            f"{sheet.name} has no column that says who a student is.",
            hint="Its first line must name the columns, such as name, email, sid, login.",
        )
    return columns


def _student(row: Row, columns: dict[str, int], *, is_canvas: bool) -> Student | None:
    cell = {field: inert(row[column]) for field, column in columns.items()}
    name = cell.get("name") or f"{cell.get('first', '')} {cell.get('last', '')}".strip()
    participant = _PARTICIPANT.fullmatch(identifier := cell.get("identifier", ""))
    number = cell.get("id", "")
    login, github = cell.get("login", ""), cell.get("github", "")
    email = cell.get("email") or next((each for each in (login, identifier) if "@" in each), "")
    sid = cell.get("sid") or ("" if is_canvas else number) or ("" if participant or identifier == email else identifier)
    key = sid or login or email or github or (number if is_canvas else "") or identifier or name
    if not key:
        return None
    return Student(
        key=key,
        name=name or key,
        email=email,
        sid=sid,
        login=login,
        github=github,
        canvas_id=number if is_canvas else "",
        moodle_id=participant[1] if participant else "",
    )


def _plain(header: str) -> str:
    return "".join(re.findall(r"[a-z0-9]", header.casefold()))
