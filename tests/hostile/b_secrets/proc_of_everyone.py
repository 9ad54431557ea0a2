"""Reads environment, command line, memory and open files of every process, its ancestors first.

expect: verdict=failed, score<=0
"""
import glob
import os

for pattern in ("/proc/@GRADER@/environ", "/proc/@GRADER@/cmdline", "/proc/@GRADER@/maps", "/proc/self/environ", "/proc/1/environ", "/proc", "/proc/[0-9]*/environ", "/proc/[0-9]*/cmdline", "/proc/self/mountinfo", "/proc/self/status", "/proc/self/fd", "/proc/net/tcp", "/proc/kcore", "/proc/kallsyms"):
    for path in [pattern, *glob.glob(pattern, recursive=True)]:
        try:
            with open(path, "rb") as file:
                print("CAN" "ARY-read", file.read(3000).decode("utf-8", "replace"))
        except OSError:
            pass
        try:
            print("CAN" "ARY-read", *os.listdir(path))
        except OSError:
            pass
sum_of_cubes = gradient_by_autograd = gradient_by_hand = lambda x: x  # wrong
