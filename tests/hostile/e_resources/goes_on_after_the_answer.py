"""Answers, while a thread goes on: it prints, and it sends answers to questions that nobody has asked.

expect: verdict=failed|crashed, score<=0
"""
import json
import os
import struct
import threading
import time


def go_on():
    for number in range(2, 2000):
        header = json.dumps({"kind": "value", "id": number, "value": True, "sizes": []}).encode()
        for descriptor in range(3, 8):
            try:
                os.write(descriptor, struct.pack("!IQ", len(header), 0) + header)
            except OSError:
                pass
        print("still here", flush=True)
        time.sleep(0.001)


def start(x):
    threading.Thread(target=go_on, daemon=True).start()
    return x


sum_of_cubes = gradient_by_autograd = gradient_by_hand = start
