"""Which of several attempts counts: the last of the newest input, or the best of all that ever came in."""

from __future__ import annotations

import contextlib
import json
import sqlite3
from pathlib import Path

from batch_support import ROOT, batch, folder, gradebook, killed_before, zip_file
from conftest import RunGrade

REFERENCE = ROOT / "reference" / "ex1_sum_of_cubes"
RIGHT, WRONG = (REFERENCE / "solution.py").read_bytes(), (REFERENCE / "wrong" / "three_x.py").read_bytes()
PART = (REFERENCE / "wrong" / "mean_in_gradient.py").read_bytes()  # 8 of 10
BEST = ("--attempt", "best")
EARLIER = "1 from an earlier input still counts; --forget drops what this one lacks:\n"


def test_the_best_may_be_in_an_earlier_canvas_export(tmp_path: Path, run_grade: RunGrade) -> None:
    """Each export has the newest submission alone: numbered on, or called something else."""
    results = tmp_path / "results"
    for name, source in (("1001_ex1.py", PART), ("1002_ex1-1.py", RIGHT), ("1003_again.py", WRONG)):
        class_ = zip_file(tmp_path / f"{name}.zip", {f"chocy_14_{name}": source, "leeeve_16_2001_ex1.py": PART})
        said = batch("ex1", class_, "-o", results, *BEST)
    assert gradebook(results) == {"14": "10", "16": "8"}
    assert gradebook(results, "file")["14"] == "chocy_14_1002_ex1-1.py"
    assert f"{EARLIER}  chocy, ex1\n" in said
    assert "From an earlier input, and still counts" in (results / "index.html").read_text(encoding="utf-8")
    said = batch("ex1", class_, "-o", results)
    assert gradebook(results) == {"14": "0", "16": "8"}, "the last is that of the newest input"
    assert "earlier input" not in said
    columns = "Student,ID,SIS User ID,SIS Login ID,Section,ex1 (501)\n    Points Possible,,,,,10\n"
    (tmp_path / "canvas.csv").write_text(f'{columns}"Cho, Cy",14,,,A,\n')
    done = run_grade("export", "canvas", "--results", results, "--gradebook", tmp_path / "canvas.csv", *BEST)
    assert (tmp_path / "canvas-filled.csv").read_text().endswith(",A,10\n"), done.stderr
    batch("ex1", class_, "-o", results, "--forget", *BEST)
    assert gradebook(results) == {"14": "0", "16": "8"}, "what was dropped is gone"


def test_the_same_file_handed_in_anew_is_another_attempt(tmp_path: Path) -> None:
    class_, results = tmp_path / "class", tmp_path / "results"
    for source, best, last, graded in (
        (PART, "8", "8", 1),
        (RIGHT, "10", "10", 1),
        (WRONG, "10", "0", 1),
        (PART, "10", "8", 0),  # graded before
        (WRONG, "10", "0", 0),
        (RIGHT, "10", "10", 0),
    ):
        folder(class_, {"cy/ex1.py": source})
        assert f"{graded} graded, " in batch("ex1", class_, "-o", results, *BEST)
        assert gradebook(results) == {"cy": best}
        assert "0 graded, 1 before" in batch("ex1", class_, "-o", results)
        assert gradebook(results) == {"cy": last}
        assert [path.name for path in (results / "reports" / "cy").glob("*.html")] == ["ex1.html"]
        assert _score(results, "ex1") == int(last)
    batch("ex1", class_, "-o", results, *BEST)
    assert gradebook(results, "attempt") == {"cy": "1"}, "of equals, what is there now"


def test_what_was_set_aside_has_a_page_while_it_counts(tmp_path: Path) -> None:
    class_, results = tmp_path / "class", tmp_path / "results"
    batch("ex1", folder(class_, {"cy/ex1.py": RIGHT}), "-o", results, *BEST)
    batch("ex1", folder(class_, {"cy/ex1.py": WRONG}), "-o", results, *BEST)
    assert gradebook(results, "attempt") == {"cy": "earlier 1"}
    assert (_score(results, "ex1"), _score(results, "ex1-earlier1")) == (0, 10)
    assert 'href="reports/cy/ex1-earlier1.html"' in (results / "index.html").read_text(encoding="utf-8")
    (tmp_path / "hand.csv").write_text("student,exercise,score,reason\ncy,ex1,9,agreed\n")
    batch("ex1", class_, "-o", results, *BEST, "--overrides", tmp_path / "hand.csv")
    notes = [
        json.loads((results / "reports" / "cy" / f"{name}.json").read_bytes())["notes"] for name in _reports(results)
    ]
    assert notes == [["Set by hand to 9 of 10: agreed."], []]
    batch("ex1", class_, "-o", results)
    assert _reports(results) == ["ex1"]


def test_work_that_did_not_change_is_no_other_attempt(tmp_path: Path) -> None:
    class_, results = folder(tmp_path / "class", {"cy/ex1.py": PART}), tmp_path / "results"
    for seed in ("1", "2"):
        assert "1 graded, taken in" in batch("ex1", class_, "-o", results, *BEST, "--seed", seed)
        assert "earlier" not in batch("ex1", class_, "-o", results, *BEST, "--seed", seed)
    assert gradebook(results, "attempt") == {"cy": "1"}


def test_all_attempts_move_to_whom_the_roster_names(tmp_path: Path) -> None:
    results, roster = tmp_path / "results", tmp_path / "roster.csv"
    for number, source in (("9001", PART), ("9002", RIGHT), ("9003", WRONG)):
        class_ = zip_file(tmp_path / f"{number}.zip", {f"lópezana_102_{number}_ex1.py": source})
        batch("ex1", class_, "-o", results, *BEST)
    roster.write_text('Student,ID,SIS User ID,SIS Login ID,Section\n"López, Ana",102,S102,ana,A\n', encoding="utf-8")
    batch("ex1", class_, "-o", results, *BEST, "--roster", roster)
    assert gradebook(results) == {"S102": "10"}
    assert sum(path.suffix == ".html" for path in (results / "reports").rglob("*")) == 2


def test_all_attempts_move_with_their_file_where_there_is_but_a_name(tmp_path: Path) -> None:
    class_, results, roster = tmp_path / "class", tmp_path / "results", tmp_path / "roster.csv"
    for source in (RIGHT, WRONG):
        batch("ex1", folder(class_, {"cy d/ex1.py": source}), "-o", results, *BEST)
    roster.write_text("id,name\n0019,Cy D\n", encoding="utf-8")
    assert "0 graded, 1 before" in batch("ex1", class_, "-o", results, *BEST, "--roster", roster)
    assert gradebook(results) == {"0019": "10"}
    batch("ex1", class_, "-o", results, "--roster", roster)
    assert gradebook(results) == {"0019": "0"}


def test_the_best_is_what_is_left_after_the_penalty(tmp_path: Path) -> None:
    results, rules = tmp_path / "results", (*BEST, "--late-penalty", "30%/day")
    batch("ex1", zip_file(tmp_path / "one.zip", {"chocy_14_1001_ex1.py": PART}), "-o", results, *rules)
    batch("ex1", zip_file(tmp_path / "two.zip", {"chocy_LATE_14_1002_ex1.py": RIGHT}), "-o", results, *rules)
    assert gradebook(results) == {"14": "8"}
    assert gradebook(results, "late") == {"14": "in time"}


def test_the_same_file_handed_in_late_does_not_take_the_place_of_the_one_in_time(tmp_path: Path) -> None:
    class_, results = tmp_path / "submitted", tmp_path / "results"
    rules = ("--due", "2026-11-20T18:00+00:00", "--late-penalty", "10%/day")

    def hand_in(source: bytes, day: int) -> tuple[str, str]:
        stamp = f"2026-11-{day} 17:00:00 UTC".encode()
        folder(class_, {"cy/ex1/ex1.py": source, "cy/ex1/timestamp.txt": stamp})
        batch("ex1", class_, "-o", results, *rules)
        last = gradebook(results)["cy"]
        batch("ex1", class_, "-o", results, *rules, *BEST)
        return last, gradebook(results)["cy"]

    assert hand_in(RIGHT, 20) == ("10", "10")
    assert hand_in(RIGHT, 24) == ("6", "10")
    assert hand_in(RIGHT, 20) == ("10", "10"), "an earlier export, once more"


def test_a_canvas_file_that_is_marked_late_afterwards_is_no_other_attempt(tmp_path: Path) -> None:
    """Its number is that of the upload: the deadline is what has changed."""
    results, rules = tmp_path / "results", (*BEST, "--late-penalty", "10%/day")
    for number, name in enumerate(("chocy_14_1001_ex1.py", "chocy_LATE_14_1001_ex1.py")):
        batch("ex1", zip_file(tmp_path / f"{number}.zip", {name: RIGHT}), "-o", results, *rules)
    assert gradebook(results) == {"14": "9"}
    batch("ex1", zip_file(tmp_path / "3.zip", {"chocy_14_1001_ex1.py": RIGHT}), "-o", results, *rules)
    batch("ex1", zip_file(tmp_path / "4.zip", {"chocy_LATE_14_1009_ex1.py": RIGHT}), "-o", results, *rules)
    assert gradebook(results) == {"14": "10"}


def test_a_database_of_before_digests_were_kept_loses_no_attempt(tmp_path: Path) -> None:
    class_, results = tmp_path / "class", tmp_path / "results"
    batch("ex1", folder(class_, {"cy/ex1.py": RIGHT}), "-o", results)
    with contextlib.closing(sqlite3.connect(results / "grades.db")) as database:
        database.execute("DROP TABLE content")
    batch("ex1", folder(class_, {"cy/ex1.py": WRONG}), "-o", results, *BEST)
    assert (gradebook(results), gradebook(results, "attempt")) == ({"cy": "10"}, {"cy": "earlier 1"})


def test_what_was_to_be_graded_anew_and_was_not_is_no_loss(tmp_path: Path) -> None:
    class_, results = tmp_path / "class", tmp_path / "results"
    batch("ex1", folder(class_, {"cy/ex1.py": RIGHT}), "-o", results, *BEST)
    killed_before("grader.batch.run.grade_all", "ex1", class_, "-o", results, *BEST, "--seed", "1")
    batch("ex1", folder(class_, {"cy/ex1.py": WRONG}), "-o", results, *BEST, "--seed", "1")
    assert (gradebook(results), gradebook(results, "attempt")) == ({"cy": "10"}, {"cy": "earlier 1"})


def test_an_attempt_without_a_score_is_named_beside_the_best(tmp_path: Path, run_grade: RunGrade) -> None:
    class_, results = tmp_path / "class", tmp_path / "results"
    batch("ex1", folder(class_, {"cy/ex1.py": PART}), "-o", results, *BEST)
    killed_before("grader.batch.run.grade_all", "ex1", folder(class_, {"cy/ex1.py": RIGHT}), "-o", results, *BEST)
    said = batch("ex1", folder(tmp_path / "other", {"dee/ex1.py": RIGHT}), "-o", results, *BEST)
    unranked = "cy/ex1.py has no score, and may be better: not graded yet"
    assert f"1 without a score, not in this input:\n  cy, ex1: {unranked}\n" in said
    assert gradebook(results) == {"cy": "8", "dee": "10"}
    assert gradebook(results, "reason")["cy"] == unranked
    assert "Perhaps not the best" in (results / "index.html").read_text(encoding="utf-8")
    columns = "Student,ID,SIS User ID,SIS Login ID,Section,ex1 (501)\n    Points Possible,,,,,10\n"
    (tmp_path / "canvas.csv").write_text(f"{columns}cy,14,,cy,A,\n")
    done = run_grade("export", "canvas", "--results", results, "--gradebook", tmp_path / "canvas.csv", "--dry-run")
    assert f"cy: {unranked}." in done.stderr
    assert "without a score" not in batch("ex1", class_, "-o", results, *BEST)
    assert gradebook(results)["cy"] == "10"


def _reports(results: Path) -> list[str]:
    """What reports there are for cy, those that count first."""
    return sorted((path.stem for path in (results / "reports" / "cy").glob("*.json")), reverse=True)


def _score(results: Path, report: str) -> int:
    found: int = json.loads((results / "reports" / "cy" / f"{report}.json").read_bytes())["score"]
    assert (results / "reports" / "cy" / f"{report}.html").is_file()
    return found
