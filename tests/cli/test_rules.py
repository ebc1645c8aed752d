# SPDX-License-Identifier: Apache-2.0
"""What a comparison can be asked beyond its default: blocks, parts, levels of a column's own, and
what it says of a change: what carries it, or how many rows would have been enough."""
import datetime
import json
import random

import harness
from harness import HEADER, columns, csv, sample, verdicts


def sessions(n, seed, spread=0.1):
    """Rows in sessions of 1 to 39, each session's x near one value and its z one word; shuffled."""
    rng, rows = random.Random(seed), []
    while len(rows) < n:
        name, centre, word = f"s{rng.randrange(10**12)}", rng.gauss(0, 1), rng.choice("abcd")
        rows += [[name, f"{rng.gauss(centre, spread):.6f}", f"{rng.gauss(0, 1):.6f}", word]
                 for _ in range(rng.randrange(1, 40))]
    return rows


class Rules(harness.Case):
    def table(self, name, rows, header=HEADER):
        return self.write(name, csv(header, rows))

    def compare(self, *arguments, code=None):
        return self.drift("compare", *arguments, "--json", code=code).json()


class Blocks(Rules):
    HEAD = ["session", *HEADER]

    def setUp(self):
        super().setUp()
        self.before, self.after = sessions(6000, 1), sessions(6000, 2)

    def test_rows_of_a_session_are_no_evidence_of_their_own(self):
        self.table("a.csv", self.before, self.HEAD)
        self.table("b.csv", self.after, self.HEAD)
        naive = columns(self.compare("a.csv", "b.csv", "--exclude", "session"))
        self.assertLess(naive["x"]["p_value"], 1e-6)
        self.assertTrue(any("--block" in note for note in naive["x"]["notes"]), naive["x"]["notes"])
        self.assertFalse(any("--block" in note for note in naive["y"]["notes"]))
        told = columns(self.compare("a.csv", "b.csv", "--block", "session"))
        self.assertGreater(told["x"]["p_value"], 0.01)
        self.assertGreater(told["x"]["design_effect"], 5)
        self.assertLess(told["y"]["design_effect"], 2)
        self.assertEqual(told["session"]["verdict"], "skipped")
        self.assertNotIn("--block", " ".join(told["x"]["notes"]))

    def test_the_order_of_the_rows_does_not_matter_to_a_column_of_blocks(self):
        rng = random.Random(3)
        self.table("a.csv", self.before, self.HEAD)
        self.table("b.csv", self.after, self.HEAD)
        in_order = self.compare("a.csv", "b.csv", "--block", "session")
        for name, rows in (("a.csv", self.before), ("b.csv", self.after)):
            rng.shuffle(rows)
            self.table(name, rows, self.HEAD)
        self.assertEqual(columns(self.compare("a.csv", "b.csv", "--block", "session")),
                         columns(in_order))

    def test_a_change_is_still_found(self):
        moved = [[name, float(x) + 2, y, z] for name, x, y, z in self.after]
        self.table("a.csv", self.before, self.HEAD)
        self.table("b.csv", moved, self.HEAD)
        self.assertEqual(self.compare("a.csv", "b.csv", "--block", "session", code=1)["drifted"],
                         ["x"])

    def test_blocks_are_kept_in_profiles(self):
        self.table("a.csv", self.before, self.HEAD)
        self.table("b.csv", self.after, self.HEAD)
        tables = self.compare("a.csv", "b.csv", "--block", "session")
        self.drift("profile", "a.csv", "--block", "session", "-o", "a.drift", code=0)
        self.drift("profile", "b.csv", "--reference", "a.drift", "-o", "b.drift", code=0)
        self.assertEqual(columns(self.compare("a.drift", "b.drift")), columns(tables))
        self.assertEqual(columns(self.compare("a.drift", "b.csv", "--block", "session")),
                         columns(tables))
        self.assertIn("not with blocks of 20 rows", self.one_line(
            self.drift("compare", "a.drift", "b.csv", "--block", "20", code=2)))
        # Shards of a column of blocks add up to the whole, byte for byte.
        header, rows = self.HEAD, self.after
        for index in range(3):
            self.table(f"shard{index}.csv", rows[index::3], header)
            self.drift("profile", f"shard{index}.csv", "--reference", "a.drift", "-o",
                       f"shard{index}.drift", code=0)
        self.drift("merge", "shard2.drift", "shard0.drift", "shard1.drift", "-o", "all.drift", code=0)
        self.assertEqual((self.folder / "all.drift").read_bytes(),
                         (self.folder / "b.drift").read_bytes())

    def test_a_season_is_kept_in_profiles(self):
        self.table("a.csv", self.before, self.HEAD)
        self.drift("profile", "a.csv", "--season", "20", "-o", "a.drift", code=0)
        shown = self.drift("show", "a.drift", code=0).out.decode()
        self.assertIn("x: a season of 20 rows was stated; scores of windows of 20 rows are used", shown)
        document = self.drift("show", "a.drift", "--json", code=0).json()
        plan = {column["name"]: column["dependence"] for column in document["columns"]
                if "dependence" in column}["x"]
        self.assertEqual([plan[key] for key in ("plan", "rows", "season_rows", "stated")],
                         ["windows", 20, 20, True])
        self.compare("a.drift", "a.csv", "--season", "20")
        self.assertIn("without a season of 30 rows", self.one_line(
            self.drift("compare", "a.drift", "a.csv", "--season", "30", code=2)))

    def test_too_few_blocks(self):
        self.table("a.csv", sample(900, 1))
        self.table("b.csv", sample(900, 2))
        document = self.compare("a.csv", "b.csv", "--block", "500", code=3)
        self.assertIn("fewer than 16 blocks", columns(document)["x"]["rule"])

    def test_a_column_that_goes_missing_is_found(self):
        self.table("a.csv", self.before, self.HEAD)
        gone = [[name, "", y, z] for name, x, y, z in self.after]
        self.table("b.csv", gone, self.HEAD)
        for block in ("session", "10"):
            document = self.compare("a.csv", "b.csv", "--block", block, "--columns", "x,y,z", code=1)
            self.assertEqual(document["drifted"], ["x"])
            self.assertEqual([finding["kind"] for finding in document["findings"]], ["missing_rate"])

    def test_data_without_the_blocks_is_told(self):
        self.table("a.csv", self.before, self.HEAD)
        self.table("absent.csv", [row[1:] for row in self.after])
        self.table("empty.csv", [["", *row[1:]] for row in self.after], self.HEAD)
        for name in ("absent.csv", "empty.csv"):
            document = self.compare("a.csv", name, "--block", "session", code=1)
            self.assertEqual([finding["column"] for finding in document["findings"]], ["session"])
            self.assertIn("'session' makes the blocks", document["findings"][0]["message"])
            self.assertEqual({column["verdict"] for column in document["columns"]},
                             {"insufficient", "skipped"})

    def test_parts_do_not_move_the_blocks_of_the_whole(self):
        self.table("a.csv", self.before, self.HEAD)
        self.table("b.csv", self.after, self.HEAD)
        whole = self.compare("a.csv", "b.csv", "--block", "100")
        for size in ("50", "130", "200"):
            parts = self.compare("a.csv", "b.csv", "--block", "100", "--chunk-rows", size)
            self.assertEqual([column["p_value"] for column in parts["columns"]],
                             [column["p_value"] for column in whole["columns"]])

    def test_a_profile_without_blocks_keeps_its_format(self):
        self.table("a.csv", sample(300, 1))
        self.drift("profile", "a.csv", "-o", "plain.drift", code=0)
        self.drift("profile", "a.csv", "--block", "10", "-o", "blocks.drift", code=0)
        self.assertEqual((self.folder / "plain.drift").read_bytes()[4], 1)
        self.assertEqual((self.folder / "blocks.drift").read_bytes()[4], 2)


class Chunks(Rules):
    def setUp(self):
        super().setUp()
        self.table("before.csv", sample(4000, 1))
        changed = sample(3000, 2) + sample(2000, 3, shift=1)
        self.table("after.csv", changed)

    def test_parts_by_rows(self):
        document = self.compare("before.csv", "after.csv", "--chunk-rows", "1000", code=1)
        chunks = document["chunks"]
        self.assertEqual([c["rows"] for c in chunks],
                         [[1, 1000], [1001, 2000], [2001, 3000], [3001, 4000], [4001, 5000]])
        self.assertEqual([c["verdict"] for c in chunks], ["stable"] * 3 + ["drift"] * 2)
        last = {c["name"]: c for c in chunks[4]["columns"]}
        self.assertEqual(last["x"]["verdict"], "drift")
        self.assertEqual(last["y"]["verdict"], "stable")
        # What does not depend on the level is that of the part compared on its own.
        self.table("part.csv", sample(2000, 3, shift=1)[1000:])
        alone = columns(self.compare("before.csv", "part.csv"))
        for name in HEADER:
            self.assertEqual(last[name]["p_value"], alone[name]["p_value"])
            self.assertEqual(last[name]["effect"], alone[name]["effect"])
            self.assertGreaterEqual(last[name]["adjusted_p_value"], alone[name]["adjusted_p_value"])

    def test_the_whole_is_the_same_but_for_its_level(self):
        whole = columns(self.compare("before.csv", "after.csv"))
        parted = columns(self.compare("before.csv", "after.csv", "--chunk-rows", "700"))
        for name in HEADER:
            self.assertEqual(parted[name]["p_value"], whole[name]["p_value"])
            self.assertEqual(parted[name]["statistics"], whole[name]["statistics"])
        self.assertIn("alpha 0.005", parted["y"]["rule"])

    def test_a_part_that_drifts_is_an_answer(self):
        rows = sample(2000, 1)
        self.table("a.csv", rows)
        moved = [[f"{float(x) + (9 if i < 20 else 0):.6f}", y, z]
                 for i, (x, y, z) in enumerate(sample(60, 2))]
        self.table("b.csv", moved)
        document = self.compare("a.csv", "b.csv", "--chunk-rows", "20", "--columns", "x", code=1)
        self.assertEqual(document["verdict"], "drift")

    def test_a_last_part_of_few_rows(self):
        chunks = self.compare("before.csv", "after.csv", "--chunk-rows", "4990")["chunks"]
        self.assertEqual([c["rows"] for c in chunks], [[1, 4990], [4991, 5000]])
        self.assertEqual(chunks[1]["columns"][1]["verdict"], "insufficient")

    def test_parts_by_period(self):
        begin = datetime.datetime(2026, 1, 28)
        rows = [[(begin + datetime.timedelta(hours=i / 10)).isoformat(), *row]
                for i, row in enumerate(sample(2400, 2))]
        self.table("times.csv", rows, ["at", *HEADER])
        reference = [["2026-01-01T00:00:00", *row] for row in sample(3000, 1)]
        self.table("ref.csv", reference, ["at", *HEADER])

        def periods(letter):
            return [(c["period"], c["rows"]) for c in self.compare(
                "ref.csv", "times.csv", "--time", "at", "--chunk-period", letter)["chunks"]]
        self.assertEqual(periods("D"), [(f"2026-{d}", [1 + 240 * i, 240 + 240 * i]) for i, d in
                                        enumerate(["01-28", "01-29", "01-30", "01-31", "02-01",
                                                   "02-02", "02-03", "02-04", "02-05", "02-06"])])
        self.assertEqual(periods("W"), [("2026-01-26", [1, 1200]), ("2026-02-02", [1201, 2400])])
        self.assertEqual(periods("M"), [("2026-01", [1, 960]), ("2026-02", [961, 2400])])

    def test_times_that_do_not_serve(self):
        rows = [["2026-02-01", *row] for row in sample(50, 2)]
        reference = self.table("ref.csv", [["2026-01-01", *row] for row in sample(500, 1)],
                               ["at", *HEADER])
        by_day = ("--time", "at", "--chunk-period", "D")
        self.table("back.csv", rows[:20] + [["2026-01-31", *rows[20][1:]]] + rows[21:], ["at", *HEADER])
        self.assertIn("back.csv: the rows are not in the order of time: row 21 lies in 2026-01-31",
                      self.one_line(self.drift("compare", reference, "back.csv", *by_day, code=2)))
        self.table("gap.csv", rows[:7] + [["", *rows[7][1:]]] + rows[8:], ["at", *HEADER])
        self.assertIn("row 8 has no time in column 'at'", self.one_line(
            self.drift("compare", reference, "gap.csv", *by_day, code=2)))
        self.assertIn("--time", self.one_line(
            self.drift("compare", reference, "gap.csv", "--chunk-period", "D", code=2)))

    def test_the_report_has_a_strip_for_each_column(self):
        self.drift("compare", "before.csv", "after.csv", "--chunk-rows", "500", "--html", "r.html",
                   code=1)
        page = (self.folder / "r.html").read_text(encoding="utf-8")
        self.assertIn("Over time", page)
        self.assertEqual(page.count('class="k '), 3 * 10)
        self.assertEqual(page.count('class="k drift"'), 4)


class Overrides(Rules):
    def setUp(self):
        super().setUp()
        self.table("before.csv", sample(3000, 1))
        self.table("after.csv", sample(3000, 2, shift=0.12))

    def schema(self, **stated):
        document = {"format": "drift.schema/1", "columns": [{"name": "x", **stated}]}
        return self.write("schema.json", json.dumps(document))

    def judged(self, **stated):
        schema = self.schema(**stated)
        return columns(self.compare("before.csv", "after.csv", "--schema", schema))

    def test_smallest_effect_of_a_column(self):
        self.assertEqual(self.judged()["x"]["verdict"], "minor")
        told = self.judged(min_effect=0.001)
        self.assertEqual(told["x"]["verdict"], "drift")
        self.assertIn("reaches 0.001", told["x"]["rule"])
        self.assertEqual(told["y"]["verdict"], "stable")

    def test_level_of_a_column(self):
        plain = self.judged()["x"]
        told = self.judged(alpha=1e-12)["x"]
        self.assertEqual(told["adjusted_p_value"], plain["p_value"])
        self.assertEqual(told["alpha"], 1e-12)
        self.assertIn("its own alpha 1e-12", told["rule"])
        self.assertEqual(told["verdict"], "stable")

    def test_weight_of_a_column(self):
        plain, told = self.judged(), self.judged(weight=8)
        self.assertEqual(told["x"]["p_value"], plain["x"]["p_value"])
        self.assertAlmostEqual(told["x"]["adjusted_p_value"] / plain["x"]["p_value"], 10 / 8)
        self.assertAlmostEqual(plain["x"]["adjusted_p_value"] / plain["x"]["p_value"], 3)

    def test_overrides_travel_with_the_profile(self):
        schema = self.schema(min_effect=0.001, alpha=0.002, weight=3)
        self.drift("profile", "before.csv", "--schema", schema, "-o", "p.drift", "--schema-out",
                   "out.json", code=0)
        stated = json.loads((self.folder / "out.json").read_text())["columns"][0]
        self.assertEqual((stated["alpha"], stated["min_effect"], stated["weight"]), (0.002, 0.001, 3))
        self.assertEqual(columns(self.compare("p.drift", "after.csv"))["x"]["verdict"], "drift")

    def test_bad_values_are_named(self):
        for stated, message in (({"alpha": 0}, "a probability between 0 and 1"),
                                ({"alpha": "x"}, "a probability between 0 and 1"),
                                ({"min_effect": -1}, "a number from 0 on"),
                                ({"weight": 0}, "a number from 1e-6 to 1e6"),
                                ({"weight": 1e308}, "a number from 1e-6 to 1e6")):
            result = self.drift("compare", "before.csv", "after.csv", "--schema",
                                self.schema(**stated), code=2)
            self.assertRegex(self.one_line(result), f"schema.json: line 1: column [0-9]+: .*{message}")


class Words(Rules):
    def test_what_carries_a_change(self):
        self.table("before.csv", sample(2000, 1))
        rows = [[x, y, "a" if i % 3 == 0 else z] for i, (x, y, z) in enumerate(sample(2000, 2))]
        self.table("after.csv", rows)
        z = columns(self.compare("before.csv", "after.csv", code=1))["z"]
        self.assertEqual((z["why"][0]["value"], z["why"][0]["direction"]), ("a", "more"))
        self.assertGreater(z["why"][0]["part"], 0.5)
        self.assertGreater(z["why"][0]["current"], z["why"][0]["reference"])
        text = self.drift("compare", "before.csv", "after.csv").out.decode()
        self.assertRegex(text, r"z: [0-9]+ % of the change: 'a' rose from 2[0-9.]+ % to 5[0-9.]+ %")

    def test_missing_values_are_what_changed(self):
        rows = sample(4000, 1)
        gone = [["" if i % 2 else x, y, z] for i, (x, y, z) in enumerate(sample(4000, 2))]
        self.table("a.csv", rows)
        self.table("b.csv", gone)
        self.assertEqual(columns(self.compare("a.csv", "b.csv", code=1))["x"]["why"], [])
        self.assertIn("missing values rose from 0 % to 50 %",
                      self.drift("compare", "a.csv", "b.csv", code=1).out.decode())

    def test_parts_of_a_number(self):
        self.table("before.csv", sample(2000, 1))
        self.table("after.csv", sample(2000, 2, shift=1))
        document = columns(self.compare("before.csv", "after.csv", code=1))
        for part in document["x"]["why"]:
            self.assertLess(part["from"], part["to"])
            self.assertEqual(part["direction"], "more" if part["from"] > 0 else "fewer")
        self.assertEqual(document["y"]["why"], [])

    def test_rows_that_would_suffice(self):
        self.table("before.csv", sample(5000, 1))
        self.table("few.csv", sample(200, 2))
        first = columns(self.compare("before.csv", "few.csv"))["x"]
        self.assertEqual(first["verdict"], "insufficient")
        more = first["more_rows"]["current"]
        self.assertIn(f"{more:,} more current rows would suffice", first["rule"])
        self.table("enough.csv", sample(200 + more, 2))
        self.assertEqual(columns(self.compare("before.csv", "enough.csv"))["x"]["verdict"], "stable")
        self.table("short.csv", sample(200 + more * 9 // 10, 2))
        self.assertEqual(columns(self.compare("before.csv", "short.csv"))["x"]["verdict"],
                         "insufficient")

    def test_a_reference_that_is_too_small(self):
        self.table("before.csv", sample(100, 1))
        self.table("after.csv", sample(100000, 2))
        first = columns(self.compare("before.csv", "after.csv"))["x"]
        more = first["more_rows"]["reference"]
        self.assertGreater(more, 0)
        self.assertIn("more reference rows", first["rule"].replace("reference and", "reference rows"))
        self.table("before.csv", sample(100 + more, 1))
        self.assertEqual(verdicts(self.compare("before.csv", "after.csv"))["x"], "stable")


if __name__ == "__main__":
    harness.main()
