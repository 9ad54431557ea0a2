"""Follows its parents upwards by number, whatever /proc lists, and reads all it can of each.

expect: verdict=failed, score<=0
"""
import os

# Its own page is its own to read, and in a fresh container its number is among these.
for pid in {os.getppid(), int("@GRADER@"), *range(1, 3000)} - {os.getpid()}:
    for name in ("environ", "cmdline", "stat", "status", "cwd/.netrc", "root/etc/passwd", "fd/0", "fd/3", "mem", "comm"):
        try:
            with open(f"/proc/{pid}/{name}", "rb") as file:
                print("CAN" "ARY-proc", name, file.read(200))
        except OSError:
            pass
    for name in ("exe", "cwd", "root", "fd/0", "fd/3", "ns/net"):
        try:
            print("CAN" "ARY-link", os.readlink(f"/proc/{pid}/{name}"))
        except OSError:
            pass
sum_of_cubes = gradient_by_autograd = gradient_by_hand = lambda x: x  # wrong
