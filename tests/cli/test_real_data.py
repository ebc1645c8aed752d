# SPDX-License-Identifier: Apache-2.0
"""Data with known drift, as published: what must be found, and what must not.

Needs the data sets in ../shared/data or $DRIFT_SHARED_DATA; skipped without, except in CI.
"""
import json
import os
import random
import subprocess
import unittest

import harness
from harness import columns, require_data, verdicts


def read(path):
    header, *rows = path.read_text(encoding="utf-8").splitlines(keepends=True)
    return header, rows


class RealData(harness.Case):
    def compare(self, *arguments, code):
        return self.drift("compare", *arguments, "--json", code=code).json()

    def put(self, name, header, rows):
        self.write(name, header + "".join(rows))
        return name

    def test_car_loan(self):
        folder = require_data("car_loan")
        header, rows = read(folder / "monitored.csv")
        calm = self.put("calm.csv", header, rows[:25000])
        changed = self.put("changed.csv", header, rows[25000:])
        document = self.compare(folder / "reference.csv", calm, "--label", "repaid", code=0)
        self.assertEqual(document["verdict"], "stable")
        self.assertLessEqual(set(verdicts(document).values()), {"stable", "skipped"})
        document = self.compare(folder / "reference.csv", changed, "--label", "repaid", code=1)
        self.assertEqual(sorted(document["drifted"]),
                         ["car_value", "loan_length", "repaid_loan_on_prev_car", "salary_range",
                          "y_pred_proba"])
        result = columns(document)
        for name in ("debt_to_income_ratio", "size_of_downpayment", "driver_tenure", "y_pred"):
            self.assertEqual(result[name]["verdict"], "stable", name)
        for name in ("id", "timestamp"):
            self.assertEqual(result[name]["verdict"], "skipped")
            self.assertTrue(result[name]["notes"])

    def test_car_loan_as_a_stream(self):
        folder = require_data("car_loan")
        self.drift("profile", folder / "reference.csv", "-o", "r.drift", "--label", "repaid", code=0)
        result = self.drift("watch", "--reference", "r.drift", folder / "monitored.csv", code=1)
        alerts = [json.loads(line) for line in result.out.splitlines()]
        self.assertEqual({alert["incident"] for alert in alerts}, {1})
        self.assertTrue(25000 < alerts[0]["row"] <= 25100, alerts[0]["row"])
        self.assertLessEqual(abs(alerts[0]["change_row"] - 25001), 200)
        self.assertEqual(sorted(alerts[-1]["columns"]),
                         ["car_value", "loan_length", "repaid_loan_on_prev_car", "salary_range",
                          "y_pred_proba"])
        for detail in alerts[-1]["details"]:
            self.assertTrue(25000 < detail["row"] <= 25900, detail)

    def watch_errors(self, stream, *options):
        """The alerts about the error of a model, rows counted from row 5,000, which ends the reference."""
        path = require_data("synthetic_concept_drift") / f"{stream}_predictions.csv"
        header, rows = read(path)
        reference, live = self.put("reference.csv", header, rows[:5000]), self.put("live.csv", header, rows[5000:])
        self.drift("profile", reference, "--columns", "error", "-o", "r.drift", code=0)
        result = self.drift("watch", "--reference", "r.drift", live, "--fail-on", "never", *options, code=0)
        return [json.loads(line) for line in result.out.splitlines()]

    def test_first_changes_of_concept(self):
        for stream in ("mixed_0101_abrupto", "sine_0123_abrupto", "stagger_0120_abrupto"):
            with self.subTest(stream):
                first = self.watch_errors(stream)[0]
                self.assertTrue(5000 < first["row"] <= 5150, first["row"])
                self.assertTrue(4950 < first["change_row"] <= 5050, first["change_row"])
                self.assertEqual((first["columns"], first["detector"]), (["error"], "evidence"))
        # The error moves from .22 to .25 between rows 4,500 and 5,500: too little to matter by default.
        self.assertEqual(self.watch_errors("sea_0123_gradual_noise_0.2"), [])
        self.assertGreater(self.watch_errors("sea_0123_gradual_noise_0.2", "--min-effect", "0")[0]["row"], 4500)

    def test_later_changes_of_concept(self):
        rebase = ("--rebase", "2000", "--window", "500")
        for stream in ("mixed_0101_abrupto", "sine_0123_abrupto"):
            with self.subTest(stream):
                opened = [alert["row"] for alert in self.watch_errors(stream, *rebase)
                          if not alert.get("resolved") and not alert.get("updated")]
                self.assertEqual(len(opened), 3)
                for row, change in zip(opened, (5000, 15000, 25000)):
                    self.assertTrue(change < row <= change + 150, opened)
        # Stagger's second change, an error of .54 that becomes .65, takes longer: two shares so near.
        opened = [alert["row"] for alert in self.watch_errors("stagger_0120_abrupto", *rebase, "--min-effect", "0")
                  if not alert.get("resolved") and not alert.get("updated")]
        self.assertEqual(len(opened), 3)
        for row, change, most in zip(opened, (5000, 15000, 25000), (150, 1500, 150)):
            self.assertTrue(change < row <= change + most, opened)

    def test_detectors_beside_the_evidence(self):
        alerts = self.watch_errors("mixed_0101_abrupto", "--detector", "eddm:error", "--detector", "adwin:error")
        # One incident, from a false alarm of EDDM's on; what the evidence found later is what it says.
        detail, = alerts[0]["details"]
        self.assertEqual((alerts[0]["incident"], alerts[0]["row"]), (1, 1149))
        self.assertEqual((detail["detector"], detail["row"]), ("evidence", 5007))
        alert = self.watch_errors("mixed_0101_abrupto", "--detector", "window", "--window", "100000",
                                  "--detector", "eddm:error")[0]
        self.assertEqual((alert["detector"], alert["kind"], alert["evidence"], alert["alpha"]),
                         ("eddm", "error", None, None))

    def test_car_price(self):
        folder = require_data("car_price")
        header, rows = read(folder / "monitored.csv")
        calm = self.put("calm.csv", header, rows[:30000])
        changed = self.put("changed.csv", header, rows[30000:])
        document = self.compare(folder / "reference.csv", calm, "--label", "y_true", code=0)
        self.assertEqual(document["verdict"], "stable")
        document = self.compare(folder / "reference.csv", changed, "--label", "y_true", code=1)
        self.assertEqual(sorted(document["drifted"]), ["door_count", "y_pred"])
        rest = {name: verdict for name, verdict in verdicts(document).items()
                if name not in ("door_count", "y_pred") and verdict != "skipped"}
        self.assertEqual(set(rest.values()), {"minor"}, rest)

    def test_adult_halves(self):
        header, rows = read(require_data("adult") / "adult.csv")
        rng = random.Random(2024)
        found = 0
        for _ in range(200):
            rng.shuffle(rows)
            half = len(rows) // 2
            first = self.put("first.csv", header, rows[:half])
            second = self.put("second.csv", header, rows[half:])
            document = self.compare(first, second, code=0)
            found += document["verdict"] not in ("stable",)
        # Binomial(200, 0.01): 8 or more has probability 0.001.
        self.assertLessEqual(found, 7)

    def test_adult_men_and_women(self):
        header, rows = read(require_data("adult") / "adult.csv")
        men = [row for row in rows if ",Male," in row or ", Male," in row]
        women = [row for row in rows if ",Female," in row or ", Female," in row]
        self.assertEqual(len(men) + len(women), len(rows))
        document = self.compare(self.put("men.csv", header, men), self.put("women.csv", header, women),
                                code=1)
        self.assertIn("relationship", document["drifted"])

    def test_bike_sharing(self):
        header, rows = read(require_data("bike_sharing") / "hour.csv")
        year = header.strip().split(",").index("yr")
        first = self.put("2011.csv", header, [r for r in rows if r.split(",")[year] == "0"])
        second = self.put("2012.csv", header, [r for r in rows if r.split(",")[year] == "1"])
        result = verdicts(self.compare(first, second, code=1))
        self.assertEqual((result["registered"], result["cnt"]), ("drift", "drift"))
        self.assertIn(result["casual"], ("minor", "drift"))
        for name in ("hr", "weekday", "mnth"):
            self.assertEqual(result[name], "stable", name)

    def test_formats(self):
        folder = require_data("car_loan")
        reference = folder / "reference.csv"
        data = (folder / "monitored.csv").read_bytes()
        expected = self.compare(reference, folder / "monitored.csv", "--label", "repaid", code=1)
        self.write("crlf.csv", data.replace(b"\n", b"\r\n"))
        self.write("plain.csv", data)
        subprocess.run(["zstd", "-q", "plain.csv"], cwd=self.folder, check=True)
        self.write("lines.jsonl", self.json_lines(data.decode()))
        for name in ("crlf.csv", "plain.csv.zst", "lines.jsonl"):
            with self.subTest(name):
                document = self.compare(reference, name, "--label", "repaid", code=1)
                self.assertEqual(document["columns"], expected["columns"])

    @staticmethod
    def json_lines(text):
        header, *rows = (line.split(",") for line in text.splitlines())
        words = {"timestamp", "salary_range", "size_of_downpayment"}
        lines = []
        for row in rows:
            cells = []
            for name, token in zip(header, row):
                if token == "":
                    value = "null"
                elif name in words:
                    value = json.dumps(token)
                else:
                    value = token.lower() if token in ("True", "False") else token
                cells.append(f'"{name}":{value}')
            lines.append("{" + ",".join(cells) + "}\n")
        return "".join(lines)

    def test_ten_shards(self):
        folder = require_data("car_loan")
        header, rows = read(folder / "monitored.csv")
        self.drift("profile", folder / "reference.csv", "--label", "repaid", "-o", "r.drift", code=0)
        shards = []
        for k in range(10):
            self.put("shard.csv", header, rows[k::10])
            self.drift("profile", "shard.csv", "--reference", "r.drift", "-o", f"s{k}.drift", code=0)
            shards.append(f"s{k}.drift")
        self.drift("profile", folder / "monitored.csv", "--reference", "r.drift", "-o", "whole.drift",
                   code=0)
        whole = self.compare("r.drift", "whole.drift", code=1)
        merged = set()
        for seed in range(3):
            random.Random(seed).shuffle(shards)
            self.drift("merge", *shards, "-o", "m.drift", code=0)
            merged.add((self.folder / "m.drift").read_bytes())
            self.assertEqual(self.compare("r.drift", "m.drift", code=1)["columns"], whole["columns"])
        self.assertEqual(merged, {(self.folder / "whole.drift").read_bytes()})


@unittest.skipIf(os.environ.get("DRIFT_SANITIZER", "none") != "none", "a sanitizer takes memory")
class Memory(harness.Case):
    """Peak memory does not grow with the rows."""

    def peak_kilobytes(self, rows):
        path = self.folder / "table.csv"
        rng = random.Random(1)
        block = "".join(",".join(f"{rng.gauss(0, 1):.5f}" for _ in range(20)) + "\n"
                        for _ in range(10000))
        with open(path, "w", encoding="ascii") as file:
            file.write(",".join(f"c{i}" for i in range(20)) + "\n")
            for _ in range(rows // 10000):
                file.write(block)
        script = ("import resource,subprocess,sys\n"
                  "code=subprocess.run(sys.argv[1:]).returncode\n"
                  "print(code,resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)")
        output = subprocess.run(["python3", "-c", script, harness.DRIFT, "profile", str(path), "-o",
                                 str(self.folder / "p.drift")], capture_output=True, check=True).stdout
        path.unlink()
        code, kilobytes = map(int, output.split())
        self.assertEqual(code, 0)
        return kilobytes

    def test_rows_do_not_matter(self):
        small, large = self.peak_kilobytes(1_000_000), self.peak_kilobytes(4_000_000)
        print(f"peak memory: 1 million rows {small} kB, 4 million rows {large} kB")
        self.assertLess(large - small, 8 * 1024)
        self.assertLess(large, 96 * 1024)


if __name__ == "__main__":
    harness.main()
