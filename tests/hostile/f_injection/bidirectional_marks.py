"""Hides and reorders text: bidirectional marks, zero width, tags, line separators.

expect: verdict=failed, score<=0, says=payload
"""
print("payload \u202e01/01\u202c \u2066\u2069 \u200b\u200f\u2028\u2029 \U000e0041\U000e007f \ufeff \u00ad")


def sum_of_cubes(x):
    raise ValueError("payload \u202e drawkcab \u2028 next")


gradient_by_autograd = gradient_by_hand = sum_of_cubes
