"""The files of a new exercise, filled in and written where an author keeps theirs."""

from __future__ import annotations

import re
import string
from dataclasses import dataclass
from pathlib import Path

from grader.errors import UsageFault
from grader.exercise import exercise_folders
from grader.files import write_bytes

_TEMPLATES = Path(__file__).parent / "templates"
# The templates end in .in, so that no tool takes the Python among them for modules of the grader, and none is called a
# solution: what is handed out to students has no file of that name.
_EXERCISE = {name: name for name in ("README.md", "checks.py", "exercise.toml", "stub.py")}
_HELD_TO = {
    "plain.py": "solution.py",
    "by_product.py": "right/by_product.py",
    "only_three.py": "wrong/only_three.py",
    "over_columns.py": "wrong/over_columns.py",
}
_NAME = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
_NUMBERED = re.compile(r"ex[0-9]+_")


@dataclass(frozen=True, slots=True, kw_only=True)
class Skeleton:
    """What was written: the exercise's id, its folder, and that of its references."""

    id: str
    folder: Path
    references: Path


class _Template(string.Template):
    """With @@name for what is filled in: $ and braces are TOML's and Python's own."""

    delimiter = "@@"


def write_skeleton(name: str, *, pack: Path, references: Path) -> Skeleton:
    """Write the exercise `name` into `pack`, and what it is held to into `references`; either is made if missing.

    Its id is what stands before the first underscore. Raises UsageFault, with nothing written, where the name cannot be
    one, its id is taken, or one of its two folders is there already.
    """
    if not _NAME.fullmatch(name):
        raise UsageFault(
            f"{name!r} cannot be an exercise's name.",
            hint="It begins with a letter and has lower case letters, digits and single underscores: softmax_rows.",
        )
    made = Skeleton(id=name.partition("_")[0], folder=pack / name, references=references / name)
    for folder in (made.folder, made.references):
        if folder.exists():
            raise UsageFault(f"{folder} is there already, and nothing was written.", hint="Take another name.")
    for other in exercise_folders((pack,)):
        if other.name.partition("_")[0] == made.id:
            raise UsageFault(
                f"{other.name} has the id {made.id} already, and nothing was written.",
                hint="The id is what stands before the first underscore: begin with another word.",
            )
    texts = {"id": made.id, "title": _NUMBERED.sub("", name).replace("_", " ").capitalize()}
    for folder, files in ((made.folder, _EXERCISE), (made.references, _HELD_TO)):
        for template, path in files.items():
            text = (_TEMPLATES / f"{template}.in").read_text(encoding="utf-8")
            write_bytes(folder / path, _Template(text).substitute(texts).encode(), with_folder=True)
    return made
