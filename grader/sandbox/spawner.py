"""Children where a warm torch cannot be forked (macOS, Windows): whole processes, started ahead of need.

What confines them is what the system offers: a sandbox profile on macOS, a Job Object on Windows, resource limits
where there are any. `grade doctor` says what that leaves open.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from grader.sandbox.interpreter import clean_environment, command_line, common_settings
from grader.sandbox.launch import Ending, Launched
from grader.sandbox.scratch import make_scratch_root, open_scratch_root, remove_tree


class Spawner:
    """Keeps one process imported and waiting, so that the next child is there when it is asked for."""

    def __init__(self, *, warm: bool = False) -> None:
        self.scratch_root = open_scratch_root(make_scratch_root())
        self._settings = common_settings(warm=warm)
        self._spare = self._spawn()

    def launch(self, settings: dict[str, Any]) -> Launched:
        """Hand the waiting process its settings, and start the next one."""
        process, self._spare = self._spare, self._spawn()
        assert process.stdin and process.stdout and process.stderr
        layers = _limit(process, settings["limits"])
        process.stdin.write(json.dumps({**settings, "layers": layers}).encode() + b"\n")
        process.stdin.flush()
        return Launched(process.stdin, process.stdout, process.stderr, lambda: _end(process))

    def close(self) -> None:
        """End the process that nobody asked for, and remove the scratch folders."""
        _end(self._spare)
        if self.scratch_root.folder is not None:
            os.close(self.scratch_root.folder)
        remove_tree(self.scratch_root.path)

    def _spawn(self) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [*_wrapper(self.scratch_root.path), *_interpreter(command_line(self._settings))],
            env=_environment(),
            cwd=self.scratch_root.path,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=sys.platform != "win32",
        )


def _wrapper(scratch_root: Path) -> list[str]:
    if sys.platform != "darwin":
        return []
    from grader.sandbox import macos

    return macos.wrapper(scratch_root)


def _interpreter(command: list[str]) -> list[str]:
    """On Windows a virtual environment's python.exe only starts the real one, which a Job of one process forbids."""
    return [getattr(sys, "_base_executable", sys.executable), *command[1:]] if sys.platform == "win32" else command


def _environment() -> dict[str, str]:
    environment = clean_environment()
    if sys.platform == "win32":
        environment["__PYVENV_LAUNCHER__"] = (
            sys.executable
        )  # the real interpreter then finds the environment's packages
    return environment


def _limit(process: subprocess.Popen[bytes], limits: dict[str, int]) -> list[str]:
    if sys.platform == "win32":
        from grader.sandbox import windows

        return windows.confine(process, limits)
    if sys.platform == "darwin":
        from grader.sandbox import macos

        return macos.layers()
    return []


def _end(process: subprocess.Popen[bytes]) -> Ending:
    process.kill()
    return Ending(process.wait(), cpu_s=0.0, peak_bytes=0)
