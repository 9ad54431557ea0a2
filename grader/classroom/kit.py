"""What an assignment repository is made of: the statement, the stub, and what has it graded. Texts only."""

from __future__ import annotations

import re
import string
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from grader.errors import UsageFault
from grader.exercise import Exercise

# GitHub has no user with an underscore in the name, so nobody can ever answer to this one.
PLACEHOLDER = "YOUR_ORGANIZATION/grader@main"

_TEMPLATES = Path(__file__).parent / "templates"
_REPOSITORY = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]*/[A-Za-z0-9._-]+@[A-Za-z0-9._/-]+")


class Target(StrEnum):
    """Who grades what is pushed."""

    ACTIONS = "actions"  # a workflow of GitHub Actions, and nothing else
    CLASSROOM = "classroom"  # the same, for GitHub Classroom's autograding reporter
    CLASSROOM50 = "classroom50"  # Classroom 50, which brings the workflow; grader/packing makes its autograder


_WORKFLOWS = {Target.ACTIONS: "grade.yml", Target.CLASSROOM: "classroom.yml", Target.CLASSROOM50: ""}
_ON_GITHUB = "The report is then in the tab Actions, and what went wrong stands at your own lines."
_FEEDBACK = {
    Target.ACTIONS: _ON_GITHUB,
    Target.CLASSROOM: _ON_GITHUB,
    Target.CLASSROOM50: "The report is then in the release of your submission.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Kit:
    """The files by their paths in the folder. `submission` is the one that becomes a student's."""

    exercise: str
    target: Target
    repository: str
    submission: str
    files: dict[str, str]


class _Template(string.Template):
    """With @@name for what is filled in: $ and braces are GitHub's own."""

    delimiter = "@@"


def make_kit(exercise: Exercise, target: Target, repository: str) -> Kit:
    """The kit of `exercise`, graded by the grader in `repository`, such as "my-course/grader@v1".

    Raises UsageFault where that names no repository and version.
    """
    if repository != PLACEHOLDER and not _REPOSITORY.fullmatch(repository):
        raise UsageFault(
            f"{repository!r} names no repository on GitHub with a branch, tag or commit.",
            hint="Write it as OWNER/NAME@VERSION, such as my-course/grader@v1.",
        )
    source, _, version = repository.rpartition("@")
    stub = f"{exercise.id}.py"
    values = {
        "exercise": exercise.id,
        "file": stub,
        "action": f"{source}/.github/actions/grade@{version}",
        "feedback": _FEEDBACK[target],
    }
    statement = exercise.statement.rstrip("\n") + "\n" + _filled("handing_in.md", values)
    files = {"README.md": statement, stub: exercise.stub}
    if name := _WORKFLOWS[target]:
        files[f".github/workflows/{name}"] = _filled(name, values)
    return Kit(exercise=exercise.id, target=target, repository=repository, submission=stub, files=files)


def _filled(template: str, values: dict[str, str]) -> str:
    return _Template((_TEMPLATES / template).read_text(encoding="utf-8")).substitute(values)
