"""Workers on a Dask cluster that already exists: what `Pool` is on this machine. The one module that knows Dask.

A task is given to one worker by name and not left to Dask to place: a worker gets its first one when it has shown that
it runs this grader and confines submissions as asked, which holds for those that join later in the same way.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
import uuid
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

import dask.config
from dask.utils import parse_timedelta
from distributed import Client, get_worker

from grader.batch.node import Engines, pack, versions
from grader.batch.work import Hello, Lost, Outcome, Task
from grader.errors import Fault, GraderFault, UsageFault
from grader.exercise import Exercise
from grader.isolation import Isolation, missing_layers

AHEAD = 3  # tasks that a worker's thread holds: one more than a worker on this machine does, for the way
MOST_LOSSES = 4  # of workers with the same task; what a submission can end is its engine, and that is a process apart
LOOK_SECONDS = 2.0  # between two looks at who has joined and who is gone
EMPTY = "60s"  # to wait while there is no worker, unless Dask's configuration says otherwise
LOST_SECONDS = 30.0  # for the scheduler to say who is there
LEAVE_SECONDS = 10.0
MOST_BYTES = "1GB"  # Dask warns of a task with more, and a notebook with pictures has some
GOES_ON = "What is graded is kept; the same command goes on from here."

PREPARING = -1  # among the numbers of tasks


@dataclass(slots=True)
class _Worker:
    """A worker of the cluster. `isolation` is None until it has shown what it has."""

    address: str
    threads: int
    isolation: tuple[str, ...] | None = None
    holds: dict[int, asyncio.Task[None]] = field(default_factory=dict)  # what is asked of it, by the task's number


@dataclass(frozen=True, slots=True)
class _Heard:
    """What a worker made of a task, or of getting ready where there is none. `answer` is None where it is gone."""

    worker: _Worker
    task: Task | None
    answer: Any


class Cluster:
    """The workers of one scheduler. Use as a context manager. `on_refused` hears why one that joined is not used."""

    def __init__(
        self,
        address: str,
        exercises: tuple[Exercise, ...],
        *,
        seed: int,
        isolation: Isolation,
        on_refused: Callable[[str], None],
    ) -> None:
        """Raises UsageFault where no scheduler answers."""
        self._address, self._wanted, self._on_refused = address, isolation, on_refused
        self._batch = f"grader-{uuid.uuid4().hex}"
        self._needs = (self._batch, pack(exercises), seed, versions())
        self._workers: dict[str, _Worker] = {}
        self._refused: set[str] = set()
        self._empty_s = parse_timedelta(dask.config.get("distributed.scheduler.no-workers-timeout") or EMPTY)
        self._next_look = 0.0
        self._last_there = time.monotonic()
        self._runner = asyncio.Runner()
        self._loop = self._runner.get_loop()  # used by itself: Runner.run costs a millisecond, for each result
        self._heard: asyncio.Queue[_Heard] = asyncio.Queue()
        self._unheard = 0  # tasks that were given to workers, also to ones that are gone, and not heard of since
        try:
            self._client = self._loop.run_until_complete(_connect(address))
        except BaseException:
            self._runner.close()
            raise

    def __enter__(self) -> Cluster:
        return self

    def __exit__(self, *_: object) -> None:
        with self._runner:
            self._loop.run_until_complete(self._leave())

    def isolation(self) -> tuple[str, ...]:
        """The layers that hold at every worker, when all are ready. Raises UsageFault where one is not fit."""
        while not self._workers or any(each.isolation is None for each in self._workers.values()):
            for heard in self._loop.run_until_complete(self._hear()):
                if reason := self._admit(heard):
                    raise UsageFault(reason, hint="docs/cluster.md says what a worker needs.")
        layers = [each.isolation or () for each in self._workers.values()]
        return tuple(layer for layer in layers[0] if all(layer in others for others in layers))

    def grade(self, tasks: Iterable[Task]) -> Iterator[Outcome | Lost]:
        """Grade the tasks, in whatever order they get done. Reads ahead no more of them than workers can hold."""
        coming, waiting, losses = iter(tasks), deque[Task](), Counter[int]()
        while True:
            waiting.extend(islice(coming, max(0, self._room() - len(waiting))))
            if not waiting and not self._unheard:
                return
            self._hand_out(waiting)
            for heard in self._loop.run_until_complete(self._hear()):
                if heard.task is None:
                    if reason := self._admit(heard):
                        self._on_refused(reason)
                    continue
                self._unheard -= 1
                if isinstance(heard.answer, Exception):
                    raise self._fault(heard)
                if heard.answer is not None:
                    yield heard.answer
                else:
                    self._forget(heard.worker)
                    losses[heard.task.id] += 1
                    if losses[heard.task.id] < MOST_LOSSES:
                        waiting.append(heard.task)
                    else:
                        yield Lost(heard.task.id, f"{MOST_LOSSES} workers were lost while they had it.")

    def _room(self) -> int:
        """How many more tasks the workers can hold; one where there are none, so that what is left is known of."""
        fit = self._fit()
        return sum(AHEAD * each.threads - len(each.holds) for each in fit) if fit else 1

    def _fit(self) -> list[_Worker]:
        return [each for each in self._workers.values() if each.isolation is not None]

    def _hand_out(self, waiting: deque[Task]) -> None:
        """Give every thread a first task before any gets a second one."""
        fit = self._fit()
        for depth in range(1, AHEAD + 1):
            for each in fit:
                while waiting and len(each.holds) < depth * each.threads:
                    task = waiting.popleft()
                    self._ask(each, task, _grade, self._batch, task)
                    self._unheard += 1

    def _ask(self, worker: _Worker, task: Task | None, function: Callable[..., Any], *arguments: Any) -> None:
        answering = self._answer(worker, task, function, *arguments)
        worker.holds[task.id if task else PREPARING] = self._loop.create_task(answering)

    async def _answer(self, worker: _Worker, task: Task | None, function: Callable[..., Any], *arguments: Any) -> None:
        answer: Any = None
        future = None
        try:
            future = self._client.submit(
                function, *arguments, workers=[worker.address], allow_other_workers=False, pure=False
            )
            answer = await future
        except asyncio.CancelledError:  # by us, since the worker is gone
            pass
        except Exception as problem:  # noqa: BLE001  # raised at the worker, or on the way
            answer = problem if future is not None and future.status == "error" else self._parted()
        del worker.holds[task.id if task else PREPARING]
        self._heard.put_nowait(_Heard(worker, task, answer))

    async def _hear(self) -> list[_Heard]:
        """What workers have said since; waits for a first word, but not for long. Sees who has come and gone."""
        if time.monotonic() >= self._next_look:
            await self._look()
            self._next_look = time.monotonic() + LOOK_SECONDS
        heard = []
        with contextlib.suppress(TimeoutError):
            heard.append(await asyncio.wait_for(self._heard.get(), LOOK_SECONDS))
        while not self._heard.empty():
            heard.append(self._heard.get_nowait())
        return heard

    async def _look(self) -> None:
        try:
            there: Mapping[str, int] = await asyncio.wait_for(self._client.nthreads(), LOST_SECONDS)
        except OSError:  # a timeout is one
            raise self._parted() from None
        for address in self._workers.keys() - there.keys():
            self._forget(self._workers[address])
        self._refused &= there.keys()
        for address in there.keys() - self._workers.keys() - self._refused:
            self._workers[address] = worker = _Worker(address, there[address])
            self._ask(worker, None, _prepare, *self._needs)
        now = time.monotonic()
        if self._workers:
            self._last_there = now
        elif now - self._last_there > self._empty_s:
            raise UsageFault(f"The scheduler at {self._address} has no workers.", hint=f"Start some. {GOES_ON}")

    def _forget(self, worker: _Worker) -> None:
        """Let go of a worker that is gone, or was started anew. What it holds is then heard of as lost."""
        if self._workers.get(worker.address) is worker:
            del self._workers[worker.address]
        for answering in worker.holds.values():
            answering.cancel()

    def _admit(self, heard: _Heard) -> str:
        """Use a worker from now on, if it is fit. Returns the reason if not."""
        worker, answer = heard.worker, heard.answer
        if isinstance(answer, Hello):
            missing = missing_layers(answer.isolation) if self._wanted is Isolation.FULL else ()
            if not missing:
                worker.isolation = answer.isolation
                return ""
            answer = f"lacks {', '.join(missing)} to keep submissions apart from it and from each other"
        self._forget(worker)
        if answer is None:
            return ""
        self._refused.add(worker.address)
        if isinstance(answer, Exception):
            answer = f"cannot grade: {answer.message if isinstance(answer, Fault) else repr(answer)}"
        return f"The worker at {worker.address} {answer}."

    def _fault(self, heard: _Heard) -> Fault:
        if isinstance(heard.answer, Fault):
            return heard.answer
        return GraderFault(f"The worker at {heard.worker.address} failed: {heard.answer!r}.", hint=GOES_ON)

    def _parted(self) -> GraderFault:
        return GraderFault(f"The connection to the scheduler at {self._address} was lost.", hint=GOES_ON)

    async def _leave(self) -> None:
        """Leave the cluster as it was: no task of ours, no engine, no file."""
        for each in list(self._workers.values()):
            self._forget(each)
        with contextlib.suppress(OSError):  # the scheduler is gone, and the engines leave when they are idle
            await asyncio.wait_for(self._client.run(_close, self._batch, on_error="ignore"), LEAVE_SECONDS)
        await self._client.close()


async def _connect(address: str) -> Client:
    dask.config.set({"distributed.admin.large-graph-warning-threshold": MOST_BYTES})
    for name in ("distributed", "distributed.client"):
        logging.getLogger(name).setLevel(logging.CRITICAL)  # what users need to know is said in our words
    client = None
    try:
        client = Client(address, asynchronous=True, set_as_default=False)
        return await client
    except (OSError, RuntimeError, TypeError, ValueError) as problem:  # Dask's, for what is wrong with an address
        if client is not None:
            await client.close()
        why = (str(problem).splitlines() or [type(problem).__name__])[0]
        hint = "It is started with: dask scheduler"
        raise UsageFault(f"No scheduler answers at {address}: {why}.", hint=hint) from None


# What runs at the workers.

_batches: dict[str, Engines] = {}


def _prepare(batch: str, files: Mapping[str, bytes], seed: int, wanted: Mapping[str, str]) -> Hello | str:
    """Get ready for a batch, or say why not. In a thread that will grade."""
    mine = versions()
    for name, version in wanted.items():
        if mine.get(name) != version:
            return f"has {name} {mine.get(name)}, where the batch has {version}"
    if batch not in _batches:
        _batches[batch] = Engines(files, seed=seed, folder=Path(get_worker().local_directory) / batch)
    return Hello(_batches[batch].isolation())


def _grade(batch: str, task: Task) -> Outcome | Lost | None:
    """Grade, or say by None that this process is not the one that got ready."""
    return _batches[batch].grade(task) if batch in _batches else None


def _close(batch: str) -> None:
    if batch in _batches:
        _batches.pop(batch).close()
