"""What is in grades.db: everything that a batch knows, committed as soon as it is known.

With database.py, which has the file and its tables, and filing.py and aside.py, which put into it what comes in, this
is all that knows SQL.

A result is kept under what it depends on (the bytes handed in, the exercise, the seed, the grader's version), so that
the same command, given again after whatever ended it, grades what is new or changed and nothing else. What a later
input no longer holds is kept: work that was graded is not lost because a file was not exported again.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

from grader.batch import filing
from grader.batch.aside import Place
from grader.batch.database import Database
from grader.batch.filing import Filed
from grader.batch.graded import Graded, Written
from grader.batch.intake.handed_in import Entry
from grader.batch.late import Lateness
from grader.batch.namesakes import called
from grader.batch.records import Override, TakenBack
from grader.batch.students import Student
from grader.batch.work import Outcome
from grader.model import Report
from grader.reporters.json_report import from_text

NO_NOTES = "[]"  # what nearly every report has


class Store:
    """The database of one folder of results. Use as a context manager; nobody else can use the folder meanwhile."""

    def __init__(self, folder: Path) -> None:
        """Open or make it. Raises UsageFault where that is not possible, or another batch is at work there."""
        self._database = Database(folder)

    def __enter__(self) -> Store:
        return self

    def __exit__(self, *_: object) -> None:
        self._database.close()

    def transaction(self) -> contextlib.AbstractContextManager[None]:
        """All of what is changed meanwhile, or nothing of it."""
        return self._database.transaction()

    def file(self, entries: Iterable[tuple[Entry, str, str]]) -> list[Filed]:
        """Take in each entry with its key and its digest, in a transaction: see filing.py."""
        return filing.file(self._database, entries)

    def move_by_hand(self, people: Iterable[Student]) -> None:
        """Make what was set by hand for somebody without work theirs who is one of these, in a transaction."""
        filing.move_by_hand(self._database, people)

    def forget_earlier(self, exercises: Iterable[str]) -> None:
        """Drop what the last input does not hold of these exercises."""
        filing.forget_earlier(self._database, exercises)

    def stale(self) -> list[Place]:
        """Where reports may lie that do not belong there any more."""
        return self._database.rows("SELECT student, exercise, attempt FROM stale")

    def forget_stale(self) -> None:
        """Note that they have been removed."""
        self._database.execute("DELETE FROM stale")

    def has_result(self, filed: Filed) -> bool:
        """Whether there is a result of it, also of what it was before: of other bytes, or held to other checks."""
        found = self._database.rows("SELECT verdict FROM result WHERE entry = ?", (filed.id,))
        return any(verdict != "grader_error" for (verdict,) in found)

    def has(self, filed: Filed) -> bool:
        """Whether it has been graded, as it is now and not by a grader that failed."""
        found = self._database.rows("SELECT key, verdict FROM result WHERE entry = ?", (filed.id,))
        return any(key == filed.key and verdict != "grader_error" for key, verdict in found)

    def add(self, filed: Filed, outcome: Outcome) -> None:
        """Commit one result whose files are written. It settles a problem that was noted before it.

        Raises UsageFault where the disk is full: nothing of what was committed is lost.
        """
        with self._database.transaction():
            self._database.execute(
                "INSERT OR REPLACE INTO result (entry, key, verdict, score, report) VALUES (?, ?, ?, ?, ?)",
                (filed.id, filed.key, outcome.verdict.value, outcome.score, outcome.json.decode()),
            )
            self._database.execute("DELETE FROM problem WHERE entry = ?", (filed.id,))
            self.add_written(filed.id, outcome, ())

    def add_written(self, entry: int, outcome: Outcome, notes: tuple[str, ...]) -> None:
        """Note that the files of an entry are those of `outcome`, which has these notes."""
        values = (entry, json.dumps(notes) if notes else NO_NOTES, len(outcome.html), len(outcome.json))
        self._database.execute("INSERT OR REPLACE INTO written VALUES (?, ?, ?, ?)", values)

    def forget_written(self, entries: Iterable[int]) -> None:
        """Note that the files of these may hold anything from now on: before they are written, so that whatever ends
        the batch, nothing untrue is known of them.
        """
        with self._database.transaction():
            self._database.execute_each("DELETE FROM written WHERE entry = ?", ((each,) for each in entries))

    def note_problem(self, filed: Filed, reason: str) -> None:
        """Note why there is no result, or none newer than the one that is there, which stays and counts."""
        self._database.execute(
            "INSERT OR REPLACE INTO problem (entry, key, reason) VALUES (?, ?, ?)", (filed.id, filed.key, reason)
        )

    def keep_exercises(self, exercises: Iterable[tuple[str, str, int]]) -> None:
        """Note the exercises of this batch: id, title, points. In the transaction that files work on them."""
        self._database.execute_each("INSERT OR REPLACE INTO exercise VALUES (?, ?, ?)", exercises)

    def max_scores(self) -> dict[str, int]:
        """The points of each exercise that was ever graded here."""
        return dict(self._database.rows("SELECT id, points FROM exercise ORDER BY id"))

    def expected(self) -> dict[str, int]:
        """The points of each exercise that somebody has handed in or has a score for by hand: what one can miss."""
        by_hand = {exercise for _, exercise in self.overrides()}
        rows = self._database.rows("SELECT id, points, id IN (SELECT exercise FROM entry) FROM exercise ORDER BY id")
        return {exercise: points for exercise, points, is_handed_in in rows if is_handed_in or exercise in by_hand}

    def titles(self) -> dict[str, str]:
        """The title of each exercise that was ever graded here."""
        return dict(self._database.rows("SELECT id, title FROM exercise ORDER BY id"))

    def keep_shown(self, settings: Mapping[str, str], absent: Iterable[Student]) -> None:
        """Note what else the gradebook is made from, so that an export later says the same: settings by name, and
        who handed in nothing.
        """
        with self._database.transaction():
            self._database.execute_each("INSERT OR REPLACE INTO setting VALUES (?, ?)", settings.items())
            self._database.execute("DELETE FROM absent")
            self._database.execute_each(
                "INSERT OR REPLACE INTO absent VALUES (?, ?)",
                ((each.key, filing.as_text(each)) for each in absent),
            )

    def settings(self) -> dict[str, str]:
        """The settings of the gradebook that was written last; none where a batch has not come that far."""
        return dict(self._database.rows("SELECT name, value FROM setting"))

    def absent(self) -> tuple[Student, ...]:
        """Who handed in nothing, as the gradebook that was written last has them."""
        rows = self._database.rows("SELECT facts FROM absent ORDER BY rowid")
        return tuple(filing.from_text(facts) for (facts,) in rows)

    def override(self, overrides: Iterable[Override | TakenBack]) -> tuple[Override | TakenBack, ...]:
        """Set scores by hand, or take them back. Each that changes something is added to the history, and is given
        back; of a student and an exercise the newest counts. What is taken back is an empty score.
        """
        now, current = datetime.now(UTC).isoformat(timespec="seconds"), self.overrides()
        news: list[Override | TakenBack] = []
        with self._database.transaction():
            for each in overrides:
                before = current.get((each.student, each.exercise))
                if isinstance(each, TakenBack):
                    score, is_news = "", before is not None
                else:
                    score, is_news = str(each.score), before != each
                if is_news:
                    news.append(each)
                    self._database.execute(
                        "INSERT INTO override (student, exercise, score, reason, made_at) VALUES (?, ?, ?, ?, ?)",
                        (each.student, each.exercise, score, each.reason, now),
                    )
        return tuple(news)

    def overrides(self) -> dict[tuple[str, str], Override]:
        """The override that counts, by student and exercise."""
        rows = self._database.rows(
            "SELECT student, exercise, score, reason FROM override "
            "WHERE id IN (SELECT max(id) FROM override GROUP BY student, exercise) AND score <> '' ORDER BY id"
        )
        return {
            (student, exercise): Override(student=student, exercise=exercise, score=Decimal(score), reason=reason)
            for student, exercise, score, reason in rows
        }

    def by_hand_alone(self) -> tuple[Student, ...]:
        """Who has a score by hand that counts, and has handed in nothing."""
        keys = {student for student, _ in self.overrides()} - self.handed_in()
        return tuple(each for each in self.absent() if each.key in keys)

    def students(self) -> tuple[Student, ...]:
        """Everybody who has handed something in, by key."""
        rows = self._database.rows("SELECT facts FROM student ORDER BY key")
        return tuple(filing.from_text(facts) for (facts,) in rows)

    def names(self) -> dict[str, str]:
        """What each student is to be called, by key."""
        rows = self._database.rows("SELECT facts FROM absent UNION ALL SELECT facts FROM student")
        return called(filing.from_text(facts) for (facts,) in rows)

    def handed_in(self) -> set[str]:
        """The keys of everybody who has handed something in."""
        return {key for (key,) in self._database.rows("SELECT key FROM student")}

    def report(self, entry: int) -> Report:
        """The report of an entry that has one."""
        ((text,),) = self._database.rows("SELECT report FROM result WHERE entry = ?", (entry,))
        return from_text(text)

    def graded(self) -> Iterator[Graded]:
        """Every entry, by student, exercise and attempt, one at a time: a class's reports need not fit into memory."""
        rows = self._database.each(
            "SELECT entry.id, facts, entry.exercise, attempt, name, is_late, late_seconds, result.score, report, "
            "reason, json_extract(report, '$.max_score'), COALESCE(input, 0), "
            "COALESCE(input, 0) < COALESCE(latest, 0), notes, html_bytes, json_bytes "
            "FROM entry JOIN student ON student.key = student "
            "LEFT JOIN (SELECT exercise, MAX(input) AS latest FROM entry JOIN seen ON seen.entry = entry.id "
            "GROUP BY exercise) AS newest ON newest.exercise = entry.exercise "
            "LEFT JOIN result ON result.entry = entry.id AND result.key = entry.key "
            "LEFT JOIN problem ON problem.entry = entry.id AND problem.key = entry.key "
            "LEFT JOIN written ON written.entry = entry.id LEFT JOIN seen ON seen.entry = entry.id "
            "ORDER BY student, entry.exercise, attempt"
        )
        for number, facts, exercise, attempt, name, is_late, seconds, score, text, problem, *more in rows:
            max_score, seen, is_earlier, *written = more
            yield Graded(
                id=number,
                student=filing.from_text(facts),
                exercise=exercise,
                attempt=attempt,
                name=name,
                late=Lateness(seconds) if is_late else None,
                score=score,
                max_score=max_score,
                text=text or "",
                problem=problem or "",
                written=_written(*written),
                seen=seen,
                is_earlier=bool(is_earlier),
            )


def _written(notes: str | None, html_bytes: int, json_bytes: int) -> Written | None:
    if notes is None:
        return None
    return Written(tuple(json.loads(notes)) if notes != NO_NOTES else (), html_bytes, json_bytes)
