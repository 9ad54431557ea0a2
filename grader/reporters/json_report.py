"""The report as data, and data as a report.

`report.schema.json`, beside this module, describes it field by field.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from importlib import resources
from typing import Any

from grader.model import (
    Audience,
    CheckResult,
    Environment,
    Figure,
    Look,
    Map,
    Place,
    Point,
    Report,
    Series,
    Status,
    SubmissionId,
    Verdict,
    Visibility,
)
from grader.text import inert

# Without an indent, which is written in Python number by number: this one is written in C.
_encode = json.JSONEncoder(allow_nan=False).encode

# Under these keys there are numbers and nothing else, by the thousand: no string to make inert.
_NUMBERS = frozenset({"values", "outline", "points"})


def render_json(report: Report) -> str:
    """`report` as JSON in ASCII, its keys always in the same order: a line for each, and for each item of a list."""
    data = _inert(to_dict(report))
    return "{\n" + ",\n".join(f"  {_encode(key)}: {_laid_out(value)}" for key, value in data.items()) + "\n}\n"


def from_text(text: str) -> Report:
    """The report that `render_json` wrote, its texts inert. Raises as `from_dict` does."""
    return from_dict(json.loads(text))


def json_schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of `render_json`'s output."""
    text = resources.files("grader.reporters").joinpath("report.schema.json").read_text(encoding="utf-8")
    schema: dict[str, Any] = json.loads(text)
    return schema


def to_dict(report: Report) -> dict[str, Any]:
    """`report` as plain data. A value of a figure that is no finite number becomes None."""
    return {
        "schema_version": report.schema_version,
        "exercise": report.exercise,
        "title": report.title,
        "submission": {"name": report.submission.name, "sha256": report.submission.sha256},
        "verdict": report.verdict.value,
        "score": report.score,
        "max_score": report.max_score,
        "notes": list(report.notes),
        "reason": report.reason,
        "why": report.why,
        "hint": report.hint,
        "see": report.see,
        "trace": [_place_to_dict(place) for place in report.trace],
        "checks": [_check_to_dict(check) for check in report.checks],
        "advice": list(report.advice),
        "output": report.output,
        "seed": report.seed,
        "audience": report.audience.value,
        "environment": {
            "python": report.environment.python,
            "torch": report.environment.torch,
            "grader": report.environment.grader,
            "isolation": list(report.environment.isolation),
        },
        "language": report.language,
        "duration_s": report.duration_s,
    }


def from_dict(data: Mapping[str, Any]) -> Report:
    """The report that `to_dict` wrote, now or in an earlier version 1. What was None in a figure becomes NaN.

    :raises KeyError: a field is missing
    :raises ValueError: a status, verdict, visibility or audience is unknown
    """
    environment = data["environment"]
    return Report(
        exercise=data["exercise"],
        title=data["title"],
        submission=SubmissionId(name=data["submission"]["name"], sha256=data["submission"]["sha256"]),
        verdict=Verdict(data["verdict"]),
        score=data["score"],
        max_score=data["max_score"],
        notes=tuple(data.get("notes", ())),  # since 1.1
        reason=data["reason"],
        why=data.get("why", ""),  # since 1.2, as all that is asked for with `get` below
        hint=data["hint"],
        see=data.get("see", ""),
        trace=tuple(_place_from_dict(place) for place in data["trace"]),
        checks=tuple(_check_from_dict(check) for check in data["checks"]),
        advice=tuple(data["advice"]),
        output=data["output"],
        seed=data["seed"],
        audience=Audience(data["audience"]),
        environment=Environment(
            python=environment["python"],
            torch=environment["torch"],
            grader=environment["grader"],
            isolation=tuple(environment["isolation"]),
        ),
        language=data.get("language", "en"),
        duration_s=data["duration_s"],
    )


def _check_to_dict(check: CheckResult) -> dict[str, Any]:
    return {
        "id": check.id,
        "title": check.title,
        "status": check.status.value,
        "points": check.points,
        "max_points": check.max_points,
        "visibility": check.visibility.value,
        "reason": check.reason,
        "detail": check.detail,
        "why": check.why,
        "hint": check.hint,
        "see": check.see,
        "mistake": check.mistake,
        "trace": [_place_to_dict(place) for place in check.trace],
        "figures": [_figure_to_dict(figure) for figure in check.figures],
        "maps": [_map_to_dict(map_) for map_ in check.maps],
        "duration_s": check.duration_s,
    }


def _check_from_dict(data: Mapping[str, Any]) -> CheckResult:
    return CheckResult(
        id=data["id"],
        title=data["title"],
        status=Status(data["status"]),
        points=data["points"],
        max_points=data["max_points"],
        visibility=Visibility(data["visibility"]),
        reason=data["reason"],
        detail=data["detail"],
        why=data.get("why", ""),
        hint=data["hint"],
        see=data.get("see", ""),
        mistake=data["mistake"],
        trace=tuple(_place_from_dict(place) for place in data["trace"]),
        figures=tuple(_figure_from_dict(figure) for figure in data["figures"]),
        maps=tuple(_map_from_dict(map_) for map_ in data.get("maps", ())),
        duration_s=data["duration_s"],
    )


def _place_to_dict(place: Place) -> dict[str, Any]:
    return {
        "line": place.line,
        "code": place.code,
        "function": place.function,
        "cell": place.cell,
        "cell_first_line": place.cell_first_line,
    }


def _place_from_dict(data: Mapping[str, Any]) -> Place:
    return Place(
        line=data["line"],
        code=data["code"],
        function=data["function"],
        cell=data["cell"],
        cell_first_line=data["cell_first_line"],
    )


def _figure_to_dict(figure: Figure) -> dict[str, Any]:
    return {
        "title": figure.title,
        "x_label": figure.x_label,
        "y_label": figure.y_label,
        "x_start": figure.x_start,
        "series": [
            {
                "label": series.label,
                "values": [value if math.isfinite(value) else None for value in series.values],
            }
            for series in figure.series
        ],
        "look": figure.look.value,
    }


def _figure_from_dict(data: Mapping[str, Any]) -> Figure:
    return Figure(
        title=data["title"],
        x_label=data["x_label"],
        y_label=data["y_label"],
        x_start=data["x_start"],
        series=tuple(
            Series(
                label=series["label"],
                values=tuple(math.nan if value is None else float(value) for value in series["values"]),
            )
            for series in data["series"]
        ),
        look=Look(data.get("look", Look.CURVES)),
    )


def _map_to_dict(map_: Map) -> dict[str, Any]:
    return {
        "title": map_.title,
        "x_label": map_.x_label,
        "y_label": map_.y_label,
        "reach": map_.reach,
        "levels": [" ".join(["%d"] * len(row)) % row for row in map_.levels],  # shorter than numbers with commas
        "outline": [list(corner) for corner in map_.outline],
        "points": [{"x": point.x, "y": point.y, "label": point.label} for point in map_.points],
        "summary": map_.summary,
    }


def _map_from_dict(data: Mapping[str, Any]) -> Map:
    return Map(
        title=data["title"],
        x_label=data["x_label"],
        y_label=data["y_label"],
        reach=data["reach"],
        levels=tuple(tuple(map(int, row.split())) for row in data["levels"]),
        outline=tuple((float(x), float(y)) for x, y in data["outline"]),
        points=tuple(Point(x=point["x"], y=point["y"], label=point["label"]) for point in data["points"]),
        summary=data["summary"],
    )


def _laid_out(value: Any) -> str:
    """The value of one of the report's keys as JSON."""
    if not isinstance(value, list) or not value:
        return _encode(value)
    return "[\n" + ",\n".join(f"    {_encode(item)}" for item in value) + "\n  ]"


def _inert(data: Any) -> Any:
    """`data` with every string inert: a lone surrogate is no Unicode text, and logs read JSON too."""
    if isinstance(data, str):
        return inert(data)
    if isinstance(data, list):
        return [_inert(item) for item in data]
    if isinstance(data, dict):
        return {key: value if key in _NUMBERS else _inert(value) for key, value in data.items()}
    return data
