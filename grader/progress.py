"""What someone has done so far: a small file of their own, which stays on their machine.

It lies in the user's data folder; the variable GRADER_PROGRESS names another file, or is "off" to keep none.
"""

from __future__ import annotations

import dataclasses
import json
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from grader.errors import UsageFault
from grader.exercise import Exercise
from grader.files import write_bytes
from grader.model import Report

VARIABLE = "GRADER_PROGRESS"
OFF = "off"
LOCK_SECONDS = 5.0


class Stage(StrEnum):
    """How far someone is with an exercise."""

    DONE = "done"
    TRIED = "tried"
    LEFT = "left"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One exercise: the best score out of `points`, how often it was graded, how many hints were given."""

    best: int = 0
    points: int = 0
    tries: int = 0
    hints: int = 0

    @property
    def stage(self) -> Stage:
        """Done with full marks, tried with less."""
        if not self.tries:
            return Stage.LEFT
        return Stage.DONE if self.best >= self.points else Stage.TRIED


def progress_file() -> Path | None:
    """Where progress is kept; None where it is not."""
    chosen = os.environ.get(VARIABLE, "")
    if chosen.lower() == OFF:
        return None
    if chosen:
        return Path(chosen)
    import platformdirs

    return platformdirs.user_data_path("grader", appauthor=False) / "progress.json"


def read_progress() -> dict[str, Entry]:
    """What is known, by the exercises' ids. A file that is broken in parts counts for what it still says."""
    path = progress_file()
    return {} if path is None else _entries(_load(path) or {})


def record(report: Report) -> None:
    """Count a report in. Raises UsageFault where the file cannot be written."""
    if (score := report.score) is not None:
        _change(
            report.exercise,
            lambda old: dataclasses.replace(
                old,
                best=max(score, old.best) if old.points == report.max_score else score,
                points=report.max_score,
                tries=old.tries + 1,
            ),
        )


def record_hints(exercise: str, count: int) -> None:
    """Note how many hints have been given. Raises UsageFault where the file cannot be written."""
    _change(exercise, lambda old: dataclasses.replace(old, hints=max(count, old.hints)))


def next_exercise(course: Sequence[Exercise], entries: Mapping[str, Entry], *, after: str = "") -> Exercise | None:
    """The first exercise after `after` that is not done, or else the first that is not; None where there is none.

    Without any entries nothing is known of what comes before `after`, and it is left alone.
    """
    ids = [exercise.id for exercise in course]
    start = ids.index(after) + 1 if after in ids else 0
    open_ones = [each for each in course if each.id != after and entries.get(each.id, Entry()).stage is not Stage.DONE]
    later = [each for each in open_ones if ids.index(each.id) >= start]
    return next(iter(later or (open_ones if entries else [])), None)


def _change(exercise: str, change: Callable[[Entry], Entry]) -> None:
    from filelock import FileLock, Timeout

    path = progress_file()
    if path is None:
        return
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(path.with_name(f"{path.name}.lock"), timeout=LOCK_SECONDS):
            data = _load(path)
            if data is None:
                path.replace(path.with_name(f"{path.name}.broken"))  # whatever it held is not ours to throw away
            entries = _entries(data or {})
            entries[exercise] = change(entries.get(exercise, Entry()))
            plain = {id_: dataclasses.asdict(entry) for id_, entry in entries.items()}
            write_bytes(path, json.dumps({"version": 1, "exercises": plain}, indent=1).encode() + b"\n")
    except (OSError, Timeout) as problem:
        raise UsageFault(f"Your progress was not kept: {problem}.", hint=f"{VARIABLE}={OFF} stops trying.") from None


def _load(path: Path) -> dict[str, object] | None:
    """The file's data, empty where there is no file, None where it is broken."""
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, RecursionError):
        return None
    return data if isinstance(data, dict) and isinstance(data.get("exercises"), dict) else None


def _entries(data: Mapping[str, object]) -> dict[str, Entry]:
    found = data.get("exercises", {})
    assert isinstance(found, dict)  # `_load` has seen to it
    known = {each.name for each in dataclasses.fields(Entry)}
    return {
        id_: Entry(**{name: value for name, value in fields.items() if name in known and _is_count(value)})
        for id_, fields in found.items()
        if isinstance(fields, dict)
    }


def _is_count(value: object) -> bool:
    return isinstance(value, int) and value >= 0
