"""Gradescope's submission_metadata.yml: by folder, who handed in, when, and for which time.

It is YAML with Ruby symbols for keys (`:submitters:`, `:name:`, `:sid:`, `:email:`, `:created_at:`, `:history:`).

Values are put together from the parser's events, all scalars as text. PyYAML's loaders would read a number of a student
such as 0123 as octal, stop at a Ruby class's name, and call themselves for each level: the one in C crashes on
"[[[[...", the one in Python takes minutes for a large course.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import yaml

from grader.batch.intake.times import read_moment
from grader.batch.students import Student
from grader.errors import UsageFault
from grader.text import inert

_DEEPEST = 50  # levels; an export has some ten


@dataclass(frozen=True, slots=True)
class Record:
    """One submitter of one folder. `attempt` counts the ones before, as `:history:` lists them.

    `unread` is a time of handing in that cannot be read.
    """

    student: Student
    attempt: int
    submitted_at: datetime | None
    unread: str = ""


def parse_metadata(data: bytes) -> dict[str, tuple[Record, ...]]:
    """The submitters of each folder. Raises UsageFault for what is no such file.

    A folder without usable submitters gets none: its files are then reported as nobody's.
    """
    try:
        folders = _values(data)
    except (yaml.YAMLError, ValueError) as problem:
        raise UsageFault(
            "submission_metadata.yml is no valid YAML.", hint="Download the export from Gradescope once more."
        ) from problem
    if not isinstance(folders, dict):
        raise UsageFault("submission_metadata.yml does not list folders with their submitters.")
    return {
        folder: tuple({record.student.key: record for record in _records(about)}.values())
        for folder, about in folders.items()
        if isinstance(about, dict)
    }


def _values(data: bytes) -> Any:
    """The document as dicts with text for keys, lists, and text. Raises ValueError where it is nested too deeply."""
    anchors: dict[str, Any] = {}
    root: list[Any] = []
    unfinished: list[tuple[yaml.Event, list[Any]]] = []
    for event in yaml.parse(data, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)):
        if isinstance(event, yaml.CollectionStartEvent):
            unfinished.append((event, []))
            if len(unfinished) > _DEEPEST:
                raise ValueError
            continue
        if isinstance(event, yaml.CollectionEndEvent):
            event, items = unfinished.pop()
            is_mapping = isinstance(event, yaml.MappingStartEvent)
            value: Any = _mapping(items) if is_mapping else items
        elif isinstance(event, yaml.AliasEvent):
            value = anchors.get(event.anchor)
        elif isinstance(event, yaml.ScalarEvent):
            value = "" if event.implicit[0] and event.value in ("~", "null") else event.value
        else:
            continue
        if not isinstance(event, yaml.AliasEvent) and event.anchor:
            anchors[event.anchor] = value
        (unfinished[-1][1] if unfinished else root).append(value)
    return root[0] if root else None


def _mapping(items: list[Any]) -> dict[str, Any]:
    return {key: value for key, value in zip(items[::2], items[1::2], strict=True) if isinstance(key, str)}


def _records(about: dict[str, Any]) -> Iterator[Record]:
    submitters, history = about.get(":submitters"), about.get(":history")
    attempt = len(history) + 1 if isinstance(history, list) else 1
    says = _text(about.get(":created_at"))
    moment = _time(says)
    for submitter in submitters if isinstance(submitters, list) else ():
        if isinstance(submitter, dict):
            name, sid, email = (_text(submitter.get(key)) for key in (":name", ":sid", ":email"))
            if key := sid or email or name:
                student = Student(key=key, name=name or key, sid=sid, email=email)
                yield Record(student, attempt, moment, unread="" if moment else says)


def _text(value: object) -> str:
    return inert(value.strip()) if isinstance(value, str) else ""


def _time(text: str) -> datetime | None:
    """A time as Ruby writes it: "2026-02-03 10:00:00.000000000 Z", or with an offset such as -08:00."""
    return read_moment(re.sub(r" (?:Z|UTC|([+-]\d\d:?\d\d))$", lambda zone: zone[1] or "Z", text))
