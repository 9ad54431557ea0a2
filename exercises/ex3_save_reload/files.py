"""The files of ex3: what save_weights writes, what load_model is given to read, and what it makes of it."""

from __future__ import annotations

import io
import os
import re
from dataclasses import dataclass
from typing import Any, NoReturn

import torch

from grader.checks import Probe
from grader.errors import Raised, SubmissionFault
from grader.expect import CheckFailed, expect, fail
from grader.sandbox.values import Handle
from grader.showing import describe
from grader.views import ModuleView

from .models import (
    BUFFERS,
    FAN_IN,
    State,
    Weights,
    as_model,
    built,
    draw,
    has_shapes,
    named_its_way,
    same,
    through_dtype,
    weights_of,
)

REFUSED_CLASS = re.compile(r"GLOBAL (\S+)")
AS_IT_IS = "Save the model's state_dict() as it is: a dictionary of names and tensors."


@dataclass(frozen=True, slots=True)
class Loaded:
    """A model that load_model made of the file at `path`, and the weights in that file."""

    model: Handle
    seen: ModuleView
    path: str
    weights: Weights


@dataclass(frozen=True, slots=True)
class Code:
    """Harmless code for a pickle to carry: whoever unpickles it makes a folder."""

    folder: str

    def __reduce__(self) -> tuple[Any, ...]:
        return os.mkdir, (self.folder,)


def saved(submission: Probe, model: Handle, path: str | Handle) -> Any:
    """What torch.load(..., weights_only=True) finds in the file that save_weights writes."""
    before = set(submission.files())
    submission.call("save_weights", model, path)
    try:
        data = submission.call(path if isinstance(path, Handle) else submission.as_path(path), method="read_bytes")
    except Raised:
        others = sorted(set(submission.files()) - before)
        fail(mistake="not_at_the_path", used=f": it wrote {others[0][:60]!r}" if others else "")
    try:
        return submission.load_checkpoint(data)
    except Raised as refused:
        _explain_refusal(refused)


def _explain_refusal(refused: Raised) -> NoReturn:
    """Why torch.load(..., weights_only=True) refuses a file."""
    found = REFUSED_CLASS.search(refused.text)
    name = found.group(1) if found else ""
    whole = name.startswith("torch.nn.modules.") or "TorchScript" in refused.text
    expect(not whole, mistake="whole_module")
    expect(not name.endswith("getattr"), mistake="state_dict_not_called")  # what a method is pickled as
    expect(bool(name), mistake="not_a_torch_file")
    fail(f"The file holds more than tensors: torch.load(..., weights_only=True) refuses {name[:80]}.", hint=AS_IT_IS)


def expect_state(content: Any, state: State) -> None:
    """The content of a file is this state: the same names, and under each the same tensor."""
    first = content[0] if isinstance(content, (list, tuple)) and content else content
    expect(not isinstance(first, torch.Tensor), mistake="parameters_only")
    if not isinstance(content, dict):
        fail(f"The file should hold a state_dict, and it holds {describe(content)}.", hint=AS_IT_IS)
    if content.keys() != state.keys():
        _explain_names(content, state)
    held = [value for name in state if isinstance(value := content[name], torch.Tensor)]
    if len(held) < len(state):
        fail("The file holds the right names, but not tensors under all of them.", hint=AS_IT_IS)
    if same(held, list(state.values())):
        return
    dtype = through_dtype(held, list(state.values()))
    expect(dtype is None, mistake="other_dtype", place="The tensors in the file", dtype=dtype)
    wrong = [name for name, tensor in zip(state, held, strict=True) if not same([tensor], [state[name]])]
    count = f"{len(wrong)} of the {len(state)} tensors in the file"
    fail(f"{count} are not the model's; the first is {wrong[0]}.", hint=AS_IT_IS)


def _explain_names(content: dict[str, Any], state: State) -> NoReturn:
    """Why the names in a file are not those of the state."""
    first = next(iter(state))
    for name, value in content.items():
        expect(not isinstance(value, dict) or first not in value, mistake="wrapped", name=name[:40])
    prefix = next((name.removesuffix(first) for name in content if name.endswith(first)), "")
    expect(content.keys() != {prefix + name for name in state}, mistake="renamed", prefix=prefix)
    expect(content.keys() != state.keys() - BUFFERS, mistake="buffers_missing")
    missing, extra = sorted(state.keys() - content.keys()), sorted(content.keys() - state.keys())
    lacks = f" It lacks {missing[0]}." if missing else ""
    has = f" It has {extra[0][:40]!r}, which is none of the model's tensors." if extra else ""
    fail(f"The names in the file are not those of the model's state_dict.{lacks}{has}", hint=AS_IT_IS)


def as_file(content: object) -> bytes:
    """The bytes of a file as torch.save writes it."""
    file = io.BytesIO()
    torch.save(content, file)
    return file.getvalue()


def place(submission: Probe, name: str, data: bytes) -> str:
    """Put a file for load_model into the working folder, under this name unless it is taken; gives its path."""
    while name in submission.files():
        name = f"another {name}"
    return submission.write_file(name, data)


def loaded(submission: Probe, rng: torch.Generator, name: str) -> Loaded:
    """What load_model makes of a state_dict in the file `name`; fails where it has not these weights.

    Where load_model can do nothing with it, a file of save_weights' own will do: saves_... judges its format.
    """
    weights, decoy = draw(rng), draw(rng)
    path = place(submission, name, as_file(named_its_way(submission, weights)))
    try:
        return from_file(submission, path, weights)
    except (CheckFailed, Raised) as failed:
        try:
            own = _own_file(submission, f"own {name}", weights, decoy)
            return from_file(submission, own or path, weights, decoy=decoy)
        except (CheckFailed, SubmissionFault) as again:
            kept = isinstance(again, CheckFailed) and again.mistake == "kept_the_model"
            raise again if kept else failed from None


def _own_file(submission: Probe, name: str, weights: Weights, decoy: Weights) -> str | None:
    """A copy of the file that save_weights writes of these weights; the decoy's are the last that it saves."""
    submission.call("save_weights", built(submission, weights), submission.path(f"first {name}"))
    data = submission.read_file(f"first {name}")
    submission.call("save_weights", built(submission, decoy), submission.path(f"second {name}"))
    return None if data is None else place(submission, name, data)


def from_file(submission: Probe, path: str, weights: Weights, *, decoy: Weights | None = None) -> Loaded:
    """What load_model makes of a file with these weights. `decoy`: those of the model that was saved last."""
    try:
        value = submission.call("load_model", path)
    except Raised as raised:
        found = raised.error != "FileNotFoundError"
        expect(found, mistake="looks_elsewhere", trace=raised.trace, used=raised.text[:200])
        raise
    expect(not isinstance(value, dict), mistake="returned_the_content")
    expect(not _is_report(value), mistake="returned_the_report")
    model, seen = as_model(submission, value)
    held = weights_of(seen)
    expect(decoy is None or not same(held, decoy), mistake="kept_the_model")
    if not same(held, weights):
        _explain_weights(submission, held, weights)
    return Loaded(model, seen, path, weights)


def _is_report(value: Any) -> bool:
    """Whether it looks like what load_state_dict returns: the missing names and the unexpected ones."""
    return isinstance(value, tuple) and len(value) == 2 and all(isinstance(part, list) for part in value)


def _explain_weights(submission: Probe, held: Weights, weights: Weights) -> NoReturn:
    """Why a model that load_model returned has not the weights of the file."""
    expect(has_shapes(held), "The model that load_model returns is not 4-32-16-1.", hint="Make it with build_model.")
    dtype = through_dtype(held, weights)
    expect(dtype is None, mistake="other_dtype", place="The weights of the reloaded model", dtype=dtype)
    wrong = sum(not same([one], [other]) for one, other in zip(held, weights, strict=True))
    if wrong == len(weights) and all(t.abs().max() <= n**-0.5 for t, n in zip(held, FAN_IN, strict=True)):
        called = any(name.endswith("load_state_dict") for name, _ in submission.facts.calls("load_model"))
        fail(mistake="loaded_into_another" if called else "did_not_load")
    fail(
        f"{wrong} of the {len(weights)} tensors in the reloaded model are not those of the file.",
        hint="Load the whole file with load_state_dict, and change nothing afterwards.",
    )
