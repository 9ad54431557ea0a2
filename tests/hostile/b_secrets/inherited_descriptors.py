"""Reads every descriptor it was born with: only standard streams and its own channel may be there.

expect: verdict=failed|crashed, score<=0
"""
import fcntl
import os
import stat

sockets = []
for descriptor in range(1024):
    try:
        about = os.fstat(descriptor)
    except OSError:
        continue
    if stat.S_ISSOCK(about.st_mode):
        sockets.append(descriptor)
    elif descriptor > 2:
        print("CAN" "ARY-descriptor", descriptor, oct(about.st_mode))
    if descriptor > 2:  # its own channel may be broken by this
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
if len({os.fstat(descriptor).st_ino for descriptor in sockets}) > 1:
    print("CAN" "ARY-sockets", sockets)
sum_of_cubes = gradient_by_autograd = gradient_by_hand = lambda x: x  # wrong
