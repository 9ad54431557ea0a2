"""Keeps torch's compiler from being imported until somebody compiles.

The first optimizer imports torch._dynamo: 800 modules, as long again as torch itself. All that it says to them is
"do not compile this function" and "break the graph here", which mean nothing while nothing is compiled. A stand-in
hears that, and makes way for the real module as soon as it is asked for anything else.
"""

from __future__ import annotations

import importlib
import sys
import types
from collections.abc import Callable
from typing import Any

import torch

NAME = "torch._dynamo"


class Absent(types.ModuleType):
    """In the place of torch._dynamo."""

    def disable(self, fn: Callable[..., Any] | None = None, *options: Any, **keywords: Any) -> Any:
        """The function itself: there is no compiler to keep away from it."""
        return fn if callable(fn) else _real().disable(fn, *options, **keywords)

    def graph_break(self, *_: Any, **__: Any) -> None:
        """There is no graph to break."""

    def __getattr__(self, name: str) -> Any:
        return getattr(_real(), name)


def _real() -> Any:
    """The module itself, imported now if it has not been."""
    if isinstance(sys.modules.get(NAME), Absent):
        del sys.modules[NAME]
        del torch.__dict__["_dynamo"]
    return importlib.import_module(NAME)


def postpone() -> None:
    """Put the stand-in in place, unless the compiler is there already."""
    if NAME not in sys.modules:
        torch.__dict__["_dynamo"] = sys.modules[NAME] = Absent(NAME)


def fetch() -> bool:
    """Import the compiler, once, for every child that is forked from now on. Whether it was not there before."""
    if is_postponed := isinstance(sys.modules.get(NAME), Absent):
        _real()
    return is_postponed
