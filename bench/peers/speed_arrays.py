# SPDX-License-Identifier: Apache-2.0
"""speed_arrays.py: columns of numbers by the packages of peer_arrays.txt. Each function takes file
names and numbers as text, and gives the package's name and the work to time.
"""
import importlib
import importlib.metadata

import numpy


def named(package, what=""):
    return f"{package} {importlib.metadata.version(package)} {what}".strip()


def doubles(path, share=1):
    """The first values of a file, `share` times fewer than there are."""
    values = numpy.fromfile(path)
    return values[:len(values) // int(share)].copy()


def mean_cell(counts):
    counts = numpy.asarray(counts, dtype=float)
    return (counts * numpy.arange(len(counts))).sum() / counts.sum()


# Counting into edges.

def numpy_histogram(values, edges):
    x, e = doubles(values), doubles(edges)
    return named("numpy", "histogram"), lambda: mean_cell(numpy.histogram(x, e)[0])


def numpy_search(values, edges):
    x, e = doubles(values), doubles(edges)

    def work():
        return mean_cell(numpy.bincount(numpy.searchsorted(e[1:-1], x, side="right")))
    return named("numpy", "searchsorted, bincount"), work


def pandas_cut(values, edges):
    import pandas
    x, e = pandas.Series(doubles(values)), doubles(edges)

    def work():
        counts = pandas.cut(x, e, labels=False, right=False, include_lowest=True).value_counts()
        return mean_cell(counts.sort_index())
    return named("pandas", "cut, value_counts"), work


def polars_hist(values, edges):
    import polars
    x, e = polars.Series("x", doubles(values)), doubles(edges).tolist()
    return named("polars", "hist"), lambda: mean_cell(x.hist(bins=e)["count"])


def duckdb_table(values, share=1):
    """A table of one column in memory, one thread."""
    import duckdb
    import pyarrow
    connection = duckdb.connect()
    connection.execute("set threads = 1")
    connection.register("numbers", pyarrow.table({"x": doubles(values, share)}))
    connection.execute("create table t as select x from numbers")
    return connection


def duckdb_histogram(values, edges):
    connection, upper = duckdb_table(values), doubles(edges)[1:].tolist()

    def work():
        found = connection.execute("select histogram(x, ?) from t", [upper]).fetchone()[0]
        return mean_cell(list(found.values())[:len(upper)])
    return named("duckdb", "histogram"), work


def boost_histogram(values, edges):
    import boost_histogram as package
    x, e = doubles(values), doubles(edges)
    counts = package.Histogram(package.axis.Variable(e), storage=package.storage.Int64())

    def work():
        counts.reset()
        counts.fill(x)
        return mean_cell(counts.values())
    return named("boost-histogram", "Variable"), work


# Quantile sketches; the answer is the quantile at .9.

def pyarrow_tdigest(compression, values):
    import pyarrow
    import pyarrow.compute
    pyarrow.set_cpu_count(1)
    x, delta = pyarrow.array(doubles(values)), int(compression)

    def work():
        return pyarrow.compute.tdigest(x, q=[0.9], delta=delta)[0].as_py()
    return named("pyarrow", "tdigest"), work


def datasketches_tdigest(compression, values):
    import datasketches
    x, k = doubles(values), int(compression)

    def work():
        digest = datasketches.tdigest_double(k)
        digest.update(x)
        return digest.get_quantile(0.9)
    return named("datasketches", "tdigest_double"), work


def datasketches_kll(values):
    import datasketches
    x = doubles(values)

    def work():
        sketch = datasketches.kll_doubles_sketch(200)
        sketch.update(x)
        return sketch.get_quantile(0.9)
    return named("datasketches", "KLL 200 (no t-digest)"), work


def fastdigest_tdigest(compression, values):
    import fastdigest
    x, most = doubles(values), int(compression)

    def work():
        digest = fastdigest.TDigest(max_centroids=most)
        for begin in range(0, len(x), 10000):
            digest.batch_update(x[begin:begin + 10000])
        return digest.quantile(0.9)
    return named("fastdigest"), work


def crick_tdigest(compression, values):
    import crick
    x, limit = doubles(values), float(compression)

    def work():
        digest = crick.TDigest(limit)
        digest.update(x)
        return digest.quantile(0.9)
    return named("crick"), work


def duckdb_quantile(values, share=1):
    connection = duckdb_table(values, share)

    def work():
        return connection.execute("select approx_quantile(x, 0.9) from t").fetchone()[0]
    return named("duckdb", "approx_quantile"), work


def ddsketch_add(values, share):
    import ddsketch
    x = doubles(values, share).tolist()

    def work():
        sketch = ddsketch.DDSketch(0.01)
        for value in x:
            sketch.add(value)
        return sketch.get_quantile_value(0.9)
    return named("ddsketch", "1 % (no t-digest)"), work


def fastdigest_add(compression, values, share):
    import fastdigest
    x, most = doubles(values, share).tolist(), int(compression)

    def work():
        digest = fastdigest.TDigest(max_centroids=most)
        for value in x:
            digest.update(value)
        return digest.quantile(0.9)
    return named("fastdigest", "from Python"), work


# Two samples.

def scipy_ks(one, other):
    import scipy.stats
    x, y = doubles(one), doubles(other)
    return named("scipy", "ks_2samp"), lambda: scipy.stats.ks_2samp(x, y).statistic


def scipy_wasserstein(one, other):
    import scipy.stats
    x, y = doubles(one), doubles(other)
    return (named("scipy", "wasserstein_distance"),
            lambda: scipy.stats.wasserstein_distance(x, y))


# Text. These read the two files and do no more.

def polars_csv(one, other):
    import polars

    def work():
        return polars.read_csv(one).height + polars.read_csv(other).height
    return named("polars", "read_csv alone"), work


def polars_jsonl(one, other):
    import polars

    def work():
        return polars.read_ndjson(one).height + polars.read_ndjson(other).height
    return named("polars", "read_ndjson alone"), work


def pyarrow_csv(one, other):
    import pyarrow
    import pyarrow.csv
    pyarrow.set_cpu_count(1)
    options = pyarrow.csv.ReadOptions(use_threads=False)

    def work():
        return sum(pyarrow.csv.read_csv(path, read_options=options).num_rows
                   for path in (one, other))
    return named("pyarrow", "read_csv alone"), work


def duckdb_csv(one, other):
    import duckdb
    connection = duckdb.connect()
    connection.execute("set threads = 1")

    def work():
        rows = 0
        for path in (one, other):
            connection.execute("create or replace table t as select * from read_csv(?)", [path])
            rows += connection.execute("select count(*) from t").fetchone()[0]
        return rows
    return named("duckdb", "read_csv alone"), work


def pandas_csv(one, other):
    import pandas
    return (named("pandas", "read_csv alone"),
            lambda: len(pandas.read_csv(one)) + len(pandas.read_csv(other)))
