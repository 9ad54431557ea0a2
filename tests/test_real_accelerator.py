"""The simulated accelerator held to a real one: every submission of ex4 fares alike on both.

Runs only where there is a CUDA device.
"""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from grader.exercise import find_exercise
from grader.grading import grade
from grader.model import Accelerator, Status, Verdict
from grader.sandbox import device
from grader.sandbox.launch import Launcher
from grader.sandbox.start import start_launcher
from grader.submission import Submission, read_submission

REFERENCE = Path(__file__).parents[1] / "reference" / "ex4_device_moves"
SUBMISSIONS = sorted(path for path in REFERENCE.rglob("*") if path.suffix in {".py", ".ipynb"})
LIMITS = {
    "memory_bytes": 1 << 30,
    "cpu_seconds": 60,
    "file_bytes": 1 << 20,
    "disk_bytes": 1 << 20,
    "files": 100,
    "open_files": 128,
}

needs_a_gpu = pytest.mark.skipif(not torch.cuda.is_available(), reason="there is no CUDA GPU to compare with")
Outcome = tuple[Verdict, int | None, list[tuple[str, Status, str | None]]]


@needs_a_gpu
def test_a_confined_child_reaches_the_device(launcher: Launcher) -> None:
    """Without this the comparison would compare the simulation with itself."""
    assert device.works(launcher, tuple(LIMITS.items()))


@needs_a_gpu
@pytest.mark.parametrize("path", SUBMISSIONS, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_a_real_accelerator_and_the_simulated_one_agree(path: Path, launcher: Launcher) -> None:
    submission = read_submission(path)
    assert outcome(submission, launcher, Accelerator.REAL) == outcome(submission, launcher, Accelerator.SIMULATED)


def outcome(submission: Submission, launcher: Launcher, accelerator: Accelerator) -> Outcome:
    report = grade(find_exercise("ex4"), submission, launcher, accelerator=accelerator)
    assert report.verdict is not Verdict.GRADER_ERROR, report.reason
    return report.verdict, report.score, [(check.id, check.status, check.mistake) for check in report.checks]


@pytest.mark.skipif(torch.cuda.is_available(), reason="this machine has a device to use")
def test_a_machine_without_one_is_simulated_whatever_is_wanted(launcher: Launcher) -> None:
    submission = read_submission(REFERENCE / "solution.py")
    assert outcome(submission, launcher, Accelerator.REAL) == outcome(submission, launcher, Accelerator.SIMULATED)


@pytest.mark.skipif(torch.cuda.is_available(), reason="this machine has a device to use")
def test_a_driver_that_does_not_answer_is_a_no(monkeypatch: pytest.MonkeyPatch) -> None:
    """A torch that is built for CUDA on a machine without a GPU: a child tries, and its error is the answer."""
    monkeypatch.setattr(torch.version, "cuda", "13.0")
    started = start_launcher(warm=False)
    try:
        assert device.works(started, tuple(LIMITS.items())) is False
        assert started.scratch_root.names() == []
    finally:
        started.close()
