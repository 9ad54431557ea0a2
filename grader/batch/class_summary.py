"""What a class's results come to, added up while they pass by: no report is kept."""

from __future__ import annotations

import heapq
import statistics
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import PurePath
from typing import Any
from urllib.parse import quote

from grader.batch.graded import Graded
from grader.batch.places import report_path
from grader.batch.records import Record, Standing
from grader.model import Status, Verdict
from grader.reporters import wording

_Facts = dict[str, Any]  # a report or a check as plain data: to make records of a class's reports took most of the time

MOST_SLOW = 10
_RESULTS = {
    Verdict.PASSED: "passed",
    Verdict.FAILED: "failed",
    Verdict.CRASHED: "crashed",
    Verdict.TIMED_OUT: "out of time",
}
_ENDS = {Status.FAIL: "failed", Status.ERROR: "ended in an error", Status.SKIPPED: "skipped"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One student's work on one exercise. Without a report, `verdict` is None and `link`, its address, is empty.

    `why` says in a sentence why it crashed or was not graded, `seconds` how long grading took.
    """

    record: Record
    verdict: Verdict | None = None
    link: str = ""
    why: str = ""
    seconds: float = 0.0

    @property
    def name(self) -> str:
        """The student's name, or the key where no name is known."""
        return self.record.student.name or self.record.student.key

    @property
    def result(self) -> str:
        """What became of it, in a word or two."""
        if self.record.standing is Standing.GRADED and self.verdict is not None:
            return _RESULTS[self.verdict]
        nothing = Standing.NOTHING_HANDED_IN
        return nothing.value if self.record.standing is nothing else "not graded"

    @property
    def is_late(self) -> bool:
        """Whether it was handed in after the deadline."""
        late = self.record.late
        return late is not None and (late.seconds is None or late.seconds > 0)


@dataclass(slots=True)
class CheckTally:
    """How one check ended, how often."""

    title: str
    counts: Counter[str] = field(default_factory=Counter)

    @property
    def passed(self) -> int:
        """In how many submissions it passed."""
        return self.counts[Status.PASS]

    def others(self, graded: int) -> list[str]:
        """How it ended in the others of the `graded` submissions, in words; the code may stop before any check."""
        ends = {word: self.counts[status] for status, word in _ENDS.items()}
        ends["not reached"] = graded - self.counts.total()
        return [f"{times} {word}" for word, times in ends.items() if times]


@dataclass(slots=True)
class Mistake:
    """A known mistake, who made it, and what the reports said of it: sentence and hint, the commonest first."""

    exercise: str
    name: str
    made_by: list[Row] = field(default_factory=list)
    said: Counter[tuple[str, str]] = field(default_factory=Counter)

    @property
    def sentence(self) -> tuple[str, str]:
        """What most reports say happened, and what to try."""
        return max(self.said, key=lambda words: (self.said[words], words))


@dataclass(slots=True)
class ExerciseTally:
    """One exercise: how often each score counts, and how the checks ended in the `graded` submissions."""

    id: str
    max_score: int
    title: str = ""
    scores: Counter[Decimal] = field(default_factory=Counter)
    graded: int = 0
    checks: dict[str, CheckTally] = field(default_factory=dict)

    @property
    def mean(self) -> Decimal:
        """The mean of the scores, of which there must be one."""
        return sum((score * times for score, times in self.scores.items()), Decimal(0)) / self.scores.total()

    @property
    def median(self) -> Decimal:
        """The median of the scores, of which there must be one."""
        return statistics.median(self.scores.elements())


@dataclass(slots=True)
class Summary:
    """A class. `rows` come in the order in which they were added."""

    rows: list[Row] = field(default_factory=list)
    exercises: dict[str, ExerciseTally] = field(default_factory=dict)
    _mistakes: dict[tuple[str, str], Mistake] = field(default_factory=dict)

    def add(self, record: Record, graded: Graded | None) -> None:
        """Take in what counts of one student's work on one exercise."""
        report = graded.report if graded else None
        row = _row(record, report)
        self.rows.append(row)
        exercise = self.exercises.setdefault(record.exercise, ExerciseTally(record.exercise, record.max_score))
        if record.final is not None:
            exercise.scores[record.final] += 1
        if report is not None and record.standing is Standing.GRADED:
            exercise.title, exercise.graded = report["title"], exercise.graded + 1
            self._add_checks(exercise, row, report["checks"])

    def _add_checks(self, exercise: ExerciseTally, row: Row, checks: list[_Facts]) -> None:
        said: dict[str, tuple[str, str]] = {}
        for check in checks:
            tally = exercise.checks.get(check["id"])
            if tally is None:
                tally = exercise.checks[check["id"]] = CheckTally(check["title"])
            tally.counts[check["status"]] += 1
            if check["mistake"] is not None:
                words = wording.line(check["reason"]), wording.line(check["hint"])
                said.setdefault(wording.mistake_name(check["mistake"]), words)
        for name, words in said.items():
            mistake = self._mistakes.setdefault((exercise.id, name), Mistake(exercise.id, name))
            mistake.made_by.append(row)
            mistake.said[words] += 1

    @property
    def mistakes(self) -> list[Mistake]:
        """The known mistakes, those that most students made first."""
        return sorted(self._mistakes.values(), key=lambda each: (-len(each.made_by), each.exercise, each.name))

    @property
    def students(self) -> int:
        """How many students there are."""
        return len({row.record.student.key for row in self.rows})

    @property
    def slowest(self) -> list[Row]:
        """Those that took longest to grade, the slowest first."""
        return heapq.nlargest(MOST_SLOW, (row for row in self.rows if row.seconds), key=lambda row: row.seconds)


def summarise(counted: Iterable[tuple[Record, Graded | None]]) -> Summary:
    """Add up the records that count."""
    summary = Summary()
    for record, graded in counted:
        summary.add(record, graded)
    return summary


def address(path: PurePath | str) -> str:
    """A path within the folder of results as a link to it: nothing in it can name another place or a scheme."""
    text = path if isinstance(path, str) else path.as_posix()
    return quote(text.lstrip("/"), safe="/#")


def _row(record: Record, report: _Facts | None) -> Row:
    if report is None:
        return Row(record=record, why=wording.line(record.problem))
    assert record.attempt is not None
    path = report_path(record.student.key, record.exercise, record.attempt)
    verdict = Verdict(report["verdict"])
    return Row(
        record=record,
        verdict=verdict,
        link=address(f"{path}.html"),
        why=_why(verdict, report) if record.standing is Standing.GRADED else wording.line(record.problem),
        seconds=report["duration_s"],
    )


def _why(verdict: Verdict, report: _Facts) -> str:
    if verdict in (Verdict.PASSED, Verdict.FAILED):
        return ""
    broken = (check["reason"] for check in report["checks"] if check["status"] == Status.ERROR)
    return wording.line(report["reason"] or next(broken, ""))
