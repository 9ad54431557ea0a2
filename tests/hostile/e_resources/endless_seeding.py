"""Makes the orders slow that surround a call: each seeding takes two seconds, as often as a check begins.

expect: verdict=timed_out, score<=0
"""
import random
import time

random.seed = lambda seed: time.sleep(2)
sum_of_cubes = gradient_by_autograd = gradient_by_hand = lambda x: x  # wrong
