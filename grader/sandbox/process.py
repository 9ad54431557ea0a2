"""One child process, seen from the trusted side: ask it something, within a time, and never believe more than data."""

from __future__ import annotations

import contextlib
import math
import signal
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import IO, Any

from grader.errors import Crashed, GraderFault, SubmissionFault, TimedOut
from grader.sandbox.decode import Decoder
from grader.sandbox.encode import message
from grader.sandbox.launch import Ending, Launched
from grader.sandbox.wire import Frame, WireError, read_frame

KEPT_OUTPUT = 64 << 10  # bytes of output kept for the report, half from the start and half from the end


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer: its kind ("value", or why there is none) and what came with it, decoded."""

    kind: str
    value: Any


class ChildProcess:
    """A child and its output. After a SubmissionFault from `ask` it is dead; ask nothing more of it."""

    def __init__(self, launched: Launched, *, output_bytes: int) -> None:
        self._launched = launched
        self._number = 0
        self._ending: Ending | None = None
        self._end_lock = threading.Lock()
        self._stopped_by = ""  # "time" or "output": the first limit that ended it
        self._watchdog = Watchdog(lambda: self._stop("time"))
        self.output = Output(launched.output, most=output_bytes, on_flood=lambda: self._stop("output"))

    def ready(self, seconds: float) -> tuple[str, ...]:
        """Wait for the child's first frame: the names of the layers that confine it. Raises GraderFault."""
        try:
            reply = self._receive(seconds)
        except SubmissionFault as problem:  # no student code has run: whatever failed is ours
            ending = self.end()
            printed = self.output.text().strip()[-2000:]
            raise GraderFault(f"The sandbox did not start (exit code {ending.exit_code}). {printed}") from problem
        return tuple(str(layer) for layer in reply.value)

    def ask(self, do: str, *, seconds: float, begin: int | None = None, **arguments: Any) -> Reply:
        """Give an order and wait for its answer. Raises TimedOut or Crashed, and ends the child then.

        With the seed `begin`, the order is the first of a check.
        """
        self._number += 1
        try:
            frame = message({"do": do, "id": self._number, "begin": begin}, arguments)
        except WireError as problem:  # a check hands back what it was given, and a little more
            raise Crashed(f"It cannot be handed back what it gave: {problem}.", hint=LARGE_HINT) from problem
        return self._receive(seconds, frame)

    def end(self) -> Ending:
        """Kill and reap the child; the second call gives what the first one found."""
        with self._end_lock:
            if self._ending is None:
                self._ending = self._launched.end()
            return self._ending

    def close(self) -> None:
        """End the child and collect the last of its output."""
        self._watchdog.close()
        self.end()
        self.output.drain()
        for stream in (self._launched.answers, self._launched.orders, self._launched.output):
            try:
                stream.close()
            except OSError:
                continue  # what was buffered for a dead child has nowhere to go

    def _stop(self, why: str) -> None:
        self._stopped_by = self._stopped_by or why
        self.end()

    def _receive(self, seconds: float, order: Frame | None = None) -> Reply:
        problem: Exception | None = None
        frame = None
        self._watchdog.arm(seconds)
        try:
            if order is not None:
                order.write_to(self._launched.orders)
            frame = read_frame(self._launched.answers)
        except (OSError, WireError, MemoryError) as caught:
            problem = caught
        finally:
            self._watchdog.disarm()
        if frame is None or self._stopped_by:
            raise self._how_it_died(seconds, problem)
        return self._believe(frame)

    def _believe(self, frame: Frame) -> Reply:
        kind = frame.header.get("kind")
        if frame.header.get("id") != self._number or not isinstance(kind, str) or "value" not in frame.header:
            self.end()
            raise Crashed("It answered with something that is not an answer.", hint=WIRE_HINT)
        try:
            value = frame.header["value"]
            return Reply(kind, Decoder(frame.buffers).decode(value) if kind == "value" else value)
        except WireError as problem:
            self.end()
            raise Crashed(f"It answered with broken data: {problem}.", hint=WIRE_HINT) from problem
        except MemoryError:
            self.end()
            raise Crashed(TOO_LARGE, hint=LARGE_HINT) from None

    def _how_it_died(self, seconds: float, problem: Exception | None) -> SubmissionFault:
        ending = self.end()
        if self._stopped_by == "time":
            return TimedOut(f"It was stopped after {seconds:.3g} seconds.", hint=TIME_HINT)
        if self._stopped_by == "output":
            return Crashed("It printed without end and was stopped.", hint="Print less: not every step of a loop.")
        if isinstance(problem, MemoryError):
            return Crashed(TOO_LARGE, hint=LARGE_HINT)
        if isinstance(problem, WireError) and ending.exit_code == -signal.SIGKILL:
            return Crashed(f"It answered with broken data: {problem}.", hint=WIRE_HINT)
        if ending.exit_code == -getattr(signal, "SIGXCPU", 0):
            return TimedOut("It used up its processor time and was stopped.", hint=TIME_HINT)
        by_itself = (f"Its process ended by itself (code {ending.exit_code}).", EXIT_HINT)
        message, hint = DEATHS.get(ending.exit_code, by_itself)
        return Crashed(message, hint=hint)


TIME_HINT = "Look for a loop that never ends, or for work that can be done with fewer steps."
EXIT_HINT = "Do not end the process (os._exit and the like): return a value or raise an exception."
WIRE_HINT = "Leave the process's open files alone: only what your functions return counts."
TOO_LARGE = "Its answer is too large for the memory of this machine."
LARGE_HINT = "Return just what is asked for."
DEATHS = {
    -int(getattr(signal, "SIGSEGV", 11)): (
        "Its process died from a segmentation fault.",
        "Very deep recursion or a wrong use of ctypes or raw memory does this.",
    ),
    -int(signal.SIGABRT): ("Its process aborted.", "A failed allocation in native code or os.abort() does this."),
    -int(getattr(signal, "SIGKILL", 9)): (
        "Its process was killed from outside, most likely for using too much memory.",
        "Make smaller tensors, and do not keep every step's loss with its graph.",
    ),
    -int(getattr(signal, "SIGBUS", 7)): (
        "Its process died from a bus error.",
        "A file mapped into memory and cut short does this.",
    ),
}  # fmt: skip


class Watchdog:
    """Calls back once when an armed time is over. One thread for all of a child's orders: starting one costs 1 ms."""

    def __init__(self, on_time: Callable[[], None]) -> None:
        self._on_time = on_time
        self._changed = threading.Condition()
        self._deadline = math.inf
        self._looks_at = math.inf  # when the thread wakes by itself
        self._is_closed = False
        threading.Thread(target=self._watch, daemon=True).start()

    def arm(self, seconds: float) -> None:
        """Call back in so many seconds, unless disarmed before."""
        with self._changed:
            self._deadline = time.monotonic() + seconds
            if self._deadline < self._looks_at:
                self._changed.notify()

    def disarm(self) -> None:
        """Forget the time that was armed."""
        with self._changed:
            self._deadline = math.inf

    def close(self) -> None:
        """End the thread."""
        with self._changed:
            self._is_closed = True
            self._changed.notify()

    def _watch(self) -> None:
        while not self._waits_in_vain():
            self._on_time()

    def _waits_in_vain(self) -> bool:
        """Wait until an armed time is over, and say False; or until closed, and say True."""
        with self._changed:
            while not self._is_closed:
                left = self._deadline - time.monotonic()
                if left <= 0:
                    self._deadline = math.inf
                    return False
                self._looks_at = self._deadline
                self._changed.wait(None if left == math.inf else left)
            return True


class Output:
    """Reads what a child prints, keeps its start and its end, and raises the alarm where it never stops."""

    def __init__(self, stream: IO[bytes], *, most: int, on_flood: Callable[[], None]) -> None:
        self._stream = stream
        self._most = most
        self._on_flood = on_flood
        self._head = bytearray()
        self._tail = bytearray()
        self._total = 0
        self._thread = threading.Thread(target=self._pump, daemon=True)
        self._thread.start()

    def _pump(self) -> None:
        with contextlib.suppress(ValueError):  # closed: a process that outlives its child holds the other end open
            self._read()

    def _read(self) -> None:
        half = KEPT_OUTPUT // 2
        while chunk := self._stream.read1(1 << 16):  # type: ignore[attr-defined]
            self._total += len(chunk)
            room = max(half - len(self._head), 0)
            self._head += chunk[:room]
            self._tail += chunk[room:]
            if len(self._tail) > 2 * half:
                del self._tail[:-half]
            if self._total > self._most:
                self._on_flood()

    def drain(self) -> None:
        """Wait for the last byte of a child that has ended."""
        self._thread.join(timeout=5)

    def text(self) -> str:
        """What was printed; where it was long, its start and its end with a note between."""
        half = KEPT_OUTPUT // 2
        tail = bytes(self._tail[-half:])
        left_out = self._total - len(self._head) - len(tail)
        note = f"\n[... {left_out} bytes left out ...]\n".encode() if left_out > 0 else b""
        return (bytes(self._head) + note + tail).decode("utf-8", errors="replace")
