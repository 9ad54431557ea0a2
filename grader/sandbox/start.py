"""Chooses how children are started on this system."""

from __future__ import annotations

import sys

from grader.sandbox.launch import Launcher


def start_launcher(*, warm: bool, without: frozenset[str] = frozenset()) -> Launcher:
    """A zygote where there is Linux, else a spawner. `without` leaves single layers out, for tests and the doctor."""
    if sys.platform == "linux":
        from grader.sandbox.zygote import start_zygote

        return start_zygote(warm=warm, without=without)
    from grader.sandbox.spawner import Spawner

    return Spawner(warm=warm)
