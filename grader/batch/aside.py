"""Entries that give way to others of the same number: set aside, and taken up again.

Many inputs call all that a student hands in by one name, or number it as one attempt. What is another thing than the
same attempt was before does not overwrite it: the one before is set aside, under a number below 1 (0, then -1, ...).
"""

from __future__ import annotations

from grader.batch.database import Database
from grader.batch.intake.handed_in import Entry

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
    """Set aside what came in as this attempt and was another thing, unless it has no score to lose. What is the same
    thing and was set aside is taken up again.
    """
    moves: list[Move] = []
    for number, is_graded in database.rows(
        "SELECT id, EXISTS (SELECT 1 FROM result WHERE result.entry = id AND result.key = entry.key AND score >= 0) "
        "FROM entry JOIN content ON content.entry = entry.id "
        "WHERE student = ? AND exercise = ? AND attempt = ? AND digest <> ?",
        (*place_of(entry), digest),
    ):
        if is_graded:
            _renumber(database, number, _free_number(database, entry.student.key, entry.exercise))
        else:
            drop(database, number)
        moves.append((place_of(entry), entry.student.key))
        for before, attempt in database.rows(
            "SELECT id, attempt FROM entry JOIN content ON content.entry = id "
            "WHERE student = ? AND exercise = ? AND attempt < 1 AND digest = ? LIMIT 1",
            (entry.student.key, entry.exercise, digest),
        ):
            _renumber(database, before, entry.attempt)
            moves.append(((entry.student.key, entry.exercise, attempt), entry.student.key))
    return moves


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
