"""A report in, text out: the golden folders, the promises of each format, and hostile text in every field.

A folder of tests/golden holds report.json and what is made of it, a file for each format (terminal.txt: 80 columns,
no colour). After a wanted change, write them anew and read the difference:

    REGENERATE_GOLDEN=1 python -m pytest tests/test_reporters.py
"""

from __future__ import annotations

import dataclasses
import json
import math
import os
import re
import subprocess
import sys
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st
from report_samples import (
    CASES,
    GOLDEN,
    REPORTS,
    Page,
    assert_inert_in_a_log,
    changed_check,
    golden,
    hostile_reports,
    rendered,
    with_output,
)
from rich.cells import cell_len

from grader import model
from grader.model import (
    Audience,
    CheckResult,
    Figure,
    Look,
    Map,
    Place,
    Point,
    Report,
    Series,
    Status,
    Verdict,
    Visibility,
)
from grader.reporters import Format, render
from grader.reporters.json_report import from_dict, json_schema, to_dict

EXPECTED = {
    "terminal.txt": Format.TERMINAL,
    "report.html": Format.HTML,
    "report.md": Format.MARKDOWN,
    "junit.xml": Format.JUNIT,
    "gradescope.json": Format.GRADESCOPE,
    "classroom.json": Format.CLASSROOM,
    "classroom50.json": Format.CLASSROOM50,
}
WORDS = {"title", "description"}  # as keywords; a property of that name is an object
PUBLISHED = Path(__file__).parent / "schemas" / f"report-{model.SCHEMA_VERSION}.schema.json"


# --- golden folders ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("file", EXPECTED)
@pytest.mark.parametrize("case", CASES)
def test_golden(case: str, file: str) -> None:
    made = rendered(golden(case), EXPECTED[file])
    path = GOLDEN / case / file
    if os.environ.get("REGENERATE_GOLDEN"):
        path.write_text(made, encoding="utf-8", newline="\n")
    assert made == path.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("kind", "times"),
    [
        (Format.TERMINAL, 1),
        (Format.HTML, 1),
        (Format.MARKDOWN, 1),
        (Format.JUNIT, 3),  # whoever opens one of its failures sees no other
        (Format.GRADESCOPE, 3),
        (Format.JSON, 3),
    ],
)
def test_a_mistake_is_explained_once_to_whoever_reads_from_the_top(kind: Format, times: int) -> None:
    text = rendered(golden("map"), kind)
    assert text.count("BCEWithLogitsLoss has a sigmoid built in") == times
    assert text.count("logits loss, explained above") == 3 - times


# --- every format ------------------------------------------------------------------------------------------


@hostile_reports
@given(REPORTS, st.sampled_from([60, 80, 100, 120]))
def test_a_terminal_report_of_anything_is_inert_and_fits(report: Report, width: int) -> None:
    text = render(report, Format.TERMINAL, width=width)
    assert_inert_in_a_log(text)
    assert "\t" not in text
    assert all(cell_len(line) <= width for line in text.split("\n"))
    assert all(line == line.rstrip() for line in text.split("\n"))
    coloured = render(report, Format.TERMINAL, width=width, color=True)
    assert re.sub(r"\x1b\[[0-9;]*m", "", coloured) == text


@hostile_reports
@given(REPORTS)
def test_an_html_report_of_anything_is_well_formed_and_holds_no_script(report: Report) -> None:
    html = render(report, Format.HTML)
    page = Page(html)
    assert "<script" not in html.lower()
    assert not {tag for tag, _ in page.tags} & {
        "script",
        "img",
        "iframe",
        "object",
        "link",
        "base",
        "form",
        "a",
    }
    assert not any(
        name.startswith("on") or name in {"href", "src", "style"} for _, attrs in page.tags for name in attrs
    )
    assert len(page.named("meta")) == 5  # a refresh would be one more, and no policy stops it
    ids = [attributes["id"] for _, attributes in page.tags if "id" in attributes]
    assert len(ids) == len(set(ids))
    assert_inert_in_a_log(html.replace("\t", ""))


@hostile_reports
@given(REPORTS)
def test_a_json_report_of_anything_keeps_to_the_schema(report: Report) -> None:
    text = render(report, Format.JSON)
    assert text.isascii()
    assert_inert_in_a_log(text)
    jsonschema.Draft202012Validator(json_schema()).validate(json.loads(text))


@hostile_reports
@given(REPORTS)
def test_a_json_report_has_a_line_for_each_key_and_each_item_of_a_list(report: Report) -> None:
    text = render(report, Format.JSON)
    data = json.loads(text)
    lists = [value for value in data.values() if isinstance(value, list) and value]
    items = [json.loads(line.rstrip(",")) for line in text.split("\n") if line.startswith("    ")]
    assert items == [item for value in lists for item in value]
    assert text.count("\n") == 2 + len(data) + len(lists) + len(items)


@pytest.mark.parametrize("kind", Format)
def test_the_detail_of_a_hidden_check_is_for_instructors(kind: Format) -> None:
    report = changed_check(visibility=Visibility.HIDDEN, detail="the secret input")
    assert "the secret input" not in rendered(report, kind)
    assert "the secret input" in rendered(replace(report, audience=Audience.INSTRUCTOR), kind)
    assert "the secret input" in rendered(changed_check(detail="the secret input"), kind)


@pytest.mark.parametrize("kind", Format)
def test_a_report_is_the_same_each_time(kind: Format) -> None:
    assert rendered(golden("hostile"), kind) == rendered(golden("hostile"), kind)


@pytest.mark.parametrize(
    ("kind", "limit"),
    [
        (Format.TERMINAL, 30_000),
        (Format.HTML, 250_000),
        (Format.MARKDOWN, 100_000),
        (Format.JUNIT, 30_000),
        (Format.GRADESCOPE, 30_000),
    ],
)
@pytest.mark.parametrize("output", ["x" * 1_000_000, "a line\n" * 150_000, "\x1b[A" * 300_000])
def test_a_megabyte_of_output_is_cut_and_says_so(kind: Format, limit: int, output: str) -> None:
    text = render(with_output(output), kind)
    assert len(text) < limit
    assert "left out" in text


@pytest.mark.parametrize("kind", [Format.TERMINAL, Format.HTML, Format.MARKDOWN])
@pytest.mark.parametrize(
    ("verdict", "words"),
    [
        (Verdict.PASSED, "All checks passed."),
        (Verdict.FAILED, "1 of 5 checks passed."),
        (Verdict.CRASHED, "Your code stopped before"),
        (Verdict.TIMED_OUT, "Your code ran out of time"),
        (Verdict.GRADER_ERROR, "This is not your fault."),
    ],
)
def test_each_verdict_is_said_in_words(kind: Format, verdict: Verdict, words: str) -> None:
    text = render(replace(golden("mixed"), verdict=verdict), kind, width=120)
    assert words in text
    assert ("Not graded" in text) == (verdict is Verdict.GRADER_ERROR)


@pytest.mark.parametrize("kind", [Format.TERMINAL, Format.HTML, Format.MARKDOWN])
def test_a_fault_of_the_grader_shows_no_score(kind: Format) -> None:
    text = render(replace(golden("mixed"), verdict=Verdict.GRADER_ERROR, checks=()), kind)
    assert not re.search(r"\b2/10\b|of 10", text)


@pytest.mark.parametrize(
    "kind", [Format.TERMINAL, Format.HTML, Format.JSON, Format.MARKDOWN, Format.JUNIT, Format.GRADESCOPE]
)
def test_a_note_on_the_score_is_shown_where_a_format_has_a_place_for_it(kind: Format) -> None:
    notes = ("Handed in late: 5 of 10 points are taken, 5 count.", "Set by hand to 7 of 10: agreed in the lab.")
    report = replace(golden("mixed"), notes=notes)
    text = render(report, kind, width=120)
    assert all(note in text for note in notes)
    assert "agreed in the lab" not in render(golden("mixed"), kind)
    assert text.index(notes[0]) < text.index("The loop trains the model")


# --- terminal ----------------------------------------------------------------------------------------------


def test_a_status_is_told_by_a_word_and_points_by_numbers() -> None:
    text = render(golden("mixed"), Format.TERMINAL)
    for status, points in [("PASS", "2 of 2"), ("FAIL", "0 of 4"), ("ERROR", "0 of 2"), ("SKIP", "0 of 1")]:
        assert re.search(rf"^  . {status} .* {points}$", text, re.MULTILINE)
    assert "2/10" in text


def test_a_failed_check_says_what_where_and_what_to_try() -> None:
    text = render(golden("mixed"), Format.TERMINAL, width=120)
    assert "Known mistake: never zeroed" in text
    assert "line 31 in train: loss.backward()" in text
    assert "Try: Call `optimizer.zero_grad()`" in text


def test_a_line_in_a_notebook_is_named_by_its_cell() -> None:
    trace = (Place(line=2, code="y = x.sum()", cell=3, cell_first_line="x = torch.randn(4)"),)
    assert "cell 3 (x = torch.randn(4)), line 2: y = x.sum()" in render(changed_check(trace=trace), Format.TERMINAL)


def test_each_line_of_output_stands_behind_a_bar() -> None:
    text = render(with_output("one\n\n::error::two\n  three\n"), Format.TERMINAL)
    assert "  │ one\n  │\n  │ ::error::two\n  │   three\n" in text


def test_the_last_line_says_what_isolated_the_code() -> None:
    report = golden("full_marks")
    bare = replace(report, environment=replace(report.environment, isolation=()))
    assert render(report, Format.TERMINAL).endswith(
        "Isolation: Landlock, seccomp, resource limits, user namespace · seed 7\n"
    )
    assert render(bare, Format.TERMINAL).endswith("Isolation: none · seed 7\n")


def test_colour_comes_only_from_the_caller(monkeypatch: pytest.MonkeyPatch) -> None:
    plain, coloured = (render(golden("mixed"), Format.TERMINAL, color=color) for color in (False, True))
    assert "\x1b" not in plain
    assert "\x1b[" in coloured
    for name, value in {"FORCE_COLOR": "1", "NO_COLOR": "1", "COLUMNS": "44", "TERM": "dumb"}.items():
        monkeypatch.setenv(name, value)
    assert render(golden("mixed"), Format.TERMINAL, color=False) == plain
    assert render(golden("mixed"), Format.TERMINAL, color=True) == coloured


def test_markup_of_a_submission_is_text() -> None:
    assert "[bold red]x[/] [link=http://a.example]y[/link]" in render(
        with_output("[bold red]x[/] [link=http://a.example]y[/link]"), Format.TERMINAL, color=True
    )


# --- HTML --------------------------------------------------------------------------------------------------


def test_a_workflow_command_is_broken_and_read_as_it_was_written() -> None:
    html = render(with_output("one\n::error::two\n \u3000::add-mask::x\nx[::2]"), Format.HTML)
    assert not re.search(r"^\s*::", html, re.MULTILINE)
    assert "one ::error::two ::add-mask::x x[::2]" in Page(html).text


def test_a_megabyte_of_blank_lines_is_no_work() -> None:
    assert render(with_output("x" + "\n" * 199_000 + "x"), Format.HTML).count("\n") > 199_000


def test_the_page_is_self_contained_and_says_so_to_the_browser() -> None:
    page = Page(render(golden("mixed"), Format.HTML))
    policies = [meta["content"] for meta in page.named("meta") if meta.get("http-equiv") == "Content-Security-Policy"]
    assert len(policies) == 1
    assert re.fullmatch(
        r"default-src 'none'; style-src 'sha256-[\w+/]{43}='; base-uri 'none'; form-action 'none'",
        policies[0] or "",
    )


def test_headings_are_in_order_and_the_language_is_named() -> None:
    page = Page(render(golden("mixed"), Format.HTML))
    levels = [int(tag[1]) for tag, _ in page.tags if re.fullmatch(r"h[1-6]", tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))
    assert page.named("html") == [{"lang": "en"}]


def test_a_figure_is_drawn_named_described_and_tabled() -> None:
    page = Page(render(golden("mixed"), Format.HTML))
    pictures = [svg for svg in page.named("svg") if svg.get("role") == "img"]
    assert len(pictures) == 2
    assert "“yours” is 0.94 at epoch 1 and 940 at epoch 8." in page.text
    assert "loss (log scale)" in page.text
    assert len(page.named("table")) == 2
    looks = {path["class"] for path in page.named("path") if "curve" in (path.get("class") or "")}
    assert looks == {"curve c0", "curve c1"}


def test_backticks_become_code_and_nothing_else_does() -> None:
    html = render(changed_check(reason="Use `<b>` and **not** ` this\n`x`", hint=""), Format.HTML)
    assert "Use <code>&lt;b&gt;</code> and **not** ` this\n<code>x</code>" in html


# --- JSON --------------------------------------------------------------------------------------------------


def test_the_schema_is_a_schema_and_describes_each_field() -> None:
    schema = json_schema()
    jsonschema.Draft202012Validator.check_schema(schema)

    def walk(node: dict[str, Any]) -> None:
        assert "$ref" in node or node["description"]
        for child in node.get("properties", {}).values():
            walk(child)
        if "items" in node:
            walk(node["items"])
        if node.get("type") == "object":
            assert node["additionalProperties"] is False
            assert node["required"] == list(node["properties"])

    walk(schema)
    for definition in schema["$defs"].values():
        walk(definition)


@pytest.mark.parametrize(
    ("record", "name"),
    [
        (Place, "place"),
        (Series, "series"),
        (Figure, "figure"),
        (Point, "point"),
        (Map, "map"),
        (CheckResult, "check"),
        (Report, None),
    ],
)
def test_the_schema_holds_exactly_the_model(record: type, name: str | None) -> None:
    schema = json_schema()["$defs"][name] if name else json_schema()
    assert set(schema["properties"]) == {field.name for field in dataclasses.fields(record)}


def test_the_schema_lists_the_models_enumerations_and_version() -> None:
    schema = json_schema()
    check = schema["$defs"]["check"]["properties"]
    assert check["status"]["enum"] == [status.value for status in Status]
    assert schema["$defs"]["figure"]["properties"]["look"]["enum"] == [look.value for look in Look]
    assert check["visibility"]["enum"] == [visibility.value for visibility in Visibility]
    assert schema["properties"]["verdict"]["enum"] == [verdict.value for verdict in Verdict]
    assert schema["properties"]["audience"]["enum"] == [audience.value for audience in Audience]
    assert schema["properties"]["schema_version"]["const"] == model.SCHEMA_VERSION


def test_the_schema_is_the_one_published_under_its_version() -> None:
    """Scripts read reports by it. Words may change; for anything else raise SCHEMA_VERSION (a minor version only adds
    fields) and record the new schema beside the old one: that file is what a version means."""

    def shape(node: Any) -> Any:
        if isinstance(node, list):
            return [shape(item) for item in node]
        if isinstance(node, dict):
            return {key: shape(value) for key, value in node.items() if key not in WORDS or isinstance(value, dict)}
        return node

    assert shape(json_schema()) == shape(json.loads(PUBLISHED.read_text(encoding="utf-8")))


@pytest.mark.parametrize("case", CASES)
def test_a_recorded_report_keeps_to_the_schema(case: str) -> None:
    """The recorded reports are older than any change of the model: what wrote them may still be installed."""
    recorded = json.loads((GOLDEN / case / "report.json").read_text(encoding="utf-8"))
    schema = PUBLISHED.with_name(f"report-{recorded['schema_version']}.schema.json")
    jsonschema.Draft202012Validator(json.loads(schema.read_text(encoding="utf-8"))).validate(recorded)


@pytest.mark.parametrize("case", CASES)
def test_an_older_report_is_written_anew_by_the_schema_of_today(case: str) -> None:
    jsonschema.Draft202012Validator(json_schema()).validate(json.loads(render(golden(case), Format.JSON)))


@pytest.mark.parametrize("case", CASES)
def test_keys_stand_in_the_schemas_order(case: str) -> None:
    schema, data = json_schema(), json.loads(render(golden(case), Format.JSON))
    assert list(data) == schema["required"]
    assert all(list(check) == schema["$defs"]["check"]["required"] for check in data["checks"])


@pytest.mark.parametrize("case", ["full_marks", "mixed", "crashed_at_import", "notebook"])
def test_data_becomes_the_same_report_again(case: str) -> None:
    report = golden(case)
    assert from_dict(to_dict(report)) == report


def test_what_is_not_finite_becomes_null() -> None:
    series = Series(label="a", values=(1.0, math.nan, math.inf, -math.inf))
    report = changed_check(figures=(Figure(title="", x_label="", y_label="", series=(series,)),))
    data = json.loads(render(report, Format.JSON))
    assert data["checks"][0]["figures"][0]["series"][0]["values"] == [1.0, None, None, None]


# --- cost --------------------------------------------------------------------------------------------------


def test_a_library_is_imported_only_by_the_reporter_that_needs_it() -> None:
    program = """
import sys
from grader.model import Environment, Report, SubmissionId, Verdict
from grader.reporters import Format, render

assert not {"rich", "jinja2", "torch", "json"} & set(sys.modules), "at import"
nobody = SubmissionId(name="", sha256="")
nowhere = Environment(python="", torch="", grader="")
report = Report(
    exercise="ex1", title="", submission=nobody, verdict=Verdict.PASSED, score=1, max_score=1, seed=0,
    checks=(), environment=nowhere,
)
render(report, Format.TERMINAL)
assert not {"jinja2", "torch", "rich.table", "pygments"} & set(sys.modules), "for a terminal"
"""
    subprocess.run([sys.executable, "-c", program], check=True)
