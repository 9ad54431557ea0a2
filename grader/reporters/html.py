"""The report as one HTML page: no script, nothing fetched, no style but its own."""

from __future__ import annotations

from grader.model import Report, Status, Verdict
from grader.reporters import figures, page
from grader.text import clean

_PACKAGE = "grader.reporters"
_OUTPUT_LIMIT = 200_000
_LONG_OUTPUT_LINES = 25
_STATUS_WORDS = {
    Status.PASS: "Passed",
    Status.FAIL: "Failed",
    Status.ERROR: "Error",
    Status.SKIPPED: "Skipped",
}


def render_html(report: Report) -> str:
    """`report` as a self-contained HTML page."""
    output = clean(report.output, limit=_OUTPUT_LIMIT).strip("\n")
    return page.render(
        _PACKAGE,
        "report.html.j2",
        style=page.ours(_PACKAGE, "report.css"),
        report=report,
        graded=report.verdict is not Verdict.GRADER_ERROR,
        output=output,
        is_output_long=output.count("\n") >= _LONG_OUTPUT_LINES,
        lay_out=figures.lay_out,
        picture=figures,
        status_words=_STATUS_WORDS,
    )
