"""Connects to unix sockets, with a path and in the abstract namespace, streams and datagrams.

expect: verdict=failed, score<=0
"""
import socket

for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM, socket.SOCK_SEQPACKET):
    for address in ("@UNIX@", "\0@ABSTRACT@", "/run/docker.sock", "/run/systemd/private", "/dev/log"):
        try:
            one = socket.socket(socket.AF_UNIX, kind)
            one.connect(address)
            one.send(b"hostile")
            print("CAN" "ARY-unix", address)
        except OSError:
            pass
sum_of_cubes = gradient_by_autograd = gradient_by_hand = lambda x: x  # wrong
