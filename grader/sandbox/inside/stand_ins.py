"""What costs no points: plotting libraries that are missing, and what only notebooks have, inert here.

An installed plotting library draws headless. IPython is installed beside the grader, and not for submissions.
"""

from __future__ import annotations

import importlib.abc
import importlib.machinery
import sys
import types
from collections.abc import Iterator, Sequence
from typing import Any

import grader

PLOTTING = frozenset({"matplotlib", "seaborn", "plotly", "pylab", "bokeh", "altair"})
NOTEBOOK = frozenset({"IPython", "ipywidgets", "google"})


class Inert:
    """Any attribute, call, item, arithmetic or `with` of it is inert again; unpacking gives two of it."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") and name.endswith("__"):
            raise AttributeError(name)
        return Inert()

    def __call__(self, *_: Any, **__: Any) -> Inert:
        return Inert()

    def __getitem__(self, _: Any) -> Inert:
        return Inert()

    def __setitem__(self, _: Any, __: Any) -> None:
        """Takes anything."""

    def __iter__(self) -> Iterator[Inert]:
        return iter((Inert(), Inert()))  # fig, ax = plt.subplots()

    def __enter__(self) -> Inert:
        return self

    def __exit__(self, *_: object) -> None:
        """Ends nothing."""


class InertModule(types.ModuleType):
    """A module of which every attribute is inert."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.__path__: list[str] = []  # it has submodules, all of them

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") and name.endswith("__"):
            raise AttributeError(name)
        return Inert()


class StandInFinder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Finds every module of some libraries, and nothing in any of them."""

    def __init__(self, libraries: frozenset[str]) -> None:
        self._libraries = libraries

    def find_spec(
        self, name: str, path: Sequence[str] | None, target: types.ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        if name.partition(".")[0] not in self._libraries:
            return None
        return importlib.machinery.ModuleSpec(name, self, is_package=True)

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> types.ModuleType:
        return InertModule(spec.name)

    def exec_module(self, module: types.ModuleType) -> None:
        """There is nothing in it to execute."""


def install() -> None:
    """Let imports of these libraries succeed, and let a notebook that has itself checked be run as a submission."""
    for name in ("check", "grade"):
        setattr(grader, name, Inert())
    sys.meta_path.insert(0, StandInFinder(NOTEBOOK))
    sys.meta_path.append(StandInFinder(PLOTTING))
