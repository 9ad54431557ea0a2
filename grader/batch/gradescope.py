"""Gradescope's submission_metadata.yml: by folder, who handed in, when, and for which time.

It is YAML with Ruby symbols for keys (`:submitters:`, `:name:`, `:sid:`, `:email:`, `:created_at:`, `:history:`).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import yaml

from grader.batch.students import Student
from grader.errors import UsageFault

_Safe: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # the same in C, thirty times as fast


class _Loader(_Safe):  # type: ignore[misc]
    """The safe loader, for which a Ruby class's name on a mapping, a list or a text is decoration."""


def _plain(loader: Any, _tag: str, node: yaml.Node) -> Any:
    if isinstance(node, yaml.MappingNode):
        return loader.construct_mapping(node, deep=True)
    if isinstance(node, yaml.SequenceNode):
        return loader.construct_sequence(node, deep=True)
    return loader.construct_scalar(node)


_Loader.add_multi_constructor("!", _plain)


@dataclass(frozen=True, slots=True)
class Record:
    """One submitter of one folder. `attempt` counts the ones before, as `:history:` lists them."""

    student: Student
    attempt: int
    submitted_at: datetime | None


def parse_metadata(data: bytes) -> dict[str, tuple[Record, ...]]:
    """The submitters of each folder. Raises UsageFault for what is no such file.

    A folder without usable submitters gets none: its files are then reported as nobody's.
    """
    try:
        folders = yaml.load(data, Loader=_Loader)  # noqa: S506 - a subclass of the safe loader
    except (yaml.YAMLError, RecursionError, ValueError) as problem:
        raise UsageFault(
            "submission_metadata.yml is no valid YAML.", hint="Download the export from Gradescope once more."
        ) from problem
    if not isinstance(folders, dict):
        raise UsageFault("submission_metadata.yml does not list folders with their submitters.")
    return {
        str(folder): tuple({record.student.key: record for record in _records(about)}.values())
        for folder, about in folders.items()
        if isinstance(about, dict)
    }


def _records(about: dict[Any, Any]) -> Iterator[Record]:
    submitters, history = about.get(":submitters"), about.get(":history")
    attempt = len(history) + 1 if isinstance(history, list) else 1
    for submitter in submitters if isinstance(submitters, list) else ():
        if isinstance(submitter, dict):
            name, sid, email = (_text(submitter.get(key)) for key in (":name", ":sid", ":email"))
            if key := sid or email or name:
                yield Record(Student(key=key, name=name or key, sid=sid, email=email), attempt, _time(about))


def _text(value: object) -> str:
    return str(value).strip() if isinstance(value, str | int) else ""


def _time(about: dict[Any, Any]) -> datetime | None:
    value = about.get(":created_at")
    if isinstance(value, datetime):
        return value
    try:
        return datetime.fromisoformat(str(value).replace(" UTC", "+00:00").replace(" Z", "+00:00"))
    except ValueError:
        return None
