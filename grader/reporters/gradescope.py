"""The report as Gradescope's results.json.

What is written there is shown to the student, whoever it was rendered for. So the report for an instructor, which
tells what hidden checks compare with, has these hidden; the student's has every check visible, since one that shows
only later hides the total from the student, too.
"""

from __future__ import annotations

import json
from typing import Any

from grader.model import Audience, Report, Status, Verdict, Visibility
from grader.reporters import wording
from grader.reporters.rows import Row, explanation, line, output, rows


def render_gradescope(report: Report) -> str:
    """`report` as JSON in ASCII. Gradescope wants a number: where there is no score it is 0, and the text says so."""
    results = {
        "score": 0 if report.verdict is Verdict.GRADER_ERROR else report.score,
        "execution_time": round(report.duration_s, 3),
        "output": _output(report),
        "output_format": "text",
        "extra_data": {
            "verdict": report.verdict.value,
            "max_score": report.max_score,
            "seed": report.seed,
            "sha256": wording.line(report.submission.sha256),
        },
        "tests": [_test(row, report.audience) for row in rows(report)],
    }
    return json.dumps(results, indent=2, allow_nan=False) + "\n"


def _output(report: Report) -> str:
    parts = [wording.headline(report), "\n".join(map(line, report.notes)), explanation(report)]
    if report.verdict is Verdict.GRADER_ERROR:
        parts.insert(1, "The 0 stands for “not graded”. Ask your instructor to run the autograder again.")
    if report.advice:
        parts.append("\n".join(["Advice, which costs no points:", *map(wording.field, report.advice)]))
    if printed := output(report):
        parts.append(f"What your code printed:\n{printed}")
    return "\n\n".join(part for part in parts if part)


def _test(row: Row, audience: Audience) -> dict[str, Any]:
    is_secret = row.visibility is Visibility.HIDDEN and audience is Audience.INSTRUCTOR
    return {
        "name": row.name,
        "name_format": "text",
        "status": "passed" if row.status is Status.PASS else "failed",
        "score": row.points,
        "max_score": row.max_points,
        "output": row.message,
        "output_format": "text",
        "visibility": "hidden" if is_secret else "visible",
    }
