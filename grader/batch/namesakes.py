"""What students are called where a list names them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from grader.batch.students import Student


def called(students: Iterable[Student]) -> dict[str, str]:
    """What to call each student, by key: by name, with the key beside it where others have that name; else by key."""
    names = {each.key: each.name or each.key for each in students}
    shared = Counter(name.casefold() for name in names.values())
    return {
        key: name if shared[name.casefold()] == 1 or name == key else f"{name} ({key})" for key, name in names.items()
    }
