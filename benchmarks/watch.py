"""How long a student waits after saving: `grade watch ex1`, from the write to the verdict on the screen.

    python benchmarks/watch.py [--saves 20] [exercise]

Beside it, taken in turn with it: a bare fork and exec of `python -c pass`, which is what this machine takes to start
anything at all.
"""

from __future__ import annotations

import argparse
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
GRADE = Path(sys.executable).with_name("grade")
END = "Ctrl-C ends."


def seconds_to_verdict(watch: subprocess.Popen[str]) -> float:
    """The time until the report that is due now has been printed in full."""
    started = time.perf_counter()
    assert watch.stdout is not None
    while END not in watch.stdout.readline():
        assert watch.poll() is None, "grade watch has ended"
    return time.perf_counter() - started


def bare_process() -> float:
    """The wall time of a Python process that does nothing."""
    started = time.perf_counter()
    subprocess.run([sys.executable, "-c", "pass"], check=True)
    return time.perf_counter() - started


def measure(exercise: str, saves: int) -> None:
    """Save a file again and again, each time with other bytes, and print medians and extremes."""
    (solution,) = ROOT.glob(f"reference/{exercise}_*/solution.py")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "mine.py"
        path.write_bytes(solution.read_bytes())
        watch = subprocess.Popen([str(GRADE), "watch", exercise, str(path)], stdout=subprocess.PIPE, text=True)
        first = seconds_to_verdict(watch)
        ours, base = [], []
        for number in range(saves):
            time.sleep(0.2)  # nobody saves in the very moment at which a report appears
            path.write_bytes(solution.read_bytes() + b"\n# save %d\n" % number)
            ours.append(seconds_to_verdict(watch))
            base.append(bare_process())
        watch.send_signal(signal.SIGINT)
        watch.wait()
    print(f"grade watch {exercise}: first verdict after {first:.2f} s")
    for name, times in (("save to verdict", ours), ("python -c pass", base)):
        low, middle, high = (1000 * each for each in (min(times), statistics.median(times), max(times)))
        print(f"  {name:<16} median {middle:5.0f} ms   ({low:.0f} to {high:.0f})")


def main() -> None:
    """Measure what the command line names."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("exercise", nargs="?", default="ex1")
    parser.add_argument("--saves", type=int, default=20)
    options = parser.parse_args()
    measure(options.exercise, options.saves)


if __name__ == "__main__":
    main()
