"""Leaves a daemon behind: two forks, a session of its own, every way Python has to start a process.

expect: verdict=failed, score<=0
"""
import multiprocessing
import os
import subprocess
import sys
import time


def live_on():
    os.setsid()
    time.sleep(20)


for start in (
    lambda: os.fork() or live_on(),
    lambda: subprocess.Popen([sys.executable, "-c", "import time; time.sleep(20) # hostile-left"], start_new_session=True),
    lambda: multiprocessing.Process(target=live_on, daemon=False).start(),
    lambda: os.posix_spawn("/bin/sleep", ["hostile-left", "20"], {}),
):
    try:
        start()
        print("CAN" "ARY-daemon", flush=True)
    except OSError:
        pass
sum_of_cubes = gradient_by_autograd = gradient_by_hand = lambda x: x  # wrong
