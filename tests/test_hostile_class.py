"""A class of cheats through `grade batch`: the whole corpus at once, beside honest work, as different users.

What one attack does to the next submission on the same warm sandbox shows here.
"""

from __future__ import annotations

import csv
import itertools
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import hostile_support as support
import pytest
from hostile_support import CANARY, RIGHT, Attack, Canaries
from test_hostile import KNOWN_HOLES

ROOT = Path(__file__).parents[1]
NOBODY = 65534
ATTACKS = [attack for attack in support.attacks() if attack.id not in KNOWN_HOLES]
EVERY = 10  # an honest submission after so many attacks

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the layers that hold all of this are Linux's")
ROOT_ONLY = pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")

# Without the right to make user namespaces, as on many servers: made inside one that allows no further one.
NO_NAMESPACES = (
    "unshare", "--user", "--map-current-user", "--keep-caps", "sh", "-c",
    'echo 0 > /proc/sys/user/max_user_namespaces && exec setpriv --ambient-caps -all --inh-caps -all "$@"', "sh",
)  # fmt: skip
UNPRIVILEGED = ("setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups")


def python_for_anyone() -> list[str]:
    """A Python with torch that a user without rights can run: this one, or the system's with our packages."""
    packages = str(Path(shutil.__file__).parent)
    site = next(path for path in sys.path if path.endswith("site-packages"))
    for python, paths in ((sys.executable, [str(ROOT)]), ("/usr/bin/python3", [str(ROOT), site])):
        command = ["env", f"PYTHONPATH={os.pathsep.join(paths)}", "PYTHONDONTWRITEBYTECODE=1", python]
        version = f"import sys, torch, grader; assert sys.version_info[:2] == {sys.version_info[:2]}"
        if subprocess.run([*UNPRIVILEGED, *command, "-c", version], capture_output=True, check=False).returncode == 0:
            return command
    return pytest.skip(f"no Python with torch that another user can run (this one lies in {packages})")


@pytest.fixture
def canaries(tmp_path: Path) -> Iterator[Canaries]:
    planted = Canaries(tmp_path / "canaries")
    yield planted
    planted.close()


def make_class(folder: Path, canaries: Canaries) -> dict[str, Attack | None]:
    """A folder for each student, and what each of them tries: None for an honest one."""
    students: dict[str, Attack | None] = {}
    for number, attack in enumerate(ATTACKS):
        name = f"s{number:03}"
        (folder / name).mkdir(parents=True)
        exercise = {"ex1": "tight", "usual": "ex1"}.get(attack.exercise, attack.exercise)
        source = canaries.fill_in(attack.path.read_bytes())
        (folder / name / f"{exercise}{attack.path.suffix}").write_bytes(source)
        students[name] = attack
        if number % EVERY == 0:
            honest = f"s{number:03}-honest"
            (folder / honest).mkdir()
            (folder / honest / "tight.py").write_text(RIGHT)
            students[honest] = None
    return students


VARIANTS = [
    pytest.param((), id="as it is"),
    pytest.param((*UNPRIVILEGED, *NO_NAMESPACES), id="unprivileged, without user namespaces", marks=ROOT_ONLY),
    pytest.param(UNPRIVILEGED, id="unprivileged", marks=ROOT_ONLY),
    pytest.param(("env",), id="root, whose children are users of their own", marks=ROOT_ONLY),
]


@pytest.mark.parametrize("becoming", VARIANTS)
def test_a_class_of_cheats_gains_nothing(becoming: tuple[str, ...], canaries: Canaries, tmp_path: Path) -> None:
    python = python_for_anyone() if becoming else [sys.executable]
    students = make_class(tmp_path / "class", canaries)
    support.make_pack(tmp_path / "pack")
    results = tmp_path / "results"
    results.mkdir()
    if becoming and becoming != ("env",):
        for path in (tmp_path, *tmp_path.rglob("*")):
            os.chown(path, NOBODY, NOBODY)
        for path in itertools.takewhile(lambda path: path != Path(tempfile.gettempdir()), tmp_path.parents):
            path.chmod(0o755)
        canaries.look_again()
    command = [
        *becoming,
        *python,
        "-m",
        "grader",
        "batch",
        "tight,probe,ex1",
        "class",
        "-o",
        "results",
        "--exercises",
        "pack",
    ]
    ended = subprocess.run(
        ["sh", "-c", '"$@"; exit $?', f"{CANARY}argument", *command],
        cwd=tmp_path,
        env={"PATH": os.environ["PATH"], "HOME": str(canaries.home), "TOKEN": f"{CANARY}token", "LANG": "C.UTF-8"},
        capture_output=True,
        text=True,
        timeout=900,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr[-3000:]
    assert CANARY not in ended.stdout + ended.stderr
    assert support.leftovers() == []
    assert canaries.heard() == []
    assert canaries.changed() == []
    hold_results(results, students)


def hold_results(results: Path, students: dict[str, Attack | None]) -> None:
    """Everybody is graded, nobody has a point too many or too few, and no secret is in any file."""
    with (results / "gradebook.csv").open(encoding="utf-8-sig", newline="") as file:
        scores = {row["student"]: row["score"] for row in csv.DictReader(file)}
    assert scores.keys() == students.keys()
    wrong = {}
    for student, attack in students.items():
        (path,) = (results / "reports" / student).glob("*.json")
        report = json.loads(path.read_text())
        if attack is None:
            fine = report["score"] == report["max_score"]
        else:
            said = json.dumps(report)
            fine = report["verdict"] in attack.verdicts and report["score"] <= attack.most_points
            fine = fine and CANARY not in said
        if not fine:
            wrong[attack.id if attack else student] = (report["verdict"], report["score"], report["reason"])
    assert wrong == {}
    for path in results.rglob("*"):
        if path.is_file():
            assert CANARY.encode() not in path.read_bytes(), path
