"""Leaves shared memory behind: POSIX, System V, message queues, files in /dev/shm.

expect: verdict=failed, score<=0
"""
import ctypes
import mmap
from multiprocessing import shared_memory

import torch

libc = ctypes.CDLL(None, use_errno=True)
for leave in (
    lambda: shared_memory.SharedMemory("hostile-left", create=True, size=4096),
    lambda: open("/dev/shm/hostile-left", "w"),
    lambda: torch.ones(4).share_memory_(),
    lambda: libc.shmget(0x4057, 4096, 0o1666) >= 0 and print("CAN" "ARY-shm"),
    lambda: libc.msgget(0x4057, 0o1666) >= 0 and print("CAN" "ARY-msg"),
    lambda: libc.semget(0x4057, 1, 0o1666) >= 0 and print("CAN" "ARY-sem"),
    lambda: libc.mq_open(b"/hostile-left", 0o102, 0o666, None) >= 0 and print("CAN" "ARY-mq"),
    lambda: mmap.mmap(-1, 4096, flags=mmap.MAP_SHARED),
):
    try:
        leave()
    except (OSError, RuntimeError):
        pass
sum_of_cubes = gradient_by_autograd = gradient_by_hand = lambda x: x  # wrong
