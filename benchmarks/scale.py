"""What a submission costs, and what 10,000 and 1,000,000 of them take: the tables of docs/scale.md.

    python benchmarks/scale.py [--write] [--times results/grades.db | seconds.json]

Measures on this machine: processor time of a submission, what the batch's own process does for each result, bytes on
disk and on the network, memory. Then plays measured service times through N workers (simulate.py) and holds that to
real runs with one and two of them. `--write` puts the tables into docs/scale.md. `--times` plays those instead.
"""

from __future__ import annotations

import argparse
import contextlib
import dataclasses
import itertools
import json
import os
import pickle
import random
import resource
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from simulate import play

from grader.batch import results
from grader.batch.intake.take_in import take_in
from grader.batch.naming import ExerciseNames
from grader.batch.pool import AHEAD, Pool
from grader.batch.standings import Attempt
from grader.batch.store import Store
from grader.batch.work import Outcome, Setup, Task, outcome_of
from grader.exercise import find_exercise
from grader.isolation import Isolation

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "scale.md"
BEGIN, END = "<!-- tables: written by benchmarks/scale.py -->", "<!-- end of tables -->"
LOOP = b"while True: pass\n"
LOOPS = 0.01  # an assumption: one submission in a hundred runs into its time limit
PRICE = 0.05  # an assumption: US dollars for a core-hour of a rented machine
CLASS = 1_000  # submissions that the coordinator's work is measured on
DASK_WAY = 0.005  # seconds from the coordinator through the scheduler to a worker, on one network
WORKERS = (1, 2, 8, 32, 64, 128, 256, 512, 1024)
EXERCISES = {"ex1": 60, "ex2": 12}  # how many of each are graded to know what one takes


@dataclasses.dataclass(frozen=True, slots=True)
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
    few = batch(exercise, hand_in(folder / "few", exercise, many[:2]), folder / "few-out")
    all_of_them = batch(exercise, hand_in(folder / "many", exercise, many), folder / "many-out")
    looping = batch(exercise, hand_in(folder / "loop", exercise, [*many[:2], LOOP]), folder / "loop-out")
    with sqlite3.connect(folder / "many-out" / "grades.db") as database:
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    bytes_in_database = (folder / "many-out" / "grades.db").stat().st_size
    outcome = next(one_outcome(exercise, [many[0]]))
    render = seconds(lambda: outcome_of(0, outcome.report), 20)
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


@dataclasses.dataclass(frozen=True, slots=True)
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


def coordinator(folder: Path) -> Coordinator:
    """Take the steps of a batch for a class of ex1 without grading it."""
    outcome = next(one_outcome("ex1", sources("ex1")[1:2]))
    packed, out, exercise = pickle.dumps(outcome), folder / "out", find_exercise("ex1")
    hand_in(folder / "class", "ex1", [sources("ex1")[0]] * CLASS)
    clock = [time.process_time()]
    names = [ExerciseNames("ex1", (exercise.folder.name, exercise.title))]
    with Store(out) as store, take_in(folder / "class", names) as intake:
        store.keep_exercises([("ex1", exercise.title, exercise.points)])
        filed = store.file((entry, str(len(entry.source.read()))) for entry in intake.entries)
        clock.append(time.process_time())
        for _ in filed:
            pickle.loads(packed)  # noqa: S301  # our own
        clock.append(time.process_time())
        for entry in intake.entries:
            results.write_report(out, entry.student.key, "ex1", 1, outcome)
        clock.append(time.process_time())
        for each in filed:
            store.add(each, outcome.report)
        clock.append(time.process_time())
        results.write(store, intake, out, attempt=Attempt.LAST, policy=None)
        clock.append(time.process_time())
    steps = [(after - before) / CLASS for before, after in itertools.pairwise(clock)]
    return Coordinator(*steps, page_bytes=(out / "index.html").stat().st_size / CLASS)


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
        filed = store.file((entry, str(entry.name)) for entry in intake.entries)
        pool.isolation()
        list(
            pool.grade(dataclasses.replace(each, id=-1 - each.id) for each in tasks[: 2 * workers])
        )  # checks are loaded
        started = time.perf_counter()
        for done in pool.grade(tasks):
            assert isinstance(done, Outcome)
            began = time.perf_counter()
            results.write_report(folder / "out", f"student{done.id:07}", "ex1", 1, done)
            store.add(filed[done.id], done.report)
            serial += time.perf_counter() - began
            times[done.id] = done.report.duration_s
        real = time.perf_counter() - started
        render = seconds(lambda: outcome_of(0, done.report), 20)
    played = play([times[n] + render for n in sorted(times)], workers, ahead=AHEAD, coordinator=serial / len(files))
    return real, played.makespan


@dataclasses.dataclass(frozen=True, slots=True)
class OnDask:
    """Processor seconds of a task beyond grading it, at the batch and at the scheduler, and memory of one worker."""

    batch: float
    scheduler: float
    worker: float
    memory_mb: float
    engine_mb: float


def on_dask(folder: Path, count: int = 200) -> OnDask:
    """Grade through a scheduler and a worker on this machine."""
    from grader.batch.cluster import Cluster

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


def table(head: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """A table in Markdown."""
    return "\n".join("| " + " | ".join(map(str, row)) + " |" for row in (head, ["---"] * len(head), *rows))


def about_submissions(costs: dict[str, Cost]) -> str:
    """What one submission costs."""
    head = [
        "",
        "CPU, right or wrong",
        "CPU, one that loops",
        "CPU on average",
        "database",
        "reports",
        "task",
        "outcome",
    ]
    rows = [
        [
            name,
            f"{each.cpu_s * 1000:.0f} ms",
            f"{each.loop_cpu_s:.1f} s",
            f"{each.mean_cpu_s * 1000:.0f} ms",
            *(f"{count / 1000:.1f} kB" for count in (each.database, each.folder, each.task_bytes, each.outcome_bytes)),
        ]
        for name, each in costs.items()
    ]
    return table(head, rows)


def about_coordinator(ours: Coordinator, dask: OnDask) -> str:
    """What the batch's own process does for each submission, and how many of them a second that allows."""
    steps = {
        "take in, file, know by its key (before)": ours.intake,
        "read what a worker hands back": ours.receive,
        "write two files": ours.files,
        "commit": ours.commit,
        "**for a result, workers here**": ours.serial,
        "Dask's part in the batch's process": dask.batch,
        "**for a result, workers on Dask**": ours.serial + dask.batch,
        "Dask's scheduler, a process of its own": dask.scheduler,
        "Dask's worker, beside its engine": dask.worker,
        "gradebook and class page (after)": ours.page,
    }
    rows = [[name, f"{each * 1000:.2f} ms", f"{1 / each:,.0f}"] for name, each in steps.items()]
    return table(["", "CPU", "a second, alone"], rows)


def about_classes(costs: dict[str, Cost], ours: Coordinator) -> str:
    """What 10,000 and 1,000,000 submissions take."""
    rows = []
    for name, each in costs.items():
        for count in (10_000, 1_000_000):
            hours = count * each.mean_cpu_s / 3600
            gigabytes = [
                count * part / 1e9 for part in (each.task_bytes + each.outcome_bytes, each.database, each.folder)
            ]
            rows.append(
                [
                    f"{count:,} of {name}",
                    f"{hours:,.1f}",
                    f"${hours * PRICE:,.2f}",
                    *(f"{part:,.2f} GB" for part in gigabytes),
                    f"{count * ours.intake:,.0f} s",
                    f"{count * ours.page:,.0f} s",
                    f"{count * ours.page_bytes / 1e6:,.0f} MB",
                ]
            )
    head = [
        "",
        "core-hours",
        f"at ${PRICE} each",
        "network",
        "database",
        "reports",
        "taking in",
        "class page",
        "its size",
    ]
    return table(head, rows)


NEARLY = 1.5


def about_workers(draws: dict[str, list[float]], serial: float) -> str:
    """The makespan by the number of workers, and from where on more of them do not help."""
    from grader.batch.cluster import AHEAD as AHEAD_ON_DASK

    rows = []
    makespans: dict[str, dict[int, float]] = {name: {} for name in draws}
    for workers in WORKERS:
        row = [f"{workers}"]
        for name, times in draws.items():
            played = play(times, workers, ahead=AHEAD_ON_DASK, coordinator=serial, way=DASK_WAY)
            makespans[name][workers] = played.makespan
            row += [f"{played.makespan:,.0f} s", f"{played.workers_busy:.0%}"]
        rows.append(row)
    head = ["workers", *(cell for name in draws for cell in (name, "busy"))]
    enough = {
        name: min(workers for workers, took in taken.items() if took <= NEARLY * min(taken.values()))
        for name, taken in makespans.items()
    }
    ends = "; ".join(f"{name}: {count}" for name, count in enough.items())
    return f"{table(head, rows)}\n\nThe fewest workers that take at most half as long again as any number does: {ends}."


def main() -> None:
    """Measure, print, and write where that is asked for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--times", type=Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        root = Path(name)

        def place(called: str) -> Path:
            (root / called).mkdir()
            return root / called

        costs = {exercise: cost_of(exercise, count, place(exercise)) for exercise, count in EXERCISES.items()}
        ours, dask = coordinator(place("coordinator")), on_dask(place("dask"))
        held = {workers: validate(place(f"validate{workers}"), workers) for workers in (1, 2)}
    if options.times:
        draws = {options.times.name: durations(options.times)}
    else:
        draws = {
            f"{count:,} of {name}": each.draw(count) for name, each in costs.items() for count in (10_000, 100_000)
        }
    slowest = max(ours.serial + dask.batch, dask.scheduler)  # two processes, of which one sets the pace
    parts = [
        about_submissions(costs),
        about_coordinator(ours, dask),
        f"A worker on Dask takes {dask.memory_mb:.0f} MB, {dask.engine_mb:.0f} MB of it the engine with its zygote.",
        about_classes(costs, ours),
        about_workers(draws, slowest),
        "Real runs, and the same ones played:",
        "\n".join(
            f"- {workers} at work: {real:.1f} s in truth, {played:.1f} s played, ratio {played / real:.2f}"
            for workers, (real, played) in held.items()
        ),
    ]
    text = "\n\n".join(parts)
    print(text)
    if options.write:
        before, _, rest = PAGE.read_text(encoding="utf-8").partition(BEGIN)
        PAGE.write_text(f"{before}{BEGIN}\n{text}\n{END}{rest.partition(END)[2]}", encoding="utf-8")


if __name__ == "__main__":
    main()
