"""Starts 500 threads that never end; ordinary programs need a few dozen at most.

expect: verdict=failed, score<=0
"""
import threading
import time

started = 0
try:
    for _ in range(500):
        threading.Thread(target=time.sleep, args=(30,), daemon=True).start()
        started += 1
except (RuntimeError, MemoryError):
    pass
print("CAN" "ARY-threads" if started == 500 else "few")
sum_of_cubes = gradient_by_autograd = gradient_by_hand = lambda x: x  # wrong
