#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A model is trained and served, its applicants change, Prometheus tells, the model is trained anew, the alert ends.

usage: demo.py [--threads] [--pairs N] TRAIN SERVE

Two worker processes serve, with --threads one process. Exit code 0: all of it happened and no request was
left without an answer. 77: Prometheus or Alertmanager is not installed.
"""
import argparse
import contextlib
import os
import pathlib
import shlex
import signal
import subprocess
import sys
import tempfile
import time

import load
import stack

WINDOW, ROWS, SHIFT = 1000, 8000, 15
RULES = ("DriftAlarm", "DriftDetected")
BEGIN = time.monotonic()


def say(text):
    print(f"{time.monotonic() - BEGIN:5.1f} s  {text}", flush=True)


def listed(names):
    return ", ".join(sorted(names))


def end(number, _):
    """Blocks end what they began; a second signal does not disturb them."""
    for one in (signal.SIGINT, signal.SIGTERM):
        signal.signal(one, signal.SIG_IGN)
    sys.exit(128 + number)


def train(folder, program):
    """A first model, and the link to it."""
    first = folder / "first"
    first.mkdir()
    (folder / "train.csv").write_text("\n".join(load.table(20000, 1)) + "\n", encoding="ascii")
    subprocess.run([program, folder / "train.csv", first / "model.json", first / "reference.drift"],
                   check=True)
    (folder / "current").symlink_to("first")
    return folder / "current"


def compare_latencies(serve, link, pairs):
    """Two servers, asked in turn by one client: what observing costs."""
    with contextlib.ExitStack() as both:
        ports = [both.enter_context(stack.serving(serve, *options, link)).port
                 for options in (["--threads", 2], ["--threads", 2, "--unobserved"])]
        load.Traffic(ports, 1, pairs // 10, seed=4).wait()
        results = load.Traffic(ports, 1, pairs, seed=5).wait()
    for name, one in zip(("with libdrift", "without"), results):
        say(f"/predict {name:>13}: median {one['p50_ms']:.3f} ms, p99 {one['p99_ms']:.3f} ms, "
            f"{one['answered']} of {one['requests']} answered")
    return results


def tell_story(traffic, server, received):
    """The applicants change; what follows, as it follows."""
    stack.wait_for(lambda: stack.series(server.port, 'drift_window_rows{model="credit"}'), "a window is full")
    time.sleep(2)
    assert not received.alerts, received.alerts
    say(f"{len(traffic.sent[0])} requests as in training: no alert. Now applicants {SHIFT} years younger")
    traffic.shift = SHIFT
    alert = stack.wait_for(server.alerts, "the monitor alarms")[0]
    say(f"libdrift: {alert['message']}")
    for name in RULES:
        stack.wait_for(lambda: received.columns(name, "firing"), f"Alertmanager tells of {name}")
        say(f"webhook: {name} firing for {listed(received.columns(name, 'firing'))}")
    stack.wait_for(lambda: 2 in traffic.generations, "the new model answers")
    say(f"trained on the {ROWS} applicants after the alarm; the new model answers")
    for name in RULES:
        stack.wait_for(lambda: received.columns(name, "resolved") == received.columns(name, "firing"),
                       f"{name} ends")
        say(f"webhook: {name} resolved for {listed(received.columns(name, 'resolved'))}")


def run(given, folder):
    link = train(folder, given.train)
    say("trained on 20,000 applicants")
    compare_latencies(given.serve, link, given.pairs)
    outcomes = folder / "outcomes.csv"
    outcomes.touch()
    retrain = [sys.executable, pathlib.Path(__file__).with_name("retrain.py"), "--train", given.train,
               "--outcomes", outcomes, "--rows", ROWS, "--seconds", 60, link]
    variant = ["--threads", 2] if given.threads else ["--workers", 2]
    options = [*variant, "--window", WINDOW, "--alpha", 0.001, "--retrain-seconds", 60,
               "--retrain", shlex.join(map(str, retrain))]
    with stack.serving(given.serve, *options, link) as server, \
            stack.watching(folder, server.port) as received:
        say("two threads serve" if given.threads else "two worker processes serve")
        traffic = load.Traffic([server.port], 2, outcomes=outcomes, pause=0.001)
        try:
            tell_story(traffic, server, received)
        finally:
            result = traffic.stop()[0]
    say(f"{result['requests']} requests, {result['answered']} answered, {result['failed']} not; "
        f"median {result['p50_ms']:.3f} ms, p99 {result['p99_ms']:.3f} ms")
    assert result["failed"] == 0 and result["answered"] == result["requests"], result["first_failure"]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("train", type=pathlib.Path)
    parser.add_argument("serve", type=pathlib.Path)
    parser.add_argument("--threads", action="store_true", help="one process with threads")
    parser.add_argument("--pairs", type=int, default=5000, help="requests with and without libdrift (5000)")
    given = parser.parse_args()
    given.train, given.serve = given.train.resolve(), given.serve.resolve()
    if stack.missing():
        print(f"not installed: {' '.join(stack.missing())}")
        return 1 if os.environ.get("CI") else 77
    for one in (signal.SIGINT, signal.SIGTERM):
        signal.signal(one, end)
    with tempfile.TemporaryDirectory() as name:
        run(given, pathlib.Path(name))
    return 0


if __name__ == "__main__":
    sys.exit(main())
