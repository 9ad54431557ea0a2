"""A kit written into a folder, and kept up to date there without touching what people have changed.

The folder's .grade.json remembers what was written, by SHA-256. A file that is still as we left it is ours to write
again; one that is not is somebody's work.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from grader.classroom.kit import Kit, Target
from grader.errors import UsageFault
from grader.files import write_bytes

RECORD = ".grade.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """What was written into a folder: for which exercise, whom and with which grader, and the files' SHA-256."""

    exercise: str
    target: Target
    repository: str
    files: dict[str, str]


@dataclass(frozen=True, slots=True)
class Outcome:
    """The paths that were written, and those that are there and were left as they are."""

    written: tuple[str, ...]
    kept: tuple[str, ...]


def read_record(folder: Path) -> Record | None:
    """What was written into `folder` before; None where nothing was. Raises UsageFault for a record that is none."""
    path = folder / RECORD
    try:
        data: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        return Record(
            exercise=str(data["exercise"]),
            target=Target(data["for"]),
            repository=str(data["repository"]),
            files={name: str(digest) for name, digest in data["files"].items()},
        )
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as problem:
        raise UsageFault(f"{path} cannot be read: {problem.strerror}.") from None
    except (ValueError, KeyError, TypeError, AttributeError):
        raise UsageFault(
            f"{path} is not what `grade classroom init` wrote.", hint="Delete it, and give --update once more."
        ) from None


def write_new(kit: Kit, folder: Path) -> Outcome:
    """Write the files of `kit`. Raises UsageFault, with nothing written, where one of them is there and differs."""
    there = {name: _digest_there(folder / name) for name in kit.files}
    if differing := [name for name, text in kit.files.items() if there[name] not in (None, _digest(text))]:
        raise UsageFault(
            f"{folder} has its own {', '.join(differing)} already, and nothing was written.",
            hint="Take an empty folder; or give --update, which leaves them as they are and writes the rest.",
        )
    return _write(kit, folder, list(kit.files), {})


def update(kit: Kit, folder: Path, record: Record | None) -> Outcome:
    """Write again what is still as `record` has it, and what is missing; never a submission that is there."""
    before = record.files if record else {}
    due = []
    for name in kit.files:
        there = _digest_there(folder / name)
        if there is None or (name != kit.submission and there == before.get(name)):
            due.append(name)
    return _write(kit, folder, due, before)


def _write(kit: Kit, folder: Path, due: list[str], before: dict[str, str]) -> Outcome:
    new = {name: _digest(text) for name, text in kit.files.items()}
    written = [name for name in due if _digest_there(folder / name) != new[name]]
    for name in written:
        write_bytes(folder / name, kit.files[name].encode(), with_folder=True)
    files = {name: new[name] if name in due else before.get(name, "") for name in kit.files}
    record = {"exercise": kit.exercise, "for": kit.target.value, "repository": kit.repository, "files": files}
    write_bytes(folder / RECORD, (json.dumps(record, indent=2) + "\n").encode())
    kept = [name for name in kit.files if _digest_there(folder / name) != new[name]]
    return Outcome(tuple(written), tuple(kept))


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _digest_there(path: Path) -> str | None:
    """Of the file at `path`; None where there is none. Raises UsageFault where it cannot be read.

    A checkout on Windows ends lines its own way, and nobody has changed the file by that.
    """
    try:
        return hashlib.sha256(path.read_bytes().replace(b"\r\n", b"\n")).hexdigest()
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as problem:
        raise UsageFault(f"{path} cannot be read: {problem.strerror}.") from None
