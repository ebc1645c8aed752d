# SPDX-License-Identifier: Apache-2.0
"""Changes that programs of this kind miss or die of: the right finding, and the others judged.

Two numbers x and y and a word z; only the column named changes.
"""
import random

import harness
from harness import HEADER, columns, csv, findings, sample, verdicts

ROWS = 2000


class Changes(harness.Case):
    def setUp(self):
        super().setUp()
        self.before, self.after = sample(ROWS, seed=1), sample(ROWS, seed=2)

    def compare(self, code=1, header=HEADER):
        self.write("before.csv", csv(HEADER, self.before))
        self.write("after.csv", csv(header, self.after))
        self.drift("compare", "before.csv", "after.csv", "--html", "report.html", code=code)
        return self.drift("compare", "before.csv", "after.csv", "--json", code=code).json()

    def change(self, function, column=0):
        for index, row in enumerate(self.after):
            row[column] = function(index, row[column])

    def others(self, document, but="x"):
        expected = {name: "stable" for name in HEADER if name != but}
        self.assertEqual({name: verdict for name, verdict in verdicts(document).items()
                          if name in expected}, expected)

    def test_nothing(self):
        document = self.compare(code=0)
        self.assertEqual(findings(document), set())
        self.assertEqual(set(verdicts(document).values()), {"stable"})

    def test_half_missing(self):
        self.change(lambda i, x: "" if i % 2 else x)
        document = self.compare()
        self.assertIn(("missing_rate", "x"), findings(document))
        self.assertEqual(document["drifted"], ["x"])
        self.others(document)

    def test_all_missing(self):
        self.change(lambda i, x: "")
        document = self.compare()
        self.assertIn(("missing_rate", "x"), findings(document))
        self.assertEqual(document["drifted"], ["x"])
        self.others(document)

    def test_ten_infinite(self):
        self.change(lambda i, x: ("inf", "-inf")[i % 2] if i < 10 else x)
        document = self.compare(code=0)
        self.assertIn(("infinite", "x"), findings(document))
        self.assertEqual(document["verdict"], "minor")
        self.others(document)

    def test_constant_on_both_sides(self):
        self.change(lambda i, x: "3")
        for row in self.before:
            row[0] = "3"
        document = self.compare(code=0)
        self.assertEqual(verdicts(document)["x"], "stable")
        self.assertEqual(findings(document), set())
        self.others(document)

    def test_constant_that_changes(self):
        self.change(lambda i, x: "4")
        for row in self.before:
            row[0] = "3"
        document = self.compare()
        self.assertEqual(document["drifted"], ["x"])
        self.others(document)

    def test_no_rows(self):
        self.after = []
        document = self.compare(code=3)
        self.assertEqual(set(verdicts(document).values()), {"insufficient"})

    def test_one_row(self):
        self.after = self.after[:1]
        document = self.compare(code=3)
        self.assertEqual(set(verdicts(document).values()), {"insufficient"})
        self.assertEqual(findings(document), set())

    def test_unseen_word(self):
        self.change(lambda i, z: "new" if i % 10 < 3 else z, column=2)
        document = self.compare()
        self.assertIn(("unseen", "z"), findings(document))
        self.assertEqual(document["drifted"], ["z"])
        self.others(document, but="z")

    def test_words_become_mixed(self):
        self.change(lambda i, z: str(i % 7) if i % 2 else z, column=2)
        document = self.compare()
        self.assertIn(("unseen", "z"), findings(document))
        self.assertEqual(document["drifted"], ["z"])
        self.others(document, but="z")

    def test_huge_integers(self):
        rng = random.Random(5)
        for row in self.before:
            row[0] = str(2 ** 62 + rng.randrange(2 ** 20))
        self.change(lambda i, x: str(2 ** 62 + 2 ** 20 + rng.randrange(2 ** 20)))
        document = self.compare()
        self.assertEqual(document["drifted"], ["x"])
        self.assertIn(("range", "x"), findings(document))
        self.others(document)

    def test_missing_column(self):
        self.after = [row[1:] for row in self.after]
        document = self.compare(header=HEADER[1:])
        self.assertIn(("missing_column", "x"), findings(document))
        self.assertEqual(document["drifted"], ["x"])
        self.others(document)

    def test_extra_column(self):
        self.after = [row + ["1"] for row in self.after]
        document = self.compare(code=0, header=HEADER + ["w"])
        self.assertIn(("extra_column", "w"), findings(document))
        self.assertEqual(document["verdict"], "minor")
        self.others(document)

    def test_changed_type(self):
        self.change(lambda i, x: "word")
        document = self.compare()
        self.assertIn(("type", "x"), findings(document))
        self.assertEqual(document["drifted"], ["x"])
        self.others(document)

    def test_text_that_becomes_numbers(self):
        self.change(lambda i, z: f"{i / 7:.3f}", column=2)
        document = self.compare()
        self.assertEqual(document["drifted"], ["z"])
        self.assertTrue({kind for kind, column in findings(document) if column == "z"} &
                        {"type", "unseen"})
        self.others(document, but="z")

    def test_out_of_range(self):
        self.change(lambda i, x: "1000" if i < 40 else x)
        document = self.compare(code=None)
        self.assertIn(("range", "x"), findings(document))
        self.others(document)


if __name__ == "__main__":
    harness.main()
