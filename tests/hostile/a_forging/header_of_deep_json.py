"""Answers with a header of a million open brackets, then one of a number with a million digits.

expect: verdict=crashed, score<=0, says=broken data
"""
import json
import os
import struct
import sys
import time


def send(header, body=b"", lengths=None):
    """Write one frame to every channel, with lengths that may be lies, and wait for the end."""
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    data = struct.pack("!IQ", *(lengths or (len(text), len(body)))) + text + body
    for descriptor in range(3, 64):
        try:
            rest = data
            while rest:
                rest = rest[os.write(descriptor, rest):]
        except OSError:
            pass
    time.sleep(5)


def number():
    """The number of the order that is being obeyed, from the frames of the callers."""
    frame = sys._getframe()
    while "number" not in frame.f_locals:
        frame = frame.f_back
    return frame.f_locals["number"]


def sum_of_cubes(x):
    send(b"[" * 1_000_000)


def gradient_by_autograd(x):
    send(b"{\"id\":" + b"9" * 1_000_000 + b"}")


def gradient_by_hand(x):
    value = None
    for _ in range(900):
        value = [value]
    send({"kind": "value", "id": number(), "value": value, "sizes": []})
