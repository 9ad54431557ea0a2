"""Measured service times played through N workers (simulate.py), and held to real runs: for scale.py."""

from __future__ import annotations

import dataclasses
import random
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from costs import LOOP, hand_in, seconds, sources
from simulate import Played, play

from grader.batch import results
from grader.batch.intake.take_in import take_in
from grader.batch.naming import ExerciseNames
from grader.batch.pool import AHEAD, Pool
from grader.batch.store import Store
from grader.batch.work import Outcome, Setup, Task, outcome_of
from grader.reporters.json_report import from_text

DASK_WAY = 0.005  # seconds from the coordinator through the scheduler to a worker, on one network
WORKERS = (1, 2, 8, 32, 64, 128, 256, 512, 1024)


def on_workers(draws: Mapping[str, Sequence[float]], serial: float) -> dict[str, dict[int, Played]]:
    """Play each draw of service times on Dask, by the number of workers. `serial`: the coordinator's, for a result."""
    from grader.batch.cluster import AHEAD as AHEAD_ON_DASK  # Dask, which workers of a pool do without

    return {
        name: {
            workers: play(times, workers, ahead=AHEAD_ON_DASK, coordinator=serial, way=DASK_WAY) for workers in WORKERS
        }
        for name, times in draws.items()
    }


def validate(folder: Path, workers: int) -> tuple[float, float]:
    """Grade a class with so many workers, all of them ready; the seconds that took, and those that playing it takes."""
    files = sources("ex1") * 12 + [LOOP]
    random.Random(1).shuffle(files)  # noqa: S311
    tasks = [Task(id=number, exercise="ex1", name="ex1.py", data=data) for number, data in enumerate(files)]
    hand_in(folder / "class", "ex1", files)
    times, serial = {}, 0.0
    with (
        Store(folder / "out") as store,
        take_in(folder / "class", [ExerciseNames("ex1", ())]) as intake,
        Pool(workers, Setup()) as pool,
    ):
        with store.transaction():
            filed = store.file((entry, entry.name, entry.name) for entry in intake.entries)
        pool.isolation()
        list(
            pool.grade(dataclasses.replace(each, id=-1 - each.id) for each in tasks[: 2 * workers])
        )  # checks are loaded
        started = time.perf_counter()
        for done in pool.grade(tasks):
            assert isinstance(done, Outcome)
            began = time.perf_counter()
            results.write_report(folder / "out", f"student{done.id:07}", "ex1", 1, done)
            store.add(filed[done.id], done)
            serial += time.perf_counter() - began
            times[done.id] = from_text(done.json.decode()).duration_s
        real = time.perf_counter() - started
        assert isinstance(done, Outcome)
        report = from_text(done.json.decode())
        render = seconds(lambda: outcome_of(0, report), 20)
    played = play([times[n] + render for n in sorted(times)], workers, ahead=AHEAD, coordinator=serial / len(files))
    return real, played.makespan
