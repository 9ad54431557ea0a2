"""A folder read as an `Exercise`: its settings, its texts, its limits and, when grading needs them, its checks.

ex1_sum_of_cubes/  exercise.toml   title, hints, limits, mistakes with their texts
                   README.md       the statement
                   texts.de.toml   the same texts in another language, and README.de.md
                   stub.py         what a student starts from
                   checks.py       the checks, run in the trusted process
"""

from __future__ import annotations

import difflib
import tomllib
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from grader.errors import ExerciseFault, UsageFault
from grader.texts import ENGLISH, read_translation, translated, translated_titles


@dataclass(frozen=True, slots=True, kw_only=True)
class Mistake:
    """A known mistake in four texts: what happened, why PyTorch does that, what to try, where to read about it.

    The first three may hold {placeholders}, which the check fills. `raises` is a regular expression: an exception of
    the submission whose "Type: message" matches is this mistake.
    """

    id: str
    what: str
    why: str
    hint: str
    see: str
    raises: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What a submission may use. The defaults are ten times what any reference needs on a slow machine."""

    import_seconds: float = 10.0
    call_seconds: float = 10.0
    total_seconds: float = 60.0  # wall time of all that the submission does, over all checks
    cpu_seconds: int = 60  # processor time of one child
    memory_mb: int = 1024  # on top of what Python and torch occupy
    file_mb: int = 64  # one file
    disk_mb: int = 256  # all files together
    files: int = 10_000
    output_mb: int = 10
    open_files: int = 128


@dataclass(frozen=True, slots=True, kw_only=True)
class Exercise:
    """One exercise. `hints` go from gentle to plain; `advice` maps an id to a line that costs nothing.

    `see` maps a key to a section of the statement or of a tutorial. `titles`: those of checks, by their ids, where
    the texts are in another `language` than English.
    """

    id: str
    title: str
    points: int
    summary: str
    folder: Path
    stub_earns_at_most: int = 0
    hints: tuple[str, ...] = ()
    limits: Limits = field(default_factory=Limits)
    mistakes: dict[str, Mistake] = field(default_factory=dict)
    advice: dict[str, str] = field(default_factory=dict)
    see: dict[str, str] = field(default_factory=dict)
    titles: dict[str, str] = field(default_factory=dict)
    language: str = ENGLISH

    @property
    def statement(self) -> str:
        """The statement, as Markdown."""
        in_language = self.folder / f"README.{self.language}.md"
        return (in_language if in_language.is_file() else self.folder / "README.md").read_text(encoding="utf-8")

    @property
    def stub(self) -> str:
        """The file that a student starts from. Raises ExerciseFault where there is none."""
        try:
            return (self.folder / "stub.py").read_text(encoding="utf-8")
        except OSError as problem:
            raise ExerciseFault(f"The stub of {self.id} cannot be read: {problem.strerror}.") from problem


def exercise_folders(extra: tuple[Path, ...] = ()) -> list[Path]:
    """Every folder with an exercise.toml, of the built-in pack and of the packs in `extra`.

    Of two with one id the later pack's counts. A grader that was packed for others has no built-in ones.
    """
    here = Path(__file__).resolve().parent
    built_in = [pack for pack in (here / "exercises", here.parent / "exercises") if pack.is_dir()][:1]
    found = [toml.parent for pack in (*built_in, *extra) for toml in sorted(pack.glob("*/exercise.toml"))]
    return sorted({id_of(folder): folder for folder in found}.values(), key=_by_number)


def id_of(folder: Path) -> str:
    """The id of the exercise in a folder."""
    return folder.name.partition("_")[0]


def _by_number(folder: Path) -> tuple[int, str]:
    digits = "".join(c for c in id_of(folder) if c.isdigit())
    return int(digits or 0), folder.name


def read_course(extra: tuple[Path, ...] = (), *, language: str = ENGLISH) -> list[Exercise]:
    """Every exercise, in the order in which they are meant to be done."""
    return [read_exercise(folder, language=language) for folder in exercise_folders(extra)]


def find_exercise(name: str, extra: tuple[Path, ...] = (), *, language: str = ENGLISH) -> Exercise:
    """The exercise with an id such as "ex2", in any case unless two differ in that alone.

    Raises UsageFault with the closest match.
    """
    folders = {id_of(folder): folder for folder in exercise_folders(extra)}
    called = {each: (id_of(each), each.name) for each in folders.values()}
    exact = [each for each, names in called.items() if name in names]
    alike = [each for each, names in called.items() if name.casefold() in map(str.casefold, names)]
    folder = exact[0] if exact else alike[0] if len(alike) == 1 else None
    if folder is None:
        close = difflib.get_close_matches(name.lower(), folders, n=1, cutoff=0.5)
        hint = f"Did you mean {close[0]}?" if close else "`grade list` shows them all."
        raise UsageFault(f"There is no exercise {name!r}.", hint=hint)
    return read_exercise(folder, language=language)


def read_exercise(folder: Path, *, language: str = ENGLISH) -> Exercise:
    """Read exercise.toml, and the texts in this language where there are some.

    Raises UsageFault for what is no language, and ExerciseFault for a file that is missing or malformed, an unknown
    key, a mistake that lacks one of its texts.
    """
    path = folder / "exercise.toml"
    translation = read_translation(folder, language)
    try:
        data = translated(tomllib.loads(path.read_text(encoding="utf-8")), translation)
        see = data.get("see", {})
        mistakes = {key: _mistake(key, texts, see) for key, texts in data.pop("mistakes", {}).items()}
        limits = _limits(data.pop("limits", {}))
        hints = _hints(data.pop("hints", []))
        exercise = Exercise(
            folder=folder,
            limits=limits,
            hints=hints,
            mistakes=mistakes,
            titles=translated_titles(translation),
            language=language if translation else ENGLISH,
            **data,
        )
    except (OSError, tomllib.TOMLDecodeError, TypeError) as problem:
        raise ExerciseFault(f"{path} cannot be used: {problem}.") from problem
    if id_of(folder) != exercise.id:
        raise ExerciseFault(
            f"{folder.name} holds the exercise {exercise.id}: the folder's name must begin with its id."
        )
    return exercise


def _mistake(key: str, texts: Any, see: Any) -> Mistake:
    if not isinstance(texts, dict) or not all(isinstance(text, str) for text in texts.values()):
        raise TypeError(f"the mistake {key} is no table of texts")
    lacking = [part for part in ("what", "why", "hint", "see") if not texts.get(part, "").strip()]
    if lacking:
        raise TypeError(f"the mistake {key} lacks {', '.join(lacking)}")
    if texts["see"] not in see:
        raise TypeError(f"the mistake {key} says see = {texts['see']!r}, and the table [see] has no such key")
    return Mistake(id=key, **{**texts, "see": see[texts["see"]]})


def _hints(data: Any) -> tuple[str, ...]:
    if not isinstance(data, list) or not all(isinstance(hint, str) for hint in data):
        raise TypeError("hints is no list of texts")
    return tuple(data)


def _limits(data: dict[str, Any]) -> Limits:
    known = {each.name for each in fields(Limits)}
    if unknown := sorted(set(data) - known):
        raise TypeError(f"unknown limit {unknown[0]!r}; known are {', '.join(sorted(known))}")
    return Limits(**data)
