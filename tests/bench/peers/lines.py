"""What the peer scripts share: names come in on stdin, a line each; a line goes out for each: the figure, or "error: why"."""

import sys
import time

ROUND_SECONDS = 0.08  # of a kernel
MOST_CALLS = 20000


def seconds_per_call(call, wait, calls):
    """Mean time of a call, results dropped as they come, with one wait for the last."""
    start = time.perf_counter()
    for _ in range(calls):
        result = call()
    wait(result)
    return (time.perf_counter() - start) / calls


def kernel(make, wait):
    """A figure in microseconds: `make` gives the call, once."""
    state = []

    def figure():
        if not state:
            call = make()
            seconds_per_call(call, wait, 2)
            one = seconds_per_call(call, wait, 3)
            state.extend([call, max(1, min(MOST_CALLS, int(ROUND_SECONDS / one)))])
        return seconds_per_call(state[0], wait, state[1]) * 1e6

    return figure


def serve(figures):
    """`figures`: by name, functions that run one round; the first answer comes after a round that is not counted."""
    known = set()
    for line in sys.stdin:
        name = line.strip()
        try:
            if name not in known:
                figures[name]()  # traces, allocates
                known.add(name)
            print(f"{figures[name]():.6g}", flush=True)
        except Exception as error:  # pylint: disable=broad-except
            print("error:", repr(error).replace("\n", " "), flush=True)
