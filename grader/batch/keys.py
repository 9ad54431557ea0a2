"""What a result is kept under: work that is the same in all that a result depends on is not graded again."""

from __future__ import annotations

import hashlib

from grader import __version__
from grader.batch.intake.handed_in import Entry
from grader.errors import GraderFault, Unreadable
from grader.exercise import Exercise


def fingerprint(exercise: Exercise, seed: int) -> bytes:
    """What else a result depends on, beside the submission: the grader, the seed, everything that judges.

    That is all of the exercise's folder, with data that its checks may read, but for its statements and translations.
    """
    digest = hashlib.sha256(f"{__version__} {seed} {exercise.id}".encode())
    for path in sorted(path for path in exercise.folder.rglob("*") if path.is_file()):
        name = path.relative_to(exercise.folder).as_posix()
        if "__pycache__" not in path.parts and not name.endswith(".md") and not name.startswith("texts."):
            digest.update(name.encode() + b"\0" + hashlib.sha256(path.read_bytes()).digest())
    return digest.digest()


def keys_of(entry: Entry, fingerprint: bytes) -> tuple[str, str]:
    """What a result of `entry` is kept under (its name and content, and the fingerprint of its exercise), and what its
    content alone is known by.
    """
    try:
        content = entry.source.read()
    except (Unreadable, GraderFault) as fault:
        content = repr(fault.message).encode()
    key = hashlib.sha256(fingerprint + entry.name.encode() + b"\0" + content).hexdigest()
    return key, hashlib.sha256(content).hexdigest()
