"""Decides: from how a check ended to its status, its words and its points. Pure."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Sequence

from grader.checks import Check
from grader.errors import ExerciseFault, Raised, SubmissionFault, Unmet
from grader.exercise import Exercise, Mistake
from grader.expect import CheckFailed
from grader.model import CheckResult, Figure, Place, Status
from grader.text import clean

MOST_REASON = 600
MOST_LINE = 160


def judge(
    exercise: Exercise, check: Check, end: Exception | None, *, figures: Sequence[Figure] = (), duration_s: float = 0.0
) -> CheckResult:
    """The result of a check that ended with this exception, or by returning.

    Raises ExerciseFault for a mistake that the exercise does not describe. Any other exception than CheckFailed or
    a SubmissionFault is not for this function: it is a fault of the check.
    """
    match end:
        case None:
            return _result(check, Status.PASS, figures=figures, duration_s=duration_s)
        case CheckFailed():
            mistake = _described(exercise, end.mistake) if end.mistake else None
            return _result(
                check,
                Status.FAIL,
                reason=mistake.what.format(**end.values) if mistake else end.reason,
                hint=mistake.hint.format(**end.values) if mistake else end.hint,
                detail=end.detail,
                mistake=end.mistake,
                trace=end.trace,
                figures=figures,
                duration_s=duration_s,
            )
        case SubmissionFault():
            mistake = known_mistake(exercise, end)
            reason = f"{mistake.what} ({end.message})" if mistake else _worded(end)
            return _result(
                check,
                Status.FAIL if isinstance(end, Unmet) else Status.ERROR,
                reason=reason,
                hint=mistake.hint if mistake else end.hint,
                mistake=mistake.id if mistake else None,
                trace=end.trace,
                figures=figures,
                duration_s=duration_s,
            )
    raise end


def skipped(check: Check, needed: str) -> CheckResult:
    """The result of a check that makes no sense because the one titled `needed` did not pass."""
    return _result(check, Status.SKIPPED, reason=f"Not tried: it needs “{needed}” to pass first.")


def known_mistake(exercise: Exercise, fault: SubmissionFault) -> Mistake | None:
    """The mistake that an exception of the submission is a sign of, if the exercise knows one."""
    if not isinstance(fault, Raised):
        return None
    candidates = (mistake for mistake in exercise.mistakes.values() if mistake.raises)
    return next((mistake for mistake in candidates if re.search(mistake.raises, fault.message)), None)


def _worded(fault: SubmissionFault) -> str:
    return f"It raised {fault.message}" if isinstance(fault, Raised) else fault.message


def _described(exercise: Exercise, mistake: str) -> Mistake:
    try:
        return exercise.mistakes[mistake]
    except KeyError:
        raise ExerciseFault(
            f"{exercise.id} names a mistake {mistake!r} that its exercise.toml does not describe."
        ) from None


def _result(
    check: Check,
    status: Status,
    *,
    reason: str = "",
    hint: str = "",
    detail: str = "",
    mistake: str | None = None,
    trace: tuple[Place, ...] = (),
    figures: Sequence[Figure] = (),
    duration_s: float = 0.0,
) -> CheckResult:
    return CheckResult(
        id=check.id,
        title=check.title,
        status=status,
        points=check.points if status is Status.PASS else 0,
        max_points=check.points,
        visibility=check.visibility,
        reason=clean(reason, limit=MOST_REASON),
        detail=clean(detail, limit=2 * MOST_REASON),
        hint=clean(hint, limit=MOST_REASON),
        mistake=mistake,
        trace=clean_trace(trace),
        figures=tuple(figures),
        duration_s=duration_s,
    )


def clean_trace(trace: tuple[Place, ...]) -> tuple[Place, ...]:
    """A trace whose lines, which are the student's text, are inert."""
    return tuple(
        dataclasses.replace(
            place,
            code=clean(place.code, limit=MOST_LINE),
            function=clean(place.function, limit=MOST_LINE),
            cell_first_line=clean(place.cell_first_line, limit=MOST_LINE),
        )
        for place in trace
    )
