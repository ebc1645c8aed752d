# SPDX-License-Identifier: Apache-2.0
"""speed_worker.py: one piece of work by one Python package, as serve.h has it for C.

usage: speed_worker.py MODULE FUNCTION ARGUMENT...

FUNCTION prepares, and gives the name of the package and what to call. The call gives a number that
tells whether it was the same work, nothing, or its own times, where another process worked.
"""
import contextlib
import importlib
import json
import logging
import os
import resource
import sys
import time
import warnings


LEAST = 0.05  # seconds that work is repeated for


def once(call):
    """What one call took, as a row of what serve.h prints."""
    wall, processor, times, spent = time.perf_counter(), time.process_time(), 0, 0
    while spent < LEAST:
        with contextlib.redirect_stdout(sys.stderr):
            answer = call()
        if isinstance(answer, dict):
            return answer
        spent = time.process_time() - processor
        times += 1
    return {"seconds": spent / times, "wall": (time.perf_counter() - wall) / times,
            "answer": None if answer is None else float(answer),
            "peak_bytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024}


def main():
    warnings.simplefilter("ignore")
    logging.disable(logging.CRITICAL)
    module, function, *arguments = sys.argv[1:]
    with contextlib.redirect_stdout(sys.stderr):
        who, call = getattr(importlib.import_module(module), function)(*arguments)
    print(json.dumps({"who": who}), flush=True)
    for _ in sys.stdin:
        print(json.dumps(once(call)), flush=True)
    # Some tools leave threads behind that would keep the process.
    os._exit(0)


if __name__ == "__main__":
    main()
