"""A batch played through without grading: measured service times through any number of workers.

The rule is the batch's own: a worker holds `ahead` tasks, and gets its next one when the coordinator has taken in a
result. The coordinator takes in one result after the other, in the order in which they got done.
"""

from __future__ import annotations

import heapq
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Played:
    """How long it took, in seconds, which share of the workers' time was work, and of the coordinator's."""

    makespan: float
    workers_busy: float
    coordinator_busy: float


def play(times: Sequence[float], workers: int, *, ahead: int, coordinator: float, way: float = 0.0) -> Played:
    """Play the tasks that take these seconds each. `coordinator`: its seconds for a result; `way`: a task's.

    A completion is looked at when its time has come, so results reach the coordinator in order, and when a worker's
    next task will be there is known at once: one event for a task is enough.
    """
    coming = iter(times)
    hands: list[deque[tuple[float, float]]] = [deque() for _ in range(workers)]  # (there at, takes)
    for _ in range(ahead):  # a first task for each before any gets a second one
        for hand in hands:
            if (takes := next(coming, None)) is not None:
                hand.append((0.0, takes))
    ends = [(hand.popleft()[1], number) for number, hand in enumerate(hands) if hand]
    heapq.heapify(ends)
    taken_in = now = 0.0
    while ends:
        now, number = ends[0]
        taken_in = max(taken_in, now) + coordinator
        hand = hands[number]
        if (takes := next(coming, None)) is not None:
            hand.append((taken_in + way, takes))
        if hand:
            there, takes = hand.popleft()
            heapq.heapreplace(ends, (max(now, there) + takes, number))
        else:
            heapq.heappop(ends)
    return Played(taken_in, sum(times) / (taken_in * workers), len(times) * coordinator / taken_in)
