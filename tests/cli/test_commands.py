# SPDX-License-Identifier: Apache-2.0
"""Every command: what it prints, what it writes and how it exits."""
import array
import fcntl
import gzip
import json
import os
import random
import re
import signal
import stat
import subprocess
import termios
import time

import harness
from harness import HEADER, columns, csv, findings, sample, verdicts


class Compare(harness.Case):
    def setUp(self):
        super().setUp()
        self.write("reference.csv", csv(HEADER, sample(3000, seed=1)))
        self.write("same.csv", csv(HEADER, sample(3000, seed=2)))
        self.write("shifted.csv", csv(HEADER, sample(3000, seed=3, shift=1.0)))

    def test_no_drift_is_0(self):
        result = self.drift("compare", "reference.csv", "same.csv", code=0)
        self.assertIn(b"stable", result.out)
        self.assertEqual(result.err, b"")
        self.assertNotIn(b"\x1b", result.out)

    def test_drift_is_1(self):
        result = self.drift("compare", "reference.csv", "shifted.csv", "--json", code=1)
        document = result.json()
        self.assertEqual(document["format"], "drift.comparison/1")
        self.assertEqual(document["verdict"], "drift")
        self.assertEqual(document["drifted"], ["x"])
        self.assertEqual(verdicts(document), {"x": "drift", "y": "stable", "z": "stable"})
        self.assertEqual(document["reference"], {"source": "reference.csv", "rows": 3000})
        self.assertEqual(document["policy"], {"preset": "default", "alpha": 0.01,
                                              "correction": "holm", "min_effect": 0.1})

    def test_too_little_data_is_3(self):
        self.write("few.csv", csv(HEADER, sample(3, seed=9)))
        result = self.drift("compare", "few.csv", "few.csv", "--json")
        self.assertEqual((result.code, result.json()["verdict"]), (3, "insufficient"))

    def test_header_without_rows_is_3(self):
        self.write("header.csv", "x,y,z\n")
        self.drift("compare", "reference.csv", "header.csv", code=3)
        self.drift("compare", "header.csv", "reference.csv", code=3)

    def test_identical_data_has_no_effect(self):
        document = self.drift("compare", "reference.csv", "reference.csv", "--json", code=0).json()
        for column in document["columns"]:
            self.assertEqual(column["statistics"]["psi"]["value"], 0)

    def test_fail_on(self):
        self.write("slight.csv", csv(HEADER, sample(3000, seed=4, shift=0.2)))
        self.drift("compare", "reference.csv", "slight.csv", code=0)
        self.drift("compare", "reference.csv", "slight.csv", "--fail-on", "minor", code=1)
        self.drift("compare", "reference.csv", "slight.csv", "--min-effect", "0", code=1)
        self.drift("compare", "reference.csv", "shifted.csv", "--fail-on", "never", code=0)

    def test_files_and_stdout(self):
        result = self.drift("compare", "reference.csv", "shifted.csv", "--html", "r.html", "--json",
                            "r.json", code=1)
        self.assertIn(b"drift", result.out)
        self.assertNotIn(b'{"format"', result.out)
        document = json.loads((self.folder / "r.json").read_text())
        again = self.drift("compare", "--json", "reference.csv", "shifted.csv", code=1)
        self.assertEqual(document, again.json())
        self.assertIn("<html", (self.folder / "r.html").read_text())
        for name in ("r.html", "r.json"):
            self.assertEqual(stat.S_IMODE(os.stat(self.folder / name).st_mode), 0o600)

    def test_alpha_and_correction_and_preset(self):
        document = self.drift("compare", "reference.csv", "same.csv", "--alpha=0.05", "--correction",
                              "bh", "--min-effect=0.2", "--json", code=0).json()
        self.assertEqual(document["policy"], {"preset": "default", "alpha": 0.05,
                                              "correction": "bh", "min_effect": 0.2})
        document = self.drift("compare", "reference.csv", "shifted.csv", "--preset", "psi-classic",
                              "--json", code=1).json()
        self.assertEqual(document["policy"]["preset"], "psi-classic")

    def test_standard_input(self):
        data = (self.folder / "shifted.csv").read_bytes()
        expected = self.drift("compare", "reference.csv", "shifted.csv", "--json", code=1).json()
        for stream in (data, gzip.compress(data)):
            piped = self.drift("compare", "reference.csv", "-", "--json", stdin=stream, code=1).json()
            self.assertEqual(piped["columns"], expected["columns"])
            self.assertEqual(piped["current"]["source"], "-")

    def test_profiles_and_tables_agree(self):
        expected = self.drift("compare", "reference.csv", "shifted.csv", "--json", code=1).json()
        self.drift("profile", "reference.csv", "-o", "reference.drift", code=0)
        self.drift("profile", "shifted.csv", "--reference", "reference.drift", "-o", "shifted.drift",
                   code=0)
        for current in ("shifted.csv", "shifted.drift"):
            document = self.drift("compare", "reference.drift", current, "--json", code=1).json()
            self.assertEqual(document["columns"], expected["columns"])

    def test_formats_agree(self):
        text = (self.folder / "shifted.csv").read_text()
        expected = self.drift("compare", "reference.csv", "shifted.csv", "--json", code=1).json()
        lines = text.splitlines()
        rows = [line.split(",") for line in lines[1:]]
        objects = "".join('{"x":%s,"y":%s,"z":"%s"}\n' % tuple(row) for row in rows)
        quoted = "\r\n".join(["\ufeffx,y,z"] + ['%s,"%s","%s"' % tuple(row) for row in rows])
        self.write("crlf.csv", text.replace("\n", "\r\n"))
        self.write("quoted.csv", quoted)
        self.write("lines.jsonl", objects)
        self.write("lines.jsonl.gz", gzip.compress(objects.encode()))
        self.write("semicolon.txt", text.replace(",", ";"))
        subprocess.run(["zstd", "-q", "shifted.csv"], cwd=self.folder, check=True)
        for name, options in (("crlf.csv", ()), ("quoted.csv", ()), ("lines.jsonl", ()),
                              ("lines.jsonl.gz", ()), ("shifted.csv.zst", ())):
            with self.subTest(name):
                document = self.drift("compare", "reference.csv", name, "--json", *options,
                                      code=1).json()
                self.assertEqual(document["columns"], expected["columns"])
        self.write("reference.txt", (self.folder / "reference.csv").read_text().replace(",", ";"))
        document = self.drift("compare", "reference.txt", "semicolon.txt", "--json", "--delimiter",
                              ";", "--format", "csv", code=1).json()
        self.assertEqual(document["columns"], expected["columns"])

    def test_roles_and_columns(self):
        document = self.drift("compare", "reference.csv", "shifted.csv", "--label", "z", "--score",
                              "y", "--exclude", "x", "--json", code=0).json()
        result = columns(document)
        self.assertEqual((result["z"]["role"], result["y"]["role"]), ("label", "score"))
        self.assertEqual((result["x"]["verdict"], result["x"]["statistics"]), ("skipped", None))
        self.assertTrue(result["x"]["notes"])
        document = self.drift("compare", "reference.csv", "shifted.csv", "--columns", "y,z", "--json",
                              code=0).json()
        self.assertEqual(verdicts(document)["x"], "skipped")
        document = self.drift("compare", "reference.csv", "shifted.csv", "--id", "x", "--json",
                              code=0).json()
        self.assertEqual(verdicts(document)["x"], "skipped")

    def test_label_may_be_absent(self):
        self.write("unlabelled.csv", csv(HEADER[:2], [row[:2] for row in sample(3000, seed=5)]))
        document = self.drift("compare", "reference.csv", "unlabelled.csv", "--label", "z", "--json",
                              code=0).json()
        self.assertEqual(findings(document), set())
        self.assertEqual(verdicts(document)["z"], "skipped")
        self.drift("compare", "reference.csv", "unlabelled.csv", code=1)

    def test_missing_tokens(self):
        rows = sample(3000, seed=6)
        for row in rows[::2]:
            row[0] = "-999"
        self.write("holes.csv", csv(HEADER, rows))
        document = self.drift("compare", "reference.csv", "holes.csv", "--missing", ",-999", "--json",
                              code=1).json()
        self.assertEqual(columns(document)["x"]["missing"]["current"], 1500)
        self.assertIn(("missing_rate", "x"), findings(document))

    def test_schema_file(self):
        self.drift("profile", "reference.csv", "-o", "r.drift", "--schema-out", "schema.json",
                   "--label", "z", code=0)
        schema = json.loads((self.folder / "schema.json").read_text())
        self.assertEqual(schema["format"], "drift.schema/1")
        document = self.drift("compare", "reference.csv", "same.csv", "--schema", "schema.json",
                              "--json", code=0).json()
        self.assertEqual(columns(document)["z"]["role"], "label")

    def test_min_count_hides_names(self):
        rows = sample(2000, seed=7) + [["0.1", "0.2", "rare-name"]]
        self.write("names.csv", csv(HEADER, rows))
        shown = self.drift("compare", "reference.csv", "names.csv", "--json").out
        hidden = self.drift("compare", "reference.csv", "names.csv", "--json", "--min-count", "5",
                            "--html", "h.html").out
        self.assertIn(b"rare-name", shown)
        self.assertNotIn(b"rare-name", hidden)
        self.assertNotIn("rare-name", (self.folder / "h.html").read_text())

    def test_names_that_are_not_utf_8(self):
        rows = csv(HEADER, sample(500, seed=8)).encode().replace(b",a\n", b",\xff\xfe<blink>\n")
        self.write("odd.csv", rows)
        result = self.drift("compare", "odd.csv", "odd.csv", "--json", "--html", "odd.html", code=0)
        json.loads(result.out.decode("utf-8"))
        self.assertNotIn("<blink>", (self.folder / "odd.html").read_text(encoding="utf-8"))

    def test_values_at_the_ends_of_the_doubles(self):
        for values in (["1e308", "5e-6"], ["1.7e308", "-1.7e308"], ["5e-324", "5e-324"],
                       ["5e-324", "0"], ["inf", "-inf", "1e308"], ["-1e308", "-9e307"]):
            with self.subTest(values):
                self.write("ends.csv", "x\n" + "\n".join(values * 60) + "\n")
                self.drift("compare", "ends.csv", "ends.csv", "--html", "ends.html", code=None)
                page = (self.folder / "ends.html").read_text(encoding="utf-8")
                drawn = re.findall(r' d="([^"]*)"', page)
                self.assertFalse([path for path in drawn if re.search("inf|nan|[0-9]{6}", path)])

    def test_locale_does_not_matter(self):
        plain = self.drift("compare", "reference.csv", "shifted.csv", "--json").out
        other = self.drift("compare", "reference.csv", "shifted.csv", "--json",
                           environment={"LC_ALL": "de_DE.UTF-8", "NO_COLOR": "1"}).out
        self.assertEqual(plain, other)

    def test_device_as_output_stays_a_device(self):
        self.drift("compare", "reference.csv", "same.csv", "--html", "/dev/null", code=0)
        self.assertFalse(os.path.isfile("/dev/null"))

    def test_link_as_output_stays_a_link(self):
        (self.folder / "target.html").write_text("old")
        (self.folder / "link.html").symlink_to("target.html")
        self.drift("compare", "reference.csv", "same.csv", "--html", "link.html", code=0)
        self.assertTrue((self.folder / "link.html").is_symlink())
        self.assertIn("<html", (self.folder / "target.html").read_text())

    def test_link_to_a_pipe_stays_a_link(self):
        """Also where the link, as /dev/stdout does, leads to a pipe, which has no path."""
        link = self.folder / "out"
        link.symlink_to("/proc/self/fd/1")
        told = self.drift("compare", "reference.csv", "same.csv", "--json", code=0).out
        both = self.drift("compare", "reference.csv", "same.csv", "--json=out", code=0).out
        self.assertTrue(both.startswith(told))
        self.assertIn(b"<html", self.drift("compare", "reference.csv", "same.csv", "--html", "out",
                                           code=0).out)
        metrics = self.drift("watch", "same.csv", "--reference", "reference.csv", "--metrics", "out",
                             code=0).out
        self.assertIn(b"drift_rows_observed_total", metrics)
        self.assertTrue(link.is_symlink())
        read, write = os.pipe()
        subprocess.run([harness.DRIFT, "compare", "reference.csv", "same.csv",
                        f"--json=/proc/self/fd/{write}"], cwd=self.folder, pass_fds=[write],
                       stdout=subprocess.DEVNULL, check=True)
        os.close(write)
        with open(read, "rb") as written:
            self.assertEqual(written.read(), told)


class Profiles(harness.Case):
    def setUp(self):
        super().setUp()
        self.rows = sample(4000, seed=1)
        self.write("all.csv", csv(HEADER, self.rows))
        self.drift("profile", "all.csv", "-o", "reference.drift", code=0)
        for k in range(10):
            self.write(f"part{k}.csv", csv(HEADER, sample(400, seed=20 + k, shift=0.1 * k)))

    def read(self, name):
        return (self.folder / name).read_bytes()

    def test_profile_says_nothing(self):
        result = self.drift("profile", "all.csv", "-o", "again.drift", code=0)
        self.assertEqual((result.out, result.err), (b"", b""))
        self.assertEqual(self.read("again.drift"), self.read("reference.drift"))
        self.assertEqual(stat.S_IMODE(os.stat(self.folder / "again.drift").st_mode), 0o600)

    def test_profile_to_stdout(self):
        result = self.drift("profile", "all.csv", "-o", "-", code=0)
        self.assertEqual(result.out, self.read("reference.drift"))

    def test_merge_in_any_order(self):
        parts = []
        for k in range(10):
            self.drift("profile", f"part{k}.csv", "--reference", "reference.drift", "-o",
                       f"part{k}.drift", code=0)
            parts.append(f"part{k}.drift")
        self.drift("profile", *(f"part{k}.csv" for k in range(10)), "--reference", "reference.drift",
                   "-o", "whole.drift", code=0)
        rng = random.Random(3)
        for _ in range(3):
            rng.shuffle(parts)
            self.drift("merge", *parts, "-o", "merged.drift", code=0)
            self.assertEqual(self.read("merged.drift"), self.read("whole.drift"))

    def test_merge_into_an_input(self):
        for k in range(2):
            self.drift("profile", f"part{k}.csv", "--reference", "reference.drift", "-o",
                       f"p{k}.drift", code=0)
        self.drift("merge", "p0.drift", "p1.drift", "-o", "sum.drift", code=0)
        self.drift("merge", "p0.drift", "p1.drift", "-o", "p0.drift", code=0)
        self.assertEqual(self.read("p0.drift"), self.read("sum.drift"))

    def test_several_tables_are_one_reference(self):
        half = len(self.rows) // 2
        self.write("first.csv", csv(HEADER, self.rows[:half]))
        self.write("second.csv", csv(HEADER, self.rows[half:]))
        self.drift("profile", "first.csv", "second.csv", "-o", "both.drift", code=0)
        self.assertEqual(self.read("both.drift"), self.read("reference.drift"))

    def test_show(self):
        result = self.drift("show", "reference.drift", code=0)
        for name in HEADER:
            self.assertIn(name.encode(), result.out)
        document = self.drift("show", "reference.drift", "--json", code=0).json()
        self.assertEqual(document["format"], "drift.profile/1")
        self.assertEqual(document["rows"], 4000)

    def test_verify(self):
        result = self.drift("verify", "reference.drift", code=0)
        self.assertTrue(result.out.startswith(b"ok: drift profile, format 1, 4000 rows, 3 columns"))
        data = bytearray(self.read("reference.drift"))
        for position in range(0, len(data), max(1, len(data) // 40)):
            damaged = bytearray(data)
            damaged[position] ^= 1
            self.write("damaged.drift", bytes(damaged))
            self.one_line(self.drift("verify", "damaged.drift", code=2))

    def test_journal(self):
        data = (harness.ROOT / "tests/golden/journal_format_1").read_bytes()
        self.write("log", data)
        result = self.drift("verify", "log", code=0)
        digest = result.out.split()[-1].decode()
        self.assertEqual(result.out.decode(), "ok: drift journal, format 1, 3 records, 225 bytes, "
                         f"digest {digest}\n")
        lines = [json.loads(line) for line in self.drift("show", "--json", "log", code=0).out.splitlines()]
        self.assertEqual([line["payload"] for line in lines], [{"n": 1}, {"n": 2}, {"n": 3}])
        self.assertEqual(lines[-1]["digest"], digest)
        for line in lines:
            self.drift("verify", "log", "--digest", line["digest"], code=0)
        self.assertIn(b"2  2023-11-14T22:13:20.000000Z  alert", self.drift("show", "log", code=0).out)
        for name, damaged, said in (("damaged", data[:110] + b"x" + data[111:], "record 2 at byte 75"),
                                    ("swapped", data[75:150] + data[:75] + data[150:], "sequence number 2"),
                                    ("left out", data[:75] + data[150:], "sequence number 3 where 2")):
            self.write("log", damaged)
            self.assertIn(said, self.one_line(self.drift("verify", "log", code=2)), name)
            shown = self.drift("show", "log", code=2)
            self.assertIn(said, self.one_line(shown))
            self.assertEqual(shown.out.count(b"\n"), 0 if name == "swapped" else 1)
            self.assertEqual((self.folder / "log").read_bytes(), damaged)


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


class Help(harness.Case):
    def test_help_everywhere(self):
        for command in ("profile", "compare", "watch", "merge", "show", "verify"):
            first = self.drift(command, "--help", code=0).out
            self.assertEqual(self.drift("help", command, code=0).out, first)
            self.assertIn(b"example:", first)
            self.assertTrue(all(len(line) <= 100 for line in first.splitlines()), command)
        for arguments in (("help",), ("--help",)):
            text = self.drift(*arguments, code=0).out
            self.assertIn(b"example:", text)
            self.assertIn(b"exit code", text)

    def test_version(self):
        lines = self.drift("--version", code=0).out.decode().splitlines()
        self.assertTrue(lines[0].startswith("drift 0."))
        self.assertIn("zstd", lines[1])


if __name__ == "__main__":
    harness.main()
