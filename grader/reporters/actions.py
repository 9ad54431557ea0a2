"""What a step of GitHub Actions hands on: a job summary, outputs, and annotations on the student's own lines.

An annotation is a command to GitHub's runner. All that it carries is escaped as GitHub's toolkit escapes it
(actions/toolkit, packages/core/src/command.ts), so nothing of a submission ends one or begins another.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from dataclasses import dataclass

from grader.model import Report, Status, Verdict
from grader.reporters import wording
from grader.reporters.classroom import render_classroom, render_classroom_without_report
from grader.reporters.markdown import prose, render_markdown
from grader.reporters.rows import Row, line, rows
from grader.text import quiet, shorten

# The reporter of GitHub Classroom takes a result from an environment variable, and Linux starts no process with one
# of 128 KiB (MAX_ARG_STRLEN) or more.
MOST_RESULT = 96 << 10
_FIELD_LIMITS = (2_000, 200, 20)


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What goes to a step's three ways out, each text ending with a newline where it is not empty."""

    summary: str  # Markdown, for the file named by $GITHUB_STEP_SUMMARY
    outputs: str  # `name=value` lines, for the file named by $GITHUB_OUTPUT
    annotations: str  # commands, for stdout


def step_of(report: Report, *, file: str) -> Step:
    """A report as a step. `file` is the submission as the repository names it, which its annotations point to."""
    score = "" if report.score is None else str(report.score)
    return Step(
        summary=render_markdown(report),
        outputs=_outputs(score, str(report.max_score), report.verdict, render_classroom(report)),
        annotations="".join(_annotations(report, file)),
    )


def step_without_report(sentence: str) -> Step:
    """What is handed on where nothing could be graded, and `sentence` says why: there is no score."""
    sentence = quiet(wording.field(sentence))
    return Step(
        summary=f"### Not graded\n\n{prose(sentence)}\n",
        outputs=_outputs("", "", Verdict.GRADER_ERROR, render_classroom_without_report(sentence)),
        annotations=_command({"title": "Not graded"}, sentence),
    )


def _outputs(score: str, max_score: str, verdict: Verdict, result: str) -> str:
    values = {"score": score, "max-score": max_score, "verdict": verdict.value, "result": _encoded(result)}
    return "".join(f"{name}={value}\n" for name, value in values.items())


def _encoded(result: str) -> str:
    """A classroom result in base64 on one line, its texts cut where it would not fit a variable."""
    data = json.loads(result)
    text = _base64(data)
    for limit in _FIELD_LIMITS:
        if len(text) <= MOST_RESULT:
            break
        for test in data["tests"]:
            test |= {name: shorten(test[name], limit=limit) for name in ("message", "test_code", "filename")}
        text = _base64(data)
    return text


def _base64(data: object) -> str:
    return base64.b64encode(json.dumps(data, separators=(",", ":"), allow_nan=False).encode()).decode()


def _annotations(report: Report, file: str) -> Iterator[str]:
    for row in rows(report):
        if row.status in (Status.FAIL, Status.ERROR):
            place = {} if report.verdict is Verdict.GRADER_ERROR else _place(row, line(file))
            yield _command({**place, "title": row.name}, row.message or row.name)


def _place(row: Row, file: str) -> dict[str, str]:
    if row.place is None or row.place.cell is not None:  # lines of a notebook count within a cell: the message has them
        return {"file": file}
    return {"file": file, "line": str(row.place.line)}


def _command(properties: dict[str, str], message: str) -> str:
    listed = ",".join(f"{name}={_property(value)}" for name, value in properties.items())
    return f"::error {listed}::{_data(message)}\n"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
