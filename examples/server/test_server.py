# SPDX-License-Identifier: Apache-2.0
"""Trains, serves, sends traffic as it was and then traffic that is not, and reads /metrics between.

usage: test_server.py TRAIN SERVE threads|workers
"""
import json
import os
import pathlib
import shlex
import signal
import socket
import sys
import tempfile
import time

import load
import stack
from demo import train

WINDOW, ROWS = 500, 2000
RELOADED = "serving generation 2\n"


def total(port, name):
    return stack.series(port, f'{name}{{model="credit"}}') or 0


def counted(port):
    """Rows that libdrift has, or that are known to be lost."""
    return (total(port, "drift_rows_observed_total") + total(port, "drift_rows_dropped_total")
            + (stack.series(port, "serve_rows_lost_total") or 0))


def changed(port):
    """Columns that a detector now finds changed."""
    return {column for column in (*load.NAMES, "score") for detector in ("evidence", "window")
            if stack.series(port, f'drift_detected{{model="credit",column="{column}",detector="{detector}"}}')}


def check_answers(port):
    def score(query):
        status, headers, text = stack.get(port, f"/predict{query}")
        assert status == 200 and headers["Content-Type"] == "application/json"
        return json.loads(text)["score"]

    risky = score("?age=20&income=18000&debt=0.8&late_payments=5")
    safe = score("?age=60&income=60000&debt=0.1&late_payments=0")
    assert safe < score("") < risky and safe < 0.1 < 0.5 < risky, (safe, risky)
    assert stack.get(port, "/predict?age=old")[0] == 400
    assert stack.get(port, "/other")[0] == 404
    assert stack.get(port, "/predict", "POST")[0] == 405
    stack.wait_for(lambda: stack.get(port, "/metrics")[0] == 200, "there is a page")
    assert stack.get(port, "/metrics")[1]["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8"
    return 3


def check_calm(port, rows):
    """Nothing is found, nothing is missing."""
    calm = load.load(port, 4 * WINDOW, threads=4, seed=2)
    assert calm["failed"] == 0 and calm["answered"] == 4 * WINDOW, calm
    rows += calm["requests"]
    stack.wait_for(lambda: counted(port) == rows, f"{rows} rows are counted")
    stack.wait_for(lambda: stack.series(port, 'drift_window_rows{model="credit"}'), "a window was judged")
    assert not changed(port), changed(port)
    return rows


def workers(server):
    number = server.process.pid
    return [int(one) for one in pathlib.Path(f"/proc/{number}/task/{number}/children").read_text().split()]


def check_death(server, rows):
    """A worker that is killed takes at most what it held; another one takes its place."""
    port, before = server.port, counted(server.port)
    traffic = load.Traffic([port], 4, seed=6)
    for k in range(1, 4):
        os.kill(workers(server)[0], signal.SIGKILL)
        stack.wait_for(lambda: stack.series(port, "serve_workers_restarted_total") == k, "a new worker")
    sent = traffic.stop()[0]
    stack.wait_for(lambda: counted(port) >= before + sent["answered"], "the rows of the living")
    assert before == rows and counted(port) <= rows + sent["requests"], (before, sent, counted(port))
    assert sent["answered"] >= sent["requests"] - 3 * 4, sent  # what was in flight at each death
    assert not changed(port), changed(port)
    return counted(port)


def half_a_request(port):
    client = socket.create_connection(("127.0.0.1", port))
    client.sendall(b"GET /predict?age=30&income=22000&debt=0.3&late_payments=1 HTTP/1.1\r\nHost: 127.")
    return client


def stop_one(server):
    """A worker that stands still while the others go on to the next generation: its rows are waited for."""
    stack.wait_for(lambda: list(server.folder.glob("trained-*")), "retraining begins")
    os.kill(stopped := workers(server)[0], signal.SIGSTOP)
    try:
        stack.wait_for(lambda: (server.folder / "current").readlink() != pathlib.Path("first"), "it is trained")
        time.sleep(0.5)
        assert RELOADED not in server.lines
    finally:
        os.kill(stopped, signal.SIGCONT)


def check_reload(server, rows, variant):
    """A change, an alert, a retraining, a new generation: not a request without an answer meanwhile."""
    port, waiting = server.port, [half_a_request(server.port) for _ in range(8)]
    traffic = load.Traffic([port], 4, shift=15, seed=3, outcomes=server.outcomes)
    if variant == "workers":
        stop_one(server)
    stack.wait_for(lambda: 2 in traffic.generations or traffic.failures[0], "the new model answers")
    stack.wait_for(lambda: RELOADED in server.lines, "the new reference is in place")
    sent = traffic.stop()[0]
    assert sent["failed"] == 0 and sent["answered"] == sent["requests"], sent
    assert traffic.generations == {1, 2}, traffic.generations
    for client in waiting:
        client.sendall(b"0.0.1\r\n\r\n")
        assert b'200 OK' in (text := client.recv(4096)) and b'"generation":2' in text, text
        client.close()
    rows += sent["requests"] + len(waiting)
    stack.wait_for(lambda: counted(port) == rows, f"{rows} rows are counted")
    after = load.load(port, 4 * WINDOW, threads=4, shift=15, seed=7)
    assert after["failed"] == 0 and after["answered"] == 4 * WINDOW, after
    stack.wait_for(lambda: counted(port) == rows + 4 * WINDOW, "all rows are counted")
    assert not changed(port), (changed(port), server.alerts()[-2:])
    return sent


def check_alerts(alerts):
    told = {column for alert in alerts for column in alert.get("columns", [alert["column"]])}
    assert "age" in told and "late_payments" not in told, alerts
    ended = {alert["incident"] for alert in alerts if alert.get("resolved")}
    assert ended == {alert["incident"] for alert in alerts}, alerts  # the new reference ends them


def main():
    train_program, serve, variant = sys.argv[1:]
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        link = train(folder, train_program)
        outcomes = folder / "outcomes.csv"
        outcomes.touch()
        retrain = [sys.executable, pathlib.Path(__file__).with_name("retrain.py"), "--train", train_program,
                   "--outcomes", outcomes, "--rows", ROWS, "--seconds", 60, link]
        options = [f"--{variant}", 3, "--window", WINDOW, "--alpha", 0.001, "--retrain-seconds", 60,
                   "--retrain", shlex.join(map(str, retrain))]
        with stack.serving(serve, *options, link) as server:
            server.outcomes, server.folder = outcomes, folder
            rows = check_calm(server.port, check_answers(server.port))
            if variant == "workers":
                rows = check_death(server, rows)
            sent = check_reload(server, rows, variant)
        check_alerts(server.alerts())
        print(f"{variant}: {sent}, {len(server.alerts())} alerts")
    return 0


if __name__ == "__main__":
    sys.exit(main())
