"""`grade export`: what the gradebook shows goes into the instructor's own file, and nothing else of it changes."""

from __future__ import annotations

import csv
import io
import os
import re
import shlex
import shutil
import subprocess
import sys
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest
from conftest import ROOT
from hypothesis import given
from hypothesis import strategies as st

from grader.batch.late import LatePolicy, Unit
from grader.batch.records import Override
from grader.batch.standings import Attempt, Rules
from grader.batch.store import Store

CANVAS = (
    "Student;ID;SIS User ID;SIS Login ID;Section;Exercise 1 (501);Final Score\r\n"
    ";;;;;Manual Posting;\r\n"
    '"    Points Possible";;;;;10,00;(read only)\r\n'
    '"Exàmple, Ada";12;0012;ada;"A; B";;80,0\r\n'
    '"Sample, ""Bo""";13;0013;bo;A;5,00;\r\n'
    "Cho, Cy;14;0014;cy;A;;\r\n"
    "Park, Dee;15;0015;dee;A;;\r\n"
    "Lee, Eve;16;0016;eve;A;7;\r\n"
    "Student, Test;99;;abcdef;A;;\r\n"
).encode("utf-8-sig")
CANVAS_FILLED = (
    CANVAS.replace(b'"A; B";;', b'"A; B";10;')
    .replace(b"bo;A;5,00;", b"bo;A;9;")
    .replace(b"cy;A;;", b"cy;A;8;")
    .replace(b"dee;A;;", b"dee;A;4,5;")
)
MOODLE = (
    b"Identifier,Full name,ID number,Grade,Maximum Grade,Last modified (grade),Feedback comments\n"
    b'Participant 71,Ada Example,0012,,10.00,-,"two\nlines"\n'
    b"Participant 72,Bo Sample,0013,,10.00,-,\n"
    b"Participant 73,Cy Cho,0014,,10.00,-,\n"
)
MOODLE_FILLED = MOODLE.replace(b"0012,,", b"0012,10,").replace(b"0013,,", b"0013,9,").replace(b"0014,,", b"0014,8,")

Finished = subprocess.CompletedProcess


def grade(folder: Path, *arguments: str | Path) -> Finished[str]:
    """`grade` as an instructor types it in `folder`."""
    command = [sys.executable, "-m", "grader", *map(str, arguments)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, timeout=120, check=False
    )


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the results of a small class: full marks; late; two attempts, the first better; only by hand."""
    folder = tmp_path_factory.mktemp("course")
    pack = ROOT / "reference" / "ex1_sum_of_cubes"
    (folder / "in").mkdir()
    for name, submission in {
        "exampleada_12_1001_ex1.py": "solution.py",
        "samplebo_LATE_13_1002_ex1.py": "right/hook.py",
        "chocy_14_1003_ex1.py": "wrong/mean_in_gradient.py",
        "chocy_14_1004_ex1-1.py": "wrong/squares.py",
    }.items():
        shutil.copy(pack / submission, folder / "in" / name)
    (folder / "roster.csv").write_text(
        "Student,ID,SIS User ID,SIS Login ID,Section\n"
        '"Example, Ada",12,0012,ada,A\n"Sample, Bo",13,0013,bo,A\n"Cho, Cy",14,0014,cy,A\n"Park, Dee",15,0015,dee,A\n'
    )
    (folder / "hand.csv").write_text("student,exercise,score,reason\n0015,ex1,4.5,shown in class\n")
    rules = ("--attempt", "best", "--late-penalty", "10%/day, at most 50%")
    done = grade(folder, "batch", "ex1", "in", "--roster", "roster.csv", "--overrides", "hand.csv", *rules)
    assert done.returncode == 0, done.stderr
    (folder / "canvas.csv").write_bytes(CANVAS)
    (folder / "moodle.csv").write_bytes(MOODLE)
    return folder


@pytest.fixture
def mine(course: Path, tmp_path: Path) -> Path:
    """A copy of the course that a test may write into."""
    return Path(shutil.copytree(course, tmp_path / "mine"))


def test_canvas_gets_what_the_gradebook_shows_and_every_other_byte_stays(mine: Path) -> None:
    done = grade(mine, "export", "canvas", "--gradebook", "canvas.csv")
    assert (done.returncode, done.stdout) == (0, "")
    assert done.stderr.splitlines() == [
        "1 of the 5 students in canvas.csv have no result; their cells are unchanged.",
        "1 score that was there is replaced: Sample, Bo: 5,00 -> 9.",
        "4 cells filled in; upload canvas-filled.csv.",
    ]
    assert (mine / "canvas-filled.csv").read_bytes() == CANVAS_FILLED
    assert (mine / "canvas.csv").read_bytes() == CANVAS
    shown = csv.DictReader(io.StringIO((mine / "results/gradebook.csv").read_text("utf-8-sig")))
    assert [row["score"] for row in shown] == ["10", "9", "8", "4.5"]


def test_moodle_gets_what_the_gradebook_shows_and_every_other_byte_stays(mine: Path) -> None:
    done = grade(mine, "export", "moodle", "--worksheet", "moodle.csv", "-o", "upload.csv")
    assert done.returncode == 0
    assert (mine / "upload.csv").read_bytes() == MOODLE_FILLED
    assert (mine / "moodle.csv").read_bytes() == MOODLE
    assert "Park, Dee has a score and no line in moodle.csv." in done.stderr


def test_the_gradebook_that_is_filled_can_be_the_roster(mine: Path) -> None:
    done = grade(mine, "batch", "ex1", "in", "--roster", "canvas.csv", "-o", "anew")
    assert done.returncode == 0, done.stderr
    assert "2 handed in nothing:\n  Park, Dee\n  Lee, Eve\n" in done.stdout


def test_the_filled_file_filled_again_is_the_same(mine: Path) -> None:
    assert grade(mine, "export", "canvas", "--gradebook", "canvas.csv", "-o", "canvas.csv").returncode == 0
    assert (mine / "canvas.csv").read_bytes() == CANVAS_FILLED  # -o names the downloaded file: then it may be filled
    done = grade(mine, "export", "canvas", "--gradebook", "canvas.csv", "-o", "canvas.csv")
    assert "0 cells filled in" in done.stderr
    assert (mine / "canvas.csv").read_bytes() == CANVAS_FILLED


def test_a_dry_run_shows_the_changes_and_writes_nothing(mine: Path) -> None:
    before = sorted(mine.iterdir())
    done = grade(mine, "export", "canvas", "--gradebook", "canvas.csv", "--dry-run")
    assert done.returncode == 0
    assert done.stdout.splitlines() == [
        "line 4: Example, Ada: empty -> 10",
        "line 5: Sample, Bo: 5,00 -> 9",
        "line 6: Cho, Cy: empty -> 8",
        "line 7: Park, Dee: empty -> 4,5",
    ]
    assert done.stderr.splitlines()[-1] == "4 cells to fill in; nothing was written."
    assert sorted(mine.iterdir()) == before


def test_the_command_line_overrules_the_rules_of_the_batch(mine: Path) -> None:
    asked = ("--dry-run", "--attempt", "last", "--late-penalty", "none")
    done = grade(mine, "export", "moodle", "--worksheet", "moodle.csv", *asked)
    by_line = dict(line.split(": ", 1) for line in done.stdout.splitlines())
    assert by_line["line 4"] == "Sample, Bo: empty -> 10"
    last = int(by_line["line 5"].rpartition(" ")[2])
    assert last < 8
    half = grade(mine, "export", "moodle", "--worksheet", "moodle.csv", "--dry-run", "--late-penalty", "50%/day")
    assert "Sample, Bo: empty -> 5" in half.stdout


def test_scores_are_scaled_where_that_is_asked_for(mine: Path) -> None:
    (mine / "canvas.csv").write_bytes(CANVAS.replace(b"10,00", b"50,00"))
    done = grade(mine, "export", "canvas", "--gradebook", "canvas.csv", "--dry-run", "--scale")
    assert "Sample, Bo: 5,00 -> 45" in done.stdout
    refused = grade(mine, "export", "canvas", "--gradebook", "canvas.csv", "--dry-run")
    assert refused.returncode == 2
    assert "counts to 50 points, and the exercise has 10. " in refused.stderr
    assert "--scale" in refused.stderr


def test_the_column_can_be_named(mine: Path) -> None:
    (mine / "canvas.csv").write_bytes(CANVAS.replace(b"Exercise 1", b"Warming up"))
    unnamed = grade(mine, "export", "canvas", "--gradebook", "canvas.csv")
    assert unnamed.returncode == 2
    assert "no column for ex1; its assignments are 'Warming up (501)'. Name the column with --assignment" in (
        unnamed.stderr
    )
    named = grade(mine, "export", "canvas", "--gradebook", "canvas.csv", "--assignment", "Warming up", "--dry-run")
    assert "4 cells" in named.stderr
    (mine / "moodle.csv").write_bytes(MOODLE.replace(b"Grade,", b"Nilai,", 1))
    assert "with --column." in grade(mine, "export", "moodle", "--worksheet", "moodle.csv").stderr
    named = grade(mine, "export", "moodle", "--worksheet", "moodle.csv", "--column", "nilai", "--dry-run")
    assert "3 cells" in named.stderr


def test_of_several_exercises_one_is_named(mine: Path) -> None:
    with Store(mine / "results") as store:
        store.keep_exercises([("ex2", "4-32-16-1 classifier", 10)])
        store.override([Override(student="0015", exercise="ex2", score=Decimal(3), reason="shown in class")])
    done = grade(mine, "export", "canvas", "--gradebook", "canvas.csv")
    assert (done.returncode, done.stderr) == (
        2,
        "results holds several exercises: ex1, ex2. Name one with --exercise.\n",
    )
    done = grade(mine, "export", "canvas", "--gradebook", "canvas.csv", "--exercise", "ex1")
    assert (mine / "canvas-filled.csv").read_bytes() == CANVAS_FILLED
    other = ("--exercise", "ex2", "--assignment", "501", "--dry-run")
    assert grade(mine, "export", "canvas", "--gradebook", "canvas.csv", *other).stdout == (
        "line 7: Park, Dee: empty -> 3\n"
    )


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("--results", "nowhere"), "There are no results in nowhere. Grade the class first"),
        (("--results", "roster.csv"), "There are no results in roster.csv."),
        (("--exercise", "ex9"), "There are no results for 'ex9' in results; there are for ex1."),
        (("--gradebook", "missing.csv"), "There is no file missing.csv."),
        (("--gradebook", "roster.csv"), "roster.csv has no column for ex1"),
        (("--gradebook", "hand.csv"), "hand.csv is no gradebook of Canvas"),
        (("--late-penalty", "a lot"), "The late penalty 'a lot' is not clear"),
        (("-o", "hand.csv/filled.csv"), "hand.csv/filled.csv cannot be written: Not a directory."),
        (("-o", "nowhere/filled.csv"), "nowhere/filled.csv cannot be written: No such file or directory."),
        (("--assignment", "502"), "no column called '502'"),
    ],
)
def test_what_cannot_be_exported_is_said_in_a_sentence(course: Path, arguments: tuple[str, ...], says: str) -> None:
    before = sorted(course.rglob("*"))
    done = grade(course, "export", "canvas", "--gradebook", "canvas.csv", *arguments)
    assert done.returncode == 2
    assert says in done.stderr
    assert done.stderr.count("\n") == 1
    assert sorted(course.rglob("*")) == before


def test_a_gradebook_is_no_worksheet(course: Path) -> None:
    done = grade(course, "export", "moodle", "--worksheet", "canvas.csv")
    assert done.returncode == 2
    assert "canvas.csv is no grading worksheet of Moodle" in done.stderr


def test_the_file_to_fill_must_be_named(course: Path) -> None:
    done = grade(course, "export", "canvas")
    assert done.returncode == 2
    assert "Missing option '--gradebook'" in done.stderr


def test_a_file_from_an_earlier_export_stays(mine: Path) -> None:
    (mine / "canvas-filled.csv").write_text("scores of another exercise")
    done = grade(mine, "export", "canvas", "--gradebook", "canvas.csv")
    assert (done.returncode, done.stderr) == (
        2,
        "canvas-filled.csv is there already. -o canvas-filled.csv writes over it; -o with another name keeps it.\n",
    )
    assert (mine / "canvas-filled.csv").read_text() == "scores of another exercise"


def test_an_earlier_export_is_written_over_as_the_message_says(mine: Path) -> None:
    (mine / "my gradebook.csv").write_bytes(CANVAS)
    export = ("export", "canvas", "--gradebook", "my gradebook.csv")
    assert grade(mine, *export).returncode == 0
    (mine / "my gradebook-filled.csv").write_text("an earlier export")
    refused = grade(mine, *export)
    assert refused.returncode == 2
    (option,) = re.findall(r"(-o '.*?') writes over it", refused.stderr)
    assert grade(mine, *export, *shlex.split(option)).returncode == 0
    assert (mine / "my gradebook-filled.csv").read_bytes() == CANVAS_FILLED


def test_scores_that_are_replaced_are_counted_and_some_are_named(mine: Path) -> None:
    (mine / "canvas.csv").write_bytes(CANVAS_FILLED.replace(b";10;", b";3;").replace(b";8;", b";8,5;"))
    done = grade(mine, "export", "canvas", "--gradebook", "canvas.csv")
    said = "2 scores that were there are replaced: Example, Ada: 3 -> 10; Cho, Cy: 8,5 -> 8."
    assert done.stderr.splitlines()[-2:] == [said, "2 cells filled in; upload canvas-filled.csv."]
    zeros = CANVAS_FILLED.replace(b";10;", b";0;").replace(b";8;", b";0;").replace(b";9;", b";0;")
    (mine / "canvas.csv").write_bytes(zeros.replace(b";4,5;", b";0;"))
    done = grade(mine, "export", "canvas", "--gradebook", "canvas.csv", "--dry-run")
    assert "4 scores that were there are replaced: Example, Ada: 0 -> 10; " in done.stderr
    assert "; and 1 more, which --dry-run lists." in done.stderr


STRANGERS = b"""Student,ID,SIS User ID,SIS Login ID,Section,Exercise 1 (501)
    Points Possible,,,,,10
"Other, Ada",812,0812,oa,A,
"Other, Bo",813,0813,ob,A,5
"""


@pytest.mark.parametrize(
    "other",
    [
        ("canvas", "--gradebook", STRANGERS),
        ("moodle", "--worksheet", MOODLE.replace(b"001", b"081").replace(b"Ada Example", b"Zoe Example")),
    ],
    ids=["canvas", "moodle"],
)
def test_the_file_of_another_course_is_refused(mine: Path, other: tuple[str, str, bytes]) -> None:
    kind, option, data = other
    data = data.replace(b"Bo Sample", b"Ida Sample").replace(b"Cy Cho", b"Ira Cho")
    (mine / "other.csv").write_bytes(data)
    before = sorted(mine.rglob("*"))
    done = grade(mine, "export", kind, option, "other.csv")
    assert (done.returncode, done.stdout, done.stderr) == (
        2,
        "",
        "Nobody in other.csv is in these results. "
        "Is it the file of this course? --results names the folder of another class.\n",
    )
    assert sorted(mine.rglob("*")) == before


def test_grades_that_are_locked_stay_whatever_the_language(mine: Path) -> None:
    german = (
        "ID;Vollständiger Name;ID-Nummer;Status;Bewertung;Bestwertung;Bewertung kann geändert werden;Feedback\r\n"
        "Teilnehmer/in 71;Ada Example;0012;;;10,00;Ja;nein\r\n"
        "Teilnehmer/in 72;Bo Sample;0013;;2,00;10,00;Nein;nein\r\n"
        "Teilnehmer/in 73;Cy Cho;0014;;;10,00;Nein;nein\r\n"
    ).encode()
    (mine / "noten.csv").write_bytes(german)
    done = grade(mine, "export", "moodle", "--worksheet", "noten.csv")
    assert done.returncode == 0
    assert (mine / "noten-filled.csv").read_bytes() == german.replace(b"0012;;;", b"0012;;10;")
    assert "Line 3, Sample, Bo: the grade cannot be changed there any more; not filled.\n" in done.stderr
    assert done.stderr.endswith("1 cell filled in; upload noten-filled.csv.\n")


def test_nothing_is_exported_while_a_batch_is_at_work(mine: Path) -> None:
    with Store(mine / "results"):
        done = grade(mine, "export", "canvas", "--gradebook", "canvas.csv")
    assert done.returncode == 2
    assert "Another batch is at work in results." in done.stderr


def test_names_steer_no_terminal(mine: Path) -> None:
    (mine / "canvas.csv").write_bytes(CANVAS.replace(b"bo;A;5,00", b"bo;A;\x1b[2J5"))
    done = grade(mine, "export", "canvas", "--gradebook", "canvas.csv", "--dry-run")
    assert done.returncode == 0
    assert "\x1b" not in done.stdout + done.stderr


shares = st.fractions(min_value=0, max_value=1)


@given(
    st.sampled_from(Attempt),
    st.none()
    | st.builds(
        LatePolicy, rate=shares, unit=st.sampled_from(Unit), at_most=shares, grace_seconds=st.integers(0, 10**6)
    ),
)
def test_the_rules_come_back_exactly(attempt: Attempt, policy: LatePolicy | None) -> None:
    rules = Rules(attempt=attempt, policy=policy)
    assert Rules.from_settings(rules.as_settings()) == rules


def test_without_settings_the_rules_are_the_usual_ones() -> None:
    assert Rules.from_settings({}) == Rules(attempt=Attempt.LAST, policy=None)
    assert Fraction(1) == LatePolicy(rate=Fraction(1, 10), unit=Unit.DAY).at_most
