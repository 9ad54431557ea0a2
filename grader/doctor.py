"""What isolates student code on this machine: found out by trying to break out, not by reading versions.

The attempts run in a child exactly as a submission does. What can be seen from outside (a file that changed, a
listener that was reached) is looked at from outside; for the rest the attempt says how far it came, and it is ours.
"""

from __future__ import annotations

import dataclasses
import json
import os
import platform
import socket
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from grader.errors import Crashed, SubmissionFault, TimedOut
from grader.exercise import Limits, exercise_folders
from grader.model import SubmissionId
from grader.sandbox.harden import Host, Power, give_up_all_but, held_names
from grader.sandbox.session import Session
from grader.sandbox.start import start_launcher
from grader.submission import Submission

ATTEMPTS = Path(__file__).parent / "sandbox" / "inside" / "attempts.py"
LIMITS = Limits(memory_mb=256, file_mb=4, disk_mb=16, files=200, cpu_seconds=2, call_seconds=20)


@dataclass(frozen=True, slots=True)
class Finding:
    """One way out: what was tried, whether it is closed here, and how that showed."""

    attempt: str
    is_closed: bool
    evidence: str


# What comes on top where a machine allows it, and what it takes.
ON_TOP = {
    "namespaces": "no namespaces can be made here",
    "bounded-scratch": "needs namespaces in which one may mount",
    "cgroup": "no control group can be made here",
    "user-of-its-own": "needs a grader that runs as root and an interpreter that anyone can read",
    "threads-counted": "needs root or user namespaces; memory bounds threads all the same",
}


@dataclass(frozen=True, slots=True)
class Examination:
    """Everything found out. `layers` is what the child itself says confines it, `absent` what could come on top.

    `powers`: the capabilities of the process that graded, which are root's; a user without rights has none.
    """

    system: str
    layers: tuple[str, ...]
    absent: tuple[str, ...]
    powers: tuple[str, ...]
    findings: tuple[Finding, ...]

    @property
    def is_full(self) -> bool:
        """Whether every way out that is tried is closed."""
        return all(finding.is_closed for finding in self.findings)


@dataclass(frozen=True, slots=True)
class Attempt:
    """One way out: its title, the function in attempts.py that tries it, and what that is given."""

    title: str
    function: str
    argument: str | int = ""


@dataclass(frozen=True, slots=True)
class Bait:
    """What the attempts are aimed at. All of it is ours: temporary files and a listener on loopback."""

    secret: Path
    port: int
    listener: socket.socket

    def was_reached(self) -> bool:
        """Whether anybody connected to the listener."""
        try:
            connection, _ = self.listener.accept()
        except BlockingIOError:
            return False
        connection.close()
        return True


def examine(*, without: frozenset[str] = frozenset(), host: Host = Host.CALLERS) -> Examination:
    """Try every way out, from a process of this `host`. Takes some seconds; leaves nothing behind."""
    launcher = start_launcher(warm=False, without=without)
    source = Submission(SubmissionId(name="doctor", sha256=""), ATTEMPTS.read_bytes())
    try:
        if host is Host.OURS:
            give_up_all_but(Power.FILES)
        with _bait() as bait, Session(launcher, source, LIMITS, seed=0) as session:
            session.open()
            layers = session.isolation
            findings = [_try(session, attempt, bait) for attempt in _attempts(bait)]
    finally:
        launcher.close()
    system = f"{platform.system()} {platform.release()} {platform.machine()}"
    return Examination(system, layers, _absent(layers), held_names(), tuple(findings))


def _absent(layers: Sequence[str]) -> tuple[str, ...]:
    if sys.platform != "linux":
        return ()
    missing = [name for name in ON_TOP if not any(layer.startswith(name) for layer in layers)]
    return tuple(f"{name}: {ON_TOP[name]}" for name in missing)


def _attempts(bait: Bait) -> list[Attempt]:
    return [
        Attempt("read a file outside", "read", str(bait.secret)),
        Attempt("read the checks", "read", str(_checks())),
        Attempt("read the grader's environment", "read", f"/proc/{os.getpid()}/environ"),
        Attempt("read the grader's memory", "read_memory", os.getpid()),
        Attempt("list the home folder", "list_folder", str(Path.home())),
        Attempt("write a file outside", "write", str(bait.secret)),
        Attempt("change a file's mode outside", "change_mode", str(bait.secret)),
        Attempt("link to a file outside", "link", str(bait.secret)),
        Attempt("connect to a TCP port", "connect", bait.port),
        Attempt("send a UDP datagram", "datagram", bait.port),
        Attempt("start a process", "start"),
        Attempt("fork", "fork"),
        Attempt("signal the grader", "signal", os.getpid()),
        Attempt("trace the grader", "trace", os.getpid()),
        Attempt("raise its own limits", "raise_limits"),
        Attempt("use more memory than allowed", "memory"),
        Attempt("map more shared memory than allowed", "shared_memory"),
        Attempt("write a larger file than allowed", "large_file"),
        Attempt("fill the disk with small files", "fill"),
        Attempt("create more files than allowed", "create_files"),
        Attempt("open more files than allowed", "many_files"),
        Attempt("use more processor time than allowed", "spin"),
    ]


def _checks() -> Path:
    """Those of an exercise; where the grader was packed without any, the module that they are written with."""
    return next((folder / "checks.py" for folder in exercise_folders()), Path(__file__).with_name("checks.py"))


def _try(session: Session, attempt: Attempt, bait: Bait) -> Finding:
    before = bait.secret.stat()
    try:
        session.begin(0)
        came_through, evidence = _told(session.call(attempt.function, [attempt.argument], {}))
    except (Crashed, TimedOut) as end:
        came_through, evidence = False, end.message
    except SubmissionFault as refusal:
        came_through, evidence = False, refusal.message
    after = bait.secret.stat()
    if (after.st_mtime_ns, after.st_mode) != (before.st_mtime_ns, before.st_mode):
        came_through, evidence = True, "the file outside has changed"
    elif attempt.function == "change_mode":
        came_through, evidence = False, "the file outside is as it was"
    if bait.was_reached():
        came_through, evidence = True, "the listener was reached"
    return Finding(attempt.title, not came_through, evidence)


def _told(answer: Any) -> tuple[bool, str]:
    return (answer[0] is True, str(answer[1])[:200]) if isinstance(answer, tuple) and len(answer) == 2 else (True, "")


@contextmanager
def _bait() -> Iterator[Bait]:
    with tempfile.TemporaryDirectory(prefix="grade-doctor-") as folder, socket.socket() as listener:
        secret = Path(folder) / "secret.txt"
        secret.write_text("a secret", encoding="utf-8")
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        listener.setblocking(False)
        yield Bait(secret, listener.getsockname()[1], listener)


def render_text(examination: Examination) -> str:
    """The examination for people."""
    width = max(len(finding.attempt) for finding in examination.findings)
    rows = [
        f"  {'closed' if finding.is_closed else 'OPEN  '}  {finding.attempt:<{width}}  {finding.evidence}"
        for finding in examination.findings
    ]
    layers = "\n".join(f"  {layer}" for layer in examination.layers) or "  none"
    absent = [f"  not here  {layer}" for layer in examination.absent]
    powers = f"\nOf root's powers the grader itself keeps: {', '.join(examination.powers) or 'none'}."
    verdict = (
        "Every way out that was tried is closed."
        if examination.is_full
        else "Isolation is reduced on this machine: grade only code that you would run yourself."
    )
    return "\n".join(
        [
            f"System: {examination.system}, Python {platform.python_version()}",
            "\nLayers around student code:",
            layers,
            *absent,
            *([powers] if sys.platform == "linux" else []),
            "\nWhat a submission can do here, by trying:",
            *rows,
            f"\n{verdict}",
        ]
    )


def render_json(examination: Examination) -> str:
    """The examination for scripts."""
    return json.dumps(
        {**dataclasses.asdict(examination), "isolation": "full" if examination.is_full else "reduced"}, indent=2
    )
