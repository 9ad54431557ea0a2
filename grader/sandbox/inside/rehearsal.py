"""Does in the zygote, before any fork, what every child is going to do.

Python adapts its code to the way it runs, and torch and the linker look things up at their first use. All of them write
down what they find, and in a child each such note is a page of memory to be copied, and to be found again by the next
child. It saves each a tenth of its time.
"""

from __future__ import annotations

import contextlib
import functools
import io
import os
import shutil
import sys
import warnings
from pathlib import Path
from typing import Any

import torch

from grader.sandbox.decode import Decoder
from grader.sandbox.encode import message
from grader.sandbox.inside.child import Servant
from grader.sandbox.wire import Frame, read_frame

ROUNDS = 10  # Python adapts a function after eight calls

SOURCE = b'''"""A submission of our own."""

import numpy as np
import torch
from torch import nn


def cubes(x: torch.Tensor) -> torch.Tensor:
    return (x**3).sum()


def backward(x: torch.Tensor) -> torch.Tensor:
    leaf = x.detach().clone().requires_grad_(True)
    cubes(leaf).backward()
    return leaf.grad


def grad(x: torch.Tensor) -> torch.Tensor:
    leaf = torch.tensor(x.tolist(), requires_grad=True)
    return torch.autograd.grad(torch.sum(leaf * leaf), leaf)[0]


def formula(x: torch.Tensor) -> torch.Tensor:
    with torch.no_grad():
        return 3 * x**2


class Model(nn.Module):
    def forward(self, x):
        return torch.sigmoid(x)


def build() -> nn.Sequential:
    return nn.Sequential(nn.Linear(4, 32), nn.ReLU(), nn.Linear(32, 1), nn.Sigmoid())


def data(n: int, seed: int = 0) -> tuple[torch.Tensor, torch.Tensor]:
    x = torch.randn(n, 4, generator=torch.Generator().manual_seed(seed))
    return x, ((x**2).sum(dim=1, keepdim=True) < 2.0).float()


def train(model: nn.Module, x: torch.Tensor, y: torch.Tensor, epochs: int = 2, lr: float = 0.01) -> list[float]:
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    loss_function = nn.BCELoss()
    losses = []
    for _ in range(epochs):
        loss = loss_function(model(x), y)
        losses.append(loss.item())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return losses


def measure(model: nn.Module, x: torch.Tensor, y: torch.Tensor) -> float:
    was_training = model.training
    model.eval()
    with torch.no_grad():
        right = (model(x) > 0.5) == (y > 0.5)
    model.train(was_training)
    return right.float().mean().item()


if __name__ == "__main__":
    print(np.zeros(3), [name for name in ("a", "b")])
'''
LAYERS = [["Linear", [4, 32], {}], ["ReLU", [], {}], ["Linear", [32, 1], {}], ["Sigmoid", [], {}]]
FUNCTIONS = ("cubes", "backward", "grad", "formula")


def rehearse(scratch_root: Path) -> None:
    """Serve a submission of our own as a child would, and leave nothing of it behind but what there is to know."""
    folder, before, formatwarning = scratch_root / "rehearsal", Path.cwd(), warnings.formatwarning
    (folder / "work").mkdir(parents=True)
    with contextlib.redirect_stdout(io.StringIO()):
        for _ in range(ROUNDS):
            _perform(Servant({"scratch": str(folder / "work"), "accelerator": None}))
    del sys.modules["submission"]
    warnings.formatwarning = formatwarning
    os.chdir(before)
    shutil.rmtree(folder)


def _perform(servant: Servant) -> None:
    _order(servant, "read", source=SOURCE, with_facts=True)
    _order(servant, "run", notebook=False, seed=0)
    x = torch.ones(2, 3)
    for function in FUNCTIONS:
        _order(servant, "several", order="call", each=[[function, [x]], [function, [x.double()]]])
        for bent in (False, True):
            call = functools.partial(_order, servant, "call", begin=1, target=function)
            call(arguments=[x], keywords={}, method="", bend_autograd=bent)
    _order(servant, "effect", target="cubes", value=x)
    _order(servant, "tensor", value=_order(servant, "put", value=x))
    _train(servant)


def _train(servant: Servant) -> None:
    """What an exercise asks of a small network."""
    call = functools.partial(_order, servant, "call", keywords={}, method="", bend_autograd=False)
    x, y = call(begin=1, target="data", arguments=[50, 1])
    own = call(target="build", arguments=[])
    state = {name: seen["value"] for name, seen in _order(servant, "module", value=own)["parameters"].items()}
    call(target=own, arguments=[x])
    call(target=own, arguments=[state], method="load_state_dict")
    call(target="train", arguments=[own, x, y])
    built = _order(servant, "build", layers=LAYERS, state=state, grads={}, training=True)
    _order(servant, "watch", value=built)
    call(target="measure", arguments=[built, x, y])
    _order(servant, "forwards", value=built)
    weights = torch.cat([value.reshape(-1) for value in state.values()])
    for function in ("train", "measure"):
        given = {"layers": LAYERS, "weights": weights, "arguments": [x, y], "keywords": {}, "watched": True}
        _order(servant, "call_on_model", begin=1, target=function, **given)


def _order(servant: Servant, do: str, *, begin: int | None = None, **arguments: Any) -> Any:
    """What the servant answers, over a wire that ends where it begins."""
    answer = _sent(servant.obey(_sent(message({"do": do, "id": 0, "begin": begin}, arguments))))
    if answer.header["kind"] != "value":
        raise RuntimeError(f"the rehearsal failed at {do}: {answer.header}")
    return Decoder(answer.buffers).decode(answer.header["value"])


def _sent(frame: Frame) -> Frame:
    wire = io.BytesIO()
    frame.write_to(wire)
    wire.seek(0)
    received = read_frame(wire)
    assert received is not None
    return received
