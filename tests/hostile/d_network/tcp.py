"""Connects to a listener over TCP, by socket, asyncio, urllib and file-like helpers, and listens itself.

expect: verdict=failed, score<=0
"""
import asyncio
import socket
import urllib.request

for reach in (
    lambda: socket.create_connection(("127.0.0.1", int("@TCP@")), 0.3).sendall(b"hostile"),
    lambda: urllib.request.urlopen("http://127.0.0.1:@TCP@/", timeout=0.3),
    lambda: asyncio.run(asyncio.open_connection("127.0.0.1", int("@TCP@"))),
    lambda: socket.create_server(("127.0.0.1", 0)),
    lambda: socket.create_connection(("::1", int("@TCP@")), 0.3),
):
    try:
        reach()
        print("CAN" "ARY-tcp")
    except OSError:
        pass
sum_of_cubes = gradient_by_autograd = gradient_by_hand = lambda x: x  # wrong
