"""Decides: from how a check ended to its status, its words and its points. Pure."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from grader.checks import Check
from grader.errors import ExerciseFault, Fault, Raised, SubmissionFault, Unmet
from grader.exercise import Exercise, Mistake
from grader.expect import CheckFailed
from grader.model import CheckResult, Figure, Map, Place, Status
from grader.text import clean

MOST_REASON = 600
MOST_LINE = 160


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """What happened, why PyTorch does that, what to try, where to read about it."""

    reason: str = ""
    why: str = ""
    hint: str = ""
    see: str = ""


def judge(
    exercise: Exercise,
    check: Check,
    end: Exception | None,
    *,
    figures: Sequence[Figure] = (),
    maps: Sequence[Map] = (),
    duration_s: float = 0.0,
) -> CheckResult:
    """The result of a check that ended with this exception, or by returning.

    Raises ExerciseFault for a mistake that the exercise does not describe. Any other exception than CheckFailed or
    a SubmissionFault is not for this function: it is a fault of the check.
    """
    match end:
        case None:
            return _result(check, Status.PASS, Words(), figures=figures, maps=maps, duration_s=duration_s)
        case CheckFailed():
            status, mistake = Status.FAIL, _described(exercise, end.mistake) if end.mistake else None
            words = _taught(mistake, end.values) if mistake else Words(reason=end.reason, hint=end.hint)
            detail = end.detail
        case SubmissionFault():
            status, mistake = Status.FAIL if isinstance(end, Unmet) else Status.ERROR, known_mistake(exercise, end)
            words, detail = fault_words(mistake, end), ""
            if isinstance(end, Raised) and not mistake:
                words = dataclasses.replace(words, reason=f"It raised {end.message}")
        case _:
            raise end
    return _result(
        check,
        status,
        words,
        detail=detail,
        mistake=mistake.id if mistake else None,
        trace=end.trace,
        figures=figures,
        maps=maps,
        duration_s=duration_s,
    )


def skipped(check: Check, needed: str) -> CheckResult:
    """The result of a check that makes no sense because the one titled `needed` did not pass."""
    return _result(check, Status.SKIPPED, Words(reason=f"Not tried: it needs “{needed}” to pass first."))


def known_mistake(exercise: Exercise, fault: SubmissionFault) -> Mistake | None:
    """The mistake that an exception of the submission is a sign of, if the exercise knows one."""
    if not isinstance(fault, Raised):
        return None
    candidates = (mistake for mistake in exercise.mistakes.values() if mistake.raises)
    return next((mistake for mistake in candidates if re.search(mistake.raises, fault.message)), None)


def fault_words(mistake: Mistake | None, fault: Fault) -> Words:
    """What a report says of a fault, and of the mistake that it is a sign of, if any."""
    if mistake is None:
        return Words(reason=fault.message, hint=fault.hint)
    words = _taught(mistake, {})
    return dataclasses.replace(words, reason=f"{words.reason} ({fault.message})")


def _taught(mistake: Mistake, values: Mapping[str, object]) -> Words:
    """A mistake's texts, filled in. Raises ExerciseFault for a {placeholder} that no value is given for."""
    try:
        what, why, hint = (text.format(**values) for text in (mistake.what, mistake.why, mistake.hint))
        return Words(reason=what, why=why, hint=hint, see=mistake.see)
    except (KeyError, IndexError, ValueError) as problem:
        raise ExerciseFault(f"The texts of the mistake {mistake.id} cannot be filled in: {problem!r}.") from problem


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
    words: Words,
    *,
    detail: str = "",
    mistake: str | None = None,
    trace: tuple[Place, ...] = (),
    figures: Sequence[Figure] = (),
    maps: Sequence[Map] = (),
    duration_s: float = 0.0,
) -> CheckResult:
    return CheckResult(
        id=check.id,
        title=check.title,
        status=status,
        points=check.points if status is Status.PASS else 0,
        max_points=check.points,
        visibility=check.visibility,
        reason=clean(words.reason, limit=MOST_REASON),
        detail=clean(detail, limit=2 * MOST_REASON),
        why=clean(words.why, limit=MOST_REASON),
        hint=clean(words.hint, limit=MOST_REASON),
        see=words.see,
        mistake=mistake,
        trace=clean_trace(trace),
        figures=tuple(figures),
        maps=tuple(maps),
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
