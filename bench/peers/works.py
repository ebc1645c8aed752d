# SPDX-License-Identifier: Apache-2.0
"""works.py: which work is timed, and who does it.

A participant's items are the work's divided by `share`: slow ones get fewer values or rows of the
same data, and the table says so.
"""
import typing


class Participant(typing.NamedTuple):
    tool: str                  # an environment (peer_TOOL.txt) or a program
    call: tuple                # a program's arguments; module, function, arguments for Python
    share: int = 1
    threads: int = 1           # of a package that takes their number from its surroundings


class Work(typing.NamedTuple):
    name: str
    title: str
    unit: str
    items: int
    participants: list         # libdrift first: all others are divided by it
    tolerance: float = 0       # of their answers, relative, where these are the same quantity
    wall: bool = False         # what counts is how long one waits, not the processor time


VALUES, ROWS, COLUMNS, SMALL = 4000000, 1000000, 20, 10


def arrays(function, *arguments, share=1):
    more = (str(share),) if share > 1 else ()
    return Participant("arrays", ("speed_arrays", function, *arguments, *more), share)


def histograms(data):
    values = data / "values.f64"
    for cells in (64, 256):
        edges = data / f"edges{cells}.f64"
        yield Work(f"histogram.update.quantiles.{cells}",
                   f"count 4,000,000 normal values into {cells} cells, edges at quantiles", "value",
                   VALUES,
                   [Participant("libdrift", ("histogram", values, edges)),
                    Participant("rust", ("partition_point", values, edges)),
                    Participant("gsl", (values, edges)),
                    Participant("boost", (values, edges)),
                    *(arrays(name, values, edges) for name in
                      ("numpy_histogram", "numpy_search", "boost_histogram", "polars_hist",
                       "duckdb_histogram", "pandas_cut"))], 1e-5)


def digests(data):
    values = data / "values.f64"
    for compression in ("100", "200"):
        peers = [Participant("libdrift", ("tdigest", compression, values)),
                 Participant("rust", ("tdigest", values, compression)),
                 Participant("rust", ("datasketches", values, compression)),
                 Participant("java", ("tdigest", values, compression)),
                 Participant("java", ("datasketches", values, compression)),
                 *(arrays(name, compression, values) for name in
                   ("pyarrow_tdigest", "fastdigest_tdigest", "datasketches_tdigest",
                    "crick_tdigest"))]
        if compression == "100":
            peers += [arrays("duckdb_quantile", values), arrays("datasketches_kll", values),
                      Participant("java", ("kll", values, "200"))]
        yield Work(f"tdigest.update.normal.{compression}",
                   f"t-digest of 4,000,000 normal values at once, compression {compression}",
                   "value", VALUES, peers, 0.01)
    yield Work("tdigest.add.normal.100",
               "t-digest of 4,000,000 normal values one by one, compression 100", "value", VALUES,
               [Participant("libdrift", ("tdigest_add", "100", values)),
                Participant("rust", ("tdigest_add", values, "100")),
                Participant("rust", ("ddsketch", values, "0.01")),
                Participant("rust", ("hdrhistogram", values, "3")),
                Participant("java", ("tdigest", values, "100")),
                arrays("fastdigest_add", "100", values, share=10),
                arrays("ddsketch_add", values, share=20)], 0.015)


def edge_digests(data):
    """Quantiles without a reference: whatever sketch a package has for them."""
    values = data / "values.f64"
    yield Work("edge_digest.update.normal", "quantiles of 4,000,000 normal values at once", "value",
               VALUES,
               [Participant("libdrift", ("edge_digest", values)),
                Participant("libdrift", ("tdigest", "200", values)),
                Participant("rust", ("tdigest", values, "200")),
                Participant("rust", ("datasketches", values, "200")),
                Participant("java", ("tdigest", values, "200")),
                Participant("java", ("kll", values, "200")),
                arrays("pyarrow_tdigest", "200", values), arrays("fastdigest_tdigest", "200", values),
                arrays("datasketches_kll", values), arrays("duckdb_quantile", values)], 0.01)
    yield Work("edge_digest.add.normal", "quantiles of 4,000,000 normal values one by one", "value",
               VALUES,
               [Participant("libdrift", ("edge_digest_add", values)),
                Participant("libdrift", ("tdigest_add", "200", values)),
                Participant("rust", ("tdigest_add", values, "200")),
                Participant("rust", ("ddsketch", values, "0.01")),
                Participant("rust", ("hdrhistogram", values, "3")),
                Participant("java", ("tdigest", values, "200"))], 0.015)


def compared(adapter, data, share=1, tool=None):
    """A whole comparison by the adapter of a tool."""
    return Participant(tool or adapter,
                       ("speed_tables", "memory", f"peer_{adapter}", data / "reference.f64",
                        data / "current.f64", str(COLUMNS), str(share)), share)


def tables(data, whole):
    pair = (data / "reference.f64", data / "current.f64")
    slow = 1 if whole else SMALL
    yield Work("comparison.tables.1000000x20",
               "whole comparison of two tables in memory, 1,000,000 x 20 doubles, nothing prepared",
               "value", 2 * ROWS * COLUMNS,
               [Participant("libdrift", ("compare", *pair)),
                Participant("libdrift", ("against", *pair)),
                Participant("libdrift_python", compared("libdrift", data).call),
                compared("scouter", data), compared("nannyml", data), compared("alibi", data),
                compared("frouros", data), compared("scipy", data, tool="arrays"),
                compared("whylogs", data, slow), compared("evidently", data, slow)])


def samples(data):
    pair = (data / "one.f64", data / "other.f64")
    for name, title in (("ks", "Kolmogorov-Smirnov test of"), ("wasserstein", "Wasserstein distance of")):
        yield Work(f"{name}.raw.1000000", f"{title} two raw arrays of 1,000,000", "value", 2000000,
                   [Participant("libdrift", (name, *pair)), arrays(f"scipy_{name}", *pair)], 1e-9)


# Detector: how many values; the peers that have it.
DETECTORS = {
    "adwin": (200000, "river java"), "page_hinkley": (20000, "river frouros java"),
    "kswin": (2000, "river frouros"), "ddm": (20000, "river frouros java"),
    "eddm": (20000, "river frouros java"), "hddm_a": (20000, "river frouros java"),
    "hddm_w": (20000, "river frouros java"), "fhddm": (20000, "river"),
    "rddm": (20000, "frouros java"), "seed": (20000, "java"), "stepd": (20000, "frouros java"),
    "ecdd": (20000, "frouros java"), "cusum": (20000, "frouros java"), "gma": (20000, "frouros java"),
    "bocd": (400, "frouros"), "incremental_ks": (2000, "frouros"),
}


def detector_of(tool, name, values, n):
    return Participant(tool, ("detector", values, n, name) if tool == "java" else
                       ("speed_detectors", tool, name, values, n))


def detectors(data):
    values = data / "values.f64"
    for name, (n, tools) in DETECTORS.items():
        yield Work(f"detector.{name}", f"stream detector {name}, {n:,} values one after another", "value", n,
                   [Participant("libdrift", ("detector", name, values, str(n))),
                    *(detector_of(tool, name, values, str(n)) for tool in tools.split())], 1e-9)


RIVER_SHARE = 40  # river gets fewer rows


def observed(data):
    """Rows one after the other, by threads that serve; peers keep something for each column too."""
    values, edges = data / "values.f64", data / "edges64.f64"
    for columns in (20, 200, 1000):
        for threads in (1, 2):
            call = (str(columns), str(threads))
            peers = [Participant("libdrift", ("observe", values, *call)),
                     Participant("libdrift", ("observe_polled", values, *call)),
                     Participant("gsl", (values, edges, *call)),
                     Participant("rust", ("observe", values, "100", *call)),
                     Participant("rust", ("observe_datasketches", values, "100", *call))]
            if threads == 1:
                peers.append(Participant("river", ("speed_detectors", "river_rows", values, str(columns),
                                                   str(VALUES // RIVER_SHARE)), RIVER_SHARE))
            yield Work(f"observe.{columns}.threads.{threads}",
                       f"rows of {columns:,} doubles observed by {threads} thread"
                       f"{'s' if threads > 1 else ''}, 4,000,000 values each",
                       "value", threads * VALUES, peers)


def text(data, command, one_thread, whole):
    pair = (data / "reference.csv", data / "current.csv")
    small = pair if whole else (data / "reference_small.csv", data / "current_small.csv")
    share = 1 if whole else SMALL
    yield Work("comparison.csv.1000000x20",
               "drift compare of two CSV files, 1,000,000 x 20 numbers of 17 digits; peers read, or read "
               "and compare", "value", 2 * ROWS * COLUMNS,
               [Participant("libdrift_python",
                            ("speed_commands", "command", "libdrift, drift compare", command,
                             "compare", *one_thread, *pair)),
                *(arrays(name, *pair) for name in ("polars_csv", "pyarrow_csv", "duckdb_csv")),
                arrays("pandas_csv", *small)._replace(share=share),
                *(Participant(tool, ("speed_tables", "files", f"peer_{tool}", *small), share)
                  for tool in ("nannyml", "evidently"))])


def small_text(data, command, one_thread):
    """A tenth of the rows: what grows with them, time and memory."""
    small = (data / "reference_small.csv", data / "current_small.csv")
    yield Work("comparison.csv.100000x20", "drift compare of two CSV files, 100,000 x 20", "value",
               2 * ROWS * COLUMNS // SMALL,
               [Participant("libdrift_python",
                            ("speed_commands", "command", "libdrift, drift compare", command,
                             "compare", *one_thread, *small)),
                arrays("polars_csv", *small)])


def waiting(data, command, threads):
    """How long one waits, libdrift and a peer with the same number of threads."""
    pair = (data / "reference.csv", data / "current.csv")
    for number in sorted({1, threads}):
        yield Work(f"comparison.csv.wall.{number}",
                   f"drift compare of two CSV files, 1,000,000 x 20, by wall time: {number} "
                   f"thread{'s' if number > 1 else ''} each", "value", 2 * ROWS * COLUMNS,
                   [Participant("libdrift_python",
                                ("speed_commands", "command", "libdrift, drift compare", command,
                                 "compare", "--threads", str(number), *pair)),
                    arrays("polars_csv", *pair)._replace(threads=number)], wall=True)


def json_lines(data, command, one_thread):
    names = ("reference_small", "current_small")
    csv, lines = ([data / f"{name}.{suffix}" for name in names] for suffix in ("csv", "jsonl"))
    yield Work("comparison.jsonl.100000x20",
               "drift compare of two files of JSON Lines, 100,000 x 20, and the same as CSV", "value",
               2 * ROWS * COLUMNS // SMALL,
               [*(Participant("libdrift_python",
                              ("speed_commands", "command", f"libdrift, drift compare, {kind}",
                               command, "compare", *one_thread, *files))
                  for kind, files in (("JSON Lines", lines), ("CSV", csv))),
                arrays("polars_jsonl", *lines)])


def starts(command):
    yield Work("start.command", "drift --help, a whole process", "start", 1,
               [Participant("libdrift_python",
                            ("speed_commands", "command", "libdrift, drift --help", command,
                             "--help"))])
    yield Work("start.import", "import from Python, beyond Python's own start", "start", 1,
               [Participant(tool, ("speed_commands", "imported", package, module))
                for tool, package, module in
                (("libdrift_python", "libdrift", "libdrift"), ("arrays", "numpy", "numpy"),
                 ("arrays", "scipy", "scipy.stats"), ("arrays", "pandas", "pandas"),
                 ("arrays", "polars", "polars"), ("scouter", "scouter-ml", "scouter"),
                 ("frouros", "frouros", "frouros.detectors.data_drift"),
                 ("whylogs", "whylogs", "whylogs"), ("nannyml", "nannyml", "nannyml"),
                 ("alibi", "alibi-detect", "alibi_detect.cd"),
                 ("evidently", "evidently", "evidently.presets"))])


def scaling():
    """libdrift alone: how time and memory grow with rows and with columns."""
    def of_sizes(kind, call, sides, title, sizes):
        for rows, columns in sizes:
            yield Work(f"scaling.{kind}.{rows}x{columns}", title.format(f"{rows:,} x {columns:,}"),
                       "value", sides * rows * columns,
                       [Participant("libdrift", (call, str(rows), str(columns)))])
    in_memory = "two tables of {} doubles in memory, nothing prepared"
    yield from of_sizes("rows", "scaling", 2, in_memory,
                        [(rows, 4) for rows in (100000, 300000, 1000000, 3000000, 10000000)])
    yield from of_sizes("columns", "scaling", 2, in_memory,
                        [(20000, columns) for columns in (1, 3, 10, 30, 100, 300, 1000, 3000, 5000)])
    yield from of_sizes("streamed", "streamed", 1,
                        "{} doubles, block after block, against a reference that is ready",
                        [*((rows, 4) for rows in (100000, 1000000, 10000000, 100000000)),
                         (100000000, 100), (100000, 5000)])


def all_works(data, command, one_thread=(), whole=False, threads=2):
    """Every work, in the order it is done. `one_thread` are the options of drift compare for that."""
    yield from histograms(data)
    yield from digests(data)
    yield from edge_digests(data)
    yield from samples(data)
    yield from detectors(data)
    yield from observed(data)
    yield from tables(data, whole)
    yield from text(data, command, one_thread, whole)
    yield from small_text(data, command, one_thread)
    yield from waiting(data, command, threads)
    yield from json_lines(data, command, one_thread)
    yield from starts(command)
    yield from scaling()
