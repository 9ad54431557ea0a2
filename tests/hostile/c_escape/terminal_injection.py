"""Types into the terminal of whoever runs the grader (TIOCSTI, TIOCLINUX), and changes its settings.

expect: verdict=failed, score<=0
"""
import fcntl
import os
import termios

for descriptor in range(64):
    for request, value in ((termios.TIOCSTI, b"x"), (0x541C, b"\x03"), (termios.TIOCSCTTY, b"\1"), (termios.TIOCNOTTY, b"")):
        try:
            fcntl.ioctl(descriptor, request, value)
            print("CAN" "ARY-typed", descriptor, request)
        except OSError:
            pass
for path in ("/dev/tty", "/dev/pts/ptmx", "/dev/ptmx"):
    try:
        os.open(path, os.O_RDWR | os.O_NOCTTY)
        print("CAN" "ARY-opened", path)
    except OSError:
        pass
sum_of_cubes = gradient_by_autograd = gradient_by_hand = lambda x: x  # wrong
