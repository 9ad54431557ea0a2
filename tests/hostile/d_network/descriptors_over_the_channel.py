"""Sends open descriptors over its channel to the grader, a thousand of them.

expect: verdict=failed|crashed, score<=0
"""
import array
import os
import socket

for descriptor in range(3, 9):
    try:
        channel = socket.socket(fileno=os.dup(descriptor))
    except OSError:
        continue
    channel.setblocking(False)
    try:
        for _ in range(10):
            rights = array.array("i", [0] * 100)
            channel.sendmsg([b"\0"], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, rights)])
    except OSError:
        pass
sum_of_cubes = gradient_by_autograd = gradient_by_hand = lambda x: x  # wrong
