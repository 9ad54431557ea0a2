"""What a student has done, the hints, and where to go next: the real commands on a real file."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import ENGINE_PACK, ROOT, RunGrade
from hypothesis import given
from hypothesis import strategies as st

from grader.errors import ExerciseFault
from grader.exercise import Exercise, exercise_folders, read_exercise
from grader.progress import Entry, Stage, next_exercise, progress_file, read_progress

RIGHT = "def f(x): return 3 * x**2\ng = h = f\n"
HALF = "def f(x): return 3 * x**2\ng = h = None\n"
PACK = ("--exercises", ENGINE_PACK)


@pytest.fixture
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Progress is kept in this file, in a folder that is not there yet."""
    path = tmp_path / "data" / "progress.json"
    monkeypatch.setenv("GRADER_PROGRESS", str(path))
    return path


@pytest.fixture
def mine(tmp_path: Path) -> Path:
    """A right submission."""
    path = tmp_path / "mine.py"
    path.write_text(RIGHT)
    return path


def _lines(run_grade: RunGrade) -> list[list[str]]:
    return [line.split() for line in run_grade("progress", *PACK).stdout.splitlines()]


def test_the_best_score_stays(run_grade: RunGrade, kept: Path, mine: Path) -> None:
    lines = _lines(run_grade)
    assert [line[0] for line in lines[:-2]] == ["plain", "ex1", "ex2", "ex3", "ex4", "ex5"]
    assert [line[-1] for line in lines[:-2]] == ["left"] * 6
    assert " ".join(lines[-1]).startswith("0 of 6 done. Next: An exercise for the engine's own tests.")
    mine.write_text(HALF)
    assert "Next:" not in run_grade("plain", mine, *PACK).stdout
    lines = _lines(run_grade)
    assert lines[0][-5:] == ["tried", "5/10", "graded", "1", "time"]
    assert " ".join(lines[-1]).endswith("Go on with: grade plain FILE")
    mine.write_text(RIGHT)
    done = run_grade("plain", mine, *PACK)
    assert "Next: Sum-of-cubes gradient. Begin with: grade start ex1" in done.stdout
    mine.write_text(HALF)
    run_grade("plain", mine, *PACK, "--format", "json")
    lines = _lines(run_grade)
    assert lines[0][-5:] == ["done", "10/10", "graded", "3", "times"]
    assert " ".join(lines[-1]) == "1 of 6 done. Next: Sum-of-cubes gradient. Begin with: grade start ex1"


def test_only_the_terminal_report_points_onwards(run_grade: RunGrade, kept: Path, mine: Path) -> None:
    json.loads(run_grade("plain", mine, *PACK, "--format", "json").stdout)
    assert run_grade("plain", mine, *PACK, "-o", "report.txt").stdout == ""


@pytest.mark.parametrize("broken", ["{", "[1]", '{"exercises": 3}', "\x00", "[" * 100_000])
def test_a_broken_file_is_put_aside(run_grade: RunGrade, kept: Path, mine: Path, broken: str) -> None:
    kept.parent.mkdir()
    kept.write_text(broken)
    assert _lines(run_grade)[0][-1] == "left"
    assert run_grade("plain", mine, *PACK).returncode == 0
    assert _lines(run_grade)[0][-4:] == ["10/10", "graded", "1", "time"]
    assert kept.with_name("progress.json.broken").read_text() == broken


def test_broken_parts_do_not_spoil_the_rest(kept: Path) -> None:
    kept.parent.mkdir()
    entries = {"ex1": {"best": 7, "points": 10, "tries": 2, "new": 1}, "ex2": 5, "ex3": {"best": "x", "hints": -4}}
    kept.write_text(json.dumps({"version": 2, "exercises": entries}))
    assert read_progress() == {"ex1": Entry(best=7, points=10, tries=2), "ex3": Entry()}


def test_progress_that_cannot_be_kept_costs_a_line_and_no_points(
    run_grade: RunGrade, mine: Path, tmp_path: Path
) -> None:
    done = run_grade("plain", mine, *PACK, env={"GRADER_PROGRESS": str(mine / "progress.json")})
    assert done.returncode == 0
    assert "Your progress was not kept: " in done.stderr
    assert "GRADER_PROGRESS=off" in done.stderr
    assert "Traceback" not in done.stderr


def test_another_exercise_that_is_broken_costs_no_points(
    run_grade: RunGrade, kept: Path, mine: Path, tmp_path: Path
) -> None:
    (tmp_path / "pack" / "broken_one").mkdir(parents=True)
    (tmp_path / "pack" / "broken_one" / "exercise.toml").write_text("id =")
    done = run_grade("plain", mine, *PACK, "--exercises", tmp_path / "pack")
    assert done.returncode == 0
    assert "exercise.toml cannot be used" in done.stderr


def test_it_can_be_switched_off(run_grade: RunGrade, mine: Path, tmp_path: Path) -> None:
    off = {"GRADER_PROGRESS": "off", "XDG_DATA_HOME": str(tmp_path / "data"), "HOME": str(tmp_path)}
    assert run_grade("plain", mine, *PACK, env=off).returncode == 0
    done = run_grade("progress", env=off)
    assert (done.returncode, done.stdout) == (2, "")
    assert "GRADER_PROGRESS is off" in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["mine.py"]


@pytest.mark.skipif(sys.platform != "linux", reason="the variable is Linux's")
def test_it_lies_in_the_users_data_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("GRADER_PROGRESS")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    assert progress_file() == tmp_path / "grader" / "progress.json"


def test_several_at_once_are_all_counted(kept: Path) -> None:
    code = "from grader.progress import record_hints; import sys; record_hints(sys.argv[1], 1)"
    names = [f"ex{number}" for number in range(8)]
    running = [subprocess.Popen([sys.executable, "-c", code, name], env=os.environ) for name in names]
    assert [each.wait() for each in running] == [0] * len(names)
    assert set(read_progress()) == set(names)


def test_hints_come_one_after_the_other(run_grade: RunGrade, kept: Path) -> None:
    said = [run_grade("hint", "plain", *PACK).stdout for _ in range(4)]
    assert [text.splitlines()[0] for text in said] == [f"Hint {n} of 3 for plain" for n in (1, 2, 3, 3)]
    assert "Look at it." in said[0] and "grade hint plain -n 2" in said[0]
    assert "Three of them." in said[2] and "There is no plainer one." in said[2]
    assert "Think of a square." in run_grade("hint", "plain", "-n", "2", *PACK).stdout
    assert read_progress()["plain"] == Entry(hints=3)
    over = run_grade("hint", "plain", "-n", "4", *PACK)
    assert (over.returncode, over.stdout) == (2, "")
    assert "plain has 3 hints." in over.stderr


def test_without_progress_hints_are_asked_for_by_number(run_grade: RunGrade) -> None:
    assert "Hint 1 of 3" in run_grade("hint", "plain", *PACK).stdout
    assert "Hint 1 of 3" in run_grade("hint", "plain", *PACK).stdout
    assert "Hint 3 of 3" in run_grade("hint", "plain", "-n", "3", *PACK).stdout


@pytest.mark.parametrize("folder", exercise_folders(), ids=lambda folder: folder.name)
def test_no_hint_holds_a_line_of_the_solution(folder: Path) -> None:
    hints = " ".join(read_exercise(folder).hints)
    solution = (ROOT / "reference" / folder.name / "solution.py").read_text(encoding="utf-8")
    stub = (folder / "stub.py").read_text(encoding="utf-8")
    own = [line.strip() for line in solution.splitlines() if line.strip() not in stub and len(line.strip()) > 12]
    assert [line for line in own if line.removeprefix("return ") in hints] == []


def test_hints_that_are_no_list_are_the_authors_fault(tmp_path: Path) -> None:
    folder = tmp_path / "odd_one"
    folder.mkdir()
    (folder / "exercise.toml").write_text('id = "odd"\ntitle = "O"\nsummary = "s"\npoints = 1\nhints = "look"\n')
    with pytest.raises(ExerciseFault, match="hints is no list of texts"):
        read_exercise(folder)


COURSE = [Exercise(id=f"ex{number}", title="", points=10, summary="", folder=Path()) for number in range(1, 5)]


@given(done=st.sets(st.sampled_from(["ex1", "ex2", "ex3", "ex4"])), after=st.sampled_from(["", "ex1", "ex4", "gone"]))
def test_the_next_one_is_never_done_nor_the_one_just_graded(done: set[str], after: str) -> None:
    entries = {id_: Entry(best=10, points=10, tries=1) for id_ in done}
    following = next_exercise(COURSE, entries, after=after)
    is_open = [each.id for each in COURSE if each.id not in done and each.id != after]
    if following is None:
        assert not is_open or (not entries and after == "ex4")
    else:
        assert following.id in is_open
        assert entries.get(following.id, Entry()).stage is not Stage.DONE
