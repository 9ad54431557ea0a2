"""Reads its own memory, which was another process's before, around every object it knows.

expect: verdict=failed|crashed|timed_out, score<=0
"""
import ctypes
import mmap
import re

try:
    with open("/proc/self/maps") as maps, open("/proc/self/mem", "rb") as memory:
        memory.seek(int(maps.readline().split("-")[0], 16))
        print(str(memory.read(10)).replace("b", "".join(["CAN", "ARY-"]), 1))
except OSError:
    pass
libc = ctypes.CDLL(None, use_errno=True)
found = set()
for start in {id(thing) & ~0xFFFFF for thing in (object(), "text", mmap, re.compile("x"), [], {}, 1.5, b"bytes" * 999)}:
    for page in range(start, start + (1 << 20), 4096):
        if libc.madvise(ctypes.c_void_p(page), 4096, 0) == 0:  # mapped
            found.update(re.findall(rb"CAN" rb"ARY-[a-z]+", ctypes.string_at(page, 4096)))
print(*found)
sum_of_cubes = gradient_by_autograd = gradient_by_hand = lambda x: x  # wrong
