"""What the tests share: one warm sandbox, a way to grade a text, and the real command line."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import hypothesis
import pytest
from browser_support import Browser, started_browser

from grader.exercise import Exercise, find_exercise
from grader.grading import grade
from grader.model import Report
from grader.sandbox.launch import Launcher
from grader.sandbox.start import start_launcher
from grader.submission import read_submission

ROOT = Path(__file__).resolve().parents[1]
ENGINE_PACK = Path(__file__).parent / "packs" / "engine"

ATTACKS = {"test_hostile", "test_hostile_class", "test_hostile_endurance", "test_hostile_names"}
LONG_FILES = {"test_tools", "test_odd_answers", "test_accelerator", "test_verdicts", "test_confinement"}
os.environ["GRADER_PROGRESS"] = "off"  # what tests grade is nobody's progress
hypothesis.settings.register_profile("grader", deadline=None)  # no test is about how busy the machine is
hypothesis.settings.load_profile("grader")

GradeText = Callable[..., Report]
RunGrade = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture(scope="session")
def launcher() -> Iterator[Launcher]:
    """One warm launcher for all tests, as a batch would use it."""
    started = start_launcher(warm=True)
    yield started
    started.close()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One headless Chromium for the tests of a page."""
    with started_browser() as started:
        yield started


@pytest.fixture(scope="session")
def plain() -> Exercise:
    """The exercise of the engine's own tests: f, g and h give 3 * x**2."""
    return find_exercise("plain", (ENGINE_PACK,))


@pytest.fixture
def grade_text(launcher: Launcher, plain: Exercise, tmp_path: Path) -> GradeText:
    """Grade a source text (or bytes) as the plain exercise, or as another one."""

    def graded(text: str | bytes, *, exercise: Exercise = plain, name: str = "mine.py", seed: int = 0) -> Report:
        path = tmp_path / name
        path.write_bytes(text.encode() if isinstance(text, str) else text)
        return grade(exercise, read_submission(path), launcher, seed=seed)

    return graded


@pytest.fixture
def run_grade(tmp_path: Path) -> RunGrade:
    """Run the installed `grade` command in a fresh folder, as a user would."""

    def run(*arguments: str | Path, env: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
        command = [str(Path(sys.executable).parent / "grade"), *map(str, arguments)]
        return subprocess.run(
            command,
            cwd=tmp_path,
            env={**os.environ, **(env or {})},
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    return run


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """How tests are shared out with -n: a file stays together, for what its fixtures cost, but for the longest ones.

    Attacks all go to one worker: what is looked for after one of them must not be another one at work.
    """
    for item in items:
        stem = item.path.stem
        if stem not in LONG_FILES:
            item.add_marker(pytest.mark.xdist_group("hostile" if stem in ATTACKS else stem))
