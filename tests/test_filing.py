"""A class taken in again: work that is another student's now, handed in anew, withdrawn, or not in this input."""

from __future__ import annotations

import csv
import shutil
import sqlite3
from pathlib import Path

from batch_support import ROOT, batch, folder, gradebook, killed_before, zip_file

REFERENCE = ROOT / "reference" / "ex1_sum_of_cubes"
RIGHT, WRONG = (REFERENCE / "solution.py").read_bytes(), (REFERENCE / "wrong" / "three_x.py").read_bytes()
CANVAS = "Student,ID,SIS User ID,SIS Login ID,Section\n"
MÜLLER = '"Müller, Jörg",101,S101,joerg,A\n'
LOPEZ = '"López, Ana",102,S102,ana,A\n'
OUT = '"Outis, Nemo",103,S103,nemo,A\n'


def pages(results: Path) -> set[str]:
    return {path.relative_to(results / "reports").as_posix() for path in (results / "reports").rglob("*.html")}


def as_if_from_the_start(results: Path, *arguments: str | Path) -> None:
    """The folder of results says what a fresh one would say."""
    fresh = results.with_name("fresh")
    batch(*arguments, "-o", fresh)
    assert (results / "gradebook.csv").read_bytes() == (fresh / "gradebook.csv").read_bytes()
    assert pages(results) == pages(fresh)


def test_with_a_roster_work_moves_to_whom_it_names_and_is_not_graded_again(tmp_path: Path) -> None:
    class_ = zip_file(
        tmp_path / "class.zip",
        {"müllerjörg_101_9001_ex1.py": RIGHT, "lópezana_LATE_102_9002_ex1.py": WRONG, "lee_104_9003_ex1.py": RIGHT},
    )
    results, roster = tmp_path / "results", tmp_path / "roster.csv"
    overrides = tmp_path / "overrides.csv"
    overrides.write_text("student,exercise,score,reason\nlópezana,ex1,7,Shown in class\n", encoding="utf-8")
    assert "3 graded, taken in" in batch("ex1", class_, "-o", results, "--overrides", overrides)
    roster.write_text(CANVAS + MÜLLER + LOPEZ + OUT, encoding="utf-8")
    said = batch("ex1", class_, "-o", results, "--roster", roster)
    assert "0 graded, 3 before" in said
    assert "earlier input" not in said
    scores = gradebook(results)
    assert {scores.pop("S101"), scores.pop("S102"), scores.pop("S103")} == {"10", "7", ""}
    assert list(scores.values()) == ["10"]  # who is not in the roster stays as they were
    assert gradebook(results, "reason")["S102"] == "Shown in class"
    overrides.write_text("student,exercise,score,reason\nS102,ex1,7,Shown in class\n", encoding="utf-8")
    as_if_from_the_start(results, "ex1", class_, "--roster", roster, "--overrides", overrides)


def test_a_score_by_hand_finds_who_is_known_by_two_names_until_the_roster_comes(tmp_path: Path) -> None:
    class_ = zip_file(tmp_path / "class.zip", {"lópezana_102_9002_ex1.py": WRONG})
    results, roster, overrides = tmp_path / "results", tmp_path / "roster.csv", tmp_path / "overrides.csv"
    batch("ex1", class_, "-o", results)
    roster.write_text(CANVAS + LOPEZ, encoding="utf-8")
    overrides.write_text('student,exercise,score,reason\n"López, Ana",ex1,7,Shown in class\n', encoding="utf-8")
    batch("ex1", class_, "-o", results, "--roster", roster, "--overrides", overrides)
    assert gradebook(results) == {"S102": "7"}


def test_a_score_by_hand_for_somebody_of_an_earlier_input_is_not_their_namesakes(tmp_path: Path) -> None:
    results, roster, overrides = tmp_path / "results", tmp_path / "roster.csv", tmp_path / "overrides.csv"
    batch("ex1", folder(tmp_path / "one", {"anna b/ex1.py": RIGHT}), "-o", results)
    roster.write_text("id,name,github\n0044,Anna B,annab2\n", encoding="utf-8")
    overrides.write_text("student,exercise,score,reason\nanna b,ex1,3,Copied\n", encoding="utf-8")
    two = folder(tmp_path / "two", {"annab2/ex1.py": RIGHT})
    batch("ex1", two, "-o", results, "--roster", roster, "--overrides", overrides)
    assert gradebook(results) == {"anna b": "3", "0044": "10"}


def test_who_handed_in_anew_when_the_roster_came_is_one_student(tmp_path: Path) -> None:
    class_, results, roster = tmp_path / "class.zip", tmp_path / "results", tmp_path / "roster.csv"
    batch("ex1", zip_file(class_, {"lópezana_102_9002_ex1.py": WRONG}), "-o", results)
    roster.write_text(CANVAS + LOPEZ, encoding="utf-8")
    zip_file(class_, {"lópezana_102_9100_again.py": RIGHT})
    said = batch("ex1", class_, "-o", results, "--roster", roster)
    assert "earlier input" not in said
    as_if_from_the_start(results, "ex1", class_, "--roster", roster)


def test_a_roster_that_grew_adds_nobody_twice(tmp_path: Path) -> None:
    class_ = folder(tmp_path / "class", {"bob d/ex1.py": RIGHT, "cy d/ex1.py": WRONG})
    results, roster = tmp_path / "results", tmp_path / "roster.csv"
    roster.write_text("id,name\n0018,Bob D\n", encoding="utf-8")
    batch("ex1", class_, "-o", results, "--roster", roster)
    assert gradebook(results) == {"0018": "10", "cy d": "0"}
    roster.write_text("id,name\n0018,Bob D\n0019,Cy D\n", encoding="utf-8")
    assert "0 graded, 2 before" in batch("ex1", class_, "-o", results, "--roster", roster)
    assert gradebook(results) == {"0018": "10", "0019": "0"}
    as_if_from_the_start(results, "ex1", class_, "--roster", roster)


def test_a_namesake_who_comes_later_changes_nobodys_score(tmp_path: Path) -> None:
    class_, results = tmp_path / "class", tmp_path / "results"
    folder(class_, {"John Smith_7004_assignsubmission_file/ex1.py": RIGHT})
    batch("ex1", class_, "-o", results)
    assert gradebook(results) == {"John Smith": "10"}
    folder(class_, {"John Smith_7005_assignsubmission_file/ex1.py": WRONG})
    assert "1 graded, 1 before" in batch("ex1", class_, "-o", results)
    assert gradebook(results) == {"John Smith 7004": "10", "John Smith 7005": "0"}
    as_if_from_the_start(results, "ex1", class_)


def test_what_was_doubled_by_an_earlier_version_is_one_again(tmp_path: Path) -> None:
    class_, results = folder(tmp_path / "class", {"cy d/ex1.py": RIGHT}), tmp_path / "results"
    roster = tmp_path / "roster.csv"
    roster.write_text("id,name\n0019,Cy D\n", encoding="utf-8")
    batch("ex1", class_, "-o", results, "--roster", roster)
    with sqlite3.connect(results / "grades.db") as database:
        database.execute('INSERT INTO student VALUES (\'cy d\', \'{"key": "cy d", "name": "cy d"}\')')
        database.execute(
            "INSERT INTO entry (student, exercise, attempt, name, key) SELECT 'cy d', exercise, 1, name, key FROM entry"
        )
        database.execute("INSERT INTO result SELECT 2, key, verdict, score, report FROM result")
    batch("ex1", class_, "-o", results, "--roster", roster)
    assert gradebook(results) == {"0019": "10"}


def test_what_was_handed_in_anew_counts_whatever_number_its_name_ends_in(tmp_path: Path) -> None:
    class_, results = tmp_path / "class.zip", tmp_path / "results"
    batch("ex1", zip_file(class_, {"smithjohn_104_9004_lab-5.py": WRONG}), "-o", results)
    assert list(gradebook(results).values()) == ["0"]
    batch("ex1", zip_file(class_, {"smithjohn_104_9100_solution.py": RIGHT}), "-o", results)
    assert list(gradebook(results).values()) == ["10"]


def test_what_was_withdrawn_counts_no_more(tmp_path: Path) -> None:
    class_, results = folder(tmp_path / "class", {"cy/ex1.py": RIGHT, "cy/ex1 (2).py": WRONG}), tmp_path / "results"
    batch("ex1", class_, "-o", results)
    assert gradebook(results) == {"cy": "0"}
    (class_ / "cy" / "ex1 (2).py").unlink()
    assert "0 graded, 1 before" in batch("ex1", class_, "-o", results)
    assert gradebook(results) == {"cy": "10"}


def test_who_is_only_in_an_earlier_input_is_named_and_can_be_dropped(tmp_path: Path) -> None:
    class_, results, roster = tmp_path / "class", tmp_path / "results", tmp_path / "roster.csv"
    folder(class_, {"ann/ex1.py": RIGHT, "bob/ex1.py": RIGHT})
    roster.write_text("id,name\nann,Ann\nbob,Bob\n", encoding="utf-8")
    said = batch("ex1", class_, "-o", results, "--roster", roster)
    assert "earlier input" not in said
    shutil.rmtree(class_ / "bob")
    said = batch("ex1", class_, "-o", results, "--roster", roster)
    assert "1 from an earlier input still counts; --forget drops what this one lacks:\n  Bob, ex1\n" in said
    assert "handed in nothing" not in said
    assert gradebook(results) == {"ann": "10", "bob": "10"}
    assert "From an earlier input, and still counts" in (results / "index.html").read_text(encoding="utf-8")
    said = batch("ex1", class_, "-o", results, "--roster", roster, "--forget")
    assert "earlier input" not in said
    assert "1 handed in nothing:\n  Bob\n" in said
    as_if_from_the_start(results, "ex1", class_, "--roster", roster)


def test_another_exercise_in_the_same_folder_is_no_earlier_input(tmp_path: Path) -> None:
    results = tmp_path / "results"
    batch("ex1", folder(tmp_path / "one", {"ann/ex1.py": RIGHT}), "-o", results)
    said = batch("ex5", folder(tmp_path / "five", {"ann/ex5.py": RIGHT}), "-o", results, "--forget")
    assert "earlier input" not in said
    assert gradebook(results, "exercise") == {"ann": "ex5"}  # the last of two lines
    assert (results / "reports" / "ann" / "ex1.html").is_file()


def test_a_file_of_the_same_name_that_is_somebody_elses_moves_nowhere(tmp_path: Path) -> None:
    results, roster = tmp_path / "results", tmp_path / "roster.csv"
    roster.write_text("id,name,github\n0001,Ann A,student1\n", encoding="utf-8")
    batch("ex1", folder(tmp_path / "one", {"student1/ex1.py": RIGHT}), "-o", results, "--roster", roster)
    roster.write_text("id,name,github\n0002,Bob B,student1\n", encoding="utf-8")
    batch("ex1", folder(tmp_path / "two", {"student1/ex1.py": WRONG}), "-o", results, "--roster", roster)
    assert gradebook(results) == {"0001": "10", "0002": "0"}


def test_what_the_checks_may_read_is_part_of_what_a_result_depends_on(tmp_path: Path) -> None:
    pack = tmp_path / "packs" / "plain_three_squares"
    shutil.copytree(ROOT / "tests" / "packs" / "engine" / "plain_three_squares", pack)
    class_ = folder(tmp_path / "class", {"ann/plain.py": b"f = len\n"})
    arguments = ("plain", class_, "--exercises", tmp_path / "packs", "-o", tmp_path / "results")
    batch(*arguments)
    for name, again in (
        ("README.md", False),
        ("data/points.json", True),
        ("exercise.toml", True),
        ("data/points.json", True),
    ):
        path = pack / name
        path.parent.mkdir(exist_ok=True)
        path.write_text((path.read_text() if path.exists() else "") + "# changed\n")
        assert ("1 graded, taken in" if again else "0 graded, 1 before") in batch(*arguments), name


def test_checks_that_break_and_are_mended_cost_nothing_that_was_known(tmp_path: Path) -> None:
    pack = tmp_path / "packs" / "plain_three_squares"
    shutil.copytree(ROOT / "tests" / "packs" / "engine" / "plain_three_squares", pack)
    right = b"f = g = h = lambda x: 3 * x**2\n"
    class_, results = folder(tmp_path / "class", {"ann/plain.py": right}), tmp_path / "results"
    arguments = ("plain", class_, "--exercises", tmp_path / "packs", "-o", results)
    batch(*arguments)
    (score,) = gradebook(results).values()
    checks = (pack / "checks.py").read_text()
    (pack / "checks.py").write_text(checks.replace("    right = 3 * WORKED**2", "    right = 3 * WORKING**2"))
    assert "broke: NameError" in batch(*arguments, code=3)
    assert gradebook(results) == {"ann": ""}
    (pack / "checks.py").write_text(checks)
    assert "0 graded, 1 before" in batch(*arguments)
    assert gradebook(results) == {"ann": score}


def test_a_late_penalty_that_is_left_out_is_not_left_out_silently(tmp_path: Path) -> None:
    class_ = zip_file(tmp_path / "class.zip", {"lópezana_LATE_102_9002_ex1.py": RIGHT})
    results, says = tmp_path / "results", "The late penalty of the last time was not given"
    assert says not in batch("ex1", class_, "-o", results, "--late-penalty", "10%/day")
    assert list(gradebook(results).values()) == ["9"]
    assert says in batch("ex1", class_, "-o", results)
    assert list(gradebook(results).values()) == ["10"]
    assert says not in batch("ex1", class_, "-o", results)


def test_a_score_by_hand_moves_with_the_exercise_that_it_is_for(tmp_path: Path) -> None:
    both = {"ada lee/ex1.py": RIGHT, "ada lee/ex5.py": b"x = 1\n"}
    results, roster, by_hand = tmp_path / "results", tmp_path / "roster.csv", tmp_path / "by_hand.csv"
    by_hand.write_text("student,exercise,score,reason\nada lee,ex1,4,agreed\nada lee,ex5,3,agreed\n")
    batch("ex1,ex5", folder(tmp_path / "both", both), "-o", results, "--overrides", by_hand)
    roster.write_text("id,name\n0012,Ada Lee\n", encoding="utf-8")
    class_ = folder(tmp_path / "class", {"ada lee/ex1.py": RIGHT})
    batch("ex1", class_, "-o", results, "--roster", roster)
    with (results / "gradebook.csv").open(encoding="utf-8-sig", newline="") as file:
        scores = {(row["student"], row["exercise"]): row["score"] for row in csv.DictReader(file)}
    assert scores == {("0012", "ex1"): "4", ("0012", "ex5"): "", ("ada lee", "ex1"): "", ("ada lee", "ex5"): "3"}


def test_killed_before_anything_is_graded_the_folder_serves_any_other_command(tmp_path: Path) -> None:
    class_, results = folder(tmp_path / "class", {"ada/ex1.py": RIGHT}), tmp_path / "results"
    batch("ex1", class_, "-o", results)
    both = folder(tmp_path / "both", {"ada/ex1.py": RIGHT, "ada/ex5.py": b"x = 1\n"})
    killed_before("grader.batch.run._tidy", "ex1,ex5", both, "-o", results)
    assert "0 graded, 1 before" in batch("ex1", class_, "-o", results)


def test_killed_before_they_are_removed_pages_of_others_do_not_stay(tmp_path: Path) -> None:
    results = tmp_path / "results"
    batch("ex1", folder(tmp_path / "both", {"ada/ex1.py": RIGHT, "zoe/ex1.py": RIGHT}), "-o", results)
    class_ = folder(tmp_path / "class", {"ada/ex1.py": RIGHT})
    killed_before("grader.batch.results.remove_report", "ex1", class_, "-o", results, "--forget")
    assert pages(results) == {"ada/ex1.html", "zoe/ex1.html"}
    batch("ex1", class_, "-o", results, "--forget")
    assert pages(results) == {"ada/ex1.html"}


def test_killed_within_the_class_s_folder_the_database_is_no_students_work(tmp_path: Path) -> None:
    class_ = folder(tmp_path / "class", {"ada/ex1.py": RIGHT})
    killed_before("grader.batch.run.grade_all", "ex1", class_, "-o", class_ / "results")
    assert (class_ / "results" / "grades.db-wal").exists()
    said = batch("ex1", class_, "-o", class_ / "results")
    assert "left out" not in said
    assert gradebook(class_ / "results") == {"ada": "10"}


def test_who_is_in_a_database_without_numbers_of_inputs_is_named(tmp_path: Path) -> None:
    results = tmp_path / "results"
    batch("ex1", folder(tmp_path / "one", {"ada/ex1.py": RIGHT}), "-o", results)
    with sqlite3.connect(results / "grades.db") as database:
        database.execute("DROP TABLE seen")
    said = batch("ex1", folder(tmp_path / "two", {"bob/ex1.py": RIGHT}), "-o", results)
    assert "--forget drops what this one lacks:\n  ada, ex1\n" in said
