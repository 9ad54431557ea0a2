"""An exercise's texts held to their form: nothing missing, short enough to be read, leading somewhere, translated."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path

from grader.errors import Fault
from grader.exercise import Exercise, read_exercise
from grader.loading import load_checks
from grader.texts import problems_of, read_translation, translatable, translations

FEWEST_HINTS = 3  # one to point the way, one to go it, one in between
MOST_CHARACTERS = 160  # of each text of a mistake: what nobody reads teaches nobody

_SECTION = re.compile(r"“(?P<name>[^”]+)”(?:, (?P<section>.+))?")
_HEADING = re.compile(r"^#+ +(.+?) *$", re.MULTILINE)

Tutorials = Mapping[str, Collection[str]]  # the sections of each tutorial, by its title


def proofread(exercise: Exercise, tutorials: Tutorials) -> Iterator[str]:
    """What is wrong with the exercise's texts, in English and in every language that it has."""
    for name in ("README.md", "stub.py"):
        path = exercise.folder / name
        if not path.is_file() or not path.read_text(encoding="utf-8").strip():
            yield f"{name} is missing or empty"
    if len(exercise.hints) < FEWEST_HINTS:
        yield f"it has {len(exercise.hints)} hints, fewer than {FEWEST_HINTS}"
    yield from (f"hint {number} is empty" for number, hint in enumerate(exercise.hints, 1) if not hint.strip())
    yield from _mistakes(exercise)
    yield from _sections(exercise, tutorials)
    try:
        titles = {check.id: check.title for check in load_checks(exercise)}
    except Fault as fault:
        yield fault.message
        return
    yield from (f"check {id_} has no title" for id_, title in titles.items() if not title.strip())
    yield from _translations(exercise, titles)


def read_tutorials(references: Path) -> dict[str, list[str]]:
    """The sections of each tutorial, by its title, from tutorials.toml; empty where there is none."""
    path = references / "tutorials.toml"
    return tomllib.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}


def _mistakes(exercise: Exercise) -> Iterator[str]:
    for mistake in exercise.mistakes.values():
        for part, text in (("what", mistake.what), ("why", mistake.why), ("hint", mistake.hint)):
            if len(text) > MOST_CHARACTERS:
                yield f"mistake {mistake.id}: its {part} has {len(text)} characters, more than {MOST_CHARACTERS}"
            if mistake.raises and re.search(r"[{}]", text):
                yield f"mistake {mistake.id}: its {part} has a placeholder, and an exception fills none"


def _sections(exercise: Exercise, tutorials: Tutorials) -> Iterator[str]:
    """Each entry of [see] is a “heading” of the statement, or a “tutorial” that it names, and a section of that."""
    readme = exercise.folder / "README.md"
    statement = readme.read_text(encoding="utf-8") if readme.is_file() else ""
    used = {mistake.see for mistake in exercise.mistakes.values()}
    for key, text in exercise.see.items():
        if text not in used:
            yield f"see {key}: no mistake leads there"
        found = _SECTION.match(text)
        name, section = (found["name"], found["section"]) if found else ("", None)
        if name in _HEADING.findall(statement):
            continue
        if not found or name not in statement:
            yield f"see {key}: the statement has no such section and names no such tutorial"
        elif section is None or (name in tutorials and section not in tutorials[name]):
            yield f"see {key}: “{name}” has no section {section or 'without a name'}"


def _translations(exercise: Exercise, titles: Mapping[str, str]) -> Iterator[str]:
    english = translatable(exercise.folder, titles)
    for language in translations(exercise.folder):
        name = f"texts.{language}.toml"
        try:
            yield from (
                f"{name}: {problem}" for problem in problems_of(read_translation(exercise.folder, language), english)
            )
            yield from (
                f"{name}: {problem}" for problem in _mistakes(read_exercise(exercise.folder, language=language))
            )
        except Fault as fault:
            yield fault.message
        if not (exercise.folder / f"README.{language}.md").is_file():
            yield f"README.{language}.md is missing"
