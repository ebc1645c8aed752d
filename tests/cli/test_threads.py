# SPDX-License-Identifier: Apache-2.0
"""--threads: the same bytes and the same messages whatever the number, however the text is written."""
import gzip
import json
import random
import shutil
import subprocess
import unittest

import harness
from harness import Case

NUMBERS = ("1", "2", "3", "8")
ROWS = 12000  # several pieces of text for every thread
NAMES = ["x", "whole", "note", "flag", "day", "mixed"]


def values(row, rng):
    """One row: of every kind of column, with quotes, delimiters and line ends inside."""
    note = rng.choice(["plain", 'a "quoted" word', "one,two", "first\nsecond", 'wide""'])
    mixed = rng.choice(["1.5", "NA", "", "word", "-3e-7", "inf"])
    return [repr(rng.gauss(0, 1)), str(rng.randrange(5)), note, rng.choice(["true", "False"]),
            f"2024-05-{row % 28 + 1:02d}", mixed]


def csv_field(text, rng):
    if any(c in text for c in ',"\n') or rng.random() < 0.1:
        return '"' + text.replace('"', '""') + '"'
    return text


def csv_text(end="\n", rows=ROWS, seed=3):
    rng = random.Random(seed)
    lines = [",".join(csv_field(text, rng) for text in values(row, rng)) for row in range(rows)]
    return end.join([",".join(NAMES), *lines]) + end


def jsonl_text(rows=ROWS):
    """Keys come late, are left out, change their order."""
    rng, lines = random.Random(4), []
    for row in range(rows):
        object_ = dict(zip(NAMES, values(row, rng)))
        object_["x"] = float(object_["x"])
        if row > rows // 2:
            object_["late"] = row
        if row % 7 == 0:
            del object_["note"]
        if row % 3 == 0:
            object_ = dict(reversed(object_.items()))
        lines.append(json.dumps(object_))
    return "\n".join(lines) + "\n"


class Threads(Case):
    def same(self, *arguments, code=0, stdin=b""):
        """The result for every number of threads, which is one."""
        results = [self.drift(*arguments, "--threads", number, code=code, stdin=stdin)
                   for number in NUMBERS]
        for result in results[1:]:
            self.assertEqual((result.out, result.err), (results[0].out, results[0].err))
        return results[0]

    def test_however_the_text_is_written(self):
        text = csv_text()
        files = {"lf.csv": text, "crlf.csv": csv_text("\r\n"), "cr.csv": csv_text("\r"),
                 "mark.csv": "\ufeff" + text, "no_end.csv": text[:-1],
                 "blank.csv": text.replace("\n2", "\n\n\r\n2").replace("\n-", "\n\n-"),
                 "long.csv": text + '1,2,"' + "long " * 200000 + '",true,2024-05-01,3\n',
                 "rows.jsonl": jsonl_text()}
        for name, content in files.items():
            with self.subTest(name):
                self.write(name, content)
                self.same("profile", name, "-o", "-")
        lf, crlf, no_end = (self.drift("profile", name + ".csv", "-o", "-").out
                            for name in ("lf", "crlf", "no_end"))
        self.assertEqual(lf, no_end)
        self.assertEqual(len(lf), len(crlf))

    def test_compressed(self):
        text = csv_text().encode()
        plain = self.drift("profile", self.write("a.csv", text), "-o", "-").out
        packed = {"a.csv.gz": gzip.compress(text)}
        if shutil.which("zstd"):
            packed["a.csv.zst"] = subprocess.run(["zstd", "-q", "-c"], input=text,
                                                 capture_output=True, check=True).stdout
        for name, data in packed.items():
            with self.subTest(name):
                self.write(name, data)
                self.assertEqual(self.same("profile", name, "-o", "-").out, plain)
        self.write("cut.csv.gz", packed["a.csv.gz"][:-1000])
        self.assertIn(b"cut off", self.same("profile", "cut.csv.gz", "-o", "-", code=2).err)

    def test_a_pipe_and_several_files(self):
        text = csv_text().encode()
        self.write("a.csv", text)
        self.write("b.jsonl", jsonl_text())
        self.same("profile", "-", "-o", "-", stdin=text)
        self.same("profile", "a.csv", "b.jsonl", "-o", "-")

    def test_comparisons(self):
        self.write("a.csv", csv_text())
        self.write("b.csv", csv_text(seed=9))
        for options in ((), ("--chunk-rows", "700"), ("--block", "100"), ("--block", "day"),
                        ("--time", "day", "--columns", "x,note"), ("--missing", "NA,1.5")):
            with self.subTest(options):
                self.same("compare", "a.csv", "b.csv", "--json", *options)

    def test_more_rows_than_the_sample(self):
        rng = random.Random(6)
        self.write("a.csv", "x,y\n" + "".join(f"{rng.gauss(0, 1):.9f},{rng.choice('abc')}\n"
                                              for _ in range(140000)))
        self.same("profile", "a.csv", "-o", "-")

    def test_the_first_fault_of_the_file(self):
        """Each fault alone, and before another one in a later piece: the line is that of the first."""
        lines = csv_text("\n", 3000).replace("first\nsecond", "first, second").split("\n")[:-1]
        lines *= 4
        faults = {"1,2,3": "row has 3 fields, the header has 6",
                  '1,2,"a"b,true,2024-05-01,3': "column 8: text after a closing quote; expected ',' "
                                                "or the end of the line",
                  "1,2,\0,true,2024-05-01,3": "column 5: a NUL byte: this is not a text file"}
        for fault, message in faults.items():
            for place in (1, 2999, 6100, 11990):
                with self.subTest(fault=fault, place=place):
                    bad = list(lines)
                    bad[place] = fault
                    bad[-3] = "1"
                    self.write("bad.csv", "\n".join(bad) + "\n")
                    result = self.same("profile", "bad.csv", "-o", "-", code=2)
                    self.assertEqual(result.err.decode(),
                                     f"drift: bad.csv: line {place + 1}: {message}\n")

    def test_a_quote_that_is_never_closed(self):
        text = csv_text().replace("first\nsecond", "other")
        self.write("bad.csv", text + '1,2,"open\n' + "3,4,5,6,7,8\n" * 50000)
        result = self.same("profile", "bad.csv", "-o", "-", code=2)
        self.assertEqual(result.err.decode(), f"drift: bad.csv: line {ROWS + 2}: column 5: the quote "
                                              "that opens here is never closed\n")

    def test_faults_of_json_lines(self):
        lines = jsonl_text().split("\n")[:-1]
        for place in (0, 5000, ROWS - 1):
            with self.subTest(place=place):
                bad = list(lines)
                bad[place] = '{"x":01}'
                self.write("bad.jsonl", "\n".join(bad))
                result = self.same("profile", "bad.jsonl", "-o", "-", code=2)
                self.assertIn(f"bad.jsonl: line {place + 1}: column 7: ", result.err.decode())

    def test_faults_where_keys_were_foreseen(self):
        """Late in a file its keys and their kinds are known: what is wrong is told all the same."""
        good = '{"a\\"b": 1.5, "x": -0.25}\n' * 20000
        for bad, message in (('{"a"b": 2, "x": 1}', "column 5: expected ':' after a key"),
                             ('{"a\\"b": 2, "x": 1, "x": 1}', "column 21: the key 'x' stands twice "
                                                              "in this object"),
                             ('{"x": 1, "x": 1}', "column 10: the key 'x' stands twice in this object"),
                             ('{"a\\"b": 2, "x": -01}', "column 20: expected ',' or '}'"),
                             ('{"a\\"b": 2, "x": 1.}', "column 20: expected a digit"),
                             ('{"a\\"b": 2, "x": 1 ', "column 20: expected ',' or '}'"),
                             ('{"a\\"b": 2, "x": 1,}', "column 20: expected a key in quotes")):
            with self.subTest(bad):
                self.write("bad.jsonl", good + bad + "\n" + good)
                result = self.same("profile", "bad.jsonl", "-o", "-", code=2)
                self.assertEqual(result.err.decode(), f"drift: bad.jsonl: line 20001: {message}\n")

    def test_watch(self):
        self.write("a.csv", csv_text())
        self.write("b.csv", csv_text(seed=9))
        self.drift("profile", "a.csv", "-o", "a.drift", code=0)
        self.same("watch", "--reference", "a.drift", "b.csv", "--window", "1000", "--fail-on", "never")


if __name__ == "__main__":
    harness.main()
