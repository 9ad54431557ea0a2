"""Adds up: from check results to a score and a verdict. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from grader.checks import Check
from grader.errors import Crashed, GraderFault, SubmissionFault, TimedOut
from grader.model import CheckResult, Status, Verdict


def score(results: Sequence[CheckResult]) -> int:
    """The points earned."""
    return sum(result.points for result in results)


def verdict(
    results: Sequence[CheckResult], faults: Sequence[SubmissionFault], *, stopped_by: SubmissionFault | None = None
) -> Verdict:
    """The verdict from the results, the faults that ended checks, and the one that left nothing to check."""
    if stopped_by is None and results and all(result.status is Status.PASS for result in results):
        return Verdict.PASSED
    if any(isinstance(fault, TimedOut) for fault in (*faults, stopped_by)):
        return Verdict.TIMED_OUT
    if stopped_by is not None or any(isinstance(fault, Crashed) for fault in faults):
        return Verdict.CRASHED
    return Verdict.FAILED


def hold_complete(checks: Sequence[Check], results: Sequence[CheckResult]) -> None:
    """Raise GraderFault unless there is exactly one result for each check, in order, with its points."""
    wanted = [(check.id, check.points) for check in checks]
    if wanted != [(result.id, result.max_points) for result in results]:
        raise GraderFault("The results do not match the exercise's checks.")
