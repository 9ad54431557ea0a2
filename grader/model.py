"""Frozen records that every part of the grader speaks in.

Nothing here computes, reads or writes. Times are seconds, points are whole numbers.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

SCHEMA_VERSION = "1.2"


class Status(StrEnum):
    """What became of one check."""

    PASS = "pass"  # noqa: S105
    FAIL = "fail"  # the submission answered, and the answer is not right
    ERROR = "error"  # the submission raised, died or ran out of time during this check
    SKIPPED = "skipped"  # a check that this one needs did not pass


class Verdict(StrEnum):
    """What became of one submission."""

    PASSED = "passed"
    FAILED = "failed"
    CRASHED = "crashed"
    TIMED_OUT = "timed_out"
    GRADER_ERROR = "grader_error"  # our own fault: never a pass, never the student's zero


class Visibility(StrEnum):
    """Whether a student may see the inputs and expected values of a check."""

    PUBLIC = "public"
    HIDDEN = "hidden"


class Audience(StrEnum):
    """Whom a report is written for."""

    STUDENT = "student"
    INSTRUCTOR = "instructor"


class Accelerator(StrEnum):
    """What a submission finds that asks for an accelerator."""

    SIMULATED = "simulated"  # the same on every machine, behind every layer of the sandbox
    REAL = "real"  # the machine's own, where it has one that a confined child can compute on; else simulated


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A line of the student's own source. `cell` is set in notebooks; `line` then counts within the cell."""

    line: int
    code: str
    function: str = ""
    cell: int | None = None
    cell_first_line: str = ""


class Look(StrEnum):
    """How a figure is drawn."""

    CURVES = "curves"
    BARS = "bars"


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """One named line, or one set of bars, of a figure."""

    label: str
    values: tuple[float, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """Values over a common x axis that counts from `x_start` in steps of one."""

    title: str
    x_label: str
    y_label: str
    series: tuple[Series, ...]
    x_start: int = 1
    look: Look = Look.CURVES


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """A labelled point of a map."""

    x: float
    y: float
    label: int  # 1 or 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Map:
    """Where, in a square of the plane, a classifier says 1, beside the line inside which it should.

    Both axes run from -`reach` to `reach`. `levels`: probabilities in percent, 0 to 100, at evenly spaced points,
    row by row from the lowest y, each row from the lowest x; all rows have as many. `outline`: the corners of the
    line, in order. `summary` says in a sentence what is to be seen.
    """

    title: str
    x_label: str
    y_label: str
    reach: float
    levels: tuple[tuple[int, ...], ...]
    outline: tuple[tuple[float, float], ...]
    points: tuple[Point, ...] = ()
    summary: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckResult:
    """The outcome of one check.

    `reason` says what happened and is always fit for a student's eyes; `detail` holds drawn inputs and
    expected values, and is withheld from students where the check is hidden, and so is what is drawn. `why` says why
    PyTorch does that, `see` where to read about it. `mistake` is the id of the known mistake that the numbers matched.
    """

    id: str
    title: str
    status: Status
    points: int
    max_points: int
    visibility: Visibility
    reason: str = ""
    detail: str = ""
    why: str = ""
    hint: str = ""
    see: str = ""
    mistake: str | None = None
    trace: tuple[Place, ...] = ()
    figures: tuple[Figure, ...] = ()
    maps: tuple[Map, ...] = ()
    duration_s: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class SubmissionId:
    """Which file was graded: its name as given, and the SHA-256 of its bytes."""

    name: str
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Environment:
    """What the grading ran on. `isolation` names the layers that held."""

    python: str
    torch: str
    grader: str
    isolation: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """Everything that is known after grading one submission. Every output format is a view of this.

    `score` is None where the grader itself failed: a fault of ours is not the student's zero.
    """

    exercise: str
    title: str
    submission: SubmissionId
    verdict: Verdict
    score: int | None
    max_score: int
    seed: int
    checks: tuple[CheckResult, ...]
    environment: Environment
    reason: str = ""  # set when the submission as a whole could not be graded in full
    why: str = ""
    hint: str = ""
    see: str = ""
    trace: tuple[Place, ...] = ()
    notes: tuple[str, ...] = ()  # on the score, and not the grading's: lateness, a score set by hand
    advice: tuple[str, ...] = ()  # style that costs nothing
    output: str = ""  # what the submission printed, capped and made harmless
    audience: Audience = Audience.STUDENT
    language: str = "en"  # of the exercise's own texts: its title, its checks' titles, its mistakes, its advice
    duration_s: float = 0.0
    schema_version: str = SCHEMA_VERSION
