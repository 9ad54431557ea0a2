"""Opens pipes until nothing is left, and fills them.

expect: verdict=failed|crashed|timed_out, score<=0
"""
import os

pipes = []
try:
    while len(pipes) < 5000:
        pipes.append(os.pipe())
        os.set_blocking(pipes[-1][1], False)
        os.write(pipes[-1][1], bytes(1 << 16))
    print("CAN" "ARY-pipes")
except OSError:
    pass
sum_of_cubes = gradient_by_autograd = gradient_by_hand = lambda x: x  # wrong
