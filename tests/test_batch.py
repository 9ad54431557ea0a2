"""A class through the real command: every file accounted for, nothing graded twice, nothing lost, whatever ends it."""

from __future__ import annotations

import csv
import json
import os
import shlex
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from batch_support import GRADE, ROOT, batch, folder, gradebook, zip_bytes
from confinement_support import WITHOUT_LANDLOCK
from processes import children_of, wait_until

from grader.errors import GraderFault, UsageFault
from grader.isolation import Isolation, hold_isolation
from grader.sandbox.nursery import Nursery
from grader.sandbox.zygote import Zygote

REFERENCE = ROOT / "reference" / "ex1_sum_of_cubes"


def hand_in(folder: Path, files: list[Path], *, copies: int = 1) -> Path:
    """A folder for each student with one file in it."""
    for number, file in enumerate(files * copies):
        student = folder / f"student{number:03}"
        student.mkdir(parents=True)
        shutil.copy(file, student / "ex1.py")
    return folder


@pytest.fixture(scope="module")
def mixed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Right and wrong submissions, and what should not be in a class's folder."""
    root = tmp_path_factory.mktemp("mixed")
    folder = hand_in(root / "class", [REFERENCE / "solution.py", *sorted((REFERENCE / "wrong").glob("*.py"))[:4]])
    extra = {
        "student100": "import os\nos._exit(0)\n",
        "student101": "def sum_of_cubes(x:\n",
        "student102": "while True: pass\n",
        "student103": "",
    }
    for name, source in extra.items():
        (folder / name).mkdir()
        (folder / name / "ex1.py").write_text(source)
    (folder / "student104").mkdir()
    (folder / "student104" / "notes.txt").write_text("I did it by hand.")
    return folder


def test_everything_handed_in_is_accounted_for(mixed: Path, tmp_path: Path) -> None:
    said = batch("ex1", mixed, "-o", tmp_path / "results")
    assert "9 graded, taken in as folders." in said
    assert "student104/notes.txt: It is no Python file and no notebook." in said
    scores = gradebook(tmp_path / "results")
    assert len(scores) == 10
    assert scores["student000"] == "10"
    assert scores["student104"] == "", "nothing to grade is no zero"
    assert {scores[f"student10{number}"] for number in range(4)} == {"0"}
    for student in scores.keys() - {"student104"}:
        report = json.loads((tmp_path / "results" / "reports" / student / "ex1.json").read_text())
        assert str(report["score"]) == scores[student]
        assert "<!doctype html>" in (tmp_path / "results" / "reports" / student / "ex1.html").read_text().lower()
    verdicts = {
        student: json.loads((tmp_path / "results" / "reports" / student / "ex1.json").read_text())["verdict"]
        for student in ("student100", "student101", "student102", "student103")
    }
    assert verdicts == {
        "student100": "crashed",
        "student101": "crashed",
        "student102": "timed_out",
        "student103": "crashed",
    }


def test_exercises_may_be_named_in_any_case(tmp_path: Path) -> None:
    class_ = hand_in(tmp_path / "class", [REFERENCE / "solution.py"])
    assert batch("EX1, ex1", class_, "-o", tmp_path / "results").startswith("1 graded, taken in")
    assert batch("All", class_, "-o", tmp_path / "results").startswith("0 graded, 1 before")
    assert batch("Ex1_Sum_of_cubes", class_, "-o", tmp_path / "results").startswith("0 graded, 1 before")


def test_what_is_graded_is_not_graded_again_and_what_has_changed_is(tmp_path: Path) -> None:
    folder = hand_in(tmp_path / "class", [REFERENCE / "solution.py"], copies=3)
    results = tmp_path / "results"
    assert batch("ex1", folder, "-o", results).startswith("3 graded, taken in")
    assert batch("ex1", folder, "-o", results).startswith("0 graded, 3 before, taken in")
    (folder / "student001" / "ex1.py").write_text("def sum_of_cubes(x): return (x**3).sum()\n")
    assert batch("ex1", folder, "-o", results).startswith("1 graded, 2 before, taken in")
    assert gradebook(results)["student001"] == "2"
    assert batch("ex1", folder, "-o", results, "--seed", "7").startswith("3 graded, taken in")
    assert batch("ex1", folder, "-o", results, "--seed", "7", "--fresh").startswith("3 graded, taken in")


def test_what_a_killed_batch_had_begun_to_write_is_gone_after_the_next(tmp_path: Path) -> None:
    folder = hand_in(tmp_path / "class", [REFERENCE / "solution.py"])
    report = tmp_path / "results" / "reports" / "student000"
    report.mkdir(parents=True)
    for begun in (report / ".ex1.json.4711", tmp_path / "results" / ".gradebook.csv.4711"):
        begun.write_text("{")
    batch("ex1", folder, "-o", tmp_path / "results")
    assert sorted(path.name for path in report.iterdir()) == ["ex1.html", "ex1.json"]
    assert not list((tmp_path / "results").glob(".*4711"))


def test_who_handed_in_one_of_two_exercises_is_listed_for_the_other(tmp_path: Path) -> None:
    """And nobody is for ex3, which was asked for and which no one has handed in."""
    folder = hand_in(tmp_path / "class", [REFERENCE / "solution.py"], copies=2)
    (folder / "student001" / "ex5.py").write_text("def train(model, batches, epochs=5, lr=0.1): return []\n")
    said = batch("ex1,ex3,ex5", folder, "-o", tmp_path / "results")
    assert said.startswith("3 graded")
    with (tmp_path / "results" / "gradebook.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = {(row["student"], row["exercise"]): (row["score"], row["status"]) for row in csv.DictReader(file)}
    assert rows.keys() == {
        (student, exercise) for student in ("student000", "student001") for exercise in ("ex1", "ex5")
    }
    assert rows["student000", "ex5"] == ("", "nothing to grade")
    assert "nothing to grade" in (tmp_path / "results" / "index.html").read_text()


def test_who_handed_in_nothing_and_who_handed_in_no_file_to_grade_are_told_apart(tmp_path: Path) -> None:
    folder = hand_in(tmp_path / "class", [REFERENCE / "solution.py"])
    (folder / "student001").mkdir()
    (folder / "student001" / "answers.pdf").write_text("My answers")
    roster = tmp_path / "roster.csv"
    roster.write_text("name\nstudent000\nstudent001\nstudent002\n")
    said = batch("ex1", folder, "-o", tmp_path / "results", "--roster", roster)
    assert "1 handed in nothing:\n  student002\n" in said
    assert "1 handed in nothing that can be graded:\n  student001\n" in said
    assert [*gradebook(tmp_path / "results", "status").values()] == ["graded", "nothing to grade", "nothing to grade"]


def test_why_something_is_not_graded_is_said_in_the_gradebook_and_the_class_report(tmp_path: Path) -> None:
    names = ("ann", "bob")
    source = (REFERENCE / "solution.py").read_bytes()
    data = zip_bytes({f"{name}/ex1.py": source for name in names})
    at = data.index(b"ann/ex1.py") + 20
    (tmp_path / "class.zip").write_bytes(data[:at] + b"\xff" * 20 + data[at + 20 :])
    results = tmp_path / "results"
    said = batch("ex1", tmp_path / "class.zip", "-o", results, code=3)
    assert "1 could not be graded" in said
    assert gradebook(results) == {"ann": "", "bob": "10"}
    reasons = gradebook(results, "reason")
    assert "ann/ex1.py cannot be read from its archive" in reasons["ann"]
    assert reasons["bob"] == ""
    assert "ann/ex1.py cannot be read from its archive" in (results / "index.html").read_text()
    (tmp_path / "class.zip").write_bytes(zip_bytes({f"{name}/ex1.py": source for name in names}))
    batch("ex1", tmp_path / "class.zip", "-o", results)
    assert gradebook(results) == {"ann": "10", "bob": "10"}
    assert "cannot be read" not in (results / "gradebook.csv").read_text() + (results / "index.html").read_text()


def test_right_work_has_its_points_whatever_lies_beside_it(tmp_path: Path) -> None:
    right = (REFERENCE / "solution.py").read_bytes()
    stub = (ROOT / "exercises" / "ex1_sum_of_cubes" / "stub.py").read_bytes()
    tests = b"from ex1 import sum_of_cubes\n\ndef test_it():\n    assert sum_of_cubes(1) == 1\n"
    files = {
        "ex1-ann/ex1.py": right,
        "ex1-ann/test_ex1.py": tests,
        "ex1-bob/solution.py": right,
        "ex1-bob/test_ex1.py": tests,
        "ex1-cy/main.py": right,
        "ex1-cy/utils.py": b"def cube(x):\n    return x**3\n",
        "ex1-dee/cubes.py": right,
        "ex1-dee/ex1.py": stub,
    }
    said = batch("ex1", folder(tmp_path / "ex1-submissions", files), "-o", tmp_path / "results")
    assert gradebook(tmp_path / "results") == {"ann": "10", "bob": "10", "cy": "10", "dee": "10"}
    assert "ex1-dee/cubes.py is graded, because it defines more of what is asked for." in said


def test_ctrl_c_says_how_to_go_on(tmp_path: Path) -> None:
    folder = hand_in(tmp_path / "class", [REFERENCE / "solution.py"], copies=200)
    running = subprocess.Popen(
        [*GRADE, "ex1", str(folder), "-o", str(tmp_path / "results")],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        cwd=ROOT,
        start_new_session=True,
    )
    reports = tmp_path / "results" / "reports"
    wait_until(lambda: list(reports.glob("*/ex1.json")))
    os.killpg(running.pid, signal.SIGINT)  # as a terminal does: to all of them
    said, _ = running.communicate(timeout=60)
    assert running.returncode == 130
    assert "The same command goes on from here." in said
    assert "Traceback" not in said
    before = len(list(reports.glob("*/ex1.json")))
    assert 0 < before < 200


def _of(parent: int, what: bytes) -> list[int]:
    """The child processes of `parent` with this in their command line."""
    return [pid for pid in children_of(parent) if what in Path(f"/proc/{pid}/cmdline").read_bytes()]


COPIES = 150  # so many that a batch is still at work when somebody has looked around in it
KILLED = {
    "a worker": lambda batch: _of(_of(batch, b"grader.batch.template")[0], b"grader.batch.template")[:1],
    "what workers are forked from": lambda batch: _of(batch, b"grader.batch.template"),
    "a zygote": lambda batch: _of(_of(batch, b"inside/main.py")[0], b"inside/main.py")[:1],
    "what zygotes are forked from, and all workers": lambda batch: [
        *_of(batch, b"inside/main.py"),
        *_of(_of(batch, b"grader.batch.template")[0], b"grader.batch.template"),
    ],
}


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere nothing is forked")
@pytest.mark.parametrize("who", KILLED)
def test_a_process_that_is_killed_costs_nobody_anything(who: str, tmp_path: Path) -> None:
    folder = hand_in(tmp_path / "class", [REFERENCE / "solution.py"], copies=COPIES)
    running = subprocess.Popen(
        [*GRADE, "ex1", str(folder), "-o", str(tmp_path / "results"), "--jobs", "2"],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        cwd=ROOT,
    )
    wait_until((tmp_path / "results" / "reports").exists)
    pids = KILLED[who](running.pid)
    assert pids
    for pid in pids:
        os.kill(pid, signal.SIGKILL)
    said, _ = running.communicate(timeout=120)
    if who == "a zygote":  # a fault of ours: what was graded on it is tried by the next run
        assert running.returncode in (0, 3), said
        said = batch("ex1", folder, "-o", tmp_path / "results", "--jobs", "2")
        assert "graded" in said
    else:
        assert running.returncode == 0, said
        assert f"{COPIES} graded, taken in" in said
    assert "Traceback" not in said
    assert set(gradebook(tmp_path / "results").values()) == {"10"}


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere nothing is forked, and no core is kept")
def test_with_a_worker_for_every_core_each_keeps_to_its_own(tmp_path: Path) -> None:
    cores = os.sched_getaffinity(0)
    folder = hand_in(tmp_path / "class", [REFERENCE / "solution.py"], copies=100 * len(cores))  # seconds of work
    for jobs, wanted in (
        (len(cores), [{core} for core in sorted(cores)]),
        (len(cores) + 1, [cores] * (len(cores) + 1)),
    ):
        results = tmp_path / f"results{jobs}"
        running = subprocess.Popen([*GRADE, "ex1", str(folder), "-o", str(results), "--jobs", str(jobs)], cwd=ROOT)
        wait_until((results / "reports").exists)
        for what in (b"grader.batch.template", b"inside/main.py"):
            (source,) = _of(running.pid, what)
            assert [os.sched_getaffinity(pid) for pid in _of(source, what)] == wanted
        assert running.wait(timeout=120) == 0


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere there is no nursery")
def test_a_zygote_of_a_nursery_leaves_nothing_and_a_nursery_that_is_gone_is_a_fault() -> None:
    nursery = Nursery()
    try:
        zygote = Zygote(nursery.zygote(None))
        folder, groups = zygote.scratch_root.path, zygote._groups
        assert all(map(os.path.exists, [folder, *groups]))
        zygote.close()
        assert not any(map(os.path.exists, [folder, *groups]))
        nursery._process.kill()
        with pytest.raises(GraderFault, match="What zygotes are forked from does not answer"):
            nursery.zygote(None)
    finally:
        nursery.close()


def test_two_batches_cannot_share_a_folder(tmp_path: Path) -> None:
    folder = hand_in(tmp_path / "class", [REFERENCE / "solution.py"], copies=100)
    first = subprocess.Popen([*GRADE, "ex1", str(folder), "-o", str(tmp_path / "results")], cwd=ROOT)
    wait_until((tmp_path / "results" / "grades.db").exists)
    said = batch("ex1", folder, "-o", tmp_path / "results", code=2)
    assert said == (f"Another batch is at work in {tmp_path / 'results'}. Wait for it, or name another folder.\n")
    first.kill()
    first.wait()


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["ex1", "nothing.zip"], "nothing.zip"),
        (["ex9", "."], "There is no exercise 'ex9'."),
        ([",", "."], "No exercise is named."),
        (["ex1", "{empty}"], "There is no submission in {empty}. It has no files."),
        (["ex1", "{notes}"], "There is no submission in {notes}. Its only file was left out; notes.txt: "),
        (["ex1", "{notes}", "--late-penalty", "a lot"], "The late penalty 'a lot' is not clear"),
        (["ex1", "{notes}", "--roster", "nobody.csv"], "nobody.csv"),
    ],
)
def test_what_cannot_be_graded_is_a_sentence(arguments: list[str], sentence: str, tmp_path: Path) -> None:
    folders = {"empty": tmp_path / "empty", "notes": tmp_path / "notes"}
    for each in folders.values():
        each.mkdir()
    (folders["notes"] / "notes.txt").write_text("by hand")
    said = batch(*(each.format(**folders) for each in arguments), "-o", tmp_path / "results", code=2)
    assert sentence.format(**folders) in said
    assert len(said.splitlines()) == 1


def test_a_folder_that_cannot_hold_results_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "results").write_text("a file")
    said = batch("ex1", hand_in(tmp_path / "class", [REFERENCE / "solution.py"]), "-o", tmp_path / "results", code=2)
    assert "results" in said
    assert "Traceback" not in said


def test_a_database_that_is_none_is_a_sentence(tmp_path: Path) -> None:
    folder = hand_in(tmp_path / "class", [REFERENCE / "solution.py"])
    (tmp_path / "results").mkdir()
    (tmp_path / "results" / "grades.db").write_bytes(b"no database at all" * 1000)
    said = batch("ex1", folder, "-o", tmp_path / "results", code=3)
    assert "grades.db is damaged" in said
    assert f"Move {tmp_path / 'results'} away and grade the class again" in said
    assert "give --overrides again" in said
    assert len(said.splitlines()) == 1


@pytest.mark.skipif(sys.platform != "linux", reason="/dev/full is Linux's")
def test_a_disk_that_is_full_while_a_report_is_written_says_what_to_do(tmp_path: Path) -> None:
    folder = hand_in(tmp_path / "class", [REFERENCE / "solution.py"])
    results = tmp_path / "results"
    batch("ex1", folder, "-o", results)
    before = gradebook(results)
    # What is written first, under the number of the process, goes to a device that is always full.
    partial = next((results / "reports").iterdir()) / ".ex1.html"
    again = shlex.join(map(str, [*GRADE, "ex1", folder, "-o", results, "--fresh"]))
    command = ["sh", "-c", f"ln -s /dev/full {partial}.$$; exec {again}"]
    ended = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)
    assert ended.returncode == 2
    assert "ex1.html cannot be written: No space left on device. Make room, and give the same command" in ended.stderr
    assert "1 before" in batch("ex1", folder, "-o", results)
    assert gradebook(results) == before


def test_a_refused_input_leaves_no_folder_behind(tmp_path: Path) -> None:
    solution = tmp_path / "notes.txt"
    solution.write_text("no submission")
    (tmp_path / "empty").mkdir()
    before = sorted(tmp_path.rglob("*"))
    for submissions in ("empty", "notes.txt", "missing"):
        batch("ex1", tmp_path / submissions, "-o", tmp_path / "results", code=2)
        assert sorted(tmp_path.rglob("*")) == before


@pytest.mark.skipif(sys.platform == "win32", reason="file sizes are limited by the shell of a POSIX system")
def test_a_full_disk_loses_nothing(tmp_path: Path) -> None:
    folder = hand_in(tmp_path / "class", [REFERENCE / "solution.py"], copies=40)
    command = " ".join(
        ["ulimit -f 300;", *GRADE, "ex1", str(folder), "-o", str(tmp_path / "results")]
    )  # 300 KiB a file
    ended = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=False, cwd=ROOT)
    assert ended.returncode == 2, ended.stdout + ended.stderr
    assert "grades.db cannot be written" in ended.stderr
    graded = len(list((tmp_path / "results" / "reports").glob("*/ex1.json")))
    said = batch("ex1", folder, "-o", tmp_path / "results")
    assert f"{40 - graded + 1} graded, {graded - 1} before" in said or f"{40 - graded} graded, {graded} before" in said


def test_isolation_that_does_not_hold_is_refused_unless_it_is_asked_for() -> None:
    layers = ("rlimits", "capabilities-dropped", "no-new-privs", "seccomp")
    with pytest.raises(UsageFault, match="This machine lacks landlock-abi"):
        hold_isolation(layers, Isolation.FULL)
    hold_isolation(layers, Isolation.REDUCED)
    hold_isolation((*layers, "landlock-abi4"), Isolation.FULL)


def test_results_that_set_marks_want_full_isolation_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine without Landlock and seccomp is played by a container's own filter, which refuses both."""
    blocked = tmp_path / "blocked.py"
    blocked.write_text(WITHOUT_LANDLOCK)
    command = [sys.executable, str(blocked), sys.executable, "-m", "grader", "ex1", str(REFERENCE / "solution.py")]

    def run(*options: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run([*command, *options], capture_output=True, text=True, check=False, cwd=ROOT)

    refused = run("--format", "gradescope")
    assert refused.returncode == 2
    assert refused.stderr.startswith("This machine lacks landlock-abi to keep submissions apart")
    assert refused.stdout == ""
    assert run("--format", "gradescope", "--isolation", "reduced").returncode == 0
    assert run().returncode == 0
    for name in ("GITHUB_STEP_SUMMARY", "GITHUB_OUTPUT"):
        monkeypatch.setenv(name, str(tmp_path / name))
    refused = run("--github")
    assert (refused.returncode, refused.stdout[:28]) == (2, "::error title=Not graded::Th")
    assert "verdict=grader_error\n" in (tmp_path / "GITHUB_OUTPUT").read_text()
    assert run("--github", "--isolation", "reduced").returncode == 0


def test_work_on_another_exercise_gets_no_zero_for_this_one(tmp_path: Path) -> None:
    pack = tmp_path / "pack"
    shutil.copytree(ROOT / "exercises" / "ex2_classifier", pack / "ex77_circles")
    (pack / "ex78_broken").mkdir()
    (pack / "ex78_broken" / "exercise.toml").write_text("?")
    first = (REFERENCE / "solution.py").read_bytes()
    second = (ROOT / "reference" / "ex2_classifier" / "solution.py").read_bytes()
    work = {"ann/ex1/ex1.py": first, "bo/ex2/ex2.py": second, "cy/ex77/mine.py": second, "dee/ex2/ex2.py": first}
    folder(tmp_path / "submitted", work)
    said = batch("ex1", tmp_path / "submitted", "-o", tmp_path / "r", "--exercises", pack)
    assert gradebook(tmp_path / "r") == {"ann": "10", "bo": "", "cy": "", "dee": "10"}
    assert "cy/ex77/mine.py: The name of its folder, 'ex77', is ex77's" in said


def test_namesakes_are_told_apart_wherever_they_are_named(tmp_path: Path) -> None:
    right, wrong = (REFERENCE / "solution.py").read_bytes(), (REFERENCE / "wrong" / "mean_of_cubes.py").read_bytes()
    work = {"s1/ex1.py": right, "s2/ex1.py": right, "s3/ex1.py": wrong, "s4/ex1.pdf": b"", "bo/ex1.py": b"import os\n"}
    (tmp_path / "roster.csv").write_text("name,login\n" + "".join(f"Ann Lee,s{number}\n" for number in range(1, 6)))
    (tmp_path / "by_hand.csv").write_text("student,exercise,score,reason\ns3,ex1,5,lab\n")
    folder(tmp_path / "class", work)
    more = ("--roster", tmp_path / "roster.csv", "--overrides", tmp_path / "by_hand.csv", "--similarity")
    said = batch("ex1", tmp_path / "class", "-o", tmp_path / "r", *more)
    for line in (
        "Ann Lee (s3), ex1: 5 (lab)",
        "Ann Lee (s4)",
        "Ann Lee (s5)",
        "Ann Lee (s1) and Ann Lee (s2): similar/",
    ):
        assert f"\n  {line}" in said
    html = (tmp_path / "r" / "index.html").read_text()
    mistakes, look, everybody = (html.partition(f'id="{part}"')[2] for part in ("mistakes", "look", "everybody"))
    assert ">Ann Lee (s3)</a>" in mistakes.partition('id="pairs"')[0]
    assert ">Ann Lee (s1) and Ann Lee (s2)</a>" in html
    assert "<li>Ann Lee (s4)</li>" in look
    assert "<li>Ann Lee (s5)</li>" in look
    assert ">Ann Lee</a>" not in html.partition('id="everybody"')[0]
    assert ">Ann Lee</a> <small>s1</small>" in everybody
    assert "bo (bo)" not in said + html
    assert "Ann Lee (s1)" in (tmp_path / "r" / "similar" / "pair-001.html").read_text()
    other = folder(tmp_path / "other", {"s2/ex1.py": right})
    assert "\n  Ann Lee (s1), ex1\n" in batch("ex1", other, "-o", tmp_path / "r", *more)


def test_sections_are_graded_one_by_one_as_the_note_says(tmp_path: Path) -> None:
    right = (REFERENCE / "solution.py").read_bytes()
    folder(tmp_path / "class", dict.fromkeys(["A/ann.py", "A/bob.py", "B/cy.py", "B/dee.py"], right))
    assert "Then grade the folders one by one" in batch("ex1", tmp_path / "class", "-o", tmp_path / "all")
    for section in "AB":
        assert "2 graded" in batch("ex1", tmp_path / "class" / section, "-o", tmp_path / "r")
    assert gradebook(tmp_path / "r") == dict.fromkeys(["ann", "bob", "cy", "dee"], "10")
