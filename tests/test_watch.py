"""Watch mode as a student meets it: the real command, a real file, saved in the ways that editors have."""

from __future__ import annotations

import os
import queue
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import ENGINE_PACK
from processes import children_of

from grader.changes import changes, in_words
from grader.model import CheckResult, Environment, Report, Status, SubmissionId, Verdict, Visibility

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no Ctrl-C for a single process")
RIGHT = "def f(x): return 3 * x**2\ng = h = f\n"
DOUBLED = RIGHT.replace("3", "6")
END = "Ctrl-C ends."


class Watch:
    """A running `grade watch`, and what it says."""

    def __init__(self, path: Path, temporary: Path) -> None:
        temporary.mkdir()
        grade = str(Path(sys.executable).parent / "grade")
        self.process = subprocess.Popen(
            [grade, "watch", "plain", str(path), "--exercises", str(ENGINE_PACK)],
            env={**os.environ, "TMPDIR": str(temporary)},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self._lines: queue.Queue[str] = queue.Queue()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self._lines.put(line)

    def look(self) -> str:
        """All that it says for one save, or for the start."""
        said = ""
        while END not in said:
            said += self._lines.get(timeout=60)
        return said

    def is_quiet(self, *, seconds: float) -> bool:
        """Whether it says nothing for so long."""
        time.sleep(seconds)
        return self._lines.empty()

    def end(self) -> int:
        """Press Ctrl-C."""
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(timeout=30)


@pytest.fixture
def mine(tmp_path: Path) -> Path:
    """A right submission in a folder of its own."""
    path = tmp_path / "work" / "mine.py"
    path.parent.mkdir()
    path.write_text(RIGHT)
    return path


@pytest.fixture
def watch(mine: Path, tmp_path: Path) -> Iterator[Watch]:
    """Watches it."""
    started = Watch(mine, tmp_path / "temporary")
    yield started
    if started.process.poll() is None:
        started.process.kill()
        started.process.wait()


def test_it_grades_on_each_save_and_says_what_changed(watch: Watch, mine: Path) -> None:
    first = watch.look()
    assert "10/10" in first
    assert "than last time" not in first
    mine.write_text(DOUBLED)
    second = watch.look()
    assert "0/10" in second
    assert "10 fewer points than last time." in second
    assert "No longer passes:  f at the worked example" in second
    mine.write_text(RIGHT)
    third = watch.look()
    assert "10 more points than last time." in third
    assert "Now passes:        g at drawn values" in third


def test_it_survives_how_editors_save(watch: Watch, mine: Path) -> None:
    watch.look()
    temporary = mine.with_name(".mine.py.swp")
    temporary.write_text(DOUBLED)
    temporary.replace(mine)
    assert "0/10" in watch.look()
    mine.rename(mine.with_name("mine.py~"))  # how Vim and Emacs keep what was there
    mine.write_text(RIGHT)
    assert "10/10" in watch.look()
    with mine.open("w") as file:
        file.flush()
        time.sleep(0.2)  # empty for a while
        file.write(DOUBLED)
    assert "0/10" in watch.look()
    mine.write_text(DOUBLED)
    os.utime(mine)
    assert watch.is_quiet(seconds=1.5)  # nothing has changed


def test_a_file_that_goes_and_comes_back(watch: Watch, mine: Path) -> None:
    watch.look()
    mine.unlink()
    assert "There is no file" in watch.look()
    mine.write_text(DOUBLED)
    assert "10 fewer points than last time." in watch.look()
    mine.unlink()
    mine.parent.rmdir()
    assert "There is no file" in watch.look()
    mine.parent.mkdir()
    mine.write_text(RIGHT)
    assert "10/10" in watch.look()


def test_what_is_no_python_is_a_report_like_any_other(watch: Watch, mine: Path) -> None:
    watch.look()
    mine.write_text("def f(x:\n")
    assert "Python cannot read it" in watch.look()
    mine.write_text(RIGHT)
    assert "10 more points than last time." in watch.look()


def test_ctrl_c_ends_it_well_and_leaves_nothing(watch: Watch, mine: Path, tmp_path: Path) -> None:
    watch.look()
    mine.write_text("while True: pass\n")
    assert watch.is_quiet(seconds=0.5)
    assert watch.end() == 0
    assert list((tmp_path / "temporary").iterdir()) == []
    assert [path.name for path in mine.parent.iterdir()] == ["mine.py"]


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has a zygote")
def test_a_zygote_that_died_is_replaced(watch: Watch, mine: Path) -> None:
    watch.look()
    (zygote,) = children_of(watch.process.pid)
    os.kill(zygote, signal.SIGKILL)
    mine.write_text(DOUBLED)
    assert "10 fewer points than last time." in watch.look()
    (second,) = children_of(watch.process.pid)
    assert second != zygote
    mine.write_text("import time; time.sleep(1.5)\n" + RIGHT)
    assert watch.is_quiet(seconds=0.5)
    os.kill(second, signal.SIGKILL)  # now while it is at work
    assert "10 more points than last time." in watch.look()


def test_a_terminal_is_cleared(mine: Path) -> None:
    import pty

    ours, theirs = pty.openpty()
    command = [str(Path(sys.executable).parent / "grade"), "watch", "plain", str(mine), "--exercises", str(ENGINE_PACK)]
    with subprocess.Popen(command, stdout=theirs, stderr=theirs) as process:
        os.close(theirs)
        said = b""
        while END.encode() not in said:
            said += os.read(ours, 4096)
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=30) == 0
    os.close(ours)
    assert said.startswith(b"\x1b[2J")
    assert b"\x1b[1;32m10/10" in said


def test_a_file_that_is_not_there_is_a_sentence(tmp_path: Path) -> None:
    watch = Watch(tmp_path / "none.py", tmp_path / "temporary")
    assert watch.process.wait(timeout=60) == 2
    assert list((tmp_path / "temporary").iterdir()) == []


def _report(score: int | None, **statuses: Status) -> Report:
    checks = tuple(
        CheckResult(id=id_, title=id_.title(), status=status, points=0, max_points=1, visibility=Visibility.PUBLIC)
        for id_, status in statuses.items()
    )
    return Report(
        exercise="plain",
        title="Plain",
        submission=SubmissionId(name="a.py", sha256=""),
        verdict=Verdict.FAILED,
        score=score,
        max_score=10,
        seed=0,
        checks=checks,
        environment=Environment(python="", torch="", grader=""),
    )


@pytest.mark.parametrize(
    ("before", "after", "lines"),
    [
        (_report(1, a=Status.PASS), _report(1, a=Status.PASS), ["The same checks pass as last time."]),
        (_report(1, a=Status.PASS), _report(0), ["1 fewer point than last time.", "No longer passes:  A"]),
        (_report(None), _report(2, a=Status.PASS, b=Status.SKIPPED), ["Now passes:        A"]),
        (
            _report(0, a=Status.FAIL),
            _report(2, a=Status.PASS),
            ["2 more points than last time.", "Now passes:        A"],
        ),
    ],
)
def test_changes_in_words(before: Report, after: Report, lines: list[str]) -> None:
    assert in_words(changes(before, after)) == lines
