"""What IPython puts into a notebook's namespace, made harmless."""

from __future__ import annotations

from typing import Any

# Cell magics; the same as in notebook.py, of which nothing is imported beside student code.
RUNS_PYTHON = frozenset({"time", "timeit", "capture", "prun", "python", "python3", "pypy", "memit", "mprun"})


class QuietShell:
    """Stands in for `get_ipython()`: takes any magic or shell line and does nothing."""

    def __init__(self, namespace: dict[str, Any]) -> None:
        self._namespace = namespace

    def run_line_magic(self, *_: Any, **__: Any) -> None:
        """`%magic` lines."""

    def run_cell_magic(self, magic: str = "", line: str = "", cell: str = "", *_: Any, **__: Any) -> None:
        """`%%magic` cells, which a file exported from a notebook holds as text; Python runs."""
        if magic in RUNS_PYTHON:
            exec(cell, self._namespace)  # noqa: S102  # the student's own, beside the student's own

    def system(self, *_: Any, **__: Any) -> None:
        """`!command` lines."""

    def getoutput(self, *_: Any, **__: Any) -> list[str]:
        """`x = !command`: a command that printed nothing."""
        return []

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return lambda *_, **__: None


def add_names(namespace: dict[str, Any]) -> None:
    """Add the names that every notebook cell may use without importing them."""
    shell = QuietShell(namespace)
    namespace.update(get_ipython=lambda: shell, display=lambda *values, **_: print(*values))
