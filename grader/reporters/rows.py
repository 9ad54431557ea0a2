"""A report as a list of scored rows, which is how gradebooks and CI systems see it."""

from __future__ import annotations

from dataclasses import dataclass

from grader.model import CheckResult, Place, Report, Status, Verdict, Visibility
from grader.reporters import wording
from grader.text import clean, quiet

_OUTPUT_LIMIT = 20_000
_WHOLE = "Your file as a whole"


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line of a gradebook. Its texts are inert, in a log too."""

    id: str  # empty where the row is no check
    name: str
    status: Status
    points: int
    max_points: int
    message: str
    place: Place | None  # the student's line that it is about
    visibility: Visibility = Visibility.PUBLIC
    duration_s: float = 0.0


def rows(report: Report) -> tuple[Row, ...]:
    """The checks, and before them the report itself where it stopped early. There is always a row.

    A consumer takes a list without rows, or one of passed rows, for a pass: so what stopped the grading is a row,
    with no points to win or lose. A fault of the grader's own is the only row, since the checks before it mean
    nothing.
    """
    if report.verdict is Verdict.GRADER_ERROR:
        return (_whole(report),)
    checks = tuple(_row(check) for check in report.checks)
    return checks if checks and not report.reason else (_whole(report), *checks)


def line(text: str) -> str:
    """`text` on one line, as it may stand in a log."""
    return quiet(wording.line(text).strip())


def output(report: Report) -> str:
    """What the submission printed, as it may stand in a log; empty where it is blank."""
    return quiet(clean(report.output, limit=_OUTPUT_LIMIT).strip("\n")) if report.output.strip() else ""


def explanation(about: CheckResult | Report) -> str:
    """What happened and why, where, what to try and what to read, in lines of plain text."""
    parts = [wording.field(about.reason)]
    if about.why:
        parts.append(f"Why: {wording.field(about.why)}")
    if isinstance(about, CheckResult) and about.mistake:
        parts.append(f"Known mistake: {wording.mistake(about)}")
    parts.extend(wording.trace_lines(about.trace))
    if isinstance(about, CheckResult):
        parts.append(wording.field(about.detail))
    if about.hint:
        parts.append(f"Try: {wording.field(about.hint)}")
    if about.see:
        parts.append(f"See: {wording.field(about.see)}")
    return quiet("\n".join(part for part in parts if part))


def _whole(report: Report) -> Row:
    return Row(
        id="",
        name=_WHOLE,
        status=Status.ERROR,
        points=0,
        max_points=0,
        message=f"{wording.headline(report)} {explanation(report)}".strip(),
        place=_last(report.trace),
        duration_s=report.duration_s,
    )


def _row(check: CheckResult) -> Row:
    return Row(
        id=line(check.id),
        name=line(check.title) or "Untitled",
        status=check.status,
        points=check.points,
        max_points=check.max_points,
        message=explanation(check),
        place=_last(check.trace),
        visibility=check.visibility,
        duration_s=check.duration_s,
    )


def _last(trace: tuple[Place, ...]) -> Place | None:
    return trace[-1] if trace else None
