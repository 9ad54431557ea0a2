"""Answers with tensors that point to buffers which are not there: before the first, after the last, no number.

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


indexes = iter([-1, 7, True, "0", 1e9] * 20)


def lie(x):
    tensor = {"$": "tensor", "dtype": "float32", "shape": [4], "requires_grad": False, "device": "cpu", "buffer": next(indexes)}
    send({"kind": "value", "id": number(), "value": tensor, "sizes": [16]}, bytes(16))


sum_of_cubes = gradient_by_autograd = gradient_by_hand = lie
