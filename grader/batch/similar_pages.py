"""One page for each pair of submissions that are alike: both texts side by side, what they share marked.

No script, nothing fetched: Jinja escapes every value, every string is made inert before that, and the page's
Content-Security-Policy allows the one style sheet, by its hash, and nothing else.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable
from functools import cache
from importlib import resources
from pathlib import Path, PurePosixPath

from jinja2 import DictLoader, Environment, StrictUndefined
from markupsafe import Markup

from grader.batch.records import Pair
from grader.batch.similar import Alike, Side
from grader.errors import UsageFault
from grader.files import write_bytes
from grader.text import inert, shorten

FOLDER = PurePosixPath("similar")
MOST_LINES = 1_000
MOST_LINE = 500  # characters


def write_pages(folder: Path, alike: Iterable[Alike]) -> tuple[Pair, ...]:
    """Write the pages below the folder of results, instead of those of an earlier run, and say where each lies.

    Raises UsageFault where a page cannot be written or removed.
    """
    pairs: list[Pair] = []
    for number, each in enumerate(alike, start=1):
        page = FOLDER / f"pair-{number:03}.html"
        write_bytes(folder / page, render_pair(each).encode(), with_folder=True)
        one, other = each.one.entry, each.other.entry
        keys = {"one": one.student.key, "other": other.student.key}
        pairs.append(Pair(exercise=one.exercise, **keys, share=each.share, page=str(page)))
    written = {folder / pair.page for pair in pairs}
    for path in (folder / FOLDER).glob("pair-*.html"):
        if path not in written:
            _remove(path)
    return tuple(pairs)


def render_pair(alike: Alike) -> str:
    """The page of one pair."""
    style = _style()
    return (
        _environment()
        .get_template("page")
        .render(
            alike=alike,
            sides=[_shown(alike.one), _shown(alike.other)],
            style=style,
            style_hash="sha256-" + base64.b64encode(hashlib.sha256(style.encode()).digest()).decode(),
        )
    )


def _shown(side: Side) -> dict[str, object]:
    student = side.entry.student
    return {
        "who": student.name or student.key,
        "file": side.entry.name,
        "lines": [
            (each.label, shorten(each.text, limit=MOST_LINE), each.is_shared) for each in side.lines[:MOST_LINES]
        ],
        "more": max(0, len(side.lines) - MOST_LINES),
    }


def _remove(path: Path) -> None:
    try:
        path.unlink()
    except OSError as problem:
        raise UsageFault(f"{path} of an earlier run cannot be removed: {problem.strerror}.") from None


@cache
def _environment() -> Environment:
    return Environment(
        loader=DictLoader({"page": _file("similar.html.j2")}),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=lambda value: inert(value) if isinstance(value, str) and not isinstance(value, Markup) else value,
        trim_blocks=True,
        lstrip_blocks=True,
    )


@cache
def _style() -> Markup:
    return Markup(_file("similar.css"))  # noqa: S704  (a file of ours)


def _file(name: str) -> str:
    return (resources.files("grader.batch") / "templates" / name).read_text(encoding="utf-8")
