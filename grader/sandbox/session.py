"""One submission under test: opens a child for it, asks the child things, opens another one when that dies.

What a child answers becomes a value or a SubmissionFault here, worded for the student; nothing else gets out.
"""

from __future__ import annotations

import contextlib
import json
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from grader.errors import Crashed, GraderFault, SubmissionFault, TimedOut, Unmet, Unreadable
from grader.exercise import Limits
from grader.explain import explain, raised
from grader.isolation import Isolation, hold_isolation
from grader.model import Accelerator
from grader.sandbox import device
from grader.sandbox.launch import Launcher
from grader.sandbox.process import ChildProcess, Reply
from grader.sandbox.scratch import Scratch
from grader.sandbox.values import Handle
from grader.sandbox.wire import END_OF_IMPORT
from grader.submission import Submission

READY_SECONDS = 120.0
CALLS = ("call", "several", "effect", "call_on_model")
OWN_SECONDS = 30.0  # for orders whose work is ours, unless student code has got its hands on it


@dataclass(slots=True)
class Budget:
    """Wall time that all of a submission's children may still use together."""

    total: float
    left: float


@dataclass(slots=True)
class Transcript:
    """What the submission printed, child by child. Later children's imports repeat the first one's output."""

    parts: list[str] = field(default_factory=list)

    def add(self, text: str) -> None:
        imported, _, called = text.partition(END_OF_IMPORT)
        self.parts.append(called if self.parts else imported + called)


class Session:
    """The submission in its sandbox. Use as a context manager; `open` before the first `call`."""

    def __init__(
        self,
        launcher: Launcher,
        submission: Submission,
        limits: Limits,
        *,
        seed: int,
        accelerator: Accelerator = Accelerator.SIMULATED,
        isolation: Isolation = Isolation.REDUCED,
        machine: dict[str, bool] | None = None,
        budget: Budget | None = None,
        transcript: Transcript | None = None,
        facts: dict[str, Any] | None = None,
    ) -> None:
        """`facts` about the source, where another session has had them collected already."""
        self._launcher = launcher
        self._submission = submission
        self._limits = limits
        self._seed = seed
        self._accelerator = accelerator
        self._wanted_isolation = isolation
        self._machine = machine
        self._budget = budget or Budget(limits.total_seconds, limits.total_seconds)
        self._transcript = transcript or Transcript()
        self._child: ChildProcess | None = None
        self._check_seed: int | None = None
        self._lines: list[str] = []
        self._collects_facts = facts is None
        self.facts: dict[str, Any] = facts or {"definitions": {}}
        self.isolation: tuple[str, ...] = ()
        self.scratch: Scratch

    def __enter__(self) -> Session:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def output(self) -> str:
        """What the submission has printed, in all children that are closed."""
        return "".join(self._transcript.parts)

    def open(self) -> None:
        """Start a child, let it read the source, then run it. Raises Unreadable, Raised, TimedOut or Crashed."""
        if self._submission.fault is not None:
            raise self._submission.fault
        self.start()
        read = self.ask("read", source=self._submission.source, with_facts=self._collects_facts)
        self._lines = read["text"].split("\n")
        self.facts = read["facts"] if self._collects_facts else self.facts
        self.ask("run", notebook=self._submission.is_notebook, seed=self._seed)

    def start(self) -> None:
        """Start a child in a fresh scratch folder, with nothing of the submission in it yet.

        Raises GraderFault, UsageFault where less isolation holds than is wanted, and Crashed where another child of
        this submission has filled all the room there is.
        """
        root = self._launcher.scratch_root
        try:
            self.scratch = Scratch(root)
        except OSError as problem:
            if root.is_bounded:
                raise Crashed("It filled its scratch folder to the last byte.", hint=DISK_HINT) from None
            raise GraderFault(f"There is no room for a scratch folder: {problem}.") from problem
        settings = {
            "scratch": str(self.scratch.work),
            "accelerator": self._machine,
            "compiles": self._submission.may_compile,
            "limits": self._bounds(),
        }
        try:
            launched = self._launcher.launch(settings)
        except BaseException:
            self.scratch.close()
            raise
        self._child = ChildProcess(launched, output_bytes=self._limits.output_mb << 20)
        self.isolation = self._child.ready(READY_SECONDS)
        hold_isolation(self.isolation, self._wanted_isolation)

    def _bounds(self) -> dict[str, int]:
        """The limits in the child's own units."""
        limits = self._limits
        return {
            "memory_bytes": limits.memory_mb << 20,
            "cpu_seconds": limits.cpu_seconds,
            "file_bytes": limits.file_mb << 20,
            "disk_bytes": limits.disk_mb << 20,
            "files": limits.files,
            "open_files": limits.open_files,
        }

    def begin(self, seed: int) -> None:
        """Start a check: a child that lives, generators seeded, modes as they were after the import.

        The child does that with the next order: a message of its own would cost a fifth of a warm grading.
        """
        if self._child is None:
            self.open()
        self._check_seed = seed

    def call(
        self,
        target: str | Handle,
        arguments: Sequence[Any],
        keywords: dict[str, Any],
        *,
        method: str = "",
        bend_autograd: bool = False,
    ) -> Any:
        """Call a function of the submission by name, or what a handle stands for."""
        return self.ask(
            "call",
            target=target,
            arguments=list(arguments),
            keywords=keywords,
            method=method,
            bend_autograd=bend_autograd,
        )

    def several(self, order: str, each: Sequence[Sequence[Any]]) -> Iterator[Any]:
        """Give an order with one list of arguments after the other, all in the time of one and with one message, which
        takes as long as a call. Gives the answers, and raises at the first that is none.
        """
        said = self.ask("several", order=order, each=[list(arguments) for arguments in each])
        pairs = said if isinstance(said, list) else []
        for at in range(len(each)):
            yield self._value(order, _reply(pairs[at]) if at < len(pairs) else NO_REPLY)

    def ask(self, do: str, **arguments: Any) -> Any:
        """The value that the child answers an order with. Raises a SubmissionFault where it has none."""
        if self._child is None:
            raise Unmet("An earlier step ended the submission's process.")
        seconds = self._allowance(do)
        started = time.monotonic()
        try:
            seed, self._check_seed = self._check_seed, None
            reply = self._child.ask(do, seconds=seconds, begin=seed, **arguments)
        except SubmissionFault:
            self.close()
            raise
        finally:
            self._budget.left -= time.monotonic() - started
        return self._value(do, reply)

    def _allowance(self, do: str) -> float:
        """The time for an order: any of them may end up in student code, so all are paid from one budget."""
        if self._budget.left <= 0:
            self.close()
            raise TimedOut(
                f"All the time for this submission ({self._budget.total:g} seconds) is used up.",
                hint="Mend the check that ran into its time limit first.",
            )
        call = self._limits.call_seconds
        limits = {"run": self._limits.import_seconds, **dict.fromkeys(CALLS, call)}
        return min(limits.get(do, OWN_SECONDS), self._budget.left)

    def _value(self, do: str, reply: Reply) -> Any:
        if reply.kind == "value":
            return reply.value
        facts = reply.value if isinstance(reply.value, dict) else {}
        if reply.kind == "raised":
            facts["text"] = self._without_paths(facts["text"]) if isinstance(facts.get("text"), str) else ""
            raise raised(facts, lambda line, name: self._submission.place(line, self._lines, name))
        if reply.kind == "syntax" and do == "read":  # asked before any student code runs: this can be believed
            raise self._syntax_error(str(facts["message"]), int(facts["line"]), str(facts["text"]).split("\n"))
        if reply.kind in ("missing", "signature", "not_callable", "too_large"):
            raise explain(reply.kind, facts)
        self.close()
        raise Crashed("It answered with something that is not an answer.")

    def _syntax_error(self, message: str, line: int, lines: list[str]) -> Unreadable:
        place = (self._submission.place(line, lines),) if 0 < line <= len(lines) else ()
        return Unreadable(f"Python cannot read it: {message}.", hint=SYNTAX_HINT, trace=place)

    def _without_paths(self, text: str) -> str:
        """A text without paths of this machine: the scratch folder, another one in each run, and Python's own."""
        for path, name in ((str(self.scratch.root), "/scratch"), (sys.prefix, "/python"), (sys.base_prefix, "/python")):
            text = text.replace(path, name)
        return text

    @contextlib.contextmanager
    def clean(self) -> Iterator[Session]:
        """A confined child in which nothing of the submission runs: what it answers can be believed."""
        with Session(self._launcher, self._submission, self._limits, seed=self._seed, budget=self._budget) as session:
            session.start()
            yield session

    @contextlib.contextmanager
    def elsewhere(self, *, cuda: bool, mps: bool) -> Iterator[Session]:
        """The submission opened afresh on a machine with these accelerators, within the same budget of time.

        They are simulated, but for a CUDA device alone where a real one is wanted and can be used.
        """
        is_wanted = self._accelerator is Accelerator.REAL and cuda and not mps
        is_real = is_wanted and device.works(self._launcher, tuple(self._bounds().items()))
        with Session(
            self._launcher,
            self._submission,
            self._limits,
            seed=self._seed,
            machine={"cuda": cuda, "mps": mps, "real": is_real},
            budget=self._budget,
            transcript=self._transcript,
            facts=self.facts,
        ) as session:
            session.open()
            yield session

    def close(self) -> None:
        """End the child, keep what it printed, remove its folder."""
        child, self._child = self._child, None
        if child is not None:
            child.close()
            self._transcript.add(self._without_paths(child.output.text()))
            self.scratch.close()


def _reply(pair: Any) -> Reply:
    """What came of one of several calls, from what the child says of it."""
    if not isinstance(pair, tuple) or len(pair) != 2 or not isinstance(pair[0], str):  # an array equals nothing
        return NO_REPLY
    kind, value = pair
    if kind == "value":
        return Reply("value", value)
    try:
        return Reply(kind[:20], json.loads(value))
    except (TypeError, ValueError, RecursionError):
        return NO_REPLY


NO_REPLY = Reply("none", None)
DISK_HINT = "Write fewer or smaller files, and remove those that are done with."
SYNTAX_HINT = "Look at this line and the one before it: a bracket, a quote, a colon or the indentation."
