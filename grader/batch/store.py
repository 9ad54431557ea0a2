"""grades.db: everything that a batch knows, committed as soon as it is known. The one module that knows SQL.

A result is kept under what it depends on (the bytes handed in, the exercise, the seed, the grader's version), so that
the same command, given again after whatever ended it, grades what is new or changed and nothing else. What a later
input no longer holds is kept: work that was graded is not lost because a file was not exported again.
"""

from __future__ import annotations

import contextlib
import dataclasses
import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from grader.batch.intake.handed_in import Entry
from grader.batch.late import Lateness
from grader.batch.records import Override
from grader.batch.students import Student
from grader.errors import GraderFault, UsageFault
from grader.model import Report
from grader.reporters.json_report import from_dict, to_dict

FORMAT = 1
SCHEMA = """
    CREATE TABLE IF NOT EXISTS student (key TEXT PRIMARY KEY, facts TEXT NOT NULL);
    CREATE TABLE IF NOT EXISTS entry (
        id INTEGER PRIMARY KEY,
        student TEXT NOT NULL REFERENCES student (key),
        exercise TEXT NOT NULL,
        attempt INTEGER NOT NULL,
        name TEXT NOT NULL,
        submitted_at TEXT,
        is_late INTEGER,
        late_seconds REAL,
        key TEXT NOT NULL,
        UNIQUE (student, exercise, attempt)
    );
    CREATE TABLE IF NOT EXISTS result (
        entry INTEGER PRIMARY KEY REFERENCES entry (id),
        key TEXT NOT NULL,
        verdict TEXT NOT NULL,
        score INTEGER,
        report TEXT NOT NULL
    );
    CREATE TABLE IF NOT EXISTS problem (
        entry INTEGER PRIMARY KEY REFERENCES entry (id),
        key TEXT NOT NULL,
        reason TEXT NOT NULL
    );
    CREATE TABLE IF NOT EXISTS override (
        id INTEGER PRIMARY KEY,
        student TEXT NOT NULL,
        exercise TEXT NOT NULL,
        score TEXT NOT NULL,
        reason TEXT NOT NULL,
        made_at TEXT NOT NULL
    );
    CREATE TABLE IF NOT EXISTS exercise (id TEXT PRIMARY KEY, title TEXT NOT NULL, points INTEGER NOT NULL);
    CREATE TABLE IF NOT EXISTS setting (name TEXT PRIMARY KEY, value TEXT NOT NULL);
    CREATE TABLE IF NOT EXISTS absent (key TEXT PRIMARY KEY, facts TEXT NOT NULL);
"""


@dataclass(frozen=True, slots=True)
class Filed:
    """An entry as the store knows it: its number, and what a result of it depends on."""

    id: int
    key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Graded:
    """An entry with its result, if it has one: the score, None after a fault of ours, and the report as text.

    `problem` says why the latest try came to no result: where there is a result, it is that of an earlier one.
    """

    student: Student
    exercise: str
    attempt: int
    name: str
    late: Lateness | None
    score: int | None = None
    text: str = ""
    problem: str = ""

    @property
    def report(self) -> Report | None:
        """The report, read anew each time: of a whole class, few readers want more than the score."""
        return from_dict(json.loads(self.text)) if self.text else None


def report_text(report: Report) -> str:
    """A report as the store keeps it."""
    return json.dumps(to_dict(report), allow_nan=False)


class Store:
    """The database of one folder of results. Use as a context manager; nobody else can use the folder meanwhile."""

    def __init__(self, folder: Path) -> None:
        """Open or make it. Raises UsageFault where that is not possible, or another batch is at work there."""
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self._lock = FileLock(folder / ".lock", timeout=0)
            self._lock.acquire()
        except Timeout:
            raise UsageFault(
                f"Another batch is at work in {folder}.", hint="Wait for it, or name another folder."
            ) from None
        except OSError as problem:
            raise UsageFault(f"{folder} cannot be used for results: {problem.strerror}.") from None
        self._folder = folder
        self._connection = sqlite3.connect(folder / "grades.db", isolation_level=None)
        with self._worded():
            self._open()

    def __enter__(self) -> Store:
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()
        self._lock.release()

    def file(self, entries: Iterable[tuple[Entry, str]]) -> list[Filed]:
        """Take in each entry with its key. One transaction: an interruption leaves the last intake as it was."""
        with self._transaction():
            return [Filed(self._file(entry, key), key) for entry, key in entries]

    def has(self, filed: Filed) -> bool:
        """Whether it has been graded, as it is now and not by a grader that failed."""
        with self._worded():
            row = self._connection.execute("SELECT key, verdict FROM result WHERE entry = ?", (filed.id,)).fetchone()
        return row is not None and row[0] == filed.key and row[1] != "grader_error"

    def add(self, filed: Filed, report: Report) -> None:
        """Commit one result, which settles a problem that was noted before it.

        Raises UsageFault where the disk is full: nothing of what was committed is lost.
        """
        with self._transaction():
            self._connection.execute(
                "INSERT OR REPLACE INTO result (entry, key, verdict, score, report) VALUES (?, ?, ?, ?, ?)",
                (filed.id, filed.key, report.verdict.value, report.score, report_text(report)),
            )
            self._connection.execute("DELETE FROM problem WHERE entry = ?", (filed.id,))

    def note_problem(self, filed: Filed, reason: str) -> None:
        """Note why there is no result, or none newer than the one that is there, which stays and counts."""
        with self._worded():
            self._connection.execute(
                "INSERT OR REPLACE INTO problem (entry, key, reason) VALUES (?, ?, ?)", (filed.id, filed.key, reason)
            )

    def keep_exercises(self, exercises: Iterable[tuple[str, str, int]]) -> None:
        """Note the exercises of this batch: id, title, points."""
        with self._transaction():
            self._connection.executemany("INSERT OR REPLACE INTO exercise VALUES (?, ?, ?)", exercises)

    def max_scores(self) -> dict[str, int]:
        """The points of each exercise that was ever graded here."""
        with self._worded():
            return dict(self._connection.execute("SELECT id, points FROM exercise ORDER BY id").fetchall())

    def expected(self) -> dict[str, int]:
        """The points of each exercise that somebody has handed in or has a score for by hand: what one can miss."""
        with self._worded():
            rows = self._connection.execute(
                "SELECT id, points FROM exercise WHERE id IN (SELECT exercise FROM entry) "
                "OR id IN (SELECT exercise FROM override) ORDER BY id"
            )
            return dict(rows.fetchall())

    def titles(self) -> dict[str, str]:
        """The title of each exercise that was ever graded here."""
        with self._worded():
            return dict(self._connection.execute("SELECT id, title FROM exercise ORDER BY id").fetchall())

    def keep_shown(self, settings: Mapping[str, str], absent: Iterable[Student]) -> None:
        """Note what else the gradebook is made from, so that an export later says the same: settings by name, and
        who handed in nothing.
        """
        with self._transaction():
            self._connection.executemany("INSERT OR REPLACE INTO setting VALUES (?, ?)", settings.items())
            self._connection.execute("DELETE FROM absent")
            self._connection.executemany(
                "INSERT OR REPLACE INTO absent VALUES (?, ?)",
                [(each.key, json.dumps(dataclasses.asdict(each))) for each in absent],
            )

    def settings(self) -> dict[str, str]:
        """The settings of the gradebook that was written last; none where a batch has not come that far."""
        with self._worded():
            return dict(self._connection.execute("SELECT name, value FROM setting").fetchall())

    def absent(self) -> tuple[Student, ...]:
        """Who handed in nothing, as the gradebook that was written last has them."""
        with self._worded():
            rows = self._connection.execute("SELECT facts FROM absent ORDER BY rowid").fetchall()
        return tuple(Student(**json.loads(facts)) for (facts,) in rows)

    def override(self, overrides: Iterable[Override]) -> None:
        """Set scores by hand. Each that says something new is added to the history; the newest one counts."""
        now, current = datetime.now(UTC).isoformat(timespec="seconds"), self.overrides()
        with self._transaction():
            for each in overrides:
                if current.get((each.student, each.exercise)) != each:
                    self._connection.execute(
                        "INSERT INTO override (student, exercise, score, reason, made_at) VALUES (?, ?, ?, ?, ?)",
                        (each.student, each.exercise, str(each.score), each.reason, now),
                    )

    def overrides(self) -> dict[tuple[str, str], Override]:
        """The override that counts, by student and exercise."""
        with self._worded():
            rows = self._connection.execute(
                "SELECT student, exercise, score, reason FROM override ORDER BY id"
            ).fetchall()
        return {
            (student, exercise): Override(student=student, exercise=exercise, score=Decimal(score), reason=reason)
            for student, exercise, score, reason in rows
        }

    def students(self) -> tuple[Student, ...]:
        """Everybody who has handed something in, by key."""
        with self._worded():
            rows = self._connection.execute("SELECT facts FROM student ORDER BY key").fetchall()
        return tuple(Student(**json.loads(facts)) for (facts,) in rows)

    def graded(self) -> Iterator[Graded]:
        """Every entry, by student, exercise and attempt, one at a time: a class's reports need not fit into memory."""
        with self._worded():
            rows = self._connection.execute(
                "SELECT facts, exercise, attempt, name, is_late, late_seconds, "
                "result.score, report, reason FROM entry JOIN student ON student.key = student "
                "LEFT JOIN result ON result.entry = entry.id AND result.key = entry.key "
                "LEFT JOIN problem ON problem.entry = entry.id AND problem.key = entry.key "
                "ORDER BY student, exercise, attempt"
            )
            for facts, exercise, attempt, name, is_late, seconds, score, text, problem in rows:
                yield Graded(
                    student=Student(**json.loads(facts)),
                    exercise=exercise,
                    attempt=attempt,
                    name=name,
                    late=Lateness(seconds) if is_late else None,
                    score=score,
                    text=text or "",
                    problem=problem or "",
                )

    def _open(self) -> None:
        self._connection.execute("PRAGMA journal_mode = WAL")
        self._connection.execute("PRAGMA synchronous = NORMAL")  # a power cut may cost the last results, never the file
        (found,) = self._connection.execute("PRAGMA user_version").fetchone()
        if found not in (0, FORMAT):
            raise UsageFault(
                f"{self._folder / 'grades.db'} was written by another version of the grader.",
                hint="Name another folder for the results.",
            )
        self._connection.executescript(SCHEMA)
        self._connection.execute(f"PRAGMA user_version = {FORMAT}")

    def _file(self, entry: Entry, key: str) -> int:
        facts = json.dumps(dataclasses.asdict(entry.student))
        self._connection.execute("INSERT OR REPLACE INTO student VALUES (?, ?)", (entry.student.key, facts))
        values: tuple[Any, ...] = (
            entry.student.key,
            entry.exercise,
            entry.attempt,
            entry.name,
            entry.submitted_at.isoformat() if entry.submitted_at else None,
            entry.late is not None,
            entry.late.seconds if entry.late else None,
            key,
        )
        (number,) = self._connection.execute(
            "INSERT INTO entry (student, exercise, attempt, name, submitted_at, is_late, late_seconds, key) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (student, exercise, attempt) DO UPDATE SET "
            "name = excluded.name, submitted_at = excluded.submitted_at, is_late = excluded.is_late, "
            "late_seconds = excluded.late_seconds, key = excluded.key RETURNING id",
            values,
        ).fetchone()
        return int(number)

    @contextlib.contextmanager
    def _transaction(self) -> Iterator[None]:
        with self._worded():
            self._connection.execute("BEGIN")
            try:
                yield
            except BaseException:
                if self._connection.in_transaction:  # a full disk may have ended it already
                    self._connection.execute("ROLLBACK")
                raise
            self._connection.execute("COMMIT")

    @contextlib.contextmanager
    def _worded(self) -> Iterator[None]:
        """What the database refuses, as a sentence."""
        try:
            yield
        except sqlite3.OperationalError as problem:
            hint = (
                "Make room, and give the same command again: what is graded is kept." if "full" in str(problem) else ""
            )
            raise UsageFault(f"{self._folder / 'grades.db'} cannot be written: {problem}.", hint=hint) from None
        except sqlite3.DatabaseError as problem:
            raise GraderFault(f"{self._folder / 'grades.db'} is damaged: {problem}.") from None
