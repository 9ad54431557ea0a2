"""Who is who: nobody gets another's work for a name, an address or a number that is nearly theirs."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from batch_support import BOTH, EX1, ROOT, Files, entries, folder, reasons

from grader.batch.intake.handed_in import Intake, LeftOut
from grader.batch.intake.layout import Shape
from grader.batch.intake.people import People
from grader.batch.intake.roster import read_roster
from grader.batch.intake.take_in import take_in
from grader.batch.naming import ExerciseNames
from grader.batch.similar import find_alike
from grader.batch.students import Directory, Student
from grader.exercise import find_exercise


def taken_in(root: Path, files: Files, roster: str, exercises: tuple[ExerciseNames, ...] = (EX1,)) -> Intake:
    """What the files come to with a roster of this text."""
    root.mkdir(exist_ok=True)
    path = root / "roster.csv"
    path.write_text(roster, encoding="utf-8")
    with take_in(folder(root / "ex1-submissions", files), exercises, roster=read_roster(path)) as intake:
        return intake


def owners(intake: Intake) -> list[tuple[str, str]]:
    """The first part of each entry's path, and whose it is."""
    return [(name.partition("/")[0], student) for student, _, _, name in entries(intake)]


def strangers(intake: Intake) -> list[str]:
    return [each.reason for each in intake.strangers]


def gradescope(*submitters: tuple[str, str, str]) -> dict[str, bytes]:
    """An export in which each of these (name, sid, email) handed in a folder: submission_1, submission_2, ..."""
    metadata, files = "", {}
    for at, (name, sid, email) in enumerate(submitters, 1):
        metadata += f"submission_{at}:\n  :submitters:\n  - :name: {name!r}\n    :sid: {sid!r}\n    :email: {email!r}\n"
        files[f"submission_{at}/ex1.py"] = b"x"
    return {"submission_metadata.yml": metadata.encode(), **files}


CHRISES = "name,email,sid\nChris Jones,chris@x.edu,\nChris Smith,csmith@x.edu,\n"


def test_an_address_elsewhere_that_begins_alike_is_somebody_elses(tmp_path: Path) -> None:
    intake = taken_in(tmp_path, gradescope(("Chris Smith", "", "chris@gmail.com")), CHRISES)
    assert owners(intake) == [("submission_1", "csmith@x.edu")]
    assert [each.name for each in intake.missing] == ["Chris Jones"]


def test_one_github_account_is_not_another(tmp_path: Path) -> None:
    roster = '"identifier","github_username","github_id","name"\n"ben@x.edu","benny","1","Ben Alt"\n'
    intake = taken_in(tmp_path, ["ex1-ben/ex1.py", "ex1-benny/ex1.py"], roster)
    assert owners(intake) == [("ex1-ben", "ben"), ("ex1-benny", "ben@x.edu")]
    assert strangers(intake) == ["Nobody in the roster fits ben."]


@pytest.mark.parametrize(
    ("wanted", "fits"),
    [
        (Student(key="ada", name="ada"), True),  # a folder's name, and nothing against it
        (Student(key="ada", name="ada", github="ada"), True),
        (Student(key="7", name="Ada M. Example", login="ada"), True),
        (Student(key="7", name="exampleada", login="ada"), True),
        (Student(key="ada@x.edu", name="ada@x.edu"), True),
        (Student(key="7", name="7", login="ada@x.edu"), True),
        (Student(key="ada@gmail.com", name="ada@gmail.com"), False),
        (Student(key="7", name="Ada Other", login="ada"), False),
        (Student(key="ada", name="Ada Other", email="ada@gmail.com"), False),
        (Student(key="7", name="Ada Example", email="a@gmail.com"), True),  # people have several addresses
    ],
)
def test_what_comes_before_the_at_fits_an_account_where_nothing_contradicts(wanted: Student, *, fits: bool) -> None:
    ada = Student(key="1", name="Ada Example", sid="1", email="ada@x.edu")
    assert Directory([ada]).find(wanted) == ((ada,) if fits else ())


@pytest.mark.parametrize(
    ("listed", "handed_in", "is_one"),
    [
        ("Chris M Able,ca1,chris.able@x.edu", ("Chris Able", "ca1@x.edu"), True),  # another address, the name agrees
        ("Robert Smith,rsmith,", ("Bob Smith", "rsmith@x.edu"), True),
        ("Kate Jones,kjones,", ("Katherine Jones", "kjones@x.edu"), True),
        ("Katherine Jones,kj,", ("Kathrine Jones", "kj@x.edu"), True),
        ("王小明,xwang,", ("Xiaoming Wang", "xwang@x.edu"), True),
        ("Иван Петров,ipetrov,", ("Ivan Petrov", "ipetrov@x.edu"), True),
        ("Jürgen Müller,jm,", ("Juergen Mueller", "jm@x.edu"), True),
        ("Jürgen Müller,1,", ("Mueller Juergen", "jm@x.edu"), True),
        ("Juergen Mueller,1,", ("Jürgen MÜLLER", "jm@x.edu"), True),
        ("Chris Jones,chris,", ("Chris Smith", "chris@gmail.com"), False),  # they share the account's word alone
        ("Chris Jones,chris,", ("王小明", "chris@gmail.com"), True),
        ("Chris Jones,chris,chris@x.edu", ("王小明", "chris@gmail.com"), False),
        ("Ada Lee,ada,", ("Bo Sample", "ada@gmail.com"), False),
        ("Ada Lee,ada,ada@x.edu", (".", "ada@gmail.com"), False),
    ],
)
def test_an_account_that_fits_is_refused_for_another_name_and_not_for_another_spelling(
    tmp_path: Path, listed: str, handed_in: tuple[str, str], *, is_one: bool
) -> None:
    name, address = handed_in
    intake = taken_in(tmp_path, gradescope((name, "", address)), f"name,login,email\n{listed}\n")
    assert len(intake.entries) == 1
    assert (intake.missing == (), intake.strangers == ()) == (is_one, is_one)


def test_whom_the_name_fits_is_not_whom_only_its_spelling_does(tmp_path: Path) -> None:
    files = gradescope(("Jo Müller", "", "a@x.edu"), ("Jo Mueller", "", "b@x.edu"))
    intake = taken_in(tmp_path, files, "name,sid\nJo Mueller,1\nJo Müller,2\n")
    assert owners(intake) == [("submission_2", "1"), ("submission_1", "2")]


def test_a_number_of_moodles_fits_nobody_whose_name_is_in_another_script(tmp_path: Path) -> None:
    roster = "name,moodle id\n王小明,33\n"
    intake = taken_in(tmp_path, ["Ivan Petrov_33_assignsubmission_file_/ex1.py"], roster)
    assert strangers(intake) == ["Nobody in the roster fits Ivan Petrov."]


def test_that_an_address_is_another_is_said(tmp_path: Path) -> None:
    files = gradescope(("Bob Smith", "", "rsmith@mail.x.edu"))
    assert strangers(taken_in(tmp_path, files, "name,email\nRobert Smith,rsmith@x.edu\n")) == [
        "Nobody in the roster fits Bob Smith: Robert Smith there has the address rsmith@x.edu, not rsmith@mail.x.edu."
    ]


ONE_ANN = "name,email\nAnn Lee,ann@x.edu\n"


@pytest.mark.parametrize(
    ("files", "keys", "column"),
    [
        (["leeann_101_1_ex1.py", "leeann_102_2_ex1.py"], ["101", "102"], "canvas id"),
        (
            ["Ann Lee_7_assignsubmission_file_/ex1.py", "Ann Lee_8_assignsubmission_file_/ex1.py"],
            ["Ann Lee 7", "Ann Lee 8"],
            "moodle id",
        ),
        (
            gradescope(("Ann Lee", "", "a1@gmail.com"), ("Ann Lee", "", "a2@gmail.com")),
            ["a1@gmail.com", "a2@gmail.com"],
            "email",
        ),
    ],
    ids=["canvas", "moodle", "gradescope"],
)
def test_two_of_one_name_are_not_the_one_in_the_roster(
    tmp_path: Path, files: Files, keys: list[str], column: str
) -> None:
    intake = taken_in(tmp_path, files, ONE_ANN)
    assert [each.student.key for each in intake.entries] == keys
    assert len(intake.strangers) == 2
    assert strangers(intake)[0].endswith(
        f" may be Ann Lee in the roster, and so may {keys[1]}: tell them apart there in a column {column!r}."
    )
    assert [each.key for each in intake.missing] == ["ann@x.edu"]


def test_two_of_one_name_are_told_apart_in_the_column_that_is_asked_for(tmp_path: Path) -> None:
    files = ["leeann_101_1_ex1.py", "leeann_102_2_ex1.py"]
    one = taken_in(tmp_path, files, "name,email,canvas id\nAnn Lee,ann@x.edu,102\n")
    assert [each[0] for each in entries(one)] == ["101", "ann@x.edu"]
    both = taken_in(tmp_path, files, "name,canvas id\nAnn Lee,101\nAnn Lee,102\n")
    assert [each[0] for each in entries(both)] == ["101", "102"]
    assert (both.strangers, both.missing) == ((), ())
    moodle = [f"Ann Lee_{number}_assignsubmission_file_/ex1.py" for number in (7, 8)]
    intake = taken_in(tmp_path / "ex1-submissions", moodle, "name,moodle id\nAnn Lee,7\nAnn Lee,8\n")
    assert [each[0] for each in entries(intake)] == ["Ann Lee 7", "Ann Lee 8"]
    assert intake.strangers == ()


def test_whoever_has_the_rosters_address_is_meant_and_a_namesake_is_not(tmp_path: Path) -> None:
    files = gradescope(("Ann Lee", "", "ann@gmail.com"), ("Ann Lee", "", "ann@x.edu"))
    intake = taken_in(tmp_path, files, ONE_ANN)
    assert owners(intake) == [("submission_1", "ann@gmail.com"), ("submission_2", "ann@x.edu")]
    assert strangers(intake) == [
        "Nobody in the roster fits Ann Lee (ann@gmail.com): Ann Lee there is ann@x.edu.",
    ]


def test_one_student_whom_moodle_numbers_anew_in_each_assignment_is_one(tmp_path: Path) -> None:
    files = ["ex1/Ann Lee_7_assignsubmission_file_/a.py", "ex2/Ann Lee_9_assignsubmission_file_/a.py"]
    intake = taken_in(tmp_path, files, ONE_ANN, BOTH)
    assert [each[:2] for each in entries(intake)] == [("ann@x.edu", "ex1"), ("ann@x.edu", "ex2")]
    assert intake.strangers == ()


@pytest.mark.parametrize(("here", "there"), [("0123", "123"), ("123", "0123")])
def test_a_number_that_lost_its_zeros_is_the_same_number(tmp_path: Path, here: str, there: str) -> None:
    roster = f"name,sid,email\nAda Example,{there},ada@x.edu\nBo Sample,{there}4,\n"
    files = gradescope(("Ada E.", here, "ada@x.edu"), ("Bo Sample", f"{here}4", "bo@gmail.com"))
    assert [each[0] for each in entries(taken_in(tmp_path, files, roster))] == [there, f"{there}4"]


def test_a_folder_is_named_by_a_number_that_lost_its_zeros(tmp_path: Path) -> None:
    assert owners(taken_in(tmp_path, ["0123/ex1.py", "9/ex1.py"], "sid,name\n123,Ada\n0009,Bo\n")) == [
        ("9", "0009"),
        ("0123", "123"),
    ]


@pytest.mark.parametrize("column", ["login", "github", "email", "sid"])
def test_a_login_that_begins_with_a_zero_is_found(tmp_path: Path, column: str) -> None:
    login = "0123@x.edu" if column == "email" else "0123"
    intake = taken_in(tmp_path, ["0123/ex1.py"], f"name,{column}\nAda Example,{login}\n")
    assert owners(intake) == [("0123", login)]


def test_a_roster_of_logins_alone_that_begin_with_a_zero(tmp_path: Path) -> None:
    intake = taken_in(tmp_path, gradescope(("Ada Example", "", "0123@x.edu")), "login\n0123\n")
    assert owners(intake) == [("submission_1", "0123")]


def test_numbers_that_differ_in_zeros_are_two_where_the_roster_has_both(tmp_path: Path) -> None:
    files = gradescope(("Ada", "07", ""), ("Bo", "7", ""), ("Cy", "0008", ""))
    intake = taken_in(tmp_path, files, "name,sid\nAda,07\nBo,7\nDee,8\n")
    assert owners(intake) == [("submission_3", "0008"), ("submission_1", "07"), ("submission_2", "7")]
    assert strangers(intake) == ["Nobody in the roster fits Cy."]


def test_a_folder_is_that_of_the_number_which_is_written_so(tmp_path: Path) -> None:
    intake = taken_in(tmp_path, ["42/ex1.py", "0042/ex1.py"], "name,sid\nAda Example,42\nBo Sample,0042\n")
    assert owners(intake) == [("0042", "0042"), ("42", "42")]
    assert intake.strangers == ()


def test_an_address_that_fits_with_a_number_that_does_not_is_said(tmp_path: Path) -> None:
    intake = taken_in(
        tmp_path, gradescope(("Ada E.", "0124", "ada@x.edu")), "name,sid,email\nAda Example,123,ada@x.edu\n"
    )
    assert strangers(intake) == [
        "Nobody in the roster fits Ada E.: ada@x.edu is Ada Example there, whose number is 123, not 0124."
    ]


def test_a_name_that_ends_in_a_full_stop_ends_the_sentence(tmp_path: Path) -> None:
    intake = taken_in(tmp_path, gradescope(('Ben "B" Müller, Jr.', "", "")), ONE_ANN)
    assert strangers(intake) == ['Nobody in the roster fits Ben "B" Müller, Jr.']


def test_who_has_no_name_is_called_by_what_there_is(tmp_path: Path) -> None:
    names = gradescope((".", "", "7@x.edu"), ("...", "", ""))
    assert strangers(taken_in(tmp_path, names, ONE_ANN)) == [
        "Nobody in the roster fits '...'.",
        "Nobody in the roster fits '7@x.edu'.",
    ]


def test_gradescopes_folder_without_a_submitter_is_called_that(tmp_path: Path) -> None:
    files = gradescope(("Ann Lee", "", "ann@x.edu"))
    files["submission_metadata.yml"] += b"submission_2:\n  :submitters: []\n"
    files |= {"submission_2/ex1.py": b"x", "submission_3/ex1.py": b"x"}
    assert reasons(taken_in(tmp_path, files, ONE_ANN)) == {
        "submission_2/ex1.py": "submission_metadata.yml names nobody who handed in its folder.",
        "submission_3/ex1.py": "Its folder is not in submission_metadata.yml.",
    }


GROUPS = "name,email,{}\nAnn Lee,ann@x.edu,Group A\nBo Sample,bo@x.edu,group a\nCy Cho,cy@x.edu,Default group\n"


@pytest.mark.parametrize("column", ["group", "Team"])
def test_what_a_moodle_group_hands_in_is_each_members(tmp_path: Path, column: str) -> None:
    names = (
        "Group A_12_assignsubmission_file_",
        "Default group_assignsubmission_file_",
        "Group_3_assignsubmission_file_",
    )
    intake = taken_in(tmp_path, [f"{name}/ex1.py" for name in names], GROUPS.format(column))
    assert owners(intake) == [
        ("Group_3_assignsubmission_file_", "Group"),
        ("Group A_12_assignsubmission_file_", "ann@x.edu"),
        ("Group A_12_assignsubmission_file_", "bo@x.edu"),
        ("Default group_assignsubmission_file_", "cy@x.edu"),
    ]
    assert intake.entries[1].student.moodle_id == ""  # the number is the group's
    assert strangers(intake) == ["Nobody in the roster fits Group."]
    assert (intake.left_out, intake.missing) == ((), ())


def test_a_folder_that_is_called_as_a_group_of_the_roster_is_nobodys_in_it(tmp_path: Path) -> None:
    roster = "name,group\nAda Example,Mon 10\nBo Sample,Mon 10\nCy Cho,Tue 12\n"
    tutorials = ["Mon 10/ada.py", "Mon 10/bo.py", "Tue 12/cy.py", "Tue 12/dee.py"]
    intake = taken_in(tmp_path, tutorials, roster)
    assert not {each.student.name for each in intake.entries} & {"Ada Example", "Bo Sample", "Cy Cho"}
    assert [each.student.name for each in intake.strangers] == ["Mon 10", "Tue 12"]
    assert [each.name for each in intake.missing] == ["Ada Example", "Bo Sample", "Cy Cho"]


def test_what_one_hands_in_to_canvas_counts_for_nobody_else_of_a_group(tmp_path: Path) -> None:
    for at, late in enumerate((["leeann_101_1_ex1.py", "chocy_103_2_ex1.py"], ["leeann_101_1_ex1.py"])):
        intake = taken_in(tmp_path / f"{at}", late, GROUPS.format("group"))
        assert [each.student.canvas_id for each in intake.entries] == [each.split("_")[1] for each in late]
        assert intake.notes == ()
        assert "Bo Sample" in [each.name for each in intake.missing]


@pytest.mark.parametrize("kind", ["moodle", "gradescope"])
def test_a_file_of_a_groups_that_is_left_out_is_said_once(tmp_path: Path, kind: str) -> None:
    files: dict[str, bytes] = {"Group A_12_assignsubmission_file_/ex1.py": b""}
    if kind == "gradescope":
        metadata = "submission_1:\n  :submitters:\n  - :name: Ann Lee\n  - :name: Bo Sample\n"
        files = {"submission_metadata.yml": metadata.encode(), "submission_1/ex1.py": b""}
    top = list(files)[-1].partition("/")[0]
    files |= {f"{top}/ex1_old.py": b"", f"{top}/notes.txt": b""}
    intake = taken_in(tmp_path, files, GROUPS.format("group"))
    assert [(each.name, each.reason) for each in intake.left_out] == [
        (
            f"{top}/ex1_old.py",
            f"Ann Lee and Bo Sample handed in more than one file for ex1. {top}/ex1.py is graded, "
            "because the other's name says that it is no solution.",
        ),
        (f"{top}/notes.txt", "It is no Python file and no notebook."),
    ]


def test_whoever_of_a_group_has_nothing_else_is_listed_though_the_file_is_said_once(tmp_path: Path) -> None:
    intake = taken_in(tmp_path, ["Group A_12_assignsubmission_file_/notes.txt"], GROUPS.format("group"))
    assert [each.name for each in intake.empty_handed] == ["Ann Lee", "Bo Sample"]
    assert len(intake.left_out) == 1


def test_what_a_group_handed_in_together_is_not_alike(tmp_path: Path) -> None:
    pytest.importorskip("copydetect")
    pack = find_exercise("ex1")
    solution = (ROOT / "reference" / "ex1_sum_of_cubes" / "solution.py").read_bytes()
    files = {f"{name}_assignsubmission_file_/ex1.py": solution for name in ("Group A_12", "Default group")}
    (tmp_path / "roster.csv").write_text(GROUPS.format("group"))
    class_ = folder(tmp_path / "class", files)
    with take_in(class_, (EX1,), roster=read_roster(tmp_path / "roster.csv")) as intake:
        (pair,) = find_alike(intake.entries, {"ex1": pack.stub})
    assert len(intake.entries) == 3
    assert {pair.one.entry.name, pair.other.entry.name} == files.keys()


def test_time_grows_with_the_class_and_not_with_its_square() -> None:
    roster = [Student(key=f"{at}", name=f"one {at}", group=f"Group {at}") for at in range(5000)]
    started = time.process_time()
    people = People(roster, [Student(key=f"nobody {at}", name=f"nobody {at}") for at in range(5000)], with_groups=True)
    left_out = tuple(LeftOut("a", "b", Student(key=f"nobody {at}")) for at in range(5000))
    intake = people.accounted_for(Intake(shape=Shape.MOODLE, entries=(), left_out=left_out))
    assert (len(intake.missing), len(intake.strangers)) == (5000, 5000)
    assert time.process_time() - started < 5  # it was 30 s, and is a fraction of one


POSTED = "Student,ID,SIS User ID,SIS Login ID,Ex 1 (5)\n,,,,Manual Posting\n    Points Possible,,,,10\n"


@pytest.mark.parametrize(
    ("text", "names"),
    [
        (POSTED + '"Lee, Ann",1,,ann,\n"Student, Test",9,,x,\n', ["Lee, Ann"]),
        ("LastName,FirstName,ID,Section\n,,,\nLee,Ann,1,A\nStudent,Test,9,A\n", ["Ann Lee"]),
        (
            "Name,Email,Role\nAda,a@x.edu,Student\nProf X,p@x.edu,Instructor\nBo,b@x.edu,TA\nCy,c@x.edu,\n",
            ["Ada", "Cy"],
        ),
        (
            "name,role\nAda,Student\nBo,Exchange Student\nCy,Auditor\nDee,Student Teacher\nP,Instructor\nQ,Reader\n"
            "R,Non-editing teacher\nS,Teaching Assistant\nT,Course Designer\nU,TUTOR\n",
            ["Ada", "Bo", "Cy", "Dee"],
        ),
        ("name,role\nAda,Teilnehmerin\nProf X,Teacher\n", ["Ada"]),
        ("name,role\nAda,Teilnehmerin\nBo,Teilnehmer\n", ["Ada", "Bo"]),  # not Gradescope's words: nobody is lost
    ],
)
def test_rows_of_a_roster_that_are_no_students_are_passed_over(tmp_path: Path, text: str, names: list[str]) -> None:
    path = tmp_path / "roster.csv"
    path.write_text(text)
    assert [each.name for each in read_roster(path)] == names
