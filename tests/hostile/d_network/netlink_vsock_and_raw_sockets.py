"""Opens sockets of every family and kind there is, netlink, vsock, packet and raw ones among them.

expect: verdict=failed, score<=0
"""
import socket

for family in range(0, 46):
    for kind in (1, 2, 3, 5):
        try:
            socket.socket(family, kind, 0)
            print("CAN" "ARY-socket", family, kind)
        except OSError:
            pass
sum_of_cubes = gradient_by_autograd = gradient_by_hand = lambda x: x  # wrong
