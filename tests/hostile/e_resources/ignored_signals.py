"""Ignores and blocks every signal it can, then sleeps.

expect: verdict=timed_out, score<=0, says=stopped after 1.5 seconds
"""
import signal
import time

for number in signal.valid_signals():
    try:
        signal.signal(number, signal.SIG_IGN)
    except (OSError, ValueError):
        pass
signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())
while True:
    try:
        time.sleep(60)
    except BaseException:
        pass
