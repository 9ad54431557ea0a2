"""One page for each pair of submissions that are alike: both texts side by side, what they share marked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from grader.batch.places import pair_path, remove_pairs
from grader.batch.records import Pair
from grader.batch.similar import Alike, Side
from grader.files import write_bytes
from grader.reporters import page
from grader.text import shorten

_PACKAGE = "grader.batch"
_NO_NAMES: Mapping[str, str] = {}
MOST_LINES = 1_000
MOST_LINE = 500  # characters


def write_pages(folder: Path, alike: Iterable[Alike], names: Mapping[str, str] = _NO_NAMES) -> tuple[Pair, ...]:
    """Write the pages below the folder of results, instead of those of an earlier run, and say where each lies.

    `names` is what students are to be called, by key. Raises UsageFault where a page cannot be written or removed.
    """
    pairs: list[Pair] = []
    for number, each in enumerate(alike, start=1):
        place = pair_path(number)
        write_bytes(folder / place, render_pair(each, names).encode(), with_folder=True)
        one, other = each.one.entry, each.other.entry
        keys = {"one": one.student.key, "other": other.student.key}
        pairs.append(Pair(exercise=one.exercise, **keys, share=each.share, page=place))
    remove_pairs(folder, but={pair.page for pair in pairs})
    return tuple(pairs)


def render_pair(alike: Alike, names: Mapping[str, str] = _NO_NAMES) -> str:
    """The page of one pair."""
    style = page.ours(_PACKAGE, "similar.css")
    sides = [_shown(side, names) for side in (alike.one, alike.other)]
    return page.render(_PACKAGE, "similar.html.j2", style=style, alike=alike, sides=sides)


def _shown(side: Side, names: Mapping[str, str]) -> dict[str, object]:
    student = side.entry.student
    return {
        "who": names.get(student.key) or student.name or student.key,
        "file": side.entry.name,
        "lines": [
            (each.label, shorten(each.text, limit=MOST_LINE), each.is_shared) for each in side.lines[:MOST_LINES]
        ],
        "more": max(0, len(side.lines) - MOST_LINES),
    }
