"""Where things lie in the folder of results."""

from __future__ import annotations

import hashlib
import re

MOST_NAME = 80


def report_path(student: str, exercise: str, attempt: int) -> str:
    """Where in the folder of results a report lies, without its suffix. `student` is a student's key.

    With slashes on every system, as a link has them.
    """
    suffix = "" if attempt == 1 else f"-attempt{attempt}"
    return f"reports/{_file_name(student)}/{exercise}{suffix}"


def _file_name(key: str) -> str:
    """A name that every file system takes, another one for each student."""
    plain = re.sub(r"[^\w.-]+", "_", key).strip("._") or "student"
    if plain == key == key.lower() and len(plain) <= MOST_NAME:
        return plain
    return f"{plain[:MOST_NAME]}-{hashlib.sha256(key.encode()).hexdigest()[:8]}"
