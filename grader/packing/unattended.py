"""Grade what a platform has put into a folder, with nobody there to read an error: there is always a result.

    python -m grader.packing.unattended PACK SUBMISSION FORMAT OUTPUT

PACK is the folder that `grade pack` made, SUBMISSION the one with what was handed in. A fault of the grader's own is a
report that says so, and its traceback goes to the log, which only instructors see.
"""

from __future__ import annotations

import json
import os
import platform
import sys
import traceback
from dataclasses import dataclass
from pathlib import Path

from grader import __version__
from grader.errors import Fault, GraderFault, Unreadable
from grader.exercise import Exercise, find_exercise
from grader.files import write_bytes
from grader.isolation import Isolation
from grader.model import Accelerator, Environment, Report, SubmissionId, Verdict
from grader.packing.handed_in import find_submission
from grader.reporters import Format, render

SETTINGS = "settings.json"
EXERCISES = "exercises"


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What an instructor decided when packing."""

    exercise: str
    isolation: Isolation

    def as_json(self) -> str:
        """The text of settings.json."""
        return json.dumps({"exercise": self.exercise, "isolation": self.isolation.value}, indent=2) + "\n"


def read_settings(pack: Path) -> Settings:
    """The settings of a pack."""
    data = json.loads((pack / SETTINGS).read_text(encoding="utf-8"))
    return Settings(exercise=data["exercise"], isolation=Isolation(data["isolation"]))


def main(arguments: list[str]) -> None:
    """Grade and write the result. Raises only where a result cannot be written."""
    pack, folder, output = Path(arguments[0]), Path(arguments[1]), Path(arguments[3])
    write_bytes(output, render(_report(pack, folder), Format(arguments[2]), environment=os.environ).encode())


def _report(pack: Path, folder: Path) -> Report:
    try:
        settings = read_settings(pack)
        exercise = find_exercise(settings.exercise, (pack / EXERCISES,))
        return _graded(exercise, settings, pack, folder)
    except Fault as fault:
        print(f"{fault.message} {fault.hint}", file=sys.stderr)
        return not_graded(fault)
    except Exception as problem:  # noqa: BLE001  (the rim: nobody else is there to say it)
        traceback.print_exc()
        return not_graded(GraderFault(f"The grader stopped on a {type(problem).__name__}; its log says where."))


def _graded(exercise: Exercise, settings: Settings, pack: Path, folder: Path) -> Report:
    try:
        path = find_submission(folder, exercise)
    except Unreadable as fault:
        return _unreadable(exercise, fault)
    from grader.one import grade_file
    from grader.sandbox.harden import harden

    harden()
    return grade_file(
        settings.exercise,
        path,
        packs=(pack / EXERCISES,),
        accelerator=Accelerator.SIMULATED,
        isolation=settings.isolation,
    )


def _unreadable(exercise: Exercise, fault: Unreadable) -> Report:
    """There is nothing to grade, and that is the student's to mend."""
    return _report_without_checks(
        Verdict.CRASHED, fault, exercise=exercise.id, title=exercise.title, score=0, max_score=exercise.points
    )


def not_graded(fault: Fault) -> Report:
    """A fault of the grader's own, as a report: no score, and the reason."""
    return _report_without_checks(Verdict.GRADER_ERROR, fault, exercise="", title="", score=None, max_score=0)


def _report_without_checks(
    verdict: Verdict, fault: Fault, *, exercise: str, title: str, score: int | None, max_score: int
) -> Report:
    return Report(
        exercise=exercise,
        title=title,
        submission=SubmissionId(name="", sha256=""),
        verdict=verdict,
        score=score,
        max_score=max_score,
        seed=0,
        checks=(),
        environment=Environment(python=platform.python_version(), torch="", grader=__version__),
        reason=fault.message,
        hint=fault.hint,
    )


if __name__ == "__main__":
    main(sys.argv[1:])
    sys.stdout.flush()
    os._exit(0)  # torch's tear-down takes time that nobody gains from
