"""Answers with 100 tensors that all point to one buffer of 8 MB: 0.8 GB in the grader, and 25 TB at the caps.

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


def many(x):
    tensor = {"$": "tensor", "dtype": "uint8", "shape": [8 << 20], "requires_grad": False, "device": "cpu", "buffer": 0}
    send({"kind": "value", "id": number(), "value": [tensor] * 100, "sizes": [8 << 20]}, bytes(8 << 20))


sum_of_cubes = gradient_by_autograd = gradient_by_hand = many
