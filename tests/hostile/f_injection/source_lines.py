r"""Has lines of source that a trace repeats, with markup in them.

expect: verdict=failed, score<=0, says=payload
"""


def sum_of_cubes(x):
    raise ValueError("payload")  # </pre><script>alert(1)</script> ::error:: [/red] =1+1 ‮ ​


gradient_by_autograd = gradient_by_hand = sum_of_cubes

# a form feed and a[31m real escape in a comment
