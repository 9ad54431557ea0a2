"""Takes memory in shared, private and growing mappings, which limits on the heap alone do not see.

expect: verdict=failed|crashed|timed_out, score<=0
"""
import mmap

kept = []
try:
    for _ in range(64):
        kept.append(mmap.mmap(-1, 64 << 20, flags=mmap.MAP_SHARED))
    print("CAN" "ARY-shared")
except (OSError, MemoryError):
    kept.clear()
try:
    growing = mmap.mmap(-1, 4096, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
    growing.resize(4 << 30)
    print("CAN" "ARY-growing")
except (OSError, MemoryError, SystemError):
    pass
sum_of_cubes = gradient_by_autograd = gradient_by_hand = lambda x: x  # wrong
