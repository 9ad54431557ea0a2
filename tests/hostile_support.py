"""What the hostile corpus is run with: attack files and what they expect, canaries, and the search for what was left.

An attack says in its docstring what it tries, and in a line that starts with "expect:" what must happen:

    expect: verdict=crashed, score<=0, says=ended by itself

`verdict` may name several, parted by "|"; `says` is found in the report; `exercise` is ex1 where it is not given.
`seconds` bounds the whole grading, well above what its limits allow. `leaks_without` names a layer without which the
attack must work, so that its failing says something.
Words such as @HOME@ in an attack are filled in with what `Canaries` has set up.
"""

from __future__ import annotations

import dataclasses
import os
import re
import shutil
import socket
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from grader.exercise import Exercise, Limits, find_exercise
from grader.model import Report
from grader.sandbox.scratch import ScratchRoot

CORPUS = Path(__file__).parent / "hostile"
PACK = CORPUS / "pack"
CANARY = "CANARY-"  # attacks spell it in two parts, so that their own source lines never hold it
LEFTOVER = "hostile-left"  # the name of every file, process and segment that an attack tries to leave behind
EXPECTATION = re.compile(r"expect: verdict=(?P<verdict>[a-z_|]+), score<=(?P<score>\d+)(?P<rest>[^\"\n]*)")
TIGHT = Limits(
    import_seconds=1.5,
    call_seconds=1.0,
    total_seconds=3.0,
    cpu_seconds=5,
    memory_mb=512,
    file_mb=8,
    output_mb=1,
    open_files=64,
)

RIGHT = """
import torch

def sum_of_cubes(x):
    return (x ** 3).sum()

def gradient_by_autograd(x):
    x = x.detach().clone().requires_grad_(True)
    (gradient,) = torch.autograd.grad(sum_of_cubes(x), x)
    return gradient

def gradient_by_hand(x):
    return 3 * x ** 2
"""


@dataclass(frozen=True)
class Attack:
    """One file of the corpus, and what must become of it."""

    path: Path
    verdicts: frozenset[str]
    most_points: int
    says: str
    exercise: str
    leaks_without: frozenset[str]
    seconds: float

    @property
    def id(self) -> str:
        return f"{self.path.parent.name}/{self.path.stem}"


def read_attack(path: Path) -> Attack:
    """Read an attack's expectation. Raises ValueError where it has none."""
    found = EXPECTATION.search(path.read_text(encoding="utf-8"))
    if found is None:
        raise ValueError(f"{path} does not say what to expect")
    more = dict(part.strip().split("=", 1) for part in found["rest"].split(",") if "=" in part)
    return Attack(
        path=path,
        verdicts=frozenset(found["verdict"].split("|")),
        most_points=int(found["score"]),
        says=more.get("says", ""),
        exercise=more.get("exercise", "ex1"),
        leaks_without=frozenset(filter(None, more.get("leaks_without", "").split("|"))),
        seconds=float(more.get("seconds", 12)),
    )


def attacks() -> list[Attack]:
    """The corpus, class by class."""
    return [read_attack(path) for path in sorted(CORPUS.glob("[a-g]_*/*")) if path.suffix in (".py", ".ipynb")]


def tight(name: str) -> Exercise:
    """An exercise with limits small enough that a breach of each takes about a second."""
    return dataclasses.replace(find_exercise(name, (PACK,)), limits=TIGHT)


def make_pack(folder: Path) -> Path:
    """The corpus's own exercises and ex1, with limits that an attack runs into within a second or two."""
    for source, name in (
        (PACK / "probe_everything_asked", "probe_everything_asked"),
        (next((CORPUS.parents[1] / "exercises").glob("ex1_*")), "tight_sum_of_cubes"),
    ):
        shutil.copytree(source, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        toml = folder / name / "exercise.toml"
        text = re.sub(r"^\[limits\]\n([^\[\n].*\n|\n)*", "", toml.read_text(), flags=re.MULTILINE)
        named = text.replace('id = "ex1"', 'id = "tight"')
        limits = "".join(f"{field.name} = {getattr(TIGHT, field.name)}\n" for field in dataclasses.fields(TIGHT))
        toml.write_text(f"{named}\n[limits]\n{limits}")
    return folder


class Canaries:
    """Secrets in every place where a grader's machine has some, and listeners that must stay silent."""

    def __init__(self, folder: Path) -> None:
        self.home = folder / "home"
        self.submissions = folder / "submissions"
        self.secrets = {
            self.home / ".netrc": "netrc",
            self.home / ".ssh" / "id_ed25519": "ssh",
            self.home / ".bashrc": "bashrc",
            self.home / "course" / ".git" / "config": "git",
            self.home / "course" / "exercises" / "ex1_x" / "checks.py": "checks",
            self.home / "course" / "reference" / "solution.py": "reference",
            self.submissions / "neighbour.py": "neighbour",
        }
        for path, name in self.secrets.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(f"# {CANARY}{name}\n")
        self._unix_path = str(folder / "s")
        self._abstract = f"\0{LEFTOVER}-{os.getpid()}"
        self.listeners = dict(self._listen())
        self._before = self._look()

    def _listen(self) -> Iterator[tuple[str, socket.socket]]:
        for name, family, kind, address in (
            ("tcp", socket.AF_INET, socket.SOCK_STREAM, ("127.0.0.1", 0)),
            ("udp", socket.AF_INET, socket.SOCK_DGRAM, ("127.0.0.1", 0)),
            ("unix", socket.AF_UNIX, socket.SOCK_STREAM, self._unix_path),
            ("abstract", socket.AF_UNIX, socket.SOCK_DGRAM, self._abstract),
        ):
            listener = socket.socket(family, kind)
            listener.bind(address)
            listener.setblocking(False)
            if kind == socket.SOCK_STREAM:
                listener.listen()
            yield name, listener

    def fill_in(self, source: bytes) -> bytes:
        """An attack with the places of this machine in it."""
        import numpy
        import torch

        words = {
            "HOME": self.home,
            "SUBMISSIONS": self.submissions,
            "COURSE": self.home / "course",
            "REPOSITORY": CORPUS.parents[1],
            "SITE": Path(torch.__file__).parents[1],
            "NUMPY": Path(numpy.__file__).parent,
            "UNIX": self._unix_path,
            "ABSTRACT": self._abstract[1:],
            "TCP": self.listeners["tcp"].getsockname()[1],
            "UDP": self.listeners["udp"].getsockname()[1],
            "GRADER": os.getpid(),
        }
        for word, value in words.items():
            source = source.replace(f"@{word}@".encode(), str(value).encode())
        return source

    def heard(self) -> list[str]:
        """The listeners that somebody reached."""
        reached = []
        for name, listener in self.listeners.items():
            try:
                if listener.type == socket.SOCK_STREAM:
                    listener.accept()[0].close()
                else:
                    listener.recv(100)
            except BlockingIOError:
                continue
            reached.append(name)
        return reached

    def changed(self) -> list[str]:
        """The secrets that are not as they were: content, mode, times, or a neighbour that was not there."""
        now = self._look()
        return sorted(str(path) for path in {*now, *self._before} if now.get(path) != self._before.get(path))

    def look_again(self) -> None:
        """Take everything for right as it is now."""
        self._before = self._look()

    def _look(self) -> dict[Path, tuple[object, ...]]:
        found: dict[Path, tuple[object, ...]] = {}
        for path in (*self.home.rglob("*"), self.submissions / "neighbour.py"):
            about = path.lstat()
            content = path.read_bytes() if path.is_file() else b""
            found[path] = (about.st_mode, about.st_uid, about.st_mtime_ns, content)
        return found

    def close(self) -> None:
        for listener in self.listeners.values():
            listener.close()


def leftovers(scratch_root: ScratchRoot | None = None) -> list[str]:
    """Files, processes and shared memory that an attack has left behind."""
    found = [] if scratch_root is None else scratch_root.names()
    for folder in {tempfile.gettempdir(), "/tmp", "/var/tmp", "/dev/shm", "/dev/mqueue"}:
        if os.path.isdir(folder):
            found += [f"{folder}/{name}" for name in os.listdir(folder) if LEFTOVER in name]
    for comm in Path("/proc").glob("[0-9]*/comm"):
        try:
            if LEFTOVER in comm.read_text(errors="replace"):
                found.append(str(comm))
        except OSError:
            continue  # it ended while we looked
    return found


def everything_said(report: Report) -> str:
    """All text of a report that did not come from the exercise."""
    checks = [" ".join((check.reason, check.hint, check.detail)) for check in report.checks]
    return "\n".join((report.reason, report.hint, report.output, *checks))
