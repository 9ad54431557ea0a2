"""What stands in for the zygote on other systems, as far as it can be run here."""

from __future__ import annotations

import ctypes
import subprocess
import sys
from pathlib import Path

import pytest

from grader.exercise import Exercise
from grader.grading import grade
from grader.model import Verdict
from grader.sandbox import macos, windows
from grader.sandbox.spawner import Spawner
from grader.submission import read_submission


def test_spawned_children_grade_like_forked_ones(plain: Exercise, tmp_path: Path) -> None:
    sources = {
        "right.py": "def f(x): return 3 * x**2\ng = h = f\n",
        "dies.py": "import os\ndef f(x): os._exit(0)\ng = h = lambda x: 3 * x**2\n",
        "hangs.py": "def f(x):\n    while True: pass\ng = h = lambda x: 3 * x**2\n",
    }
    spawner = Spawner()
    try:
        reports = {}
        for name, source in sources.items():
            (tmp_path / name).write_text(source)
            reports[name] = grade(plain, read_submission(tmp_path / name), spawner)
    finally:
        spawner.close()
    assert [(report.verdict, report.score) for report in reports.values()] == [
        (Verdict.PASSED, 10),
        (Verdict.CRASHED, 3),
        (Verdict.TIMED_OUT, 3),
    ]
    assert not spawner.scratch_root.path.exists()


def test_the_macos_profile_allows_what_is_needed_and_denies_the_rest_after_it() -> None:
    profile = macos.profile(Path('/scratch/with "quotes"'), home=Path("/Users/me"))
    rules = profile.splitlines()
    assert rules[0] == "(version 1)"
    assert "(deny network*)" in rules
    assert '(allow file-write* (subpath "/scratch/with \\"quotes\\"") (literal "/dev/null"))' in rules
    home = rules.index('(deny file-read-data (subpath "/Users/me"))')
    prefix = rules.index(f'(allow file-read-data (subpath "{sys.prefix}"))')
    exercises = next(
        i for i, rule in enumerate(rules) if rule.startswith("(deny file-read-data") and "exercises" in rule
    )
    assert home < prefix < exercises  # the last rule that matches decides
    assert all(rule.count("(") == rule.count(")") for rule in rules)


def test_a_windows_job_is_laid_out_as_the_system_expects() -> None:
    limits = windows.job_limits({"cpu_seconds": 3, "memory_bytes": 1 << 20})
    assert limits.Basic.PerProcessUserTimeLimit == 30_000_000
    assert limits.Basic.ActiveProcessLimit == 1
    assert limits.ProcessMemoryLimit == (1 << 30) + (1 << 20)
    if ctypes.sizeof(ctypes.c_void_p) == 8:
        assert ctypes.sizeof(limits) == 144  # JOBOBJECT_EXTENDED_LIMIT_INFORMATION on 64-bit Windows


@pytest.mark.skipif(sys.platform == "win32", reason="there are Job Objects here")
def test_without_job_objects_that_is_said() -> None:
    with subprocess.Popen([sys.executable, "-c", ""]) as process, pytest.raises(OSError, match="no Job Objects"):
        windows.confine(process, {"cpu_seconds": 1, "memory_bytes": 1})
