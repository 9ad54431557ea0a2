"""Burns processor time in threads while the main thread sleeps, at import.

expect: verdict=timed_out|crashed, score<=0
"""
import threading
import time

import torch

torch.set_num_threads(8)
for _ in range(8):
    threading.Thread(target=lambda: [torch.ones(300, 300) @ torch.ones(300, 300) for _ in range(10 ** 9)], daemon=True).start()
time.sleep(60)
sum_of_cubes = gradient_by_autograd = gradient_by_hand = lambda x: x  # wrong
