"""Scores into a grading worksheet that was downloaded from Moodle. Facts: mod/assign/feedback/offline of Moodle.

The headers are in the language of whoever downloaded it, and so are the decimals. Moodle needs the columns of
identifier, grade and time of last change back; it ignores a grade that was changed on the site meanwhile.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace

from grader.batch.csvcells import Row, Sheet
from grader.batch.gradebook.filling import Filled, Scaling, fill_column, parse_number, scaling_factor
from grader.batch.records import Record
from grader.batch.students import Directory, Student, is_nameless, name_forms
from grader.errors import UsageFault

# "Grade" in the languages that Moodle is used in most, as its language packs have it.
_GRADE = {
    "grade", "bewertung", "note", "calificación", "valutazione", "nota", "cijfer", "ocena", "betyg", "karakter",
    "arvosana", "známka", "qualificació", "not", "оценка", "оцінка", "评分", "成绩", "評分", "成績", "評点",
}  # fmt: skip
_PARTICIPANT = re.compile(r".*\D(\d+)", re.DOTALL)  # "Participant 123"
# "Yes" and "no" in the same languages; no word of them is a yes in one and a no in another.
_YES = {
    "yes", "ja", "oui", "sí", "sì", "si", "sim", "da", "tak", "kyllä", "ano", "áno", "evet", "да", "так", "是", "はい",
}  # fmt: skip
_NO = {
    "no", "nein", "non", "não", "nu", "nee", "nie", "nej", "nei", "ne", "ei", "hay\u0131r", "нет", "ні", "否", "いいえ",
}  # fmt: skip


def fill_moodle(
    sheet: Sheet,
    records: Sequence[Record],
    exercise: str,
    *,
    grade_column: str | None = None,
    scaling: Scaling = Scaling.REFUSE,
) -> Filled:
    """The worksheet with one exercise's scores in its grade column, which `grade_column` names where it is not found.

    Raises UsageFault for a file that is no worksheet, and where its maximum grade is not the exercise's points.
    """
    header = [cell.value.strip() for cell in sheet.rows[0].cells] if sheet.rows else []
    rows = {at: row for at, row in enumerate(sheet.rows) if at and not row.is_blank}
    identifier = _identifier_column(sheet, list(rows.values()), len(header))
    grade = _grade_column(sheet, header, grade_column)
    records = [record for record in records if record.exercise == exercise]
    if not records:
        raise UsageFault(f"There are no results for {exercise}.")
    maxima = {parse_number(row[grade + 1]) for row in rows.values()}  # Moodle writes the maximum beside the grade
    out_of = maxima.pop() if len(maxima) == 1 else None
    factor = scaling_factor(records[0].max_score, out_of, scaling, f"The column {header[grade]!r}")
    students = _students(sheet, header, rows, identifier, grade, [record.student for record in records])
    return fill_column(sheet, grade, students, records, factor=factor, locked=_locked(rows, grade, len(header)))


def _identifier_column(sheet: Sheet, rows: Sequence[Row], width: int) -> int:
    """The first column in which every cell is a word and a number, each another one."""
    for column in range(width):
        numbers = [match[1] for row in rows if (match := _PARTICIPANT.fullmatch(row[column]))]
        if rows and len(set(numbers)) == len(rows):
            return column
    raise UsageFault(
        f"{sheet.name} is no grading worksheet of Moodle: no column identifies the participants.",
        hint="In the assignment: View all submissions, Download grading worksheet.",
    )


def _grade_column(sheet: Sheet, header: list[str], wanted: str | None) -> int:
    names = _GRADE if wanted is None else {wanted.strip().casefold()}
    found = [at for at, title in enumerate(header) if title.casefold() in names]
    if len(found) == 1:
        return found[0]
    known = ", ".join(repr(title) for title in header)
    problem = "several columns" if found else "no column"
    raise UsageFault(
        f"{sheet.name} has {problem} for the grade; its columns are {known}.",
        hint="Name the grade column with --column.",
    )


def _locked(rows: Mapping[int, Row], grade: int, width: int) -> set[int]:
    """The rows whose grade cannot be changed, which Moodle says in a column after the maximum, in its own language.

    It is the first in which every cell is a yes or a no: its title has more translations than these two words.
    """
    for column in range(grade + 2, width):
        said = {at: row[column].casefold() for at, row in rows.items()}
        if said and all(word in _YES or word in _NO for word in said.values()):
            return {at for at, word in said.items() if word in _NO}
    return set()


def _students(
    sheet: Sheet, header: list[str], rows: Mapping[int, Row], identifier: int, grade: int, known: Sequence[Student]
) -> dict[int, Student]:
    """Who each row is, to be found among the students of the results, who are `known`.

    Another assignment numbers participants otherwise, so that a number is believed only where the name is the same.
    There is none to compare where marking is blind, in the worksheet or in what was handed in. Raises UsageFault where
    all names are others.
    """
    blind = name_forms(re.sub(r"\d+$", "", next(iter(rows.values()))[identifier]))  # "Participant"
    named = {each for each in known if not is_nameless(each) and blind.isdisjoint(name_forms(each.name))}
    nameless = {each.moodle_id for each in known} - {each.moodle_id for each in named}
    column = _name_column(rows, {identifier, grade, grade + 1}, named)
    is_another = column is None and _has_names(rows, range(identifier + 1, grade))
    students = {}
    for at, row in rows.items():
        student = _student(row, identifier, column, header)
        if student.moodle_id in nameless:
            student = replace(student, name="")
        elif is_another:
            student = replace(student, moodle_id="")
        students[at] = student
    numbers = {each.moodle_id for each in named} & {_number(row, identifier) for row in rows.values()}
    if is_another and numbers and not any(map(Directory(known).find, students.values())):
        raise UsageFault(
            f"No name in {sheet.name} is in these results, though numbers of participants are; nothing was filled.",
            hint="Is it the worksheet of this assignment? --results names the folder of another class.",
        )
    return students


def _name_column(rows: Mapping[int, Row], others: Collection[int], known: Iterable[Student]) -> int | None:
    """The column, whatever its title, with the most names of the results; None where no column has one."""
    forms = frozenset().union(*(name_forms(each.name) for each in known))
    width = max(len(row.cells) for row in rows.values())
    fitting = {
        column: len({row[column] for row in rows.values() if not forms.isdisjoint(name_forms(row[column]))})
        for column in range(width)
        if column not in others
    }
    best = max(fitting, key=fitting.__getitem__, default=None)
    return best if best is not None and fitting[best] else None


def _has_names(rows: Mapping[int, Row], columns: Iterable[int]) -> bool:
    """Whether a column has other words in most rows, as names are. Statuses, all that a blind worksheet has, repeat."""
    texts = ({row[column] for row in rows.values() if re.search(r"[^\W\d_]", row[column])} for column in columns)
    return any(2 * sum("@" not in text for text in each) > len(rows) for each in texts)


def _student(row: Row, identifier: int, name: int | None, header: list[str]) -> Student:
    plain = [title.casefold() for title in header]
    addresses = [cell.value.strip() for cell in row.cells if re.fullmatch(r"\s*[^@\s]+@[^@\s]+\s*", cell.value)]
    return Student(
        key="",
        name="" if name is None else row[name],
        email=addresses[0] if len(addresses) == 1 else "",
        sid=row[plain.index("id number")] if "id number" in plain else "",
        moodle_id=_number(row, identifier),
    )


def _number(row: Row, identifier: int) -> str:
    number = _PARTICIPANT.fullmatch(row[identifier])
    assert number is not None
    return number[1]
