"""The formats that other systems read, each made from what the real engine reports and given to its reader."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path

import junitparser
import pytest
from conftest import ENGINE_PACK, RunGrade
from hypothesis import given
from report_samples import (
    REPORTS,
    RUNNER,
    assert_inert_in_a_log,
    changed_check,
    golden,
    hostile_reports,
    rendered,
    with_output,
)
from result_readers import READERS, classroom_reporter, page_of, validate

from grader.exercise import Exercise, find_exercise
from grader.grading import grade
from grader.model import Audience, Place, Report, Status, Verdict
from grader.reporters import Format, missing, render
from grader.sandbox.launch import Launcher
from grader.submission import read_submission

HOSTILE = (
    "::error file=a.py::pwned\n  ::stop-commands::x\n]]></failure><x/>&lt; <img src=x onerror=alert(1)> </details>\n"
    "- [ ] [a](http://evil.example) ![i](https://evil.example/i.png) www.evil.example x@evil.example @everyone #1\n"
    "| a | b |\n|---|---|\n# h\n> [!NOTE]\n```\n~~~\n``` \n1. x ~~y~~ **z** _w_ `v` `` ` $x$ <b> \\* GH-1\n"
    "\x1b[2J\x00\ud800\n:-:\n===\n---\n\u2028::warning::z"
)


@dataclass(frozen=True)
class Case:
    """A submission, and what every format must say of it."""

    source: str
    verdict: Verdict
    score: int
    says: str = ""


CASES = {
    "full marks": Case("def f(x): return 3 * x**2\ng = h = f\n", Verdict.PASSED, 10),
    "partial": Case(
        "def f(x): return 6 * x**2\ndef g(x): return 3 * x**2\nh = g\n",
        Verdict.FAILED,
        3,
        "The answer is 2 times what it should be.",
    ),
    "hidden check": Case("def f(x): return 3 * x**2\ng = abs\nh = f\n", Verdict.FAILED, 7, "g(x)"),
    "crashed at import": Case("import torch\ntorch.nope()\n", Verdict.CRASHED, 0, "has no attribute 'nope'"),
    "syntax error": Case("def f(x:\n", Verdict.CRASHED, 0, "Python cannot read"),
    "killed at import": Case("import os\nos._exit(0)\n", Verdict.CRASHED, 0, "ended by itself"),
    "timed out at import": Case("while True: pass\n", Verdict.TIMED_OUT, 0, "seconds"),
    "timed out": Case(
        "def f(x):\n    while True: pass\ndef g(x): return 3 * x**2\nh = g\n", Verdict.TIMED_OUT, 3, "2 seconds"
    ),
    "hostile": Case(
        f"text = {HOSTILE!r}\nprint(text)\ndef g(x): return 3 * x**2\nh = g\ndef f(x): raise ValueError(text)\n",
        Verdict.FAILED,
        3,
        "pwned",
    ),
}
GRADER_ERROR = "grader error"


def consistent(report: Report) -> Report:
    """`report` with the points and score that the engine would give it."""
    checks = tuple(
        replace(check, id=f"{number} {check.id}", points=check.max_points if check.status is Status.PASS else 0)
        for number, check in enumerate(report.checks)
    )
    verdict = report.verdict
    if verdict is Verdict.PASSED and (not checks or any(check.status is not Status.PASS for check in checks)):
        verdict = Verdict.FAILED
    return replace(
        report,
        checks=checks,
        verdict=verdict,
        score=None if verdict is Verdict.GRADER_ERROR else sum(check.points for check in checks),
        max_score=sum(check.max_points for check in checks),
    )


@pytest.fixture(scope="module")
def reports(launcher: Launcher, plain: Exercise, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Report]:
    """What the real engine reports of each case."""
    folder = tmp_path_factory.mktemp("reports")

    def graded(source: str, exercise: Exercise) -> Report:
        path = folder / "mine.py"
        path.write_text(source)
        return grade(exercise, read_submission(path), launcher)

    broken = folder / "pack" / "broken"
    shutil.copytree(plain.folder, broken)
    with (broken / "checks.py").open("a") as file:
        file.write("\n\n@check('Broken', points=2)\ndef broken(submission, rng):\n    submission.nothing()\n")
    toml = (broken / "exercise.toml").read_text()
    toml = toml.replace('id = "plain"', 'id = "broken"').replace("points = 10", "points = 12")
    (broken / "exercise.toml").write_text(toml)
    faulty = graded(CASES["full marks"].source, find_exercise("broken", (folder / "pack",)))
    return {name: graded(case.source, plain) for name, case in CASES.items()} | {GRADER_ERROR: faulty}


def test_the_cases_end_as_they_should(reports: dict[str, Report]) -> None:
    for name, case in CASES.items():
        assert (reports[name].verdict, reports[name].score) == (case.verdict, case.score), name
    assert (reports[GRADER_ERROR].verdict, reports[GRADER_ERROR].score) == (Verdict.GRADER_ERROR, None)


# --- every format ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", READERS)
@pytest.mark.parametrize("name", CASES)
def test_the_consumer_reads_the_score_and_what_went_wrong(kind: Format, name: str, reports: dict[str, Report]) -> None:
    case, reading = CASES[name], READERS[kind](rendered(reports[name], kind))
    assert (reading.score, reading.passed) == (case.score, case.verdict is Verdict.PASSED)
    assert case.says in reading.words


@pytest.mark.parametrize("kind", READERS)
def test_a_fault_of_the_grader_is_neither_a_pass_nor_a_silent_zero(kind: Format, reports: dict[str, Report]) -> None:
    reading = READERS[kind](rendered(reports[GRADER_ERROR], kind))
    assert not reading.passed
    assert "The grader had a problem, so there is no score. This is not your fault." in reading.words
    assert "The check broken of broken broke" in reading.words
    # Two consumers cannot do without a number: of nothing, and with the words above.
    assert reading.score == (0 if kind in {Format.GRADESCOPE, Format.CLASSROOM50} else None)
    assert reading.max_score != 10


@pytest.mark.parametrize("kind", READERS)
def test_a_report_without_a_check_is_no_pass(kind: Format) -> None:
    stopped = replace(golden("crashed_at_import"), checks=())
    reading = READERS[kind](rendered(stopped, kind))
    assert (reading.passed, reading.score) == (False, 0)
    assert "NameError: name 'nn' is not defined" in reading.words


@pytest.mark.parametrize("kind", [Format.JUNIT, Format.GRADESCOPE, Format.CLASSROOM50, Format.MARKDOWN])
@hostile_reports
@given(REPORTS.map(consistent))
def test_a_report_of_anything_is_well_formed_and_inert(kind: Format, report: Report) -> None:
    reading = READERS[kind](rendered(report, kind))
    assert reading.score in (report.score, report.score or 0)


@hostile_reports
@given(REPORTS.map(consistent))
def test_a_classroom_result_of_anything_is_well_formed_and_inert(report: Report) -> None:
    text = rendered(report, Format.CLASSROOM)
    result = json.loads(text)
    assert text.isascii()
    assert result["tests"]
    for test in result["tests"]:
        assert test["status"] in {"pass", "fail", "error"}
        assert test["name"]
        for printed in ("name", "message", "test_code", "filename"):
            assert_inert_in_a_log(test[printed])
    if result["max_score"]:
        assert sum(test["score"] for test in result["tests"]) == report.score


@pytest.mark.parametrize("kind", [Format.JUNIT, Format.GRADESCOPE, Format.CLASSROOM, Format.CLASSROOM50])
def test_what_a_hidden_check_compares_with_stays_hidden(kind: Format, reports: dict[str, Report]) -> None:
    report = reports["hidden check"]
    assert report.checks[1].detail
    assert "tensor(" not in rendered(report, kind)
    assert "tensor(" in rendered(replace(report, audience=Audience.INSTRUCTOR), kind)


# --- one by one --------------------------------------------------------------------------------------------


def test_junit_keeps_the_points_of_each_check(reports: dict[str, Report]) -> None:
    (suite,) = junitparser.JUnitXml.fromstring(rendered(reports["partial"], Format.JUNIT).encode())
    values = {item.name: item.value for item in suite.properties()}
    assert {name: values[f"points.{name}"] for name in ("worked", "drawn", "dependent")} == {
        "worked": "0",
        "drawn": "3",
        "dependent": "0",
    }
    assert (values["max_points.worked"], values["score"], values["max_score"]) == ("5", "3", "10")
    assert (suite.failures, suite.errors, suite.skipped) == (1, 0, 1)
    assert suite.name == "plain"


def test_junit_keeps_what_the_code_printed(reports: dict[str, Report]) -> None:
    (suite,) = junitparser.JUnitXml.fromstring(rendered(reports["hostile"], Format.JUNIT).encode())
    printed = suite.child(junitparser.SystemOut).text
    assert printed.startswith("\\::error file=a.py::pwned\n  \\::stop-commands::x\n]]></failure><x/>&lt; <img")


def test_gradescope_shows_a_student_each_check_and_the_total(reports: dict[str, Report]) -> None:
    for report in reports.values():
        tests = json.loads(rendered(report, Format.GRADESCOPE))["tests"]
        assert {test["visibility"] for test in tests} == {"visible"}


def test_gradescope_hides_the_hidden_checks_of_an_instructors_report(reports: dict[str, Report]) -> None:
    report = replace(reports["hidden check"], audience=Audience.INSTRUCTOR)
    tests = json.loads(rendered(report, Format.GRADESCOPE))["tests"]
    assert [test["visibility"] for test in tests] == ["visible", "hidden", "visible"]


def test_the_classroom_reporter_names_the_students_line(reports: dict[str, Report]) -> None:
    tests = json.loads(rendered(reports["hostile"], Format.CLASSROOM))["tests"]
    assert (tests[0]["filename"], tests[0]["line_no"]) == ("mine.py", 5)
    assert tests[0]["test_code"] == "def f(x): raise ValueError(text)"
    assert tests[1]["line_no"] == 0  # "no line" to the reporter, which would print anything else


def test_a_line_in_a_notebook_is_no_line_of_the_file() -> None:
    trace = (Place(line=2, code="x", cell=3, cell_first_line="y"),)
    (test,) = json.loads(rendered(changed_check(trace=trace), Format.CLASSROOM))["tests"]
    assert test["line_no"] == 0
    assert "cell 3 (y), line 2: x" in test["message"]


def test_the_classroom_reporter_says_which_check_it_was(reports: dict[str, Report]) -> None:
    log = classroom_reporter(rendered(reports["hostile"], Format.CLASSROOM))["log"]
    assert "Error: f at the worked example: It raised ValueError" in log


def test_classroom50_gets_the_identity_that_its_runner_set(reports: dict[str, Report]) -> None:
    result = json.loads(rendered(reports["partial"], Format.CLASSROOM50))
    assert result["review"] == result["commit"] == RUNNER["COMMIT_URL"]
    assert result["datetime"] == "2026-06-01T14:32:05Z"
    review = json.loads(render(golden("mixed"), Format.CLASSROOM50, environment={**RUNNER, "REVIEW_URL": "https://r"}))
    assert review["review"] == "https://r"


def test_classroom50_gets_a_time_from_a_tag_without_one() -> None:
    text = render(golden("mixed"), Format.CLASSROOM50, environment={**RUNNER, "SUBMISSION_TAG": "submit/by-hand"})
    validate(json.loads(text), "classroom50-result-v1")


def test_an_older_classroom50_runner_stamps_the_owner_itself() -> None:
    older = {name: value for name, value in RUNNER.items() if name not in {"OWNER", "ASSIGNMENT_TYPE"}}
    result = json.loads(render(golden("mixed"), Format.CLASSROOM50, environment=older))
    validate({**result, "owner": "student", "assignment_type": "individual"}, "classroom50-result-v1")


def test_only_classroom50_needs_an_environment() -> None:
    assert [kind for kind in Format if missing(kind, {})] == [Format.CLASSROOM50]
    assert missing(Format.CLASSROOM50, RUNNER) == ()
    assert missing(Format.CLASSROOM50, {**RUNNER, "ASSIGNMENT": ""}) == ("ASSIGNMENT",)


@pytest.mark.parametrize("field", ["reason", "hint", "detail"])
def test_markdown_shows_hostile_text_as_it_is(field: str) -> None:
    shown = page_of(rendered(changed_check(**{field: HOSTILE}), Format.MARKDOWN)).text.replace("\u200b", "")
    for line in HOSTILE.split("\n")[:7]:
        assert line.strip() in shown


@pytest.mark.parametrize("field", ["reason", "hint", "detail", "title", "mistake", "code", "output", "name", "advice"])
@pytest.mark.parametrize("text", [*HOSTILE.split("\n"), HOSTILE, "a | b", "~~x~~", "````\n</details>\n~~~\n# h"])
def test_nothing_of_the_students_changes_the_structure_of_the_page(field: str, text: str) -> None:
    def structure(text: str) -> list[str]:
        match field:
            case "code":
                report = changed_check(trace=(Place(line=1, code=text, function=text),))
            case "output":
                report = with_output(f"x{text}")
            case "name":
                report = golden("mixed")
                report = replace(report, submission=replace(report.submission, name=text))
            case "advice":
                report = replace(golden("mixed"), advice=(text,))
            case _:
                report = changed_check(**{field: text})
        tags = [tag for tag, _ in page_of(rendered(report, Format.MARKDOWN)).tags if tag != "br"]
        return [tag for before, tag in pairwise(["", *tags]) if tag != "code" or before == "pre"]

    assert structure(text) == structure("harmless" if text.strip() else text)


def test_markdown_keeps_code_between_backticks() -> None:
    page = page_of(rendered(changed_check(reason="Call `a.b()` and ` not `<c>`", hint=""), Format.MARKDOWN))
    assert "a.b()" in page.words and "a.b()" not in page.prose
    assert "<c>" in page.text


def test_markdown_tells_points_and_results_in_a_table(reports: dict[str, Report]) -> None:
    page = page_of(rendered(reports["partial"], Format.MARKDOWN))
    assert "a | b ✗ Failed 0 of 4" in page_of(rendered(changed_check(title="a | b"), Format.MARKDOWN)).text
    for cells in ["f at the worked example ✗ Failed 0 of 5", "g at drawn values ✓ Passed 3 of 3", "- Skipped 0 of 2"]:
        assert cells in page.text


# --- the command line --------------------------------------------------------------------------------------


def test_a_result_is_written_where_it_is_wanted(run_grade: RunGrade, tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text(CASES["partial"].source)
    done = run_grade("plain", "mine.py", "--exercises", ENGINE_PACK, "--format", "junit", "-o", "junit.xml")
    assert done.returncode == 1
    assert READERS[Format.JUNIT]((tmp_path / "junit.xml").read_text(encoding="utf-8")).score == 3


def test_classroom50_is_written_with_what_its_runner_sets(run_grade: RunGrade, tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text(CASES["partial"].source)
    command = ("plain", "mine.py", "--exercises", ENGINE_PACK, "--format", "classroom50")
    assert READERS[Format.CLASSROOM50](run_grade(*command, env=RUNNER).stdout).score == 3
    refused = run_grade(*command, env=dict.fromkeys(RUNNER, ""))
    assert refused.returncode == 2
    assert refused.stdout == ""
    assert "--format classroom50 needs the environment variables CLASSROOM, ASSIGNMENT," in refused.stderr
