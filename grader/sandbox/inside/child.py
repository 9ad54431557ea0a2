"""The child's side of the wire: takes orders, answers with data, until it is killed.

From `run` on, student code shares this process. Nothing here is secret and nothing that leaves here is believed.
"""

from __future__ import annotations

import contextlib
import json
import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Any, NoReturn

from grader.sandbox.decode import Decoder
from grader.sandbox.encode import Encoder
from grader.sandbox.inside import devices
from grader.sandbox.inside.handles import Handles
from grader.sandbox.inside.program import Program, Refusal, explain
from grader.sandbox.wire import Frame, Tree, WireError, read_frame


def serve_descriptors(
    channel: int, output: int, settings: dict[str, Any], confine: Callable[[], tuple[str, ...]]
) -> NoReturn:
    """Serve one submission in a forked child: confine it, then take orders from the socket `channel`."""
    _redirect(output)
    servant = _settle(settings)  # before the confinement, after which nothing of the grader can be imported
    layers = confine()
    _serve(os.fdopen(channel, "rb"), os.fdopen(os.dup(channel), "wb"), servant, layers)


def serve_standard_streams() -> NoReturn:
    """Serve one submission in a spawned process: orders on stdin, answers on stdout, output on stderr.

    The first line on stdin is the settings: a process started ahead of need does not know them yet.
    """
    from grader.sandbox.inside import elsewhere

    orders, answers = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    _redirect(os.dup(2))
    if not (line := orders.readline()):
        os._exit(0)  # nobody needed this process
    settings = json.loads(line)
    servant = _settle(settings)
    _serve(orders, answers, servant, (*settings["layers"], *elsewhere.confine(settings["limits"])))


def open_streams() -> None:
    """Python's standard streams as a submission has them. Made before the fork: to make them takes as long as that."""
    sys.stdin = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115
    for name, descriptor in (("stdout", 1), ("stderr", 2)):
        stream = open(  # noqa: SIM115
            descriptor, "w", encoding="utf-8", errors="backslashreplace", closefd=False, buffering=1
        )  # by lines, so that what was printed before a crash is not lost
        setattr(sys, name, stream)
        setattr(sys, f"__{name}__", stream)


def _settle(settings: dict[str, Any]) -> Servant:
    """Move into the scratch folder, which is also home and the place for temporary files."""
    work = settings["scratch"]
    home = os.path.dirname(work)
    os.chdir(work)
    for name in ("HOME", "TMPDIR", "TEMP", "TMP", "MPLCONFIGDIR"):
        os.environ[name] = home
    tempfile.tempdir = None  # computed once, from the environment before
    if not is_real(settings):
        os.environ["CUDA_VISIBLE_DEVICES"] = ""  # the same verdict on a machine that has one
    return Servant(settings)


def is_real(settings: dict[str, Any]) -> bool:
    """Whether this child is to use the machine's own accelerator."""
    return bool((settings["accelerator"] or {}).get("real"))


def _redirect(output: int) -> None:
    """Standard input is empty; both output streams go to the grader."""
    empty = os.open(os.devnull, os.O_RDONLY)
    for source, target in ((empty, 0), (output, 1), (output, 2)):
        os.dup2(source, target)
    os.close(empty)
    os.close(output)


def _serve(orders: IO[bytes], answers: IO[bytes], servant: Servant, layers: tuple[str, ...]) -> NoReturn:
    Frame({"kind": "ready", "id": 0, "value": list(layers)}).write_to(answers)
    while (frame := read_frame(orders)) is not None:
        answer = servant.obey(frame)
        _flush_output()
        try:
            answer.write_to(answers)
        except WireError as problem:
            Frame({"kind": "too_large", "id": frame.header["id"], "value": {"why": str(problem)}}).write_to(answers)
    os._exit(0)


def _flush_output() -> None:
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(Exception):  # the submission may have closed or replaced its streams
            stream.flush()


class Servant:
    """Obeys one order at a time. An order's name is a method of `Program` or `Handles`, marked as such."""

    def __init__(self, settings: dict[str, Any]) -> None:
        self._device_of: Callable[[Any], Any] = lambda tensor: tensor.device
        accelerator = settings["accelerator"]
        if accelerator is not None and not is_real(settings):
            from grader.sandbox.inside.accelerator import simulate

            self._device_of = simulate(cuda=accelerator["cuda"], mps=accelerator["mps"]).device_of
        self._handles = Handles(self._device_of)
        self._program = Program(
            self._handles, Path(settings["scratch"]).parent / "submission.py", has_device=is_real(settings)
        )
        self._orders: dict[str, Callable[..., Any]] = {
            **self._program.orders(),
            **self._handles.orders(),
            "try_device": devices.can_compute,
        }

    def obey(self, frame: Frame) -> Frame:
        """The answer to one order: a value, or why there is none."""
        number = frame.header["id"]
        try:
            if frame.header["begin"] is not None:
                self._program.begin(frame.header["begin"])
            arguments = Decoder(frame.buffers, resolve=self._handles.resolve).decode(frame.header["value"])
            encoder = Encoder(keep=self._handles.keep, device_of=self._device_of)
            if frame.header["do"] == "several":  # each answer is put down before the next one can change it
                tree: Tree = [encoder.encode(pair, 1) for pair in self._several(**arguments)]
            else:
                tree = encoder.encode(self._orders[frame.header["do"]](**arguments))
            return Frame({"kind": "value", "id": number, "value": tree}, tuple(encoder.buffers))
        except Refusal as refusal:
            return Frame({"kind": refusal.kind, "id": number, "value": refusal.facts})
        except WireError as problem:
            return Frame({"kind": "too_large", "id": number, "value": {"why": str(problem)}})
        except BaseException as raised:  # noqa: BLE001  # also SystemExit: whatever it is, it is the answer
            return Frame({"kind": "raised", "id": number, "value": explain(raised, self._program.filename)})

    def _several(self, order: str, each: list[list[Any]]) -> Iterator[tuple[str, Any]]:
        """Obey an order with one list of arguments after the other, up to the first that has no value for an answer.

        Gives "value" and the answer, or why there is none and the facts as JSON.
        """
        for arguments in each:
            try:
                answer = self._orders[order](*arguments)
            except Refusal as refusal:
                yield refusal.kind, json.dumps(refusal.facts)
                return
            except BaseException as raised:  # noqa: BLE001  # as in every answer
                yield "raised", json.dumps(explain(raised, self._program.filename))
                return
            yield "value", answer
