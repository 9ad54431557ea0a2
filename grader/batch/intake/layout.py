"""The shapes that a class's work comes in, and how each is recognised from paths alone.

| Shape      | Comes as |
|------------|----------|
| CANVAS     | `lastfirst[_LATE]_<user id>_<attachment id>_<file>`, or `[LATE_]anon_<id>_<attachment id>_<file>` |
| MOODLE     | `Full Name_<participant id>_assignsubmission_file[_]/<file>`, or a group's; or flat with `_<file>` |
| GRADESCOPE | `submission_<id>/<file>` beside submission_metadata.yml |
| NBGRADER   | `submitted/<student>/<assignment>/<file>`, with timestamp.txt |
| CLASSROOM  | `<assignment>-submissions/<assignment>-<account>/<file>` |
| FOLDERS    | `<student>/.../<file>` |
| FILES      | `<student>.py`, also with the exercise in the name or in a folder's |
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from grader.batch.intake.archive import Item, Oddity
from grader.batch.naming import Naming

CODE_SUFFIXES = (".py", ".ipynb")

# Canvas, instructure/canvas-lms lib/content_zipper.rb. The name is in lower case, so LATE is never a part of it. Canvas
# keeps Ruby's [[:word:]], which has the vowel signs of Hindi and Thai, as Python's \w has not.
_CANVAS_NAME = r"(?P<name>[\w\x80-\U0010ffff]*?)"
_CANVAS_USER = rf"(?:(?P<anon_late>LATE_)?anon_(?P<anon>[^\W_]+)|(?:{_CANVAS_NAME}(?P<late>_LATE)?_)?(?P<user>\d+))"
CANVAS = re.compile(_CANVAS_USER + r"_(?P<attachment>\d+)_(?P<file>.+)", re.DOTALL)
CANVAS_TYPED = re.compile(_CANVAS_USER + r"_(?:text|link)\.html")

# Moodle, mod/assign/classes/downloader.php: folders since 3.1 by default, flat as an option.
# A group hands in under its own name and number; those who are in none do so together, without a number.
MOODLE = re.compile(r"(?P<name>.*?)(?:_(?P<id>\d+))?_assignsubmission_(?P<plugin>[a-z]+)(?:_(?P<file>.*))?", re.DOTALL)

GRADESCOPE_METADATA = "submission_metadata.yml"

# Words in the name of a folder that holds a class, and is no student's.
_WRAPPERS = re.compile(r"submission|submitted|export|hand[\W_]?ins?\b|homework|assignment", re.IGNORECASE)
_DEEPEST_WRAPPER = 3


class Shape(StrEnum):
    """What produced the folder or archive."""

    CANVAS = "canvas"
    MOODLE = "moodle"
    GRADESCOPE = "gradescope"
    NBGRADER = "nbgrader"
    CLASSROOM = "classroom"
    FOLDERS = "folders"
    FILES = "files"


@dataclass(frozen=True, slots=True)
class Located:
    """Something below the root that its shape counts from."""

    parts: tuple[str, ...]
    item: Item | Oddity


@dataclass(frozen=True, slots=True)
class Layout:
    """Files below a root of this name."""

    root: str
    files: tuple[Located, ...]

    @property
    def tops(self) -> list[str]:
        """The names directly below the root, in order."""
        return list(dict.fromkeys(file.parts[0] for file in self.files))

    def unwrapped(self) -> Layout | None:
        """The same files counted from the only folder that there is, or None where there are more."""
        if len(self.tops) != 1 or any(len(file.parts) < 2 for file in self.files):
            return None
        return Layout(self.tops[0], tuple(Located(file.parts[1:], file.item) for file in self.files))

    def sections(self) -> list[Layout]:
        """One layout for each folder directly below the root."""
        groups: dict[str, list[Located]] = {}
        for file in self.files:
            if len(file.parts) > 1:
                groups.setdefault(file.parts[0], []).append(Located(file.parts[1:], file.item))
        return [Layout(name, tuple(files)) for name, files in groups.items()]

    def loose(self) -> Layout:
        """The files that lie directly below the root."""
        return Layout(self.root, tuple(file for file in self.files if len(file.parts) == 1))


def recognise(layout: Layout, naming: Naming, *, wanted: Shape | None = None) -> tuple[Shape, tuple[Layout, ...]]:
    """The shape of a layout, or the shape that is `wanted`, and what is to be read in that shape, each from its root.

    There are several where a folder holds an export for each exercise.
    """
    if found := _platform(layout, wanted):
        return found[0], (found[1],)
    sections = layout.sections()
    platforms = [_platform(section, wanted) for section in sections]
    telling = [found for found, section in zip(platforms, sections, strict=True) if any(map(_is_code, section.files))]
    if telling and telling[0] and {found and found[0] for found in telling} == {telling[0][0]}:
        roots = (found[1] if found else section for found, section in zip(platforms, sections, strict=True))
        return telling[0][0], (*roots, layout.loose())
    layout = _without_wrappers(layout, naming)
    if wanted is Shape.FILES:
        while (inner := layout.unwrapped()) is not None:
            layout = inner
    return wanted or _general_shape(layout, naming), (layout,)


def _platform(layout: Layout, wanted: Shape | None) -> tuple[Shape, Layout] | None:
    """The platform that a layout is from, looked for within a few folders that hold all there is."""
    candidate: Layout | None = layout
    for _ in range(_DEEPEST_WRAPPER):
        for shape, looks_like in _LOOKS_LIKE.items():
            if candidate and wanted in (None, shape) and looks_like(candidate):
                return shape, candidate
        candidate = candidate and candidate.unwrapped()
    return None


def _without_wrappers(layout: Layout, naming: Naming) -> Layout:
    for _ in range(_DEEPEST_WRAPPER):
        inner = layout.unwrapped()
        if inner is None or not _is_a_wrapper(layout, inner, naming):
            break
        layout = inner
    return layout


def _is_a_wrapper(layout: Layout, inner: Layout, naming: Naming) -> bool:
    """Whether the one top folder holds the class, rather than being the one student's own."""
    if is_exercise_folder(inner.root, naming) or _WRAPPERS.search(inner.root):
        return True
    code = [file.parts for file in inner.files if _is_code(file)]
    own_folders = {parts[0] for parts in code if len(parts) > 1 and not naming.ids_in(parts[0])}
    return len(own_folders) > 1 or (inner.root == layout.root and len({parts[0] for parts in code}) > 1)


def is_exercise_folder(name: str, naming: Naming) -> bool:
    """Whether a folder is called by an exercise and nobody: "ex2", "ex2-submissions", and not "ada-ex2"."""
    return bool(naming.ids_in(name)) and not _WRAPPERS.sub("", naming.without_names(name)).strip(" _-.s")


def outside_exercise_folders(parts: tuple[str, ...], naming: Naming) -> tuple[str, ...]:
    """The path without the folders that are an exercise's."""
    return (*(part for part in parts[:-1] if not is_exercise_folder(part, naming)), parts[-1])


def classroom_slug(layout: Layout, naming: Naming) -> str:
    """The assignment's name: that of the folder without "-submissions", or what all repositories begin with."""
    repositories = [top for top in layout.tops if "-" in top]
    named = layout.root.removesuffix("-submissions")
    if any(each.startswith(f"{named}-") for each in repositories):
        return named
    if len(repositories) > 1:
        return _shared_start(repositories).rpartition("-")[0]
    # A single repository: the longest beginning that names an exercise, since an account may hold a hyphen too.
    words = "".join(repositories).split("-")
    starts = ["-".join(words[:count]) for count in range(len(words) - 1, 0, -1)]
    return next((start for start in starts if is_exercise_folder(start, naming)), words[0])


def _looks_like_canvas(layout: Layout) -> bool:
    """Canvas gives each attachment a number of its own; in ann_2026_11_ex1.py and bob_2026_11_ex1.py it is a date."""
    tops = layout.tops
    files = [match for top in tops if (match := CANVAS.fullmatch(top)) and (match["name"] or match["anon"])]
    typed = [top for top in tops if CANVAS_TYPED.fullmatch(top)]
    are_attachments = len({match["attachment"] for match in files}) == len(files) > 0
    return are_attachments and 2 * (len(files) + len(typed)) >= len(tops)


def _looks_like_moodle(layout: Layout) -> bool:
    return any(MOODLE.fullmatch(top) for top in layout.tops)


def _looks_like_gradescope(layout: Layout) -> bool:
    return any(file.parts == (GRADESCOPE_METADATA,) for file in layout.files)


def _looks_like_nbgrader(layout: Layout) -> bool:
    if layout.root == "submitted":
        return any(len(file.parts) >= 3 for file in layout.files)
    return any(file.parts[0] == "submitted" and len(file.parts) >= 4 for file in layout.files)


def _looks_like_classroom(layout: Layout) -> bool:
    slug = layout.root.removesuffix("-submissions")
    if slug == layout.root:
        return False
    folders = {file.parts[0] for file in layout.files if len(file.parts) > 1} - {layout.root}
    loose = sum(len(file.parts) == 1 and _is_code(file) for file in layout.files)
    return sum(folder.startswith(f"{slug}-") for folder in folders) > loose


_LOOKS_LIKE: dict[Shape, Callable[[Layout], bool]] = {
    Shape.GRADESCOPE: _looks_like_gradescope,
    Shape.MOODLE: _looks_like_moodle,
    Shape.CANVAS: _looks_like_canvas,
    Shape.NBGRADER: _looks_like_nbgrader,
    Shape.CLASSROOM: _looks_like_classroom,
}


def _general_shape(layout: Layout, naming: Naming) -> Shape:
    """FOLDERS, where folders of the students' own outnumber code that lies loose, and FILES otherwise."""
    code = [outside_exercise_folders(file.parts, naming) for file in layout.files if _is_code(file)]
    own = {parts[0] for parts in code if len(parts) > 1}
    loose = sum(len(parts) == 1 for parts in code)
    return Shape.FOLDERS if len(own) > loose else Shape.FILES


def _is_code(file: Located) -> bool:
    return file.parts[-1].lower().endswith(CODE_SUFFIXES)


def _shared_start(names: list[str]) -> str:
    """What all the names begin with."""
    low, high = min(names), max(names)
    return low[: next((at for at, (one, other) in enumerate(zip(low, high, strict=False)) if one != other), len(low))]
