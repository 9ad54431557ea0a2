"""Returns dictionaries of 90,000 and of 300,000 keys.

expect: verdict=failed|timed_out, score<=0
"""
sum_of_cubes = lambda x: {f"key {number}": number for number in range(90_000)}
gradient_by_autograd = gradient_by_hand = lambda x: {f"key {number}": number for number in range(300_000)}
