"""A deadline, and the times that work came in at: as platforms write them, on the machine's clock, or not at all."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import available_timezones

import pytest
from batch_support import ROOT, folder, gradebook
from conftest import RunGrade

from grader.batch.intake.times import read_moment

RIGHT = (ROOT / "reference" / "ex1_sum_of_cubes" / "solution.py").read_bytes()
BERLIN = {"TZ": "Europe/Berlin"}
DUE = ("--due", "2026-10-23 18:00")
needs_zones = pytest.mark.skipif("Europe/Berlin" not in available_timezones(), reason="this system has no time zones")


def collected(root: Path, stamps: Mapping[str, str | None]) -> Path:
    """What nbgrader collects: right work of each student, handed in when the time stamp says."""
    files = {f"{name}/ex1/ex1.py": RIGHT for name in stamps}
    files |= {f"{name}/ex1/timestamp.txt": text.encode() for name, text in stamps.items() if text is not None}
    return folder(root / "submitted", files)


def test_nbgraders_time_stamps_are_read_in_summer_time_too() -> None:
    for text, hour in (
        ("2026-10-23 18:00:00.000000 CEST", 16),
        ("2026-10-23 18:00:00.000000 EDT", 22),
        ("2026-10-23 18:00:00.000000 CET", 17),  # what it says, though nobody's clock shows it on that day
        ("2026-10-23 18:00:00 UTC", 18),
        ("2026-10-23 18:00:00+02:00", 16),
    ):
        moment = read_moment(text)
        assert moment == datetime(2026, 10, 23, hour, tzinfo=UTC), text
    assert read_moment("2026-10-23 18:00:00 Mars/Olympus") is None


@needs_zones
def test_an_abbreviation_with_several_meanings_is_read_where_it_is_the_machines_own(
    run_grade: RunGrade, tmp_path: Path
) -> None:
    class_ = collected(tmp_path, {"ann": "2026-10-23 18:00:00.000000 PST", "bob": "2026-10-23 09:00:00.000000 CEST"})
    said = run_grade("batch", "ex1", class_, "-o", tmp_path / "there", *DUE, env={"TZ": "Asia/Manila"})
    assert (said.returncode, "cannot be read" in said.stdout) == (0, False), said.stderr
    assert gradebook(tmp_path / "there", "late") == {"ann": "in time", "bob": "in time"}
    said = run_grade("batch", "ex1", class_, "-o", tmp_path / "here", *DUE, env=BERLIN)
    assert (
        "1 time of handing in cannot be read, so that work does not count as late: "
        "ann/ex1/timestamp.txt says '2026-10-23 18:00:00.000000 PST'.\n" in said.stdout
    )
    assert gradebook(tmp_path / "here", "late") == {"ann": "", "bob": "in time"}


@needs_zones
def test_times_in_summer_time_are_late(run_grade: RunGrade, tmp_path: Path) -> None:
    stamps = {"ann": "2026-10-23 18:00:00.000000 CEST", "bob": "2026-10-23 12:00:01.000000 EDT"}
    options = (*DUE, "--late-penalty", "10%/day")
    done = run_grade("batch", "ex1", collected(tmp_path, stamps), "-o", tmp_path / "out", *options, env=BERLIN)
    assert done.returncode == 0, done.stderr
    assert gradebook(tmp_path / "out", "late") == {"ann": "in time", "bob": "1 min late"}
    assert gradebook(tmp_path / "out") == {"ann": "10", "bob": "9"}


@needs_zones
def test_one_moment_costs_the_same_however_it_is_written(run_grade: RunGrade, tmp_path: Path) -> None:
    """Over the night in which summer time ends, a day after the deadline has 25 hours."""
    stamps = {"ann": "2026-10-25 16:59:00 UTC", "bob": "2026-10-25 17:59:00", "cy": "2026-10-25 17:59:00 CET"}
    options = ("--due", "2026-10-24 18:00", "--late-penalty", "10%/day")
    done = run_grade("batch", "ex1", collected(tmp_path, stamps), "-o", tmp_path / "out", *options, env=BERLIN)
    assert done.returncode == 0, done.stderr
    assert set(gradebook(tmp_path / "out", "late").values()) == {"1 d 59 min late"}
    assert set(gradebook(tmp_path / "out").values()) == {"8"}


@needs_zones
@pytest.mark.parametrize("due", ["2026-10-23T12:00-04:00", "2026-10-23 16:00:00Z", "2026-10-23 18:00"])
def test_a_deadline_may_have_an_offset_of_its_own(run_grade: RunGrade, tmp_path: Path, due: str) -> None:
    class_ = collected(tmp_path, {"ann": "2026-10-23 16:00:00 UTC", "bob": "2026-10-23 16:05:00 UTC"})
    done = run_grade("batch", "EX1", class_, "-o", tmp_path / "out", "--due", due, env=BERLIN)
    assert done.returncode == 0, done.stderr
    assert gradebook(tmp_path / "out", "late") == {"ann": "in time", "bob": "5 min late"}


def test_a_day_alone_lasts_to_its_very_end_also_as_the_hint_gives_it_back(run_grade: RunGrade, tmp_path: Path) -> None:
    stamps = {"ann": "2026-11-20 23:59:59.500000 UTC", "bob": "2026-11-21 00:00:00.000000 UTC"}
    class_ = collected(tmp_path, stamps)

    def said(*options: str) -> str:
        done = run_grade("batch", "ex1", class_, "-o", tmp_path / "out", *options, env={"TZ": "UTC"})
        assert done.returncode == 0, done.stderr
        return done.stderr

    in_time = {"ann": "in time", "bob": "1 min late"}
    assert said("--due", "2026-11-20") == ""
    assert gradebook(tmp_path / "out", "late") == in_time
    hint = said()
    assert gradebook(tmp_path / "out", "late") == {"ann": "", "bob": ""}
    assert "--due 2026-11-20T23:59:59+00:00 counts it again" in hint
    assert said("--due", "2026-11-20T23:59:59+00:00") == ""
    assert gradebook(tmp_path / "out", "late") == in_time


@needs_zones
@pytest.mark.parametrize(
    ("due", "zone"),
    [
        ("9999-12-31", "America/New_York"),
        ("9999-12-31", "Europe/Berlin"),
        ("9999-12-31T23:00-05:00", "UTC"),
        ("0001-01-01 00:00", "Pacific/Auckland"),
    ],
)
def test_a_deadline_beyond_the_calendar_is_refused(run_grade: RunGrade, tmp_path: Path, due: str, zone: str) -> None:
    done = run_grade("batch", "ex1", tmp_path, "-o", tmp_path / "out", "--due", due, env={"TZ": zone})
    says = f"{due!r} is too far off for a deadline, whose year is one of 1971 to 2999."
    assert (done.returncode, says in done.stderr) == (2, True), done.stderr


@needs_zones
@pytest.mark.parametrize("zone", ["UTC", "America/New_York", "Pacific/Auckland"])
def test_a_time_beyond_the_calendar_is_one_that_cannot_be_read(run_grade: RunGrade, tmp_path: Path, zone: str) -> None:
    beyond = ("0001-01-01 00:00:00", "0001-01-01 00:00:00+05:00", "9999-12-31 23:59:59 HST")
    for text in (*beyond, "9999-12-31 23:59:59"):
        assert read_moment(text) is None, text
    stamps = dict(zip(("bob", "cy", "dan"), beyond, strict=True))
    class_ = collected(tmp_path, {"ann": "2026-10-23 18:00:00", **stamps})
    done = run_grade("batch", "ex1", class_, "-o", tmp_path / "out", *DUE, env={"TZ": zone})
    assert done.returncode == 0, done.stderr
    assert "3 times of handing in cannot be read, so that work does not count as late: bob/ex1/" in done.stdout
    assert gradebook(tmp_path / "out", "late") == {"ann": "in time", "bob": "", "cy": "", "dan": ""}


@needs_zones
def test_a_time_of_gradescopes_beyond_the_calendar_counts_for_nothing(run_grade: RunGrade, tmp_path: Path) -> None:
    times = ("0001-01-01 00:00:00", "9999-12-31 23:59:59.000000000 -08:00", "2026-10-23 18:00:01.000000000 Z")
    listed = "".join(
        f"submission_{n}:\n  :submitters:\n  - :name: Student {n}\n    :sid: '{n}'\n  :created_at: {time}\n"
        for n, time in enumerate(times)
    )
    files = {f"submission_{n}/ex1.py": RIGHT for n in range(len(times))}
    export = folder(tmp_path / "export", {**files, "submission_metadata.yml": listed.encode()})
    done = run_grade("batch", "ex1", export, "-o", tmp_path / "out", "--due", "2026-10-23 18:00Z", env=BERLIN)
    assert done.returncode == 0, done.stderr
    assert gradebook(tmp_path / "out", "late") == {"0": "", "1": "", "2": "1 min late"}
    assert (
        "2 times of handing in cannot be read, so that work does not count as late: "
        "submission_metadata.yml says '0001-01-01 00:00:00' of submission_0; "
        "submission_metadata.yml says '9999-12-31 23:59:59.000000000 -08:00' of submission_1.\n" in done.stdout
    )


def test_a_deadline_that_is_left_out_is_not_left_out_silently(run_grade: RunGrade, tmp_path: Path) -> None:
    class_ = collected(tmp_path, {"ann": "2026-10-23 18:00:01 UTC"})

    def said(*options: str, results: str = "out") -> str:
        done = run_grade("batch", "ex1", class_, "-o", tmp_path / results, *options, env={"TZ": "UTC"})
        assert done.returncode == 0, done.stderr
        return done.stderr

    penalty = ("--late-penalty", "10%/day")
    assert said(*DUE, *penalty) == ""
    assert gradebook(tmp_path / "out") == {"ann": "9"}
    assert said(*penalty) == (
        "The deadline of the last time was not given, so nothing in this input counts as late now: "
        "--due 2026-10-23T18:00:00+00:00 counts it again.\n"
    )
    assert gradebook(tmp_path / "out") == {"ann": "10"}
    assert said() == "The late penalty of the last time was not given, so being late costs nothing now.\n"
    assert said("--due", "2026-10-23T18:00:00+00:00", *penalty) == ""
    assert gradebook(tmp_path / "out") == {"ann": "9"}
    assert said(*penalty, results="another") == (
        "Without --due nothing in this input counts as late, so --late-penalty takes nothing off it.\n"
    )


def handed_in(root: Path, exercises: str, stamp: str = "2026-10-30 18:00:01 UTC") -> Path:
    """What nbgrader collects of Ann for these exercises, with the time that they came in."""
    files = {f"ann/{each}/{each}.py": RIGHT for each in exercises.split(",")}
    files |= {f"ann/{each}/timestamp.txt": stamp.encode() for each in exercises.split(",")}
    return folder(root / exercises / "submitted", files)


def by_exercise(results: Path, column: str) -> dict[str, str]:
    """What a column of the gradebook has of Ann."""
    with (results / "gradebook.csv").open(encoding="utf-8-sig", newline="") as file:
        return {row["exercise"]: row[column] for row in csv.DictReader(file)}


@pytest.mark.parametrize("asked", ["ex5", "ex1,ex5"])
def test_a_deadline_that_another_exercise_had_is_not_missed(run_grade: RunGrade, tmp_path: Path, asked: str) -> None:
    """It goes by what the input holds, and not by what is asked for: the other's stays, to be missed when it is due."""
    one, five = handed_in(tmp_path, "ex1"), handed_in(tmp_path, "ex5")
    done = run_grade("batch", asked.replace("ex5", "ex1,ex5"), one, "-o", tmp_path / "out", *DUE, env={"TZ": "UTC"})
    assert (done.returncode, done.stderr) == (0, "")
    done = run_grade("batch", asked, five, "-o", tmp_path / "out", "--late-penalty", "10%/day")
    says = "Without --due nothing in this input counts as late, so --late-penalty takes nothing off it.\n"
    assert (done.returncode, done.stderr) == (0, says)
    assert by_exercise(tmp_path / "out", "late") == {"ex1": "7 d 1 min late", "ex5": ""}
    assert by_exercise(tmp_path / "out", "penalty") == {"ex1": "8", "ex5": ""}  # of earlier work it takes something
    done = run_grade("batch", "ex1", one, "-o", tmp_path / "out", "--late-penalty", "10%/day")
    assert done.stderr == (
        "The deadline of the last time was not given, so nothing in this input counts as late now: "
        "--due 2026-10-23T18:00:00+00:00 counts it again.\n"
    )


def test_deadlines_that_differ_are_given_back_by_exercise(run_grade: RunGrade, tmp_path: Path) -> None:
    def said(exercises: str, class_: Path, *due: str) -> str:
        done = run_grade("batch", exercises, class_, "-o", tmp_path / "out", *due)
        assert done.returncode == 0, done.stderr
        return done.stderr

    both, five = handed_in(tmp_path, "ex1,ex5"), handed_in(tmp_path, "ex5")
    first, second = "2026-10-23T18:00:00+00:00", "2026-10-28T18:00:00+00:00"
    assert said("ex1", both, "--due", first) == ""
    start = "of the last time was not given, so nothing in this input counts as late now"
    assert said("ex1,ex5", both) == (
        f"The deadline {start}: grade ex1 with --due {first}, in a command of its own, to count it again.\n"
    )  # given for both, it would be one that ex5 never had
    assert said("ex1", both, "--due", first) == said("ex5", five, "--due", second) == ""
    assert by_exercise(tmp_path / "out", "late") == {"ex1": "7 d 1 min late", "ex5": "2 d 1 min late"}
    assert said("ex1,ex5", both) == (
        f"The deadlines {start.replace('was', 'were')}: "
        f"grade ex1 with --due {first} and ex5 with --due {second}, "
        "each in a command of its own, to count them again.\n"
    )


def test_one_moment_with_two_offsets_is_one_deadline(run_grade: RunGrade, tmp_path: Path) -> None:
    both = handed_in(tmp_path, "ex1,ex5")
    for exercise, due in (("ex1", "2026-10-23T18:00+00:00"), ("ex5", "2026-10-23T20:00+02:00")):
        assert run_grade("batch", exercise, both, "-o", tmp_path / "out", "--due", due).stderr == ""
    assert run_grade("batch", "ex1,ex5", both, "-o", tmp_path / "out").stderr == (
        "The deadline of the last time was not given, so nothing in this input counts as late now: "
        "--due 2026-10-23T18:00:00+00:00 counts it again.\n"
    )


@pytest.mark.parametrize(
    ("name", "says", "with_penalty"),
    [
        ("Ann A_71_assignsubmission_file/ex1.py", "A Moodle export does not say when work came in", True),
        ("ex1-submissions/ex1-ann/ex1.py", "Clones of GitHub Classroom do not say when work came in", True),
        ("ann/ex1.py", "Folders do not say when work came in", True),
        ("ann_ex1.py", "Files do not say when work came in", True),
        ("ann_11_101_ex1.py", "A Canvas export says that work is LATE and not when it came in", False),
        ("submitted/ann/ex1/ex1.py", "This nbgrader tree has no time of handing in that can be read", True),
    ],
)
def test_a_deadline_that_changes_nothing_is_said(
    run_grade: RunGrade, tmp_path: Path, name: str, says: str, with_penalty: bool
) -> None:
    class_ = folder(tmp_path / "class", {name: RIGHT})
    for penalty, both in (((), False), (("--late-penalty", "10%/day"), with_penalty)):
        done = run_grade("batch", "ex1", class_, "-o", tmp_path / "out", *DUE, *penalty)
        what = "--due and --late-penalty change" if both else "--due changes"
        assert (done.returncode, done.stderr) == (0, f"{says}, so {what} nothing for this input.\n")


def test_a_deadline_that_counts_for_some_is_no_matter_for_a_note(run_grade: RunGrade, tmp_path: Path) -> None:
    class_ = collected(tmp_path, {"ann": "2026-10-23 18:00:01 UTC", "bob": None})
    done = run_grade("batch", "ex1", class_, "-o", tmp_path / "out", *DUE, "--late-penalty", "10%/day")
    assert (done.returncode, done.stderr) == (0, "")
