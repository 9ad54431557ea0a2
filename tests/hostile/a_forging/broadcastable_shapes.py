"""Returns right values in shapes that broadcast against the right one: (n, 1), (1, n), and one value for all.

expect: verdict=failed, score<=0, says=shape
"""
sum_of_cubes = lambda x: (x.reshape(-1) ** 3).sum().reshape(1, 1)
gradient_by_autograd = lambda x: (3 * x ** 2).unsqueeze(-1)
gradient_by_hand = lambda x: (3 * x ** 2).unsqueeze(0)
