"""A notebook's code cells as plain Python, in document order.

Line magics, `!` lines and `?` help become calls of a shell that does nothing, by IPython's own rules for what such
a line is. A cell magic that runs Python keeps its cell; any other drops it.
"""

from __future__ import annotations

import contextlib
import json
import re
import warnings
from typing import Any

import nbformat
from IPython.core.inputtransformer2 import TransformerManager

from grader.errors import Unreadable

MOST_CELLS = 5_000
MOST_MAGIC_WORK = 500_000  # characters: IPython reads a cell again for each magic line in it
RUNS_PYTHON = frozenset({"time", "timeit", "capture", "prun", "python", "python3", "pypy", "memit", "mprun"})


def code_cells(name: str, data: bytes) -> list[tuple[str, str]]:
    """For each code cell: its first line, and its Python in as many lines as it has. Raises Unreadable."""
    sources = _sources(name, data)
    if _magic_work(sources) > MOST_MAGIC_WORK:
        raise Unreadable(f"{name} has too many magic and shell lines.", hint="Remove the lines that begin with % or !.")
    if not any(source.strip() for source in sources):
        raise Unreadable(f"{name} has no code cells.", hint="Write the solution into code cells and save.")
    return [(_first_line(source), as_python(source)) for source in sources]


def percent_script(text: str) -> str:
    """A script in cells, each below a line such as `# %%`, its magics as in a notebook; no line moves.

    One with too many lines that may be magics comes back as it is: most likely they are none.
    """
    parts = re.split(r"(?m)^(#[ \t]*%%.*\n?)", text.replace("\r\n", "\n").replace("\r", "\n"))
    if _magic_work(parts[::2]) > MOST_MAGIC_WORK:
        return text
    return "".join(as_python(part) if _magic_lines(part) else part for part in parts)


def _magic_work(sources: list[str]) -> int:
    return sum(len(source) * _magic_lines(source) for source in sources)


def _sources(name: str, data: bytes) -> list[str]:
    try:
        text = data.decode("utf-8-sig")
        _refuse_too_many_cells(name, json.loads(text))  # nbformat takes 7 s for 100,000
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # a notebook's small faults are nbformat's to repair, not ours to print
            notebook: Any = nbformat.reads(text, as_version=4)
        cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
        sources = [cell.source if isinstance(cell.source, str) else "".join(cell.source) for cell in cells]
    except Unreadable:
        raise
    except json.JSONDecodeError as problem:
        raise Unreadable(f"{name} is no notebook: {problem.msg} at line {problem.lineno}.", hint=SAVE_AGAIN) from None
    except Exception as problem:  # noqa: BLE001  # nbformat raises a dozen kinds for what is no notebook
        raise Unreadable(
            f"{name} is no notebook that can be read ({type(problem).__name__}).", hint=SAVE_AGAIN
        ) from None
    return [source.replace("\r\n", "\n").replace("\r", "\n") for source in sources]


def _refuse_too_many_cells(name: str, notebook: Any) -> None:
    sheets = [notebook, *notebook.get("worksheets", [])]  # format 3 has its cells a level down
    count = sum(len(sheet.get("cells", [])) for sheet in sheets)
    if count > MOST_CELLS:
        raise Unreadable(
            f"{name} has {count} cells; {MOST_CELLS} is the most.", hint="Hand in the exercise's cells only."
        )


def _magic_lines(source: str) -> int:
    """How many lines IPython may take for magic, shell or help: never fewer than there are."""
    return len(re.findall(r"(?m)^\s*[%!?]|=\s*[%!]|\?\s*$", source))


def as_python(source: str) -> str:
    """A cell as plain Python with at least as many lines as it had, or none of it."""
    lines = source.split("\n")
    first = next((index for index, line in enumerate(lines) if line.strip()), None)
    if first is None:
        return source
    if lines[first].lstrip().startswith("%%"):
        magic = lines[first].lstrip(" %").split(" ")[0].strip()
        if magic not in RUNS_PYTHON:
            return "\n" * (len(lines) - 1)
        lines[first] = ""
    return _fitted(_transformed(lines), len(lines))


def _transformed(lines: list[str]) -> str:
    blank = next((index for index, line in enumerate(lines) if line.strip()), len(lines))
    source = "\n".join(lines[blank:])
    with contextlib.suppress(SyntaxError, RuntimeError):  # Python will say what is wrong, and where
        source = str(TransformerManager().transform_cell(source))
    return "\n" * blank + source  # IPython drops leading blank lines, which would move every line number


def _fitted(text: str, count: int) -> str:
    """The text in exactly `count` lines where it has fewer: line numbers of later cells must not move."""
    lines = text.rstrip("\n").split("\n")
    return "\n".join([*lines, *[""] * (count - len(lines))])


def _first_line(source: str) -> str:
    return next((line.strip() for line in source.split("\n") if line.strip()), "")


SAVE_AGAIN = "Open it in Jupyter, save it again and hand that in."
