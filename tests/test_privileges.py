"""What a grader that root started still may do while a submission runs: as little as its work needs."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from processes import children_of
from test_hostile_class import NOBODY, UNPRIVILEGED, python_for_anyone

from grader.sandbox.harden import Power

ROOT = Path(__file__).parents[1]
RIGHT = ROOT / "reference" / "ex1_sum_of_cubes" / "solution.py"
FILES, SANDBOXES = Power.FILES.bits, Power.SANDBOXES.bits
SLEEPS = "import time\ntime.sleep(9)\n"  # for less than an import may take, so that whatever holds it lives

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="capabilities are Linux's")
ROOT_ONLY = pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root has any to give up")


@pytest.fixture
def sleeper(tmp_path: Path) -> Path:
    path = tmp_path / "class" / "ann" / "ex1.py"
    path.parent.mkdir(parents=True)
    path.write_text(SLEEPS)
    return path


@contextmanager
def running(*arguments: str | Path, python: tuple[str, ...] = (sys.executable,)) -> Iterator[int]:
    """The command at work; the process id. Its end is waited for, so that nothing of it is left."""
    command = [*python, "-m", "grader", *map(str, arguments)]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        yield process.pid
    finally:
        process.terminate()
        process.wait()


def find(parent: int, what: bytes) -> int:
    """The child process of `parent` with this in its command line, as soon as there is one."""
    return soon(
        lambda: next((each for each in children_of(parent) if what in Path(f"/proc/{each}/cmdline").read_bytes()), None)
    )


def soon(look: Callable[[], int | None]) -> int:
    for _ in range(1200):
        try:
            if (found := look()) is not None:
                return found
        except (FileNotFoundError, ProcessLookupError):  # it ended while it was looked at
            pass
        time.sleep(0.05)
    return pytest.fail("there is no such process")


def student_of(zygote: int) -> int:
    """The child that runs the submission: what it holds is the last word, since it has been confined."""
    return soon(lambda: next((each for each in children_of(zygote) if rights(each)["Seccomp"] == {2}), None))


def rights(pid: int) -> dict[str, set[int]]:
    """The capability sets and locks of all threads of a process, as the kernel shows them."""
    found: dict[str, set[int]] = {}
    for thread in Path(f"/proc/{pid}/task").iterdir():
        for line in (thread / "status").read_text().splitlines():
            name, _, value = line.partition(":")
            if name.startswith("Cap") or name in ("NoNewPrivs", "Seccomp"):
                found.setdefault(name, set()).add(int(value, 16))
    return found


def holds_no_more_than(pid: int, allowed: int) -> bool:
    """In no thread of it, and with no way to more."""
    seen = rights(pid)
    sets = {name: mask for name, masks in seen.items() if name.startswith("Cap") for mask in masks if mask & ~allowed}
    unused = seen["CapInh"] | seen["CapAmb"]
    return not sets and unused == {0} and seen["NoNewPrivs"] == {1}


@ROOT_ONLY
def test_grading_one_file_is_done_without_roots_powers(sleeper: Path) -> None:
    with running("ex1", sleeper) as grader:
        zygote = find(grader, b"inside/main.py")
        student = student_of(zygote)
        assert holds_no_more_than(grader, FILES)
        assert holds_no_more_than(zygote, SANDBOXES)
        assert rights(zygote)["CapBnd"] == {0}
        assert holds_no_more_than(student, 0)


@ROOT_ONLY
def test_a_batch_grades_without_roots_powers(sleeper: Path, tmp_path: Path) -> None:
    with running("batch", "ex1", sleeper.parents[1], "-o", tmp_path / "results", "--jobs", "1") as batch:
        template, nursery = find(batch, b"grader.batch.template"), find(batch, b"inside/main.py")
        worker, zygote = find(template, b"grader.batch.template"), find(nursery, b"inside/main.py")
        student = student_of(zygote)
        assert holds_no_more_than(batch, SANDBOXES)
        assert holds_no_more_than(nursery, SANDBOXES)
        assert holds_no_more_than(template, FILES)
        assert holds_no_more_than(worker, FILES)
        assert holds_no_more_than(zygote, SANDBOXES)
        assert holds_no_more_than(student, 0)


@ROOT_ONLY
def test_a_watch_keeps_what_another_sandbox_takes(sleeper: Path) -> None:
    with running("watch", "ex1", sleeper) as watch:
        zygote = find(watch, b"inside/main.py")
        student_of(zygote)
        assert holds_no_more_than(watch, SANDBOXES)
        os.kill(zygote, 9)
        sleeper.write_text(f"{SLEEPS}again = 1\n")  # the sandbox is found to be gone, and another one started
        another = soon(lambda: next((each for each in children_of(watch) if each != zygote), None))
        student = student_of(another)
        assert rights(another)["CapPrm"] != {0}
        assert holds_no_more_than(student, 0)


@pytest.mark.parametrize("own_users", [False, True], ids=["as root", "as root, whose children are users of their own"])
@ROOT_ONLY
def test_root_grades_files_of_others_into_folders_of_others(own_users: bool, tmp_path: Path) -> None:
    """Also where the scratch is somebody else's: ex3 has files put there, looked at and removed."""
    python = python_for_anyone() if own_users else [sys.executable]
    theirs = tmp_path / "theirs"
    theirs.mkdir()
    submission, report = theirs / "ex3.py", theirs / "report.json"
    submission.write_bytes((ROOT / "reference" / "ex3_save_reload" / "solution.py").read_bytes())
    for path, mode in ((submission, 0o600), (theirs, 0o700)):
        os.chown(path, NOBODY, NOBODY)
        path.chmod(mode)
    command = [*python, "-m", "grader", "run", "ex3", str(submission), "--format", "json", "-o", str(report)]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr
    graded = json.loads(report.read_text())
    assert graded["score"] == graded["max_score"]
    assert not own_users or "user-of-its-own" in graded["environment"]["isolation"]
    results = theirs / "results"
    (theirs / "class" / "ann").mkdir(parents=True)
    submission.rename(theirs / "class" / "ann" / "ex3.py")
    command = [*python, "-m", "grader", "batch", "ex3", str(theirs / "class"), "-o", str(results)]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (ended.returncode, "1 graded" in ended.stdout) == (0, True), ended.stderr


@pytest.mark.parametrize("kept", ["", "chown,dac_override,fowner,setuid,setgid,kill"])
@ROOT_ONLY
def test_a_root_of_few_capabilities_grades_as_well(kept: str, tmp_path: Path) -> None:
    """As in a container that was given next to none: neither the bounding set nor a mount is its to change."""
    sets = ",".join(["-all", *(f"+{name}" for name in kept.split(",") if name)])
    command = ["setpriv", f"--bounding-set={sets}", f"--inh-caps={sets}", sys.executable, "-m", "grader", "ex1"]
    ended = subprocess.run([*command, str(RIGHT)], cwd=ROOT, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stdout + ended.stderr


@ROOT_ONLY
def test_a_user_without_rights_has_nothing_to_give_up(tmp_path: Path) -> None:
    command = [*UNPRIVILEGED, *python_for_anyone()]
    code = """
from grader.sandbox.harden import Power, give_up_all_but, held
give_up_all_but(Power.SANDBOXES)
status = dict(line.split(":\\t") for line in open("/proc/self/status").read().splitlines() if ":\\t" in line)
print(held(), status["NoNewPrivs"])
"""
    done = subprocess.run([*command, "-c", code], cwd="/", capture_output=True, text=True, check=True)
    assert done.stdout == "0 1\n"
