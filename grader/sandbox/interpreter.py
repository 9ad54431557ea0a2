"""How the interpreter that submissions run in is started: its command line, its settings, its environment.

It is exec'd, not forked, from the grader: a fork would carry the checks in its memory. It is given an environment of
its own, since /proc/self/environ keeps showing the block that a process was started with.
"""

from __future__ import annotations

import importlib.util
import json
import os
import sys
from pathlib import Path
from typing import Any

from grader.errors import GraderFault

INSIDE = Path(__file__).parent / "inside" / "main.py"


def command_line(settings: dict[str, Any]) -> list[str]:
    """How to start `inside/main.py`: no user site, no folder of a script or of the caller on the path."""
    return [sys.executable, "-s", "-P", str(INSIDE), json.dumps(settings)]


def common_settings(*, warm: bool) -> dict[str, Any]:
    """What a sandbox process is told at its start: where to find the wire, torch and numpy."""
    homes = []
    for name in ("torch", "numpy"):
        spec = importlib.util.find_spec(name)
        if spec is None or not spec.submodule_search_locations:
            raise GraderFault(f"{name} is not installed beside the grader.", hint=f"Install it: pip install {name}")
        homes.append(str(Path(spec.submodule_search_locations[0]).parent))
    package_root = str(Path(__file__).resolve().parents[2])
    return {"package_root": package_root, "extra_path": homes, "warm": warm}


def clean_environment() -> dict[str, str]:
    """All of the environment that a sandbox process gets. One thread: a second one makes forked children hang."""
    environment = {
        "PYTHONHASHSEED": "0",  # the same report for the same file
        "PYTHONUTF8": "1",
        "LANG": "C.UTF-8",
        "OMP_NUM_THREADS": "1",
        "MKL_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "MALLOC_ARENA_MAX": "2",  # each arena reserves 64 MB of the address space that a child may use
        "MPLBACKEND": "Agg",
        "USER": "student",
        "LOGNAME": "student",
    }
    if sys.platform == "win32":  # Python does not start there without it
        environment["SYSTEMROOT"] = os.environ["SYSTEMROOT"]
    return environment
