"""Reports for the tests of the reporters: recorded ones, hostile ones, and what holds for each text made of them."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from grader.model import (
    Audience,
    CheckResult,
    Environment,
    Figure,
    Look,
    Map,
    Place,
    Point,
    Report,
    Series,
    Status,
    SubmissionId,
    Verdict,
    Visibility,
)
from grader.reporters import Format, render
from grader.reporters.json_report import from_dict

GOLDEN = Path(__file__).parent / "golden"
CASES = sorted(folder.name for folder in GOLDEN.iterdir())

# What Classroom 50's runner sets for an autograder.
RUNNER = {
    "CLASSROOM": "ml-intro",
    "ASSIGNMENT": "ex2",
    "ASSIGNMENT_TYPE": "individual",
    "OWNER": "student",
    "SUBMISSION_TAG": "submit/2026-06-01T14-32-05Z-a1b2c3d",
    "COMMIT_URL": "https://github.example/school/ml-intro-ex2-student/commit/a1b2c3d",
    "RELEASE_URL": "https://github.example/school/ml-intro-ex2-student/releases/tag/submit%2F2026",
    "REVIEW_URL": "",
}

NASTY = [
    "<script>alert(1)</script>",
    "</style></pre></textarea><img src=x onerror=alert(1)>",
    "\x1b]0;title\x07\x1b[2J\x9b31m",
    "::error file=a.py::pwned\n  ::add-mask::x\r::stop-commands::y",
    "a very long sentence that will be wrapped somewhere ::set-output name=a::b " * 3,
    "##[error]x ##vso[task.complete]",
    "\u202egnp.exe\u2066\x00\ud800",
    "[bold]x[/bold] [/] {{ 1 }} {% if %} {# `a` `` ` <b>`c`</b>",
    "\u2028::warning::x\x85::warning::y\x0b::warning::z",
    "字" * 90,
]
TEXT = st.sampled_from(NASTY) | st.text(st.characters(exclude_categories=()), max_size=60)
PLACES = st.lists(
    st.builds(
        Place,
        line=st.integers(1, 10**6),
        code=TEXT,
        function=TEXT,
        cell=st.none() | st.integers(1, 10**6),
        cell_first_line=TEXT,
    ),
    max_size=12,
).map(tuple)
FIGURES = st.lists(
    st.builds(
        Figure,
        title=TEXT,
        x_label=TEXT,
        y_label=TEXT,
        series=st.lists(
            st.builds(Series, label=TEXT, values=st.lists(st.floats(), max_size=30).map(tuple)), max_size=3
        ).map(tuple),
        look=st.sampled_from(Look),
    ),
    max_size=2,
).map(tuple)
WITHIN = st.floats(-1e6, 1e6)
LEVELS = st.integers(0, 5).flatmap(
    lambda columns: st.lists(st.tuples(*[st.integers(0, 100)] * columns), max_size=5).map(tuple)
)
MAPS = st.lists(
    st.builds(
        Map,
        title=TEXT,
        x_label=TEXT,
        y_label=TEXT,
        reach=st.floats(1e-6, 1e6),
        levels=LEVELS,
        outline=st.lists(st.tuples(WITHIN, WITHIN), max_size=4).map(tuple),
        points=st.lists(st.builds(Point, x=WITHIN, y=WITHIN, label=st.integers(0, 1)), max_size=3).map(tuple),
        summary=TEXT,
    ),
    max_size=1,
).map(tuple)
CHECKS = st.lists(
    st.builds(
        CheckResult,
        id=TEXT,
        title=TEXT,
        status=st.sampled_from(Status),
        points=st.integers(0, 9),
        max_points=st.integers(0, 9),
        visibility=st.sampled_from(Visibility),
        reason=TEXT,
        detail=TEXT,
        why=TEXT,
        hint=TEXT,
        see=TEXT,
        mistake=st.none() | TEXT,
        trace=PLACES,
        figures=FIGURES,
        maps=MAPS,
    ),
    max_size=3,
).map(tuple)
REPORTS = st.builds(
    Report,
    exercise=TEXT,
    title=TEXT,
    submission=st.builds(SubmissionId, name=TEXT, sha256=TEXT),
    verdict=st.sampled_from(Verdict),
    score=st.integers(0, 10),
    max_score=st.integers(0, 10),
    seed=st.integers(0, 2**63),
    checks=CHECKS,
    environment=st.builds(
        Environment, python=TEXT, torch=TEXT, grader=TEXT, isolation=st.lists(TEXT, max_size=2).map(tuple)
    ),
    notes=st.lists(TEXT, max_size=2).map(tuple),
    reason=TEXT,
    why=TEXT,
    hint=TEXT,
    see=TEXT,
    trace=PLACES,
    advice=st.lists(TEXT, max_size=2).map(tuple),
    output=TEXT,
    audience=st.sampled_from(Audience),
    language=st.sampled_from(["en", "de", "pt-BR"]),
)
hostile_reports = settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])


def golden(case: str) -> Report:
    return from_dict(json.loads((GOLDEN / case / "report.json").read_text(encoding="utf-8")))


def with_output(output: str) -> Report:
    return replace(golden("full_marks"), output=output)


def changed_check(**fields: Any) -> Report:
    report = golden("mixed")
    return replace(report, checks=(replace(report.checks[1], **fields),))


class Page(HTMLParser):
    """Reads a page strictly: every element closed, in order. Keeps its texts and tags."""

    VOID = frozenset({"meta", "br", "hr", "img", "input", "link"})

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.prose: list[str] = []  # those of them that are no code
        self.feed(html)
        self.close()
        assert self.open == []

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())

    def named(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.tags if name == tag]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open[-1:] not in (["style"], ["script"]):
            self.words.append(data)
        if not {"style", "script", "pre", "code"} & set(self.open):
            self.prose.append(data)


def assert_inert_in_a_log(text: str) -> None:
    """No control character but tab and newline, and no line that GitHub's or Azure's runner takes for a command."""
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]", text)
    assert not any(line.lstrip().startswith("::") for line in text.splitlines())
    assert not re.search(r"##(\[|vso\[)", text, re.IGNORECASE)
    text.encode()


def rendered(report: Report, kind: Format, **options: Any) -> str:
    """`report` in any format, where the environment has all that one may need."""
    return render(report, kind, environment=RUNNER, **options)
