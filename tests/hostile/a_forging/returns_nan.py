"""Returns NaN everywhere: every comparison with it is false, so "not different" would hold.

expect: verdict=failed, score<=0, says=NaN
"""
sum_of_cubes = lambda x: x.sum() * float("nan")
gradient_by_autograd = gradient_by_hand = lambda x: x * float("nan")
