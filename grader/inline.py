"""A notebook graded from within: `grader.check("ex2")`.

The source of what the student ran goes across, as a notebook of its own; no live object does. The grading is done by a
process of its own, since student code has run in this one: it may have changed torch's defaults, or torch.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from grader.errors import UsageFault
from grader.model import Report
from grader.replay import replay
from grader.reporters import Format, render, render_inline
from grader.reporters.json_report import from_dict

NOTE = "A cell is named by the number of its run, as in In [7]."


def check(exercise: str, *, seed: int = 0, exercises: Sequence[str | Path] = ()) -> None:
    """Grade what this notebook's cells have defined so far, and show the report below the cell.

    What counts is the source of the cells that have run, in the order in which they ran, each function as it was last
    defined. A cell that raised counts as far as it went. `exercises`: folders with exercises of your own.

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
    raised = {number: str(about.get("ename")) for number, about in history.exceptions.items()}
    cells = replay(list(history.input_hist_raw)[1:], raised=raised)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "notebook.ipynb"
        path.write_text(_as_notebook(cells), encoding="utf-8")
        chosen = [part for pack in packs for part in ("--exercises", str(pack))]
        command = [sys.executable, "-P", "-m", "grader", "run", "--format", "json", "--seed", str(seed), *chosen]
        done = subprocess.run([*command, "--", exercise, path.name], cwd=folder, capture_output=True, check=False)
    if done.stdout:
        return Inline(from_dict(json.loads(done.stdout)))
    return Sentence(done.stderr.decode(errors="replace").strip())


def _as_notebook(cells: Sequence[str]) -> str:
    made: list[dict[str, Any]] = [
        {"cell_type": "code", "metadata": {}, "source": cell, "outputs": [], "execution_count": None} for cell in cells
    ]
    return json.dumps({"cells": made, "metadata": {}, "nbformat": 4, "nbformat_minor": 4})
