"""What every way of starting a child gives: three streams and a way to end it."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import IO, Any, Protocol

from grader.sandbox.scratch import ScratchRoot


@dataclass(frozen=True, slots=True)
class Ending:
    """How a child ended. `exit_code` is negative for a signal, as in subprocess."""

    exit_code: int
    cpu_s: float
    peak_bytes: int


@dataclass(frozen=True, slots=True)
class Launched:
    """A child that runs. `end` kills and reaps it; it may be called once."""

    orders: IO[bytes]
    answers: IO[bytes]
    output: IO[bytes]
    end: Callable[[], Ending]


class Launcher(Hashable, Protocol):
    """A zygote that forks, or a spawner where there is no fork."""

    @property
    def scratch_root(self) -> ScratchRoot:
        """The folder beneath which the scratch folders of its children lie. Raises GraderFault."""

    def launch(self, settings: dict[str, Any]) -> Launched:
        """Start a child that serves one submission; raises GraderFault where the sandbox itself fails."""

    def close(self) -> None:
        """End everything that was started."""
