"""The report for GitHub Classroom's autograding reporter, which outlives the service.

The reporter (classroom-resources/autograding-grading-reporter) takes this as base64 from an environment variable. It
adds up the scores of the tests, so each check is a test of its own. It leaves a result with a `max_score` of 0 out of
the sum: that is what becomes of one that the grader could not score. It prints names, messages and code to the log.
"""

from __future__ import annotations

import json
from typing import Any

from grader.model import Report, Status, Verdict
from grader.reporters.rows import Row, line, rows

_STATUSES = {Status.PASS: "pass", Status.FAIL: "fail", Status.ERROR: "error", Status.SKIPPED: "fail"}
_NOT_GRADED = "Not graded"
_VERDICTS = {Verdict.PASSED: "pass", Verdict.FAILED: "fail"}


def render_classroom(report: Report) -> str:
    """`report` as JSON in ASCII, version 1 of the reporter's format."""
    is_scored = report.verdict is not Verdict.GRADER_ERROR
    return _result(
        status=_VERDICTS.get(report.verdict, "error"),
        max_score=report.max_score if is_scored else 0,
        tests=[_test(row, file=line(report.submission.name)) for row in rows(report)],
    )


def render_classroom_without_report(message: str) -> str:
    """The same where nothing was graded: no points, and one test that says why, in inert text."""
    row = Row(id="", name=_NOT_GRADED, status=Status.ERROR, points=0, max_points=0, message=message, place=None)
    return _result(status="error", max_score=0, tests=[_test(row, file="")])


def _result(*, status: str, max_score: int, tests: list[dict[str, Any]]) -> str:
    result = {"version": 1, "status": status, "max_score": max_score, "tests": tests}
    return json.dumps(result, indent=2, allow_nan=False) + "\n"


def _test(row: Row, *, file: str) -> dict[str, Any]:
    # Of a test with status error the reporter prints the message only.
    message = f"{row.name}: {row.message}" if row.status is Status.ERROR else row.message
    return {
        "name": row.name,
        "status": _STATUSES[row.status],
        "score": row.points,
        "message": message,
        "test_code": line(row.place.code) if row.place else "",
        "filename": file,
        # A notebook's lines count within a cell, and the reporter has no word for cells. 0 is its "no line".
        "line_no": row.place.line if row.place and row.place.cell is None else 0,
        "execution_time": round(row.duration_s, 3),
    }
