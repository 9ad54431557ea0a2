"""Opens paths without the right to read them (O_PATH) and tries to turn those into readable ones.

expect: verdict=failed, score<=0
"""
import os

for path in ("@HOME@/.netrc", "/etc/passwd", "@SUBMISSIONS@"):
    try:
        descriptor = os.open(path, os.O_PATH)
    except OSError:
        continue
    for reopen in (lambda: os.open(f"/proc/self/fd/{descriptor}", os.O_RDONLY), lambda: os.open("neighbour.py", os.O_RDONLY, dir_fd=descriptor)):
        try:
            print("CAN" "ARY-path", os.read(reopen(), 100))
        except OSError:
            pass
sum_of_cubes = gradient_by_autograd = gradient_by_hand = lambda x: x  # wrong
