"""Reads the terminal and standard input of whoever runs the grader.

expect: verdict=failed, score<=0
"""
import os
import sys

print(repr(sys.stdin.read()), os.read(0, 100))
for path in ("/dev/tty", "/dev/console", "/dev/tty0", "/dev/pts/0", "/dev/mem", "/dev/sda", "/dev/vda"):
    try:
        os.open(path, os.O_RDWR | os.O_NONBLOCK)
        print("CAN" "ARY-terminal", path)
    except OSError:
        pass
sum_of_cubes = gradient_by_autograd = gradient_by_hand = lambda x: x  # wrong
