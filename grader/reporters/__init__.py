"""A `Report` in, text out. Every format is a view of the same record, and none of them judges or scores.

A new format is one member of `Format`, one module with one function, and one case in `render`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from enum import StrEnum
from typing import TYPE_CHECKING

from grader.model import Audience, CheckResult, Report, Visibility

if TYPE_CHECKING:
    from grader.reporters.actions import Step

DEFAULT_WIDTH = 80


class Format(StrEnum):
    """The formats that a report can be written in."""

    TERMINAL = "terminal"
    HTML = "html"
    JSON = "json"
    MARKDOWN = "markdown"
    JUNIT = "junit"
    GRADESCOPE = "gradescope"
    CLASSROOM = "classroom"
    CLASSROOM50 = "classroom50"


def missing(format: Format, environment: Mapping[str, str]) -> tuple[str, ...]:  # noqa: A002
    """The environment variables that `format` is made from and that are not set: to be asked before grading."""
    if format is not Format.CLASSROOM50:
        return ()
    from grader.reporters.classroom50 import NEEDED

    return tuple(name for name in NEEDED if not environment.get(name))


def render(
    report: Report,
    format: Format,  # noqa: A002  (the command line's word for it)
    *,
    width: int | None = None,
    color: bool = False,
    environment: Mapping[str, str] | None = None,
) -> str:
    """`report` as text that ends with a newline.

    `width` (columns) and `color` concern the terminal only, `environment` (variables) Classroom 50 only. What the
    report's audience may not see is left out here, once for all formats.

    :raises KeyError: one of the variables that `missing` names is not in `environment`
    """
    report = _for_audience(report)
    # Each reporter's libraries are imported when it is wanted: `grade --help` waits for none of them.
    match format:
        case Format.TERMINAL:
            from grader.reporters.terminal import render_terminal

            return render_terminal(report, width=DEFAULT_WIDTH if width is None else width, color=color)
        case Format.HTML:
            from grader.reporters.html import render_html

            return render_html(report)
        case Format.JSON:
            from grader.reporters.json_report import render_json

            return render_json(report)
        case Format.MARKDOWN:
            from grader.reporters.markdown import render_markdown

            return render_markdown(report)
        case Format.JUNIT:
            from grader.reporters.junit import render_junit

            return render_junit(report)
        case Format.GRADESCOPE:
            from grader.reporters.gradescope import render_gradescope

            return render_gradescope(report)
        case Format.CLASSROOM:
            from grader.reporters.classroom import render_classroom

            return render_classroom(report)
        case Format.CLASSROOM50:
            from grader.reporters.classroom50 import render_classroom50

            return render_classroom50(report, environment or {})


def render_inline(report: Report, *, note: str = "") -> str:
    """`report` as a fragment of HTML for a notebook, `note` below its checks."""
    from grader.reporters import html

    return html.render_inline(_for_audience(report), note=note)


def render_step(report: Report, *, file: str) -> Step:
    """`report` as a step of GitHub Actions; `file` is the submission's path in the repository."""
    from grader.reporters.actions import step_of

    return step_of(_for_audience(report), file=file)


def _for_audience(report: Report) -> Report:
    """Inputs, expected values and drawings of hidden checks are for instructors only, whatever came in."""
    if report.audience is Audience.INSTRUCTOR:
        return report
    return replace(report, checks=tuple(_without_secrets(check) for check in report.checks))


def _without_secrets(check: CheckResult) -> CheckResult:
    return replace(check, detail="", figures=(), maps=()) if check.visibility is Visibility.HIDDEN else check
