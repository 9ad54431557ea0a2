"""grades.db as a file: its tables, who may open it, and transactions.

With store.py, filing.py and aside.py, which read and write what is in it, this is all that knows SQL.
"""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from grader.errors import GraderFault, UsageFault

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
    CREATE TABLE IF NOT EXISTS content (
        entry INTEGER PRIMARY KEY REFERENCES entry (id),
        digest TEXT NOT NULL
    );
    CREATE TABLE IF NOT EXISTS stale (
        student TEXT NOT NULL,
        exercise TEXT NOT NULL,
        attempt INTEGER NOT NULL,
        PRIMARY KEY (student, exercise, attempt)
    );
    CREATE INDEX IF NOT EXISTS entry_name ON entry (exercise, name);
    CREATE TABLE IF NOT EXISTS seen (
        entry INTEGER PRIMARY KEY REFERENCES entry (id),
        input INTEGER NOT NULL
    );
    CREATE TABLE IF NOT EXISTS result (
        entry INTEGER PRIMARY KEY REFERENCES entry (id),
        key TEXT NOT NULL,
        verdict TEXT NOT NULL,
        score INTEGER,
        report TEXT NOT NULL
    );
    CREATE TABLE IF NOT EXISTS written (
        entry INTEGER PRIMARY KEY REFERENCES entry (id),
        notes TEXT NOT NULL,
        html_bytes INTEGER NOT NULL,
        json_bytes INTEGER NOT NULL
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


class Database:
    """The database of one folder of results, open; nobody else can use the folder until it is closed.

    Whatever it is asked for raises UsageFault where the disk refuses it, and GraderFault where the file is damaged.
    """

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
        self._path = folder / "grades.db"
        self._worded = _Worded(self._path)
        self._connection = sqlite3.connect(self._path, isolation_level=None)
        with self._worded:
            self._open()

    def close(self) -> None:
        """Let others use the folder."""
        self._connection.close()
        self._lock.release()

    def execute(self, statement: str, values: tuple[Any, ...] = ()) -> None:
        """Change something: for good at once, or with the transaction that it is part of."""
        with self._worded:
            self._connection.execute(statement, values)

    def execute_each(self, statement: str, rows: Iterable[tuple[Any, ...]]) -> None:
        """Change something once for each row of values."""
        with self._worded:
            self._connection.executemany(statement, rows)

    def rows(self, query: str, values: tuple[Any, ...] = ()) -> list[Any]:
        """All that a query finds."""
        return list(self.each(query, values))

    def each(self, query: str, values: tuple[Any, ...] = ()) -> Iterator[Any]:
        """What a query finds, one row at a time: not all of it need fit into memory."""
        with self._worded:
            # `yield from` would close the cursor where nobody reads on, and that may be after the database.
            for row in self._connection.execute(query, values):  # noqa: UP028
                yield row

    @contextlib.contextmanager
    def transaction(self) -> Iterator[None]:
        """All of what is changed meanwhile, or nothing of it."""
        with self._worded:
            self._connection.execute("BEGIN")
            try:
                yield
            except BaseException:
                if self._connection.in_transaction:  # a full disk may have ended it already
                    self._connection.execute("ROLLBACK")
                raise
            self._connection.execute("COMMIT")

    def _open(self) -> None:
        self._connection.execute("PRAGMA journal_mode = WAL")
        self._connection.execute("PRAGMA synchronous = NORMAL")  # a power cut may cost the last results, never the file
        (found,) = self._connection.execute("PRAGMA user_version").fetchone()
        if found not in (0, FORMAT):
            raise UsageFault(
                f"{self._path} was written by another version of the grader.",
                hint="Name another folder for the results.",
            )
        self._connection.executescript(SCHEMA)
        self._connection.execute(f"PRAGMA user_version = {FORMAT}")


class _Worded:
    """What the database refuses, as a sentence. Entered for each statement, hence no generator."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: object, problem: BaseException | None, trace: object) -> None:
        if isinstance(problem, sqlite3.OperationalError):
            hint = (
                "Make room, and give the same command again: what is graded is kept." if "full" in str(problem) else ""
            )
            raise UsageFault(f"{self._path} cannot be written: {problem}.", hint=hint) from None
        if isinstance(problem, sqlite3.DatabaseError):
            hint = (
                f"Move {self._path.parent} away and grade the class again: everything is graded anew. "
                "Scores set by hand were in it: give --overrides again too."
            )
            raise GraderFault(f"{self._path} is damaged: {problem}.", hint=hint) from None
