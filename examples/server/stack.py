# SPDX-License-Identifier: Apache-2.0
"""What runs around the model: the server, Prometheus, Alertmanager and a receiver of its notifications.

Everything listens on the loopback device, on a port that was free, and ends with the block that began it.
"""
import contextlib
import http.server
import json
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import threading
import time
import urllib.error
import urllib.request

RULES = pathlib.Path(__file__).resolve().parent.parent / "prometheus" / "drift.rules.yml"
# The shipped rules, for a demonstration of a minute: how far they look back, how long a change must last.
SHORTER = {r"\[1h\]": "[8s]", r"for: 15m": "for: 1s"}


def wait_for(true, what, seconds=60):
    """The first true value of `true()`."""
    end = time.monotonic() + seconds
    while not (found := true()):
        if time.monotonic() > end:
            raise TimeoutError(f"{what}: not within {seconds} s")
        time.sleep(0.05)
    return found


def get(port, path, method="GET"):
    """Status, headers and text."""
    request = urllib.request.Request(f"http://127.0.0.1:{port}{path}", method=method)
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.status, answer.headers, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.headers, error.read().decode()


def series(port, name):
    """What /metrics says of one series, or None."""
    found = re.search(rf"^{re.escape(name)} (\S+)$", get(port, "/metrics")[2], re.M)
    return float(found[1]) if found else None


@contextlib.contextmanager
def running(command, **options):
    """A process of its own session, ended by its number whatever happens in the block."""
    with subprocess.Popen([str(word) for word in command], start_new_session=True, **options) as process:
        try:
            yield process
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()


class Server:
    """`serve` with these options; its lines are read as they come."""

    def __init__(self, process):
        self.process, self.lines = process, []
        self.port = int(process.stdout.readline().split()[-1])
        self.reader = threading.Thread(target=lambda: self.lines.extend(process.stdout), daemon=True)
        self.reader.start()

    def alerts(self):
        return [json.loads(line) for line in self.lines if line.startswith("{")]


@contextlib.contextmanager
def serving(serve, *options):
    with running([serve, "--port", 0, *options], stdout=subprocess.PIPE, text=True) as process:
        server = Server(process)
        yield server
        process.send_signal(signal.SIGTERM)
        process.wait(20)
        server.reader.join(20)
    if process.returncode != 0:
        raise RuntimeError(f"serve: exit code {process.returncode}")


class Notifications:
    """Receives what Alertmanager posts."""

    def __init__(self):
        self.alerts = []
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                outer.alerts += json.loads(body)["alerts"]
                self.send_response(200)
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def columns(self, name, status):
        """Columns of the alerts `name` that were told with this status."""
        return {alert["labels"].get("column") for alert in list(self.alerts)
                if alert["labels"]["alertname"] == name and alert["status"] == status}

    def close(self):
        self.server.shutdown()
        self.server.server_close()


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def ready(port):
    try:
        return get(port, "/-/ready")[0] == 200
    except OSError:
        return False


def scraped(port):
    """Counters that go from nothing to 1 have not grown, for Prometheus: it has to see the 0 first."""
    return json.loads(get(port, "/api/v1/query?query=drift_alarms_total")[2])["data"]["result"]


def missing():
    """What is not installed of the programs that watch the server."""
    return [name for name in ("prometheus", "prometheus-alertmanager") if not shutil.which(name)]


@contextlib.contextmanager
def watching(folder, server_port):
    """Prometheus and Alertmanager with the shipped rules; gives the receiver."""
    rules = RULES.read_text(encoding="utf-8")
    for long, short in SHORTER.items():
        rules = re.sub(long, short, rules)
    (folder / "drift.rules.yml").write_text(rules, encoding="utf-8")
    received = Notifications()
    prometheus, alertmanager = free_port(), free_port()
    # JSON is YAML.
    (folder / "alertmanager.yml").write_text(json.dumps({
        "route": {"receiver": "hook", "group_by": ["..."], "group_wait": "0s", "group_interval": "1s"},
        "receivers": [{"name": "hook", "webhook_configs": [
            {"url": f"http://127.0.0.1:{received.port}/", "send_resolved": True}]}]}))
    (folder / "prometheus.yml").write_text(json.dumps({
        "global": {"scrape_interval": "1s", "scrape_timeout": "1s", "evaluation_interval": "1s"},
        "rule_files": ["drift.rules.yml"],
        "alerting": {"alertmanagers": [{"static_configs": [{"targets": [f"127.0.0.1:{alertmanager}"]}]}]},
        "scrape_configs": [{"job_name": "serve",
                            "static_configs": [{"targets": [f"127.0.0.1:{server_port}"]}]}]}))
    with contextlib.ExitStack() as stack:
        stack.callback(received.close)
        stack.enter_context(running([
            "prometheus-alertmanager", f"--config.file={folder}/alertmanager.yml",
            f"--storage.path={folder}/alertmanager", f"--web.listen-address=127.0.0.1:{alertmanager}",
            "--cluster.listen-address=", "--log.level=error"]))
        stack.enter_context(running([
            "prometheus", f"--config.file={folder}/prometheus.yml", f"--storage.tsdb.path={folder}/data",
            f"--web.listen-address=127.0.0.1:{prometheus}", "--log.level=error"]))
        wait_for(lambda: ready(prometheus) and ready(alertmanager), "Prometheus and Alertmanager answer")
        wait_for(lambda: scraped(prometheus), "Prometheus has read /metrics")
        yield received
