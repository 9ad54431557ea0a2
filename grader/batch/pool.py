"""Workers on this machine: a task to whoever is free, a new worker for one that died, and no task lost with it."""

from __future__ import annotations

import contextlib
import multiprocessing
import time
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from multiprocessing import connection
from multiprocessing.connection import Connection
from typing import Any

from grader.batch.starting import WorkerProcess, starter
from grader.batch.work import MOST_TRIES, START_SECONDS, TASK_SECONDS, Hello, Lost, Outcome, Setup, Task
from grader.errors import Fault, GraderFault
from grader.model import Verdict

AHEAD = 2  # tasks a worker holds: one that it grades and one that is there when it is done
END_SECONDS = 5.0  # that a worker may take to tidy up


@dataclass(slots=True)
class _Worker:
    process: WorkerProcess
    pipe: Connection[Any, Any]
    deadline: float
    isolation: tuple[str, ...] | None = None
    holds: deque[Task] = field(default_factory=deque)
    is_gone: bool = False
    is_spent: bool = False


class Pool:
    """Worker processes, each with a sandbox of its own. Use as a context manager."""

    def __init__(self, jobs: int, setup: Setup) -> None:
        self._setup = setup
        self._starter = starter(jobs)
        self._workers = [self._start(at) for at in range(jobs)]
        self._fallen = 0

    def __enter__(self) -> Pool:
        return self

    def __exit__(self, *_: object) -> None:
        for each in self._workers:
            self._end(each)
        self._starter.close()

    def isolation(self) -> tuple[str, ...]:
        """The layers that hold in every worker, when all are ready. Raises GraderFault where one does not start."""
        for at, each in enumerate(self._workers):
            while each.isolation is None:
                self._hear(each)
                if each.is_gone:
                    self._workers[at] = each = self._start(at)
        layers = [each.isolation or () for each in self._workers]
        return tuple(layer for layer in layers[0] if all(layer in others for others in layers))

    def grade(self, tasks: Iterable[Task]) -> Iterator[Outcome | Lost]:
        """Grade the tasks, in whatever order they get done. Reads ahead no more of them than workers can hold."""
        coming, again, tries = iter(tasks), deque[Task](), dict[int, int]()
        while True:
            for each in self._workers:
                while len(each.holds) < AHEAD and (task := _next(again, coming)) is not None:
                    self._give(each, task)
            if not any(each.holds for each in self._workers):
                return
            for each in self._wait():
                done = self._hear(each)
                if done is not None:
                    yield done
            for at, each in enumerate(self._workers):
                if each.is_gone:
                    self._workers[at] = self._start(at)
                    yield from self._recover(each, again, tries)

    def _start(self, at: int) -> _Worker:
        ours, theirs = multiprocessing.Pipe()
        with theirs:
            process = self._starter.start(theirs, at)
        with contextlib.suppress(OSError):  # it is heard to be gone
            ours.send(self._setup)
        return _Worker(process, ours, deadline=time.monotonic() + START_SECONDS)

    def _give(self, each: _Worker, task: Task) -> None:
        if not each.holds and each.isolation is not None:
            each.deadline = time.monotonic() + TASK_SECONDS
        each.holds.append(task)
        with contextlib.suppress(OSError):  # it is heard to be gone, and what it held is given to another
            each.pipe.send(task)

    def _wait(self) -> list[_Worker]:
        """Those who have something to say; those who have been silent too long are ended."""
        ready = set(connection.wait([each.pipe for each in self._workers], timeout=1.0))
        now = time.monotonic()
        for each in self._workers:
            if each.holds and now > each.deadline:
                each.process.end(0)
        return [each for each in self._workers if each.pipe in ready]

    def _hear(self, each: _Worker) -> Outcome | None:
        try:
            said = each.pipe.recv()
        except (EOFError, OSError):
            each.is_gone = True
            self._fallen += each.isolation is None
            if self._fallen > len(self._workers):
                raise GraderFault(f"A worker did not start (exit code {each.process.end(END_SECONDS)}).") from None
            return None
        if isinstance(said, Fault):
            raise said
        each.deadline = time.monotonic() + TASK_SECONDS
        if isinstance(said, Hello):
            each.isolation = said.isolation
            return None
        assert isinstance(said, Outcome)
        each.holds.popleft()
        each.is_gone = each.is_spent = said.verdict is Verdict.GRADER_ERROR
        return said

    def _recover(self, dead: _Worker, again: deque[Task], tries: dict[int, int]) -> Iterator[Lost]:
        """Have what a worker held that is gone graded again; the task it died of not for ever."""
        dead.pipe.close()
        code = dead.process.end(END_SECONDS)
        for at, task in enumerate(dead.holds):
            if at == 0 and dead.isolation is not None and not dead.is_spent:
                tries[task.id] = tries.get(task.id, 0) + 1
            if tries.get(task.id, 0) < MOST_TRIES:
                again.append(task)
            else:
                yield Lost(task.id, f"It ended the grader's own process (exit code {code}).")

    def _end(self, each: _Worker) -> None:
        each.pipe.close()  # at which an idle worker ends by itself and tidies up
        each.process.end(0 if each.holds else END_SECONDS)


def _next(again: deque[Task], coming: Iterator[Task]) -> Task | None:
    return again.popleft() if again else next(coming, None)
