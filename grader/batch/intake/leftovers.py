"""What systems, tools and the grader itself leave behind, and the folders in which there is nothing else.

What is left behind is told by its path alone, or by what lies beside it: a folder called venv is a student's, unless it
has what every virtual environment has.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from grader.batch.intake.archive import CODE_SUFFIXES, Oddity, is_archive_name
from grader.batch.places import STORE, WRITTEN

_SYSTEM_FOLDERS = {
    "__macosx", "__pycache__", ".ipynb_checkpoints", ".git", ".github", ".vscode", ".idea", ".venv", "site-packages",
    "node_modules", ".pytest_cache", ".mypy_cache", ".ruff_cache", "$recycle.bin",
}  # fmt: skip
_SYSTEM_FILES = {
    ".ds_store", "thumbs.db", "desktop.ini", ".gitignore", ".gitattributes", ".gitkeep", ".localized", ".grade.json",
}  # fmt: skip
_ENVIRONMENT = "venv"
_OF_AN_ENVIRONMENT = "pyvenv.cfg"
_RESULTS = "results"


def system_kind(path: str) -> str:
    """What kind of system file this is, or an empty text."""
    *folders, name = path.split("/")
    for folder in folders:
        if folder.casefold() in _SYSTEM_FOLDERS:
            return folder
    if name.casefold() in _SYSTEM_FILES:
        return name
    if name.startswith("._"):
        return "._*"
    return "*.pyc" if name.endswith(".pyc") else ""


def persons_folder(path: str) -> str:
    """The folder around a system file, or a folder's own path, as far down as it is no system's and not hidden."""
    parts = path.split("/")
    ours = (at for at, part in enumerate(parts) if part.casefold() in _SYSTEM_FOLDERS or part.startswith("."))
    return "/".join(parts[: next(ours, len(parts))])


class Surroundings:
    """What the files of an input, known by their paths, say of each other."""

    def __init__(self, paths: Iterable[str]) -> None:
        self._environments: set[str] = set()
        self._results: set[str] = set()
        for path in paths:
            folder, _, name = path.rpartition("/")
            if name == _OF_AN_ENVIRONMENT and folder.rpartition("/")[2].casefold() == _ENVIRONMENT:
                self._environments.add(folder)
            elif name == STORE:
                self._results.add(folder)

    def kind(self, path: str) -> str:
        """What kind of leftover a file or folder is, or an empty text. Code is never taken for a result."""
        if self._environments and any(each in self._environments for each in (path, *_around(path))):
            return _ENVIRONMENT
        if self._results and not path.lower().endswith(CODE_SUFFIXES) and not is_archive_name(path):
            for folder in _around(path):
                if folder in self._results and path[len(folder) :].lstrip("/").partition("/")[0] in WRITTEN:
                    return _RESULTS
        return ""

    def bare(self, files: Iterable[str], folders: Mapping[str, Iterable[str]]) -> Iterator[Oddity]:
        """The folders without any of the `files`, the outermost of those that lie in each other.

        `folders` has the kinds of leftovers in each folder that may be one.
        """
        held = {folder for path in files for folder in _around(path)}
        found: dict[str, set[str]] = {}
        for folder, kinds in folders.items():
            if folder and not self.kind(folder):
                outermost = next((each for each in (*_around(folder), folder) if each and each not in held), None)
                if outermost and outermost not in self._results:
                    found.setdefault(outermost, set()).update(kinds)
        for folder, leftovers in found.items():
            but = f" but {', '.join(sorted(leftovers))}" if leftovers else ""
            yield Oddity(f"{folder}/", f"This folder holds nothing{but}.")


def _around(path: str) -> Iterator[str]:
    """The folders around a path, the outermost first: that is the root, an empty text."""
    yield ""
    at = path.find("/")
    while at >= 0:
        yield path[:at]
        at = path.find("/", at + 1)
