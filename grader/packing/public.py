"""An exercise without its hidden checks, and without whatever would tell of them."""

from __future__ import annotations

import ast
import json
import re
import tempfile
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from grader.checks import Check
from grader.errors import ExerciseFault
from grader.exercise import Exercise, read_exercise
from grader.files import write_bytes
from grader.loading import load_checks
from grader.model import Visibility
from grader.packing.archive import Member
from grader.packing.prune import prune

TITLE = "{title} (public checks only)"
_STATEMENT_AND_STUB = ("README.md", "stub.py")


@dataclass(frozen=True, slots=True)
class _Cut:
    """What stays: the checks, and which others each of them needs now."""

    checks: tuple[Check, ...]
    needs: dict[str, tuple[str, ...]]

    @property
    def points(self) -> int:
        return sum(check.points for check in self.checks)


def every_file(exercise: Exercise) -> list[Member]:
    """The folder of `exercise` as it is, but for caches and for files whose names begin with a dot."""
    return [Member(f"{exercise.folder.name}/{name}", path.read_bytes()) for name, path in _files(exercise).items()]


def _files(exercise: Exercise) -> dict[str, Path]:
    """The files of the folder, by their names in it."""
    inside = {path.relative_to(exercise.folder): path for path in exercise.folder.rglob("*") if path.is_file()}
    parts = {
        name: path for name, path in inside.items() if not any(each.startswith((".", "__")) for each in name.parts)
    }
    return {name.as_posix(): path for name, path in parts.items()}


def public_files(exercise: Exercise) -> tuple[list[Member], int]:
    """The folder of `exercise` with its public checks alone, and their points.

    Comments, helpers, constants and mistakes that only hidden checks speak of are gone; so is any data file that no
    public check names. Raises ExerciseFault where that cannot be done, or where nothing is public.
    """
    cut = _cut(exercise, load_checks(exercise))
    kept = prune(_sources(exercise), start="checks", wanted=[check.id for check in cut.checks])
    kept["checks"] = _with_needs(kept["checks"], cut.needs)
    said = set().union(*(_texts(source) for source in kept.values()))
    files = {f"{name}.py": source.encode() for name, source in kept.items()}
    files["exercise.toml"] = (_toml(_settings(exercise, cut.points, said)) + "\n").encode()
    for name, path in _files(exercise).items():
        if name in _STATEMENT_AND_STUB or (path.suffix != ".py" and path.name in said):
            files[name] = path.read_bytes()
    _hold_whole(exercise, cut, files)
    return [Member(f"{exercise.folder.name}/{name}", data) for name, data in files.items()], cut.points


def _sources(exercise: Exercise) -> dict[str, str]:
    """The modules beside checks.py, and it, by their names."""
    paths = [path for path in exercise.folder.glob("*.py") if path.name not in _STATEMENT_AND_STUB]
    try:
        return {path.stem: path.read_text(encoding="utf-8") for path in paths}
    except UnicodeDecodeError as problem:
        raise ExerciseFault(f"A module of {exercise.id} is not in UTF-8: {problem}.") from problem


def _cut(exercise: Exercise, checks: tuple[Check, ...]) -> _Cut:
    """A check that needed a hidden one needs what that one needed."""
    public = tuple(check for check in checks if check.visibility is Visibility.PUBLIC)
    if not public:
        raise ExerciseFault(f"Every check of {exercise.id} is hidden: nothing is left for a pack with public checks.")
    by_id = {check.id: check for check in checks}

    def needed(check: Check) -> Iterable[str]:
        for name in check.needs:
            yield from needed(by_id[name]) if by_id[name] not in public else [name]

    return _Cut(public, {check.id: tuple(dict.fromkeys(needed(check))) for check in public})


def _with_needs(source: str, needs: dict[str, tuple[str, ...]]) -> str:
    """The source with each check's `needs` as they are now, where they have changed."""
    lines = [line.encode() for line in source.split("\n")]
    changes = []
    for node in ast.parse(source).body:
        for decorator in getattr(node, "decorator_list", ()):
            for keyword in getattr(decorator, "keywords", ()):
                if keyword.arg == "needs" and node.name in needs:  # type: ignore[attr-defined]
                    changes.append((keyword.value, needs[node.name]))  # type: ignore[attr-defined]
    for value, names in reversed(changes):  # from the end, so that positions hold
        if isinstance(value, ast.List | ast.Tuple) and list(names) == [
            getattr(each, "value", None) for each in value.elts
        ]:
            continue
        first, last = value.lineno - 1, (value.end_lineno or value.lineno) - 1
        text = lines[first][: value.col_offset] + json.dumps(names).encode() + lines[last][value.end_col_offset :]
        lines[first : last + 1] = [text]
    return b"\n".join(lines).decode()


def _texts(source: str) -> set[str]:
    """Whole texts in a source, and the names of keywords: what a mistake, an advice or a file is named by."""
    nodes = list(ast.walk(ast.parse(source)))
    texts = {node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)}
    return texts | {node.arg for node in nodes if isinstance(node, ast.keyword) and node.arg}


def _settings(exercise: Exercise, points: int, said: set[str]) -> dict[str, Any]:
    """exercise.toml as data. A mistake that is known by its exception stays: it is of all checks."""
    data = tomllib.loads((exercise.folder / "exercise.toml").read_text(encoding="utf-8"))
    data["title"] = TITLE.format(title=exercise.title)
    data["points"] = points
    data["stub_earns_at_most"] = min(exercise.stub_earns_at_most, points)
    for table in ("mistakes", "advice"):
        entries = data.get(table, {})
        data[table] = {key: value for key, value in entries.items() if key in said or _by_exception(value)}
    read = {mistake.get("see") for mistake in data["mistakes"].values()}
    data["see"] = {key: where for key, where in data.get("see", {}).items() if key in read}
    return data


def _by_exception(value: Any) -> bool:
    return isinstance(value, dict) and "raises" in value


def _toml(data: dict[str, Any], *, table: str = "") -> str:
    """Settings as TOML, without the comments of the original: they may tell of what was taken out."""
    values = {key: value for key, value in data.items() if not isinstance(value, dict)}
    lines = [f"{_key(key)} = {json.dumps(value, ensure_ascii=False, indent=4)}" for key, value in values.items()]
    header = ["", f"[{table}]"] if table and lines else []
    inner = (f"{table}.{_key(key)}" if table else _key(key) for key in data if key not in values)
    tables = [_toml(value, table=name) for name, value in zip(inner, _tables(data), strict=True)]
    return "\n".join([*header, *lines, *tables])


def _tables(data: dict[str, Any]) -> list[dict[str, Any]]:
    return [value for value in data.values() if isinstance(value, dict)]


def _key(name: str) -> str:
    return name if re.fullmatch(r"[\w-]+", name, re.ASCII) else json.dumps(name, ensure_ascii=False)


def _hold_whole(exercise: Exercise, cut: _Cut, files: dict[str, bytes]) -> None:
    """Raise ExerciseFault unless what is left is an exercise with just the public checks."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder, exercise.folder.name)
        copy.mkdir()
        for name, data in files.items():
            write_bytes(copy / name, data, with_folder=True)
        try:
            left = load_checks(read_exercise(copy))
        except ExerciseFault as fault:
            raise _inseparable(exercise) from fault
    found = [(check.id, check.points, check.needs) for check in left]
    if found != [(check.id, check.points, cut.needs[check.id]) for check in cut.checks]:
        raise _inseparable(exercise)


def _inseparable(exercise: Exercise) -> ExerciseFault:
    return ExerciseFault(
        f"The hidden checks of {exercise.id} cannot be taken out of its checks.py.",
        hint="Write each check as a function of its own with @check above it, and let no public one use a hidden one.",
    )
