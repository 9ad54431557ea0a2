"""GitHub Actions: the annotations and outputs of a step, and the action's own steps run as its runner runs them."""

from __future__ import annotations

import base64
import json
import shutil
import stat
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from actions_support import Finished, Runner, commands_in, load_yaml
from conftest import ENGINE_PACK, ROOT, RunGrade
from hypothesis import given
from report_samples import REPORTS, assert_inert_in_a_log, changed_check, golden, hostile_reports
from result_readers import Reading, page_of, read_classroom

from grader.model import Place, Report, Status, Verdict, Visibility
from grader.reporters import render_step
from grader.reporters.actions import MOST_RESULT, step_without_report

ACTION = ROOT / ".github" / "actions" / "grade"
HOSTILE_NAME = "a,b:c%0A::error::pwned $(touch pwned) `touch pwned` '\"; touch pwned; .py"
HOSTILE_TEXT = "100%\n::error file=a.py::pwned\n  ::stop-commands::x\r\n%0A::add-mask::y\n##[error]z, w: v"
RIGHT = "def f(x): return 3 * x**2\ng = h = f\n"
DOUBLED = "def f(x): return 6 * x**2\ndef g(x): return 3 * x**2\nh = g\n"
HOSTILE = (
    f"text = {HOSTILE_TEXT!r}\nprint(text)\ndef g(x): return 3 * x**2\nh = g\n\ndef f(x):\n    raise ValueError(text)\n"
)

on_a_posix_shell = pytest.mark.skipif(sys.platform == "win32", reason="the action's shell is the one of Linux runners")


# --- what is handed on -------------------------------------------------------------------------------------


def test_an_annotation_stands_at_the_students_line() -> None:
    trace = (Place(line=3, code="f(x)"), Place(line=7, code="raise ValueError", function="f"))
    step = render_step(
        changed_check(status=Status.ERROR, reason="It broke: 100%, really", trace=trace), file="src/my.py"
    )
    (command,) = commands_in(step.annotations)
    assert command.properties == {"file": "src/my.py", "line": "7", "title": "Weights and losses follow plain SGD"}
    assert command.message.startswith("It broke: 100%, really\n")
    assert "%25, really%0A" in step.annotations


def test_a_line_of_a_notebook_is_no_line_of_its_file() -> None:
    trace = (Place(line=2, code="x", cell=3, cell_first_line="y"),)
    (command,) = commands_in(render_step(changed_check(trace=trace), file="my.ipynb").annotations)
    assert "line" not in command.properties
    assert "cell 3 (y), line 2: x" in command.message


def test_only_what_went_wrong_is_annotated() -> None:
    assert render_step(golden("full_marks"), file="my.py").annotations == ""
    report = golden("mixed")
    wrong = [check.title for check in report.checks if check.status in (Status.FAIL, Status.ERROR)]
    found = commands_in(render_step(report, file="my.py").annotations)
    assert [command.properties["title"] for command in found] == wrong


def test_a_fault_of_the_grader_points_at_no_file_of_the_students() -> None:
    report = replace(golden("mixed"), verdict=Verdict.GRADER_ERROR, score=None)
    step = render_step(report, file="my.py")
    (command,) = commands_in(step.annotations)
    assert "file" not in command.properties
    assert outputs_of(step.outputs) | {"result": ""} == {
        "score": "",
        "max-score": "10",
        "verdict": "grader_error",
        "result": "",
    }


@hostile_reports
@given(REPORTS)
def test_nothing_of_the_students_is_a_command_or_an_output(report: Report) -> None:
    step = render_step(report, file=report.submission.name)
    lines = step.annotations.splitlines()
    found = commands_in(step.annotations)
    assert len(found) == len(lines) == step.annotations.count("\n")
    assert {command.name for command in found} <= {"error"}
    for command in found:
        assert set(command.properties) <= {"file", "line", "title"}
        assert_inert_in_a_log(command.message)
    assert set(outputs_of(step.outputs)) == {"score", "max-score", "verdict", "result"}


def test_a_hidden_checks_values_stay_hidden() -> None:
    report = changed_check(visibility=Visibility.HIDDEN, detail="tensor([1.25])")
    step = render_step(report, file="my.py")
    assert "1.25" not in step.annotations + step.summary + decoded(outputs_of(step.outputs)["result"])


def test_a_result_fits_into_the_variable_that_takes_it_to_the_reporter() -> None:
    report = golden("mixed")
    long = replace(report.checks[1], reason="\u5b57" * 7_000, hint="\U0001f600" * 7_000)
    report = replace(report, checks=tuple(replace(long, id=str(number)) for number in range(30)), max_score=120)
    result = outputs_of(render_step(report, file="my.py").outputs)["result"]
    assert len(result) <= MOST_RESULT
    reading = read_classroom(decoded(result))
    assert (reading.passed, reading.max_score) == (False, 120)
    assert "characters left out" in reading.words


def test_where_nothing_was_graded_there_is_a_reason_and_no_score() -> None:
    step = step_without_report("::error::There is no file <b>.py.")
    reading = read_classroom(decoded(outputs_of(step.outputs)["result"]))
    assert (reading.passed, reading.score) == (False, None)
    assert "There is no file <b>.py." in reading.words
    assert "There is no file <b>.py." in page_of(step.summary).text
    assert [command.properties for command in commands_in(step.annotations)] == [{"title": "Not graded"}]


# --- the command line --------------------------------------------------------------------------------------


def test_one_run_writes_the_report_and_all_that_the_step_hands_on(run_grade: RunGrade, tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text(DOUBLED)
    (tmp_path / "summary").write_text("before\n")
    environment = {"GITHUB_STEP_SUMMARY": "summary", "GITHUB_OUTPUT": "output"}
    command = ("plain", "mine.py", "--exercises", ENGINE_PACK, "--github", "--isolation", "reduced")
    done = run_grade(*command, "--format", "json", "-o", "report.json", env=environment)
    assert done.returncode == 1, done.stderr
    assert json.loads((tmp_path / "report.json").read_text())["score"] == 3
    assert (tmp_path / "summary").read_text().startswith("before\n### plain ")
    assert outputs_of((tmp_path / "output").read_text())["verdict"] == "failed"
    (command,) = commands_in(done.stdout)
    assert command.message.startswith("The answer is 2 times what it should be.")


def test_outside_of_a_step_it_says_what_is_missing(run_grade: RunGrade, tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text(RIGHT)
    done = run_grade("ex1", "mine.py", "--github", env={"GITHUB_OUTPUT": "", "GITHUB_STEP_SUMMARY": "summary"})
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("--github needs the environment variable GITHUB_OUTPUT.")


def test_a_file_of_the_step_that_cannot_be_written_is_a_sentence(run_grade: RunGrade, tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text(RIGHT)
    environment = {"GITHUB_OUTPUT": "no/folder/output", "GITHUB_STEP_SUMMARY": "summary"}
    command = ("plain", "mine.py", "--exercises", ENGINE_PACK, "--github", "--isolation", "reduced")
    done = run_grade(*command, env=environment)
    assert done.returncode == 2
    assert "output cannot be written: No such file or directory." in done.stderr


# --- the action --------------------------------------------------------------------------------------------


@pytest.fixture
def runner(tmp_path: Path) -> Runner:
    """A runner whose grader is this one: installing it downloads PyTorch, and no test fetches anything.

    What that step asks pip for is looked at on its own, below.
    """
    workspace, temp = tmp_path / "workspace", tmp_path / "temp"
    workspace.mkdir()
    (temp / "grade" / "bin").mkdir(parents=True)
    (temp / "grade" / "bin" / "grade").symlink_to(Path(sys.executable).parent / "grade")
    return Runner(workspace, temp, skipped={"Install the grader"})


def graded(runner: Runner, source: str, name: str = "mine.py", **inputs: str) -> Finished:
    (runner.workspace / name).write_text(source, encoding="utf-8")
    given = {"exercise": "plain", "file": name, "exercises": str(ENGINE_PACK), "isolation": "reduced"}
    return runner.run(ACTION, given | inputs)


@on_a_posix_shell
@pytest.mark.parametrize(
    ("source", "code", "score", "verdict", "line", "says"),
    [
        (RIGHT, 0, "10", "passed", None, ""),
        (DOUBLED, 1, "3", "failed", None, "The answer is 2 times what it should be."),
        ("def f(x):\n    return x.nope\ng = h = f\n", 1, "0", "failed", "2", "nope"),
        ("import torch\ntorch.nope()\n", 1, "0", "crashed", "2", "has no attribute 'nope'"),
        ("def f(x:\n", 1, "0", "crashed", "1", "Python cannot read"),
        ("import os\nos._exit(0)\n", 1, "0", "crashed", None, "ended by itself"),
        ("while True: pass\n", 1, "0", "timed_out", None, "seconds"),
        ("", 1, "0", "crashed", None, "is empty"),
    ],
)
def test_the_action_hands_on_what_came_of_it(
    runner: Runner, source: str, code: int, score: str, verdict: str, line: str | None, says: str
) -> None:
    finished = graded(runner, source)
    assert finished.code == code, finished.log
    outputs = finished.outputs
    assert (outputs["score"], outputs["max-score"], outputs["verdict"]) == (score, "10", verdict)
    reading = reported(outputs)
    assert (reading.passed, reading.score, reading.max_score) == (verdict == "passed", int(score), 10)
    assert f"plain An exercise for the engine's own tests: {score}/10" in page_of(finished.summary).text
    found = commands_in(finished.log)
    assert bool(found) == bool(says)
    assert all(says in text for text in (finished.log, finished.summary, reading.words))
    assert {command.properties["file"] for command in found} <= {"mine.py"}
    if line:
        assert line in {command.properties.get("line") for command in found}


@on_a_posix_shell
def test_nothing_of_a_hostile_submission_is_obeyed(runner: Runner) -> None:
    finished = graded(runner, HOSTILE, name=HOSTILE_NAME)
    assert finished.code == 1, finished.log
    found = commands_in(finished.log)
    assert [command.name for command in found] == ["error"]
    assert found[0].properties["file"] == HOSTILE_NAME
    assert found[0].properties["line"] == "7"
    assert "file=a.py::pwned" in found[0].message
    assert reported(finished.outputs).score == 3
    page_of(finished.summary)
    assert [path.name for path in runner.workspace.iterdir()] == [HOSTILE_NAME]


@on_a_posix_shell
def test_the_action_keeps_a_report_in_a_format_of_choice(runner: Runner) -> None:
    finished = graded(runner, DOUBLED, format="html", report="report of mine.html")
    assert finished.outputs["score"] == "3"
    assert (runner.workspace / "report of mine.html").read_text(encoding="utf-8").startswith("<!doctype html>")


@on_a_posix_shell
@pytest.mark.parametrize(
    ("inputs", "code", "says"),
    [
        ({"file": "no.py"}, 2, "There is no file no.py."),
        ({"exercise": "--help"}, 2, "There is no exercise '--help'."),
        ({"exercise": "broken", "exercises": "pack"}, 3, "The check c of broken broke"),
        ({"exercise": "spoilt", "exercises": "pack"}, 3, "exercise.toml cannot be used"),
    ],
)
def test_where_nothing_is_graded_the_result_says_so_and_nobody_gets_a_zero(
    runner: Runner, inputs: dict[str, str], code: int, says: str
) -> None:
    for name, settings in (("broken", ""), ("spoilt", "speed = 1\n")):
        folder = runner.workspace / "pack" / f"{name}_one"
        folder.mkdir(parents=True)
        text = f'id = "{name}"\ntitle = "B"\nsummary = "s"\npoints = 3\n{settings}'
        (folder / "exercise.toml").write_text(text)
        check = "@check('C', points=3)\ndef c(submission, rng):\n    submission.nothing()\n"
        (folder / "checks.py").write_text(f"from grader.checks import check\n{check}")
    finished = graded(runner, RIGHT, **inputs)
    assert finished.code == code, finished.log
    assert (finished.outputs["score"], finished.outputs["verdict"]) == ("", "grader_error")
    reading = reported(finished.outputs)
    assert (reading.passed, reading.score) == (False, None)
    assert says in reading.words
    assert says in page_of(finished.summary).text
    assert says in commands_in(finished.log)[0].message


@on_a_posix_shell
def test_a_grader_that_never_started_leaves_a_result_as_well(runner: Runner) -> None:
    shutil.rmtree(runner.temp / "grade")
    finished = graded(runner, RIGHT)
    assert finished.code == 127
    assert (finished.outputs["score"], finished.outputs["verdict"]) == ("", "grader_error")
    reading = reported(finished.outputs)
    assert (reading.passed, reading.score) == (False, None)
    assert "The grader could not be set up, so there is no score." in reading.words


@on_a_posix_shell
def test_the_action_takes_the_cpu_build_from_pytorchs_own_index(runner: Runner) -> None:
    pip = runner.temp / "grade" / "bin" / "pip"
    pip.write_text('#!/bin/sh\necho "pip $PYTHONSAFEPATH $*"\n')
    pip.chmod(pip.stat().st_mode | stat.S_IXUSR)
    runner.skipped = {"Grade"}
    finished = runner.run(ACTION, {"exercise": "ex1", "file": "mine.py"})
    source = f"{ACTION}/../../.."
    assert finished.log.splitlines() == [
        f"pip 1 install --quiet -c {source}/constraints.txt --index-url https://download.pytorch.org/whl/cpu torch",
        f"pip 1 install --quiet -c {source}/constraints.txt {source}",
    ]


def test_the_action_promises_full_isolation_and_puts_no_input_into_a_script() -> None:
    action = load_yaml(ACTION / "action.yml")
    assert action["inputs"]["isolation"]["default"] == "full"
    scripts = [step["run"] for step in action["runs"]["steps"] if "run" in step]
    assert len(scripts) == 3
    assert not [script for script in scripts if "${{" in script]


@pytest.mark.parametrize(
    ("schema", "file"), [("actions", ACTION / "action.yml"), ("workflows", ROOT / ".github" / "workflows" / "ci.yml")]
)
def test_our_own_files_follow_githubs_schemas(schema: str, file: Path) -> None:
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", f"vendor.github-{schema}", str(file)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def outputs_of(text: str) -> dict[str, str]:
    return dict(line.split("=", 1) for line in text.splitlines())


def decoded(result: str) -> str:
    return base64.b64decode(result, validate=True).decode("ascii")


def reported(outputs: dict[str, str]) -> Reading:
    """What GitHub Classroom's reporter makes of the output."""
    return read_classroom(decoded(outputs["result"]))
