"""Writes answers that say True, with many request numbers, to every open descriptor, then returns a wrong answer.

expect: verdict=failed|crashed, score<=0
"""
import json
import os
import struct


def forge(x):
    for number in range(1, 40):
        header = json.dumps({"kind": "value", "id": number, "value": True, "sizes": []}).encode()
        for descriptor in range(3, 64):
            try:
                os.write(descriptor, struct.pack("!IQ", len(header), 0) + header)
            except OSError:
                pass
    return x


sum_of_cubes = gradient_by_autograd = gradient_by_hand = forge
