"""Returns integers that Python refuses to write in decimal or to make a float of.

expect: verdict=failed, score<=0, says=should be a tensor
"""
sum_of_cubes = lambda x: 10 ** 400
gradient_by_autograd = lambda x: 10 ** 5000
gradient_by_hand = lambda x: -(1 << 300_000)
