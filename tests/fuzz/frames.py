"""Fuzz what the trusted side makes of a child's bytes: frames, values, and the sentences about them.

    pip install 'grader[fuzz]'
    python tests/fuzz/run.py -atheris_runs=20000 -dict=tests/fuzz/tokens.dict NEW tests/fuzz/seeds

NEW is a folder for what is found on the way; a crash is written to the working folder. Put a finding into
tests/fuzz/seeds: tests/test_fuzz.py replays all of them. An input is a frame's header without its sizes, then a NUL
and the body, which a first byte "=" cuts into buffers of eight bytes; any other input is a stream as it comes.
"""

from __future__ import annotations

import io
import json
from collections.abc import Callable

import torch

from grader.expect import CheckFailed, expect_close, expect_finite, expect_float, expect_floats
from grader.explain import explain, raised
from grader.model import Place
from grader.reporters.wording import field
from grader.sandbox.decode import Decoder
from grader.sandbox.wire import PREFIX, Caps, Frame, WireError, read_frame
from grader.showing import describe, show
from grader.views import forward_list, module_view, numbers, tensor_view

BUFFER = 8


def one_input(data: bytes) -> None:
    """Read an input as the grader would; raises what no input may make it raise."""
    stream = io.BytesIO(_framed(data[1:]) if data.startswith(b"=") else data)
    try:
        while (frame := read_frame(stream)) is not None:
            _use(frame)
    except WireError:
        return


def _framed(data: bytes) -> bytes:
    text, _, body = data.partition(b"\0")
    sizes = [len(body[start : start + BUFFER]) for start in range(0, len(body), BUFFER)]
    header = text.rstrip().removesuffix(b"}") + b', "sizes": ' + json.dumps(sizes).encode() + b"}"
    return PREFIX.pack(len(header), len(body)) + header + body


def _use(frame: Frame) -> None:
    tree = frame.header.get("value")
    if isinstance(tree, dict):
        said = [raised(tree, _place).message]
        said += [explain(kind, tree).message for kind in ("missing", "signature", "not_callable", "too_large")]
        assert all(isinstance(field(sentence), str) for sentence in said)
    value = Decoder(frame.buffers, caps=Caps(values=2000)).decode(tree)
    field(describe(value))
    numbers(value)
    for look in (tensor_view, module_view, forward_list):
        _only(lambda look=look: look(value), KeyError, TypeError)  # type: ignore[misc]
    _only(lambda: expect_float(value, name="It"), CheckFailed)
    _only(lambda: expect_floats(value, name="It", length=2), CheckFailed)
    _only(lambda: expect_close(value, torch.ones(2), mistakes={"one": torch.ones(())}), CheckFailed)
    if isinstance(value, torch.Tensor):
        field(show(value))
        _only(lambda: expect_finite(value, name="It"), CheckFailed)


def _only(use: Callable[[], object], *allowed: type[Exception]) -> None:
    try:
        use()
    except allowed:
        return


def _place(line: int, function: str) -> Place:
    assert line > 0
    return Place(line=line, code="", function=function)
