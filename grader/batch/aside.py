"""Entries that give way to others of the same number: set aside, and taken up again.

Many inputs call all that a student hands in by one name, or number it as one attempt. What is another thing than the
same attempt was before does not overwrite it: the one before is set aside, under a number below 1 (0, then -1, ...).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from grader.batch.database import Database
from grader.batch.intake.handed_in import Entry
from grader.batch.late import Lateness

Place = tuple[str, str, int]
"""A student's key, an exercise, an attempt: where a report lies."""

Move = tuple[Place, str]
"""From there to the student with this key."""


def give_all(database: Database, old: str, new: str, which: str, values: tuple[str, ...] = ()) -> list[Move]:
    """Make entries of one student another's: those for which `which` holds, as SQL.

    What has no place there is set aside.
    """
    moves: list[Move] = []
    for number, exercise, attempt in database.rows(
        f"SELECT id, exercise, attempt FROM entry WHERE student = ? AND {which} ORDER BY attempt DESC",  # noqa: S608
        (old, *values),
    ):
        place = new, exercise, attempt
        is_taken = database.rows("SELECT 1 FROM entry WHERE student = ? AND exercise = ? AND attempt = ?", place)
        there = _free_number(database, new, exercise) if is_taken else attempt
        database.execute("UPDATE entry SET student = ?, attempt = ? WHERE id = ?", (new, there, number))
        moves.append(((old, exercise, attempt), new))
    return moves


def set_aside(database: Database, entry: Entry, digest: str) -> list[Move]:
    """Set aside what came in as this attempt and was another, unless it has no score to lose. What is the same and was
    set aside is taken up again.
    """
    attempts = _attempts(database, entry)
    there = next((each for each in attempts if each.attempt == entry.attempt), None)
    if there is None or there.is_same(entry, digest):
        return []
    if there.has_score:
        _keep_result(database, there.id)
        _renumber(database, there.id, _free_number(database, entry.student.key, entry.exercise))
    else:
        drop(database, there.id)
    moves = [(place_of(entry), entry.student.key)]
    if before := next((each for each in attempts if each.attempt < 1 and each.is_same(entry, digest)), None):
        _renumber(database, before.id, entry.attempt)
        moves.append(((entry.student.key, entry.exercise, before.attempt), entry.student.key))
    return moves


@dataclass(frozen=True, slots=True)
class _Attempt:
    """What is filed of a student's work on an exercise. `digest` is None where nobody knows what it was."""

    id: int
    attempt: int
    name: str
    digest: str | None
    submitted_at: str | None
    is_late: bool
    late_seconds: float | None
    has_score: bool

    def is_same(self, entry: Entry, digest: str) -> bool:
        """Whether `entry` is this, once more: the same bytes, and not handed in later than these were."""
        if self.digest != digest:
            return False
        if self.submitted_at and entry.submitted_at:
            before = datetime.fromisoformat(self.submitted_at)
            can_compare = (before.tzinfo is None) is (entry.submitted_at.tzinfo is None)
            return not (can_compare and entry.submitted_at > before)
        # Without times a mark has to do. In one and the same file's name it is the deadline that has changed.
        became_late = _is_late(entry.late) and self.is_late and self.late_seconds == 0
        return not became_late or _unmarked(entry.name) == _unmarked(self.name)


def _is_late(late: Lateness | None) -> bool:
    return late is not None and late.seconds != 0


def _unmarked(name: str) -> str:
    return name.replace("_LATE_", "_")


def _attempts(database: Database, entry: Entry) -> list[_Attempt]:
    """All that is filed of that student's work on that exercise.

    What a result of before digests were kept is of, its report says.
    """
    return [
        _Attempt(*row)
        for row in database.rows(
            "SELECT id, attempt, name, COALESCE(digest, json_extract(report, '$.submission.sha256')), submitted_at, "
            "is_late, late_seconds, COALESCE(score >= 0, 0) FROM entry LEFT JOIN content ON content.entry = id "
            "LEFT JOIN result ON result.entry = id WHERE student = ? AND exercise = ? ORDER BY attempt DESC",
            (entry.student.key, entry.exercise),
        )
    ]


def _keep_result(database: Database, number: int) -> None:
    """Hold an entry to what its result is of: it may have been filed for other checks, and never graded by them."""
    database.execute(
        "UPDATE entry SET key = (SELECT result.key FROM result WHERE result.entry = entry.id) WHERE id = ?", (number,)
    )


def _renumber(database: Database, number: int, attempt: int) -> None:
    """Make an entry another attempt. Its files have to be written anew, where they belong now."""
    database.execute("UPDATE entry SET attempt = ? WHERE id = ?", (attempt, number))
    database.execute("DELETE FROM written WHERE entry = ?", (number,))


def _free_number(database: Database, student: str, exercise: str) -> int:
    """The number of the next entry to be set aside."""
    ((free,),) = database.rows(
        "SELECT MIN(COALESCE(MIN(attempt), 1), 1) - 1 FROM entry WHERE student = ? AND exercise = ?",
        (student, exercise),
    )
    return int(free)


def place_of(entry: Entry) -> Place:
    """Where a report of this entry lies."""
    return entry.student.key, entry.exercise, entry.attempt


def drop(database: Database, number: int) -> None:
    """Forget an entry and all that is known of it."""
    for table in ("result", "written", "problem", "seen", "content"):
        database.execute(f"DELETE FROM {table} WHERE entry = ?", (number,))  # noqa: S608  # names of our own
    database.execute("DELETE FROM entry WHERE id = ?", (number,))
