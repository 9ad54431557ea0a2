"""Writes one file without end, and one with a hole of a terabyte.

expect: verdict=failed|timed_out, score<=0
"""
import os

try:
    with open("huge", "wb") as file:
        for _ in range(200):
            file.write(bytes(1 << 20))
            file.flush()
    print("CAN" "ARY-huge")
except OSError:
    pass
try:
    os.truncate("huge", 1 << 40)
    print("CAN" "ARY-sparse")
except OSError:
    pass
sum_of_cubes = gradient_by_autograd = gradient_by_hand = lambda x: x  # wrong
