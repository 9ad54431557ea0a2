"""Prints the mark that parts what an import printed from what calls printed.

expect: verdict=failed, score<=0, says=payload
"""
print("payload \x1e first \x1e second")


def sum_of_cubes(x):
    print("\x1e third \x1e")
    return x


gradient_by_autograd = gradient_by_hand = sum_of_cubes
