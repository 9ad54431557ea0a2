"""The hostile corpus: each attack ends in a report, earns nothing, sees nothing, reaches nothing, leaves nothing."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import hostile_support as support
import jsonschema
import pytest
from hostile_files import MADE, Made
from hostile_support import CANARY, RIGHT, Canaries
from processes import children_of

from grader.errors import UsageFault
from grader.exercise import Exercise, find_exercise
from grader.grading import grade
from grader.model import Report, Verdict
from grader.reporters import Format, render
from grader.reporters.json_report import json_schema
from grader.sandbox.launch import Launcher
from grader.sandbox.start import start_launcher
from grader.submission import read_submission

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the layers that hold all of this are Linux's")

ATTACKS = support.attacks()
# What must not be found in a rendered report: a control character, a script, a command to a CI runner.
ACTIVE = {
    Format.TERMINAL: re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202e\u2066\u2028]|^\s*::|##\[|##vso\[", re.MULTILINE),
    Format.HTML: re.compile(
        r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202e\u2066\u2028]|<script|<img|<svg/|onerror=alert\(1\)>|</style></script>"
        r"|^\s*::|##\[|##vso\[",
        re.MULTILINE,
    ),
    Format.JSON: re.compile(r"[^\n\x20-\x7e]|##\[|##vso\["),
}
FORMATS = tuple(ACTIVE)  # the others are held by test_result_formats.py
KNOWN_HOLES = {
    # What only the child could tell, and the child is the submission: docs/security.md says so.
    "a_forging/detects_the_bent_autograd": "a submission can see that the graph is bent, and bend its formula as well",
    "a_forging/lies_about_the_callers_tensor": "what became of a tensor in the child is the child's word",
    "a_forging/autograd_under_the_hand": "the hooks that bend the graph are in the child's hands",
}


@pytest.fixture(scope="module")
def canaries(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Canaries]:
    os.environ["HOSTILE_SECRET"] = f"{CANARY}environment"
    planted = Canaries(tmp_path_factory.mktemp("canaries"))
    yield planted
    planted.close()
    del os.environ["HOSTILE_SECRET"]


@pytest.fixture(scope="module")
def warm(canaries: Canaries) -> Iterator[Launcher]:
    started = start_launcher(warm=True)
    yield started
    started.close()


@pytest.fixture(scope="module")
def exercises() -> dict[str, Exercise]:
    return {**{name: support.tight(name) for name in ("ex1", "probe")}, "usual": find_exercise("ex1")}


def with_reasons(names: list[str]) -> list[object]:
    """The names as parameters; those of known holes are expected to fail, and must be taken off when they do not."""
    holes = KNOWN_HOLES
    return [
        pytest.param(name, marks=pytest.mark.xfail(reason=holes[name], strict=True) if name in holes else ())
        for name in names
    ]


def graded(path: Path, exercise: Exercise, launcher: Launcher) -> Report:
    return grade(exercise, read_submission(path), launcher)


def hold_harmless(report: Report) -> None:
    """A report in every format: well formed, without a secret, inert."""
    for wanted in FORMATS:
        text = render(report, wanted)
        assert CANARY not in text, text[max(0, text.find(CANARY) - 200) :][:400]
        active = ACTIVE[wanted].search(text)
        assert active is None, f"{wanted}: {text[max(0, active.start() - 60) : active.end() + 60]!r}"
    jsonschema.validate(json.loads(render(report, Format.JSON)), json_schema())


def hold_clean(launcher: Launcher, canaries: Canaries) -> None:
    """Nothing left, nothing reached, nothing changed, and no process that was not reaped."""
    assert support.leftovers(launcher.scratch_root) == []
    assert children_of(launcher._process.pid) == []  # type: ignore[attr-defined]
    assert canaries.heard() == []
    assert canaries.changed() == []


@pytest.mark.parametrize("name", with_reasons([attack.id for attack in ATTACKS]))
def test_an_attack_ends_in_a_report_and_gains_nothing(
    name: str,
    warm: Launcher,
    canaries: Canaries,
    exercises: dict[str, Exercise],
    tmp_path: Path,
    capfd: pytest.CaptureFixture[str],
) -> None:
    attack = next(one for one in ATTACKS if one.id == name)
    path = tmp_path / attack.path.name
    path.write_bytes(canaries.fill_in(attack.path.read_bytes()))
    exercise = exercises[attack.exercise]
    started = time.monotonic()
    try:
        report = graded(path, exercise, warm)
        took = time.monotonic() - started
        assert report.verdict in attack.verdicts, (
            report.verdict,
            report.reason,
            [(c.id, c.reason) for c in report.checks],
        )
        assert report.score is not None
        assert report.score <= attack.most_points
        assert attack.says in support.everything_said(report)
        hold_harmless(report)
        printed = capfd.readouterr()
        assert (printed.out, printed.err) == ("", "")
        assert took < attack.seconds
    finally:
        hold_clean(warm, canaries)
    next_one = tmp_path / "next.py"
    next_one.write_text(RIGHT)
    report = graded(next_one, exercises["usual"], warm)
    assert report.score == report.max_score, report


@pytest.mark.parametrize("name", with_reasons([f"g_files/{one.name}" for one in MADE]))
def test_an_odd_file_ends_in_a_report_or_a_sentence(
    name: str,
    warm: Launcher,
    canaries: Canaries,
    exercises: dict[str, Exercise],
    tmp_path: Path,
    capfd: pytest.CaptureFixture[str],
) -> None:
    case = next(one for one in MADE if f"g_files/{one.name}" == name)
    path = case.make(tmp_path)
    started = time.monotonic()
    if case.exit_code == 2:
        with pytest.raises(UsageFault) as refused:
            read_submission(path)
        assert case.says in refused.value.message
        return
    try:
        report = graded(path, exercises["usual"], warm)
        assert time.monotonic() - started < case.seconds
        _hold_as_made(case, report)
        hold_harmless(report)
        printed = capfd.readouterr()
        assert (printed.out, printed.err) == ("", "")
    finally:
        hold_clean(warm, canaries)


def _hold_as_made(case: Made, report: Report) -> None:
    assert report.verdict is not Verdict.GRADER_ERROR, report.reason
    assert report.score == case.points, (report.reason, [check.reason for check in report.checks])
    assert case.says in report.reason


LEAKING = [attack.id for attack in ATTACKS if "landlock" in attack.leaks_without]


@pytest.fixture(scope="module")
def without_landlock(canaries: Canaries) -> Iterator[Launcher]:
    started = start_launcher(warm=False, without=frozenset({"landlock", "user"}))
    yield started
    started.close()


@pytest.mark.parametrize("name", LEAKING)
def test_an_attack_on_files_would_work_without_landlock(
    name: str, without_landlock: Launcher, canaries: Canaries, exercises: dict[str, Exercise], tmp_path: Path
) -> None:
    """So that its failing above says something about the layer and not about the attack."""
    attack = next(one for one in ATTACKS if one.id == name)
    path = tmp_path / "attack.py"
    path.write_bytes(canaries.fill_in(attack.path.read_bytes()))
    assert CANARY in graded(path, exercises["ex1"], without_landlock).output


THROUGH_THE_COMMAND = [
    "a_forging/exits_with_zero_at_import",
    "b_secrets/ancestors",
    "b_secrets/environment",
    "c_escape/signals",
    "d_network/tcp",
    "e_resources/fork_bomb",
    "f_injection/terminal_escapes_in_output",
]


@pytest.mark.parametrize("name", THROUGH_THE_COMMAND)
def test_an_attack_through_the_command_line(name: str, canaries: Canaries, tmp_path: Path) -> None:
    """The whole way, with secrets in the environment and the command line of the processes above."""
    attack = next(one for one in ATTACKS if one.id == name)
    (tmp_path / "mine.py").write_bytes(canaries.fill_in(attack.path.read_bytes()))
    ended = run_command(canaries, tmp_path, "ex1", "mine.py", "--format", "json")
    assert ended.returncode == 1, ended.stderr
    assert ended.stderr == ""
    assert CANARY not in ended.stdout
    report = json.loads(ended.stdout)
    jsonschema.validate(report, json_schema())
    assert report["score"] <= attack.most_points
    assert report["verdict"] in attack.verdicts
    assert sorted(os.listdir(tmp_path)) == ["mine.py"]
    assert support.leftovers() == []
    assert canaries.heard() == []
    assert canaries.changed() == []


@pytest.mark.parametrize(
    "name",
    with_reasons([f"command/{one.name}" for one in MADE if one.exit_code == 2 or one.name.startswith("a_name_")]),
)
def test_an_odd_file_through_the_command_line(name: str, canaries: Canaries, tmp_path: Path) -> None:
    """What is no submission is a sentence on one line, with nothing in it that a terminal would obey."""
    case = next(one for one in MADE if f"command/{one.name}" == name)
    path = case.make(tmp_path)
    ended = run_command(canaries, tmp_path, "ex1", "-o", tmp_path / "report.json", "--format", "json", "--", path)
    assert ended.returncode == case.exit_code, ended.stderr
    assert "Traceback" not in ended.stderr
    assert not ACTIVE[Format.TERMINAL].search(ended.stdout + ended.stderr), ended.stderr
    assert case.says in ended.stderr


def run_command(canaries: Canaries, folder: Path, *arguments: object) -> subprocess.CompletedProcess[str]:
    """Run `grade` below a shell that has a secret on its command line."""
    command = [str(Path(sys.executable).parent / "grade"), *map(str, arguments)]
    environment = {
        "PATH": os.environ["PATH"], "HOME": str(canaries.home), "TOKEN": f"{CANARY}token", "LANG": "C.UTF-8",
        "GRADER_PROGRESS": "off",  # what a student has done is kept at home, which is watched here
    }  # fmt: skip
    return subprocess.run(
        ["sh", "-c", '"$@"; exit $?', f"{CANARY}argument", *command],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        errors="surrogateescape",
        timeout=100,
        check=False,
    )
