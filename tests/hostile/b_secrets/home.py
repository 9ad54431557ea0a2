"""Reads what a home folder holds: tokens, keys, start-up files.

expect: verdict=failed, score<=0, leaks_without=landlock
"""
import glob
import os

for pattern in ("@HOME@/.netrc", "@HOME@/.ssh/id_ed25519", "@HOME@/.bashrc", "@HOME@/**", "/root", "/root/.netrc", "/root/.ssh"):
    for path in [pattern, *glob.glob(pattern, recursive=True)]:
        try:
            with open(path, "rb") as file:
                print(file.read(3000).decode("utf-8", "replace"))
        except OSError:
            pass
        try:
            print(*os.listdir(path))
        except OSError:
            pass
sum_of_cubes = gradient_by_autograd = gradient_by_hand = lambda x: x  # wrong
