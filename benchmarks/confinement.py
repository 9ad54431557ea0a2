"""What confinement adds to a warm submission: children with every layer beside children with none, in turn.

    python benchmarks/confinement.py [--children 200]

Prints the medians of starting a child and waiting until it is ready, in milliseconds, and their difference. Linux only.
"""

from __future__ import annotations

import argparse
import statistics
import time

from grader.exercise import Limits
from grader.model import SubmissionId
from grader.sandbox.launch import Launcher
from grader.sandbox.session import Session
from grader.sandbox.start import start_launcher
from grader.submission import Submission

NOTHING = Submission(SubmissionId(name="", sha256=""))
LAYERS = frozenset(
    {"rlimits", "user", "capabilities", "landlock", "seccomp", "namespaces", "storage", "cgroups", "threads"}
)


def milliseconds(launcher: Launcher) -> float:
    """From the order to fork until the child says what confines it."""
    with Session(launcher, NOTHING, Limits(), seed=0) as session:
        started = time.perf_counter()
        session.start()
        return (time.perf_counter() - started) * 1e3


def main() -> None:
    """Measure both kinds of children in turn, so that a machine whose speed drifts slows them alike."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--children", type=int, default=200)
    children = parser.parse_args().children
    confined, bare = start_launcher(warm=True), start_launcher(warm=True, without=LAYERS)
    try:
        for launcher in (confined, bare):
            milliseconds(launcher)  # the first one waits for torch's import
        pairs = [(milliseconds(confined), milliseconds(bare)) for _ in range(children)]
    finally:
        confined.close()
        bare.close()
    with_layers, without = (statistics.median(pair[index] for pair in pairs) for index in (0, 1))
    added = statistics.median(pair[0] - pair[1] for pair in pairs)
    print(
        f"a child is ready after {with_layers:.2f} ms confined, {without:.2f} ms bare: confinement adds {added:.2f} ms"
    )


if __name__ == "__main__":
    main()
