"""Reads every descriptor it was born with: only standard streams and its own channel may be there.

expect: verdict=failed|crashed, score<=0
"""
import fcntl
import os
import stat

for descriptor in range(1024):
    try:
        about = os.fstat(descriptor)
    except OSError:
        continue
    if stat.S_ISREG(about.st_mode) or stat.S_ISDIR(about.st_mode) or descriptor > 8:
        print("CAN" "ARY-descriptor", descriptor, oct(about.st_mode))
    if descriptor > 2:
        fcntl.fcntl(descriptor, fcntl.F_SETFL, os.O_NONBLOCK)
        try:
            print(os.read(descriptor, 65536))
        except OSError:
            pass
    try:
        os.pwrite(descriptor, b"hostile", 0)
        print("CAN" "ARY-writable", descriptor)
    except OSError:
        pass
sum_of_cubes = gradient_by_autograd = gradient_by_hand = lambda x: x  # wrong
