"""What a report says about a score that counts for less, or for something else, than the grading came to."""

from __future__ import annotations

import contextlib
import json
import re
import sqlite3
from decimal import Decimal
from pathlib import Path

import pytest
from batch_support import folder, gradebook
from conftest import ROOT, RunGrade

from grader.batch.gradebook.notes import notes
from grader.batch.late import Lateness
from grader.batch.records import Override, Record, Standing
from grader.batch.store import Store
from grader.batch.students import Student

EX1 = ROOT / "reference" / "ex1_sum_of_cubes"
RIGHT = next((EX1 / "right").glob("*.py")).read_bytes()
FAILING = (EX1 / "wrong" / "raises_at_import.py").read_bytes()
ADA = Student(key="ada")


def record(**facts: object) -> Record:
    known = {"exercise": "ex1", "max_score": 10, "standing": Standing.GRADED, "score": Decimal(10), **facts}
    return Record(student=ADA, **known)  # type: ignore[arg-type]


def by_hand(score: str, reason: str) -> Override:
    return Override(student="ada", exercise="ex1", score=Decimal(score), reason=reason)


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({}, ()),
        ({"late": Lateness(3600.0)}, ()),
        (
            {"late": Lateness(93_600.0), "penalty": Decimal(2)},
            ("Handed in 1 d 2 h late: 2 of 10 points are taken, 8 count.",),
        ),
        (
            {"late": Lateness(None), "penalty": Decimal(1), "score": Decimal(2)},
            ("Handed in late: 1 of 2 points is taken, 1 counts.",),
        ),
        ({"override": by_hand("7", "agreed in the lab.")}, ("Set by hand to 7 of 10: agreed in the lab.",)),
        (
            {"late": Lateness(None), "penalty": Decimal(5), "override": by_hand("10", "ill")},
            ("Set by hand to 10 of 10: ill.",),
        ),
        (
            {"standing": Standing.GRADER_FAULT, "score": None, "override": by_hand("6.5", "graded on paper")},
            ("Set by hand to 6.5 of 10: graded on paper.",),
        ),
    ],
)
def test_a_note_says_what_counts_and_why(facts: dict[str, object], words: tuple[str, ...]) -> None:
    assert notes(record(**facts)) == words


def said(results: Path, report: str) -> list[str]:
    """The notes in a report's JSON; its page says the same."""
    path = results / "reports" / report
    found: list[str] = json.loads(path.with_suffix(".json").read_bytes())["notes"]
    page = path.with_suffix(".html").read_text(encoding="utf-8")
    assert all(f'<p class="counts">{note}</p>' in page for note in found)
    assert page.count('<p class="counts">') == len(found)
    return found


def overrides(path: Path, *lines: str) -> Path:
    path.write_text("\n".join(["student,exercise,score,reason", *lines]), encoding="utf-8")
    return path


def test_reports_follow_the_score_that_counts(run_grade: RunGrade, tmp_path: Path) -> None:
    """A Canvas export, graded under one rule after another: each time every report says what is true now."""
    export = folder(
        tmp_path / "export",
        {"one_LATE_11_101_ex1.py": RIGHT, "two_12_102_ex1.py": RIGHT, "three_LATE_13_103_ex1.py": RIGHT},
    )
    results = tmp_path / "out"

    def grade(*more: str | Path) -> dict[str, list[str]]:
        done = run_grade("batch", "ex1", export, "-o", results, *more)
        assert done.returncode == 0, done.stderr
        return {key: said(results, f"{key}/ex1") for key in ("11", "12", "13")}

    assert grade() == {"11": [], "12": [], "13": []}
    late = "Handed in late: 2 of 10 points are taken, 8 count."
    assert grade("--late-penalty", "20%/day") == {"11": [late], "12": [], "13": [late]}
    by_hand = overrides(tmp_path / "a.csv", "12,ex1,7,agreed in the lab", "13,ex1,9.5,ill")
    assert grade("--late-penalty", "20%/day", "--overrides", by_hand) == {
        "11": [late],
        "12": ["Set by hand to 7 of 10: agreed in the lab."],
        "13": ["Set by hand to 9.5 of 10: ill."],
    }
    changed = overrides(tmp_path / "b.csv", "12,ex1,8,counted again")
    assert grade("--overrides", changed) == {
        "11": [],
        "12": ["Set by hand to 8 of 10: counted again."],
        "13": ["Set by hand to 9.5 of 10: ill."],
    }
    assert grade("--fresh")["12"] == ["Set by hand to 8 of 10: counted again."]


def test_a_deadline_and_times_of_handing_in_make_a_note(run_grade: RunGrade, tmp_path: Path) -> None:
    tree = folder(
        tmp_path / "submitted",
        {
            "student001/ex1/ex1.py": RIGHT,
            "student001/ex1/timestamp.txt": b"2026-03-02 13:05:00 UTC",
            "student002/ex1/ex1.py": RIGHT,
            "student002/ex1/timestamp.txt": b"2026-03-01 11:59:00 UTC",
        },
    )
    options = ("--due", "2026-03-01 12:00:00", "--late-penalty", "10%/day")
    done = run_grade("batch", "ex1", tree, "-o", tmp_path / "out", *options, env={"TZ": "UTC"})
    assert done.returncode == 0, done.stderr
    assert said(tmp_path / "out", "student001/ex1") == [
        "Handed in 1 d 1 h 5 min late: 2 of 10 points are taken, 8 count."
    ]
    assert said(tmp_path / "out", "student002/ex1") == []


def test_only_the_attempt_that_counts_has_a_note(run_grade: RunGrade, tmp_path: Path) -> None:
    export = folder(tmp_path / "in", {"one_LATE_11_101_ex1.py": RIGHT, "one_LATE_11_102_ex1-1.py": FAILING})
    by_hand = overrides(tmp_path / "a.csv", "11,ex1,3,a start")
    run = ("batch", "ex1", export, "-o", tmp_path / "out", "--overrides", by_hand)
    assert run_grade(*run, "--attempt", "best").returncode == 0
    note = ["Set by hand to 3 of 10: a start."]
    assert [said(tmp_path / "out", f"11/{name}") for name in ("ex1", "ex1-attempt2")] == [note, []]
    assert run_grade(*run).returncode == 0
    assert [said(tmp_path / "out", f"11/{name}") for name in ("ex1", "ex1-attempt2")] == [[], note]


def files(results: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in sorted((results / "reports").rglob("*")) if path.is_file()}


def test_a_report_that_was_deleted_or_cut_off_is_written_again(run_grade: RunGrade, tmp_path: Path) -> None:
    names = {f"{name}_{key}_{key}00_ex1.py": RIGHT for name, key in (("one", 11), ("two", 12), ("three", 13))}
    run = ("batch", "ex1", folder(tmp_path / "in", names), "-o", tmp_path / "out")
    assert run_grade(*run).returncode == 0
    before = files(tmp_path / "out")
    assert len(before) == 6
    gone, cut_off, page = (
        tmp_path / "out" / "reports" / name for name in ("11/ex1.json", "12/ex1.json", "13/ex1.html")
    )
    gone.unlink()
    cut_off.write_bytes(before[cut_off][:100])
    page.unlink()
    assert run_grade(*run).returncode == 0
    assert files(tmp_path / "out") == before


def test_a_report_that_says_what_is_true_is_left_alone(run_grade: RunGrade, tmp_path: Path) -> None:
    export = folder(tmp_path / "in", {"one_LATE_11_101_ex1.py": RIGHT, "two_12_102_ex1.py": RIGHT})
    run = ("batch", "ex1", export, "-o", tmp_path / "out")
    assert run_grade(*run).returncode == 0
    reports = tmp_path / "out" / "reports"

    def grade(*more: str) -> list[bool]:
        """Whose report was written again."""
        paths = [reports / key / "ex1.json" for key in ("11", "12")]
        before = [path.stat().st_mtime_ns for path in paths]
        assert run_grade(*run, *more).returncode == 0
        return [path.stat().st_mtime_ns != then for path, then in zip(paths, before, strict=True)]

    assert grade() == [False, False]
    assert grade("--late-penalty", "20%/day") == [True, False]
    assert grade("--late-penalty", "20%/day") == [False, False]
    assert grade() == [True, False]
    assert said(tmp_path / "out", "11/ex1") == []


def test_what_a_batch_was_writing_when_it_was_killed_is_put_right(run_grade: RunGrade, tmp_path: Path) -> None:
    """It was at work with --fresh: the files are new, and the result in the database is that of the batch before."""
    export = folder(tmp_path / "in", {"one_LATE_11_101_ex1.py": RIGHT, "two_LATE_12_102_ex1.py": RIGHT})
    run = ("batch", "ex1", export, "-o", tmp_path / "out", "--late-penalty", "20%/day")
    assert run_grade(*run).returncode == 0
    before = files(tmp_path / "out")
    for path in before:
        with Store(tmp_path / "out") as store:
            store.forget_written(each.id for each in store.graded())
        path.write_bytes(before[path].replace(b"8 count", b"9 count"))
        assert run_grade(*run).returncode == 0
        assert files(tmp_path / "out") == before


def test_reports_of_a_database_without_the_notes_that_were_written(run_grade: RunGrade, tmp_path: Path) -> None:
    export = folder(tmp_path / "in", {"one_LATE_11_101_ex1.py": RIGHT, "two_12_102_ex1.py": RIGHT})
    run = ("batch", "ex1", export, "-o", tmp_path / "out")
    assert run_grade(*run, "--late-penalty", "20%/day").returncode == 0
    with contextlib.closing(sqlite3.connect(tmp_path / "out" / "grades.db")) as database:
        database.execute("DROP TABLE written")
    assert run_grade(*run).returncode == 0
    assert [said(tmp_path / "out", f"{key}/ex1") for key in ("11", "12")] == [[], []]


def test_an_override_finds_a_student_who_is_in_the_roster_too(run_grade: RunGrade, tmp_path: Path) -> None:
    class_ = folder(tmp_path / "class", {"student001/ex1.py": RIGHT})
    roster = tmp_path / "roster.csv"
    roster.write_text("login,name\nstudent001,student001\nstudent002,student002\n", encoding="utf-8")
    by_hand = overrides(tmp_path / "a.csv", "student001,ex1,9,a slip", "student002,ex1,4,handed in on paper")
    done = run_grade("batch", "ex1", class_, "-o", tmp_path / "out", "--roster", roster, "--overrides", by_hand)
    assert done.returncode == 0, done.stderr
    assert said(tmp_path / "out", "student001/ex1") == ["Set by hand to 9 of 10: a slip."]
    assert "handed in on paper" in (tmp_path / "out" / "index.html").read_text(encoding="utf-8")


def test_what_is_set_by_hand_or_taken_back_is_said_when_it_changes(run_grade: RunGrade, tmp_path: Path) -> None:
    class_ = folder(tmp_path / "class", {"student001/ex1.py": RIGHT, "student002/ex1.py": RIGHT})
    roster = tmp_path / "roster.csv"
    roster.write_text("login,name\nstudent001,Ada B\nstudent002,\nstudent003,Cy D\n", encoding="utf-8")

    def grade(*lines: str) -> list[str]:
        by_hand = overrides(tmp_path / "a.csv", *lines)
        done = run_grade("batch", "ex1", class_, "-o", tmp_path / "out", "--roster", roster, "--overrides", by_hand)
        assert done.returncode == 0, done.stderr
        return done.stdout.partition("1 handed in nothing")[0].splitlines()[1:]

    lines = ("student001,ex1,9,a slip", "student002,ex1,4.5,on paper", "student003,ex1,2,orally")
    said_first = ["  Ada B, ex1: 9 (a slip)", "  student002, ex1: 4.5 (on paper)", "  Cy D, ex1: 2 (orally)"]
    assert grade(*lines) == ["3 set by hand:", *said_first]
    assert grade(*lines) == []
    assert grade("student001,ex1,8,another slip", "student003,ex1,,a mix-up", "student002,ex1,4.5,on paper") == [
        "1 set by hand:",
        "  Ada B, ex1: 8 (another slip)",
        "1 taken back, so what was graded counts again:",
        "  Cy D, ex1: (a mix-up)",
    ]


def test_a_slip_in_the_overrides_is_said_before_anything_is_graded(run_grade: RunGrade, tmp_path: Path) -> None:
    class_, results = folder(tmp_path / "class", {"student001/ex1.py": RIGHT}), tmp_path / "out"
    slip = overrides(tmp_path / "slip.csv", "student002,ex1,9,a slip")
    done = run_grade("batch", "ex1", class_, "-o", results, "--overrides", slip)
    assert done.returncode == 2
    assert "slip.csv, line 2: nobody here is 'student002'" in done.stderr
    assert not (results / "reports").exists()
    assert run_grade("batch", "ex1", class_, "-o", results).returncode == 0
    assert said(results, "student001/ex1") == []

    # Nor does it change what an export is made from: what was handed in anew is not taken in yet.
    folder(class_, {"student001/ex1.py": FAILING})
    assert run_grade("batch", "ex1", class_, "-o", results, "--overrides", slip).returncode == 2
    with Store(results) as store:
        assert [each.score for each in store.graded()] == [10]


def test_overrides_know_who_is_in_this_input_or_was_in_an_earlier_one(run_grade: RunGrade, tmp_path: Path) -> None:
    first = folder(tmp_path / "first", {"student001/ex1.py": RIGHT})
    second = folder(tmp_path / "second", {"student002/ex1.py": RIGHT, "student003/ex1.pdf": b"%PDF"})
    by_hand = overrides(tmp_path / "a.csv", *(f"student00{each},ex1,{each},on paper" for each in (1, 2, 3)))
    assert run_grade("batch", "ex1", first, "-o", tmp_path / "out").returncode == 0
    done = run_grade("batch", "ex1", second, "-o", tmp_path / "out", "--overrides", by_hand)
    assert done.returncode == 0, done.stderr
    assert gradebook(tmp_path / "out") == {"student001": "1", "student002": "2", "student003": "3"}


def test_what_was_set_by_hand_is_taken_back_and_both_are_kept(run_grade: RunGrade, tmp_path: Path) -> None:
    export = folder(tmp_path / "in", {"one_LATE_11_101_ex1.py": RIGHT, "two_12_102_ex1.py": RIGHT})
    results, lines = tmp_path / "out", list[str]()

    def grade(line: str) -> tuple[str, str, list[str]]:
        """What the gradebook and the report say of student 11 after this line."""
        lines.append(line)
        by_hand = overrides(tmp_path / "a.csv", line)
        run = ("batch", "ex1,ex5", export, "-o", results, "--late-penalty", "20%/day", "--overrides", by_hand)
        done = run_grade(*run)
        assert done.returncode == 0, done.stderr
        return gradebook(results)["11"], gradebook(results, "status")["11"], said(results, "11/ex1")

    late = ("8", "graded, late", ["Handed in late: 2 of 10 points are taken, 8 count."])
    assert grade("11,ex1,,never set") == late
    assert grade("11,ex1,3,a slip") == ("3", "set by hand", ["Set by hand to 3 of 10: a slip."])
    assert grade("12,ex1,,not this one") == ("3", "set by hand", ["Set by hand to 3 of 10: a slip."])
    assert grade("11,ex1,,meant for 12") == late
    assert grade("11,ex1,,meant for 12") == late
    assert grade("11,ex1,3,a slip") == ("3", "set by hand", ["Set by hand to 3 of 10: a slip."])
    with contextlib.closing(sqlite3.connect(results / "grades.db")) as database:
        history = database.execute("SELECT student, score, reason FROM override ORDER BY id").fetchall()
    assert history == [("11", "3.0", "a slip"), ("11", "", "meant for 12"), ("11", "3.0", "a slip")]


def test_an_exercise_that_had_a_score_by_hand_alone_is_nobodys_once_it_is_taken_back(
    run_grade: RunGrade, tmp_path: Path
) -> None:
    class_, results = folder(tmp_path / "class", {"student001/ex1.py": RIGHT}), tmp_path / "out"
    exercises = []
    for score in ("4", ""):
        by_hand = overrides(tmp_path / "a.csv", f"student001,ex5,{score},on paper")
        done = run_grade("batch", "ex1,ex5", class_, "-o", results, "--overrides", by_hand)
        assert done.returncode == 0, done.stderr
        with Store(results) as store:
            exercises.append(list(store.expected()))
    assert exercises == [["ex1", "ex5"], ["ex1"]]


@pytest.mark.parametrize(
    ("due", "says"),
    [
        ("2026-03-01 12:00", "Handed in 12 h 1 min late: 1 of 10 points is taken, 9 count."),
        ("2026-03-01T12:00", "Handed in 12 h 1 min late: 1 of 10 points is taken, 9 count."),
        ("2026-03-01T12:00:00", "Handed in 12 h 1 min late: 1 of 10 points is taken, 9 count."),
        ("2026-03-01", "Handed in 1 min late: 1 of 10 points is taken, 9 count."),  # the end of that day
        ("2026-03-02", ""),
    ],
)
def test_a_deadline_is_typed_as_the_page_says_and_a_day_ends_with_its_last_second(
    run_grade: RunGrade, tmp_path: Path, due: str, says: str
) -> None:
    times = {"student001/ex1/ex1.py": RIGHT, "student001/ex1/timestamp.txt": b"2026-03-02 00:00:05 UTC"}
    tree = folder(tmp_path / "submitted", times)
    options = ("--due", due, "--late-penalty", "10%/day")
    done = run_grade("batch", "ex1", tree, "-o", tmp_path / "out", *options, env={"TZ": "UTC"})
    assert done.returncode == 0, done.stderr
    assert said(tmp_path / "out", "student001/ex1") == ([says] if says else [])


@pytest.mark.parametrize("page", ["README.md", "docs/instructor.md"])
def test_the_deadlines_that_the_pages_show_are_understood(run_grade: RunGrade, tmp_path: Path, page: str) -> None:
    tree = folder(tmp_path / "submitted", {"student001/ex1.py": RIGHT})
    shown = re.findall(r'--due (?:"([^"]+)"|([\w:-]+))', (ROOT / page).read_text(encoding="utf-8"))
    assert shown
    for each in shown:
        done = run_grade("batch", "ex1", tree, "-o", tmp_path / "out", "--due", "".join(each))
        assert done.returncode == 0, done.stderr


def test_what_is_no_deadline_is_refused_with_one_that_is(run_grade: RunGrade, tmp_path: Path) -> None:
    done = run_grade("batch", "ex1", tmp_path, "-o", tmp_path / "out", "--due", "Friday")
    assert done.returncode == 2
    assert "'Friday' is no moment such as \"2026-11-20 18:00\"" in done.stderr
