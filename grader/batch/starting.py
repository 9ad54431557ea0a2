"""Starts workers, and ends them, the way this system allows."""

from __future__ import annotations

import multiprocessing
import os
import sys
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from typing import Any, Protocol

from grader.batch import worker
from grader.batch.template import Template
from grader.errors import GraderFault
from grader.sandbox.nursery import Nursery


class WorkerProcess(Protocol):
    """A process in which a worker serves."""

    def end(self, patience: float) -> int | None:
        """Wait so many seconds for its end, then kill it. Its exit code, negative for a signal; None if unknown."""


class Starter(Protocol):
    """Where workers come from."""

    def start(self, pipe: Connection[Any, Any], at: int) -> WorkerProcess:
        """The worker with number `at`, from 0, which serves at `pipe`. Raises GraderFault."""

    def close(self) -> None:
        """End what they came from, when they have ended."""


def starter(jobs: int) -> Starter:
    """The one for this system, and so many workers."""
    return Forking(jobs) if sys.platform == "linux" else Spawning()


class Forking:
    """Workers and their zygotes are forked, each from a process that has imported torch.

    Both of these import it at the same time, each on a core.
    """

    def __init__(self, jobs: int) -> None:
        self._nursery = Nursery()
        self._template = Template()
        self._cores = sorted(os.sched_getaffinity(0))
        self._has_one_each = len(self._cores) == jobs

    def start(self, pipe: Connection[Any, Any], at: int) -> WorkerProcess:
        """As in Starter. What was killed from outside is started again.

        Where there is a worker for every core, each keeps to its own with its zygote and children: they take turns, and
        to wake an idle core for a message takes longer than the message.
        """
        core = self._cores[at] if self._has_one_each else None
        try:
            address = self._nursery.zygote(core)
        except GraderFault:
            self._nursery.close()
            self._nursery = Nursery()
            address = self._nursery.zygote(core)
        with address.control:  # the worker's from then on: with it ends the zygote
            try:
                return self._template.fork(pipe, address, core)
            except GraderFault:
                self._template.close()
                self._template = Template()
                return self._template.fork(pipe, address, core)

    def close(self) -> None:
        """As in Starter."""
        self._template.close()
        self._nursery.close()


class Spawning:
    """A worker imports torch by itself, and starts a sandbox of its own."""

    def start(self, pipe: Connection[Any, Any], at: int) -> WorkerProcess:
        """As in Starter."""
        process = multiprocessing.get_context("spawn").Process(target=worker.serve, args=(pipe,), daemon=True)
        process.start()
        return _Spawned(process)

    def close(self) -> None:
        """As in Starter: they come from nothing."""


class _Spawned:
    def __init__(self, process: BaseProcess) -> None:
        self._process = process

    def end(self, patience: float) -> int | None:
        self._process.join(patience)
        self._process.kill()
        self._process.join()
        return self._process.exitcode
