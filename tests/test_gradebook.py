"""Scores go back in the instructor's own file, and nothing else of it changes."""

from __future__ import annotations

import csv
import io
import os
from decimal import Decimal
from pathlib import Path

import pytest
from batch_support import EX1
from hypothesis import given
from hypothesis import strategies as st

from grader.batch.csvcells import Sheet, parse_sheet, read_sheet
from grader.batch.gradebook.canvas import fill_canvas
from grader.batch.gradebook.filling import Filled, Scaling
from grader.batch.gradebook.for_people import COLUMNS, gradebook_csv, harmless, lateness
from grader.batch.gradebook.moodle import fill_moodle
from grader.batch.gradebook.overrides import read_overrides
from grader.batch.intake.roster import read_roster
from grader.batch.late import Lateness
from grader.batch.records import Override, Record, Standing, TakenBack, number
from grader.batch.students import Directory, Student
from grader.errors import GraderFault, UsageFault


def record(student: Student, score: str | None = "7", *, max_score: int = 10, **more: object) -> Record:
    standing = Standing.NOT_GRADED if score is None else Standing.GRADED
    facts = {"exercise": "ex1", "standing": standing, **more}
    return Record(student=student, score=None if score is None else Decimal(score), max_score=max_score, **facts)  # type: ignore[arg-type]


CANVAS = (
    "Student,ID,SIS User ID,SIS Login ID,Section,Notes,Exercise 1 (501),Ex 2 (502),Final Score\r\n"
    ",,,,,,Manual Posting,,\r\n"
    '"    Points Possible",,,,,,10.00,10.00,(read only)\r\n'
    '"Example, Ada",12,0012,ada@example.edu,"A, B",,,8.00,80.0\r\n'
    '"Sample, ""Bo""",13,0013,bo,A,"two\nlines",5.00,N/A,\r\n'
    '"Exempt, Cy",14,0014,cy,A,,EX,,\r\n'
    '"Student, Test",99,,abcdef,A,,,,\r\n'
).encode("utf-8-sig")

ADA = Student(key="12", name="exampleada", canvas_id="12")
BO = Student(key="0013", name="Bo Sample", sid="0013")
CY = Student(key="14", name="Cy Exempt", canvas_id="14")
ZED = Student(key="77", name="Zed", canvas_id="77")


def canvas(*records: Record, data: bytes = CANVAS, **more: object) -> Filled:
    return fill_canvas(parse_sheet(data, "grades.csv"), records, EX1, **more)  # type: ignore[arg-type]


def test_canvas_gets_its_column_and_every_other_byte_stays() -> None:
    filled = canvas(record(ADA, "7.5"), record(BO, "10"))
    wanted = CANVAS.replace(b'"A, B",,,8.00', b'"A, B",,7.5,8.00').replace(b"5.00,N/A", b"10,N/A")
    assert filled.data == wanted
    assert [(each.line, each.student, each.before, each.after) for each in filled.changes] == [
        (4, "exampleada", "", "7.5"),
        (5, "Bo Sample", "5.00", "10"),
    ]
    assert filled.notes == ("1 of the 3 students in grades.csv have no result; their cells are unchanged.",)


def test_nobody_gets_a_zero_for_not_being_graded() -> None:
    filled = canvas(record(ADA, None), record(BO, None, standing=Standing.GRADER_FAULT))
    assert filled.data == CANVAS
    assert filled.changes == ()
    assert filled.notes[1:] == (
        "exampleada has no score (not graded yet).",
        "Bo Sample has no score (not graded: the grader failed).",
    )


def test_a_zero_that_was_earned_is_a_zero() -> None:
    assert canvas(record(ADA, "0")).data == CANVAS.replace(b'"A, B",,,', b'"A, B",,0,')


def test_a_score_that_stands_there_already_is_not_written_anew() -> None:
    filled = canvas(record(BO, "5"))
    assert (filled.data, filled.changes) == (CANVAS, ())


def test_what_cannot_be_filled_is_said() -> None:
    filled = canvas(record(CY), record(ZED))
    assert filled.data == CANVAS
    assert filled.notes[1:] == (
        "Line 7, Cy Exempt: the cell says EX, which was kept.",
        "Zed has a score and no line in grades.csv.",
    )


def test_an_id_that_differs_beats_a_name_that_is_the_same() -> None:
    other = Student(key="15", name="Ada Example", canvas_id="15")
    assert canvas(record(other), record(CY)).data == CANVAS


def test_a_login_that_an_address_elsewhere_begins_with_is_somebody_elses() -> None:
    data = CANVAS.replace(b'"Example, Ada",12,0012,ada@example.edu', b'"Jones, Chris",12,,chris')
    smith = Student(key="chris@gmail.com", name="Chris Smith", email="chris@gmail.com")
    filled = canvas(record(smith), record(BO), data=data)
    assert [change.student for change in filled.changes] == ["Bo Sample"]
    assert "Chris Smith has a score and no line in grades.csv." in filled.notes


def test_a_number_that_a_spreadsheet_took_the_zeros_of_is_found() -> None:
    for name, lines in (("B. Sample", [5]), ("Zoe Other", [])):
        filled = canvas(record(Student(key="13", name=name, sid="13")), record(ADA))
        assert [change.line for change in filled.changes if change.student == name] == lines


def test_students_who_cannot_be_told_apart_are_not_filled() -> None:
    twins = [Student(key=key, name="Ada Example") for key in ("a", "b")]
    filled = canvas(*(record(twin) for twin in twins))
    assert filled.data == CANVAS
    assert filled.notes[0] == "Line 4: Example, Ada may be any of Ada Example (a), Ada Example (b); not filled."


def test_a_student_on_two_lines_is_not_filled() -> None:
    doubled = CANVAS.replace(b",13,0013,bo,", b",12,,,")
    filled = canvas(record(ADA), data=doubled)
    assert filled.data == doubled
    assert "exampleada fits several lines of grades.csv (4, 5); none was filled." in filled.notes


@pytest.mark.parametrize("assignment", ["Exercise 1 (501)", "exercise 1", "501"])
def test_the_column_can_be_named(assignment: str) -> None:
    assert len(canvas(record(ADA), assignment=assignment).changes) == 1


@pytest.mark.parametrize(
    ("old", "new", "options", "says"),
    [
        (b"Exercise 1", b"Homework", {}, "no column for ex1; its assignments are 'Homework (501)', 'Ex 2 (502)'"),
        (b"Ex 2", b"Ex 1", {}, "several columns for ex1: 'Exercise 1 (501)', 'Ex 1 (502)'"),
        (b"", b"", {"assignment": "Quiz"}, "no column called 'Quiz'"),
        (b"10.00,10.00", b"(read only),10.00", {}, "it is read-only"),
        (b"10.00,10.00", b"100.00,10.00", {}, "counts to 100 points, and the exercise has 10"),
        (b"10.00,10.00", b"0.00,10.00", {"scaling": Scaling.TO_COLUMN}, "counts to 0 points"),
        (b"Student,ID", b"Student,Id", {}, "is no gradebook of Canvas"),
    ],
)
def test_a_canvas_file_that_does_not_fit_is_refused_in_a_sentence(
    old: bytes, new: bytes, options: dict[str, object], says: str
) -> None:
    with pytest.raises(UsageFault) as fault:
        canvas(record(ADA), data=CANVAS.replace(old, new), **options)
    assert says in fault.value.message


def test_no_results_for_the_exercise_is_said() -> None:
    with pytest.raises(UsageFault, match="no results for ex1"):
        canvas(record(ADA, exercise="ex2"))


def test_scores_are_scaled_where_that_is_asked_for() -> None:
    data = CANVAS.replace(b"10.00,10.00", b"15.00,10.00")
    assert canvas(record(ADA, "7"), data=data, scaling=Scaling.TO_COLUMN).changes[0].after == "10.5"


def test_a_semicolon_file_with_decimal_commas_keeps_both() -> None:
    data = CANVAS.decode("utf-8-sig").replace(",", ";").replace(".", ",").encode()
    filled = canvas(record(ADA, "7.5"), data=data)
    assert filled.data == data.replace(b'"A; B";;;', b'"A; B";;7,5;')


def test_first_and_last_names_in_two_columns() -> None:
    data = b"LastName,FirstName,ID,SIS Login ID,Section,Ex 1 (5)\nPoints Possible,,,,,10\nExample,Ada,1,x,A,\n"
    assert canvas(record(Student(key="ada", name="Ada Example")), data=data).data == data.replace(b",A,\n", b",A,7\n")


def test_a_line_that_is_too_short_is_said() -> None:
    data = b"Student,ID,Section,Ex 1 (5)\nExampleada,12,A\n"
    assert canvas(record(ADA), data=data).notes == ("Line 2, exampleada: the line is too short to hold a score.",)


MOODLE = (
    '\ufeffIdentifier,"Full name","Email address",Status,Grade,"Maximum Grade","Grade can be changed",'
    '"Last modified (grade)","Feedback comments"\n'
    '"Participant 101","Ada Example",ada@example.edu,"Submitted for grading",,10.00,Yes,-,\n'
    '"Participant 102","Bo Sample",bo@example.edu,Draft,3.00,10.00,Yes,"Monday, 2 February 2026","fine, so far"\n'
    '"Participant 103","Cy Exempt",cy@example.edu,Submitted,,10.00,No,-,\n'
).encode()
M_ADA = Student(key="101", name="Ada Example", moodle_id="101")
M_BO = Student(key="102", name="Bo Sample", moodle_id="102")
M_CY = Student(key="103", name="Cy Exempt", moodle_id="103")


def moodle(*records: Record, data: bytes = MOODLE, **more: object) -> Filled:
    return fill_moodle(parse_sheet(data, "Grades.csv"), records, "ex1", **more)  # type: ignore[arg-type]


def test_moodle_gets_its_grades_and_every_other_byte_stays() -> None:
    filled = moodle(record(M_ADA, "9.25"), record(M_BO, "4"), record(M_CY, "5"))
    wanted = MOODLE.replace(b'for grading",,', b'for grading",9.25,').replace(b",3.00,", b",4,")
    assert filled.data == wanted
    assert filled.notes == ("Line 4, Cy Exempt: the grade cannot be changed there any more; not filled.",)


def test_a_worksheet_of_another_assignment_numbers_participants_otherwise() -> None:
    strangers = MOODLE.replace(b"Ada Example", b"Eve Other").replace(b"ada@", b"eve@")
    filled = moodle(record(M_ADA), record(M_CY), data=strangers)
    assert filled.data == strangers
    assert "Ada Example has a score and no line in Grades.csv." in filled.notes


def test_a_german_worksheet_with_decimal_commas() -> None:
    data = (
        "ID,Vollständiger Name,E-Mail-Adresse,Status,Bewertung,Bestwertung,Bewertung kann geändert werden\r\n"
        'Teilnehmer/in 101,Ada Example,ada@example.edu,,,"10,00",Ja\r\n'
        'Teilnehmer/in 102,Bo Sample,bo@example.edu,,"3,50","10,00",Ja\r\n'
    ).encode()
    filled = moodle(record(M_ADA, "9.25"), record(M_BO, "4.5"), data=data)
    assert filled.data == data.replace(b',,,"10,00"', b',,"9,25","10,00"').replace(b'"3,50"', b'"4,5"')


def test_two_students_of_one_name_are_told_apart_by_number() -> None:
    data = MOODLE.replace(b"Bo Sample", b"Ada Example").replace(b"bo@", b"ada2@")
    one, two = (
        Student(key="a", name="Ada Example", moodle_id="101"),
        Student(key="b", name="Ada Example", moodle_id="102"),
    )
    assert [change.line for change in moodle(record(two), data=data).changes] == [3]
    assert [change.line for change in moodle(record(one), record(two), data=data).changes] == [2, 3]


def test_what_a_name_does_to_a_terminal_is_made_inert_in_notes() -> None:
    assert (
        canvas(record(Student(key="x", name="\x1b[2J")), record(ADA))
        .notes[1]
        .startswith("\\x1b[2J has a score and no line")
    )


def test_blind_marking_knows_numbers_alone() -> None:
    data = b"Identifier,Status,Grade,Maximum Grade,Last modified (grade)\nParticipant 101,x,,10,-\n"
    blind = Student(key="101", name="Participant", moodle_id="101")
    assert moodle(record(blind), data=data).data == data.replace(b",x,,", b",x,7,")


BLIND = (
    b"Identifier,Status,Grade,Maximum Grade\n"
    b"Participant 101,Submitted,,10\nParticipant 102,Submitted,,10\nParticipant 103,Submitted,,10\n"
)


def test_a_worksheet_without_names_is_filled_by_number() -> None:
    filled = moodle(record(M_ADA, "9"), record(M_CY, "8"), data=BLIND)
    assert [(change.line, change.after) for change in filled.changes] == [(2, "9"), (4, "8")]


def test_work_that_was_handed_in_blind_goes_to_the_numbers_of_a_worksheet_with_names() -> None:
    blind = [Student(key=f"Participant {number}", name="Participant", moodle_id=number) for number in ("101", "102")]
    filled = moodle(record(blind[0], "9"), record(blind[1], "8"))
    assert [(change.line, change.after) for change in filled.changes] == [(2, "9"), (3, "8")]
    by_address = Student(key="a@b.c", name="a@b.c", email="a@b.c", moodle_id="103")
    assert [change.line for change in moodle(record(by_address), data=MOODLE.replace(b"Yes", b"No")).changes] == []
    assert [change.line for change in moodle(record(by_address), data=MOODLE.replace(b"No,", b"Yes,")).changes] == [4]


TITLES = ["Volledige naam", "Imi\u0119 i nazwisko", "\u6c0f\u540d", "x"]


@pytest.mark.parametrize("title", TITLES)
def test_names_are_compared_whatever_their_column_is_called(title: str) -> None:
    data = MOODLE.replace(b"Full name", title.encode()).replace(b"Ada Example", b"Eve Other").replace(b"ada@", b"eve@")
    filled = moodle(record(M_ADA), record(M_BO, "5"), data=data)
    assert [(change.line, change.student) for change in filled.changes] == [(3, "Bo Sample")]
    assert "Ada Example has a score and no line in Grades.csv." in filled.notes


@pytest.mark.parametrize("title", TITLES)
def test_where_no_name_fits_nothing_is_filled_by_number_and_it_is_said(title: str) -> None:
    data = MOODLE.replace(b"Full name", title.encode())
    others = [
        Student(key=name, name=name, moodle_id=number)
        for name, number in (("Eve Other", "101"), ("Ida Other", "102"), ("Ira Other", "103"))
    ]
    with pytest.raises(UsageFault, match=r"No name in Grades\.csv is in these results, though numbers of participants"):
        moodle(*map(record, others), data=data)
    short = f"a,{title},Grade,Maximum Grade\nb 101,Ada Example,,10\nb 102,Bo Sample,,10\n".encode()
    with pytest.raises(UsageFault, match="No name in"):
        moodle(*map(record, others), data=short)


def test_where_no_name_fits_an_address_still_does() -> None:
    ada = Student(key="ada@example.edu", name="A. E.", email="ada@example.edu", moodle_id="101")
    other = Student(key="Eve Other", name="Eve Other", moodle_id="102")
    filled = moodle(record(ada), record(other))
    assert [change.line for change in filled.changes] == [2]
    assert "Eve Other has a score and no line in Grades.csv." in filled.notes


def test_a_moodle_groups_number_is_no_participants() -> None:
    group = Student(key="Group A", name="Group A", moodle_id="102")
    assert [change.line for change in moodle(record(M_ADA), record(group)).changes] == [2]


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        (b"Participant 102", b"Participant 101", "no column identifies the participants"),
        (b",Grade,", b",Points,", "no column for the grade; its columns are 'Identifier', 'Full name'"),
        (b",Status,", b",Grade,", "several columns for the grade"),
        (b"10.00", b"100.00", "counts to 100 points"),
    ],
)
def test_a_worksheet_that_does_not_fit_is_refused_in_a_sentence(old: bytes, new: bytes, says: str) -> None:
    data = MOODLE.replace(old, new)
    with pytest.raises(UsageFault) as fault:
        moodle(record(M_ADA), data=data)
    assert says in fault.value.message


def test_a_worksheet_of_another_class_is_refused() -> None:
    with pytest.raises(UsageFault, match=r"Nobody in Grades\.csv is in these results"):
        moodle(record(Student(key="7", name="Zed", moodle_id="7")))


@pytest.mark.parametrize(
    ("grade", "yes", "no"),
    [
        ("Bewertung", "Ja", "Nein"),
        ("Note", "Oui", "Non"),
        ("Calificación", "Sí", "No"),
        ("Nota", "Sim", "Não"),
        ("Ocena", "Tak", "Nie"),
        ("Not", "Evet", "Hay\u0131r"),
        ("Оценка", "Да", "Нет"),
        ("成绩", "是", "否"),
    ],
)
@pytest.mark.parametrize("workflow", ["", ",released"])  # its state is a column between, where marking has one
def test_a_locked_grade_stays_in_any_language(grade: str, yes: str, no: str, workflow: str) -> None:
    data = (
        f"x,y,{grade},z,{workflow and 'u,'}v,w\n"
        f"Teilnehmer/in 101,Ada Example,,10{workflow},{yes},{no}\nTeilnehmer/in 103,Cy Exempt,,10{workflow},{no},{no}\n"
    ).encode()
    filled = moodle(record(M_ADA), record(M_CY), data=data)
    assert filled.data == data.replace(b"Ada Example,,", b"Ada Example,7,")
    assert filled.notes == ("Line 3, Cy Exempt: the grade cannot be changed there any more; not filled.",)


def test_no_results_for_a_worksheet_is_said() -> None:
    with pytest.raises(UsageFault, match="no results for ex1"):
        moodle()


def test_the_grade_column_can_be_named() -> None:
    data = MOODLE.replace(b",Grade,", b",Points,")
    assert len(moodle(record(M_ADA), data=data, grade_column="points").changes) == 1


TEXT = st.text(st.characters(exclude_characters="\0\r\n", exclude_categories=["Cs"]), max_size=6)
TABLE = st.lists(st.lists(TEXT, min_size=2, max_size=4), min_size=1, max_size=5)


@given(
    TABLE,
    st.sampled_from([",", ";", "\t"]),
    st.sampled_from(["\n", "\r\n", "\r"]),
    st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
    st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
    st.booleans(),
    st.data(),
)
def test_a_sheet_reads_as_csv_does_and_filling_changes_the_filled_cells_alone(
    table: list[list[str]], delimiter: str, end: str, quoting: int, encoding: str, last_end: bool, data: st.DataObject
) -> None:
    text = io.StringIO()
    header = ["Student", "ID", "Other"]  # without it, a cell of one's own could pass for another delimiter
    if quoting == csv.QUOTE_ALL:
        table = [[f"{cell}\r\n" for cell in row] for row in table]
    csv.writer(text, delimiter=delimiter, lineterminator=end, quoting=quoting).writerows([header, *table])  # type: ignore[arg-type]
    written = text.getvalue() if last_end else text.getvalue().removesuffix(end)
    raw = written.encode(encoding)
    sheet = parse_sheet(raw, "x.csv")
    assert sheet.filled({}) == raw
    assert values(sheet) == [header, *table]

    at = data.draw(st.integers(0, len(table) - 1)) + 1
    column = data.draw(st.integers(0, len(table[at - 1]) - 1))
    value = data.draw(TEXT.filter(lambda each: each.strip() == each and each))
    again = parse_sheet(sheet.filled({(at, column): value}), "x.csv")
    expected = [header, *map(list, table)]
    expected[at][column] = value
    assert values(again) == expected
    cell = sheet.rows[at].cells[column]
    assert again.text[: cell.start] == sheet.text[: cell.start]
    assert again.text.endswith(sheet.text[cell.end :])


def values(sheet: Sheet) -> list[list[str]]:
    return [[cell.value for cell in row.cells] for row in sheet.rows]


@given(st.binary(max_size=60))
def test_any_bytes_are_a_sheet_that_comes_back_or_a_sentence(data: bytes) -> None:
    try:
        sheet = parse_sheet(data, "x.csv")
    except UsageFault as fault:
        assert fault.message.startswith("x.csv")  # noqa: PT017 - either way is right
    else:
        assert sheet.filled({}) == data


@pytest.mark.parametrize(("data", "says"), [(b'a,b\n"x,y\n', "x.csv, line 2: a quotation mark"), (b"a\0b", "NUL")])
def test_what_is_no_csv_is_refused_in_a_sentence(data: bytes, says: str) -> None:
    with pytest.raises(UsageFault) as fault:
        parse_sheet(data, "x.csv")
    assert says in fault.value.message


def test_a_missing_file_is_refused_in_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(UsageFault, match="There is no file"):
        read_sheet(tmp_path / "none.csv")


def test_a_file_far_too_large_for_a_list_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "big.csv"
    path.touch()
    os.truncate(path, (64 << 20) + 1)
    with pytest.raises(UsageFault, match=r"big.csv has more than 64 MiB"):
        read_sheet(path)


def test_a_latin1_file_survives() -> None:
    data = "Student,ID,Section,Ex 1 (5)\nJörg,12,A,\n".encode("latin-1")
    filled = canvas(record(Student(key="12", name="J", canvas_id="12")), data=data)
    assert filled.data == data.replace(b"A,\n", b"A,7\n")


WINDOWS = bytes(each for each in range(0x80, 0x100) if each not in (0x81, 0x8D, 0x8F, 0x90, 0x9D))


@pytest.mark.parametrize("odd", [WINDOWS, bytes(range(0x80, 0x100))])
def test_every_byte_of_an_old_code_page_survives(odd: bytes) -> None:
    data = b"Student,ID,Section,Ex 1 (5)\r\n" + odd + b",12,A,\r\n"
    filled = canvas(record(Student(key="12", name="J", canvas_id="12")), data=data)
    assert filled.data == data.replace(b"A,\r\n", b"A,7\r\n")


def test_what_excel_saves_as_csv_is_read_as_windows_1252(tmp_path: Path) -> None:
    path = tmp_path / "roster.csv"
    path.write_bytes("Nachname;Vorname\r\nŠimic;Žofia\r\nO\u2019Neil;Zoë\r\n".encode("cp1252"))
    assert [each.name for each in read_roster(path)] == ["Žofia Šimic", "Zoë O\u2019Neil"]
    assert parse_sheet(WINDOWS, "x.csv").rows[0][0] == WINDOWS.decode("cp1252").strip()


def test_excels_line_on_the_delimiter_is_no_row_and_is_kept() -> None:
    data = b"\xef\xbb\xbfsep=;\r\n" + CANVAS.removeprefix(b"\xef\xbb\xbf").replace(b",", b";")
    filled = canvas(record(ADA, "7"), data=data)
    assert filled.data == data.replace(b'"A; B";;;', b'"A; B";;7;')
    assert filled.changes[0].line == 5
    assert values(parse_sheet(b"sep=;\na,b,c;d\n", "x.csv")) == [["a,b,c", "d"]]
    assert values(parse_sheet(b"sep=up,b\n", "x.csv")) == [["sep=up", "b"]]
    assert values(parse_sheet(b"sep=;", "x.csv")) == []


def test_spaces_around_quoted_cells_are_no_part_of_them_and_stay() -> None:
    data = b'"Student" , "ID", "Section" , "Ex 1 (5)"\n"Example, Ada" , "12" , "say ""A""" , "" \n'
    assert values(parse_sheet(data, "x.csv"))[1] == ["Example, Ada", "12", 'say "A"', ""]
    assert canvas(record(ADA), data=data).data == data.replace(b', "" \n', b',"7"\n')
    bare = b'a, 5" disk, "b" c, "d\n'
    assert values(parse_sheet(bare, "x.csv")) == [["a", ' 5" disk', ' "b" c', ' "d']]


def rows_of(data: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline="")))


def test_the_gradebook_says_why_there_is_no_score() -> None:
    late = record(ADA, "8", late=Lateness(90_000.0), penalty=Decimal("1.6"), attempt=2, file="a/ex1.py")
    by_hand = record(BO, "3", override=Override(student="0013", exercise="ex1", score=Decimal("9.5"), reason="agreed"))
    nothing = record(CY, None, standing=Standing.NOTHING_HANDED_IN)
    one, two, three = rows_of(gradebook_csv([late, by_hand, nothing]))
    assert tuple(one) == COLUMNS
    assert (one["score"], one["points"], one["penalty"], one["status"]) == ("6.4", "8", "1.6", "graded, late")
    assert (one["late"], one["attempt"], one["file"]) == ("1 d 1 h late", "2", "a/ex1.py")
    assert (two["score"], two["points"], two["status"], two["reason"]) == ("9.5", "3", "set by hand", "agreed")
    assert (three["score"], three["points"], three["status"]) == ("", "", "nothing to grade")


def test_a_record_without_its_score_is_a_fault_of_ours() -> None:
    with pytest.raises(GraderFault):
        record(ADA, None, standing=Standing.GRADED)
    with pytest.raises(GraderFault):
        record(ADA, "0", standing=Standing.GRADER_FAULT)


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("=1+1", "'=1+1"),
        ("+49", "'+49"),
        ("-1", "'-1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", "'\t=1"),
        ("  =1", "'  =1"),
        ("\uff1dcmd", "'\uff1dcmd"),
        ("ann;=1", "ann;'=1"),
        ("O'Neil, Ann-Marie (a@b)", "O'Neil, Ann-Marie (a@b)"),
        ("x\x1b[2J", "x\\x1b[2J"),
    ],
)
def test_no_text_is_a_formula(text: str, written: str) -> None:
    assert harmless(text) == written
    student = Student(key=text, name=text, email=text, sid=text)
    row = rows_of(gradebook_csv([record(student, file=text)]))[0]
    assert {row[column] for column in ("student", "name", "email", "number", "file")} == {written}


@given(st.text(max_size=20))
def test_making_harmless_twice_changes_nothing_more(text: str) -> None:
    once = harmless(text)
    assert harmless(once) == once
    assert not once.lstrip().startswith(("=", "+", "-", "@"))


@pytest.mark.parametrize(
    ("late", "words"),
    [(None, ""), (Lateness(None), "late"), (Lateness(0.0), "in time"), (Lateness(7.0), "1 min late"),
     (Lateness(7500.0), "2 h 5 min late")],
)  # fmt: skip
def test_lateness_in_words(late: Lateness | None, words: str) -> None:
    assert lateness(late) == words


@pytest.mark.parametrize(
    ("value", "text"), [("7", "7"), ("7.50", "7.5"), ("6.666", "6.67"), ("0", "0"), ("100", "100")]
)
def test_points_are_written_as_people_write_them(value: str, text: str) -> None:
    assert number(Decimal(value)) == text


@pytest.mark.parametrize(
    ("text", "student"),
    [
        (
            "Student,ID,SIS User ID,SIS Login ID,Section,Ex 1 (5)\n    Points Possible,,,,,10\n"
            '"Example, Ada",12,0012,ada@example.edu,A,\n"Student, Test",9,,t,A,\n',
            Student(key="0012", name="Example, Ada", canvas_id="12", sid="0012", login="ada@example.edu",
                    email="ada@example.edu"),
        ),
        (
            "Identifier;Full name;ID number;Email address\nParticipant 101;Ada Example;0012;ada@example.edu\n",
            Student(key="0012", name="Ada Example", sid="0012", email="ada@example.edu", moodle_id="101"),
        ),
        (
            "First Name,Last Name,SID,Email,Sections\nAda,Example,0012,ada@example.edu,1\n",
            Student(key="0012", name="Ada Example", sid="0012", email="ada@example.edu"),
        ),
        (
            "identifier,github_username,github_id,name\nada@example.edu,ada-x,1,\n",
            Student(key="ada@example.edu", name="ada@example.edu", email="ada@example.edu", github="ada-x"),
        ),
        ("name\nAda Example\n\n", Student(key="Ada Example", name="Ada Example")),
    ],
)  # fmt: skip
def test_rosters_of_all_platforms_are_read(tmp_path: Path, text: str, student: Student) -> None:
    path = tmp_path / "roster.csv"
    path.write_text(text, encoding="utf-8-sig")
    assert read_roster(path) == (student,)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("Ada Example", "example, ADA", True),
        ("Jos\u00e9 \u00d1u\u00f1ez", "nunezjose", True),
        ("Anne-Marie O'Neil", "annemarie oneil", True),
        ("Ada Example", "Ada Sample", False),
        ("\u0915\u093f\u0930\u0923", "\u0915\u0930\u0923", False),  # Kiran and Karan: a vowel sign is no accent
        ("\u738b \u4f1f", "\u738b\u4f1f", True),
        ("", "", False),
    ],
)
def test_names_are_the_same_without_case_accents_and_order(one: str, other: str, same: bool) -> None:
    found = Directory([Student(key="1", name=one)]).find(Student(key="", name=other))
    assert bool(found) is same


def test_a_platforms_number_is_no_students_number_elsewhere() -> None:
    roster = Directory([Student(key="12", name="Ada Example", sid="12")])
    assert roster.find(Student(key="12", name="samplebo", canvas_id="12")) == ()
    assert roster.find(Student(key="12", name="12")) == roster.students


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "no column that says who"),
        ("colour,size\nred,1\n", "no column that says who"),
        ("name,sid,colour\nAda,1,red\n,,red\n", "line 3: there is no name"),
        ("name,sid\nAda,1\nBo,1\n", "lines 2 and 3: two students are both called 1"),
    ],
)
def test_a_roster_that_is_unclear_is_refused_in_a_sentence(tmp_path: Path, text: str, says: str) -> None:
    path = tmp_path / "roster.csv"
    path.write_text(text)
    with pytest.raises(UsageFault) as fault:
        read_roster(path)
    assert says in fault.value.message


CLASS = Directory([ADA, BO, Student(key="-x", name="Twin"), Student(key="y", name="Twin")])


def overrides(tmp_path: Path, text: str) -> tuple[Override | TakenBack, ...]:
    path = tmp_path / "overrides.csv"
    path.write_text(text)
    return read_overrides(path, {"ex1": 10, "ex2": 5}, CLASS)


def test_overrides_are_read(tmp_path: Path) -> None:
    text = "Exercise,student,score,reason\nex1,12,9.5,agreed\nex2,Sample Bo,0,copied\n\nex1,'-x,10,ill\n"
    assert overrides(tmp_path, text) == (
        Override(student="12", exercise="ex1", score=Decimal("9.5"), reason="agreed"),
        Override(student="0013", exercise="ex2", score=Decimal(0), reason="copied"),
        Override(student="-x", exercise="ex1", score=Decimal(10), reason="ill"),
    )


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("12,ex3,1,x", "line 2: there is no exercise 'ex3'"),
        ("99,ex1,1,x", "line 2: nobody here is '99'"),
        (",ex1,1,x", "line 2: nobody here is ''"),
        ("Twin,ex1,1,x", "'Twin' may be any of -x, y"),
        ("12,ex1,1,", "line 2: there is no reason"),
        ("12,ex1,11,x", "'11' is no number from 0 to 10"),
        ("12,ex1,-1,x", "is no number"),
        ("12,ex1,NaN,x", "is no number"),
        ("12,ex1,1e1,x", "is no number"),
        ("12,ex1,1", "line 2: 3 cells"),
        ("12,ex1,7,5,agreed", "line 2: 'agreed' stands under no column"),
        ("12,ex1,7,5", "line 2: the reason '5' is a number"),
        ("12,ex1,1,x\nexampleada,EX1,2,y", "line 3: line 2 already has that student and ex1"),
    ],
)
def test_overrides_that_are_unclear_are_refused_in_a_sentence(tmp_path: Path, line: str, says: str) -> None:
    with pytest.raises(UsageFault) as fault:
        overrides(tmp_path, f"student,exercise,score,reason\n{line}\n")
    assert says in fault.value.message


@pytest.mark.parametrize("header", ["student,exercise,score", "student,exercise,score,score,reason,,"])
def test_overrides_without_their_columns_are_refused(tmp_path: Path, header: str) -> None:
    with pytest.raises(UsageFault) as fault:
        overrides(tmp_path, f"{header}\n")
    has = ", ".join(header.rstrip(",").split(","))
    assert fault.value.message.endswith(f"the columns student, exercise, score, reason, each once, and has {has}.")


def test_overrides_are_read_as_excel_saves_them(tmp_path: Path) -> None:
    header = "Student;Exercise;Name;Score;Reason;Comment;;"
    lines = (header, "12;EX1;Ada;7,5;agreed;mail of 3 May;;", ";;;;;;;", "13;Ex2;Bo;4;ill", "")
    assert overrides(tmp_path, "\r\n".join(lines)) == (
        Override(student="12", exercise="ex1", score=Decimal("7.5"), reason="agreed"),
        Override(student="0013", exercise="ex2", score=Decimal(4), reason="ill"),  # a number has no zeros before it
    )


def test_a_line_without_a_score_takes_back_what_was_set(tmp_path: Path) -> None:
    text = "student,exercise,score,reason\n12,ex1, ,meant for another\n"
    assert overrides(tmp_path, text) == (TakenBack(student="12", exercise="ex1", reason="meant for another"),)


def test_all_lines_that_are_unclear_are_named_at_once(tmp_path: Path) -> None:
    with pytest.raises(UsageFault) as fault:
        overrides(tmp_path, "student,exercise,score,reason\n99,ex1,1,x\n12,ex1,1,x\n12,ex2,9,x\nNobody,ex1,1,x\n")
    assert fault.value.message == (
        "overrides.csv, line 2: nobody here is '99'; line 4: the score '9' is no number from 0 to 5; "
        "line 5: nobody here is 'Nobody'."
    )
    assert fault.value.hint == "Use the student column of gradebook.csv."
    with pytest.raises(UsageFault, match=r"line 11: nobody here is 'x'; and 15 more lines like these\.$"):
        overrides(tmp_path, "student,exercise,score,reason\n" + "x,ex1,1,x\n" * 25)


def test_a_student_is_found_by_the_number_of_canvas_unless_it_is_somebody_elses(tmp_path: Path) -> None:
    path = tmp_path / "overrides.csv"
    path.write_text("student,exercise,score,reason\n4711,ex1,9,agreed\n")
    ada = Student(key="0012", name="Ada Example", sid="0012", canvas_id="4711")
    bo = Student(key="bo", name="Bo Sample", sid="4711", login="bo", canvas_id="13")
    assert [each.student for each in read_overrides(path, {"ex1": 10}, Directory([ada]))] == ["0012"]
    with pytest.raises(UsageFault, match="'4711' may be any of bo, 0012"):
        read_overrides(path, {"ex1": 10}, Directory([ada, bo]))
