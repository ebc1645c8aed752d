# SPDX-License-Identifier: Apache-2.0
"""Trains, serves, sends traffic as it was and then traffic that is not, and reads /metrics between.

usage: test_server.py TRAIN SERVE
"""
import contextlib
import http.client
import json
import pathlib
import re
import signal
import subprocess
import sys
import tempfile
import time

import load

WINDOW, THREADS = 500, 3


def get(port, path, method="GET"):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request(method, path)
    answer = connection.getresponse()
    text = answer.read().decode()
    connection.close()
    return answer, text


def value(port, series):
    answer, text = get(port, "/metrics")
    assert answer.headers["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8"
    found = re.search(rf"^{re.escape(series)} (\S+)$", text, re.M)
    return float(found[1]) if found else None


def detected(port, column):
    return value(port, f'drift_detected{{model="credit",column="{column}",detector="window"}}')


def wait_for(true, what):
    end = time.monotonic() + 60
    while not true():
        assert time.monotonic() < end, what
        time.sleep(0.05)


@contextlib.contextmanager
def serving(command, alerts):
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield process, int(process.stdout.readline().split()[-1])
        finally:
            process.send_signal(signal.SIGTERM)
            alerts += [json.loads(line) for line in process.stdout]
    assert process.returncode == 0, process.returncode


def check_answers(port):
    young, _ = get(port, "/predict?age=20&income=18000&debt=0.8&late_payments=5")
    assert young.status == 200 and young.headers["Content-Type"] == "application/json"
    risky = json.loads(get(port, "/predict?age=20&income=18000&debt=0.8&late_payments=5")[1])["score"]
    safe = json.loads(get(port, "/predict?age=60&income=60000&debt=0.1&late_payments=0")[1])["score"]
    unknown = json.loads(get(port, "/predict")[1])["score"]
    assert safe < unknown < risky and safe < 0.1 < 0.5 < risky, (safe, unknown, risky)
    assert get(port, "/predict?age=old")[0].status == 400
    assert get(port, "/other")[0].status == 404
    assert get(port, "/predict", "POST")[0].status == 405
    return 4  # rows observed


def main():
    train, serve = sys.argv[1:]
    alerts = []
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        (folder / "train.csv").write_text("\n".join(load.table(20000, 1)) + "\n")
        subprocess.run([train, folder / "train.csv", folder / "model.json", folder / "reference.drift"],
                       check=True)
        command = [serve, folder / "model.json", folder / "reference.drift", "0", str(THREADS), str(WINDOW)]
        with serving(command, alerts) as (process, port):
            rows = check_answers(port)
            calm = load.load(port, 4 * WINDOW, threads=4, seed=2)
            assert calm["failed"] == 0 and calm["answered"] == 4 * WINDOW, calm
            rows += calm["requests"]
            wait_for(lambda: detected(port, "age") is not None, "a window was judged")
            assert [detected(port, column) for column in (*load.NAMES, "score")] == [0] * 5
            changed = load.load(port, 4 * WINDOW, threads=4, shift=15, seed=3)
            assert changed["failed"] == 0 and changed["answered"] == 4 * WINDOW, changed
            rows += changed["requests"]
            wait_for(lambda: detected(port, "age") == 1, "the change of age was found")
            assert detected(port, "late_payments") == 0
            observed = value(port, 'drift_rows_observed_total{model="credit"}')
            dropped = value(port, 'drift_rows_dropped_total{model="credit"}')
            assert observed + dropped == rows, (observed, dropped, rows)
        assert {alert["column"] for alert in alerts} >= {"age"}, alerts
        assert "late_payments" not in {alert["column"] for alert in alerts}, alerts
        print(f"calm {calm}\nchanged {changed}\n{len(alerts)} alerts")
    return 0


if __name__ == "__main__":
    sys.exit(main())
