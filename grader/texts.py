"""What an exercise says, in another language: `texts.de.toml` and `README.de.md` beside the English ones.

An exercise is written in English: its texts in exercise.toml, the titles of its checks in checks.py, its statement in
README.md. A translation holds the same texts under the same keys, and whatever it lacks stays English:

    title = ...   summary = ...   hints = [...]
    [checks]      a title for each check's id
    [see]         [advice]        a text for each key
    [mistakes.x]  what, why, hint
"""

from __future__ import annotations

import json
import re
import string
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from grader.errors import ExerciseFault, UsageFault

ENGLISH = "en"
TEXTS = ("title", "summary", "hints", "see", "advice")
PARTS = ("what", "why", "hint")  # of a mistake, each to be translated
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Z]{2})?")


def known_language(language: str) -> str:
    """The language, if it is written as one: it becomes a part of a file's name. Raises UsageFault."""
    if not _LANGUAGE.fullmatch(language):
        raise UsageFault(f"{language!r} is no language.", hint="Write it as de, fr or pt-BR.")
    return language


def read_translation(folder: Path, language: str) -> dict[str, Any]:
    """The texts of an exercise's folder in this language; empty where it has none.

    Raises UsageFault for what is no language, ExerciseFault for a file that is no TOML.
    """
    path = folder / f"texts.{known_language(language)}.toml"
    if language == ENGLISH or not path.is_file():
        return {}
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as problem:  # no TOML, or not in UTF-8
        raise ExerciseFault(f"{path} cannot be used: {problem}.") from problem


def translations(folder: Path) -> list[str]:
    """The languages that an exercise has texts in, beside English."""
    return sorted(path.name.split(".")[1] for path in folder.glob("texts.*.toml"))


def translated(data: Mapping[str, Any], translation: Mapping[str, Any]) -> dict[str, Any]:
    """exercise.toml's data with each text that the translation has for it. Nothing but texts is taken from there."""
    mistakes = _table(translation, "mistakes")
    texts = {key: translation[key] for key in TEXTS if key in translation}
    texts["mistakes"] = {id_: {part: _table(mistakes, id_).get(part) for part in PARTS} for id_ in mistakes}
    return {key: _overlaid(value, texts.get(key)) for key, value in data.items()}


def translated_titles(translation: Mapping[str, Any]) -> dict[str, str]:
    """The checks' titles in a translation, by their ids."""
    return {id_: title for id_, title in _table(translation, "checks").items() if _is_text(title)}


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _overlaid(value: Any, other: Any) -> Any:
    if isinstance(value, dict) and isinstance(other, dict):
        return {key: _overlaid(part, other.get(key)) for key, part in value.items()}
    if isinstance(value, list) and isinstance(other, list):
        return [_overlaid(part, other[at] if at < len(other) else None) for at, part in enumerate(value)]
    return other if isinstance(value, str) and _is_text(other) else value


def _table(data: Mapping[str, Any], key: str) -> dict[str, Any]:
    found = data.get(key)
    return found if isinstance(found, dict) else {}


def translatable(folder: Path, titles: Mapping[str, str]) -> dict[str, str]:
    """Every text that a translation has to have, by its dotted key: those of exercise.toml and the checks' titles."""
    data = tomllib.loads((folder / "exercise.toml").read_text(encoding="utf-8"))
    mistakes = {id_: {part: texts[part] for part in PARTS} for id_, texts in data.get("mistakes", {}).items()}
    top = {key: data[key] for key in TEXTS if key in data}
    return dict(_flat({**top, "checks": dict(titles), "mistakes": mistakes}))


def as_toml(folder: Path, language: str, titles: Mapping[str, str]) -> str:
    """Every text that a translation has to have, as a texts.de.toml of its own: as translated, or else in English."""
    texts = {**translatable(folder, titles), **dict(_flat(read_translation(folder, language)))}
    hints = [text for key, text in texts.items() if key.startswith("hints.")]
    top = {key: text for key, text in texts.items() if "." not in key}
    lines = [f"{key} = {_quoted(text)}" for key, text in top.items()]
    lines += ["hints = [", *(f"    {_quoted(hint)}," for hint in hints), "]"]
    table = ""
    for key, text in texts.items():
        head, _, name = key.rpartition(".")
        if not head or head == "hints":
            continue
        if head != table:
            lines += ["", f"[{head}]"]
            table = head
        lines.append(f"{name} = {_quoted(text)}")
    return "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)  # what JSON quotes so, TOML reads as the same text


def problems_of(translation: Mapping[str, Any], english: Mapping[str, str]) -> list[str]:
    """What is wrong with a translation: a key that is missing, unknown or empty, other {placeholders}."""
    texts = dict(_flat(translation))
    problems = [f"{key} is missing" for key in english if key not in texts]
    problems += [f"{key} is unknown" for key in texts if key not in english]
    problems += [f"{key} is empty" for key, text in texts.items() if not text.strip()]
    return problems + [
        f"{key} has other placeholders"
        for key in english
        if key in texts and _placeholders(texts[key]) != _placeholders(english[key])
    ]


def _placeholders(text: str) -> set[str] | None:
    try:
        return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}
    except ValueError:  # a lone brace: in a text that is no template, such as a hint, it may stand
        return None


def _flat(data: Any, key: str = "") -> Iterator[tuple[str, str]]:
    parts = data.items() if isinstance(data, Mapping) else enumerate(data, 1) if isinstance(data, list) else None
    if parts is None:
        yield key, str(data)
        return
    for name, part in parts:
        yield from _flat(part, f"{key}.{name}" if key else str(name))
