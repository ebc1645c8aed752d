# SPDX-License-Identifier: Apache-2.0
"""Bad inputs: exit 2, one line on stderr that says what is wrong, and no output file touched."""
import gzip
import random
import subprocess

import harness
from harness import HEADER, csv, sample

GOOD = csv(HEADER, sample(300)).encode()
OUTPUTS = ("out.drift", "out.html", "out.json", "out.schema")


def truncated_zst():
    data = subprocess.run(["zstd", "-q", "-c"], input=GOOD * 50, capture_output=True, check=True)
    return data.stdout[:-20]


def long_window_zst():
    return bytes([0x28, 0xB5, 0x2F, 0xFD, 0x00, 0xA8]) + bytes(40)


def noise(n):
    return random.Random(5).randbytes(n)


PROFILE = ["profile", "bad", "-o", "out.drift"]
COMPARE = ["compare", "good.csv", "bad", "--html", "out.html", "--json", "out.json"]


def table(name, data, fragment, extra=()):
    """A bad table, as the data of profile and as the current data of compare."""
    return [("profile " + name, {"bad": data}, PROFILE + list(extra), fragment),
            ("compare " + name, {"bad": data}, COMPARE + list(extra), fragment)]


def usage(name, arguments, fragment):
    return [(name, {}, arguments, fragment)]


def compare(*options):
    return ["compare", "good.csv", "good.csv", "--html", "out.html", *options]


def watch(*options):
    return ["watch", "--reference", "good.drift", "good.csv", *options]


ROWS = "x,y,z\n1,2,a\n"

TABLE = [
    # what a table can be
    *usage("missing file", ["profile", "absent.csv", "-o", "out.drift"], "absent.csv"),
    *usage("missing current", ["compare", "good.csv", "absent.csv", "--html", "out.html"], "absent.csv"),
    *usage("directory", ["profile", ".", "-o", "out.drift"], "directory"),
    *table("empty", b"", "empty"),
    *usage("header only", ["profile", "header.csv", "-o", "out.drift"], "row"),
    *table("binary", bytes(range(256)) * 20, "bad"),
    *table("utf-16", GOOD.decode().encode("utf-16"), "UTF-16"),
    *table("too many fields", ROWS + "1,2,a,b\n", "line 3"),
    *table("too few fields", ROWS + "1,2\n", "line 3"),
    *table("unterminated quote", ROWS + '1,2,"a\n3,4,b\n', "quote"),
    *table("text after a quote", ROWS + '1,2,"a"b\n', "quote"),
    *table("duplicate header", "x,y,x\n1,2,3\n", "x"),
    *table("nul byte", b"x,y,z\n1,\x00,a\n", "NUL"),
    *table("parquet", b"PAR1" + noise(200) + b"PAR1", "read_parquet"),
    # JSON lines
    *table("json text", '{"x":1}\n"text"\n', "line 2"),
    *table("json cut off", '{"x":1}\n{"x":\n', "line 2"),
    *table("json garbage after", '{"x":1}\n{"x":2} x\n', "line 2"),
    *table("json bad escape", '{"x":"\\q"}\n', "line 1"),
    *table("json bad number", '{"x":1}\n{"x":01}\n', "line 2"),
    *table("json double key", '{"x":1,"x":2}\n', "x"),
    *table("json bare NaN", '{"x":1}\n{"x":nan}\n', "line 2"),
    *table("json too deep", '{"x":' + "[" * 5000 + "]" * 5000 + "}\n", "line 1"),
    # compressed
    *table("gz cut off", gzip.compress(GOOD * 50)[:-30], "bad"),
    *table("gz garbage", b"\x1f\x8b" + noise(300), "bad"),
    *table("gz checksum", gzip.compress(GOOD * 50)[:-6] + b"\0\1\2\3\4\5", "bad"),
    *table("zst cut off", truncated_zst(), "bad"),
    *table("zst garbage", b"\x28\xb5\x2f\xfd" + noise(300), "bad"),
    *table("zst window", long_window_zst(), "bad"),
    # profiles
    *usage("profile cut off", ["show", "cut.drift"], "cut.drift"),
    *usage("profile damaged", ["verify", "flipped.drift"], "flipped.drift"),
    *usage("profile foreign", ["verify", "good.csv"], "not a profile"),
    *usage("verify empty", ["verify", "header.drift"], "header.drift"),
    *usage("profile newer", ["compare", "newer.drift", "good.csv", "--html", "out.html"], "newer"),
    *usage("profile absent", ["verify", "absent.drift"], "absent.drift"),
    *usage("profile as data", ["profile", "good.drift", "-o", "out.drift"], "good.drift"),
    *usage("show a table", ["show", "good.csv"], "not a profile"),
    *usage("metrics in the journal", ["watch", "--reference", "good.drift", "good.csv", "--state", "s",
                                      "--metrics", "s.journal"], "belongs to --state s"),
    *usage("state in the reference", ["watch", "--reference", "good.drift", "good.csv", "--state",
                                      "good.drift"], "belongs to --state good.drift"),
    *usage("journal damaged", ["verify", "flipped.journal"], "record 2 at byte 75: checksum"),
    *usage("journal cut off", ["verify", "cut.journal"], "record 3 at byte 150: 50 of its 75 bytes"),
    *usage("journal that is none", ["verify", "good.journal"], "does not begin with a record"),
    *usage("journal absent", ["show", "absent.journal"], "absent.journal"),
    *usage("digest of no record", ["verify", "whole.journal", "--digest", "ab" * 32], "written anew"),
    *usage("digest of 63 digits", ["verify", "whole.journal", "--digest", "a" * 63], "64 digits"),
    *usage("digest of 65 digits", ["verify", "whole.journal", "--digest", "a" * 65], "64 digits"),
    *usage("digest of no digits", ["verify", "whole.journal", "--digest", "A" * 64], "64 digits"),
    *usage("digest of a profile", ["verify", "good.drift", "--digest", "a" * 64], "for journals"),
    *usage("merge strangers", ["merge", "good.drift", "other.drift", "-o", "out.drift"], "other.drift"),
    *usage("merge a table", ["merge", "good.drift", "good.csv", "-o", "out.drift"], "good.csv"),
    *usage("compare strangers", ["compare", "good.drift", "other.drift", "--html", "out.html"],
           "other.drift"),
    *usage("damaged shard", ["merge", "good.drift", "flipped.drift", "-o", "out.drift"],
           "flipped.drift"),
    # the command line
    ("no command", {}, [], "no command"),
    *usage("unknown command", ["comapre", "a", "b"], "did you mean 'compare'"),
    *usage("planned command", ["health", "a", "b"], "not there yet"),
    *usage("unknown option", compare("--aplha", "0.1"), "did you mean --alpha"),
    *usage("far option", compare("--zzzzzz"), "unknown option --zzzzzz"),
    *usage("option of another", ["show", "good.drift", "--window", "5"], "drift watch"),
    *usage("block of one row", compare("--block", "1"), "at least 2"),
    *usage("season of one row", compare("--season", "1"), "from 2 to 4294967295"),
    *usage("block by a column that is not there", compare("--block", "nosuch"), "no column 'nosuch'"),
    *usage("state is a table", watch("--state", "good.csv"), "good.csv"),
    *usage("state in no folder", watch("--state", "no/folder/s"), "no/folder/s"),
    *usage("state on standard output", watch("--state", "-"), "needs a file"),
    *usage("metrics to standard output", watch("--metrics", "-"), "standard output"),
    *usage("metrics in no folder", watch("--metrics", "none/drift.prom"), "cannot write"),
    *usage("metrics over an input", watch("--metrics", "good.drift"), "is an input"),
    *usage("unknown preset", compare("--preset", "nonsense"), "nonsense"),
    *usage("planned preset", compare("--preset", "evidently"), "not there yet"),
    *usage("option without value", compare("--alpha"), "--alpha needs a value"),
    *usage("value for a flag", ["show", "good.drift", "--json=x"], "no value"),
    *usage("alpha 0", compare("--alpha", "0"), "between 0 and 1"),
    *usage("alpha 1.5", compare("--alpha", "1.5"), "between 0 and 1"),
    *usage("alpha nan", compare("--alpha", "nan"), "needs a number"),
    *usage("alpha text", compare("--alpha=low"), "needs a number"),
    *usage("alpha empty", compare("--alpha="), "needs a number"),
    *usage("alpha overflow", compare("--alpha=1e999"), "needs a number"),
    *usage("negative effect", compare("--min-effect", "-1"), "negative"),
    *usage("unknown correction", compare("--correction", "tukey"), "holm"),
    *usage("unknown verdict", compare("--fail-on", "maybe"), "drift|minor|never"),
    *usage("min-count 0", compare("--min-count", "0"), "at least 1"),
    *usage("threads 0", compare("--threads", "0"), "from 1 to 1024"),
    *usage("threads 1025", compare("--threads", "1025"), "from 1 to 1024"),
    *usage("threads beyond any number", compare("--threads", "9" * 30), "from 1 to 1024"),
    *usage("threads text", compare("--threads", "all"), "whole number"),
    *usage("threads of show", ["show", "good.drift", "--threads", "2"], "drift profile"),
    *usage("window 0", watch("--window", "0"), "at least 10"),
    *usage("window text", watch("--window", "day"), "whole number"),
    *usage("rebase by no rows", watch("--rebase", "0"), "whole number"),
    *usage("cooldown negative", watch("--cooldown", "-5"), "whole number"),
    *usage("incident of no rows", watch("--incident", "0"), "at least 1"),
    *usage("persistence text", watch("--persistence", "week"), "whole number"),
    *usage("muted column that is not there", watch("--mute", "x,w"), "no column 'w'"),
    *usage("retraining without a command", watch("--retrain", ""), "needs COMMAND"),
    *usage("budget without retraining", watch("--retrain-budget", "2"), "need --retrain"),
    *usage("budget of none", watch("--retrain", "true", "--retrain-budget", "0"), "from 1 to 1000"),
    *usage("interval below 0", watch("--retrain", "true", "--retrain-interval", "-1"), "whole number"),
    *usage("period of none", watch("--retrain", "true", "--retrain-period", "0"), "from 1 to"),
    *usage("unknown detector", watch("--detector", "adwim:x"), "there are adwin, ddm, "),
    *usage("detector at no column", watch("--detector", "adwin:w"), "no column 'w'"),
    *usage("detector without a column", watch("--detector", "adwin:"), "NAME:COLUMN"),
    *usage("detector of nothing", watch("--detector", ""), "needs NAME"),
    *usage("unknown parameter", watch("--detector", "adwin(clok=3):x"), "it has delta, clock, "),
    *usage("parameter out of range", watch("--detector", "adwin(clock=0):x"), "lies in 1..1000000000"),
    *usage("parameter that is no number", watch("--detector", "adwin(clock=often):x"), "needs a number"),
    *usage("parameters without an end", watch("--detector", "adwin(clock=3:x"), "NAME(PARAMETER=NUMBER"),
    *usage("parameter twice", watch("--detector", "adwin(clock=3,delta=0.1,clock=4):x"),
           "takes each parameter once, not clock twice"),
    *usage("parameter without a value", watch("--detector", "adwin(clock):x"), "NAME(PARAMETER=NUMBER"),
    *usage("parameters and an empty column", watch("--detector", "adwin(clock=3):"), "NAME:COLUMN"),
    *usage("text behind parameters", watch("--detector", "adwin(clock=3)x"), "NAME(PARAMETER=NUMBER"),
    *usage("detector without a name", watch("--detector", ":x"), "there is no detector ''; there are adwin"),
    *usage("evidence at a column", watch("--detector", "evidence:x"),
           "evidence judges every column and takes neither column nor parameters, not 'evidence:x'"),
    *usage("windows at a column", watch("--detector", "window:x"), "window judges every column"),
    *usage("evidence with parameters", watch("--detector", "evidence(alpha=0.1)"), "judges every column"),
    *usage("long delimiter", compare("--delimiter", ";;"), "one ASCII character"),
    *usage("quote as delimiter", compare("--delimiter", '"'), "one ASCII character"),
    *usage("unknown format", compare("--format", "xml"), "csv|jsonl"),
    *usage("unknown column", compare("--columns", "x,w"), "no column 'w'"),
    *usage("unknown label", compare("--label", "truth"), "no column 'truth'"),
    *usage("mistyped column", ["compare", "wide.csv", "wide.csv", "--exclude", "incme"],
           "did you mean 'income'"),
    *usage("empty column", compare("--columns", "x,,y"), "empty column name"),
    *usage("two roles", compare("--label", "z", "--id", "z"), "--label and by --id"),
    *usage("two streams", ["compare", "-", "-"], "only once"),
    *usage("two streams in watch", ["watch", "--reference", "-"], "only once"),
    *usage("one operand", ["compare", "good.csv"], "missing"),
    *usage("three operands", ["compare", "good.csv", "good.csv", "good.csv"], "too many"),
    *usage("profile without -o", ["profile", "good.csv"], "-o"),
    *usage("merge without -o", ["merge", "good.drift"], "-o"),
    *usage("watch without reference", ["watch", "good.csv"], "--reference"),
    # outputs
    *usage("output folder absent", ["profile", "good.csv", "-o", "absent/out.drift"], "absent"),
    *usage("output is a folder", ["profile", "good.csv", "-o", "folder"], "directory"),
    *usage("html folder absent", ["compare", "good.csv", "good.csv", "--html", "absent/out.html"],
           "absent"),
    *usage("one file twice", compare("--json=out.html"), "same file"),
    # schemas
    *usage("schema absent", compare("--schema", "absent.json"), "absent.json"),
    ("schema no json", {"bad": "{x"}, compare("--schema", "bad"), "bad"),
    ("schema unknown type", {"bad": '{"format":"drift.schema/1","columns":[{"name":"x","type":"ton"}]}'},
     compare("--schema", "bad"), "ton"),
    ("schema of another format", {"bad": '{"format":"other/1","columns":[]}'},
     compare("--schema", "bad"), "drift.schema/1"),
    # in the middle of a stream
    ("watch bad row", {"bad": ROWS + "1,2\n"}, ["watch", "--reference", "good.drift", "bad"],
     "line 3"),
]


class BadInputs(harness.Case):
    profiles = None

    def setUp(self):
        super().setUp()
        self.write("good.csv", GOOD)
        self.write("wide.csv", csv(["income", "age"], [row[:2] for row in sample(50)]))
        self.write("header.csv", "x,y,z\n")
        self.write("header.drift", "")
        (self.folder / "folder").mkdir()
        if BadInputs.profiles is None:
            BadInputs.profiles = self.make_profiles()
        for name, data in BadInputs.profiles.items():
            self.write(name, data)

    def make_profiles(self):
        self.write("other.csv", csv(HEADER, sample(300, seed=2, shift=5)))
        self.drift("profile", "good.csv", "-o", "good.drift", code=0)
        self.drift("profile", "other.csv", "-o", "other.drift", code=0)
        good = (self.folder / "good.drift").read_bytes()
        flipped = bytearray(good)
        flipped[len(good) // 2] ^= 16
        newer = bytearray(good)
        newer[self.version_offset(good)] += 1
        journal = (harness.ROOT / "tests/golden/journal_format_1").read_bytes()
        return {"whole.journal": journal, "cut.journal": journal[:-25],
                "flipped.journal": journal[:110] + b"x" + journal[111:], "good.journal": b"no journal\n" * 20,
                "good.drift": good, "other.drift": (self.folder / "other.drift").read_bytes(),
                "cut.drift": good[:len(good) // 2], "flipped.drift": bytes(flipped),
                "newer.drift": bytes(newer)}

    @staticmethod
    def version_offset(good):
        return 8

    def expect(self, files, arguments, fragment):
        for name, data in files.items():
            self.write(name, data)
        for existing in (False, True):
            for name in OUTPUTS if existing else ():
                self.write(name, "old")
            before = sorted(path.name for path in self.folder.iterdir())
            result = self.drift(*arguments, code=2)
            self.assertIn(fragment, self.one_line(result))
            self.assertEqual(result.out, b"")
            self.assertEqual(sorted(path.name for path in self.folder.iterdir()), before)
            for name in OUTPUTS if existing else ():
                self.assertEqual((self.folder / name).read_bytes(), b"old")

    def test_stdout_is_full(self):
        with open("/dev/full", "wb") as full:
            process = subprocess.run([harness.DRIFT, "compare", "good.csv", "good.csv"],
                                     cwd=self.folder, stdout=full, stderr=subprocess.PIPE)
        self.assertEqual(process.returncode, 2)
        self.assertIn(b"standard output", process.stderr)

    def test_an_output_never_replaces_an_input(self):
        before = (self.folder / "good.csv").read_bytes()
        for arguments in (["profile", "good.csv", "-o", "good.csv"],
                          ["compare", "good.csv", "good.csv", "--html", "./good.csv"],
                          ["profile", "good.csv", "-o", "new.drift", "--schema-out", "./new.drift"]):
            self.drift(*arguments, code=2)
        self.assertEqual((self.folder / "good.csv").read_bytes(), before)
        self.assertFalse((self.folder / "new.drift").exists())

    def test_second_file_fails(self):
        self.write("out.html", "old")
        self.drift("compare", "good.csv", "good.csv", "--html", "out.html", "--json=/dev/full", code=2)
        self.assertEqual((self.folder / "out.html").read_text(), "old")


def add_cases():
    for name, files, arguments, fragment in TABLE:
        def test(self, files=files, arguments=arguments, fragment=fragment):
            self.expect(files, arguments, fragment)
        method = "test_" + "".join(c if c.isalnum() else "_" for c in name)
        assert not hasattr(BadInputs, method), method
        setattr(BadInputs, method, test)


add_cases()

if __name__ == "__main__":
    harness.main()
