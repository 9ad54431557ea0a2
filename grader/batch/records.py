"""What a gradebook is made from: one record for each student and exercise."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum

from grader.batch.late import HUNDREDTH, Lateness
from grader.batch.students import Student
from grader.errors import GraderFault


class Standing(StrEnum):
    """What became of a student's work on an exercise. Only GRADED has a score."""

    GRADED = "graded"
    NOT_GRADED = "not graded yet"
    GRADER_FAULT = "not graded: the grader failed"
    OUTDATED = "not graded: its points have changed"  # there is a result, under other points than the exercise has now
    NOTHING_HANDED_IN = "nothing to grade"  # handed in nothing, or nothing that can be graded


@dataclass(frozen=True, slots=True, kw_only=True)
class Override:
    """A score set by hand, and why. `student` is a student's key."""

    student: str
    exercise: str
    score: Decimal
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TakenBack:
    """That what was set by hand counts no longer, and why. `student` is a student's key."""

    student: str
    exercise: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One student's result for one exercise. `penalty` is in points, and is taken from `score`.

    `problem` says why there is no score where there is work, or why the score is still that of an earlier grading.
    `is_earlier`: the work is from an earlier input than the newest with the exercise. `unranked`: of the attempts of
    which this is the best, one that has no score yet, and why.
    """

    student: Student
    exercise: str
    max_score: int
    standing: Standing
    score: Decimal | None = None
    problem: str = ""
    attempt: int | None = None
    file: str = ""
    late: Lateness | None = None
    penalty: Decimal = Decimal(0)
    override: Override | None = None
    is_earlier: bool = False
    unranked: str = ""

    def __post_init__(self) -> None:
        if (self.score is not None) is not (self.standing is Standing.GRADED):
            raise GraderFault(f"{self.student.name} is {self.standing} in {self.exercise}, with score {self.score}.")

    @property
    def final(self) -> Decimal | None:
        """The points that count: an override as it is, else the score less the penalty. None is never a zero."""
        if self.override is not None:
            return self.override.score
        return None if self.score is None else self.score - self.penalty

    @property
    def status(self) -> str:
        """In a word or two, why the score is what it is or why there is none."""
        if self.override is not None:
            return "set by hand"
        return f"{self.standing}, late" if self.penalty else self.standing.value


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """Two students' submissions for one exercise that are alike. `one` and `other` are the students' keys.

    `share` of what they wrote is common to both, 0 to 1; `page` is where the two stand side by side, a path within the
    folder of results, empty where there is no such page.
    """

    exercise: str
    one: str
    other: str
    share: float
    page: str = ""


def number(value: Decimal) -> str:
    """Points as people write them, to hundredths at most: 7, 7.5, 6.67."""
    text = f"{value.quantize(HUNDREDTH, ROUND_HALF_UP):f}"
    return text.rstrip("0").rstrip(".")
