"""One long batch: 10,000 submissions of ex1, of which one in twenty is broken or hostile, and what it takes.

    python benchmarks/endurance.py [--submissions 10000] [--slow 14] [--jobs N]

Broken are empty files, binary junk, syntax errors, unreadable notebooks and the like; hostile are the attacks on ex1 in
tests/hostile. So many as --slow says run into a time limit of ex1, which costs 10 or 40 seconds each (14 is one of
each kind); the others end by themselves. Attacks go through `grade batch` and nothing else.

Printed is whether everybody is accounted for, how fast it went, what each kind of process held in memory as the batch
went on, and what was left behind. The exit code is 1 where somebody is not accounted for or something was left.
Memory is a process's share of all pages (PSS) where that may be read, else what is resident (RSS); an attack on memory
holds what its limit allows while it lasts, which the median of many looks leaves out and the most does not.
"""

from __future__ import annotations

import argparse
import contextlib
import csv
import ctypes
import itertools
import os
import re
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests"))

from hostile_support import attacks  # noqa: E402
from test_hostile import KNOWN_HOLES  # noqa: E402

EVERY = 20  # one in so many is broken or hostile
PR_SET_CHILD_SUBREAPER = 36
PARTS = (0.1, 0.5, 1.0)
FULL_MARKS = 10
# Attacks that take more than a second with the limits of ex1: most run into one of them, of 10 or of 40 seconds.
SLOW = {
    "patched_clocks", "busy_loop", "endless_regular_expression", "stops_itself", "slow_answer", "deadlock", "recursion",
    "ignored_signals", "endless_seeding", "slow_to_read_again_and_again", "an_answer_of_two_gigabytes",
    "memory_by_bytes", "a_hundred_thousand_keys",
}  # fmt: skip
BROKEN = {
    "empty.py": b"",
    "blank.py": b"\n \n",
    "binary.py": bytes(range(256)) * 40,
    "syntax.py": b"def sum_of_cubes(x:\n    return (x**3).sum()\n",
    "tabs.py": b"def sum_of_cubes(x):\n\treturn 1\n        return 2\n",
    "raises.py": b"raise ValueError('not today')\n",
    "missing.py": b"import a_module_that_nobody_has\n",
    "leaves.py": b"import sys\nsys.exit(0)\n",
    "nul.py": b"x = 1\0\n",
    "latin.py": "# \xe9t\xe9\n".encode("latin-1"),
    "text.ipynb": b"this is no notebook",
    "half.ipynb": b'{"cells": [{"cell_type": "code", "source": ["x =',
    "list.ipynb": b"[1, 2, 3]",
    "none.ipynb": b'{"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}',
}
ENDLESS = b"while True:\n    pass\n"


@dataclass(frozen=True, slots=True)
class HandedIn:
    """A file that a student hands in, and how many points it may earn: all of them where it is `right`."""

    suffix: str
    content: bytes
    most_points: int = 0

    @property
    def right(self) -> bool:
        return self.most_points == FULL_MARKS


def quick_ones() -> list[HandedIn]:
    """What is broken or hostile and ends by itself: all kinds of each, alternating."""
    broken = [HandedIn(Path(name).suffix, content) for name, content in BROKEN.items()]
    hostile = [each for stem, each in _attacks() if stem not in SLOW]
    return [each for pair in zip(itertools.cycle(broken), hostile, strict=False) for each in pair]


def slow_ones() -> list[HandedIn]:
    """What runs into a limit."""
    return [HandedIn(".py", ENDLESS), *(each for stem, each in _attacks() if stem in SLOW)]


def _attacks() -> Iterator[tuple[str, HandedIn]]:
    """The attacks on ex1 that need nothing of the machine filled in."""
    for attack in attacks():
        content = attack.path.read_bytes()
        if attack.exercise == "ex1" and attack.id not in KNOWN_HOLES and not re.search(rb"@[A-Z]+@", content):
            yield attack.path.stem, HandedIn(attack.path.suffix, content, attack.most_points)


def hand_in(folder: Path, count: int, slow: int) -> dict[str, HandedIn]:
    """A class of so many, by name: every twentieth hands in what is broken or hostile, `slow` of these in all slow."""
    (solution,) = (ROOT / "reference").glob("ex1_*/solution.py")
    right = HandedIn(".py", solution.read_bytes(), FULL_MARKS)
    bad = count // EVERY
    quick, limited = itertools.cycle(quick_ones()), itertools.cycle(slow_ones())
    class_ = {}
    for number in range(count):
        at, is_good = divmod(number, EVERY)
        spread = bad and at * slow // bad != (at + 1) * slow // bad  # spread evenly over the batch
        each = right if is_good else next(limited) if spread else next(quick)
        name = f"student{number:05}"
        (folder / name).mkdir(parents=True)
        (folder / name / f"ex1{each.suffix}").write_bytes(each.content)
        class_[name] = each
    return class_


# --- what the batch's processes hold ---------------------------------------------------------------------------------


def children_of(pid: int) -> list[int]:
    """The processes that any thread of `pid` has started."""
    found: list[int] = []
    with contextlib.suppress(OSError):  # it ended while we looked
        for path in Path(f"/proc/{pid}/task").glob("*/children"):
            found += map(int, path.read_text().split())
    return found


def megabytes(pid: int) -> float:
    """What a process holds; 0 where it has ended."""
    for name, label in (("smaps_rollup", "Pss:"), ("status", "VmRSS:")):
        try:
            text = Path(f"/proc/{pid}/{name}").read_text()
        except OSError:  # a process that protects itself shows this to root alone, one that has ended to nobody
            continue
        found = re.search(rf"{label}\s+(\d+) kB", text)
        if found:
            return int(found[1]) / 1024
    return 0.0


def family(pid: int) -> list[int]:
    """A process and its children."""
    return [pid, *children_of(pid)]


def by_role(coordinator: int) -> dict[str, float]:
    """Megabytes by what the processes are for. `submissions` are the zygotes' children, up to their limit of memory.

    Workers and zygotes are counted with the process that they are forked from.
    """
    held = {"coordinator": megabytes(coordinator), "workers": 0.0, "zygotes": 0.0, "submissions": 0.0}
    for pid in children_of(coordinator):
        is_nursery = b"inside/main.py" in command_line(pid)
        held["zygotes" if is_nursery else "workers"] += sum(map(megabytes, family(pid)))
        below = [child for zygote in children_of(pid) for child in children_of(zygote)]
        while below:
            held["submissions"] += sum(map(megabytes, below))
            below = [child for each in below for child in children_of(each)]
    return held


def command_line(pid: int) -> bytes:
    """The command line of a process; nothing where it has ended."""
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    return b""


def graded(results: Path) -> int:
    """How many are in the database so far."""
    try:
        with closing(sqlite3.connect(f"file:{results / 'grades.db'}?mode=ro", uri=True)) as database:
            return int(database.execute("SELECT count(*) FROM result").fetchone()[0])
    except sqlite3.OperationalError:  # it is not there yet
        return 0


@dataclass(frozen=True, slots=True)
class Run:
    """A batch that has ended: seconds, exit code, and megabytes by role at each look, by part of the batch."""

    seconds: float
    code: int
    looks: dict[float, list[dict[str, float]]]


def run_batch(folder: Path, results: Path, scratch: Path, jobs: int, count: int) -> Run:
    """Grade the class, and look every second at what its processes hold."""
    command = [sys.executable, "-m", "grader", "batch", "ex1", str(folder), "-o", str(results), "--jobs", str(jobs)]
    looks: dict[float, list[dict[str, float]]] = {part: [] for part in PARTS}
    started = time.perf_counter()
    running = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, env={**os.environ, "TMPDIR": str(scratch)})
    try:
        while running.poll() is None:
            held = by_role(running.pid)
            held["together"] = sum(held.values())
            part = next(part for part in PARTS if graded(results) <= part * count)
            looks[part].append(held)
            time.sleep(min(1.0, 0.05 + (time.perf_counter() - started) / 30))  # a short batch is looked at more often
    finally:
        running.kill()
    return Run(time.perf_counter() - started, running.returncode, looks)


# --- what came of it -------------------------------------------------------------------------------------------------


def unaccounted(results: Path, class_: dict[str, HandedIn]) -> list[str]:
    """A sentence for everybody whose line in the gradebook is not as it must be."""
    with (results / "gradebook.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = {row["student"]: row for row in csv.DictReader(file)}
    wrong = [f"{student} is in the gradebook and not in the class" for student in rows.keys() - class_.keys()]
    for student, each in class_.items():
        row = rows.get(student)
        if row is None or row["status"] != "graded":
            wrong.append(f"{student} is {row['status'] if row else 'missing'}")
        elif int(row["score"]) > each.most_points or (each.right and int(row["score"]) < FULL_MARKS):
            wrong.append(f"{student} has {row['score']} points, not {each.most_points}")
        elif not (results / "reports" / student / "ex1.html").is_file():
            wrong.append(f"{student} has no report")
    return wrong


def verdicts(results: Path) -> Counter[str]:
    """How many have each verdict."""
    with closing(sqlite3.connect(results / "grades.db")) as database:
        return Counter(dict(database.execute("SELECT verdict, count(*) FROM result GROUP BY verdict")))


def left_over(scratch: Path) -> list[str]:
    """Processes of the batch that still run, given ten seconds to end, and files that it has left."""
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline and (running := children_of(os.getpid())):
        for pid in running:
            os.waitpid(pid, os.WNOHANG)
        time.sleep(0.1)
    return [f"process {pid}" for pid in children_of(os.getpid())] + [str(path) for path in scratch.iterdir()]


def tell(run: Run, count: int, jobs: int) -> None:
    """Print the numbers."""
    print(f"{count} submissions in {run.seconds:.0f} s: {count / run.seconds:.1f} a second with {jobs} workers")
    roles = list(run.looks[PARTS[0]][0])
    for what, of in (("usual", statistics.median), ("most", max)):
        print(f"{what:>5} memory in MB " + "".join(f"{role:>13}" for role in roles))
        for before, part in zip((0.0, *PARTS), PARTS, strict=False):
            held = (of([look[role] for look in run.looks[part]] or [0.0]) for role in roles)
            print(f"{before:9.0%} to {part:4.0%}   " + "".join(f"{amount:13.0f}" for amount in held))


def main() -> int:
    """Run what the command line asks for; 0 where everybody is accounted for and nothing is left."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--submissions", type=int, default=10_000)
    parser.add_argument("--slow", type=int, default=14)
    parser.add_argument("--jobs", type=int, default=len(os.sched_getaffinity(0)))
    options = parser.parse_args()
    # What outlives its parent becomes our child, and is seen.
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    with tempfile.TemporaryDirectory() as name:
        folder, results, scratch = (Path(name) / part for part in ("class", "results", "scratch"))
        scratch.mkdir()
        class_ = hand_in(folder, options.submissions, options.slow)
        rights = sum(each.right for each in class_.values())
        print(f"{rights} right, {len(class_) - rights} broken or hostile, {options.slow} of these up to a time limit")
        run = run_batch(folder, results, scratch, options.jobs, options.submissions)
        if run.code != 0:
            print(f"the batch ended with {run.code}")
            return 1
        tell(run, options.submissions, options.jobs)
        print("verdicts: " + ", ".join(f"{count} {verdict}" for verdict, count in sorted(verdicts(results).items())))
        wrong, left = unaccounted(results, class_), left_over(scratch)
        print("accounted for: " + ("all" if not wrong else f"not {len(wrong)}: " + "; ".join(wrong[:10])))
        print("left behind: " + ("nothing" if not left else ", ".join(left)))
    return 1 if wrong or left else 0


if __name__ == "__main__":
    sys.exit(main())
