"""Grade one file: the shortest way from a path to a report, in about the time that `import torch` takes.

The order is what makes it short, and what makes it safe. The zygote is started first and imports torch on one core
while this process imports it on another; a process of our own that root started gives up what only starting the
zygote needs, before it reads what the student wrote.
"""

from __future__ import annotations

import dataclasses
import gc
from collections.abc import Sequence
from pathlib import Path

from grader.exercise import find_exercise
from grader.isolation import Isolation
from grader.model import Accelerator, Audience, Report
from grader.sandbox.harden import Host, Power, give_up_all_but
from grader.sandbox.start import start_launcher
from grader.submission import make_submission, read_file
from grader.texts import ENGLISH


def grade_file(
    exercise_name: str,
    path: Path,
    *,
    packs: tuple[Path, ...] = (),
    seed: int = 0,
    audience: Audience = Audience.STUDENT,
    accelerator: Accelerator = Accelerator.REAL,
    isolation: Isolation = Isolation.REDUCED,
    language: str = ENGLISH,
    host: Host = Host.CALLERS,
) -> Report:
    """Grade the file at `path`, in a process of this `host`.

    Raises UsageFault where the exercise or the file is not there, or full isolation is wanted and does not hold.
    """
    exercise = find_exercise(exercise_name, packs, language=language)
    data, size = read_file(path)
    launcher = start_launcher(warm=False)
    try:
        if host is Host.OURS:
            give_up_all_but(Power.FILES)
        submission = make_submission(path.name, data, size=size)
        gc.disable()  # torch's import only allocates; collecting in between costs a third of its time
        from grader.grading import grade

        gc.freeze()
        gc.enable()
        report = grade(exercise, submission, launcher, seed=seed, accelerator=accelerator, isolation=isolation)
        return dataclasses.replace(report, audience=audience)
    finally:
        launcher.close()


def grade(
    exercise: str,
    path: str | Path,
    *,
    seed: int = 0,
    exercises: Sequence[str | Path] = (),
    audience: Audience = Audience.STUDENT,
    language: str = ENGLISH,
) -> Report:
    """Grade a file or notebook as the exercise of this id, such as "ex2". Prints nothing and never exits.

    The judging is done in this process, with torch as it is set here; no code of the submission runs in it.
    `exercises`: folders with exercises of your own. `language`: of the exercise's texts, where it has some in it.

    :raises UsageFault: there is no such exercise or file
    :raises ExerciseFault: the exercise's folder cannot be used
    """
    packs = tuple(map(Path, exercises))
    return grade_file(exercise, Path(path), packs=packs, seed=seed, audience=audience, language=language)
