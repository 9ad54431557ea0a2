"""The simulated accelerator held to a real one: every submission of ex4 fares alike on both.

Runs only where there is a CUDA device. The layers that would keep a child from the device are left out, for both
runs: the code is our own.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import torch

from grader.exercise import find_exercise
from grader.grading import grade
from grader.model import Status, Verdict
from grader.sandbox.inside.confine import Layer
from grader.sandbox.launch import Launcher
from grader.sandbox.start import start_launcher
from grader.submission import Submission, read_submission

pytestmark = pytest.mark.skipif(not torch.cuda.is_available(), reason="there is no CUDA GPU to compare with")

BETWEEN_A_CHILD_AND_THE_DEVICE = frozenset({Layer.LANDLOCK, Layer.SECCOMP, Layer.RLIMITS, Layer.THREADS})
REFERENCE = Path(__file__).parents[1] / "reference" / "ex4_device_moves"
SUBMISSIONS = sorted(path for path in REFERENCE.rglob("*") if path.suffix in {".py", ".ipynb"})

Outcome = tuple[Verdict, int | None, list[tuple[str, Status, str | None]]]


@pytest.fixture(scope="module")
def open_launcher() -> Iterator[Launcher]:
    launcher = start_launcher(warm=True, without=BETWEEN_A_CHILD_AND_THE_DEVICE)
    yield launcher
    launcher.close()


@pytest.mark.parametrize("path", SUBMISSIONS, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_a_real_accelerator_and_the_simulated_one_agree(path: Path, open_launcher: Launcher) -> None:
    submission = read_submission(path)
    simulated = outcome(submission, open_launcher, real_accelerator=False)
    real = outcome(submission, open_launcher, real_accelerator=True)
    assert real == simulated


def outcome(submission: Submission, launcher: Launcher, *, real_accelerator: bool) -> Outcome:
    report = grade(find_exercise("ex4"), submission, launcher, real_accelerator=real_accelerator)
    assert report.verdict is not Verdict.GRADER_ERROR, report.reason
    return report.verdict, report.score, [(check.id, check.status, check.mistake) for check in report.checks]
