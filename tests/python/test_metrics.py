# SPDX-License-Identifier: Apache-2.0
"""Metrics of a monitor, as the parser of Prometheus' Python client and promtool read them."""
import json
import os
import random
import re
import shutil
import subprocess

import numpy as np
import pytest
from conftest import ROOT, made_table
from prometheus_client.parser import text_string_to_metric_families

import libdrift

EXAMPLES = ROOT / "examples" / "prometheus"
REPLACED = re.compile("\ufffd(\ufffd|[0-9a-f]{2})")


def restored(label):
    """The bytes of a name: what include/drift/report.h says of replaced ones, read backwards."""
    parts, at = [], 0
    for match in REPLACED.finditer(label):
        parts.append(label[at:match.start()].encode())
        parts.append("\ufffd".encode() if match[1] == "\ufffd" else bytes.fromhex(match[1]))
        at = match.end()
    return b"".join([*parts, label[at:].encode()])


def samples(text):
    return [sample for family in text_string_to_metric_families(text) for sample in family.samples]


def value(text, name, **labels):
    found = [s.value for s in samples(text) if s.name == name and labels.items() <= s.labels.items()]
    assert len(found) == 1, (name, labels, found)
    return found[0]


def hostile(rng):
    """Bytes without a NUL, from the ones that matter and any others."""
    pieces = [b"\n", b'"', b"\\", b"\\n", b"{", b"}", b",", b"=", b"#", b"# HELP", b" ", b"\t", b"\r",
              b"\x7f", b"\x1b[31m", b"\xff", b"\xc3", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\xe2\x82",
              "é".encode(), "\u2028".encode(), "\u202e".encode(), "\ufffd".encode(), b"ff",
              "\U0001f600".encode(), b'"} 1\nup{x="', b"a"]
    return b"".join(rng.choice(pieces) if rng.random() < 0.8 else bytes([rng.randrange(1, 256)])
                    for _ in range(rng.randrange(0, 12)))


class TestNames:
    def test_models_come_back_byte_by_byte(self):
        rng = random.Random(1)
        reference = libdrift.Profile.from_data({"x": np.arange(50.0)})
        for name in (hostile(rng) for _ in range(1500)):
            with libdrift.Monitor(reference, detector="window",
                                  model=name.decode(errors="surrogateescape")) as monitor:
                found = {s.labels["model"] for s in samples(monitor.metrics()) if "model" in s.labels}
            assert [restored(label) for label in found] == [name]

    def test_columns_come_back_and_stay_different(self):
        rng = random.Random(2)
        names = sorted({name for name in (hostile(rng).decode(errors="ignore") for _ in range(3000))})
        reference = libdrift.Profile.from_data({name: np.arange(20.0) for name in names})
        with libdrift.Monitor(reference, detector="window", window=20, most_series=10**9) as monitor:
            monitor.observe_batch({name: np.arange(20.0) for name in names})
            text = monitor.metrics()
        for metric in ("drift_detected", "drift_alarms_total", "drift_missing_ratio"):
            labels = [s.labels["column"] for s in samples(text) if s.name == metric]
            assert [restored(label).decode() for label in labels] == monitor.columns
            assert len(set(labels)) == len(names)

    def test_a_model_has_no_nul(self):
        reference = libdrift.Profile.from_data({"x": np.arange(50.0)})
        with pytest.raises(libdrift.DriftError, match="NUL"):
            libdrift.Monitor(reference, detector="window", model="a\0b")


class TestValues:
    def test_counters_rise_only(self):
        reference = libdrift.Profile.from_data(made_table())
        before = {}
        with libdrift.Monitor(reference, detector="window", window=200, fail_on="minor", model="m") as monitor:
            for part in range(12):
                monitor.observe_batch(made_table(130, seed=part, shift=2.0 * (part % 3 == 1)))
                now = {}
                for family in text_string_to_metric_families(monitor.metrics()):
                    if family.type in ("counter", "histogram"):
                        now |= {(s.name, *sorted(s.labels.items())): s.value for s in family.samples}
                assert now.keys() >= before.keys()
                assert all(now[key] >= before[key] for key in before)
                before = now
            assert value(monitor.metrics(), "drift_rows_observed_total", model="m") == 12 * 130
            alarms = sum(s.value for s in samples(monitor.metrics()) if s.name == "drift_alarms_total")
            monitor.poll()
            assert alarms == len(monitor.alerts) > 0

    def test_a_fork_begins_anew(self):
        reference = libdrift.Profile.from_data(made_table())
        with libdrift.Monitor(reference, detector="window", window=100) as monitor:
            monitor.observe_batch(made_table(1000, shift=3.0))
            read, write = os.pipe()
            child = os.fork()
            if child == 0:
                os.write(write, monitor.metrics().encode())
                os._exit(0)
            os.close(write)
            with os.fdopen(read) as pipe:
                text = pipe.read()
            os.waitpid(child, 0)
            assert not [s for s in samples(text) if s.name == "drift_detected"]
            assert all(s.value == 0 for s in samples(text) if s.name != "drift_build_info")
            assert value(monitor.metrics(), "drift_detected", column="x") == 1


@pytest.fixture(scope="module")
def promtool():
    found = shutil.which("promtool")
    if not found:
        if os.environ.get("CI"):
            pytest.fail("promtool is missing, and on CI it must be there")
        pytest.skip("promtool is not on this machine")
    return found


class TestPromtool:
    @pytest.mark.parametrize("batches", [0, 1, 3])
    @pytest.mark.parametrize("most_series", [0, 1, 30])
    def test_accepts_without_a_word(self, promtool, batches, most_series):
        table = made_table()
        table = {hostile(random.Random(k)).decode(errors="ignore") + name: column
                 for k, (name, column) in enumerate(table.items())}
        reference = libdrift.Profile.from_data(table)
        with libdrift.Monitor(reference, detector="window", window=500, fail_on="minor", most_series=most_series,
                              model='m"\n\udcff') as monitor:
            for _ in range(batches):
                monitor.observe_batch(table)
            text = monitor.metrics()
        run = subprocess.run([promtool, "check", "metrics"], input=text.encode(), capture_output=True)
        assert (run.returncode, run.stdout, run.stderr) == (0, b"", b"")


def expressions():
    """Every PromQL expression that ships, by where it stands."""
    found = []
    for number, line in enumerate((EXAMPLES / "drift.rules.yml").read_text().splitlines(), 1):
        if line.strip().startswith("expr: "):
            found.append((f"drift.rules.yml:{number}", line.strip().removeprefix("expr: ")))
    dashboard = json.loads((EXAMPLES / "grafana_dashboard.json").read_text())
    for panel in dashboard["panels"]:
        found += [(panel["title"], target["expr"]) for target in panel["targets"]]
    for note in dashboard["annotations"]["list"]:
        found.append((note["name"], note["expr"]))
    for variable in dashboard["templating"]["list"]:
        if variable["type"] == "query":  # label_values(METRIC, LABEL) is Grafana's, not PromQL
            inside = re.fullmatch(r"label_values\((.*), (\w+)\)", variable["query"]["query"])
            found.append((variable["name"], f"sum by ({inside[2]}) ({inside[1]})"))
    return found


class TestExamples:
    def test_every_metric_and_label_exists(self):
        reference = libdrift.Profile.from_data(made_table())
        with libdrift.Monitor(reference, detector="window", window=500, most_series=40) as monitor:
            monitor.observe_batch(made_table())
            written = {}
            for sample in samples(monitor.metrics()):
                written.setdefault(sample.name, set()).update(sample.labels)
        used = set()
        for place, expression in expressions():
            names = set(re.findall(r"\bdrift_[a-z_]+", expression))
            assert names and names <= written.keys(), (place, names - written.keys())
            labels = set(re.findall(r"(\w+)=~?\"", expression))
            for part in re.findall(r"\bby \(([^)]*)\)", expression):
                labels |= set(part.replace(" ", "").split(","))
            for name in names:
                assert labels <= written[name], (place, name, labels - written[name])
            used |= names
        shown = {name.removesuffix("_sum").removesuffix("_count").removesuffix("_bucket") for name in used}
        documented = set(re.findall(r"^\| `(drift_[a-z_]+)`", (ROOT / "docs/metrics.md").read_text(), re.M))
        families = {name.removesuffix("_sum").removesuffix("_count").removesuffix("_bucket")
                    for name in written}
        assert documented == families == shown

    def test_expressions_are_promql(self, promtool, tmp_path):
        rules = {"groups": [{"name": "g", "rules": [
            {"record": f"r:{k}", "expr": expression} for k, (_, expression) in enumerate(expressions())]}]}
        (tmp_path / "rules.yml").write_text(json.dumps(rules))  # JSON is YAML
        run = subprocess.run([promtool, "check", "rules", "rules.yml"], cwd=tmp_path,
                             capture_output=True, text=True)
        assert run.returncode == 0, run.stderr

    def test_rules_fire_and_resolve(self, promtool):
        for command in (["check", "rules", "drift.rules.yml"], ["test", "rules", "drift.rules.test.yml"]):
            run = subprocess.run([promtool, *command], cwd=EXAMPLES, capture_output=True, text=True)
            assert run.returncode == 0, run.stdout + run.stderr
        rules = (EXAMPLES / "drift.rules.yml").read_text()
        tested = (EXAMPLES / "drift.rules.test.yml").read_text()
        for alert in re.findall(r"- alert: (\w+)", rules):
            assert re.search(rf"alertname: {alert}\n\s+exp_alerts", tested), alert
            assert re.search(rf"alertname: {alert}}}", tested), alert
