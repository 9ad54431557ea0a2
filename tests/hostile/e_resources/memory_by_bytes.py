"""Takes 4 GB in byte arrays, by one piece and by many.

expect: verdict=failed|timed_out, score<=0, says=MemoryError
"""


def sum_of_cubes(x):
    return len(bytearray(4 << 30))


def gradient_by_autograd(x):
    return [bytearray(b"x") * (64 << 20) for _ in range(64)]


gradient_by_hand = gradient_by_autograd
