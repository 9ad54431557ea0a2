"""The readers of our result formats: each takes a text as its consumer does, by a schema, a parser or its own rules.

Where a consumer cannot be had as a package, its contract is restated in tests/schemas and tests/consumers.
"""

from __future__ import annotations

import base64
import json
import os
import re
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jsonschema
import junitparser
import pytest
import xmlschema
from markdown_it import MarkdownIt
from report_samples import Page, assert_inert_in_a_log

from grader.reporters import Format

TESTS = Path(__file__).parent
JUNIT_SCHEMA = xmlschema.XMLSchema(TESTS / "schemas" / "junit.xsd")
NODE = shutil.which("node")


@dataclass(frozen=True)
class Reading:
    """What a consumer takes from a result."""

    passed: bool
    score: int | None  # None: the consumer counts no score at all
    max_score: int | None
    words: str


def read_junit(text: str) -> Reading:
    assert text.isascii()
    assert_inert_in_a_log(text)
    JUNIT_SCHEMA.validate(text)
    (suite,) = junitparser.JUnitXml.fromstring(text.encode())
    cases = list(suite)
    outcomes = [outcome for case in cases for outcome in case.result]
    assert len(cases) == suite.tests
    assert sum(isinstance(outcome, junitparser.Failure) for outcome in outcomes) == suite.failures
    assert sum(isinstance(outcome, junitparser.Error) for outcome in outcomes) == suite.errors
    assert sum(isinstance(outcome, junitparser.Skipped) for outcome in outcomes) == suite.skipped
    values = {item.name: item.value for item in suite.properties()}
    points = [int(value) for name, value in values.items() if name.startswith("points.")]
    score = int(values["score"]) if "score" in values else None
    assert score in (None, sum(points))
    return Reading(
        passed=suite.failures == suite.errors == 0,
        score=score,
        max_score=int(values["max_score"]),
        words="\n".join(str(outcome.text) for outcome in outcomes),
    )


def read_gradescope(text: str) -> Reading:
    assert text.isascii()
    assert_inert_in_a_log(text)
    results = json.loads(text)
    validate(results, "gradescope-results")
    tests = results["tests"]
    # Test output and names go into the page as text, which Gradescope escapes.
    assert {results["output_format"], *(test["output_format"] for test in tests)} == {"text"}
    assert {test["name_format"] for test in tests} == {"text"}
    assert results["score"] == sum(test["score"] for test in tests)
    return Reading(
        passed=all(test["status"] == "passed" for test in tests),
        score=results["score"],
        max_score=sum(test["max_score"] for test in tests),
        words="\n".join([results["output"], *(test["output"] for test in tests)]),
    )


def read_classroom50(text: str) -> Reading:
    """As its runner does: refuse what breaks the rules; no tests, or passed ones only, are a success."""
    assert text.isascii()
    result = json.loads(text)
    validate(result, "classroom50-result-v1")
    for scored in [result, *result["tests"]]:
        assert type(scored["score"]) is type(scored["max-score"]) is int
        assert scored["score"] <= scored["max-score"]
    return Reading(
        passed=all(test["passed"] for test in result["tests"]),
        score=result["score"],
        max_score=result["max-score"],
        words="\n".join(test["message"] for test in result["tests"]),
    )


def read_classroom(text: str) -> Reading:
    assert text.isascii()
    answer = classroom_reporter(text)
    assert_inert_in_a_log(answer["log"])
    notice = answer["notice"] or {"totalPoints": None, "maxPoints": None}
    return Reading(
        passed=answer["failure"] is None,
        score=notice["totalPoints"],
        max_score=notice["maxPoints"],
        words="\n".join([answer["log"], *(test["message"] for test in json.loads(text)["tests"])]),
    )


def classroom_reporter(text: str) -> dict[str, Any]:
    """What the reporter makes of a result that a step with the id `grade` handed on."""
    if NODE is None:
        pytest.skip("node is not installed")
    environment = {"INPUT_RUNNERS": "grade", "GRADE_RESULTS": base64.b64encode(text.encode()).decode()}
    command = [NODE, str(TESTS / "consumers" / "classroom_reporter.js")]
    done = subprocess.run(command, env={**os.environ, **environment}, capture_output=True, text=True, check=True)
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def read_markdown(text: str) -> Reading:
    page = page_of(text)
    heading = page.words[0]
    score = re.search(r": (\d+)/(\d+)$", heading)
    assert score or heading.endswith(": Not graded")
    return Reading(
        passed="All checks passed." in page.text,
        score=int(score[1]) if score else None,
        max_score=int(score[2]) if score else None,
        words=page.text,
    )


def page_of(text: str) -> Page:
    """Markdown as GitHub would show it, which links whatever looks like an address."""
    assert_inert_in_a_log(text)
    page = Page(GITHUB.render(text))
    prose = " ".join(page.prose)
    assert not re.search(r"@\w|#\d|\bGH-\d", prose)  # mentions and references
    tags = {tag for tag, _ in page.tags}
    assert tags <= {
        *("h3", "h4", "p", "br", "strong", "blockquote", "pre", "code"),
        *("table", "thead", "tbody", "tr", "th", "td", "details", "summary"),
    }
    values = {value for _, attributes in page.tags for value in attributes.items()}
    assert values <= {("class", "language-text"), ("style", "text-align:right")}
    assert len(page.named("details")) == len(page.named("summary")) <= 1
    return page


def validate(data: Any, name: str) -> None:
    schema = json.loads((TESTS / "schemas" / f"{name}.schema.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator(schema).validate(data)


def github() -> MarkdownIt:
    """Renders the Markdown that GitHub takes."""
    reader = MarkdownIt("gfm-like", {"html": True})
    reader.linkify.set({"fuzzy_link": False})  # which also links my.py; of names without a protocol GitHub links www.
    for prefix in ("www.", "@"):
        reader.linkify.add(prefix, {"validate": lambda _, text, at: len(re.match(r"\w*", text[at:])[0])})
    return reader


GITHUB = github()
READERS: dict[Format, Callable[[str], Reading]] = {
    Format.JUNIT: read_junit,
    Format.GRADESCOPE: read_gradescope,
    Format.CLASSROOM: read_classroom,
    Format.CLASSROOM50: read_classroom50,
    Format.MARKDOWN: read_markdown,
}
