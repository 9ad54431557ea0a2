"""What Dask adds to each submission, with a scheduler and a worker on this machine: measured for scale.py."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from costs import sources

from grader.batch.work import Task
from grader.exercise import find_exercise
from grader.isolation import Isolation


@dataclass(frozen=True, slots=True)
class OnDask:
    """Processor seconds of a task beyond grading it, at the batch and at the scheduler, and memory of one worker."""

    batch: float
    scheduler: float
    worker: float
    memory_mb: float
    engine_mb: float


def on_dask(folder: Path, count: int = 200) -> OnDask:
    """Grade through a scheduler and a worker on this machine."""
    from grader.batch.cluster import Cluster  # Dask, which workers of a pool, who import this module too, do without

    def used(pid: int) -> float:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    about = folder / "scheduler.json"
    commands = [
        ["dask_scheduler", "--host", "127.0.0.1", "--port", "0", "--scheduler-file", str(about)],
        [
            "dask_worker",
            "--scheduler-file",
            str(about),
            "--nthreads",
            "1",
            "--no-nanny",
            "--local-directory",
            str(folder),
        ],
    ]
    with contextlib.ExitStack() as stack:
        pids = []
        for name, *options in commands:
            command = [sys.executable, "-m", f"distributed.cli.{name}", "--no-dashboard", *options]
            process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            stack.callback(process.wait)
            stack.callback(process.terminate)
            pids.append(process.pid)
        while not about.exists() or not about.read_bytes().endswith(b"}"):
            time.sleep(0.1)
        address = json.loads(about.read_text())["address"]
        exercises = (find_exercise("ex1"),)
        with Cluster(address, exercises, seed=0, isolation=Isolation.REDUCED, on_refused=print) as cluster:
            cluster.isolation()
            source = sources("ex1")[0]
            before = [*map(used, pids), time.process_time()]
            for _ in cluster.grade(Task(id=n, exercise="ex1", name="ex1.py", data=source) for n in range(count)):
                pass
            after = [*map(used, pids), time.process_time()]
            memory, engine = memory_mb(pids[1])
    scheduler, worker, ours = ((b - a) / count for a, b in zip(before, after, strict=True))
    return OnDask(ours, scheduler, worker, memory, engine)


def memory_mb(pid: int) -> tuple[float, float]:
    """Of a worker with its engine and zygote, pages that they share counted once; and without the worker itself."""

    def own(process: int) -> float:
        lines = Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1024

    def below(process: int) -> float:
        started = [
            int(each) for path in Path(f"/proc/{process}/task").glob("*/children") for each in path.read_text().split()
        ]
        return sum(own(each) + below(each) for each in started)

    engine = below(pid)
    return own(pid) + engine, engine
