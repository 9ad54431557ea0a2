r"""Uses text that is no Unicode, or ends where C thinks it does: lone surrogates, NUL, noncharacters.

expect: verdict=failed, score<=0, says=payload
"""
print("payload \ud800 \udcff \x00 \ufffe \U0010ffff")


def sum_of_cubes(x):
    raise ValueError("payload \ud800\x00\udfff")


def gradient_by_autograd(x):
    return "\udc80\x00"


def gradient_by_hand(x):
    return {"\ud800": "\udfff"}
