# SPDX-License-Identifier: Apache-2.0
"""Every command but watch: what it prints, what it writes and how it exits."""
import gzip
import json
import os
import random
import re
import stat
import subprocess

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
