"""Returns infinity: a relative tolerance of an infinite size would hold anything.

expect: verdict=failed, score<=0
"""
sum_of_cubes = lambda x: x.sum() + float("inf")
gradient_by_autograd = gradient_by_hand = lambda x: x * 0 + float("inf")
