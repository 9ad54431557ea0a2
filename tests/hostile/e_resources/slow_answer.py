"""Sends an answer byte by byte, so that reading it never ends.

expect: verdict=timed_out, score<=0, says=stopped after
"""
import os
import struct
import time


def drip(x):
    for byte in struct.pack("!IQ", 1000, 0) + b"{" * 1000:
        for descriptor in range(3, 8):
            try:
                os.write(descriptor, bytes([byte]))
            except OSError:
                pass
        time.sleep(0.05)


sum_of_cubes = gradient_by_autograd = gradient_by_hand = drip
