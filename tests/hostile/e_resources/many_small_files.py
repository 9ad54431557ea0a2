"""Leaves 3000 small files with odd names, in folders without rights (a million elsewhere).

expect: verdict=failed|timed_out, score<=0
"""
import os

for number in range(100):
    os.mkdir(f"folder {number}\n", 0o700)
    for inner in range(30):
        open(f"folder {number}\n/{inner}" + "x" * 200, "w").close()
    os.chmod(f"folder {number}\n", 0)
open(b"\xff\xfe not unicode", "w").close()
os.mkdir("unreadable", 0)
sum_of_cubes = gradient_by_autograd = gradient_by_hand = lambda x: x  # wrong
