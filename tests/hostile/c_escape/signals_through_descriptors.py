"""Has the kernel send signals for it: owners of descriptors, timers, leases, message queues.

expect: verdict=failed, score<=0
"""
import fcntl
import os
import socket

left, right = socket.socketpair()
for descriptor in (left.fileno(), 1, 2):
    for command, value in ((fcntl.F_SETOWN, os.getppid()), (10, 9), (fcntl.F_SETOWN, -os.getppid()), (fcntl.F_NOTIFY, 0x80000001)):
        try:
            fcntl.fcntl(descriptor, command, value)
            print("CAN" "ARY-owner", command)
        except OSError:
            pass
sum_of_cubes = gradient_by_autograd = gradient_by_hand = lambda x: x  # wrong
