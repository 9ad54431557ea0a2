"""One worker process on this machine: a pipe with tasks on one end, an engine on the other."""

from __future__ import annotations

import contextlib
import gc
import os
import queue
import signal
import threading
from multiprocessing.connection import Connection
from typing import TYPE_CHECKING, Any

from grader.batch.work import Hello, Setup, Task
from grader.errors import Fault
from grader.model import Verdict

if TYPE_CHECKING:
    from grader.sandbox.zygote import Address


def serve(pipe: Connection[Any, Any], address: Address | None = None) -> None:
    """Take a Setup, then grade what comes until the other end closes.

    A fault that leaves nothing to grade with is the last answer.

    So is a report with a fault of ours: its sandbox may be broken, and this process has given up what starting another
    one takes. `address`: that of a zygote; without one it starts a sandbox itself.
    """
    gc.disable()  # torch's import only allocates: collecting in between costs a third of its time
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C at the terminal is the batch's to handle
    os.environ.update(OMP_NUM_THREADS="1")  # before torch is imported: there is a worker for every core
    from grader.sandbox.harden import Power, give_up_all_but, harden
    from grader.sandbox.start import start_launcher
    from grader.sandbox.zygote import Zygote

    harden(dies_with_parent=True)
    launcher = start_launcher(warm=True) if address is None else Zygote(address)
    try:
        give_up_all_but(Power.FILES)
        setup = pipe.recv()
        assert isinstance(setup, Setup)
        tasks: queue.SimpleQueue[Task | None] = queue.SimpleQueue()
        threading.Thread(target=_receive, args=(pipe, tasks), daemon=True).start()
        from grader.batch.engine import Engine

        engine = Engine(setup, launcher)
        gc.freeze()  # what is there now stays: to walk through it takes as long as ten submissions
        gc.enable()
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):  # the batch is gone
            try:
                pipe.send(Hello(engine.isolation()))
                while (task := tasks.get()) is not None:
                    outcome = engine.grade(task)
                    pipe.send(outcome)
                    if outcome.verdict is Verdict.GRADER_ERROR:
                        return
            except Fault as fault:
                pipe.send(fault)
    finally:
        launcher.close()


def _receive(pipe: Connection[Any, Any], tasks: queue.SimpleQueue[Task | None]) -> None:
    """Take every task off the pipe at once: two ends that both wait to be read would wait for ever."""
    with contextlib.suppress(EOFError, OSError):
        while True:
            tasks.put(pipe.recv())
    tasks.put(None)
