"""Submissions a second in a batch, beside one pytest process for each submission and beside the bare training.

    python benchmarks/batch.py [--ex1 1000] [--pytest 40] [--ex2 40]

ex1: a class of so many right submissions through `grade batch`, and some of them through pytest, a process for each, on
as many cores. ex2: a class through `grade batch`, beside the time that the training of the same submissions takes by
itself, one after another in one process for each core. Everything in the same run, so that ratios are of one machine.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
CORES = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1

PLAIN_TEST = """
import importlib.util, os, torch
spec = importlib.util.spec_from_file_location("mine", os.environ["MINE"])
mine = importlib.util.module_from_spec(spec)
spec.loader.exec_module(mine)
X = torch.tensor([1.0, 2.0, 3.0, 4.0])

def test_sum():
    assert mine.sum_of_cubes(X) == 100

def test_by_autograd():
    assert torch.allclose(mine.gradient_by_autograd(X), 3 * X**2)

def test_by_hand():
    assert torch.allclose(mine.gradient_by_hand(X), 3 * X**2)
"""

BARE_TRAINING = """
import importlib.util, sys, time, torch
torch.set_num_threads(1)
took = 0.0
for path in sys.argv[1:]:
    torch.manual_seed(0)
    spec = importlib.util.spec_from_file_location("mine", path)
    mine = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(mine)
    x, y = mine.make_data(1000, 0)
    model = mine.build_model()
    mine.train(model, x[:8], y[:8], 1, 0.1)
    started = time.perf_counter()
    mine.train(model, x, y, 500, 0.01)
    took += time.perf_counter() - started
print(took)
"""


def solution(exercise: str) -> Path:
    """The reference solution of an exercise."""
    return next((ROOT / "reference").glob(f"{exercise}_*/solution.py"))


def hand_in(folder: Path, exercise: str, count: int) -> Path:
    """A class of so many, who all hand in the reference solution."""
    for number in range(count):
        student = folder / f"student{number:05}"
        student.mkdir(parents=True)
        shutil.copy(solution(exercise), student / f"{exercise}.py")
    return folder


def batch_seconds(exercise: str, folder: Path, results: Path) -> float:
    """The wall time of a whole batch, start and results included."""
    started = time.perf_counter()
    command = [sys.executable, "-m", "grader", "batch", exercise, str(folder), "-o", str(results)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=ROOT)
    return time.perf_counter() - started


def pytest_seconds(files: list[Path], folder: Path) -> float:
    """The wall time of one pytest process for each file, as many at a time as there are cores."""
    (folder / "test_plain.py").write_text(PLAIN_TEST)

    def run(path: Path) -> None:
        command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(folder / "test_plain.py")]
        environment = {**os.environ, "MINE": str(path), "OMP_NUM_THREADS": "1", "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd=folder, env=environment)

    started = time.perf_counter()
    with ThreadPoolExecutor(CORES) as threads:
        list(threads.map(run, files))
    return time.perf_counter() - started


def bare_seconds(files: list[Path]) -> float:
    """The time that the trainings themselves take, one process for each core: that of the slower one."""

    def run(part: list[Path]) -> float:
        command = [sys.executable, "-c", BARE_TRAINING, *map(str, part)]
        return float(subprocess.run(command, check=True, capture_output=True, text=True).stdout)

    with ThreadPoolExecutor(CORES) as threads:
        return max(threads.map(run, [files[core::CORES] for core in range(CORES)]))


def compare_ex1(count: int, tested: int, folder: Path) -> None:
    """Print how many submissions of ex1 a second, both ways."""
    ours = batch_seconds("ex1", hand_in(folder / "ex1", "ex1", count), folder / "results1") / count
    theirs = pytest_seconds([solution("ex1")] * tested, folder) / tested
    print(f"ex1, {count} in a batch: {1 / ours:.1f} a second; a pytest process for each: {1 / theirs:.2f} a second")
    print(f"ratio {theirs / ours:.0f}, on {CORES} cores")


def compare_ex2(count: int, folder: Path) -> None:
    """Print what a batch of ex2 takes beside its bare training."""
    ours = batch_seconds("ex2", hand_in(folder / "ex2", "ex2", count), folder / "results2")
    bare = bare_seconds([solution("ex2")] * count)
    print(f"ex2, {count} in a batch: {ours:.1f} s; their training alone {bare:.1f} s; ratio {ours / bare:.2f}")


def main() -> None:
    """Measure what the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--ex1", type=int, default=1000)
    parser.add_argument("--pytest", type=int, default=40)
    parser.add_argument("--ex2", type=int, default=40)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        compare_ex1(options.ex1, options.pytest, Path(folder))
        compare_ex2(options.ex2, Path(folder))


if __name__ == "__main__":
    main()
