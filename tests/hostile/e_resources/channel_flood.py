"""Writes hundreds of megabytes of nothing into every descriptor, as long as somebody takes it.

expect: verdict=crashed|timed_out, score<=0
"""
import os


def flood(x):
    for _ in range(400):
        for descriptor in range(3, 8):
            try:
                os.write(descriptor, bytes(1 << 20))
            except OSError:
                pass


sum_of_cubes = gradient_by_autograd = gradient_by_hand = flood
