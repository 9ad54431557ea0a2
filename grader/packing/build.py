"""What goes into a pack for each platform."""

from __future__ import annotations

import importlib.metadata
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from importlib.resources import files
from string import Template

from grader.errors import GraderFault, UsageFault
from grader.exercise import Exercise
from grader.isolation import Isolation
from grader.packing.archive import Member, zip_bytes
from grader.packing.public import every_file, public_files
from grader.packing.unattended import EXERCISES, SETTINGS, Settings, not_graded
from grader.packing.wheel import NAME, bare_wheel
from grader.reporters import Format, render

PINNED = ("torch", "numpy")  # the last digits of what they compute differ from version to version
STOPPED = "The grader was stopped before it had a result: it could not start, or it ran out of time or memory."
_EXECUTABLE = ("run_autograder", "setup.sh")


class Platform(StrEnum):
    """Whom a pack is for."""

    GRADESCOPE = "gradescope"
    CLASSROOM50 = "classroom50"
    STUDENTS = "students"


class Checks(StrEnum):
    """Which checks go into a pack."""

    ALL = "all"
    PUBLIC = "public"


LARGEST = {Platform.GRADESCOPE: 100 << 20, Platform.CLASSROOM50: 10 << 20, Platform.STUDENTS: 100 << 20}  # bytes
"""Classroom 50 fetches no more than 10 MB; elsewhere a larger pack holds something that was not meant."""


@dataclass(frozen=True, slots=True)
class Pack:
    """A finished archive, and how many points its checks are worth."""

    data: bytes
    points: int


def usual_checks(platform: Platform) -> Checks:
    """Classroom 50 serves a bundle from an address that anyone can read, so hidden checks stay out of it, too."""
    return Checks.ALL if platform is Platform.GRADESCOPE else Checks.PUBLIC


def pack(exercise: Exercise, platform: Platform, *, checks: Checks, isolation: Isolation) -> Pack:
    """The archive for `platform`.

    Raises UsageFault where students would be handed hidden checks or the archive is too large, ExerciseFault where the
    hidden ones cannot be taken out.
    """
    if platform is Platform.STUDENTS and checks is Checks.ALL:
        raise UsageFault("A pack for students holds public checks only.", hint="Leave out --checks.")
    chosen, points = public_files(exercise) if checks is Checks.PUBLIC else (every_file(exercise), exercise.points)
    members = [Member(f"{EXERCISES}/{each.name}", each.data) for each in chosen]
    members += [bare_wheel(), *_templates(platform, exercise, points=points, checks=checks, isolation=isolation)]
    if platform is not Platform.STUDENTS:
        settings = Settings(exercise=exercise.id, isolation=isolation)
        members += [Member(SETTINGS, settings.as_json().encode()), Member("constraints.txt", _constraints().encode())]
    if platform is Platform.GRADESCOPE:
        stopped = render(not_graded(GraderFault(STOPPED)), Format.GRADESCOPE)
        members.append(Member("not_graded.json", stopped.encode()))
    data = zip_bytes(members)
    if len(data) > LARGEST[platform]:
        raise UsageFault(
            f"The pack has {len(data) >> 20} MB, and {LARGEST[platform] >> 20} MB is the most.",
            hint=f"What is large lies in {exercise.folder}.",
        )
    return Pack(data, points)


def _templates(
    platform: Platform, exercise: Exercise, *, points: int, checks: Checks, isolation: Isolation
) -> Iterable[Member]:
    """The platform's own files as they are, and its README.md with what is said of this pack."""
    said = {
        "id": exercise.id,
        "folder": f"{EXERCISES}/{exercise.folder.name}",
        "title": exercise.title,
        "points": points,
        "all": exercise.points,
        "checks": checks.value,
        "isolation": isolation.value,
        "wheel": NAME,
    }
    for path in (files("grader.packing") / "templates" / platform.value).iterdir():
        data = path.read_bytes().replace(b"\r\n", b"\n")
        if path.name == "README.md":
            data = Template(data.decode()).substitute(said).encode()
        yield Member(path.name, data, executable=path.name in _EXECUTABLE)


def _constraints() -> str:
    """What was used here is used there."""
    versions = {name: importlib.metadata.version(name).partition("+")[0] for name in PINNED}
    return "".join(f"{name}=={version}\n" for name, version in versions.items())
