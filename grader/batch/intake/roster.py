"""A course's list of students, from the CSV that a platform gives or a spreadsheet saves.

Read are the headers of Canvas (gradebook), Moodle (participants, grading worksheet), Gradescope (roster), GitHub
Classroom, and plain words such as "name" and "student number". Columns with other headers are passed over, and so are
rows of teachers, for each of whom Gradescope writes one with the Role.
"""

from __future__ import annotations

import re
from pathlib import Path

from grader.batch.csvcells import Row, Sheet, read_sheet
from grader.batch.students import Student, words
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
    "canvas_id": "canvasid canvasuserid",
    "moodle_id": "moodleid participantid participantnumber",
    "identifier": "identifier",
    "id": "id userid",
    "group": "group groupname team teamname",
    "role": "role",
}
_FIELDS = {header: field for field, headers in _HEADERS.items() for header in headers.split()}

_NO_HANDLE = {"group", "role"}  # say nothing of who somebody is

# Whole, or at the end as in "Course Designer" and "Non-editing teacher".
_STAFF = {"instructor", "teacher", "ta", "teaching assistant", "tutor", "reader", "observer", "designer", "grader"}

_PARTICIPANT = re.compile(r"\D*[^\d\W]\s+(\d+)")  # Moodle's "Participant 123", in any language
_POSTING = re.compile(r"(?:muted|manual posting.*)?", re.IGNORECASE | re.DOTALL)


def read_roster(path: Path) -> tuple[Student, ...]:
    """The students of a roster. Raises UsageFault where it is no CSV, has no usable column, or lists somebody twice."""
    sheet = read_sheet(path)
    columns = _columns(sheet)
    students: dict[str, Student] = {}
    lines: dict[str, int] = {}
    role = columns.get("role")
    for row in sheet.rows[1:]:
        if row.is_blank or is_no_student(row) or (role is not None and _is_staff(row[role])):
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


def is_no_student(row: Row) -> bool:
    """Whether a row of a Canvas file is one of points, or of how grades are posted, or the student Canvas made up."""
    is_made_up = row[0] in ("Student, Test", "Test Student") or (row[0], row[1]) == ("Student", "Test")
    is_posting = all(_POSTING.fullmatch(cell.value.strip()) for cell in row.cells)
    return is_made_up or is_posting or "Points Possible" in row[0]


def _is_staff(role: str) -> bool:
    """Whether a role is one of those who teach. Anybody else is read, an Exchange Student as well as an Auditor."""
    role_words = words(role)
    return "student" not in role_words and bool(_STAFF.intersection((" ".join(role_words), *role_words[-1:])))


def _header(sheet: Sheet) -> list[str]:
    return [cell.value for cell in sheet.rows[0].cells] if sheet.rows else []


def _columns(sheet: Sheet) -> dict[str, int]:
    columns: dict[str, int] = {}
    for number, header in enumerate(_header(sheet)):
        if field := _FIELDS.get(_plain(header)):
            columns.setdefault(field, number)
    if not columns.keys() - _NO_HANDLE:
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
    canvas_id = cell.get("canvas_id") or (number if is_canvas else "")
    moodle_id = cell.get("moodle_id") or (participant[1] if participant else "")
    login, github = cell.get("login", ""), cell.get("github", "")
    email = cell.get("email") or next((each for each in (login, identifier) if "@" in each), "")
    sid = cell.get("sid") or ("" if is_canvas else number) or ("" if participant or identifier == email else identifier)
    by_number = f"{name} {moodle_id}".strip() if moodle_id else name
    key = sid or login or email or github or canvas_id or identifier or by_number
    if not key:
        return None
    return Student(
        key=key,
        name=name or key,
        email=email,
        sid=sid,
        login=login,
        github=github,
        canvas_id=canvas_id,
        moodle_id=moodle_id,
        group=cell.get("group", ""),
    )


def _plain(header: str) -> str:
    return "".join(re.findall(r"[a-z0-9]", header.casefold()))
