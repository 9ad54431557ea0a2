"""Torch's compiler is not there until somebody compiles, and nobody notices."""

from __future__ import annotations

import subprocess
import sys

import pytest

from grader.exercise import Limits
from grader.sandbox.session import Session
from grader.sandbox.start import start_launcher
from grader.submission import make_submission

BEFORE = """
import sys, torch
from grader.sandbox.inside import compiler
compiler.postpone()
layer = torch.nn.Linear(1, 1)

def train(optimizer):
    torch.nn.functional.mse_loss(layer(torch.ones(1, 1)), torch.ones(1, 1)).backward()
    optimizer.step()
    optimizer.zero_grad()
    optimizer.load_state_dict(optimizer.state_dict())

def is_there():
    return "torch._dynamo.config" in sys.modules
"""

OPTIMIZERS = ("Adam", "AdamW", "SGD", "RMSprop", "Adagrad", "Adadelta", "Adamax", "NAdam", "RAdam", "ASGD", "Rprop")


def run(code: str) -> None:
    ended = subprocess.run([sys.executable, "-c", BEFORE + code], capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr


def test_optimizers_and_schedules_need_no_compiler() -> None:
    run(f"""
for name in {OPTIMIZERS}:
    optimizer = getattr(torch.optim, name)(layer.parameters(), lr=0.1)
    train(optimizer)
    torch.optim.lr_scheduler.StepLR(optimizer, 1).step()
assert not is_there()
""")


@pytest.mark.parametrize(
    "use",
    [
        "assert torch.equal(torch.compile(lambda x: 2 * x, backend='eager')(torch.ones(2)), torch.full((2,), 2.0))",
        "assert torch.func.grad(torch.square)(torch.tensor(3.0)) == 6",
        "import torch._dynamo.config; torch._dynamo.config.suppress_errors",
        "from torch._dynamo import reset; reset()",
        "torch._dynamo.reset()",
        "torch.compiler.disable()(abs); torch.compiler.reset()",
    ],
)
def test_the_compiler_comes_when_it_is_needed(use: str) -> None:
    run(f"""
train(torch.optim.SGD(layer.parameters(), lr=0.1))
assert not is_there()
{use}
assert is_there()
train(torch.optim.Adam(layer.parameters()))
""")


def test_a_function_kept_from_the_compiler_works_without_it() -> None:
    run("""
assert torch.compiler.disable(abs)(-1) == 1
assert not is_there()
""")


IS_THERE = b"import sys\nprint('torch._dynamo.config' in sys.modules)\n"


@pytest.mark.skipif(sys.platform != "linux", reason="there is a zygote on Linux alone")
def test_a_zygote_imports_it_for_who_names_what_needs_it() -> None:
    launcher = start_launcher(warm=True)
    try:
        for source, is_there in (
            (IS_THERE, False),
            (b"import torch\nf = torch.func.grad\n" + IS_THERE, True),
            (IS_THERE, True),  # and it stays
        ):
            with Session(launcher, make_submission("mine.py", source), Limits(), seed=0) as session:
                session.open()
            assert session.output == f"{is_there}\n"
    finally:
        launcher.close()


@pytest.mark.parametrize(
    ("line", "may"),
    [
        ("from torch.func import grad", True),
        ("from torch import nn, func", True),
        ("f = torch.compile(g)", True),
        ("from torch.utils.checkpoint import checkpoint", True),
        ("import functorch", True),
        ("import torch.nn.functional as F", False),
        ("functional = torch.nn.functional", False),
        ("pattern = re.compile('a')", False),
    ],
)
def test_what_names_it(line: str, may: bool) -> None:
    assert make_submission("mine.py", line.encode()).may_compile is may
