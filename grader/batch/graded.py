"""What is known of one piece of work that came in: whose it is, its result, what its files say."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from grader.batch.late import Lateness
from grader.batch.students import Student


@dataclass(frozen=True, slots=True)
class Written:
    """What the files of a result hold since they were written last: the notes in them, and how many bytes each has."""

    notes: tuple[str, ...]
    html_bytes: int
    json_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Graded:
    """An entry with its result, if it has one: the score, None after a fault of ours, and the report as text.

    `attempt` is below 1 where another file has taken its place since: see aside.py.
    `problem` says why the latest try came to no result: where there is a result, it is that of an earlier one.
    `max_score`: the points that the exercise had when it was graded, None where that is not known.
    `written` is None where it is not known what is in its files. `seen` is the number of the last input that held it,
    `is_earlier` whether a later one held the exercise.
    """

    id: int = 0
    student: Student
    exercise: str
    attempt: int
    name: str
    late: Lateness | None
    score: int | None = None
    max_score: int | None = None
    text: str = ""
    problem: str = ""
    written: Written | None = None
    seen: int = 0
    is_earlier: bool = False

    @property
    def report(self) -> dict[str, Any] | None:
        """The report as plain data, read anew each time: of a whole class, few readers want more than the score."""
        return json.loads(self.text) if self.text else None
