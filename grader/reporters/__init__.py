"""A `Report` in, text out. Every format is a view of the same record, and none of them judges or scores.

A new format is one member of `Format`, one module with one function, and one case in `render`.
"""

from __future__ import annotations

from dataclasses import replace
from enum import StrEnum

from grader.model import Audience, CheckResult, Report, Visibility

DEFAULT_WIDTH = 80


class Format(StrEnum):
    """The formats that a report can be written in."""

    TERMINAL = "terminal"
    HTML = "html"
    JSON = "json"


def render(
    report: Report,
    format: Format,  # noqa: A002  (the command line's word for it)
    *,
    width: int | None = None,
    color: bool = False,
) -> str:
    """`report` as text that ends with a newline.

    `width` (columns) and `color` concern the terminal only. What the report's audience may not see is left
    out here, once for all formats.
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


def _for_audience(report: Report) -> Report:
    """Inputs and expected values of hidden checks are for instructors only, whatever came in."""
    if report.audience is Audience.INSTRUCTOR:
        return report
    return replace(report, checks=tuple(_without_secrets(check) for check in report.checks))


def _without_secrets(check: CheckResult) -> CheckResult:
    return replace(check, detail="") if check.visibility is Visibility.HIDDEN else check
