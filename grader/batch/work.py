"""What goes to a worker and what comes back: plain records that every kind of worker speaks in.

Those that there are many of have no slots: a dataclass with slots is pickled by a loop over its fields.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from pathlib import Path

from grader.model import Audience, Report, Verdict
from grader.reporters import Format, render

MOST_TRIES = 2
START_SECONDS = 180.0
TASK_SECONDS = 600.0  # far beyond what any exercise's limits allow together: only a fault of ours takes longer


@dataclass(frozen=True, slots=True, kw_only=True)
class Setup:
    """What a worker is told once. `packs` are folders with exercises beside the built-in ones."""

    packs: tuple[Path, ...] = ()
    seed: int = 0


@dataclass(frozen=True, kw_only=True)
class Task:
    """One submission to grade. `id` is the batch's own number for it; `name` and `data` are the file's.

    Where the file cannot be read by a fault of its own, `unreadable` says why, and what to try.
    """

    id: int
    exercise: str
    name: str
    data: bytes = b""
    unreadable: tuple[str, str] | None = None


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """A graded task: what the batch goes by, and the report in each form that is kept of it.

    All is made at the worker, where no core waits for another; a report's own records, hundreds of objects, stay there.
    `html`, for the student, and `json`, for the instructor, are files; the database keeps the latter as well.
    """

    id: int
    verdict: Verdict
    score: int | None
    reason: str
    html: bytes
    json: bytes


@dataclass(frozen=True, slots=True)
class Lost:
    """A task that took its worker down each time it was tried, and why."""

    id: int
    reason: str


def outcome_of(number: int, report: Report) -> Outcome:
    """The outcome of task `number` that `report` is, whichever of the two it was made for."""
    full = dataclasses.replace(report, audience=Audience.INSTRUCTOR)
    page = dataclasses.replace(report, audience=Audience.STUDENT)
    return Outcome(
        id=number,
        verdict=report.verdict,
        score=report.score,
        reason=report.reason,
        html=render(page, Format.HTML).encode(),
        json=render(full, Format.JSON).encode(),
    )


@dataclass(frozen=True, slots=True)
class Hello:
    """A worker's first word: it is ready, and these layers confine its children."""

    isolation: tuple[str, ...]
