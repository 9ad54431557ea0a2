"""A batch that is killed with kill -9, ten times, at random moments: it comes to what an uninterrupted one comes to."""

from __future__ import annotations

import ctypes
import os
import random
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from hostile_support import CORPUS, LEFTOVER, RIGHT, make_pack
from processes import children_of

ROOT = Path(__file__).parents[1]
REFERENCE = ROOT / "reference" / "ex1_sum_of_cubes"
KILLS = 10
COPIES = 3
PR_SET_CHILD_SUBREAPER = 36
ATTACKS = (
    "a_forging/exits_with_zero_at_import.py",
    "a_forging/writes_frames_to_every_descriptor.py",
    "c_escape/signals.py",
    "e_resources/fork_bomb.py",
    "e_resources/daemon.py",
    "e_resources/many_small_files.py",
    "e_resources/ignored_signals.py",
    "e_resources/segmentation_fault.py",
)
BROKEN = ("", "def sum_of_cubes(x:\n", "while True: pass\n", "import os\nos.kill(os.getpid(), 9)\n")

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="processes are looked for, and end, as Linux has it")


@pytest.fixture
def orphans() -> Iterator[None]:
    """What outlives the batch that started it becomes a child of this process, and is seen."""
    prctl = ctypes.CDLL(None).prctl
    prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    yield
    prctl(PR_SET_CHILD_SUBREAPER, 0, 0, 0, 0)


def hand_in(folder: Path) -> Path:
    """Right, wrong, broken, endless and hostile, each a few times, mixed: for `tight`, whose limits are short."""
    wrong = [path.read_text() for path in sorted((REFERENCE / "wrong").glob("*.py"))[:6]]
    # Under another name than that by which the tests of attacks, maybe at work beside this one, look for leftovers.
    hostile = [(CORPUS / name).read_text().replace(LEFTOVER, "killed-left") for name in ATTACKS]
    files = [RIGHT, RIGHT, *wrong, *BROKEN, *hostile] * COPIES
    random.Random(0).shuffle(files)
    for number, source in enumerate(files):
        (folder / f"student{number:03}").mkdir(parents=True)
        (folder / f"student{number:03}" / "tight.py").write_text(source)
    return folder


def start(root: Path, results: str) -> subprocess.Popen[bytes]:
    """Give the command, in a process group of its own and with a folder of its own for temporary files."""
    command = [sys.executable, "-m", "grader", "batch", "tight", root / "class", "-o", root / results]
    return subprocess.Popen(
        [*command, "--exercises", root / "pack", "--jobs", "2"],
        cwd=ROOT,
        env={**os.environ, "TMPDIR": str(root / "scratch")},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


def graded(results: Path) -> int:
    return len(list((results / "reports").glob("*/*.json")))


def kill_somewhere(running: subprocess.Popen[bytes], results: Path, wanted: int, moments: random.Random) -> bool:
    """Kill it, alone or with its workers, at so many results or while it starts. False where it ended before that."""
    if graded(results) >= wanted:
        time.sleep(moments.uniform(0.0, 3.0))
    while graded(results) < wanted and running.poll() is None:
        time.sleep(0.005)
    time.sleep(moments.uniform(0.0, 0.05))
    is_alive = running.poll() is None
    if is_alive:
        moments.choice((os.kill, os.killpg))(running.pid, signal.SIGKILL)
    running.wait()
    return is_alive


def said(results: Path) -> dict[str, object]:
    """All that a folder of results says, without how long anything took."""
    reports = {str(path.relative_to(results)): path.read_text() for path in sorted((results / "reports").rglob("*.*"))}
    with closing(sqlite3.connect(results / "grades.db")) as database:
        tables = [name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        what = {"written": "entry, notes"}  # and not how long a file is: that depends on the times in it
        rows = {
            name: database.execute(f"SELECT {what.get(name, '*')} FROM {name} ORDER BY 1").fetchall() for name in tables
        }
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    return {
        "gradebook": (results / "gradebook.csv").read_bytes(),
        "reports": {name: without_times(text) for name, text in reports.items()},
        "database": {name: [tuple(map(without_times, map(str, row))) for row in of] for name, of in rows.items()},
    }


def without_times(text: str) -> str:
    return re.sub(r'("duration_s": )[\d.e-]+|in \d+\.\d s(?=</dd>)', r"\1", text)


def still_there(before: set[int]) -> set[int]:
    """The processes that a batch has left, when they have had half a minute to end by themselves."""
    deadline = time.monotonic() + 30
    while (left := set(children_of(os.getpid())) - before) and time.monotonic() < deadline:
        for pid in left:
            os.waitpid(pid, os.WNOHANG)
        time.sleep(0.05)
    return left


def test_killed_at_ten_random_moments_it_comes_to_the_same(orphans: None, tmp_path: Path) -> None:
    seed = random.randrange(2**32)
    print(f"moments are drawn from {seed}")
    moments, before = random.Random(seed), set(children_of(os.getpid()))
    (tmp_path / "scratch").mkdir()
    make_pack(tmp_path / "pack")
    class_ = hand_in(tmp_path / "class")
    assert start(tmp_path, "whole").wait() == 0

    killed = tmp_path / "killed"
    for wanted in sorted(moments.randrange(len(list(class_.iterdir()))) for _ in range(KILLS)):
        while not kill_somewhere(start(tmp_path, killed.name), killed, wanted, moments):
            shutil.rmtree(killed)  # it was through before the moment came: once more, from the start
        print(f"killed with {graded(killed)} reports")
    assert start(tmp_path, killed.name).wait() == 0

    whole, pieced = said(tmp_path / "whole"), said(killed)
    assert len(whole["reports"]) == 2 * len(list(class_.iterdir()))  # type: ignore[arg-type]
    for what, content in whole.items():
        assert pieced[what] == content, what
    assert still_there(before) == set()
    assert list((tmp_path / "scratch").iterdir()) == []
