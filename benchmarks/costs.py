"""What a submission costs, and what the batch's own process does for each: measured on this machine, for scale.py."""

from __future__ import annotations

import contextlib
import itertools
import json
import pickle
import random
import resource
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from grader.batch import results
from grader.batch.intake.take_in import take_in
from grader.batch.keys import fingerprint, keys_of
from grader.batch.naming import ExerciseNames
from grader.batch.options import Options
from grader.batch.pool import Pool
from grader.batch.store import Store
from grader.batch.work import Outcome, Setup, Task, outcome_of
from grader.exercise import find_exercise
from grader.reporters.json_report import from_text

ROOT = Path(__file__).resolve().parents[1]
COMPILES = b"# torch.func: has the zygote import torch's compiler, which a batch does once\n"
LOOP = b"while True: pass\n"
LOOPS = 0.01  # an assumption: one submission in a hundred runs into its time limit
CLASS = 1_000  # submissions that the coordinator's work is measured on


@dataclass(frozen=True, slots=True)
class Cost:
    """Of one submission of an exercise. `times`: service times in seconds; `loop`: that of one that never ends."""

    times: list[float]
    loop: float
    cpu_s: float
    loop_cpu_s: float
    database: float
    folder: float
    task_bytes: int
    outcome_bytes: int

    @property
    def mean_cpu_s(self) -> float:
        return (1 - LOOPS) * self.cpu_s + LOOPS * self.loop_cpu_s

    def draw(self, count: int) -> list[float]:
        """Service times of so many submissions, with their share of loops."""
        weights = [(1 - LOOPS) / len(self.times)] * len(self.times) + [LOOPS]
        return random.Random(0).choices([*self.times, self.loop], k=count, weights=weights)  # noqa: S311


@dataclass(frozen=True, slots=True)
class Coordinator:
    """Processor seconds of the batch's own process for a submission: before, for its result, and after all of them."""

    intake: float
    receive: float
    files: float
    commit: float
    page: float
    page_bytes: float

    @property
    def serial(self) -> float:
        return self.receive + self.files + self.commit


def sources(exercise: str) -> list[bytes]:
    """Right and wrong submissions of an exercise, as a class has them: every other one is right."""
    folder = next((ROOT / "reference").glob(f"{exercise}_*"))
    right, wrong = (folder / "solution.py").read_bytes(), sorted((folder / "wrong").glob("*.py"))
    return [each for path in wrong for each in (right, path.read_bytes())]


def hand_in(folder: Path, exercise: str, files: list[bytes]) -> Path:
    """A folder for each student."""
    for number, source in enumerate(files):
        student = folder / f"student{number:07}"
        student.mkdir(parents=True)
        (student / f"{exercise}.py").write_bytes(source)
    return folder


def size(folder: Path) -> int:
    """The bytes that a folder takes on disk."""
    return sum(path.stat().st_blocks * 512 for path in folder.rglob("*"))


def batch(exercise: str, folder: Path, to: Path) -> float:
    """Run a batch with one worker; the processor time of everything that it started."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    command = [sys.executable, "-m", "grader", "batch", exercise, str(folder), "-o", str(to), "--jobs", "1"]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=ROOT)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def cost_of(exercise: str, count: int, folder: Path) -> Cost:
    """Grade few and many, so that what a batch costs once falls out."""
    many = [sources(exercise)[number % len(sources(exercise))] for number in range(count)]
    few = batch(exercise, hand_in(folder / "few", exercise, [COMPILES, *many[:2]]), folder / "few-out")
    all_of_them = batch(exercise, hand_in(folder / "many", exercise, [COMPILES, *many]), folder / "many-out")
    looping = batch(exercise, hand_in(folder / "loop", exercise, [COMPILES, *many[:2], LOOP]), folder / "loop-out")
    with sqlite3.connect(folder / "many-out" / "grades.db") as database:
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    bytes_in_database = (folder / "many-out" / "grades.db").stat().st_size
    outcome = next(one_outcome(exercise, [many[0]]))
    report = from_text(outcome.json.decode())
    render = seconds(lambda: outcome_of(0, report), 20)
    times = durations(folder / "many-out" / "grades.db")
    return Cost(
        times=[each + render for each in times],
        loop=max(durations(folder / "loop-out" / "grades.db")),
        cpu_s=(all_of_them - few) / (count - 2),
        loop_cpu_s=looping - few,
        database=bytes_in_database / count,
        folder=size(folder / "many-out" / "reports") / count,
        task_bytes=len(pickle.dumps(Task(id=1, exercise=exercise, name="a.py", data=many[0]))),
        outcome_bytes=len(pickle.dumps(outcome)),
    )


def durations(path: Path) -> list[float]:
    """What submissions took, from a batch's database or a JSON list."""
    if path.suffix == ".json":
        return [float(each) for each in json.loads(path.read_text())]
    with contextlib.closing(sqlite3.connect(path)) as database:
        return [float(json.loads(text)["duration_s"]) for (text,) in database.execute("SELECT report FROM result")]


def one_outcome(exercise: str, files: list[bytes]) -> Iterator[Outcome]:
    """Grade these here, in a worker of their own."""
    tasks = (Task(id=n, exercise=exercise, name=f"{exercise}.py", data=data) for n, data in enumerate(files))
    with Pool(1, Setup()) as pool:
        for done in pool.grade(tasks):
            assert isinstance(done, Outcome)
            yield done


def seconds(work: Callable[[], object], count: int) -> float:
    """Processor time of one call."""
    started = time.process_time()
    for _ in range(count):
        work()
    return (time.process_time() - started) / count


def coordinator(folder: Path) -> Coordinator:
    """Take the steps of a batch for a class of ex1 without grading it."""
    outcome = next(one_outcome("ex1", sources("ex1")[1:2]))
    packed, out, exercise = pickle.dumps(outcome), folder / "out", find_exercise("ex1")
    hand_in(folder / "class", "ex1", [sources("ex1")[0]] * CLASS)
    clock = [time.process_time()]
    names = [ExerciseNames("ex1", (exercise.folder.name, exercise.title))]
    with Store(out) as store, take_in(folder / "class", names) as intake:
        with store.transaction():
            store.keep_exercises([("ex1", exercise.title, exercise.points)])
            judged_by = fingerprint(exercise, 0)
            filed = store.file((entry, *keys_of(entry, judged_by)) for entry in intake.entries)
        clock.append(time.process_time())
        for _ in filed:
            pickle.loads(packed)  # noqa: S301  # our own
        clock.append(time.process_time())
        for entry in intake.entries:
            results.write_report(out, entry.student.key, "ex1", 1, outcome)
        clock.append(time.process_time())
        for each in filed:
            store.add(each, outcome)
        clock.append(time.process_time())
        results.write(store, intake, Options(exercises=(exercise,), source=folder / "class", folder=out, jobs=1))
        clock.append(time.process_time())
    intake_s, receive, files, commit, page = ((after - before) / CLASS for before, after in itertools.pairwise(clock))
    size = (out / "index.html").stat().st_size / CLASS
    return Coordinator(intake=intake_s, receive=receive, files=files, commit=commit, page=page, page_bytes=size)
