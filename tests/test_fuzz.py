"""The fuzzer's seeds and findings on every run, and a short run of the fuzzer itself where atheris is installed."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import pytest
from fuzz.frames import one_input

FUZZ = Path(__file__).parent / "fuzz"
SEEDS = sorted((FUZZ / "seeds").iterdir())
RUNS = 20_000
HAS_ATHERIS = importlib.util.find_spec("atheris") is not None


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("seed", SEEDS, ids=lambda path: path.name)
def test_a_seed_is_read_or_refused(seed: Path) -> None:
    one_input(seed.read_bytes())


@pytest.mark.skipif(not HAS_ATHERIS, reason="needs atheris: pip install 'grader[fuzz]', on Linux x86-64")
def test_a_short_run_of_the_fuzzer_finds_nothing(tmp_path: Path) -> None:
    (tmp_path / "new").mkdir()
    command = [
        sys.executable,
        FUZZ / "run.py",
        f"-dict={FUZZ / 'tokens.dict'}",
        f"-atheris_runs={RUNS}",
        "-max_len=2000",
        "-timeout=20",
        "-seed=1",
    ]
    ended = subprocess.run(
        [*command, tmp_path / "new", FUZZ / "seeds"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(FUZZ.parents[1])},
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr[-4000:]
    assert f"Done {RUNS}" in ended.stderr
