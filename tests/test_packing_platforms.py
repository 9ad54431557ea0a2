"""`grade pack --for gradescope | classroom50`, unpacked and run as the platform does it.

Not exercised: apt-get, the making of the virtual environment by setup.sh, and the download of torch. The virtual
environment is there already and finds torch where the tests have it; pip runs all the same, without an index.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import stat
import subprocess
import sys
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest
from confinement_support import WITHOUT_LANDLOCK
from conftest import ENGINE_PACK, ROOT
from packing_support import environment_with_torch, grade, packed, run, texts, unpack
from report_samples import RUNNER
from result_readers import Reading, read_classroom50, read_gradescope

REFERENCE = ROOT / "reference" / "ex2_classifier"
METADATA = {"id": 1, "created_at": "2026-11-20T12:00:00.000000-08:00", "users": [], "previous_submissions": []}
PARTLY = "def f(x): return 3 * x**2\ng = abs\nh = f\n"
linux_only = pytest.mark.skipif(os.name != "posix", reason="the scripts are for Ubuntu")


class Autograder:
    """A copy of Gradescope's /autograder."""

    def __init__(self, root: Path, archive: Path) -> None:
        self.root, self.source = root, root / "source"
        for name in ("source", "submission", "results"):
            (root / name).mkdir(parents=True)
        unpack(archive, self.source)
        (root / "submission_metadata.json").write_text(json.dumps(METADATA))
        shutil.copy(self.source / "run_autograder", root / "run_autograder")
        environment_with_torch(self.source / "venv")
        self.setup = run("bash", self.source / "setup.sh", cwd=root)

    def grade(self, files: Mapping[str, str | bytes | Path], *before: str | Path) -> Reading:
        """What Gradescope shows after a submission of these files. `before`: what run_autograder is an argument of."""
        for name in ("submission", "results"):
            shutil.rmtree(self.root / name)
            (self.root / name).mkdir()
        for name, content in files.items():
            path = self.root / "submission" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            data = content.read_bytes() if isinstance(content, Path) else content
            path.write_bytes(data.encode() if isinstance(data, str) else data)
        done = run(*before, self.root / "run_autograder", cwd=self.root)
        assert done.returncode == 0
        self.log = done.stdout + done.stderr
        return read_gradescope((self.root / "results" / "results.json").read_text())


@pytest.fixture(scope="module")
def classifier(tmp_path_factory: pytest.TempPathFactory) -> Autograder:
    """The autograder of ex2, a built-in exercise."""
    folder = tmp_path_factory.mktemp("gradescope")
    return Autograder(folder / "autograder", packed(folder, "ex2", "gradescope"))


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Autograder:
    """The autograder of an exercise of a course's own, which is quick to grade."""
    folder = tmp_path_factory.mktemp("gradescope")
    archive = packed(folder, "plain", "gradescope", "--exercises", ENGINE_PACK, "--isolation", "reduced")
    return Autograder(folder / "autograder", archive)


@linux_only
def test_setup_installs_the_grader_from_the_archive_and_shows_what_isolates(classifier: Autograder) -> None:
    assert classifier.setup.returncode == 0, classifier.setup.stderr
    assert "Successfully installed grader-0.1.0+bare" in classifier.setup.stdout
    assert "read the checks" in classifier.setup.stdout
    alone = run(classifier.source / "venv" / "bin" / "grade", cwd=classifier.root)
    assert (alone.returncode, alone.stdout) == (2, "")
    assert alone.stderr.startswith("This grader brings no exercises along.")


@linux_only
def test_gradescope_grades_what_was_handed_in_whatever_its_name(classifier: Autograder) -> None:
    right = classifier.grade({"My Work (2).py": REFERENCE / "solution.py"})
    assert (right.passed, right.score, right.max_score) == (True, 10, 10)
    wrong = classifier.grade({"ex2.py": REFERENCE / "wrong" / "accuracy_percent.py"})
    assert (wrong.passed, wrong.score, wrong.max_score) == (False, 9, 10)
    assert "100 times too large: a percentage" in wrong.words


@linux_only
def test_of_several_files_the_one_named_after_the_exercise_is_graded(plain: Autograder) -> None:
    assert plain.grade({"plain.py": PARTLY, "helpers.py": ""}).score == 7
    assert plain.grade({"Plain.py": PARTLY, "plain.ipynb": "{}", "notes.txt": ""}).score == 7
    assert plain.grade({"work/plain_three_squares.py": PARTLY, "__MACOSX/plain.py": "", ".x/plain.py": ""}).score == 7


@linux_only
@pytest.mark.parametrize(
    ("files", "says"),
    [
        ({}, "There is no Python file and no notebook"),
        ({"essay.pdf": b"%PDF"}, "There is no Python file and no notebook"),
        ({"a.py": PARTLY, "b.py": PARTLY}, "nothing says which is to be graded: a.py, b.py"),
        ({"one/plain.py": PARTLY, "two/plain.py": PARTLY}, "one/plain.py, two/plain.py"),
        ({"plain.py": ""}, "plain.py is empty"),
        ({"plain.py": "raise ValueError('::error::x')"}, "ValueError"),
        ({"plain.py": "while True: pass"}, "ran out of time"),
        ({"plain.py": "import os, signal; os.kill(0, signal.SIGKILL)"}, "stopped before"),
    ],
)
def test_what_cannot_be_graded_in_full_is_a_result_with_the_reason(
    plain: Autograder, files: dict[str, str | bytes], says: str
) -> None:
    reading = plain.grade(files)
    assert (reading.passed, reading.score) == (False, 0)
    assert says in reading.words
    assert "not graded" not in reading.words


@linux_only
def test_a_link_is_no_submission(plain: Autograder) -> None:
    plain.grade({})
    (plain.root / "submission" / "plain.py").symlink_to("/etc/passwd")
    run(plain.root / "run_autograder", cwd=plain.root)
    assert "There is no Python file" in (plain.root / "results" / "results.json").read_text()


FAULTS = {
    "an exercise that breaks": (
        "exercises/plain_three_squares/checks.py",
        "raise RuntimeError('a fault of ours')\n",
        "cannot be loaded",
    ),
    "settings that cannot be read": ("settings.json", "{", "The grader stopped on a JSONDecodeError"),
    "a grader that is killed": (
        "exercises/plain_three_squares/checks.py",
        f"import os\nos.kill(os.getpid(), {int(signal.SIGKILL)})\n",
        "was stopped",
    ),
    "no Python": ("venv/bin/python", None, "was stopped before it had a result"),
}


@linux_only
@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_of_the_graders_own_is_a_result_that_says_so(plain: Autograder, fault: str) -> None:
    name, content, says = FAULTS[fault]
    path = plain.source / name
    aside = path.with_name("aside")
    path.rename(aside)
    try:
        if content is not None:
            path.write_text(content)
        reading = plain.grade({"plain.py": PARTLY})
    finally:
        aside.replace(path)
    assert (reading.passed, reading.score) == (False, 0)
    assert "The 0 stands for “not graded”" in reading.words
    assert says in reading.words


@linux_only
def test_where_isolation_is_lacking_nothing_is_graded_and_the_instructor_reads_why(
    classifier: Autograder, plain: Autograder, tmp_path: Path
) -> None:
    blocked = tmp_path / "blocked.py"
    blocked.write_text(WITHOUT_LANDLOCK)
    reading = classifier.grade({"mine.py": REFERENCE / "solution.py"}, sys.executable, blocked)
    assert (reading.passed, reading.score) == (False, 0)
    assert "This machine lacks landlock-abi" in reading.words
    assert "The 0 stands for “not graded”" in reading.words
    assert "--isolation reduced" in classifier.log
    asked_for = plain.grade({"mine.py": PARTLY}, sys.executable, blocked)  # packed with --isolation reduced
    assert asked_for.score == 7


@linux_only
def test_a_submission_finds_neither_the_checks_nor_the_results(classifier: Autograder) -> None:
    probe = (
        "import os\n"
        f"for path in ({str(classifier.source / 'exercises/ex2_classifier/checks.py')!r}, "
        f"{str(classifier.root / 'results/results.json')!r}):\n"
        "    for mode in ('r', 'a'):\n"
        "        try:\n            open(path, mode)\n            print('came through')\n"
        "        except OSError:\n            print('refused')\n"
    )
    reading = classifier.grade({"mine.py": probe})
    assert "came through" not in reading.words
    assert reading.words.count("refused") >= 4


@linux_only
def test_the_archive_is_what_gradescope_documents(classifier: Autograder, tmp_path: Path) -> None:
    archive = packed(tmp_path, "ex2", "gradescope")
    with zipfile.ZipFile(archive) as opened:
        infos = {info.filename: info for info in opened.infolist()}
        for script in ("setup.sh", "run_autograder"):
            assert stat.S_IMODE(infos[script].external_attr >> 16) == 0o755
            content = opened.read(script)
            assert content.startswith(b"#!/usr/bin/env bash\n")
            assert b"\r" not in content
            subprocess.run(["bash", "-n"], input=content, check=True)
    assert stat.S_IMODE(infos["settings.json"].external_attr >> 16) == 0o644
    assert [*infos] == sorted(infos)


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    """The folder that Classroom 50's runner extracts, and beside it a student's checkout."""
    folder = tmp_path / "runtime" / "ex2"
    folder.mkdir(parents=True)
    unpack(packed(tmp_path, "ex2", "classroom50"), folder)
    environment_with_torch(folder / "venv")
    (tmp_path / "checkout" / ".github").mkdir(parents=True)
    (tmp_path / "checkout" / "README.md").write_text("My work")
    return folder


def run_bundle(bundle: Path) -> tuple[subprocess.CompletedProcess[str], Path]:
    """As runner.py of Classroom 50 does."""
    checkout = bundle.parents[1] / "checkout"
    environment = {**RUNNER, "CLASSROOM50_BUNDLE_DIR": str(bundle)}
    return run("python3", bundle / "autograder.py", cwd=checkout, **environment), checkout / "result.json"


@linux_only
def test_classroom50_grades_the_students_checkout(bundle: Path) -> None:
    checkout = bundle.parents[1] / "checkout"
    (checkout / "grader.py").write_text("raise SystemExit('the checkout must not be on the path')\n")
    (checkout / "subprocess.py").write_text("raise SystemExit('nor here')\n")
    shutil.copy(REFERENCE / "solution.py", checkout / "ex2.py")
    done, result = run_bundle(bundle)
    assert done.returncode == 0, done.stderr
    reading = read_classroom50(result.read_text())
    assert (reading.passed, reading.score, reading.max_score) == (True, 6, 6)
    shutil.copy(REFERENCE / "wrong" / "logits_throughout.py", checkout / "ex2.py")
    done, result = run_bundle(bundle)
    assert done.returncode == 0, done.stderr
    reading = read_classroom50(result.read_text())
    assert not reading.passed
    assert (reading.score or 0) < 6


@linux_only
def test_classroom50_is_told_what_could_not_be_graded(bundle: Path) -> None:
    done, result = run_bundle(bundle)
    assert done.returncode == 0, done.stderr
    reading = read_classroom50(result.read_text())
    assert (reading.passed, reading.score, reading.max_score) == (False, 0, 6)
    assert "There is no Python file" in reading.words
    (bundle / "exercises" / "ex2_classifier" / "checks.py").write_text("import nowhere_to_be_found\n")
    (bundle.parents[1] / "checkout" / "ex2.py").write_text("x = 1\n")
    done, result = run_bundle(bundle)
    assert done.returncode == 0, done.stderr
    reading = read_classroom50(result.read_text())
    assert (reading.passed, reading.score, reading.max_score) == (False, 0, 0)
    result.unlink()
    (bundle / "constraints.txt").write_text("torch==0.0.1\n")  # pip finds no such version
    done, result = run_bundle(bundle)
    assert done.returncode != 0
    assert not result.exists()


def test_a_bundle_for_classroom50_holds_hidden_checks_only_when_asked_and_says_what_that_means(tmp_path: Path) -> None:
    usual = grade(tmp_path, "pack", "ex5", "--for", "classroom50")
    assert "public checks only, 8 of 10 points" in usual.stdout
    assert usual.stderr == ""
    asked = grade(tmp_path, "pack", "ex5", "--for", "classroom50", "--checks", "all", "-o", "all.zip")
    assert "all checks, 10 of 10 points" in asked.stdout
    assert "hidden no longer" in asked.stderr
    for name in ("ex5-classroom50.zip", "all.zip"):
        assert (tmp_path / name).stat().st_size < 10 << 20
    hidden = b"Another model, learning rate and number of epochs"
    assert not [name for name, text in texts(tmp_path / "ex5-classroom50.zip").items() if hidden in text]
    assert [name for name, text in texts(tmp_path / "all.zip").items() if hidden in text]
