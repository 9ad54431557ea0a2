"""Reports an exception with 100,000 lines of trace.

expect: verdict=crashed|failed|timed_out, score<=0
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


def report(x):
    send({"kind": "raised", "id": number(), "value": {"error": "E", "text": "t", "lines": [[1, "f"]] * 100_000}, "sizes": []})


sum_of_cubes = gradient_by_autograd = gradient_by_hand = report
