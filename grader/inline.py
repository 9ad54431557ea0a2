"""A notebook graded from within: `grader.check("ex2")`.

The source of what the student ran goes across, as a notebook of its own; no live object does. The grading is done by a
process of its own, since student code has run in this one: it may have changed torch's defaults, or torch.
"""

from __future__ import annotations

import ast
import json
import subprocess
import sys
import tempfile
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any

from grader.errors import UsageFault
from grader.model import Report
from grader.notebook import cell_as_python
from grader.reporters import Format, render, render_inline
from grader.reporters.json_report import from_dict

NOTE = "A cell is named by the number of its run, as in In [7]."


def check(exercise: str, *, seed: int = 0, exercises: Sequence[str | Path] = ()) -> None:
    """Grade what this notebook's cells have defined so far, and show the report below the cell.

    A cell that ran several times counts as it was at each of its runs. Of a cell that raised, its functions, classes
    and imports count, and nothing else. `exercises`: folders with exercises of your own.

    :raises UsageFault: this is no notebook
    """
    from IPython import get_ipython
    from IPython.display import display

    shell = get_ipython()
    if shell is None:
        raise UsageFault("grader.check works in a notebook only.", hint=f"For a file: grade {exercise} my_solution.py")
    packs = [Path(pack).absolute() for pack in exercises]
    display(_graded(exercise, shell.history_manager, seed=seed, packs=packs))


class Inline:
    """A report as a notebook shows it, in HTML or, where it shows none, as text."""

    def __init__(self, report: Report) -> None:
        self._report = report

    def _repr_html_(self) -> str:
        return render_inline(self._report, note=NOTE)

    def __repr__(self) -> str:
        return render(self._report, Format.TERMINAL)


class Sentence:
    """Why there is no report, without a traceback."""

    def __init__(self, text: str) -> None:
        self._text = text

    def __repr__(self) -> str:
        return self._text


def _graded(exercise: str, history: Any, *, seed: int, packs: Sequence[Path]) -> Inline | Sentence:
    if not hasattr(history, "exceptions"):  # a cell that raised would raise again, however often it was mended since
        return Sentence('grader.check needs a newer IPython: pip install "ipython>=9.2", and restart the kernel.')
    cells = _executed(list(history.input_hist_raw)[1:], raised=history.exceptions)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "notebook.ipynb"
        path.write_text(_as_notebook(cells), encoding="utf-8")
        chosen = [part for pack in packs for part in ("--exercises", str(pack))]
        command = [sys.executable, "-P", "-m", "grader", "run", "--format", "json", "--seed", str(seed), *chosen]
        done = subprocess.run([*command, "--", exercise, path.name], cwd=folder, capture_output=True, check=False)
    if done.stdout:
        return Inline(from_dict(json.loads(done.stdout)))
    return Sentence(done.stderr.decode(errors="replace").strip())


def _executed(sources: Sequence[str], *, raised: Collection[int]) -> list[str]:
    """Each source as it counts, by the number of its run; what does not count is empty, so that the numbers stay.

    One that ran many times alike counts at its first run, for what came after may need it, and at its last, for the
    last definition wins.
    """
    cells = [_definitions(source) if number in raised else source for number, source in enumerate(sources, start=1)]
    first = {source: number for number, source in reversed(list(enumerate(cells)))}
    last = {source: number for number, source in enumerate(cells)}
    return [source if number in (first[source], last[source]) else "" for number, source in enumerate(cells)]


def _definitions(source: str) -> str:
    """The functions, classes and imports of a cell, each on its own lines."""
    text = cell_as_python("The notebook", source)
    try:
        statements = ast.parse(text).body
    except (SyntaxError, ValueError):
        return ""
    kept: set[int] = set()
    dropped: set[int] = set()
    for statement in statements:
        decorators = getattr(statement, "decorator_list", [])
        start = min(node.lineno for node in (statement, *decorators))
        is_definition = isinstance(
            statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Import | ast.ImportFrom
        )
        (kept if is_definition else dropped).update(range(start, (statement.end_lineno or start) + 1))
    lines = enumerate(text.split("\n"), start=1)
    return "\n".join(line if number in kept - dropped else "" for number, line in lines)


def _as_notebook(cells: Sequence[str]) -> str:
    made: list[dict[str, Any]] = [
        {"cell_type": "code", "metadata": {}, "source": cell, "outputs": [], "execution_count": None} for cell in cells
    ]
    return json.dumps({"cells": made, "metadata": {}, "nbformat": 4, "nbformat_minor": 4})
