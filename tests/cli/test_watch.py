# SPDX-License-Identifier: Apache-2.0
"""drift watch: what it tells and when, its state, its metrics and how it ends."""
import array
import fcntl
import json
import signal
import subprocess
import termios
import time

import harness
from harness import HEADER, columns, csv, sample


class Watch(harness.Case):
    def setUp(self):
        super().setUp()
        self.write("reference.csv", csv(HEADER, sample(8000, seed=1)))
        self.drift("profile", "reference.csv", "-o", "r.drift", code=0)
        self.write("calm.csv", csv(HEADER, sample(8000, seed=2)))
        self.write("change.csv", csv(HEADER, sample(4000, seed=3) + sample(4000, seed=4, shift=1.0)))

    def test_calm_stream(self):
        result = self.drift("watch", "--detector", "window", "--reference", "r.drift", "calm.csv", "--window", "1000", code=0)
        self.assertEqual(result.out, b"")

    def test_alerts(self):
        result = self.drift("watch", "--detector", "window", "--reference", "r.drift", "change.csv", "--window", "1000",
                            code=1)
        alerts = [json.loads(line) for line in result.out.splitlines()]
        self.assertTrue(alerts)
        for alert in alerts:
            self.assertEqual(alert["format"], "drift.alert/1")
            self.assertEqual((alert["column"], alert["kind"], alert["severity"]),
                             ("x", "distribution", "alert"))
            self.assertLessEqual(alert["evidence"], alert["alpha"])
        self.assertEqual((alerts[0]["row"], alerts[0]["change_row"]), (5000, 4001))

    def test_alerts_before_a_bad_line_are_told(self):
        lines = (self.folder / "change.csv").read_text().splitlines(keepends=True)
        told = self.drift("watch", "--reference", "r.drift", "change.csv", code=1).json()
        self.write("bad.csv", "".join(lines[:6001] + ["1,2\n"] + lines[6001:]))
        for stdin, data in ((b"", "bad.csv"), ((self.folder / "bad.csv").read_bytes(), "-")):
            result = self.drift("watch", "--reference", "r.drift", data, stdin=stdin, code=2)
            for key in ("row", "change_row", "columns"):
                self.assertEqual(result.json()[key], told[key])
            self.assertIn("line 6002: row has 2 fields", self.one_line(result))
        for arguments in (("compare", "r.drift", "bad.csv", "--chunk-rows", "1000", "--html", "out"),
                          ("profile", "bad.csv", "-o", "out")):
            result = self.drift(*arguments, code=2)
            self.assertEqual(result.out, b"")
            self.assertIn("line 6002: row has 2 fields", self.one_line(result))
            self.assertFalse((self.folder / "out").exists())

    def test_evidence(self):
        result = self.drift("watch", "--reference", "r.drift", "change.csv", code=1)
        alert, = [json.loads(line) for line in result.out.splitlines()]
        self.assertEqual((alert["columns"], alert["detector"], alert["severity"]),
                         (["x"], "evidence", "alert"))
        self.assertTrue(4000 < alert["row"] < 4200, alert)
        self.assertTrue(3900 < alert["change_row"] < 4100, alert)
        self.assertLessEqual(alert["evidence"], alert["alpha"])
        self.drift("watch", "--reference", "r.drift", "calm.csv", code=0)
        for option, value in (("--run-length", "1000000"), ("--tolerance", "0.1")):
            result = self.drift("watch", "--reference", "r.drift", "change.csv", option, value, code=1)
            self.assertEqual(json.loads(result.out.splitlines()[0])["columns"], ["x"])
            self.drift("watch", "--reference", "r.drift", "calm.csv", option, value, code=0)
        for options, said in ((("--run-length", "1000000", "--tolerance", "0.1"), "exclude each other"),
                              (("--run-length", "1000000", "--alpha", "0.05"), "in place of --alpha"),
                              (("--run-length", "1000000", "--detector", "window"), "--run-length is of"),
                              (("--tolerance", "0.1", "--detector", "window"), "--tolerance is of")):
            self.assertIn(said, self.one_line(self.drift("watch", "--reference", "r.drift", "calm.csv",
                                                         *options, code=2)))

    def test_classical_detectors(self):
        arguments = ("watch", "--detector", "window", "--window", "100000", "--reference", "r.drift", "change.csv")
        result = self.drift(*arguments, "--detector", "adwin:x", "--metrics", "m.prom", code=1)
        alert, = [json.loads(line) for line in result.out.splitlines()]
        self.assertEqual((alert["detector"], alert["column"], alert["evidence"]), ("adwin", "x", None))
        self.assertTrue(4000 < alert["row"] < 4200, alert)
        self.assertIn('detector="adwin",severity="alert"} 1\n', (self.folder / "m.prom").read_text())
        slow = self.drift(*arguments, "--detector", "adwin(clock=500,delta=0.1):x", code=1).out
        self.assertEqual(json.loads(slow.splitlines()[0])["row"] % 500, 0)
        # By its name alone it is at every numeric column.
        found = self.drift(*arguments, "--detector", "ADWIN", "--detector", "incremental-ks:x", code=1).out
        self.assertIn("x", json.loads(found.splitlines()[0])["columns"])

    def test_cooldown_and_never(self):
        arguments = ("watch", "--detector", "window", "--reference", "r.drift", "change.csv", "--window", "1000")
        few = self.drift(*arguments, "--cooldown", "100000", code=1)
        self.assertEqual(len(few.out.splitlines()), 1)
        self.drift(*arguments, "--fail-on", "never", code=0)

    def test_a_reference_from_the_stream(self):
        self.write("long.csv", csv(HEADER, sample(4000, seed=3) + sample(12000, seed=4, shift=1.0)))
        arguments = ("watch", "--detector", "window", "--reference", "r.drift", "long.csv", "--window", "1000")
        without = self.drift(*arguments, code=1)
        result = self.drift(*arguments, "--rebase", "2000", code=1)
        self.assertIn(b"epoch 2 begins: rows after the change are the reference", result.err)
        rows = [json.loads(line)["row"] for line in result.out.splitlines()]
        self.assertEqual(rows[0], 5000)
        self.assertLess(rows[-1], 12000)
        self.assertNotIn(b"epoch", without.err)

    def test_standard_input_and_partial_window(self):
        rows = sample(1500, seed=5, shift=1.0)
        result = self.drift("watch", "--detector", "window", "--reference", "r.drift", stdin=csv(HEADER, rows).encode(), code=1)
        self.assertEqual(json.loads(result.out.splitlines()[0])["row"], 1500)
        self.drift("watch", "--detector", "window", "--reference", "r.drift", "-", stdin=csv(HEADER, rows[:900]).encode(),
                   code=0)

    def test_lines_appear_while_the_stream_is_open(self):
        process = subprocess.Popen([harness.DRIFT, "watch", "--detector", "window", "--reference", "r.drift", "--window",
                                    "500"], cwd=self.folder, stdin=subprocess.PIPE,
                                   stdout=subprocess.PIPE)
        with process:
            process.stdin.write(csv(HEADER, sample(600, seed=6, shift=1.0)).encode())
            process.stdin.flush()
            line = process.stdout.readline()
            process.stdin.close()
            self.assertEqual(json.loads(line)["row"], 500)
            process.stdout.read()
        self.assertEqual(process.returncode, 1)

    def test_on_alert(self):
        result = self.drift("watch", "--detector", "window", "--reference", "r.drift", "change.csv", "--window", "1000",
                            "--cooldown", "100000", "--on-alert", "cat > seen; echo noise", code=1)
        self.assertEqual((self.folder / "seen").read_bytes(), result.out)
        failing = self.drift("watch", "--detector", "window", "--reference", "r.drift", "change.csv", "--window", "1000",
                             "--cooldown", "100000", "--on-alert", "exit 3", code=1)
        self.assertIn(b"warning", self.one_line(failing).encode())

    def watch(self, *arguments, **options):
        return self.drift("watch", "--reference", "r.drift", "--window", "500", "--state", "s", *arguments,
                          **options)

    def test_values_a_detector_does_not_take_are_told(self):
        def err(*options):
            return self.drift("watch", "--reference", "r.drift", "calm.csv", *options, code=None)
        for options in (["ddm"], ["ddm:x", "adwin:x", "ddm:y"]):
            line = self.one_line(err(*(word for name in options for word in ("--detector", name))))
            self.assertIn("ddm of x, ddm of y", line)
            self.assertIn("from 0 to 1", line)
            self.assertNotIn("adwin", line)
        self.assertEqual(err("--detector", "adwin:x").err, b"")

    def test_what_is_no_state(self):
        (self.folder / "folder").mkdir()
        self.assertIn("it is a directory", self.one_line(self.drift(
            "watch", "--reference", "r.drift", "calm.csv", "--state", "folder", code=2)))
        self.write("nothing", "")
        self.assertIn("nothing: the file is empty", self.one_line(self.drift("verify", "nothing", code=2)))

    def test_rows_left_out_are_told(self):
        self.assertEqual(self.watch("calm.csv", code=0).err, b"")
        for name in ("calm.csv", "change.csv"):
            self.assertEqual(self.watch(name, code=0).err, b"drift: warning: 8000 rows of "
                             + name.encode() + b" were seen before and are left out\n")
        data = (self.folder / "change.csv").read_bytes()
        self.assertEqual(self.watch("-", stdin=data, code=1).err, b"")

    def test_a_journal_that_is_not_the_states(self):
        self.watch("change.csv", code=1)
        other = (self.folder / "s.journal").read_bytes()
        left_out = "8000 rows of change.csv were seen before and are left out"
        for damage in (lambda path: path.unlink(), lambda path: path.write_bytes(b"")):
            damage(self.folder / "s.journal")
            self.warned("is not the one", left_out)
            self.warned(left_out)
        (self.folder / "s.journal").write_bytes(other)
        self.warned("is not the one", left_out)

    def warned(self, *expected):
        lines = self.watch("change.csv", code=0).err.decode().splitlines()
        self.assertEqual(len(lines), len(expected), lines)
        for line, text in zip(lines, expected):
            self.assertIn(text, line)

    def test_state(self):
        lines = (self.folder / "change.csv").read_text().splitlines(keepends=True)
        whole = self.drift("watch", "--reference", "r.drift", "--window", "500", "change.csv", code=1)
        told = b""
        for rows in (1500, 4200, 4200, 6000, 8000):
            self.write("data.csv", "".join(lines[:rows + 1]))
            result = self.watch("data.csv", code=None)
            self.assertEqual(result.code, 1 if result.out else 0)
            told += result.out
        # A poll a run: the evidence goes on growing until it is told.
        kept = [[json.loads(line)[key] for key in ("row", "column", "incident", "kind", "severity")]
                for line in told.splitlines()]
        self.assertEqual(kept, [[json.loads(line)[key] for key in ("row", "column", "incident", "kind", "severity")]
                                for line in whole.out.splitlines()])
        self.assertIn(b"the data has 6000 rows fewer than s has seen", self.refused("data.csv", lines[:2001]))
        # A pipe goes on behind them.
        self.assertEqual(self.watch(stdin="".join(lines[:1] + lines[7001:]).encode(), code=0).out, b"")
        self.drift("verify", "s.journal", code=0)
        records = [json.loads(line) for line in self.drift("show", "--json", "s.journal", code=0).out.splitlines()]
        self.assertEqual([record["payload"] for record in records if record["kind"] == "alert"],
                         [json.loads(line) for line in told.splitlines()])
        self.assertEqual([record["kind"] for record in records].count("restart"), 6)
        self.assertEqual(records[-1]["payload"], {"rows": 9000})
        self.assertEqual(sorted(path.name for path in self.folder.glob("s*")),
                         ["s", "s.journal", "s.previous"])
        # The newest is damaged: the one before, and a word about it.
        self.write("s", "no state")
        self.write("data.csv", "".join(lines))
        result = self.watch("data.csv", code=0)
        self.assertIn(b"the state before it is used", result.err)
        self.assertEqual(result.out, b"")

    def refused(self, name, lines):
        self.write(name, "".join(lines))
        result = self.watch(name, code=2)
        self.assertEqual(result.out, b"")
        return self.one_line(result).encode()

    def test_state_survives_a_kill(self):
        lines = (self.folder / "change.csv").read_text().splitlines(keepends=True)
        process = subprocess.Popen([harness.DRIFT, "watch", "--reference", "r.drift", "--window", "500", "--state", "s"],
                                   cwd=self.folder, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        with process:
            process.stdin.write("".join(lines[:1] + lines[4001:5001]).encode())
            process.stdin.flush()
            told = process.stdout.readline()
            process.kill()
        self.write("data.csv", "".join(lines[:1] + lines[4001:]))
        self.assertEqual(self.watch("data.csv", code=0).out, b"")
        shown = self.drift("show", "--json", "s.journal", code=0).out.splitlines()
        alerts = [json.loads(line)["payload"] for line in shown if json.loads(line)["kind"] == "alert"]
        self.assertEqual(alerts, [json.loads(told)])

    def test_state_of_something_else(self):
        self.watch("calm.csv", code=0)
        for arguments, said in ((("--alpha", "0.02"), 'it has "alpha":0.01, the monitor "alpha":0.02\n'),
                                (("--window", "600"), ':500, the monitor "window_rows":600\n')):
            self.assertIn(said, self.one_line(self.watch("calm.csv", *arguments, code=2)))
        self.drift("profile", "calm.csv", "-o", "r.drift", code=0)
        self.assertIn("another reference", self.one_line(self.watch("calm.csv", code=2)))

    def test_metrics(self):
        change = (self.folder / "change.csv").read_text()
        result = self.drift("watch", "--detector", "window", "--reference", "r.drift", "change.csv", "--window", "1000",
                            "--metrics", "drift.prom", code=1)
        text = (self.folder / "drift.prom").read_text()
        alerts = result.out.count(b"\n")
        self.assertIn('drift_rows_observed_total{model="r"} 8000\n', text)
        self.assertIn(f'drift_alarms_total{{model="r",column="x",detector="window",severity="alert"}} '
                      f'{alerts}\n', text)
        self.assertEqual([path.name for path in self.folder.iterdir() if ".new" in path.name], [])
        # The file follows the stream.
        process = subprocess.Popen([harness.DRIFT, "watch", "--detector", "window", "--reference", "r.drift", "--window", "500",
                                    "--metrics", "live.prom"], cwd=self.folder,
                                   stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        live = self.folder / "live.prom"
        with process:
            lines = change.splitlines(keepends=True)
            process.stdin.write("".join(lines[:601]).encode())
            process.stdin.flush()
            self.wait_for(lambda: live.exists() and 'drift_window_rows{model="r"} 500' in
                          live.read_text())
            time.sleep(1.1)
            process.stdin.write("".join(lines[601:602]).encode())
            process.stdin.flush()
            self.wait_for(lambda: 'observed_total{model="r"} 601\n' in live.read_text())
            process.stdin.close()
            process.stdout.read()

    def wait_for(self, true):
        end = time.monotonic() + 60
        while not true():
            self.assertLess(time.monotonic(), end)
            time.sleep(0.02)

    def test_signals_end_a_watch_in_order(self):
        lines = (self.folder / "change.csv").read_text().splitlines(keepends=True)
        live = self.folder / "live.prom"
        for number, rows, code in ((signal.SIGTERM, 3000, 0), (signal.SIGINT, 5000, 1)):
            options = ["--reference", "r.drift", "--state", f"s{rows}", "--metrics", "live.prom"]
            with self.subTest(number), subprocess.Popen(
                    [harness.DRIFT, "watch", *options], cwd=self.folder, stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
                process.stdin.write("".join(lines[:rows + 1]).encode() + b"1.5,2")
                process.stdin.flush()
                waiting = array.array("i", [1])
                self.wait_for(lambda: not fcntl.ioctl(process.stdin, termios.FIONREAD, waiting)
                              and waiting[0] == 0 and live.exists())
                process.send_signal(number)
                process.wait(timeout=30)
                self.assertEqual(process.stderr.read(), b"")
                self.assertEqual(process.returncode, code)
                self.assertEqual(process.stdout.read().count(b"\n"), code)
                self.assertIn(f'observed_total{{model="r"}} {rows}\n', live.read_text())
                live.unlink()
                self.drift("watch", *options, stdin="".join(lines[:11]).encode(), code=0)
                self.assertIn(f'observed_total{{model="r"}} {rows + 10}\n', live.read_text())
                live.unlink()

    def test_metrics_that_cannot_be_written_do_not_end_the_watch(self):
        (self.folder / "gone").mkdir()
        process = subprocess.Popen([harness.DRIFT, "watch", "--detector", "window", "--reference", "r.drift", "--window", "500",
                                    "--metrics", "gone/drift.prom"], cwd=self.folder,
                                   stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                   stderr=subprocess.PIPE)
        lines = csv(HEADER, sample(600, seed=6, shift=1.0)).encode().splitlines(keepends=True)
        with process:
            process.stdin.write(lines[0] + lines[1])
            process.stdin.flush()
            self.wait_for((self.folder / "gone/drift.prom").exists)
            (self.folder / "gone/drift.prom").unlink()
            (self.folder / "gone").rmdir()
            process.stdin.write(b"".join(lines[2:]))
            process.stdin.flush()
            self.assertEqual(json.loads(process.stdout.readline())["row"], 500)
            process.stdin.close()
            self.assertEqual(process.stdout.read(), b"")
            self.assertIn(b"cannot write gone/drift.prom", process.stderr.read())
        self.assertEqual(process.returncode, 2)

    def test_warnings(self):
        self.write("slight.csv", csv(HEADER, sample(8000, seed=7, shift=0.2)))
        arguments = ("watch", "--detector", "window", "--reference", "r.drift", "slight.csv", "--window", "4000")
        self.assertEqual(self.drift(*arguments, code=0).out, b"")
        minor = self.drift(*arguments, "--fail-on", "minor", code=1)
        self.assertEqual({json.loads(line)["severity"] for line in minor.out.splitlines()},
                         {"warning"})


if __name__ == "__main__":
    harness.main()
