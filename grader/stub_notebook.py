"""A stub as a notebook: the statement, a cell for each function, and a cell that checks them."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from itertools import groupby

import nbformat

from grader.exercise import Exercise


def stub_notebook(exercise: Exercise, source: str, *, packs: Sequence[str] = ()) -> str:
    """A notebook in format 4.5 with the code of `source`, the exercise's stub.

    Its `__main__` block keeps its condition: it runs in a notebook, and not while that is graded.
    """
    v4 = nbformat.v4
    cells = [v4.new_markdown_cell(exercise.statement.strip())]
    cells += [v4.new_code_cell(code) for code in _pieces(source)]
    cells += [v4.new_markdown_cell("## Check it\n\nRun the cells above, then this one, as often as you like.")]
    cells += [v4.new_code_cell(f"import grader\n\n{_call(exercise.id, packs)}")]
    for number, cell in enumerate(cells, start=1):
        cell.id = f"cell-{number}"  # the same notebook each time
    metadata = {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
    }
    notebook = v4.new_notebook(cells=cells, metadata=metadata, nbformat_minor=5)
    return str(nbformat.writes(notebook)).rstrip("\n") + "\n"


def _call(exercise: str, packs: Sequence[str]) -> str:
    return f'grader.check("{exercise}", exercises={list(packs)!r})' if packs else f'grader.check("{exercise}")'


def _pieces(source: str) -> Iterator[str]:
    """The imports together and every other statement by itself, each with the comments above it; no docstring."""
    statements = ast.parse(source).body
    lines = source.splitlines()
    done = 0
    if statements and ast.get_docstring(ast.Module(statements[:1], [])) is not None:
        done = statements.pop(0).end_lineno or 0
    for kind, group in groupby(statements, key=lambda node: isinstance(node, ast.Import | ast.ImportFrom)):
        ends = [node.end_lineno or 0 for node in group]
        for end in ends[-1:] if kind else ends:
            yield "\n".join(lines[done:end]).strip("\n")
            done = end
