"""Puts HTML, scripts, styles and templates wherever text goes.

expect: verdict=failed, score<=0, says=payload
"""
HTML = "payload</pre></style></script><script>alert(1)</script><img src=x onerror=alert(1)>{{7*7}}{% raw %}<!--"
print(HTML)


def sum_of_cubes(x):
    raise ValueError(HTML)


def gradient_by_autograd(x):
    raise type("<svg/onload=alert(1)>", (Exception,), {})("' \" onmouseover=alert(1) payload")


gradient_by_hand = lambda x: type("<script>alert(1)</script>", (), {})()
