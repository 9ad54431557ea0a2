"""What goes to a worker and what comes back: plain records that every kind of worker speaks in."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from grader.model import Report


@dataclass(frozen=True, slots=True, kw_only=True)
class Setup:
    """What a worker is told once. `packs` are folders with exercises beside the built-in ones."""

    packs: tuple[Path, ...] = ()
    seed: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """One submission to grade. `id` is the batch's own number for it; `name` and `data` are the file's.

    Where the file cannot be read by a fault of its own, `unreadable` says why, and what to try.
    """

    id: int
    exercise: str
    name: str
    data: bytes = b""
    unreadable: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """A graded task: all of the report, and what its files will hold, rendered where no core waits for another.

    The page is for the student, the JSON for the instructor.
    """

    id: int
    report: Report
    html: str
    json: str


@dataclass(frozen=True, slots=True)
class Hello:
    """A worker's first word: it is ready, and these layers confine its children."""

    isolation: tuple[str, ...]
