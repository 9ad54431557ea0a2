"""Calls socket() and connect() by their numbers, past everything that Python might refuse.

expect: verdict=failed, score<=0
"""
import ctypes
import platform
import struct

syscall = ctypes.CDLL(None, use_errno=True).syscall
make, connect = (41, 42) if platform.machine() == "x86_64" else (198, 203)
address = struct.pack("=H", 2) + struct.pack("!H4s8x", int("@TCP@"), bytes((127, 0, 0, 1)))
descriptor = syscall(ctypes.c_long(make), 2, 1, 0)
if descriptor >= 0:
    print("CAN" "ARY-socket")
for any_descriptor in range(3, 32):
    if syscall(ctypes.c_long(connect), any_descriptor, address, 16) == 0:
        print("CAN" "ARY-connected")
sum_of_cubes = gradient_by_autograd = gradient_by_hand = lambda x: x  # wrong
