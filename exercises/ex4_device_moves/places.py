"""Where things are, and how a submission loses its way between places."""

from __future__ import annotations

import re
from typing import Any

import torch

from grader.checks import Probe
from grader.errors import Raised
from grader.expect import fail
from grader.views import SourceFacts

CUDA_IS_MISSING = re.compile(r"not compiled with CUDA|No CUDA GPUs|no NVIDIA driver")
DATA_STAYED = re.compile(r"(mat1|target) is on cpu, different from|found at least two devices")


def is_at(device: torch.device | str, place: torch.device | str) -> bool:
    """Whether two devices are the same; "cuda" is "cuda:0"."""
    return _with_index(device) == _with_index(place)


def _with_index(device: torch.device | str) -> str:
    kind, _, index = str(device).partition(":")
    return f"{kind}:{index or 0}"


def answer_of(there: Probe, function: str, *arguments: Any) -> Any:
    """What a function of the submission returns. Where the source tells more than its exception, that is named."""
    try:
        return there.call(function, *arguments)
    except Raised as raised:
        code = raised.trace[-1].code if raised.trace else ""
        if CUDA_IS_MISSING.search(raised.text) and ".cuda(" in code:
            fail(mistake="cuda_call", trace=raised.trace, code=code)
        if DATA_STAYED.search(raised.text) and (call := dropped_move(there.facts, function)):
            fail(mistake="result_thrown_away", trace=raised.trace, call=call)
        raise


def dropped_move(facts: SourceFacts, function: str) -> str:
    """A move whose result nothing takes and that is no module's, which would be right; empty where there is none.

    The name of a module is called somewhere. In train_on, where the model did move, a move that is the only one is its.
    """
    calls = [name.rpartition(".")[2] for name, _ in facts.calls(function)]
    drops = [(of, method) for of, method in facts.drops(function) if method in ("to", "cuda")]
    if function == "train_on" and calls.count("to") + calls.count("cuda") == len(drops) == 1:
        return ""
    return next((f"{of}.{method}" for of, method in drops if of.rpartition(".")[2] not in calls), "")
