"""A notebook's code cells as plain Python, in document order.

Line magics, `!` lines and `?` help become calls of a shell that does nothing, by IPython's own rules for what such
a line is. A cell magic that runs Python keeps its cell; any other drops it.
"""

from __future__ import annotations

import itertools
import json
import re
import warnings
from typing import Any

import nbformat
from IPython.core.inputtransformer2 import HelpEnd, TransformerManager

from grader.errors import Unreadable

MOST_CELLS = 5_000
MOST_JSON_WORK = 3_000_000  # numbers of some 32 bytes; a string counts as three, a key as four, a list or object as ten
MOST_HELP = 1_000  # characters of a statement that ends in "?": IPython's pattern for it takes their square
MOST_READING = 400_000  # words and signs, an eighth of the length, ten for each reading: in 3 s a million
RUNS_PYTHON = frozenset({"time", "timeit", "capture", "prun", "python", "python3", "pypy", "memit", "mprun"})


def as_python(name: str, sources: list[str]) -> list[tuple[str, str]]:
    """For each code cell: its first line, and its Python in as many lines as it has. Raises Unreadable."""
    if not any(source.strip() for source in sources):
        raise Unreadable(f"{name} has no code cells.", hint="Write the solution into code cells and save.")
    ipython = _IPython(name)
    return [(_first_line(source), _as_python(source, ipython)) for source in sources]


def cell_as_python(name: str, source: str) -> str:
    """One cell's Python, in as many lines as it has. Raises Unreadable."""
    return _as_python(source, _IPython(name))


def percent_script(text: str) -> str:
    """A script in cells, each below a line such as `# %%`, its magics as in a notebook; no line moves.

    One with too many lines that may be magics comes back as it is: most likely they are none.
    """
    parts = re.split(r"(?m)^(#[ \t]*%%.*\n?)", text.replace("\r\n", "\n").replace("\r", "\n"))
    ipython = _IPython("The script")
    try:
        return "".join(_as_python(part, ipython) if _MAGIC.search(part) else part for part in parts)
    except Unreadable:
        return text


def code_cells(name: str, data: bytes) -> list[str]:
    """What the code cells hold, in document order. Raises Unreadable for what is no notebook."""
    try:
        text = data.decode("utf-8-sig")
        _refuse_too_much_json(name, text)
        notebook = json.loads(text)
        _refuse_too_many_cells(name, notebook)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # a notebook's small faults are nbformat's to repair, not ours to print
            read: Any = nbformat.reads(json.dumps(_bare(notebook)), as_version=4)
        sources = [cell.source if isinstance(cell.source, str) else "".join(cell.source) for cell in read.cells]
    except Unreadable:
        raise
    except json.JSONDecodeError as problem:
        raise Unreadable(f"{name} is no notebook: {problem.msg} at line {problem.lineno}.", hint=SAVE_AGAIN) from None
    except Exception as problem:  # noqa: BLE001  # nbformat raises a dozen kinds for what is no notebook
        raise Unreadable(
            f"{name} is no notebook that can be read ({type(problem).__name__}).", hint=SAVE_AGAIN
        ) from None
    return [source.replace("\r\n", "\n").replace("\r", "\n") for source in sources]


def _refuse_too_much_json(name: str, text: str) -> None:
    """JSON's small values take up to a hundred times their length. What strings hold, pictures say, is not counted."""
    if _json_work(text) + text.count('"') > MOST_JSON_WORK:
        strings = itertools.islice(_STRING.finditer(text), MOST_JSON_WORK // 2 + 1)
        if _json_work(text) + sum(2 - _json_work(it[0]) for it in strings) > MOST_JSON_WORK:
            hint = "Clear its outputs (Edit menu), save it, hand that in."
            raise Unreadable(f"{name} holds too many values.", hint=hint)


def _json_work(text: str) -> int:
    return text.count(",") + text.count(":") + 10 * (text.count("[") + text.count("{"))


def _bare(notebook: dict[str, Any]) -> dict[str, Any]:
    """A notebook of nothing but code: what else is in it may be anything, and nbformat takes its time for it."""
    bare: dict[str, Any] = {key: notebook[key] for key in ("nbformat", "nbformat_minor") if key in notebook}
    if "cells" in notebook:
        return {**bare, "metadata": {}, "cells": _bare_cells(notebook["cells"])}
    sheets = [{"metadata": {}, "cells": _bare_cells(sheet["cells"])} for sheet in notebook["worksheets"]]
    return {**bare, "metadata": {}, "worksheets": sheets}


def _bare_cells(cells: list[dict[str, Any]]) -> list[dict[str, Any]]:
    kept = ("cell_type", "source", "input", "language")
    code = [cell for cell in cells if cell["cell_type"] == "code"]
    return [{key: _joined(cell[key]) for key in kept if key in cell} | {"metadata": {}, "outputs": []} for cell in code]


def _joined(text: Any) -> Any:
    return "".join(text) if isinstance(text, list) else text


def _refuse_too_many_cells(name: str, notebook: Any) -> None:
    sheets = [notebook, *notebook.get("worksheets", [])]  # format 3 has its cells a level down
    count = sum(len(sheet.get("cells", [])) for sheet in sheets)
    if count > MOST_CELLS:
        raise Unreadable(
            f"{name} has {count} cells; {MOST_CELLS} is the most.", hint="Hand in the exercise's cells only."
        )


def _as_python(source: str, ipython: _IPython) -> str:
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
    return _fitted(_transformed(lines, ipython), len(lines))


def _transformed(lines: list[str], ipython: _IPython) -> str:
    blank = next((index for index, line in enumerate(lines) if line.strip()), len(lines))
    source = "\n".join(lines[blank:])
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            source = str(ipython.transform_cell(source))
    except Unreadable:
        raise
    except Exception:  # noqa: BLE001  # IPython fails in many ways: Python will say what is wrong, and where
        return "\n".join(lines)
    return "\n" * blank + source  # IPython drops leading blank lines, which would move every line number


def _fitted(text: str, count: int) -> str:
    """The text in exactly `count` lines where it has fewer: line numbers of later cells must not move."""
    lines = text.rstrip("\n").split("\n")
    return "\n".join([*lines, *[""] * (count - len(lines))])


def _first_line(source: str) -> str:
    return next((line.strip() for line in source.split("\n") if line.strip()), "")


class _ShortHelp(HelpEnd):  # type: ignore[misc]
    """`name?` where it is short; Python may say what it thinks of the rest."""

    def transform(self, lines: list[str]) -> Any:
        if sum(map(len, lines[self.start_line : self.q_line + 1])) > MOST_HELP:
            raise SyntaxError("too long for a line of help")
        return super().transform(lines)


class _IPython(TransformerManager):  # type: ignore[misc]
    """IPython's rules for a notebook's cells, ended where applying them takes too long: after about a second.

    It reads a cell again for each magic line in it, most of all those that are short of space.
    """

    def __init__(self, name: str) -> None:
        super().__init__()
        usual = TransformerManager().token_transformers
        self.token_transformers: list[Any] = [_ShortHelp if each is HelpEnd else each for each in usual]
        self._name = name
        self._read = 0

    def do_token_transforms(self, lines: list[str]) -> Any:
        return super().do_token_transforms(lines) if any(map(_MAGIC.search, lines)) else lines

    def do_one_token_transform(self, lines: list[str]) -> Any:
        text = "".join(lines)
        self._read += 10 + _TOKEN.subn("", text)[1] + len(text) // 8
        if self._read > MOST_READING:
            raise Unreadable(
                f"{self._name} has too many magic and shell lines.", hint="Remove the lines that begin with % or !."
            )
        return super().do_one_token_transform(lines)


_MAGIC = re.compile(r"(?m)^\s*+[%!?,;/]|=\s*+[%!]|\?\s*$")  # never less than IPython takes for one
_TOKEN = re.compile(r"\w+|[^\w \t]")
_STRING = re.compile(r'"(?:[^"\\]++|\\.)*+"?', re.DOTALL)
SAVE_AGAIN = "Open it in Jupyter, save it again and hand that in."
