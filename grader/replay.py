"""What a kernel has run, as cells that a sandbox can run from top to bottom: sources only, no objects.

A notebook is run in bits, again and again, with errors in between. Run in one go, it must end where the kernel is, as
far as functions are concerned, and must not stop where the kernel went on.
"""

from __future__ import annotations

import ast
from collections.abc import Sequence

from grader.notebook import cell_as_python

TOLERANT = "with __import__('contextlib').suppress(Exception):"
INDENT = "\f "  # for Python one space; IPython, which takes the indentation of a whole cell away, leaves it alone
INTERRUPTED = "KeyboardInterrupt"


def replay(sources: Sequence[str], *, raised: dict[int, str]) -> list[str]:
    """The cells by the number of their run, from 1; what does not count is empty, so that the numbers stay.

    `raised`: the exception's name for each that raised. Such a cell may raise again, and goes as far as it went. One
    that ran many times alike counts at its first run, for what came after may need it, and at its last. A function that
    was defined again later stays as a text that is executed: checks that look at the source would find in it what has
    been mended.
    """
    texts = [cell_as_python("The notebook", source) for source in _without_repeats(sources)]
    trees = [_parsed(text) for text in texts]
    final = {name: number for number, tree in enumerate(trees, start=1) for name in map(_defined, tree) if name}
    cells = [""]  # before the first one, for its header
    for number, (text, tree) in enumerate(zip(texts, trees, strict=True), start=1):
        lines = text.split("\n") if tree else [""]
        for statement in tree:
            name = _defined(statement)
            if name and final[name] > number:
                _rewrite(lines, statement, f"exec({_segment(lines, statement)!r})")
            elif raised.get(number) == INTERRUPTED and not (name or isinstance(statement, ast.Import | ast.ImportFrom)):
                _rewrite(lines, statement, "")  # it would take as long again
        if tree and number in raised:
            cells[-1] += f"\n{TOLERANT}"  # in the cell before, so that no line of this one moves
            lines = [*(f"{INDENT}{line}" for line in lines), " pass"]
        cells.append("\n".join(lines))
    before, *own = cells
    if before:
        own[0] = f"{TOLERANT}\n{own[0]}"
    return own


def _without_repeats(sources: Sequence[str]) -> list[str]:
    first = {source: number for number, source in reversed(list(enumerate(sources)))}
    last = {source: number for number, source in enumerate(sources)}
    return [source if number in (first[source], last[source]) else "" for number, source in enumerate(sources)]


def _parsed(text: str) -> list[ast.stmt]:
    """Nothing for what Python cannot read: the kernel has not run it either."""
    try:
        return ast.parse(text).body
    except (SyntaxError, ValueError):
        return []


def _defined(statement: ast.stmt) -> str:
    """The name that a statement defines as a function or a class; empty for any other."""
    if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return statement.name
    if isinstance(statement, ast.Assign) and isinstance(statement.value, ast.Lambda):
        target = statement.targets[0]
        return target.id if len(statement.targets) == 1 and isinstance(target, ast.Name) else ""
    return ""


def _rewrite(lines: list[str], statement: ast.stmt, code: str) -> None:
    """Put `code` in the place of a statement, without moving any other."""
    span = _span(statement)
    lines[span] = [code, *[""] * (span.stop - span.start - 1)]


def _segment(lines: list[str], statement: ast.stmt) -> str:
    return "\n".join(lines[_span(statement)])


def _span(statement: ast.stmt) -> slice:
    decorators = getattr(statement, "decorator_list", [])
    start = min(node.lineno for node in (statement, *decorators))
    return slice(start - 1, statement.end_lineno or start)
