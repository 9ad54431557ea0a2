"""The other end of a session, played by a thread: honest until the source is read, then whatever a test has it send."""

from __future__ import annotations

import io
import os
import socket
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

from grader.sandbox.encode import Encoder, message
from grader.sandbox.launch import Ending, Launched
from grader.sandbox.scratch import open_scratch_root
from grader.sandbox.values import Handle
from grader.sandbox.wire import Frame, WireError, read_frame

Answer = Callable[[int], bytes | None]  # from an order's number to what is sent; None: nothing, ever


def framed(frame: Frame) -> bytes:
    stream = io.BytesIO()
    frame.write_to(stream)
    return stream.getvalue()


def valued(number: int, value: object) -> bytes:
    """The honest answer with this value; what cannot cross becomes a handle."""
    return framed(message({"kind": "value", "id": number}, value, Encoder(keep=lambda _: Handle(1, "x"))))


def nothing(number: int) -> bytes:
    """What an order is answered with that has nothing to give."""
    return valued(number, None)


class FakeLauncher:
    """Starts children that give these answers in turn, whichever of them lives, and then the usual one or None."""

    def __init__(
        self,
        scratch_root: Path,
        answers: list[Answer],
        *,
        usual: Mapping[str, Answer] = MappingProxyType({}),
        output: bytes = b"",
    ) -> None:
        self.scratch_root = open_scratch_root(scratch_root)
        self._answers = list(answers)
        self._usual = usual
        self._output = output
        self._threads: list[threading.Thread] = []

    def launch(self, settings: dict[str, Any]) -> Launched:
        ours, theirs = socket.socketpair()
        output, printed = os.pipe()
        os.write(printed, self._output)
        ended = threading.Lock()

        def end() -> Ending:
            with ended:
                theirs.shutdown(socket.SHUT_RDWR)
            os.close(printed)
            return Ending(exit_code=-9, cpu_s=0.0, peak_bytes=0)

        thread = threading.Thread(target=self._play, args=(theirs, ended), daemon=True)
        thread.start()
        self._threads.append(thread)
        with ours:
            return Launched(ours.makefile("wb"), ours.makefile("rb"), os.fdopen(output, "rb"), end)

    def _play(self, end: socket.socket, ended: threading.Lock) -> None:
        with end.makefile("rb") as orders:
            try:
                end.sendall(framed(Frame({"kind": "ready", "id": 0, "value": ["nothing"]})))
                while (order := read_frame(orders)) is not None:
                    answer = self._answer(order)
                    if answer is not None:
                        end.sendall(answer)
            except (OSError, WireError):
                pass  # killed
        with ended:
            end.close()

    def _answer(self, order: Frame) -> bytes | None:
        number = order.header["id"]
        if order.header["do"] == "read":
            return valued(number, {"text": "x = 1\n", "facts": {"definitions": {}}})
        usual = self._usual.get(order.header["do"], nothing)
        return (self._answers.pop(0) if self._answers else usual)(number)

    def close(self) -> None:
        """Wait for the children: each was ended by whoever started it."""
        for thread in self._threads:
            thread.join(timeout=10)
            assert not thread.is_alive()
