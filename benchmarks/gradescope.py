"""Whether grading fits into a container of Gradescope: 768 MB and half a processor.

    python benchmarks/gradescope.py [exercise ...]

Packs each exercise, unpacks it, and grades the reference and the stub as run_autograder does. As root on Linux that
happens in control groups with Gradescope's limits, which end whatever goes beyond; elsewhere without limits, and half a
processor then takes at least twice the processor time. Memory is that of the process tree at its peak, sampled: PSS
counts a page that several processes share once. Only the private (anonymous) part of it must be kept: pages of files
come and go.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
MEMORY = 768 << 20
PERIOD, QUOTA = 100_000, 50_000  # microseconds
GROUPS = Path("/sys/fs/cgroup")


@dataclass
class Group:
    """A control group with the limits, of version 2, or two of version 1."""

    folders: list[Path] = field(default_factory=list)

    def enter(self) -> None:
        """Called in the process that is about to be started."""
        for folder in self.folders:
            (folder / "cgroup.procs").write_text("0")

    def remove(self) -> None:
        """Take it away again; children of children may need a moment to be gone."""
        for folder in self.folders:
            for _ in range(50):
                try:
                    folder.rmdir()
                    break
                except OSError:
                    time.sleep(0.1)


def limited_group() -> Group:
    """The group; one without folders where none can be made."""
    name = f"grader-benchmark-{os.getpid()}"
    wanted: dict[Path, dict[str, object]] = {
        GROUPS: {"memory.max": MEMORY, "memory.swap.max": 0, "cpu.max": f"{QUOTA} {PERIOD}"},
        GROUPS / "memory": {"memory.limit_in_bytes": MEMORY},
        GROUPS / "cpu": {"cpu.cfs_period_us": PERIOD, "cpu.cfs_quota_us": QUOTA},
    }
    group = Group()
    for base, limits in wanted.items():
        folder = base / name
        if not (base / "cgroup.procs").exists():
            continue
        try:
            folder.mkdir()
            for file, value in limits.items():
                (folder / file).write_text(str(value))
        except OSError:
            if folder.is_dir():
                folder.rmdir()
        else:
            group.folders.append(folder)
    return group


def tree(root: int) -> list[int]:
    """A process and its descendants."""
    parents: dict[int, list[int]] = {}
    for entry in os.scandir("/proc"):
        if entry.name.isdigit():
            try:
                fields = Path(entry.path, "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            parents.setdefault(int(fields[1]), []).append(int(entry.name))
    found = [root]
    for process in found:
        found += parents.get(process, [])
    return found


def proportional(process: int) -> tuple[int, int]:
    """PSS of a process and the anonymous part of it, in bytes."""
    try:
        text = Path(f"/proc/{process}/smaps_rollup").read_text()
    except OSError:
        return 0, 0
    sizes = {line.split(":")[0]: int(line.split()[1]) << 10 for line in text.splitlines()[1:]}
    return sizes.get("Pss", 0), sizes.get("Pss_Anon", 0)


def sample(root: int, peak: dict[str, int], is_over: Callable[[], bool]) -> None:
    """Keep the highest sums."""
    while not is_over():
        sizes = [proportional(process) for process in tree(root)]
        now = {"all": sum(size for size, _ in sizes), "private": sum(anonymous for _, anonymous in sizes)}
        now["processes"] = sum(size > 0 for size, _ in sizes)
        peak.update({key: max(peak.get(key, 0), value) for key, value in now.items()})
        time.sleep(0.02)


def measure(pack: Path, submission: Path, group: Group) -> str:
    """Grade one submission and say what it took."""
    with tempfile.TemporaryDirectory() as scratch:
        handed_in, results = Path(scratch, "submission"), Path(scratch, "results.json")
        handed_in.mkdir()
        (handed_in / "mine.py").write_bytes(submission.read_bytes())
        command = [sys.executable, "-m", "grader.packing.unattended", pack, handed_in, "gradescope", results]
        before, started = os.times(), time.perf_counter()
        process = subprocess.Popen(
            [str(part) for part in command],
            preexec_fn=group.enter,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
        )
        peak: dict[str, int] = {}
        sampler = threading.Thread(target=sample, args=(process.pid, peak, lambda: process.returncode is not None))
        sampler.start()
        process.wait()
        wall, after = time.perf_counter() - started, os.times()
        sampler.join()
        used = sum(after[2:4]) - sum(before[2:4])
        score = json.loads(results.read_bytes())["score"] if results.exists() else "none"
    private, everything = (f"{peak.get(key, 0) / (1 << 20):4.0f} MB" for key in ("private", "all"))
    return (
        f"score {score!s:>4}   wall {wall:5.1f} s   processor {used:5.1f} s   "
        f"private {private}   with files {everything}   {peak.get('processes', 0)} processes"
    )


@contextmanager
def unpacked(exercise: str) -> Iterator[Path]:
    """What Gradescope would have in /autograder/source."""
    with tempfile.TemporaryDirectory() as scratch:
        archive, pack = Path(scratch, "pack.zip"), Path(scratch, "pack")
        command = [sys.executable, "-m", "grader", "pack", exercise, "--for", "gradescope", "-o", str(archive)]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, env={**os.environ, "PYTHONPATH": str(ROOT)})
        zipfile.ZipFile(archive).extractall(pack)
        yield pack


def main() -> None:
    """Measure what the command line names, or every exercise."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("exercises", nargs="*")
    options = parser.parse_args()
    folders = {path.name.partition("_")[0]: path for path in sorted((ROOT / "exercises").glob("*_*"))}
    group = limited_group()
    limits = ", ".join(map(str, group.folders))
    print(f"Limits: {limits or 'none; half a processor takes at least twice the processor time'}")
    try:
        for exercise in options.exercises or folders:
            submissions = {
                "reference": ROOT / "reference" / folders[exercise].name / "solution.py",
                "stub": folders[exercise] / "stub.py",
            }
            with unpacked(exercise) as pack:
                for name, path in submissions.items():
                    print(f"{exercise} {name:<10} {measure(pack, path, group)}", flush=True)
    finally:
        group.remove()


if __name__ == "__main__":
    main()
