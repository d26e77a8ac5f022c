"""Times of repeated calls, inside the worker."""

import time

import numpy as np


def measure(run, iterations):
    """Milliseconds of each call, float64 [iterations]."""
    times = np.empty(iterations)
    for index in range(iterations):
        started = time.perf_counter()
        run()
        times[index] = (time.perf_counter() - started) * 1e3
    return times


def measure_stream(answers):
    """Milliseconds from each answer to the next: one less than there are answers, since the first only starts the clock."""
    times = []
    last = None
    for _ in answers:
        now = time.perf_counter()
        if last is not None:
            times.append((now - last) * 1e3)
        last = now
    return np.array(times)
