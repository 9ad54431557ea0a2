"""What taking in a class's work comes to: frozen records."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from grader.batch.intake.layout import Shape
from grader.batch.intake.sources import Source
from grader.batch.late import Lateness
from grader.batch.students import Student


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One submission to grade. `name` is its path within the input, safe to show; `attempt` counts from 1.

    `late` is None where nothing is known of it.
    """

    student: Student
    exercise: str
    name: str
    source: Source
    attempt: int = 1
    submitted_at: datetime | None = None
    late: Lateness | None = None


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A file that is not graded, and one sentence why. `student` is set where the file is somebody's."""

    name: str
    reason: str
    student: Student | None = None


@dataclass(frozen=True, slots=True)
class Stranger:
    """Somebody who handed in and is not found in the roster, and one sentence why."""

    student: Student
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Intake:
    """What a class handed in: entries sorted by student, exercise, try and name; what was left out by name.

    `system_files` counts files that no person made, by kind. `empty_handed` lists whose files were all left out,
    `missing` who is in the roster and handed in nothing, `strangers` the reverse. `notes` are sentences on the whole.
    """

    shape: Shape
    entries: tuple[Entry, ...]
    left_out: tuple[LeftOut, ...]
    system_files: tuple[tuple[str, int], ...] = ()
    empty_handed: tuple[Student, ...] = ()
    missing: tuple[Student, ...] = ()
    strangers: tuple[Stranger, ...] = ()
    notes: tuple[str, ...] = ()
