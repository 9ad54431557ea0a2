"""What grades at a cluster's worker: an engine process for each of its threads. Knows nothing of what brings the tasks.

An engine is a process of its own here too. The worker's process belongs to whoever runs the cluster: its torch may be
imported with other settings, its other threads may be at work, and as a daemon it may not use multiprocessing. So an
engine is exec'd, and then serves as one on the batch's own machine does.
"""

from __future__ import annotations

import contextlib
import hashlib
import importlib.metadata
import multiprocessing
import platform
import shutil
import subprocess
import sys
import threading
from collections.abc import Mapping
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import grader
from grader.batch import worker
from grader.batch.work import MOST_TRIES, START_SECONDS, TASK_SECONDS, Hello, Lost, Outcome, Setup, Task
from grader.errors import Fault, GraderFault
from grader.exercise import Exercise

IDLE_SECONDS = 300.0  # an engine whose batch is gone without a word leaves after this


def versions() -> dict[str, str]:
    """What a result depends on beside the submission and the exercise, by name. Cheap: nothing of it is imported."""
    package = Path(grader.__file__).parent
    code = hashlib.sha256()
    for path in sorted(package.rglob("*.py")):
        if "exercises" not in path.relative_to(package).parts:  # those come with the batch
            code.update(path.relative_to(package).as_posix().encode() + b"\0" + path.read_bytes())
    return {
        "grader": f"{grader.__version__} (code {code.hexdigest()[:8]})",
        "Python": ".".join(platform.python_version_tuple()[:2]),
        "torch": importlib.metadata.version("torch").partition("+")[0],
        "numpy": importlib.metadata.version("numpy"),
    }


def pack(exercises: tuple[Exercise, ...]) -> dict[str, bytes]:
    """The files of the exercises, by their path below the folder that holds them all."""
    return {
        path.relative_to(each.folder.parent).as_posix(): path.read_bytes()
        for each in exercises
        for path in sorted(each.folder.rglob("*"))
        if path.is_file() and path.suffix != ".pyc"
    }


class Engines:
    """The engines of one batch at one worker. Each thread that grades has one, started when it first does."""

    def __init__(self, files: Mapping[str, bytes], *, seed: int, folder: Path) -> None:
        """`files` are the exercises as `pack` gives them; they are kept in `folder`, which is made."""
        self._folder = folder
        self._setup = Setup(packs=(folder,), seed=seed)
        self._engines: dict[int, _Engine] = {}
        self._is_closed = False
        folder.mkdir(mode=0o700, parents=True)
        for name, data in files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)

    def isolation(self) -> tuple[str, ...]:
        """The layers that confine a child here. Raises Fault where no engine starts."""
        return self._mine().isolation

    def grade(self, task: Task) -> Outcome | Lost:
        """Grade one task, again where the engine dies of it, but not for ever. Raises Fault where nothing is graded."""
        for _ in range(MOST_TRIES):
            engine = self._mine()
            try:
                return engine.grade(task)
            except (EOFError, OSError):
                code = engine.end()
                self._engines.pop(threading.get_ident(), None)
        return Lost(task.id, f"It ended the grader's own process (exit code {code}).")

    def close(self) -> None:
        """End the engines, also those at work, and remove the exercises."""
        self._is_closed = True
        for each in list(self._engines.values()):
            each.end()
        shutil.rmtree(self._folder, ignore_errors=True)

    def _mine(self) -> _Engine:
        """This thread's engine: it was started by this thread, at whose end the kernel ends it."""
        me = threading.get_ident()
        if self._is_closed:
            raise GraderFault("The batch is over.")
        if me not in self._engines:
            self._engines[me] = _Engine(self._setup)
        return self._engines[me]


class _Engine:
    def __init__(self, setup: Setup) -> None:
        ours, theirs = multiprocessing.Pipe()
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-m", "grader.batch.node", str(theirs.fileno())],
            pass_fds=[theirs.fileno()],
            stdin=subprocess.DEVNULL,
            start_new_session=True,
        )
        theirs.close()
        self._pipe: Connection[Any, Any] = ours
        try:
            self._pipe.send(setup)
            hello = self._hear(START_SECONDS)
        except (EOFError, OSError):
            raise GraderFault(f"An engine did not start (exit code {self.end()}).") from None
        assert isinstance(hello, Hello)
        self.isolation = hello.isolation

    def grade(self, task: Task) -> Outcome:
        """Raises EOFError or OSError where the engine dies, Fault where it cannot go on."""
        self._pipe.send(task)
        outcome = self._hear(TASK_SECONDS)
        assert isinstance(outcome, Outcome)
        return outcome

    def end(self) -> int:
        """End it; its exit code."""
        self._process.kill()
        return self._process.wait()

    def _hear(self, seconds: float) -> Any:
        if not self._pipe.poll(seconds):
            raise TimeoutError
        said = self._pipe.recv()
        if isinstance(said, Fault):
            self.end()
            raise said
        return said


class _Impatient(Connection):
    """The engine's end: nothing to do for long means that nobody is there any more."""

    def recv(self) -> Any:
        if not self.poll(IDLE_SECONDS):
            raise EOFError
        return super().recv()


def _main() -> None:
    pipe = _Impatient(int(sys.argv[1]))
    with contextlib.suppress(EOFError, OSError):
        worker.serve(pipe)


if __name__ == "__main__":
    _main()
