"""Submissions a second and processor time for each, beside Otter, nbgrader, pytest and the bare computation.

    python benchmarks/peers.py [--environments DIR] [--ex1 1000] [--ex2 300] [--pytest 40] [--others 6]

A class of right submissions of ex1, and one of ex2, through `grade batch`; some of them through each of the others (see
others.py), and the student's own computation alone, in one process for each core that has imported torch: for ex2 the
500 epochs of its long check, from the same start and on the same data, on which their time hangs by some hundredths.
All in the same run and on the same cores, so that ratios are of one machine; starting up counts for everybody. The
environments of the others are installed first, by pip, whose settings say from where; DIR keeps them for the next time.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import torch
from others import CORES, NBGRADER, OTTER, PYTEST, ROOT, NotMeasured, Spent, Tool, install, timed

from grader.exercise import find_exercise
from grader.grading import derived_seed
from grader.loading import load_checks

WIDTH = 50
SEED = 0  # of the batch, which is what it takes by default
BARE = {
    "ex1": "X = torch.tensor([1.0, 2.0, 3.0, 4.0])\n"
    "mine.sum_of_cubes(X), mine.gradient_by_autograd(X), mine.gradient_by_hand(X)",
    "ex2": "torch.manual_seed(given['seed'])\nmine.train(mine.build_model(), given['x'], given['y'])",
}
MEASURE = """
import importlib.util, sys, time, torch
torch.set_num_threads(1)
code, given = compile(sys.argv[3], "bare", "exec"), torch.load(sys.argv[4])
wall = cpu = 0.0
for number in range(-1, int(sys.argv[2])):
    torch.manual_seed(0)
    spec = importlib.util.spec_from_file_location("mine", sys.argv[1])
    mine = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(mine)
    started, worked = time.perf_counter(), time.process_time()
    exec(code)
    if number >= 0:  # the first one pays for what torch puts off
        wall, cpu = wall + time.perf_counter() - started, cpu + time.process_time() - worked
print(wall, cpu)
"""


@dataclass(frozen=True, slots=True)
class Measured:
    """How many submissions went through a tool, and what that took in all."""

    name: str
    count: int
    spent: Spent

    @property
    def wall(self) -> float:
        """The seconds that a core is kept for one submission."""
        return self.spent.wall * CORES / self.count

    @property
    def cpu(self) -> float:
        """The seconds of processor time that one submission takes."""
        return self.spent.cpu / self.count


def solution(exercise: str) -> Path:
    """The reference solution of an exercise."""
    return next((ROOT / "reference").glob(f"{exercise}_*/solution.py"))


def ours(exercise: str, count: int, folder: Path) -> Measured:
    """A whole batch, start and results included."""
    for number in range(count):
        student = folder / "class" / f"student{number:05}"
        student.mkdir(parents=True)
        shutil.copy(solution(exercise), student / f"{exercise}.py")
    command = [sys.executable, "-m", "grader", "batch", exercise, str(folder / "class"), "-o", str(folder / "results")]
    command += ["--seed", str(SEED)]

    def run() -> None:
        subprocess.run(command, check=True, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    return Measured("grade batch", count, timed(run))


def keep_task(path: Path) -> None:
    """Write down what ex2's long check trains on in a batch, and the seed with which the model is built there."""
    check = next(each for each in load_checks(find_exercise("ex2")) if each.id == "full_training")
    exercise, names = sys.modules[check.run.__module__], ("ex2", check.id)
    rng = torch.Generator().manual_seed(derived_seed(SEED, *names))
    task = exercise.long_run(exercise.drawn_seed(rng)).task
    torch.save({"x": task.x, "y": task.y, "seed": derived_seed(SEED, *names, "child")}, path)


def bare(exercise: str, count: int, task: Path) -> Measured:
    """The student's own computation: the time of the process that takes longer."""

    def run(core: int) -> tuple[float, ...]:
        share = len(range(core, count, CORES))
        command = [sys.executable, "-c", MEASURE, str(solution(exercise)), str(share), BARE[exercise], str(task)]
        said = subprocess.run(command, check=True, capture_output=True, text=True).stdout
        return tuple(map(float, said.split()))

    with ThreadPoolExecutor(CORES) as threads:
        walls, cpus = zip(*threads.map(run, range(CORES)), strict=True)
    return Measured("the computation alone", count, Spent(max(walls), sum(cpus)))


def other(tool: Tool, environments: Path, exercise: str, count: int) -> Measured | None:
    """The same through another tool; None where it cannot be installed or run here, said why."""
    source = solution(exercise).read_text().split("if __name__")[0]  # a notebook would run that block
    try:
        with tempfile.TemporaryDirectory() as folder:
            return Measured(
                tool.name, count, tool.run(install(tool, environments), Path(folder), exercise, source, count)
            )
    except NotMeasured as problem:
        print(f"{tool.name} is not measured: {problem}", flush=True)
        return None


def tell(exercise: str, rows: list[Measured]) -> None:
    """Print a line for each, and a bar as long as what one submission costs. The first is what others are held to."""
    ours, most = rows[0], max(row.cpu for row in rows)
    print(f"\n{exercise}, on {CORES} cores        submissions   a second  times ours   CPU seconds each  times ours")
    for row in rows:
        print(
            f"{row.name:26}{row.count:8}{CORES / row.wall:11.2f}{row.wall / ours.wall:12.3g}"
            f"{row.cpu:19.5f}{row.cpu / ours.cpu:12.3g}"
        )
    print("\nCPU seconds each")
    for row in rows:
        print(f"{row.name:26} {'█' * round(WIDTH * row.cpu / most) or '▏'}", flush=True)


def main() -> None:
    """Measure what the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--environments", type=Path)
    parser.add_argument("--ex1", type=int, default=1000)
    parser.add_argument("--ex2", type=int, default=300)
    parser.add_argument("--pytest", type=int, default=40)
    parser.add_argument("--others", type=int, default=6)
    options = parser.parse_args()
    tools = ((PYTEST, options.pytest), (OTTER, options.others), (NBGRADER, options.others))
    with tempfile.TemporaryDirectory() as name:
        environments = (options.environments or Path(name) / "environments").resolve()
        keep_task(task := Path(name) / "task.pt")
        for exercise, count in (("ex1", options.ex1), ("ex2", options.ex2)):
            rows = [ours(exercise, count, Path(name) / exercise), bare(exercise, count, task)]
            found = [other(tool, environments, exercise, most) for tool, most in tools]
            tell(exercise, rows + [each for each in found if each])


if __name__ == "__main__":
    main()
