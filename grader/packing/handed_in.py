"""Which of the files that a student handed in is the submission."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from grader.errors import Unreadable
from grader.exercise import Exercise

_SUFFIXES = (".py", ".ipynb")
MOST_FILES = 10_000


def find_submission(folder: Path, exercise: Exercise) -> Path:
    """The one Python file or notebook in `folder`; of several the one named after the exercise, a .py file first.

    Folders are looked into, but not those whose names begin with a dot or two underscores; links are not followed.
    Raises Unreadable where nothing says which file it is.
    """
    found = _candidates(folder)
    named = [
        path for path in found if path.stem.casefold() in (exercise.id.casefold(), exercise.folder.name.casefold())
    ]
    for group in (found, named, [path for path in named if path.suffix.casefold() == ".py"]):
        if len(group) == 1:
            return group[0]
    wanted = f"Hand in one file, {exercise.id}.py or {exercise.id}.ipynb."
    if not found:
        raise Unreadable("There is no Python file and no notebook in what you handed in.", hint=wanted)
    names = ", ".join(str(path.relative_to(folder)) for path in (named or found)[:5])
    raise Unreadable(f"There are several files, and nothing says which is to be graded: {names}.", hint=wanted)


def _candidates(folder: Path) -> list[Path]:
    found = []
    for count, path in enumerate(_files(folder)):
        if count >= MOST_FILES:
            raise Unreadable(f"You handed in more than {MOST_FILES} files.", hint="Hand in the one with your solution.")
        if path.suffix.casefold() in _SUFFIXES and path.is_file() and not path.is_symlink():
            found.append(path)
    return sorted(found)


def _files(folder: Path) -> Iterator[Path]:
    for base, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith((".", "__")))
        yield from (Path(base, name) for name in sorted(names) if not name.startswith("."))
