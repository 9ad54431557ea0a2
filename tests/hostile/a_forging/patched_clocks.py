"""Stops every clock, then takes its time.

expect: verdict=timed_out, score<=0, says=stopped after
"""
import time

sleep = time.sleep
time.time = time.monotonic = time.perf_counter = time.process_time = lambda: 0.0
sum_of_cubes = gradient_by_autograd = gradient_by_hand = lambda x: sleep(60)
