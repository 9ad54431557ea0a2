"""`grade new`: what an author begins with is an exercise that grades, and holds to its references."""

from __future__ import annotations

import json
import shlex
from pathlib import Path

import pytest
from conftest import RunGrade


@pytest.fixture
def new(run_grade: RunGrade) -> None:
    result = run_grade("new", "row_sums")
    assert result.returncode == 0, result.stderr


@pytest.mark.usefixtures("new")
def test_it_passes_its_audit(run_grade: RunGrade) -> None:
    audit = run_grade("audit", "row", "--exercises", "exercises", "--reference", "reference")
    assert audit.returncode == 0, audit.stdout
    assert "All is as it should be." in audit.stdout


@pytest.mark.usefixtures("new")
def test_its_stub_earns_nothing_and_its_mistake_is_taught(run_grade: RunGrade) -> None:
    for path, score in (("exercises/row_sums/stub.py", 0), ("reference/row_sums/solution.py", 3)):
        result = run_grade("row", path, "--exercises", "exercises", "--format", "json")
        assert json.loads(result.stdout)["score"] == score
    wrong = run_grade("row", "reference/row_sums/wrong/over_columns.py", "--exercises", "exercises")
    assert "These are the sums of the columns." in wrong.stdout
    assert "See: “The task” in the statement" in wrong.stdout


def test_what_it_says_can_be_typed_as_it_stands(run_grade: RunGrade) -> None:
    said = run_grade("new", "softmax", "--exercises", "mine/pack", "--reference", "mine/held to").stdout
    first, *commands = said.splitlines()
    assert "the exercise softmax" in first
    assert len(commands) == 2
    for command in commands:
        grade, *words = shlex.split(command)
        assert grade == "grade"
        assert run_grade(*words).returncode == 0, command


@pytest.mark.usefixtures("new")
@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("row_sums", "is there already"),
        ("row_other", "row_sums has the id row already"),
        ("ex2_again", "ex2_classifier has the id ex2 already"),
        ("batch_norm", "`grade batch` is a command"),
        ("Softmax-Rows", "'Softmax-Rows' cannot be an exercise's name. It begins with"),
        ("../outside", "cannot be an exercise's name"),
    ],
)
def test_a_name_that_cannot_be(run_grade: RunGrade, tmp_path: Path, name: str, says: str) -> None:
    before = sorted(tmp_path.rglob("*"))
    result = run_grade("new", name)
    assert result.returncode == 2
    assert says in result.stderr
    assert sorted(tmp_path.rglob("*")) == before


def test_a_place_that_cannot_be_written(run_grade: RunGrade, tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("a file")
    for folder, says in (("mine", "is a file"), ("mine/below", "cannot be written")):
        result = run_grade("new", "row_sums", "--exercises", folder)
        assert result.returncode == 2
        assert says in result.stderr
