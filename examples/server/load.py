# SPDX-License-Identifier: Apache-2.0
"""Applicants for credit: a table to train on, or requests to a server, from an age shift on if asked.

usage: load.py --table ROWS > data.csv
       load.py --requests N [--shift YEARS] [--threads T] [--outcomes FILE] PORT...
           prints counts and latencies of each port as JSON; a client asks the ports in turn
"""
import argparse
import json
import math
import random
import socket
import sys
import threading
import time

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


class Connection:
    """Requests one after the other over one connection; it is opened anew after a failure."""

    def __init__(self, port):
        self.port, self.socket = port, None

    def get(self, path):
        """Status and body; OSError where there is no answer."""
        try:
            if self.socket is None:
                self.socket = socket.create_connection(("127.0.0.1", self.port), timeout=30)
                self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self.socket.sendall(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode())
            return self.answer()
        except OSError:
            self.close()
            raise

    def answer(self):
        head, body = b"", b""
        while b"\r\n\r\n" not in head:
            head += self.receive()
        head, body = head.split(b"\r\n\r\n", 1)
        size = int(head.lower().split(b"content-length:", 1)[1].split(b"\r\n", 1)[0])
        while len(body) < size:
            body += self.receive()
        return int(head.split(b" ", 2)[1]), body

    def receive(self):
        part = self.socket.recv(65536)
        if not part:
            raise ConnectionError("closed before the answer")
        return part

    def close(self):
        if self.socket is not None:
            self.socket.close()
        self.socket = None


def query(features):
    return "&".join(f"{name}={value}" for name, value in zip(NAMES, features) if value is not None)


class Traffic:
    """Applicants who come until stop(), or `requests` of them; `shift` may be changed meanwhile."""

    def __init__(self, ports, threads=2, requests=None, shift=0.0, seed=1, outcomes=None, pause=0.0):
        self.ports, self.shift, self.pause = ports, shift, pause
        self.sent, self.seconds, self.failures = ([[] for _ in ports] for _ in range(3))
        self.generations = set()
        self.outcomes = open(outcomes, "a", buffering=1, encoding="ascii") if outcomes else None
        self.stopped = threading.Event()
        parts = [None if requests is None else requests // threads + (k < requests % threads)
                 for k in range(threads)]
        self.clients = [threading.Thread(target=self.client, args=(n, f"{seed} {k}"), daemon=True)
                        for k, n in enumerate(parts)]
        for one in self.clients:
            one.start()

    def client(self, requests, seed):
        rng, sent = random.Random(seed), 0
        connections = [Connection(port) for port in self.ports]
        while sent != requests and not self.stopped.is_set():
            features = applicant(rng, self.shift)
            turns = list(enumerate(connections))
            for k, connection in turns if sent % 2 else reversed(turns):  # none is always the first
                self.ask(k, connection, features)
            if self.outcomes:
                line = ",".join("" if value is None else str(value) for value in features)
                self.outcomes.write(f"{line},{defaults(rng, features)}\n")
            sent += 1
            if self.pause:
                time.sleep(self.pause)
        for connection in connections:
            connection.close()

    def ask(self, k, connection, features):
        path = f"/predict?{query(features)}"
        self.sent[k].append(1)
        began = time.perf_counter()
        try:
            status, body = connection.get(path)
            seconds = time.perf_counter() - began
            answer = json.loads(body) if status == 200 else {}
        except (OSError, ValueError) as error:
            self.failures[k].append(repr(error))
            return
        if not 0 <= answer.get("score", -1) <= 1:
            self.failures[k].append(f"status {status}, {answer}")
            return
        self.generations.add(answer["generation"])
        self.seconds[k].append(seconds)

    def wait(self):
        for one in self.clients:
            one.join()
        if self.outcomes:
            self.outcomes.close()
        return [result(*of) for of in zip(map(len, self.sent), self.seconds, self.failures)]

    def stop(self):
        self.stopped.set()
        return self.wait()


def result(sent, seconds, failures):
    seconds = sorted(seconds)
    at = {f"p{q}_ms": round(1000 * seconds[min(len(seconds) - 1, len(seconds) * q // 100)], 3)
          for q in (50, 99)} if seconds else {}
    return {"requests": sent, "answered": len(seconds), "failed": len(failures), **at,
            "first_failure": failures[0] if failures else None}


def load(port, requests, threads=2, shift=0.0, seed=1):
    """Send `requests` in all over `threads` connections; counts, and latencies in milliseconds."""
    return Traffic([port], threads, requests, shift, seed).wait()[0]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("ports", type=int, nargs="*", metavar="PORT")
    parser.add_argument("--table", type=int, metavar="ROWS")
    parser.add_argument("--requests", type=int, default=1000)
    parser.add_argument("--shift", type=float, default=0.0)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--outcomes", metavar="FILE", help="whom the bank learns to have defaulted, appended")
    given = parser.parse_args()
    if given.table:
        for line in table(given.table, given.seed):
            print(line)
        return 0
    if not given.ports:
        parser.error("PORT or --table ROWS")
    results = Traffic(given.ports, given.threads, given.requests, given.shift, given.seed,
                      given.outcomes).wait()
    for one in results:
        print(json.dumps(one))
    return 1 if any(one["failed"] for one in results) else 0


if __name__ == "__main__":
    sys.exit(main())
