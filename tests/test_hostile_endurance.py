"""The endurance run in small: who is broken or hostile is accounted for like everybody else, and nothing is left."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


@pytest.mark.skipif(sys.platform != "linux", reason="processes are looked for, and confined, as Linux has it")
def test_two_hundred_are_all_accounted_for() -> None:
    command = [sys.executable, "benchmarks/endurance.py", "--submissions", "200", "--slow", "1"]
    ended = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert "190 right, 10 broken or hostile, 1 of these up to a time limit" in ended.stdout
    assert "accounted for: all" in ended.stdout
    assert "left behind: nothing" in ended.stdout
    verdicts = re.search("verdicts: (.*)", ended.stdout)
    assert verdicts is not None
    assert sum(map(int, re.findall(r"\d+", verdicts[1]))) == 200
