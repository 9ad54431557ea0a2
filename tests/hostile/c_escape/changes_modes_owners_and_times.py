"""Changes the mode, owner and times of files that are not its own, which no Landlock forbids.

expect: verdict=failed, score<=0
"""
import os

for path in ("@HOME@/.netrc", "@HOME@/.ssh/id_ed25519", "@SUBMISSIONS@/neighbour.py", "@HOME@"):
    for change in (
        lambda: os.chmod(path, 0o777),
        lambda: os.chown(path, 65534, 65534),
        lambda: os.utime(path, (0, 0)),
        lambda: os.setxattr(path, "user.hostile", b"left"),
    ):
        try:
            change()
        except OSError:
            pass
sum_of_cubes = gradient_by_autograd = gradient_by_hand = lambda x: x  # wrong
