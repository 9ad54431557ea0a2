"""A real zygote that forks really confined children, for the tests of the confinement."""

from __future__ import annotations

import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import pytest

from grader.sandbox.inside import syscall_numbers
from grader.sandbox.inside.limits import Limits

PROJECT = Path(__file__).resolve().parents[1]
NOBODY = 65534
LIMITS = Limits(memory_bytes=1 << 30, cpu_seconds=20, file_bytes=8 << 20, open_files=64, threads=16)

ZYGOTE = r"""
import ctypes, json, os, shutil, sys, tempfile, traceback
from pathlib import Path
if sys.argv[1] == "torch":
    import torch
from grader.sandbox.inside import confine
from grader.sandbox.inside.limits import Limits

root = Path(sys.argv[2])
outside = json.loads(sys.argv[3])
plan = confine.prepare(scratch_root=root, never=[Path(outside["package"])],
                       readable_too=[Path(outside["library"])], devices=[Path(each) for each in outside["devices"]],
                       without=frozenset(sys.argv[4:]))
libc = ctypes.CDLL(None, use_errno=True)

def raw(number, *arguments):
    # -> the error's name, or "done"
    ctypes.set_errno(0)
    result = libc.syscall(ctypes.c_long(number), *[ctypes.c_long(a) if isinstance(a, int) else a for a in arguments])
    import errno
    return errno.errorcode[ctypes.get_errno()] if result < 0 else "done"

def attempt(action, *arguments, **keywords):
    try:
        result = action(*arguments, **keywords)
    except OSError as refusal:
        print("refused:", type(refusal).__name__)
    else:
        print("DONE", result)

print("ready", flush=True)
for line in sys.stdin:
    order = json.loads(line)
    scratch = Path(tempfile.mkdtemp(dir=root))
    bounds = Limits(**order["limits"])
    plan.make_room(bounds)
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        status = 70
        try:
            for descriptor in (1, 2):
                os.dup2(writing, descriptor)
            os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
            os.environ.clear()
            os.environ.update(HOME=str(scratch), TMPDIR=str(scratch), USER="student")
            tempfile.tempdir = None
            layers = plan.apply(scratch=scratch, limits=bounds, reach=confine.Reach(order["reach"]))
            os.closerange(3, 1024)
            print("layers", json.dumps(layers), flush=True)
            names = {"raw": raw, "attempt": attempt, "outside": outside, "libc": libc, "scratch": scratch,
                     "NR": order["numbers"], "__name__": "submission"}
            exec(compile(order["code"], "submission.py", "exec"), names)
            status = 0
        except BaseException:
            traceback.print_exc()
        finally:
            sys.stdout.flush()
            os._exit(status)
    os.close(writing)
    output = b""
    while chunk := os.read(reading, 65536):
        output += chunk
    os.close(reading)
    _, status = os.waitpid(pid, 0)
    left = sorted(path.name for path in scratch.rglob("*"))
    kinds = sorted({path.lstat().st_mode >> 12 for path in scratch.rglob("*")})
    shutil.rmtree(scratch)
    print(json.dumps({"exit": os.waitstatus_to_exitcode(status), "output": output.decode(errors="replace"),
                      "left": left, "kinds": kinds}), flush=True)
"""


@dataclass(frozen=True)
class Outcome:
    """How a child ended: exit code (negative: signal), what it printed, what lay in its scratch."""

    exit: int
    output: str
    left: list[str]
    kinds: list[int]
    layers: tuple[str, ...]


class Zygote:
    """A process that forks confined children for the tests, and what lies outside their reach."""

    def __init__(
        self,
        python: str,
        *,
        with_torch: bool,
        uid: int | None = None,
        without: tuple[str, ...] = (),
        devices: tuple[str, ...] = (),
    ) -> None:
        self.with_torch = with_torch
        self.folder = Path(tempfile.mkdtemp(prefix="confine"))
        self.home, self.root, self.library, package = (
            self.folder / name for name in ("home", "scratch", "library", "package")
        )
        self.secret = self.home / "secret"
        for folder in (self.home, self.root, self.library, package):
            folder.mkdir()
        self.folder.chmod(0o711)
        (self.library / "module.py").write_text("canary")
        (package / "checks.py").write_text("canary")
        self.secret.write_text("canary")
        self.secret.chmod(0o600)
        if uid is not None:
            for path in (self.folder, *self.folder.rglob("*")):
                os.chown(path, uid, uid)
        self.outside = {
            "home": str(self.home),
            "secret": str(self.secret),
            "package": str(package),
            "library": str(self.library),
            "devices": devices,
        }
        environment = {
            "PATH": "/usr/bin:/bin",
            "PYTHONPATH": str(PROJECT),
            "HOME": str(self.home),
            "SECRET": "canary",
            "OMP_NUM_THREADS": "1",
            "PYTHONDONTWRITEBYTECODE": "1",
        }
        arguments = ["torch" if with_torch else "plain", str(self.root), json.dumps(self.outside), *without]
        switch = {} if uid is None else {"user": uid, "group": uid, "extra_groups": []}
        self.process = subprocess.Popen(
            [python, "-c", ZYGOTE, *arguments],
            env=environment,
            cwd=self.folder,
            text=True,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            **switch,  # type: ignore[call-overload]
        )
        if self.process.stdout.readline() != "ready\n":
            reason = self.process.communicate()[1].strip().splitlines()[-1:]
            self.close()
            raise RuntimeError(f"no zygote: {reason}")

    def run(self, code: str, *, reach: str = "no device", **limits: int) -> Outcome:
        """Run `code` as a submission would run."""
        numbers = syscall_numbers.numbers(platform.machine())
        order = {"code": code, "limits": asdict(LIMITS) | limits, "numbers": numbers, "reach": reach}
        self.process.stdin.write(json.dumps(order) + "\n")
        self.process.stdin.flush()
        answer: dict[str, Any] = json.loads(self.process.stdout.readline())
        first, _, rest = answer.pop("output").partition("\n")
        assert first.startswith("layers "), first + rest
        return Outcome(**answer, output=rest, layers=tuple(json.loads(first.removeprefix("layers "))))

    def close(self) -> None:
        self.process.kill()
        self.process.communicate()
        shutil.rmtree(self.folder)


def with_the_systems_python(*, uid: int | None) -> Zygote:
    for python in ("/usr/bin/python3", "/usr/local/bin/python3", sys.executable):
        version = (
            subprocess.run(
                [python, "-c", "import sys; print(sys.version_info >= (3, 11))"],
                capture_output=True,
                text=True,
                check=False,
            )
            if Path(python).exists()
            else None
        )
        if version and version.stdout.strip() == "True":
            try:
                return Zygote(python, with_torch=False, uid=uid)
            except (RuntimeError, PermissionError):
                continue
    pytest.skip("no Python that an unprivileged user can run, with this checkout readable")


# A seccomp filter that answers landlock_create_ruleset (444) with ENOSYS, as a kernel without Landlock does.
WITHOUT_LANDLOCK = """
import ctypes, os, struct, sys
steps = [(0x20, 0, 0, 0), (0x15, 0, 1, 444), (0x06, 0, 0, 0x00050000 | 38), (0x06, 0, 0, 0x7FFF0000)]
code = ctypes.create_string_buffer(b"".join(struct.pack("=HBBI", *step) for step in steps))
program = struct.pack("=H6xQ", len(steps), ctypes.addressof(code))
libc = ctypes.CDLL(None, use_errno=True)
assert libc.prctl(38, 1, 0, 0, 0) == 0
assert libc.prctl(22, 2, program, 0, 0) == 0
os.execv(sys.argv[1], sys.argv[1:])
"""
