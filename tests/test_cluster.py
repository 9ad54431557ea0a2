"""A class on a Dask cluster: the same gradebook as on one machine, whoever comes, goes, is not fit or is killed."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest
from batch_support import GRADE, ROOT, batch, gradebook
from cluster_support import QUICK, DaskCluster, Relay, namespaces
from conftest import ENGINE_PACK
from processes import children_of, wait_until
from test_batch import REFERENCE, WITHOUT_LANDLOCK, hand_in

from grader.batch.node import Engines, pack
from grader.batch.work import Lost, Outcome, Task
from grader.exercise import find_exercise
from grader.isolation import Isolation

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="a cluster's workers are Linux machines")

SOLUTION = REFERENCE / "solution.py"
LOST_CONNECTION = (
    "The connection to the scheduler at {} was lost. What is graded is kept; the same command goes on from here."
)
HOSTILE = "import os, signal\nos.kill(os.getppid(), signal.SIGKILL)\nos._exit(0)\n"


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[DaskCluster]:
    pytest.importorskip("distributed", reason="needs distributed: pip install 'grader[cluster]'")
    (tmp_path / "cluster").mkdir()
    with DaskCluster(tmp_path / "cluster") as started:
        yield started


@pytest.fixture
def small(tmp_path: Path) -> Path:
    return hand_in(tmp_path / "class", [SOLUTION], copies=3)


@pytest.fixture
def other_grader(tmp_path: Path) -> Path:
    """A folder with a grader of the same version and other code."""
    for name in ("grader", "exercises"):
        shutil.copytree(ROOT / name, tmp_path / "other" / name, ignore=shutil.ignore_patterns("__pycache__"))
    with (tmp_path / "other" / "grader" / "score.py").open("a") as file:
        file.write("\n# another rounding\n")
    return tmp_path / "other"


def begin(*arguments: str | Path, impatient: bool = False) -> subprocess.Popen[str]:
    """A batch that goes on while the test does something. An impatient one tries for 3 s to reach the scheduler."""
    return subprocess.Popen(
        [*GRADE, *map(str, arguments)],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        cwd=ROOT,
        env={**os.environ, **(QUICK if impatient else {})},
    )


def reports(results: Path) -> list[Path]:
    return sorted((results / "reports").glob("*/*.json"))


def test_a_worker_killed_half_way_costs_nobody_anything(cluster: DaskCluster, tmp_path: Path) -> None:
    wrong = sorted((REFERENCE / "wrong").glob("*.py"))[:5]
    folder = hand_in(tmp_path / "class", [SOLUTION, *wrong], copies=10)
    for name, source in {"student100": HOSTILE, "student101": "while True: pass\n", "student102": "def f(:\n"}.items():
        (folder / name).mkdir()
        (folder / name / "ex1.py").write_text(source)
    batch("ex1", folder, "-o", tmp_path / "here")
    workers = [cluster.start_worker(), cluster.start_worker()]
    running = begin("ex1", folder, "-o", tmp_path / "there", "--scheduler", cluster.address)
    wait_until(lambda: len(reports(tmp_path / "there")) > 5)
    workers[0].kill()
    before = len(reports(tmp_path / "there"))
    said, _ = running.communicate(timeout=300)
    assert running.returncode == 0, said
    assert before < 63
    assert "63 graded, taken in as folders." in said
    here, there = ((tmp_path / name / "gradebook.csv").read_bytes() for name in ("here", "there"))
    assert here == there
    for ours, theirs in zip(reports(tmp_path / "here"), reports(tmp_path / "there"), strict=True):
        one, other = json.loads(ours.read_bytes()), json.loads(theirs.read_bytes())
        assert (one["verdict"], one["environment"]) == (other["verdict"], other["environment"])


def test_a_worker_with_a_nanny_and_threads_may_come_after_the_batch(cluster: DaskCluster, small: Path) -> None:
    running = begin("ex1", small, "-o", small.parent / "results", "--scheduler", cluster.address)
    cluster.start_worker("--nthreads", "2", nanny=True)
    said, _ = running.communicate(timeout=300)
    assert running.returncode == 0, said
    assert set(gradebook(small.parent / "results").values()) == {"10"}


def test_workers_need_not_have_the_exercise(cluster: DaskCluster, tmp_path: Path) -> None:
    folder = tmp_path / "class" / "ada"
    folder.mkdir(parents=True)
    (folder / "plain.py").write_text("def f(x): return 3 * x**2\ng = h = f\n")
    cluster.start_worker()
    options = ["--exercises", ENGINE_PACK, "-o", tmp_path / "results", "--scheduler", cluster.address]
    assert "1 graded" in batch("plain", folder.parent, *options)
    assert gradebook(tmp_path / "results")["ada"] not in ("", "0")
    assert not list((tmp_path / "cluster").rglob("exercise.toml")), "the worker has cleaned up"


def test_ctrl_c_leaves_no_engine_at_the_workers(cluster: DaskCluster, tmp_path: Path) -> None:
    folder = hand_in(tmp_path / "class", [SOLUTION], copies=300)
    worker = cluster.start_worker()
    running = begin("ex1", folder, "-o", tmp_path / "results", "--scheduler", cluster.address)
    wait_until(lambda: reports(tmp_path / "results"))
    assert children_of(worker.pid)
    running.send_signal(signal.SIGINT)
    said, _ = running.communicate(timeout=60)
    assert running.returncode == 130, said
    assert said.endswith("Interrupted. The same command goes on from here.\n")
    assert "Traceback" not in said
    wait_until(lambda: not children_of(worker.pid))
    assert 0 < len(reports(tmp_path / "results")) < 300


def test_a_scheduler_that_ends_costs_a_sentence_and_no_result(cluster: DaskCluster, tmp_path: Path) -> None:
    folder = hand_in(tmp_path / "class", [SOLUTION], copies=150)
    command = ["ex1", folder, "-o", tmp_path / "results", "--scheduler", cluster.address]
    cluster.start_worker()
    running = begin(*command, impatient=True)
    wait_until(lambda: reports(tmp_path / "results"))
    cluster.scheduler.kill()
    cluster.scheduler.wait()
    said, _ = running.communicate(timeout=120)
    assert running.returncode == 3, said
    assert said.splitlines()[-1] == LOST_CONNECTION.format(cluster.address)
    assert "Traceback" not in said
    kept = len(reports(tmp_path / "results"))
    assert 0 < kept < 150
    cluster.start_scheduler(int(cluster.address.rpartition(":")[2]))
    cluster.start_worker()
    goes_on = batch(*command)
    assert f"{150 - kept} graded, {kept} before" in goes_on
    assert set(gradebook(tmp_path / "results").values()) == {"10"}


@pytest.mark.parametrize("lost", [range(1), range(1, 1000)], ids=["orders", "results"])
def test_whichever_connection_to_the_scheduler_is_lost_no_worker_is_blamed(
    cluster: DaskCluster, tmp_path: Path, lost: range
) -> None:
    folder = hand_in(tmp_path / "class", [SOLUTION], copies=150)
    cluster.start_worker()
    command = ["ex1", folder, "-o", tmp_path / "results", "--scheduler"]
    with Relay(cluster.address) as relay:
        running = begin(*command, relay.address, impatient=True)
        wait_until(lambda: reports(tmp_path / "results"))
        relay.hangs_up_on = lost
        said, _ = running.communicate(timeout=120)
    assert running.returncode == 3, said
    assert said.splitlines()[-1] == LOST_CONNECTION.format(relay.address)
    assert "Traceback" not in said


def test_a_worker_with_another_grader_is_refused(cluster: DaskCluster, small: Path, other_grader: Path) -> None:
    cluster.start_worker(package_root=other_grader)
    said = batch("ex1", small, "-o", small.parent / "results", "--scheduler", cluster.address, code=2)
    assert said.startswith("The worker at tcp://127.0.0.1:")
    assert " has grader 0.1.0 (code " in said
    assert ", where the batch has 0.1.0 (code " in said
    assert not reports(small.parent / "results")


def test_a_worker_that_comes_later_and_is_not_fit_gets_nothing(cluster: DaskCluster, other_grader: Path) -> None:
    from grader.batch.cluster import Cluster

    cluster.start_worker()
    notes: list[str] = []

    def tasks() -> Iterator[Task]:
        source = SOLUTION.read_bytes()
        for number in count():
            if number == 1:
                cluster.start_worker(package_root=other_grader)
            if notes:
                return
            yield Task(id=number, exercise="ex1", name="ex1.py", data=source)

    exercises = (find_exercise("ex1"),)
    with Cluster(cluster.address, exercises, seed=0, isolation=Isolation.FULL, on_refused=notes.append) as workers:
        workers.isolation()
        scores = {done.score if isinstance(done, Outcome) else done for done in workers.grade(tasks())}
    assert scores == {10}
    assert len(notes) == 1
    assert "has grader" in notes[0]


def test_a_worker_that_cannot_confine_is_refused_unless_it_is_asked_for(cluster: DaskCluster, small: Path) -> None:
    blocked = small.parent / "blocked.py"
    blocked.write_text(WITHOUT_LANDLOCK)
    cluster.start_worker(prefix=[sys.executable, str(blocked)])
    command = ["ex1", small, "-o", small.parent / "results", "--scheduler", cluster.address]
    said = batch(*command, code=2)
    assert " lacks landlock-abi to keep submissions apart from it and from each other." in said
    assert not reports(small.parent / "results")
    assert "3 graded" in batch(*command, "--isolation", "reduced")


def test_a_scheduler_without_workers_is_a_sentence(
    cluster: DaskCluster, small: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DASK_DISTRIBUTED__SCHEDULER__NO_WORKERS_TIMEOUT", "1s")
    said = batch("ex1", small, "-o", small.parent / "results", "--scheduler", cluster.address, code=2)
    assert said.startswith(f"The scheduler at {cluster.address} has no workers. Start some.")


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["--scheduler", "tcp://127.0.0.1:1"], "No scheduler answers at tcp://127.0.0.1:1: "),
        (["--scheduler", "carrier-pigeon://host"], "No scheduler answers at carrier-pigeon://host: "),
        (["--scheduler", "tls://127.0.0.1:1"], "No scheduler answers at tls://127.0.0.1:1: "),
        (["--scheduler", "tcp://127.0.0.1:1", "--jobs", "2"], "--jobs is for this machine"),
    ],
)
def test_what_is_no_cluster_is_a_sentence(
    options: list[str], sentence: str, small: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("distributed", reason="needs distributed: pip install 'grader[cluster]'")
    for name, value in QUICK.items():
        monkeypatch.setenv(name, value)
    said = batch("ex1", small, "-o", small.parent / "results", *options, code=2)
    assert said.startswith(sentence)
    assert len(said.splitlines()) == 1


def test_without_the_extra_it_says_what_to_install(small: Path) -> None:
    without = "import sys; sys.modules['distributed'] = None; from grader.cli import entry_point; entry_point()"
    arguments = ["batch", "ex1", str(small), "-o", str(small.parent / "results"), "--scheduler", "tcp://127.0.0.1:1"]
    ended = subprocess.run(
        [sys.executable, "-c", without, *arguments], capture_output=True, text=True, check=False, cwd=ROOT
    )
    assert ended.returncode == 2
    assert ended.stderr == (
        "--scheduler needs the package distributed, which is not installed. "
        "Install it with: pip install 'grader[cluster]'\n"
    )


def test_an_engine_that_dies_is_replaced_and_one_that_always_dies_costs_one_submission(tmp_path: Path) -> None:
    exercise = tmp_path / "pack" / "fatal_checks"
    shutil.copytree(ENGINE_PACK / "plain_three_squares", exercise)
    toml = (exercise / "exercise.toml").read_text()
    (exercise / "exercise.toml").write_text(toml.replace('"plain"', '"fatal"'))
    (exercise / "checks.py").write_text("import os\nos._exit(7)\n")
    files = pack((find_exercise("fatal", (exercise.parent,)), find_exercise("ex1")))
    engines = Engines(files, seed=0, folder=tmp_path / "node")
    try:
        assert engines.isolation()
        for child in children_of(os.getpid()):
            if b"grader.batch.node" in Path(f"/proc/{child}/cmdline").read_bytes():
                os.kill(child, signal.SIGKILL)
        good = engines.grade(Task(id=1, exercise="ex1", name="ex1.py", data=SOLUTION.read_bytes()))
        assert isinstance(good, Outcome)
        assert good.score == 10
        lost = engines.grade(Task(id=2, exercise="fatal", name="fatal.py", data=b"x = 1\n"))
        assert lost == Lost(2, "It ended the grader's own process (exit code 7).")
    finally:
        engines.close()
    assert not (tmp_path / "node").exists()


@pytest.fixture
def places() -> Iterator[list[tuple[str, str, str]]]:
    with contextlib.ExitStack() as stack:
        try:
            made = stack.enter_context(namespaces(2))
        except (OSError, subprocess.CalledProcessError) as problem:
            pytest.skip(f"no network namespaces can be made here: {problem}")
        yield made


def test_workers_in_network_namespaces_of_their_own(places: list[tuple[str, str, str]], tmp_path: Path) -> None:
    pytest.importorskip("distributed", reason="needs distributed: pip install 'grader[cluster]'")
    folder = hand_in(tmp_path / "class", [SOLUTION, *sorted((REFERENCE / "wrong").glob("*.py"))[:3]], copies=5)
    batch("ex1", folder, "-o", tmp_path / "here")
    within = ["ip", "netns", "exec"]
    (hub, _, _), *others = places
    with DaskCluster(tmp_path, prefix=[*within, hub], host="0.0.0.0") as cluster:  # of a namespace of its own
        port = cluster.address.rpartition(":")[2]
        for name, _, gateway in others:
            cluster.start_worker(prefix=[*within, name], address=f"tcp://{gateway}:{port}")
        registered = [f"Register worker addr: tcp://{address}:" for _, address, _ in others]
        log = tmp_path / "log.txt"
        wait_until(lambda: all(each in log.read_text() for each in registered))
        command = ["ex1", str(folder), "-o", str(tmp_path / "there"), "--scheduler", f"tcp://127.0.0.1:{port}"]
        ended = subprocess.run([*within, hub, *GRADE, *command], capture_output=True, text=True, check=False, cwd=ROOT)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    here, there = ((tmp_path / name / "gradebook.csv").read_bytes() for name in ("here", "there"))
    assert here == there
