"""Reads the machine's own settings.

expect: verdict=failed, score<=0
"""
import glob
import os

for pattern in ("/etc/passwd", "/etc/shadow", "/etc/hosts", "/etc/hostname", "/etc/resolv.conf", "/etc/sudoers", "/etc/ssh", "/etc", "/var/log", "/run", "/root"):
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
