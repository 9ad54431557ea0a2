"""The command line as a user meets it: what it prints, which files it writes, how it exits."""

from __future__ import annotations

import json
import re
from itertools import pairwise
from pathlib import Path

import nbformat
import pytest
from conftest import ENGINE_PACK, ROOT, RunGrade
from jsonschema import Draft202012Validator

from grader.reporters.json_report import json_schema

RIGHT = "def f(x): return 3 * x**2\ng = h = f\n"
PACK = ("--exercises", ENGINE_PACK)


@pytest.fixture
def mine(tmp_path: Path) -> Path:
    """A right submission."""
    path = tmp_path / "mine.py"
    path.write_text(RIGHT)
    return path


def test_full_marks_exit_with_zero(run_grade: RunGrade, mine: Path) -> None:
    done = run_grade("plain", mine, *PACK)
    assert done.returncode == 0, done.stderr
    assert "10/10" in done.stdout
    assert "\x1b" not in done.stdout  # no colour where there is no terminal


def test_less_than_full_marks_exit_with_one(run_grade: RunGrade, mine: Path) -> None:
    mine.write_text("def f(x): return 6 * x**2\ng = h = f\n")
    done = run_grade("run", "plain", mine, *PACK)
    assert done.returncode == 1
    assert "The answer is 2 times what it should be." in done.stdout
    assert "Traceback" not in done.stdout + done.stderr


def test_json_follows_its_schema(run_grade: RunGrade, mine: Path) -> None:
    done = run_grade("plain", mine, *PACK, "--format", "json", "--seed", "5")
    report = json.loads(done.stdout)
    Draft202012Validator(json_schema()).validate(report)
    assert (report["exercise"], report["verdict"], report["score"], report["seed"]) == ("plain", "passed", 10, 5)


def test_html_goes_to_a_file(run_grade: RunGrade, mine: Path, tmp_path: Path) -> None:
    done = run_grade("plain", mine, *PACK, "--format", "html", "-o", "report.html")
    assert done.returncode == 0
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert page.startswith("<!doctype html>")
    assert "report.html" in done.stderr
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


def test_a_report_that_cannot_be_written_is_a_sentence(run_grade: RunGrade, mine: Path) -> None:
    done = run_grade("plain", mine, *PACK, "-o", "no/such/folder/report.txt")
    assert done.returncode == 2
    assert "cannot be written" in done.stderr


def test_instructors_see_what_students_do_not(run_grade: RunGrade, mine: Path) -> None:
    mine.write_text("def f(x): return 3 * x**2\nh = f\ndef g(x): return x\n")
    student = run_grade("plain", mine, *PACK)
    instructor = run_grade("plain", mine, *PACK, "--audience", "instructor")
    assert "Expected tensor(" not in student.stdout
    assert "Expected tensor(" in instructor.stdout


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["ex22222", "mine.py"], "There is no exercise 'ex22222'. "),
        (["ex_1", "mine.py"], "Did you mean ex1?"),
        (["ex1", "mone.py"], "There is no file mone.py. Did you mean mine.py?"),
        (["ex1", "folder"], "folder is a folder."),
        (["ex1", "pipe"], "pipe is no ordinary file."),
        (["ex1", "link.py"], "link.py is a link to a file elsewhere."),
        (["ex1"], "Missing argument 'SUBMISSION': the file to grade as ex1, as in `grade ex1 ex1.py`."),
        (["ex1"], "`grade start ex1` writes one to fill in."),
        (["lst"], "There is no command 'lst'. Did you mean: grade list"),
        (["zz"], "There is no exercise 'zz'. `grade list` shows them all."),
        (["run", "ex1"], "Missing argument 'SUBMISSION'"),
        (["ex1", "mine.py", "--seed", "-1"], "-1 is not in the range"),
        (["ex1", "mine.py", "--format", "pdf"], "'pdf' is not one of"),
        (["show", "ex22222"], "There is no exercise"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_wrong_usage_is_a_sentence(
    run_grade: RunGrade, mine: Path, tmp_path: Path, arguments: list[str], words: str
) -> None:
    import os

    (tmp_path / "folder").mkdir()
    if hasattr(os, "mkfifo"):
        os.mkfifo(tmp_path / "pipe")
    elif "pipe" in arguments:
        pytest.skip("this system has no named pipes")
    (tmp_path / "link.py").symlink_to(Path(__file__))
    done = run_grade(*arguments)
    assert done.returncode == 2
    assert words in done.stderr
    assert "Traceback" not in done.stderr


def test_start_writes_the_stub_and_never_overwrites(run_grade: RunGrade, tmp_path: Path) -> None:
    first = run_grade("start", "plain", *PACK)
    assert first.returncode == 0
    assert "grade plain plain.py" in first.stdout
    stub = (tmp_path / "plain.py").read_text()
    assert stub == (ENGINE_PACK / "plain_three_squares" / "stub.py").read_text()
    (tmp_path / "plain.py").write_text("my work")
    second = run_grade("start", "plain", *PACK)
    assert second.returncode == 2
    assert "is there already" in second.stderr
    assert (tmp_path / "plain.py").read_text() == "my work"
    assert run_grade("start", "plain", *PACK, "-o", "other.py").returncode == 0


def test_start_writes_a_notebook(run_grade: RunGrade, tmp_path: Path) -> None:
    first = run_grade("start", "plain", "--notebook", *PACK)
    assert first.returncode == 0
    assert "grade plain plain.ipynb" in first.stdout
    made = nbformat.read(tmp_path / "plain.ipynb", as_version=nbformat.NO_CONVERT)
    nbformat.validate(made)
    assert (made.nbformat, made.nbformat_minor) == (4, 5)
    assert [cell.cell_type for cell in made.cells] == ["markdown", "code", "markdown", "code"]
    assert made.cells[-1].source.startswith("import grader\n\ngrader.check(")
    again = run_grade("start", "plain", "-o", "plain.ipynb", *PACK)
    assert again.returncode == 2
    assert "grade start plain -o NAME.ipynb" in again.stderr
    assert run_grade("start", "plain", "-o", "second.ipynb", *PACK).returncode == 0
    assert (tmp_path / "second.ipynb").read_bytes() == (tmp_path / "plain.ipynb").read_bytes()
    wrong = run_grade("start", "plain", "--notebook", "-o", "plain.py", *PACK)
    assert (wrong.returncode, wrong.stdout) == (2, "")
    assert "ends in .ipynb" in wrong.stderr


def test_list_names_every_exercise(run_grade: RunGrade) -> None:
    lines = run_grade("list", *PACK).stdout.splitlines()
    assert [line.split()[0] for line in lines] == ["plain", "ex1", "ex2", "ex3", "ex4", "ex5"]


def test_show_prints_the_statement(run_grade: RunGrade) -> None:
    assert run_grade("show", "plain", *PACK).stdout.startswith("Write f, g and h")


def test_without_arguments_it_says_what_a_newcomer_needs(run_grade: RunGrade, tmp_path: Path) -> None:
    done = run_grade()
    assert done.returncode == 0
    commands = [line.split("  ")[1] for line in done.stdout.splitlines() if line.startswith("  grade")]
    assert commands[:2] == ["grade show ex1", "grade start ex1"]
    for command in (commands[0], commands[1], commands[4]):  # each of them works as it stands
        assert run_grade(*command.split()[1:]).returncode == 0
    progress = tmp_path / "progress.json"
    for done_so_far, words in ((1, "Your next one is ex2,"), (5, "You have done them all.")):
        done_ones = {f"ex{number}": {"best": 10, "points": 10, "tries": 1} for number in range(1, done_so_far + 1)}
        progress.write_text(json.dumps({"exercises": done_ones}))
        assert words in run_grade(env={"GRADER_PROGRESS": str(progress)}).stdout


@pytest.mark.parametrize(
    ("words", "offered"),
    [
        ("grade ex", {"ex1", "ex2", "ex3", "ex4", "ex5", "export"}),
        ("grade sta", {"start"}),
        ("grade watch ex2", {"ex2"}),
        ("grade ex2 --se", {"--seed"}),
        ("grade watch ex2 mi", {"mi"}),  # a file: the shell completes it
    ],
)
def test_tab_offers_commands_and_exercises(run_grade: RunGrade, words: str, offered: set[str]) -> None:
    count = str(len(words.split()) - 1)
    done = run_grade(env={"_GRADE_COMPLETE": "bash_complete", "COMP_WORDS": words, "COMP_CWORD": count})
    assert {line.partition(",")[2] for line in done.stdout.splitlines()} == offered, done.stderr


def test_the_readme_says_how_tab_is_taught(run_grade: RunGrade) -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    for shell in ("bash", "zsh", "fish"):
        assert f"_GRADE_COMPLETE={shell}_source grade" in readme
        assert "_GRADE_COMPLETE" in run_grade(env={"_GRADE_COMPLETE": f"{shell}_source"}).stdout


def test_a_broken_exercise_is_the_graders_fault_and_nobodys_zero(
    run_grade: RunGrade, mine: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "pack" / "broken_one"
    folder.mkdir(parents=True)
    (folder / "exercise.toml").write_text('id = "broken"\ntitle = "B"\nsummary = "s"\npoints = 3\n')
    (folder / "checks.py").write_text(
        "from grader.checks import check\n@check('C', points=3)\ndef c(submission, rng):\n    submission.nothing()\n"
    )
    done = run_grade("broken", mine, "--exercises", tmp_path / "pack", "--format", "json")
    report = json.loads(done.stdout)
    assert done.returncode == 3
    Draft202012Validator(json_schema()).validate(report)
    assert (report["verdict"], report["score"]) == ("grader_error", None)
    assert "The check c of broken broke" in report["reason"]
    (folder / "exercise.toml").write_text("id = 'broken'\npoints = 3\nspeed = 1\n")
    done = run_grade("broken", mine, "--exercises", tmp_path / "pack")
    assert done.returncode == 3
    assert "exercise.toml cannot be used" in done.stderr


def test_help_imports_nothing_heavy(run_grade: RunGrade) -> None:
    import subprocess
    import sys

    heavy = ("torch", "numpy", "rich", "jinja2", "nbformat")
    code = f"import sys, grader.cli; print([m for m in {heavy} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_every_option_of_batch_says_what_it_is_for(run_grade: RunGrade) -> None:
    """Beside each option or on the line below it; the columns of the file with overrides are nowhere else at hand."""
    lines = run_grade("batch", "--help").stdout.partition("Options:")[2].splitlines()
    for line, after in pairwise(lines):
        words = line[34:] or (after[34:] if not after[:34].strip() else "")
        assert not line.lstrip().startswith("-") or re.search("[A-Za-z]{3}", words.partition("[default")[0]), line
    said = " ".join(" ".join(lines).split())
    assert "columns are student, exercise, score, reason." in said
    assert "[default: results]" in said
