"""`grade pack --for students`: what a student gets grades the public checks, and holds nothing of the hidden ones."""

from __future__ import annotations

import ast
import base64
import hashlib
import json
import os
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import ROOT
from packing_support import environment_with_torch, grade, packed, run, texts, unpack

from grader.exercise import exercise_folders, find_exercise
from grader.grading import grade as grade_submission
from grader.loading import load_checks
from grader.model import Visibility
from grader.sandbox.launch import Launcher
from grader.submission import read_submission

BUILT_IN = [folder.name for folder in exercise_folders()]

CHECKS = '''"""Checks of secretive."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from math import pi, tau  # the import says CANARY-import in a comment

import torch

from grader.checks import Probe, check
from grader.expect import expect, expect_close

from .helpers import Case, CANARY_NAME, shared
from .only_hidden import answer

KEPT = 1.0  # a comment that stays
CANARY_CONSTANT = {"a": "CANARY-constant"}
CANARY_CONSTANT["b"] = "CANARY-item"
"""CANARY-description of the constant."""

# a section


@check("first", points=2)
def first(submission: Probe, rng: torch.Generator) -> None:
    losses = submission.call("f", torch.ones(1))  # a local variable that is called like a hidden check
    expect_close(losses, torch.ones(1) * KEPT, mistakes={"doubled": 2 * torch.ones(1)})


# CANARY-comment right above
@check("CANARY-title é", points=1, needs=["first"], hidden=True)
def losses(submission: Probe, rng: torch.Generator) -> None:
    """CANARY-docstring."""
    expect(answer() == tau, "CANARY-text", hint="CANARY-hint", mistake="canary_mistake")
    expect(bool(CANARY_CONSTANT) and CANARY_NAME, "x", mistake="canary_mistake")
    submission.advise("canary_advice")
    # CANARY-comment at the end

    # CANARY-comment further down
# CANARY-comment below

# stays: of the check beneath


@check("second, é", points=3, needs=["losses"])
def second(submission: Probe, rng: torch.Generator) -> None:
    case = Case(1)
    expect(submission.call("f", torch.ones(1)).item() == case.right() * shared(pi) / pi, "wrong", mistake="off")
    submission.advise("public_advice")


def canary_helper() -> str:
    return "CANARY-helper"


@check("CANARY-last", points=4, hidden=True)
def last(submission: Probe, rng: torch.Generator) -> None:
    expect(canary_helper() == Case(1).canary_method(), "CANARY")
# CANARY-comment at the end of the file
'''
HELPERS = '''"""Helpers."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

CANARY_NAME = "CANARY-in-helpers"
PUBLIC_DATA = Path(__file__).parent / "data" / "public.json"


@dataclass
class Case:
    """A case."""

    x: float

    def right(self) -> float:
        """What is right."""
        return self.x if PUBLIC_DATA.exists() else 0.0

    # CANARY-comment on a method
    def canary_method(self) -> str:
        return "CANARY-method"
        # CANARY-comment in a method

    @property
    def canary_property(self) -> str:
        return "CANARY-property"


def shared(x: float) -> float:
    return x
'''
TOML = """
id = "secretive"  # CANARY-comment in the settings
title = "Secretive"
summary = "s"
points = 10
hints = ["a hint"]
[limits]
call_seconds = 5.5
[mistakes.doubled]
what = 'Twice: "\\d", é'
why = "y"
hint = "h"
see = "task"
[mistakes.off]
what = "w"
why = "y"
hint = "h"
see = "task"
[mistakes.canary_mistake]
what = "CANARY-mistake"
why = "CANARY-mistake-why"
hint = "CANARY-mistake-hint"
see = "canary_section"
[mistakes.by_exception]
what = "an exception"
why = "y"
hint = "h"
see = "task"
raises = 'Broken\\w+'
[see]
task = "the task"
canary_section = "CANARY-section"
[advice]
public_advice = "shown"
canary_advice = "CANARY-advice, which raises nothing"
"""


@pytest.fixture
def course(tmp_path: Path) -> Path:
    """A course's own folder, with an exercise whose hidden checks leave traces everywhere."""
    folder = tmp_path / "course" / "secretive_one"
    folder.mkdir(parents=True)
    (folder / "texts.de.toml").write_text('[checks]\nlosses = "CANARY-translated"\n', encoding="utf-8")
    (folder / "checks.py").write_text(CHECKS, encoding="utf-8")
    (folder / "helpers.py").write_text(HELPERS, encoding="utf-8")
    (folder / "only_hidden.py").write_text('"""CANARY-module."""\n\n\ndef answer():\n    return "CANARY-answer"\n')
    (folder / "exercise.toml").write_text(TOML, encoding="utf-8")
    (folder / "README.md").write_text("Write f.\n")
    (folder / "stub.py").write_text("def f(x): ...\n")
    (folder / "data").mkdir()
    (folder / "data" / "public.json").write_text("{}")
    for secret in ("data/hidden.json", ".notes", "solution.py", "notes.txt"):
        (folder / secret).write_text("CANARY-file")
    return folder.parent


def test_no_byte_of_a_hidden_check_is_in_the_pack(course: Path, tmp_path: Path) -> None:
    inside = texts(packed(tmp_path, "secretive", "students", "--exercises", course))
    assert not {name for name, text in inside.items() if b"canary" in text.lower() or "canary" in name.lower()}
    folder = "exercises/secretive_one/"
    assert {name.removeprefix(folder) for name in inside if name.startswith(folder)} == {
        "README.md", "checks.py", "exercise.toml", "helpers.py", "data/public.json", "stub.py"
    }  # fmt: skip
    checks = inside[folder + "checks.py"].decode()
    for kept in (
        "# a comment that stays",
        "# a section",
        "# a local variable that is",
        "# stays: of the check beneath",
        "math import pi\n",
    ):
        assert kept in checks
    assert "tau" not in checks
    assert "hidden=True" not in checks


def test_what_is_left_grades_and_says_that_it_is_not_all(course: Path, tmp_path: Path) -> None:
    unpack(packed(tmp_path, "secretive", "students", "--exercises", course), tmp_path / "handed_out")
    (tmp_path / "mine.py").write_text("def f(x): return x\n")
    where = ("--exercises", tmp_path / "handed_out" / "exercises")
    done = grade(tmp_path, "secretive", "mine.py", *where, "--format", "json")
    report = json.loads(done.stdout)
    assert (done.returncode, report["score"], report["max_score"]) == (0, 5, 5), report
    assert report["title"] == "Secretive (public checks only)"
    assert "(public checks only)" in grade(tmp_path, "secretive", "mine.py", *where).stdout
    (tmp_path / "mine.py").write_text("def f(x): return 2 * x\n")
    (first, second) = json.loads(grade(tmp_path, "secretive", "mine.py", *where, "--format", "json").stdout)["checks"]
    assert (first["mistake"], first["reason"]) == ("doubled", 'Twice: "\\d", é')
    assert second["status"] == "skipped"  # it needed a hidden check, which needed the first


def test_all_of_an_exercise_goes_to_gradescope_but_for_what_is_no_part_of_it(course: Path, tmp_path: Path) -> None:
    grade(tmp_path, "secretive", course / "secretive_one" / "stub.py", "--exercises", course)  # leaves a __pycache__
    inside = texts(packed(tmp_path, "secretive", "gradescope", "--exercises", course))
    folder = "exercises/secretive_one/"
    names = {name.removeprefix(folder) for name in inside if name.startswith(folder)}
    assert {"checks.py", "only_hidden.py", "data/hidden.json"} <= names
    assert not {name for name in names if name.startswith((".", "__"))}


@pytest.mark.parametrize("name", BUILT_IN)
def test_every_exercise_can_be_handed_out(name: str, tmp_path: Path) -> None:
    exercise = find_exercise(name)
    checks = load_checks(exercise)
    archive = packed(tmp_path, exercise.id, "students")
    unpack(archive, tmp_path / "handed_out")
    where = ("--exercises", tmp_path / "handed_out" / "exercises")
    done = grade(tmp_path, exercise.id, ROOT / "reference" / name / "solution.py", *where, "--format", "json")
    report = json.loads(done.stdout)
    public = [(check.id, check.points) for check in checks if check.visibility is Visibility.PUBLIC]
    assert [(check["id"], check["points"]) for check in report["checks"]] == public
    assert report["score"] == report["max_score"] == sum(points for _, points in public)
    stub = json.loads(grade(tmp_path, exercise.id, exercise.folder / "stub.py", *where, "--format", "json").stdout)
    assert stub["score"] <= exercise.stub_earns_at_most
    inside = texts(archive)
    for secret in secrets_of(exercise.folder):
        assert not [name for name, text in inside.items() if secret in text], secret


def secrets_of(folder: Path) -> list[bytes]:
    """The lines of the hidden checks' own functions, but for those that say nothing."""
    source = (folder / "checks.py").read_text(encoding="utf-8")
    lines = source.splitlines()
    hidden = [
        node
        for node in ast.parse(source).body
        if isinstance(node, ast.FunctionDef) and "hidden=True" in "".join(map(ast.unparse, node.decorator_list))
    ]
    assert hidden
    own = [line.strip() for node in hidden for line in lines[node.decorator_list[0].lineno - 1 : node.end_lineno]]
    shared = {line.strip() for number, line in enumerate(lines) if source.count(line.strip()) > 1}
    return [line.encode() for line in own if len(line) > 30 and line not in shared]


@pytest.mark.parametrize("name", BUILT_IN)
def test_a_public_check_ends_as_it_does_with_all_of_them(name: str, tmp_path: Path, launcher: Launcher) -> None:
    exercise = find_exercise(name)
    unpack(packed(tmp_path, exercise.id, "students"), tmp_path / "handed_out")
    cut = find_exercise(exercise.id, (tmp_path / "handed_out" / "exercises",))
    assert cut.folder != exercise.folder
    wrong = sorted((ROOT / "reference" / name / "wrong").glob("*.py"))
    for path in wrong[:: len(wrong) // 3]:
        submission = read_submission(path)
        left = {check.id: check for check in grade_submission(cut, submission, launcher).checks}
        for check in grade_submission(exercise, submission, launcher).checks:
            if check.visibility is Visibility.PUBLIC:
                same = left[check.id]
                told = (same.status, same.mistake, same.hint)
                assert told == (check.status, check.mistake, check.hint), f"{path.name}: {check.id}"


@pytest.mark.skipif(os.name != "posix", reason="the layout of a virtual environment")
def test_the_readme_is_a_walk_that_works(tmp_path: Path) -> None:
    unpack(packed(tmp_path, "ex5", "students"), tmp_path)
    readme = (tmp_path / "README.md").read_text()
    assert (tmp_path / readme.partition("](")[2].partition(")")[0]).is_file()
    commands = readme.split("```")[1].strip().splitlines()
    assert commands[0] == "python3 -m venv .venv"
    environment_with_torch(tmp_path / ".venv")
    (tmp_path / ".venv" / "bin" / "pip").write_text('#!/bin/sh\nexec "$(dirname "$0")/python" -m pip "$@"\n')
    (tmp_path / ".venv" / "bin" / "pip").chmod(0o755)
    for command in commands[1:]:
        done = run(*command.split(), cwd=tmp_path)
        assert done.returncode == (1 if command == commands[-1] else 0), done.stderr
        if " start " in command:
            assert done.stdout.rstrip("\n").endswith(commands[-1].partition("/bin/")[2])
    assert "(public checks only)" in done.stdout


def test_two_runs_write_the_same_bytes(course: Path, tmp_path: Path) -> None:
    written = []
    for number, seed in enumerate(("1", "2")):
        path = tmp_path / f"{number}.zip"
        for each in course.rglob("*"):
            os.utime(each, (time.time() - 1000 * number,) * 2)
        os.environ["PYTHONHASHSEED"] = seed
        try:
            for platform in ("gradescope", "students"):
                done = grade(tmp_path, "pack", "secretive", "--for", platform, "-o", path, "--exercises", course)
                assert done.returncode == 0, done.stderr
                written.append((platform, path.read_bytes()))
        finally:
            del os.environ["PYTHONHASHSEED"]
    assert written[:2] == written[2:]


def test_the_wheel_in_a_pack_is_whole_and_brings_no_exercise(tmp_path: Path) -> None:
    inside = texts(packed(tmp_path, "ex1", "students"))
    (wheel,) = (name for name in inside if name.endswith(".whl"))
    files = {name.removeprefix(f"{wheel}/"): text for name, text in inside.items() if name.startswith(f"{wheel}/")}
    assert "grader/exercises/ex1_sum_of_cubes/checks.py" not in files
    assert not [name for name in files if "exercises/" in name or "__pycache__" in name or "reference" in name]
    record = next(text for name, text in files.items() if name.endswith("RECORD")).decode().splitlines()
    listed = {line.split(",")[0]: line.split(",")[1] for line in record}
    assert set(listed) == set(files)
    for name, text in files.items():
        digest = base64.urlsafe_b64encode(hashlib.sha256(text).digest()).rstrip(b"=").decode()
        assert listed[name] in (f"sha256={digest}", "")
    assert zipfile.is_zipfile(tmp_path / "pack.zip")
    others = [folder for folder in exercise_folders() if folder.name != "ex1_sum_of_cubes"]
    for other in others:
        text = (other / "checks.py").read_bytes()
        assert not [name for name, inner in inside.items() if text in inner or other.name in name]


def in_checks(old: str, new: str) -> Callable[[Path], None]:
    """A change to the course's checks.py."""

    def change(folder: Path) -> None:
        source = (folder / "checks.py").read_text(encoding="utf-8")
        assert old in source
        (folder / "checks.py").write_text(source.replace(old, new), encoding="utf-8")

    return change


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (in_checks('"first", points=2', '"first", points=2, hidden=True'), None),
        (
            in_checks("from .helpers import", "from .helpers import *\nfrom .helpers import"),
            "import the names that are",
        ),
        (
            in_checks(
                "from .helpers import Case, ", "from . import helpers\nCase = helpers.Case\nfrom .helpers import "
            ),
            "modules are imported as `from .module import name`",
        ),
        (in_checks("KEPT = 1.0  #", "KEPT = 1.0; OTHER = 2  #"), "write one statement in a line"),
        (in_checks("def second(", "def renamed("), None),
        (in_checks('needs=["losses"]', "needs=[losses.id]"), "The hidden checks of secretive cannot be taken out"),
        (in_checks("points=4, hidden", "points=5, hidden"), "add up to 11 points"),
        (
            in_checks("    case = Case(1)", "    losses.run\n    case = Case(1)"),
            "The hidden checks of secretive cannot be taken out",
        ),
    ],
)
def test_an_exercise_that_cannot_be_taken_apart_is_said_in_a_sentence(
    course: Path, tmp_path: Path, change: Callable[[Path], None], says: str | None
) -> None:
    change(course / "secretive_one")
    done = grade(tmp_path, "pack", "secretive", "--for", "students", "-o", "pack.zip", "--exercises", course)
    if says is None:
        assert done.returncode == 0, done.stderr
        return
    assert (done.returncode, done.stdout) == (3, "")
    assert says in done.stderr
    assert done.stderr.count("\n") == 1
    assert not (tmp_path / "pack.zip").exists()


def test_a_module_in_another_encoding_is_said_in_a_sentence(course: Path, tmp_path: Path) -> None:
    (course / "secretive_one" / "more.py").write_bytes(b"# coding: latin-1\nx = '\xe9'\n")
    done = grade(tmp_path, "pack", "secretive", "--for", "students", "--exercises", course)
    assert done.returncode == 3
    assert "A module of secretive is not in UTF-8" in done.stderr


def test_an_exercise_without_public_checks_is_not_handed_out(tmp_path: Path) -> None:
    folder = tmp_path / "course" / "allhidden"
    folder.mkdir(parents=True)
    (folder / "exercise.toml").write_text('id = "allhidden"\ntitle = "A"\nsummary = "s"\npoints = 1\n')
    source = "from grader.checks import check\n@check('C', points=1, hidden=True)\ndef c(submission, rng): ...\n"
    (folder / "checks.py").write_text(source)
    done = grade(tmp_path, "pack", "allhidden", "--for", "students", "--exercises", folder.parent)
    assert done.returncode == 3
    assert done.stderr == "Every check of allhidden is hidden: nothing is left for a pack with public checks.\n"


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("ex2", "--for", "students", "--checks", "all"), "A pack for students holds public checks only."),
        (("ex2",), "Missing option '--for'"),
        (("ex2", "--for", "canvas"), "'canvas' is not one of"),
        (("ex22", "--for", "students"), "Did you mean ex2?"),
        (("ex2", "--for", "students", "-o", "nowhere/pack.zip"), "nowhere/pack.zip cannot be written"),
    ],
)
def test_what_cannot_be_packed_is_said_in_a_sentence(tmp_path: Path, arguments: tuple[str, ...], says: str) -> None:
    done = grade(tmp_path, "pack", *arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert says in done.stderr
    assert not [*tmp_path.iterdir()]


def test_a_pack_that_classroom50_would_not_fetch_is_refused(course: Path, tmp_path: Path) -> None:
    (course / "secretive_one" / "data" / "public.json").write_bytes(os.urandom(11 << 20))
    done = grade(tmp_path, "pack", "secretive", "--for", "classroom50", "--exercises", course)
    assert done.returncode == 2
    assert "The pack has 11 MB, and 10 MB is the most." in done.stderr


def test_of_two_exercises_with_one_id_the_later_folders_counts(tmp_path: Path) -> None:
    unpack(packed(tmp_path, "ex5", "students"), tmp_path / "handed_out")
    listed = grade(tmp_path, "list", "--exercises", tmp_path / "handed_out" / "exercises").stdout
    assert [line.split()[0] for line in listed.splitlines()] == ["ex1", "ex2", "ex3", "ex4", "ex5"]
    assert "(public checks only)" in listed.splitlines()[-1]
