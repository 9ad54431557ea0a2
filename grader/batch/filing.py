"""What came in, put into grades.db: whose each file is, and in which input it was there last.

A class is taken in again and again, and each time more may be known. Where a roster or a namesake makes another student
of whoever a file belonged to, its entry moves there with its result. What an input no longer holds stays: of several
attempts it may be the best.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from grader.batch.aside import Move, drop, give_all, place_of, set_aside
from grader.batch.database import Database
from grader.batch.intake.handed_in import Entry
from grader.batch.students import Directory, Student, share_an_id

STUDENT_FIELDS = tuple(field.name for field in dataclasses.fields(Student))


@dataclass(frozen=True, slots=True)
class Filed:
    """An entry as the database knows it: its number, and what a result of it depends on."""

    id: int
    key: str


def file(database: Database, entries: Iterable[tuple[Entry, str, str]]) -> list[Filed]:
    """Take in each entry with its key and its digest, which says what it is whatever it is held to; in their order.

    To be called in a transaction: it leaves all as it was, or none of it. Where reports lie that belong elsewhere now
    is noted, so that they are removed also when the batch is killed first.
    """
    came = list(entries)
    left = _move_by_id(database, {entry.student.key: entry.student for entry, *_ in came})
    filed = []
    for entry, key, digest in came:
        left += _move_by_name(database, entry)
        left += set_aside(database, entry, digest)
        filed.append(_filed(database, entry, key, digest))
    _note_seen(database, [each.id for each in filed])
    for old, exercise, new in dict.fromkeys((*place[:2], new) for place, new in left if place[0] != new):
        if not database.rows("SELECT 1 FROM entry WHERE student = ? AND exercise = ? LIMIT 1", (old, exercise)):
            database.execute("UPDATE override SET student = ? WHERE student = ? AND exercise = ?", (new, old, exercise))
        if not database.rows("SELECT 1 FROM entry WHERE student = ? LIMIT 1", (old,)):
            database.execute("UPDATE override SET student = ? WHERE student = ?", (new, old))
            database.execute("DELETE FROM student WHERE key = ?", (old,))
    _note_stale(database, (place for place, _ in left))
    return filed


def move_by_hand(database: Database, people: Iterable[Student]) -> None:
    """Make what was set by hand for somebody without work theirs whom an id says this is, known by another key now."""
    here = {each.key: each for each in people}
    alone = database.rows(
        "SELECT key, facts FROM absent "
        "WHERE key IN (SELECT student FROM override) AND key NOT IN (SELECT key FROM student)"
    )
    directory = Directory(here.values()) if alone else Directory(())
    for key, facts in alone:
        old = from_text(facts)
        found = () if key in here else directory.find(old)
        if len(found) == 1 and share_an_id(found[0], old):
            database.execute("UPDATE override SET student = ? WHERE student = ?", (found[0].key, key))


def forget_earlier(database: Database, exercises: Iterable[str]) -> None:
    """Drop the entries of these exercises that the last input does not hold."""
    with database.transaction():
        ((last,),) = database.rows("SELECT COALESCE(MAX(input), 0) FROM seen")
        rows = [
            row
            for exercise in exercises
            for row in database.rows(
                "SELECT entry.id, student, exercise, attempt FROM entry LEFT JOIN seen ON seen.entry = entry.id "
                "WHERE exercise = ? AND COALESCE(input, 0) < ?",
                (exercise, last),
            )
        ]
        for number, *_ in rows:
            drop(database, number)
        database.execute(  # what was set by hand for somebody stays
            "INSERT OR IGNORE INTO absent SELECT key, facts FROM student "
            "WHERE key NOT IN (SELECT student FROM entry) AND key IN (SELECT student FROM override)"
        )
        database.execute("DELETE FROM student WHERE key NOT IN (SELECT student FROM entry)")
        _note_stale(database, (place for _, *place in rows))


def as_text(student: Student) -> str:
    """A student as the database keeps one; `from_text` reads it."""
    return json.dumps({name: getattr(student, name) for name in STUDENT_FIELDS})


def from_text(facts: str) -> Student:
    """The student that `as_text` wrote."""
    return Student(**json.loads(facts))


def _move_by_id(database: Database, here: dict[str, Student]) -> list[Move]:
    """Make what was filed under another key theirs whom an id says it belongs to.

    Whoever is known better now may have handed in anew as well, so that no file is the same.
    """
    others = [from_text(facts) for key, facts in database.rows("SELECT key, facts FROM student") if key not in here]
    directory = Directory(here.values()) if others else Directory(())
    moves: list[Move] = []
    for old in others:
        found = directory.find(old)
        if len(found) == 1 and share_an_id(found[0], old):
            moves += give_all(database, old.key, found[0].key, "attempt > 0")
            moves += give_all(database, old.key, found[0].key, "attempt < 1")
    return moves


def _note_seen(database: Database, entries: list[int]) -> None:
    """Number the input that holds these entries. Taken in again, as after an interruption, it is no other input."""
    ((last,),) = database.rows("SELECT COALESCE(MAX(input), 0) FROM seen")
    if {each for (each,) in database.rows("SELECT entry FROM seen WHERE input = ?", (last,))} != set(entries):
        database.execute_each("INSERT OR REPLACE INTO seen VALUES (?, ?)", ((each, last + 1) for each in entries))


def _note_stale(database: Database, places: Iterable[Sequence[str | int]]) -> None:
    database.execute_each("INSERT OR IGNORE INTO stale VALUES (?, ?, ?)", map(tuple, places))


def _filed(database: Database, entry: Entry, key: str, digest: str) -> Filed:
    database.execute("INSERT OR REPLACE INTO student VALUES (?, ?)", (entry.student.key, as_text(entry.student)))
    values: tuple[Any, ...] = (
        *place_of(entry),
        entry.name,
        entry.submitted_at.isoformat() if entry.submitted_at else None,
        entry.late is not None,
        entry.late.seconds if entry.late else None,
        key,
    )
    ((number,),) = database.rows(
        "INSERT INTO entry (student, exercise, attempt, name, submitted_at, is_late, late_seconds, key) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (student, exercise, attempt) DO UPDATE SET "
        "name = excluded.name, submitted_at = excluded.submitted_at, is_late = excluded.is_late, "
        "late_seconds = excluded.late_seconds, key = excluded.key RETURNING id",
        values,
    )
    database.execute("INSERT OR REPLACE INTO content VALUES (?, ?)", (number, digest))
    return Filed(int(number), key)


def _move_by_name(database: Database, entry: Entry) -> list[Move]:
    """Make the same file's entry, filed before under another student or as another attempt, that of `entry`.

    A name within an input is one file's, but not within two inputs: the two students have to be one person as well.
    """
    moves: list[Move] = []
    for number, student, attempt, facts in database.rows(
        "SELECT id, student, attempt, facts FROM entry JOIN student ON student.key = student "
        "WHERE exercise = ? AND name = ? AND attempt > 0",
        (entry.exercise, entry.name),
    ):
        if (student, attempt) == (entry.student.key, entry.attempt):
            continue
        if student != entry.student.key and not _are_one(from_text(facts), entry.student):
            continue
        there = database.rows(
            "SELECT name FROM entry WHERE student = ? AND exercise = ? AND attempt = ?", place_of(entry)
        )
        if not there:
            values = entry.student.key, entry.attempt, number
            database.execute("UPDATE entry SET student = ?, attempt = ? WHERE id = ?", values)
        elif there == [(entry.name,)]:
            drop(database, number)
        else:
            continue
        moves.append(((student, entry.exercise, attempt), entry.student.key))
        if student != entry.student.key:
            aside = "attempt < 1 AND exercise = ?"
            moves += give_all(database, student, entry.student.key, aside, (entry.exercise,))
    return moves


def _are_one(one: Student, other: Student) -> bool:
    return bool(Directory((one,)).find(other) or Directory((other,)).find(one))
