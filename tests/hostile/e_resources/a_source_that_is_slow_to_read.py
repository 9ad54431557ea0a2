"""Is made to be slow to look through, before any of it runs: nested keywords, each written out again at every level.

expect: verdict=failed, score<=0
"""
f = dict
value = f(a=f(a=f(a=f(a=f(a=f(a=f(a=f(a=f(a=f(a=f(a=f(a=f(a=f(a=f(a=f(a=f(a=f(a=f(a=f(a=[1, 2, 3]))))))))))))))))))))
sum_of_cubes = gradient_by_autograd = gradient_by_hand = lambda x: x  # wrong
