"""How long a student waits: `grade ex1 file` beside `python -c "import torch"`, and `grade --help`.

    python benchmarks/one_file.py [--runs 9] [exercise ...]

Runs the commands in turn, so that a machine whose speed drifts slows them alike, and prints medians and ratios.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
GRADE = Path(sys.executable).with_name("grade")
BASELINE = [sys.executable, "-c", "import torch"]


def seconds(command: list[str]) -> float:
    """The wall time of one run of a command, its output thrown away."""
    started = time.perf_counter()
    subprocess.run(command, stdout=subprocess.DEVNULL, check=True)
    return time.perf_counter() - started


def compare(name: str, command: list[str], *, runs: int) -> None:
    """Print the medians of a command and of the baseline, and the median of the pairwise ratios."""
    seconds(command), seconds(BASELINE)  # a first run fills the disk cache
    pairs = [(seconds(command), seconds(BASELINE)) for _ in range(runs)]
    ours = statistics.median(pair[0] for pair in pairs)
    base = statistics.median(pair[1] for pair in pairs)
    ratios = sorted(pair[0] / pair[1] for pair in pairs)
    spread = f"{ratios[0]:.2f} to {ratios[-1]:.2f}"
    print(f"{name:<12} {ours:7.3f} s   import torch {base:.3f} s   ratio {statistics.median(ratios):.2f} ({spread})")


def main() -> None:
    """Measure what the command line names."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("exercises", nargs="*", default=["ex1"])
    parser.add_argument("--runs", type=int, default=9)
    options = parser.parse_args()
    for exercise in options.exercises:
        (solution,) = ROOT.glob(f"reference/{exercise}_*/solution.py")
        compare(f"grade {exercise}", [str(GRADE), exercise, str(solution)], runs=options.runs)
    compare("grade --help", [str(GRADE), "--help"], runs=options.runs)


if __name__ == "__main__":
    main()
