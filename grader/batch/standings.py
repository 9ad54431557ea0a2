"""From what was graded to what counts: of several attempts one, less the penalty for lateness, or an override. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from itertools import groupby

from grader.batch.graded import Graded
from grader.batch.late import LatePolicy, Unit
from grader.batch.records import Override, Record, Standing
from grader.batch.students import Student


class Attempt(StrEnum):
    """Which of several attempts counts."""

    LAST = "last"  # of the newest input that held any
    BEST = "best"  # of all that ever came in, by what is left of the score after the penalty for lateness


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """How a class is counted: which attempt, and what lateness costs. As text it can be kept with the results."""

    attempt: Attempt = Attempt.LAST
    policy: LatePolicy | None = None

    def as_settings(self) -> dict[str, str]:
        """The rules by name; every fraction is kept exactly."""
        policy = self.policy and {
            "rate": str(self.policy.rate),
            "unit": self.policy.unit.name,
            "at_most": str(self.policy.at_most),
            "grace_seconds": self.policy.grace_seconds,
        }
        return {"attempt": self.attempt.value, "late_policy": json.dumps(policy)}

    @classmethod
    def from_settings(cls, settings: Mapping[str, str]) -> Rules:
        """The rules that `as_settings` wrote; the usual ones where it never did."""
        facts = json.loads(settings.get("late_policy", "null"))
        policy = facts and LatePolicy(
            rate=Fraction(facts["rate"]),
            unit=Unit[facts["unit"]],
            at_most=Fraction(facts["at_most"]),
            grace_seconds=facts["grace_seconds"],
        )
        return cls(attempt=Attempt(settings.get("attempt", Attempt.LAST)), policy=policy)


def standings(
    graded: Iterable[Graded],
    max_scores: Mapping[str, int],
    rules: Rules,
    *,
    overrides: Mapping[tuple[str, str], Override] | None = None,
    missing: Iterable[Student] = (),
) -> Iterator[tuple[Record, Graded | None]]:
    """One record for each student and exercise, with the entry that counts. `graded` is sorted by student.

    `max_scores` are those of the exercises that everybody is expected to hand in. `missing` are those who handed in
    nothing at all; they come last.
    """
    overrides = overrides or {}
    for student, entries in groupby(graded, key=lambda each: each.student):
        handed_in: dict[str, list[tuple[Record, Graded]]] = {}
        for each in entries:
            override = overrides.get((student.key, each.exercise))
            record = _record(each, max_scores[each.exercise], rules.policy, override)
            handed_in.setdefault(each.exercise, []).append((record, each))
        for exercise, points in max_scores.items():
            if options := handed_in.get(exercise, []):
                yield _newest(options)[-1] if rules.attempt is Attempt.LAST else _best(options)
            else:
                yield _empty(student, exercise, points, overrides.get((student.key, exercise))), None
    for student in missing:
        for exercise, points in max_scores.items():
            yield _empty(student, exercise, points, overrides.get((student.key, exercise))), None


def _newest(options: list[tuple[Record, Graded]]) -> list[tuple[Record, Graded]]:
    """Those that the last input with any of them held: what somebody has withdrawn or handed in anew counts no more."""
    last = max((each.seen for _, each in options), default=0)
    return [option for option in options if option[1].seen == last]


def _best(options: list[tuple[Record, Graded]]) -> tuple[Record, Graded]:
    """The best that has a score; another one that has none may be better, which is not passed over in silence."""
    record, each = max(options, key=_worth)
    without = next((other for other, _ in reversed(options) if other.score is None), None)
    if record.score is None or without is None:
        return record, each
    unranked = f"{without.file} has no score, and may be better: {without.problem or without.standing}"
    return replace(record, unranked=unranked), each


def _record(each: Graded, max_score: int, policy: LatePolicy | None, override: Override | None) -> Record:
    standing = _standing(each, max_score)
    score = Decimal(each.score) if standing is Standing.GRADED and each.score is not None else None
    return Record(
        student=each.student,
        exercise=each.exercise,
        max_score=max_score,
        standing=standing,
        score=score,
        problem=_problem(each, standing, max_score),
        attempt=each.attempt,
        file=each.name,
        late=each.late,
        penalty=policy.penalty(score, each.late) if policy and score is not None else Decimal(0),
        override=override,
        is_earlier=each.is_earlier,
    )


def _standing(each: Graded, max_score: int) -> Standing:
    if each.score is None:
        return Standing.GRADER_FAULT if each.text or each.problem else Standing.NOT_GRADED
    return Standing.GRADED if each.max_score in (None, max_score) else Standing.OUTDATED


def _problem(each: Graded, standing: Standing, max_score: int) -> str:
    """What went wrong last: a problem that is noted is newer than the report beside it."""
    if standing is Standing.OUTDATED:
        then = f"{each.max_score} point{'' if each.max_score == 1 else 's'}"
        points = f"graded when {each.exercise} counted {then}, and it counts {max_score} now"
        return f"{points}: grade its input again"
    if each.problem or each.score is not None:
        return each.problem
    return str(each.report["reason"]) if each.report else ""


def _empty(student: Student, exercise: str, points: int, override: Override | None) -> Record:
    return Record(
        student=student,
        exercise=exercise,
        max_score=points,
        standing=Standing.NOTHING_HANDED_IN,
        override=override,
    )


def _worth(option: tuple[Record, Graded]) -> tuple[Decimal, int]:
    """Of equals, what a newer input holds; of those, max() takes the first."""
    record, each = option
    return Decimal(-1) if record.score is None else record.score - record.penalty, each.seen
