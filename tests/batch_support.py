"""What the tests of a class share: exercises, inputs built from names, the real command and what it wrote."""

from __future__ import annotations

import csv
import io
import signal
import subprocess
import sys
import zipfile
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path

from grader.batch.intake.handed_in import Intake
from grader.batch.naming import ExerciseNames

ROOT = Path(__file__).parents[1]
GRADE = [sys.executable, "-m", "grader", "batch"]
EX1 = ExerciseNames("ex1", ("ex1_sum_of_cubes", "Sum-of-cubes gradient"))
EX2 = ExerciseNames("ex2", ("ex2_classifier", "4-32-16-1 classifier"))
EX5 = ExerciseNames("ex5", ("ex5_missing_zero_grad", "The missing zero_grad"))
BOTH = (EX1, EX2)

Files = Mapping[str, bytes] | Iterable[str]


def as_contents(files: Files) -> dict[str, bytes]:
    """Names with contents; a file that is only named holds its own name."""
    return dict(files) if isinstance(files, Mapping) else {name: name.encode() for name in files}


def folder(root: Path, files: Files) -> Path:
    """A folder with these files."""
    for name, content in as_contents(files).items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return root


def zip_bytes(files: Files) -> bytes:
    """A zip archive with these members."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in as_contents(files).items():
            archive.writestr(name, content)
    return buffer.getvalue()


def zip_file(path: Path, files: Files) -> Path:
    """A zip file with these members."""
    path.write_bytes(zip_bytes(files))
    return path


def entries(intake: Intake) -> list[tuple[str, str, int, str]]:
    """Who handed in what, as (student, exercise, try, name)."""
    return [(each.student.key, each.exercise, each.attempt, each.name) for each in intake.entries]


def reasons(intake: Intake) -> dict[str, str]:
    """Why what was left out was, by name."""
    return {each.name: each.reason for each in intake.left_out}


def accounted(intake: Intake) -> Counter[str]:
    """How often each name is an entry or left out."""
    return Counter([each.name for each in intake.entries] + [each.name for each in intake.left_out])


def batch(*arguments: str | Path, code: int = 0) -> str:
    """Run a batch to its end; what it said."""
    ended = subprocess.run([*GRADE, *map(str, arguments)], capture_output=True, text=True, check=False, cwd=ROOT)
    assert ended.returncode == code, ended.stdout + ended.stderr
    return ended.stdout + ended.stderr


def killed_before(moment: str, *arguments: str | Path) -> None:
    """A batch that is killed just before it does this: a function of grader.batch.run or what it imports."""
    module, _, name = moment.rpartition(".")
    code = f"""
import importlib, os, signal, sys
setattr(importlib.import_module({module!r}), {name!r}, lambda *_, **__: os.kill(os.getpid(), signal.SIGKILL))
from grader.cli import main
sys.argv = ["grade", "batch", *sys.argv[1:]]
main()
"""
    command = [sys.executable, "-c", code, *map(str, arguments)]
    ended = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)
    assert ended.returncode == -signal.SIGKILL, ended.stdout + ended.stderr


def gradebook(results: Path, column: str = "score") -> dict[str, str]:
    """The scores by student, or what another column has."""
    with (results / "gradebook.csv").open(encoding="utf-8-sig", newline="") as file:
        return {row["student"]: row[column] for row in csv.DictReader(file)}
