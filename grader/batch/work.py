"""What goes to a worker and what comes back: plain records that every kind of worker speaks in."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from grader.model import Audience, Report


@dataclass(frozen=True, slots=True, kw_only=True)
class Setup:
    """What a worker is told once. `packs` are folders with exercises beside the built-in ones."""

    packs: tuple[Path, ...] = ()
    seed: int = 0
    audience: Audience = Audience.STUDENT


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """One submission to grade. `id` is the batch's own number for it; `name` and `data` are the file's."""

    id: int
    exercise: str
    name: str
    data: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """A graded task: the report, and its pages, rendered where it was graded so that no core waits for another."""

    id: int
    report: Report
    html: str
    json: str


@dataclass(frozen=True, slots=True)
class Hello:
    """A worker's first word: it is ready, and these layers confine its children."""

    isolation: tuple[str, ...]
