"""Sends datagrams: plain ones, ones with a name lookup in front, and one over a socket pair with an address.

expect: verdict=failed, score<=0
"""
import socket

for reach in (
    lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"hostile", ("127.0.0.1", int("@UDP@"))),
    lambda: socket.getaddrinfo("secret.hostile.invalid", 80),
    lambda: socket.gethostbyname("localhost.invalid"),
    lambda: socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)[0].sendto(b"hostile", "\0@ABSTRACT@"),
    lambda: socket.socketpair()[0].sendto(b"hostile", "\0@ABSTRACT@"),
    lambda: socket.socketpair()[0].sendmsg([b"hostile"], [], 0, "\0@ABSTRACT@"),
):
    try:
        reach()
    except OSError:
        pass
sum_of_cubes = gradient_by_autograd = gradient_by_hand = lambda x: x  # wrong
