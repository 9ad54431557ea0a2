"""The report as Classroom 50's result.json (foundation50/classroom50, schema classroom50/result/v1).

Scores are whole numbers with score <= max-score, and there are no top-level keys but the schema's. The runner takes a
result without tests for a pass, and scores what it could not grade 0 of 0; so does this.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from grader.model import Report, Status, Verdict
from grader.reporters.rows import Row, rows

NEEDED = ("CLASSROOM", "ASSIGNMENT", "SUBMISSION_TAG", "COMMIT_URL", "RELEASE_URL")

_TIME_IN_TAG = re.compile(r"submit/(\d{4}-\d\d-\d\dT(?:[01]\d|2[0-3]))-([0-5]\d)-([0-5]\dZ)(?=-|$)", re.ASCII)


def render_classroom50(report: Report, environment: Mapping[str, str]) -> str:
    """`report` as JSON in ASCII. `environment` holds the variables that the runner sets.

    :raises KeyError: one of `NEEDED` is not in `environment`
    """
    is_scored = report.verdict is not Verdict.GRADER_ERROR
    result = {
        "schema": "classroom50/result/v1",
        "classroom": environment["CLASSROOM"],
        "assignment": environment["ASSIGNMENT"],
        **_owner(environment),
        "submission": environment["SUBMISSION_TAG"],
        "commit": environment["COMMIT_URL"],
        "release": environment["RELEASE_URL"],
        "review": environment.get("REVIEW_URL") or environment["COMMIT_URL"],
        "datetime": _submitted_at(environment["SUBMISSION_TAG"]),
        "score": report.score if is_scored else 0,
        "max-score": report.max_score if is_scored else 0,
        "tests": [_test(row) for row in rows(report)],
    }
    return json.dumps(result, indent=2, allow_nan=False) + "\n"


def _owner(environment: Mapping[str, str]) -> dict[str, str]:
    """What the schema asks for and the runner writes its own over; older runners do not tell it."""
    names = {"assignment_type": "ASSIGNMENT_TYPE", "owner": "OWNER"}
    return {key: environment[name] for key, name in names.items() if environment.get(name)}


def _submitted_at(tag: str) -> str:
    """The time in a tag such as submit/2026-06-01T14-32-05Z-a1b2c3d, else now; the runner writes its own over it."""
    if found := _TIME_IN_TAG.match(tag):
        return ":".join(found.groups())
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _test(row: Row) -> dict[str, Any]:
    return {
        "test-name": row.name,
        "passed": row.status is Status.PASS,
        "score": row.points,
        "max-score": row.max_points,
        "status": row.status.value,
        "message": row.message,
    }
