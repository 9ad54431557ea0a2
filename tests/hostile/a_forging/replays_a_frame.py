"""Sends the right answer to the worked example again and again, ahead of every question.

expect: verdict=failed|crashed, score<=3
"""
import json
import os
import struct

VALUES = (3.0, 12.0, 27.0, 48.0)
for number in range(2, 40):
    tensor = {"$": "tensor", "dtype": "float32", "shape": [4], "requires_grad": False, "device": "cpu", "buffer": 0}
    header = json.dumps({"kind": "value", "id": number, "value": tensor, "sizes": [16]}).encode()
    frame = struct.pack("!IQ", len(header), 16) + header + struct.pack("<4f", *VALUES)
    for descriptor in range(3, 64):
        try:
            os.write(descriptor, frame)
        except OSError:
            pass
sum_of_cubes = gradient_by_autograd = gradient_by_hand = lambda x: x
