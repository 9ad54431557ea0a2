"""The commands around grading: the doctor, the audit, and the checks under pytest."""

from __future__ import annotations

import dataclasses
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import ENGINE_PACK, ROOT, RunGrade

from grader.audit import Finding, audit
from grader.doctor import examine
from grader.errors import UsageFault
from grader.exercise import exercise_folders

on_linux = pytest.mark.skipif(sys.platform != "linux", reason="the layers that are held to it are Linux's")
EXERCISES = [folder.name.partition("_")[0] for folder in exercise_folders()]


@on_linux
def test_the_doctor_finds_every_way_out_closed(run_grade: RunGrade) -> None:
    done = run_grade("doctor", "--json")
    found = json.loads(done.stdout)
    assert [each["attempt"] for each in found["findings"] if not each["is_closed"]] == []
    assert found["isolation"] == "full"
    said = run_grade("doctor").stdout
    assert "Every way out that was tried is closed." in said
    assert f"the grader itself keeps: {', '.join(json.loads(done.stdout)['powers']) or 'none'}." in said
    assert {"chown", "dac_override", "fowner"}.issuperset(json.loads(done.stdout)["powers"])


@on_linux
def test_the_doctor_sees_when_a_layer_is_missing() -> None:
    examination = examine(without=frozenset({"landlock", "user"}))  # as another user, a child of root reads little
    ways = {finding.attempt: finding.is_closed for finding in examination.findings}
    assert not ways["read a file outside"]
    assert not examination.is_full
    assert not any("landlock" in layer for layer in examination.layers)


@pytest.mark.parametrize("exercise", EXERCISES)
def test_exercises_hold_to_their_references(exercise: str) -> None:
    findings = list(audit((exercise,), reference=ROOT / "reference"))
    assert [finding for finding in findings if finding.problem] == []
    assert len(findings) > 10


def test_the_audit_says_what_is_wrong(tmp_path: Path) -> None:
    folder = tmp_path / "plain_three_squares"
    for name in ("right", "wrong"):
        (folder / name).mkdir(parents=True)
    right = "def f(x): return 3 * x**2\ng = h = f\n"
    (folder / "solution.py").write_text(right)
    (folder / "right" / "not_right.py").write_text("def f(x): return x\ng = h = f\n")
    (folder / "wrong" / "right_after_all.py").write_text(f'"""W.\n\nloses: worked\nmistakes: doubled\n"""\n{right}')
    (folder / "wrong" / "silent.py").write_text("x = 1\n")
    findings = audit(("plain",), packs=(ENGINE_PACK,), reference=tmp_path)
    problems = {finding.subject: finding.problem for finding in findings}
    assert problems["texts"] == problems["stub.py"] == problems["solution.py"] == ""
    assert problems[str(Path("right/not_right.py"))].startswith("earns 0 of 10")
    assert problems[str(Path("wrong/right_after_all.py"))] == "loses nothing, not worked; names nothing, not doubled"
    assert problems[str(Path("wrong/silent.py"))] == "its docstring does not say what it loses"
    assert problems["mistakes"] == "no wrong submission makes: complained, doubled"


def test_the_audit_wants_three_hints_and_none_of_them_empty(tmp_path: Path) -> None:
    pack = tmp_path / "pack"
    shutil.copytree(ENGINE_PACK, pack)
    settings = pack / "plain_three_squares" / "exercise.toml"
    text = settings.read_text(encoding="utf-8")
    settings.write_text(re.sub(r"(?m)^hints = .*$", 'hints = ["Look.", " "]', text), encoding="utf-8")
    texts = next(iter(audit(("plain",), packs=(pack,), reference=tmp_path)))
    assert texts == Finding("plain", "texts", "it has 2 hints, fewer than 3; hint 2 is empty")


def test_the_audit_wants_references(tmp_path: Path) -> None:
    assert list(audit(("plain",), packs=(ENGINE_PACK,), reference=tmp_path))[-1] == Finding(
        "plain", "solution.py", "there is no plain_three_squares/solution.py"
    )


def test_the_audit_command_exits_by_what_it_found(run_grade: RunGrade, tmp_path: Path) -> None:
    done = run_grade("audit", "plain", "--exercises", ENGINE_PACK, "--reference", tmp_path)
    assert done.returncode == 1
    assert "1 problem." in done.stdout


def test_an_installation_without_references_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import grader.audit

    monkeypatch.setattr(grader.audit, "__file__", str(tmp_path / "grader" / "audit.py"))
    with pytest.raises(UsageFault, match="not part of an installation"):
        list(audit(("ex1",)))


def test_checks_run_under_pytest(tmp_path: Path) -> None:
    submission = tmp_path / "mine.py"
    submission.write_text("def f(x): return 6 * x**2\nh = f\ndef g(x): return 3 * x**2\n")
    checks = ENGINE_PACK / "plain_three_squares" / "checks.py"
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-p",
        "no:cacheprovider",
        str(checks),
        "--submission",
        str(submission),
    ]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert "2 failed, 1 passed" in done.stdout
    assert "The answer is 2 times what it should be." in done.stdout
    assert "mistake: doubled" in done.stdout


def test_reports_do_not_depend_on_the_order_of_grading(grade_text, plain) -> None:  # type: ignore[no-untyped-def]
    first = grade_text("import torch\ndef f(x): return torch.rand_like(x)\ng = h = f\n")
    grade_text("import torch\nprint(torch.rand(100))\n")
    again = grade_text("import torch\ndef f(x): return torch.rand_like(x)\ng = h = f\n")
    assert [dataclasses.replace(check, duration_s=0) for check in first.checks] == [
        dataclasses.replace(check, duration_s=0) for check in again.checks
    ]
