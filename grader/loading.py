"""An exercise's checks, read from its folder."""

from __future__ import annotations

import hashlib
import importlib.util
import sys
from dataclasses import replace

from grader.checks import Check
from grader.errors import ExerciseFault
from grader.exercise import Exercise


def load_checks(exercise: Exercise) -> tuple[Check, ...]:
    """Execute an exercise's checks.py and give its checks in the order they are written. Raises ExerciseFault.

    Their titles are in the exercise's language.

    It may import modules that lie beside it: `from .trajectories import never_zeroed`.
    """
    path = exercise.folder / "checks.py"
    name = f"grader_checks_{hashlib.sha256(str(path).encode()).hexdigest()[:12]}"
    spec = importlib.util.spec_from_file_location(name, path, submodule_search_locations=[str(exercise.folder)])
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module  # dataclasses look their module up
    try:
        spec.loader.exec_module(module)
    except Exception as problem:
        raise ExerciseFault(f"{path} cannot be loaded: {problem!r}.") from problem
    checks = tuple(value for value in vars(module).values() if isinstance(value, Check))
    _hold_together(exercise, checks)
    return tuple(replace(check, title=exercise.titles.get(check.id, check.title)) for check in checks)


def _hold_together(exercise: Exercise, checks: tuple[Check, ...]) -> None:
    ids = [check.id for check in checks]
    if len(set(ids)) != len(ids):
        raise ExerciseFault(f"{exercise.id}: two checks have the same name.")
    total = sum(check.points for check in checks)
    if total != exercise.points:
        raise ExerciseFault(
            f"{exercise.id}: its checks add up to {total} points, its exercise.toml says {exercise.points}."
        )
    for index, check in enumerate(checks):
        for needed in check.needs:
            if needed not in ids[:index]:
                raise ExerciseFault(f"{exercise.id}: check {check.id} needs {needed}, which does not come before it.")
