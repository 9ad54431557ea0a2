"""The wheel: exercises inside, references not, and it grades outside the checkout."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from conftest import ROOT

from grader.exercise import exercise_folders


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from the checkout."""
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation", "-w", folder, ROOT]
    subprocess.run([str(part) for part in command], check=True)
    (built,) = folder.glob("*.whl")
    return built


def test_exercises_are_inside_and_references_are_not(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    for folder in exercise_folders():
        for file in ("exercise.toml", "README.md", "stub.py", "checks.py"):
            assert f"grader/exercises/{folder.name}/{file}" in names
    assert not [name for name in names if "reference" in name or "solution" in name or "tests/" in name]
    assert not [name for name in names if "__pycache__" in name]
    assert "grader/reporters/report.schema.json" in names
    assert "grader/py.typed" in names
    assert {f"grader/classroom/templates/{name}" for name in ("grade.yml", "classroom.yml", "handing_in.md")} < set(
        names
    )
    packs = {"gradescope": ("setup.sh", "run_autograder"), "classroom50": ("autograder.py",), "students": ()}
    for platform, files in packs.items():
        assert {f"grader/packing/templates/{platform}/{file}" for file in ("README.md", *files)} < set(names)
    assert {f"grader/batch/templates/class.{suffix}" for suffix in ("html.j2", "css", "js")} < set(names)


def test_it_grades_where_there_is_no_checkout(wheel: Path, tmp_path: Path) -> None:
    installed = tmp_path / "installed"
    command = [
        sys.executable,
        "-m",
        "pip",
        "install",
        "--quiet",
        "--no-deps",
        "--no-index",
        "--target",
        installed,
        wheel,
    ]
    subprocess.run([str(part) for part in command], check=True)
    solution = next((ROOT / "reference").glob("ex1_*/solution.py"))
    done = subprocess.run(
        [sys.executable, "-P", "-m", "grader", "ex1", str(solution)],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(installed)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "10/10" in done.stdout
    where = subprocess.run(
        [sys.executable, "-P", "-c", "import grader; print(grader.__file__)"],
        env={**os.environ, "PYTHONPATH": str(installed)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert where.stdout.startswith(str(installed))
