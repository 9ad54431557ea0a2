"""What IPython puts into a notebook's namespace, made harmless."""

from __future__ import annotations

from typing import Any


class QuietShell:
    """Stands in for `get_ipython()`: takes any magic or shell line and does nothing."""

    def run_line_magic(self, *_: Any, **__: Any) -> None:
        """`%magic` lines."""

    def run_cell_magic(self, *_: Any, **__: Any) -> None:
        """`%%magic` cells."""

    def system(self, *_: Any, **__: Any) -> None:
        """`!command` lines."""

    def getoutput(self, *_: Any, **__: Any) -> list[str]:
        """`x = !command`: a command that printed nothing."""
        return []

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return lambda *_, **__: None


def names() -> dict[str, Any]:
    """The names that every notebook cell may use without importing them."""
    shell = QuietShell()
    return {"get_ipython": lambda: shell, "display": lambda *values, **_: print(*values)}
