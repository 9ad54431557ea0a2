"""A batch and faults of ours, through the real command: whoever they hit has no score for it, and loses none by it.

The exercise has a check that does what a file outside of it says, to submissions that name `trip`. So a fault comes and
goes while everything that a result depends on stays as it is.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from batch_support import ROOT, batch, folder, gradebook

PLAIN = ROOT / "tests" / "packs" / "engine" / "plain_three_squares"
RIGHT = b"f = g = h = lambda x: 3 * x**2\n"
TRIPS = RIGHT + b"trip = len\n"
RAISES, EXITS = "raise RuntimeError('trapped')", "import os; os._exit(7)"
BROKE, ENDED = "The check trapped of trapping broke", "It ended the grader's own process (exit code 7)."
TRAP = """

from pathlib import Path

@check("Trapped", points=2)
def trapped(submission, rng):
    trap = Path({trap!r})
    if submission.facts.refers("trip") and trap.exists():
        exec(trap.read_text())
"""


@pytest.fixture
def trap(tmp_path: Path) -> Path:
    """The file that the check looks for, not there yet, beside a folder `packs` with the exercise."""
    pack, trap = tmp_path / "packs" / "trapping", tmp_path / "trap.py"
    shutil.copytree(PLAIN, pack)
    toml = (pack / "exercise.toml").read_text().replace('id = "plain"', 'id = "trapping"')
    (pack / "exercise.toml").write_text(toml.replace("points = 10", "points = 12"))
    with (pack / "checks.py").open("a") as file:
        file.write(TRAP.format(trap=str(trap)))
    return trap


def grade(root: Path, *more: str, code: int = 0) -> str:
    """Grade the class of the folder `root` into its `results`."""
    options = ("--exercises", root / "packs", "-o", root / "results", *more)
    return batch("trapping", root / "class", *options, code=code)


def hand_in(root: Path, sources: dict[str, bytes]) -> None:
    folder(root / "class", {f"{name}/trapping.py": source for name, source in sources.items()})


def reports(results: Path, student: str) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in (results / "reports" / student).glob("*")}


def test_a_worker_whose_grading_broke_is_replaced_and_what_it_held_is_graded(trap: Path, tmp_path: Path) -> None:
    """It has given up what starting another sandbox takes. What comes after it is to blame for nothing."""
    trap.write_text(RAISES)
    hand_in(tmp_path, {f"s{number}": RIGHT if number % 4 == 3 else TRIPS for number in range(8)})
    said = grade(tmp_path, "--jobs", "1", code=3)
    assert "2 graded, taken in" in said
    assert "6 could not be graded" in said
    assert BROKE in said
    assert "ended the grader's own process" not in said
    scores = gradebook(tmp_path / "results")
    assert {name: score for name, score in scores.items() if score} == {"s3": "12", "s7": "12"}


def test_what_takes_its_worker_down_is_listed_with_the_reason_and_tried_again(trap: Path, tmp_path: Path) -> None:
    trap.write_text(EXITS)
    results = tmp_path / "results"
    hand_in(tmp_path, {"ann": RIGHT, "bob": TRIPS, "cid": RIGHT, "dot": RIGHT})
    said = grade(tmp_path, "--jobs", "2", code=3)
    assert said.startswith("3 graded, taken in")
    assert f"1 could not be graded; give the same command again:\n  bob/trapping.py: {ENDED}" in said
    assert gradebook(results) == {"ann": "12", "bob": "", "cid": "12", "dot": "12"}
    assert gradebook(results, "reason") == {"ann": "", "bob": ENDED, "cid": "", "dot": ""}
    assert gradebook(results, "status")["bob"] == "not graded: the grader failed"
    assert "It ended the grader&#39;s own process (exit code 7)." in (results / "index.html").read_text()
    assert reports(results, "bob") == {}

    for fault, reason in ((RAISES, BROKE), (EXITS, ENDED)):  # the latest reason is the one that is told
        trap.write_text(fault)
        said = grade(tmp_path, code=3)
        assert said.startswith("0 graded, 3 before, taken in")
        assert f"  bob/trapping.py: {reason}" in said
        assert gradebook(results, "reason")["bob"].startswith(reason)
        assert reason.partition("'")[0] in (results / "index.html").read_text()

    trap.unlink()
    assert grade(tmp_path).startswith("1 graded, 3 before, taken in")
    assert set(gradebook(results).values()) == {"12"}
    assert set(gradebook(results, "reason").values()) == {""}


def test_grading_again_takes_no_score_away_where_the_grader_fails(trap: Path, tmp_path: Path) -> None:
    results = tmp_path / "results"
    hand_in(tmp_path, {"ann": RIGHT, "bob": TRIPS})
    assert grade(tmp_path).startswith("2 graded, taken in")
    before = reports(results, "bob")
    assert len(before) == 2

    for fault, reason in ((RAISES, BROKE), (EXITS, ENDED)):
        trap.write_text(fault)
        said = grade(tmp_path, "--fresh", code=3)
        assert said.startswith("1 graded, taken in")
        assert f"1 could not be graded; give the same command again:\n  bob/trapping.py: {reason}" in said
        assert gradebook(results) == {"ann": "12", "bob": "12"}
        assert gradebook(results, "status")["bob"] == "graded"
        reasons = gradebook(results, "reason")
        assert reasons["ann"] == ""
        assert reasons["bob"].startswith(f"Graded before, and could not be graded again: {reason}")
        assert "<h3>Not graded again</h3>" in (results / "index.html").read_text()
        assert reports(results, "bob") == before

    assert grade(tmp_path).startswith("0 graded, 2 before, taken in"), "the earlier result is a result"
    assert gradebook(results) == {"ann": "12", "bob": "12"}
    trap.unlink()
    assert grade(tmp_path, "--fresh").startswith("2 graded, taken in")
    assert set(gradebook(results, "reason").values()) == {""}
    assert "Not graded again" not in (results / "index.html").read_text()
