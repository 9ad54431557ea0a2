"""A file or a notebook, read as a `Submission`: bytes of Python source, with a way back to cells and lines.

Nothing of it is parsed as Python here: that happens in the sandbox, where a text made to break a parser breaks
nothing else.
"""

from __future__ import annotations

import difflib
import hashlib
import itertools
import os
import re
import stat
from dataclasses import dataclass
from pathlib import Path

from grader.errors import Unreadable, UsageFault
from grader.model import Place, SubmissionId

MOST_SOURCE_BYTES = 1 << 20  # a thousand times a long solution
MOST_NOTEBOOK_BYTES = 32 << 20  # outputs with pictures count
COMPILES = re.compile(
    rb"functorch|torch\.(func|compile|onnx|utils\.checkpoint)\b|from torch import .*\b(func|compile)\b"
)
MOST_NEIGHBOURS = 1_000  # files whose names are looked at for one that is nearly right


@dataclass(frozen=True, slots=True)
class Cell:
    """A code cell of a notebook: its number among the code cells from 1, and where it starts in the source."""

    number: int
    first_line: int
    title: str


@dataclass(frozen=True, slots=True)
class Submission:
    """What a student handed in, as one module. `cells` is empty for a file.

    `is_notebook`: it may use IPython's own names, as a file that was made from a notebook does as well. Where `fault`
    is set there is nothing to run, and it says why.
    """

    id: SubmissionId
    source: bytes = b""
    cells: tuple[Cell, ...] = ()
    fault: Unreadable | None = None
    is_notebook: bool = False

    @property
    def may_compile(self) -> bool:
        """Whether its text names what imports torch's compiler, which takes as long again as importing torch."""
        return COMPILES.search(self.source) is not None

    def place(self, line: int, lines: list[str], function: str = "") -> Place:
        """Where line `line` of the source (from 1) stands for the student; `lines` is the source's text."""
        code = lines[line - 1].strip() if 0 < line <= len(lines) else ""
        function = "" if function == "<module>" else function
        cell = next((cell for cell in reversed(self.cells) if cell.first_line <= line), None)
        if cell is None:
            return Place(line=line, code=code, function=function)
        inner = line - cell.first_line + 1
        return Place(line=inner, code=code, function=function, cell=cell.number, cell_first_line=cell.title)


def read_submission(path: Path) -> Submission:
    """Read a .py file or a notebook. Raises UsageFault where there is no such file."""
    data, size = read_file(path)
    return make_submission(path.name, data, size=size)


def make_submission(name: str, data: bytes, *, size: int | None = None) -> Submission:
    """The submission that a file's name and bytes are. `size`: the file's own, where `data` is only its beginning."""
    identity = SubmissionId(name=name, sha256=hashlib.sha256(data).hexdigest())
    try:
        is_notebook = name.endswith(".ipynb") or _looks_like_a_notebook(data)
        if size is not None and size > len(data):
            raise _too_large(name, size, MOST_NOTEBOOK_BYTES if is_notebook else MOST_SOURCE_BYTES)
        if is_notebook:
            return _from_notebook(identity, data)
        _refuse_what_is_no_source(name, data)
        if _has_cells_with_magics(data):
            return _from_percent_script(identity, data)
    except Unreadable as fault:
        return Submission(identity, fault=fault)
    return Submission(identity, data, is_notebook=b"get_ipython(" in data)  # exported from a notebook, magics and all


def _from_notebook(identity: SubmissionId, data: bytes) -> Submission:
    # nbformat and IPython take 0.3 s to import, which a plain file need not wait for.
    from grader.notebook import as_python, code_cells

    sources = code_cells(identity.name, data)
    _refuse_too_large(identity.name, sum(map(len, sources)))  # before IPython reads them: it takes seconds a megabyte
    lines: list[str] = []
    cells: list[Cell] = []
    for number, (title, python) in enumerate(as_python(identity.name, sources), start=1):
        cells.append(Cell(number=number, first_line=len(lines) + 1, title=title))
        lines.extend(python.split("\n"))
    source = "\n".join(lines).encode("utf-8", errors="surrogatepass")
    _refuse_what_is_no_source(identity.name, source)
    return Submission(identity, source, tuple(cells), is_notebook=True)


def _from_percent_script(identity: SubmissionId, data: bytes) -> Submission:
    from grader.notebook import percent_script

    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:  # Python will say what is wrong, or read it by its coding cookie
        return Submission(identity, data)
    source = percent_script(text).encode()
    return Submission(identity, source, is_notebook=True)


def _refuse_what_is_no_source(name: str, data: bytes) -> None:
    _refuse_too_large(name, len(data))
    if not data.strip():
        raise Unreadable(f"{name} is empty.", hint="Save your solution to the file first.")
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise Unreadable(f"{name} is UTF-16 text, which Python cannot run.", hint="Save it as UTF-8.")
    if b"\0" in data:
        raise Unreadable(f"{name} is a binary file, not Python source.", hint="Hand in the .py file itself.")


def _refuse_too_large(name: str, size: int) -> None:
    if size > MOST_SOURCE_BYTES:
        raise _too_large(name, size, MOST_SOURCE_BYTES)


def _too_large(name: str, size: int, most: int) -> Unreadable:
    return Unreadable(
        f"{name} has {size / 1e6:.1f} MB; {most / 1e6:.1f} MB is the most.",
        hint="Hand in the code only: data, weights and outputs do not belong into it.",
    )


def _looks_like_a_notebook(data: bytes) -> bool:
    return data.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{") and b'"cells"' in data and b'"nbformat"' in data


def _has_cells_with_magics(data: bytes) -> bool:
    """Whether a script is divided by `# %%` lines, and a line of it may be a magic, a shell command or help."""
    return bool(re.search(rb"(?m)^#[ \t]*%%", data) and re.search(rb"(?m)^[ \t]*[%!?]|=[ \t]*[%!]|\?[ \t]*\r?$", data))


def read_file(path: Path) -> tuple[bytes, int]:
    """The file's bytes, as many as may be read, and its size. Raises UsageFault where there is no such file."""
    try:
        if path.is_dir():
            raise UsageFault(f"{path} is a folder.", hint="Name the file in it, such as my_solution.py.")
        _refuse_link_elsewhere(path)
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    except FileNotFoundError:
        raise UsageFault(f"There is no file {path}.", hint=_similar_files(path)) from None
    except OSError as problem:
        raise UsageFault(f"{path} cannot be read: {problem.strerror}.") from None
    except RuntimeError:  # what Path.resolve makes of a link to itself before Python 3.13
        raise UsageFault(f"{path} is a link to itself.") from None
    try:
        with os.fdopen(descriptor, "rb") as file:
            about = os.fstat(file.fileno())
            if not stat.S_ISREG(about.st_mode):
                raise UsageFault(f"{path} is no ordinary file.", hint="Name a .py file or a notebook.")
            return file.read(MOST_NOTEBOOK_BYTES), about.st_size
    except OSError as problem:
        raise UsageFault(f"{path} cannot be read: {problem.strerror}.") from None


def _refuse_link_elsewhere(path: Path) -> None:
    """A link that leads out of its own folder could make a report show another file's lines."""
    if path.is_symlink() and not path.resolve().is_relative_to(path.parent.resolve()):
        raise UsageFault(f"{path} is a link to a file elsewhere.", hint="Name the file itself.")


def _similar_files(path: Path) -> str:
    folder = path.parent
    try:
        names = [entry.name for entry in itertools.islice(folder.iterdir(), MOST_NEIGHBOURS)]
    except OSError:  # there is no such folder, or nobody may look into it
        return ""
    names = [name for name in names if name.endswith((".py", ".ipynb"))]
    close = difflib.get_close_matches(path.name, names, n=1)
    return f"Did you mean {folder / close[0]}?" if close else ""
