"""What counts when something changes around it: an exercise's points, a roster, a batch that is ended early."""

from __future__ import annotations

import shutil
import sqlite3
from pathlib import Path

from batch_support import ROOT, batch, folder, gradebook
from conftest import RunGrade

REFERENCE = ROOT / "reference" / "ex1_sum_of_cubes"
RIGHT, WRONG = (REFERENCE / "solution.py").read_bytes(), (REFERENCE / "wrong" / "three_x.py").read_bytes()
PLAIN = b"f = g = h = lambda x: 3 * x**2\n"
FROM_FOURTEEN = "graded when plain counted 14 points, and it counts 10 now: grade its input again"


def a_pack(root: Path, points: int) -> Path:
    """The plain exercise, which counts so many points: five are for its first check, two for its last."""
    pack = root / "packs" / "plain_three_squares"
    shutil.copytree(ROOT / "tests" / "packs" / "engine" / "plain_three_squares", pack, dirs_exist_ok=True)
    for name, old, new in (("exercise.toml", "points = 10", "points = {}"), ("checks.py", "points=3", "points={}")):
        count = points if name == "exercise.toml" else points - 7
        path = ROOT / "tests" / "packs" / "engine" / "plain_three_squares" / name
        (pack / name).write_text(path.read_text().replace(old, new.format(count)))
    return pack.parent


def a_section(root: Path, *students: str) -> Path:
    return folder(root, {f"{name}/plain.py": PLAIN for name in students})


def overrides(path: Path, *lines: str) -> Path:
    path.write_text("\n".join(["student,exercise,score,reason", *lines]), encoding="utf-8")
    return path


def columns(points: int) -> str:
    return f"Student,ID,SIS User ID,SIS Login ID,Section,plain (501)\n    Points Possible,,,,,{points}\n"


def test_what_was_graded_for_more_points_than_there_are_now_is_no_score(tmp_path: Path, run_grade: RunGrade) -> None:
    results, one, two = (
        tmp_path / "results",
        a_section(tmp_path / "one", "ada"),
        a_section(tmp_path / "two", "bo", "cy"),
    )
    arguments = ("-o", results, "--exercises", a_pack(tmp_path, 14))
    batch("plain", one, *arguments)
    assert gradebook(results) == {"ada": "14"}
    a_pack(tmp_path, 10)
    said = batch("plain", two, *arguments)
    assert f"1 without a score, not in this input:\n  ada, plain: {FROM_FOURTEEN}\n" in said
    assert "earlier input still count" not in said
    assert gradebook(results) == {"ada": "", "bo": "10", "cy": "10"}
    assert gradebook(results, "status")["ada"] == "not graded: its points have changed"
    assert gradebook(results, "reason") == {"ada": FROM_FOURTEEN, "bo": "", "cy": ""}
    page = (results / "index.html").read_text(encoding="utf-8")
    assert "Graded for other points" in page
    assert "mean 10, median 10 of 10" in page
    (tmp_path / "canvas.csv").write_text(columns(10) + '"ada",1,ada,ada,A,\n"bo",2,bo,bo,A,\n')
    done = run_grade("export", "canvas", "--results", results, "--gradebook", tmp_path / "canvas.csv")
    assert "ada has no score (not graded: its points have changed).\n" in done.stderr
    assert (tmp_path / "canvas-filled.csv").read_text() == columns(10) + '"ada",1,ada,ada,A,\n"bo",2,bo,bo,A,10\n'
    assert "1 graded, taken in" in batch("plain", one, *arguments)
    assert gradebook(results) == {"ada": "10", "bo": "10", "cy": "10"}


def test_the_points_of_before_given_again_bring_back_what_was_graded_for_them(tmp_path: Path) -> None:
    results, one, two = tmp_path / "results", a_section(tmp_path / "one", "ada"), a_section(tmp_path / "two", "bo")
    arguments = ("-o", results, "--exercises", a_pack(tmp_path, 10))
    batch("plain", one, *arguments)
    a_pack(tmp_path, 14)
    batch("plain", two, *arguments)
    assert gradebook(results) == {"ada": "", "bo": "14"}, "10 of 10 is not 10 of 14"
    by_hand = overrides(tmp_path / "hand.csv", "ada,plain,13,counted anew")
    said = batch("plain", two, *arguments, "--overrides", by_hand)
    assert "without a score" not in said
    assert gradebook(results) == {"ada": "13", "bo": "14"}
    a_pack(tmp_path, 10)
    taken_back = overrides(tmp_path / "back.csv", "ada,plain,,the points are the old ones")
    batch("plain", two, *arguments, "--overrides", taken_back)
    assert gradebook(results) == {"ada": "10", "bo": "10"}


def test_a_score_by_hand_above_the_points_is_said_before_anything_is_graded(tmp_path: Path) -> None:
    results, class_ = tmp_path / "results", a_section(tmp_path / "class", "ada", "bo")
    arguments = ("-o", results, "--exercises", a_pack(tmp_path, 10))
    by_hand = overrides(tmp_path / "hand.csv", "ada,plain,9,shown", "bo,plain,8,shown")
    batch("plain", class_, *arguments, "--overrides", by_hand)
    before = {path: path.read_bytes() for path in results.rglob("*.*") if path.suffix not in (".lock", ".db")}
    a_pack(tmp_path, 8)
    said = batch("plain", class_, *arguments, code=2)
    assert said == (
        "1 score set by hand is above the points of the exercise: ada has 9 in plain, which counts 8. "
        "`grade batch` with --overrides sets that right: with another score, or with an empty one and a reason to take "
        "it back.\n"
    )
    assert {path: path.read_bytes() for path in before} == before
    a_pack(tmp_path, 10)
    assert "0 graded, 2 before" in batch("plain", class_, *arguments)
    a_pack(tmp_path, 8)
    batch("plain", class_, *arguments, "--overrides", overrides(tmp_path / "right.csv", "ada,plain,7,shown"))
    assert gradebook(results) == {"ada": "7", "bo": "8"}


def test_no_export_writes_more_than_the_points(tmp_path: Path, run_grade: RunGrade) -> None:
    results = tmp_path / "results"
    arguments = (a_section(tmp_path / "class", "ada"), "-o", results, "--exercises", a_pack(tmp_path, 10))
    batch("plain", *arguments, "--overrides", overrides(tmp_path / "hand.csv", "ada,plain,9,shown"))
    with sqlite3.connect(results / "grades.db") as database:  # as a version that did not look left it behind
        database.execute("UPDATE exercise SET points = 8")
    (tmp_path / "canvas.csv").write_text(columns(8) + '"ada",1,ada,ada,A,\n')
    done = run_grade("export", "canvas", "--results", results, "--gradebook", tmp_path / "canvas.csv")
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert "ada has 9 in plain, which counts 8." in done.stderr
    assert not (tmp_path / "canvas-filled.csv").exists()


def test_a_score_by_hand_for_somebody_without_work_stays_when_the_roster_is_left_out(
    tmp_path: Path, run_grade: RunGrade
) -> None:
    class_, results, roster = (
        folder(tmp_path / "class", {"ann/ex1.py": RIGHT}),
        tmp_path / "results",
        tmp_path / "r.csv",
    )
    roster.write_text(
        "id,name,email\nann,Ann A,ann@example.edu\n0019,Bob B,bob@example.edu\n0020,Cy C,cy@example.edu\n"
    )
    by_hand = overrides(tmp_path / "hand.csv", "0019,ex1,7,shown in the lab")
    batch("ex1", class_, "-o", results, "--roster", roster, "--overrides", by_hand)
    assert gradebook(results) == {"ann": "10", "0019": "7", "0020": ""}
    for _ in range(2):
        assert "handed in nothing" not in batch("ex1", class_, "-o", results)
        assert gradebook(results) == {"ann": "10", "0019": "7"}
        assert gradebook(results, "name")["0019"] == "Bob B"
    assert "Bob B" in (results / "index.html").read_text(encoding="utf-8")
    (tmp_path / "moodle.csv").write_text(
        "Identifier,Full name,ID number,Grade,Maximum Grade\nParticipant 1,Bob B,0019,,10.00\n"
    )
    done = run_grade("export", "moodle", "--results", results, "--worksheet", tmp_path / "moodle.csv")
    assert ",0019,7,10.00" in (tmp_path / "moodle-filled.csv").read_text(), done.stderr
    roster.write_text("name,email\nAnn A,ann@example.edu\nBob B,bob@example.edu\n")
    batch("ex1", class_, "-o", results, "--roster", roster)
    assert gradebook(results) == {"ann@example.edu": "10", "bob@example.edu": "7"}, "one address, one person"
    taken_back = overrides(tmp_path / "back.csv", "Bob B,ex1,,it was Cy")
    batch("ex1", class_, "-o", results, "--overrides", taken_back)
    assert list(gradebook(results).values()) == ["10"]


def test_who_has_a_score_by_hand_and_hands_in_after_all_is_one_student(tmp_path: Path) -> None:
    results, roster = tmp_path / "results", tmp_path / "roster.csv"
    roster.write_text(
        'Student,ID,SIS User ID,SIS Login ID,Section\n"Müller, Jörg",101,S101,joerg,A\n', encoding="utf-8"
    )
    one = folder(tmp_path / "one", {"lee_104_9003_ex1.py": RIGHT})
    by_hand = overrides(tmp_path / "hand.csv", "S101,ex1,7,shown in the lab")
    batch("ex1", one, "-o", results, "--roster", roster, "--overrides", by_hand)
    batch("ex1", folder(tmp_path / "two", {"müllerjörg_101_9001_ex1.py": WRONG}), "-o", results)
    assert gradebook(results) == {"101": "7", "104": "10"}


def test_what_is_dropped_with_its_input_keeps_its_score_by_hand(tmp_path: Path) -> None:
    results = tmp_path / "results"
    one = folder(tmp_path / "one", {"ann/ex1.py": RIGHT, "bob/ex1.py": RIGHT})
    by_hand = overrides(tmp_path / "hand.csv", "bob,ex1,7,shown in the lab")
    batch("ex1", one, "-o", results, "--overrides", by_hand)
    batch("ex1", folder(tmp_path / "two", {"cy/ex1.py": RIGHT}), "-o", results, "--forget")
    assert gradebook(results) == {"cy": "10", "bob": "7"}


def test_a_batch_that_did_not_come_to_its_end_has_no_grader_to_blame(tmp_path: Path, run_grade: RunGrade) -> None:
    class_ = folder(tmp_path / "class", {f"{name}/ex1.py": RIGHT for name in ("ann", "bob", "cy")})
    batch("ex1", class_, "-o", tmp_path / "results")
    with sqlite3.connect(tmp_path / "results" / "grades.db") as database:  # as kill -9 leaves it
        database.execute("DELETE FROM result WHERE entry > 1")
    worksheet = tmp_path / "moodle.csv"
    worksheet.write_text(
        "Identifier,Full name,ID number,Grade,Maximum Grade\nParticipant 1,ann,,,10.00\nParticipant 2,bob,,,10.00\n"
    )
    done = run_grade("export", "moodle", "--worksheet", worksheet)
    assert done.stderr.splitlines() == [
        "bob has no score (not graded yet).",
        "cy has no score (not graded yet).",
        "2 are not graded yet: give the `grade batch` command again.",
        f"1 cell filled in; upload {tmp_path / 'moodle-filled.csv'}.",
    ]
    other = folder(tmp_path / "other", {"dee/ex1.py": RIGHT})
    said = batch("ex1", other, "-o", tmp_path / "results")
    assert "2 without a score, not in this input:\n  bob, ex1: not graded yet\n  cy, ex1: not graded yet\n" in said
    assert gradebook(tmp_path / "results", "status")["bob"] == "not graded yet"
