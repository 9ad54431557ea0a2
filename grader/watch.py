"""A file graded again whenever it is saved, on one sandbox that stays warm."""

from __future__ import annotations

import time
from collections.abc import Generator, Iterator
from pathlib import Path

from grader.errors import Unreadable, UsageFault
from grader.exercise import Exercise
from grader.model import Report
from grader.submission import Submission, read_submission
from grader.warm import WarmGrader

STEP_MS = 10  # the watcher gathers events for so long
LOOK_MS = 1_000  # where a file system tells nothing (a network, a folder made anew), the file is looked at so often
SETTLED_SECONDS = 0.02  # a file that is the same twice, so long apart, has been written
HALF_WRITTEN_SECONDS = 1.0  # an editor empties or removes a file before it writes it: for so long that is no verdict


def watch(exercise: Exercise, path: Path, *, seed: int = 0) -> Generator[Report | UsageFault]:
    """A report now, and another after each save that changes the file; a fault where it is gone. Never ends by itself.

    Closing the iterator, or an exception such as KeyboardInterrupt, ends the sandbox. Raises UsageFault where there is
    no file to begin with.
    """
    stamp = _stamp(path)
    first = read_submission(path)
    grader = WarmGrader(exercise, seed=seed)
    try:
        yield grader.grade(first)
        seen: Submission | UsageFault = first
        for has_news in _occasions(path):
            if not has_news and _stamp(path) == stamp:
                continue
            stamp = _stamp(path)  # before it is read: what is written meanwhile is found later
            now = _settled(path)
            if _is_same(now, seen):
                continue
            seen = now
            yield now if isinstance(now, UsageFault) else grader.grade(now)
    finally:
        grader.close()


def _occasions(path: Path) -> Iterator[bool]:
    """Yields True when something has happened to the file, and False now and then.

    Its folder is watched and not itself: what is renamed to its name is another file, which is how most editors save.
    """
    import watchfiles

    folder, name = path.absolute().parent, path.name
    names = {name, path.resolve().name}
    while True:
        try:
            for events in watchfiles.watch(
                folder,
                watch_filter=lambda _, changed: Path(changed).name in names,
                debounce=5 * STEP_MS,
                step=STEP_MS,
                rust_timeout=LOOK_MS,
                yield_on_timeout=True,
                recursive=False,
            ):
                yield bool(events)
        except (OSError, RuntimeError):  # the folder is gone, or the system watches no more of them: look at the file
            yield False
            time.sleep(LOOK_MS / 1000)


def _settled(path: Path) -> Submission | UsageFault:
    """The file when its writing is over: what it is twice in a row, and neither missing nor empty unless that lasts."""
    deadline = time.monotonic() + HALF_WRITTEN_SECONDS
    last = _look(path)
    while True:
        time.sleep(SETTLED_SECONDS)
        now = _look(path)
        if _is_same(now, last) and (not _may_be_half_written(now) or time.monotonic() > deadline):
            return now
        last = now


def _stamp(path: Path) -> tuple[int, ...]:
    """What tells, without reading it, that a file may have changed; empty where there is none."""
    try:
        about = path.stat()
    except OSError:
        return ()
    return about.st_mtime_ns, about.st_size, about.st_ino


def _look(path: Path) -> Submission | UsageFault:
    try:
        return read_submission(path)
    except UsageFault as fault:
        return fault


def _is_same(one: Submission | UsageFault, other: Submission | UsageFault) -> bool:
    if isinstance(one, Submission) and isinstance(other, Submission):
        return one.id == other.id
    return isinstance(one, UsageFault) and isinstance(other, UsageFault) and one.message == other.message


def _may_be_half_written(seen: Submission | UsageFault) -> bool:
    return isinstance(seen, UsageFault) or isinstance(seen.fault, Unreadable)
