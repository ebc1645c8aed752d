# SPDX-License-Identifier: Apache-2.0
"""Applicants for credit: a table to train on, or requests to a server, from an age shift on if asked.

usage: load.py --table ROWS > data.csv
       load.py --requests N [--shift YEARS] [--threads T] PORT     prints counts and latencies as JSON
"""
import argparse
import http.client
import json
import math
import random
import sys
import threading
import time
import urllib.parse

NAMES = ["age", "income", "debt", "late_payments"]


def applicant(rng, shift=0.0):
    """Features of one applicant; younger ones earn less, and some do not say what they earn."""
    age = min(90, max(18, rng.gauss(42 - shift, 12)))
    income = rng.lognormvariate(10.2 + 0.012 * (age - 42), 0.4)
    debt = rng.betavariate(2, 5)
    late = min(9, int(rng.expovariate(0.9 + 0.4 * (1 - debt))))
    return [round(age, 1), None if rng.random() < 0.03 else round(income), round(debt, 3), late]


def defaults(rng, features):
    age, income, debt, late = features
    odds = -3.2 + 3 * debt + 0.7 * late - 0.02 * (age - 42) - 0.6 * math.log((income or 25000) / 27000)
    return int(rng.random() < 1 / (1 + math.exp(-odds)))


def table(rows, seed):
    rng = random.Random(seed)
    yield ",".join([*NAMES, "defaulted"])
    for _ in range(rows):
        features = applicant(rng)
        yield ",".join("" if value is None else str(value) for value in features) + f",{defaults(rng, features)}"


def client(port, requests, seed, shift, seconds, failures):
    rng = random.Random(seed)
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    for _ in range(requests):
        values = zip(NAMES, applicant(rng, shift))
        query = urllib.parse.urlencode({name: value for name, value in values if value is not None})
        began = time.perf_counter()
        try:
            connection.request("GET", f"/predict?{query}")
            answer = connection.getresponse()
            score = json.loads(answer.read())["score"] if answer.status == 200 else math.nan
        except (OSError, http.client.HTTPException, ValueError) as error:
            failures.append(repr(error))
            connection.close()
            continue
        seconds.append(time.perf_counter() - began)
        if not 0 <= score <= 1:
            failures.append(f"status {answer.status}, score {score}")
    connection.close()


def load(port, requests, threads=2, shift=0.0, seed=1):
    """Send `requests` in all over `threads` connections; counts, and latencies in milliseconds."""
    seconds, failures = [], []
    parts = [requests // threads + (k < requests % threads) for k in range(threads)]
    clients = [threading.Thread(target=client, args=(port, n, f"{seed} {k}", shift, seconds, failures))
               for k, n in enumerate(parts)]
    for one in clients:
        one.start()
    for one in clients:
        one.join()
    seconds.sort()
    at = {f"p{q}_ms": round(1000 * seconds[min(len(seconds) - 1, len(seconds) * q // 100)], 3)
          for q in (50, 99)} if seconds else {}
    return {"requests": requests, "answered": len(seconds), "failed": len(failures), **at,
            "first_failure": failures[0] if failures else None}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("port", type=int, nargs="?")
    parser.add_argument("--table", type=int, metavar="ROWS")
    parser.add_argument("--requests", type=int, default=1000)
    parser.add_argument("--shift", type=float, default=0.0)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    if given.table:
        for line in table(given.table, given.seed):
            print(line)
        return 0
    if given.port is None:
        parser.error("PORT or --table ROWS")
    result = load(given.port, given.requests, given.threads, given.shift, given.seed)
    print(json.dumps(result))
    return 1 if result["failed"] else 0


if __name__ == "__main__":
    sys.exit(main())
