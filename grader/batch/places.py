"""Where things lie in the folder of results."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection
from pathlib import Path

from grader.errors import UsageFault

MOST_NAME = 80
STORE = "grades.db"
_REPORTS = "reports"
_PAIRS = "similar"
_PAIR = re.compile(r"pair-[0-9]{3,}\.html")

# What a batch writes into the folder of results itself. The database has two files more until it is closed.
WRITTEN = frozenset({STORE, f"{STORE}-wal", f"{STORE}-shm", ".lock", "gradebook.csv", "index.html", _REPORTS, _PAIRS})


def report_path(student: str, exercise: str, attempt: int) -> str:
    """Where in the folder of results a report lies, without its suffix. `student` is a student's key.

    With slashes on every system, as a link has them. An attempt below 1 is one whose place another file has taken.
    """
    suffix = "" if attempt == 1 else f"-{attempt_name(attempt).replace(' ', '')}"
    return f"{_REPORTS}/{_file_name(student)}/{exercise}{suffix}"


def attempt_name(attempt: int) -> str:
    """What an attempt is called: "attempt 2", or "earlier 1" of the first one whose place another file has taken."""
    return f"attempt {attempt}" if attempt > 0 else f"earlier {1 - attempt}"


def pair_path(number: int) -> str:
    """Where in the folder of results the page of a pair that is alike lies. Pairs are numbered from 1."""
    return f"{_PAIRS}/pair-{number:03}.html"


def remove_pairs(folder: Path, *, but: Collection[str] = ()) -> None:
    """Remove the pages of pairs, `but` those of this run: nothing leads to the others any more. Other files stay.

    Raises UsageFault where that is not possible.
    """
    for path in (folder / _PAIRS).glob("pair-*.html"):
        if _PAIR.fullmatch(path.name) and f"{_PAIRS}/{path.name}" not in but:
            try:
                path.unlink()
            except OSError as problem:
                raise UsageFault(f"{path} of an earlier run cannot be removed: {problem.strerror}.") from None


def _file_name(key: str) -> str:
    """A name that every file system takes, another one for each student."""
    plain = re.sub(r"[^\w.-]+", "_", key).strip("._") or "student"
    if plain == key == key.lower() and len(plain) <= MOST_NAME:
        return plain
    return f"{plain[:MOST_NAME]}-{hashlib.sha256(key.encode()).hexdigest()[:8]}"
