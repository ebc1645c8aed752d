# SPDX-License-Identifier: Apache-2.0
"""One column in every type that can carry it gives the same answers: Arrow, NumPy, pandas, polars, duckdb."""
import datetime
import decimal
import tracemalloc

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

import libdrift

ROWS = 1003
WIDTHS = (8, 16, 32, 64)
INTEGERS = [getattr(pa, f"{sign}int{width}")() for sign in ("", "u") for width in WIDTHS]


def answers(data):
    """Everything a comparison of a table with a part of itself tells of its columns."""
    reference = libdrift.Profile.from_data(data)
    return libdrift.compare(reference, data).to_dict()["columns"], reference.rows


def layouts(array):
    """An Arrow array as a table, in pieces of a larger one, in batches, in a mapping."""
    padded = pa.concat_arrays([array.slice(3, 5), array, array.slice(0, 2)])
    table = pa.table({"c": padded}).slice(5, len(array))
    yield pa.table({"c": array})
    yield table
    yield pa.RecordBatchReader.from_batches(table.schema, table.to_batches(max_chunksize=170)).read_all()
    yield pa.RecordBatch.from_arrays([padded], ["c"]).slice(5, len(array))
    yield {"c": array}
    yield {"c": pa.chunked_array([array.slice(0, 400), array.slice(400)])}


def check(wanted, carriers):
    expected = answers({"c": wanted})
    assert expected[1] == len(wanted)
    for name, carrier in carriers.items():
        for place, table in enumerate(layouts(carrier) if isinstance(carrier, pa.Array) else [carrier]):
            assert answers(table) == expected, (name, place)


def with_gaps(values):
    return [None if k % 7 == 3 else value for k, value in enumerate(values)]


WORDS = with_gaps([("red", "grün", "a longer name than twelve bytes", "", "日本")[k * k % 5]
                   for k in range(ROWS)])


def test_text():
    array = pa.array(WORDS)
    check(WORDS, {
        **{str(kind): array.cast(kind) for kind in (pa.string(), pa.large_string(), pa.binary(),
                                                    pa.large_binary())},
        "string view": pa.array(WORDS, pa.string_view()),
        "binary view": pa.array([w if w is None else w.encode() for w in WORDS], pa.binary_view()),
        "polars": pl.DataFrame({"c": WORDS}), "polars series": {"c": pl.Series(WORDS)},
        "polars pieces": pl.concat([pl.DataFrame({"c": WORDS[:99]}), pl.DataFrame({"c": WORDS[99:]})],
                                   rechunk=False),
        "pandas": pd.DataFrame({"c": WORDS}), "pandas series": {"c": pd.Series(WORDS)},
        "pandas object": pd.DataFrame({"c": np.array(WORDS, object)}),
        "pandas str": pd.DataFrame({"c": pd.array(WORDS, dtype="str")}),
        "pandas string": pd.DataFrame({"c": pd.array(WORDS, dtype="string")}),
        "pandas arrow": {"c": pd.Series(WORDS, dtype=pd.ArrowDtype(pa.large_string()))},
        "numpy object": {"c": np.array(WORDS, object)},
        "records": [{"c": word} for word in WORDS]})
    full = [word or "none" for word in WORDS]
    check(full, {"numpy text": {"c": np.array(full)}, "numpy strided": {"c": np.repeat(full, 2)[::2]},
                 "numpy big": {"c": np.array(full).astype(">U40")},
                 "numpy variable": {"c": np.array(full, np.dtypes.StringDType())},
                 "bytes": {"c": [word.encode() for word in full]}})


def test_dictionaries():
    codes = [k * k % 5 for k in range(ROWS)]
    values = ["red", "grün", "a longer name than twelve bytes", None, "日本"]
    words = [values[code] for code in codes]
    carriers = {}
    for index in INTEGERS:
        for kind in (pa.string(), pa.large_string(), pa.string_view()):
            carriers[f"{index} of {kind}"] = pa.DictionaryArray.from_arrays(
                pa.array(codes, index), pa.array(values, kind))
    check(words, carriers)
    words = with_gaps(words)
    pieces = pa.chunked_array([pa.array(words[:400]).dictionary_encode(),
                               pa.array(words[403:3:-1]).dictionary_encode(),
                               pa.array(words[800:]).dictionary_encode()])
    words = pieces.to_pylist()
    check(words, {
        "differing": pa.table({"c": pieces}), "differing column": {"c": pieces},
        "categorical": pl.DataFrame({"c": pl.Series(words, dtype=pl.Categorical)}),
        "categorical series": {"c": pl.Series(words, dtype=pl.Categorical)},
        "enum": pl.DataFrame({"c": pl.Series(words, dtype=pl.Enum([v for v in values if v]))}),
        "pandas": pd.DataFrame({"c": pd.Categorical(words)}),
        "pandas series": {"c": pd.Series(words, dtype="category")}})


@pytest.mark.parametrize("values", [
    [k % 3 == 0 for k in range(ROWS)], [k % 11 for k in range(ROWS)], [k % 11 / 8 for k in range(ROWS)],
    [datetime.datetime(2024, 1, 1 + k * k % 28) for k in range(ROWS)], WORDS])
def test_dictionaries_and_runs_of_anything(values):
    values = with_gaps(values)
    runs = [value for value in values for _ in range(3)][:ROWS]
    encoded = {"dictionary": pa.array(runs).dictionary_encode()}
    for kind in (pa.int16(), pa.int32(), pa.int64()):
        ends = list(range(3, 3 * (ROWS // 3) + 3, 3)) + [ROWS] * (ROWS % 3 > 0)
        encoded[f"runs, {kind}"] = pa.RunEndEncodedArray.from_arrays(
            pa.array(ends, kind), pa.array(values[:len(ends)]))
    assert encoded["runs, int32"].to_pylist() == runs
    expected = answers({"c": runs})
    for name, array in encoded.items():
        for table in (pa.table({"c": array}), pa.table({"c": array}).slice(0, ROWS), {"c": array},
                      pa.table({"c": pa.chunked_array([array.slice(0, 77), array.slice(77)])})):
            assert answers(table) == expected, name


@pytest.mark.parametrize("kind", INTEGERS, ids=str)
def test_integers(kind):
    low, high = (0, 2 ** kind.bit_width - 1) if str(kind)[0] == "u" else \
        (-2 ** (kind.bit_width - 1), 2 ** (kind.bit_width - 1) - 1)
    values = [(low, high, 0, 1, 2, 3, 5)[k * k % 11 % 7] for k in range(ROWS)]
    name, gaps = str(kind), with_gaps(values)
    check(gaps, {"arrow": pa.array(gaps, kind), "polars": pl.DataFrame({"c": pa.array(gaps, kind)}),
                 "polars series": {"c": pl.Series(pa.array(gaps, kind))},
                 "pandas": pd.DataFrame({"c": pd.array(gaps, dtype=name.replace("i", "I", 1)
                                                       .replace("uI", "UI"))}),
                 "pandas series": {"c": pd.Series(gaps, dtype=name.replace("i", "I", 1)
                                                  .replace("uI", "UI"))},
                 "masked": {"c": np.ma.masked_array(
                     np.array(values, name), mask=[value is None for value in gaps])}})
    whole = np.array(values, name)
    table = np.zeros((ROWS, 3), name, order="F")
    table[:, 1] = whole
    record = np.zeros(ROWS, [("a", "S3"), ("c", name)])
    record["c"] = whole
    check(values, {"numpy": {"c": whole}, "strided": {"c": np.repeat(whole, 3)[::3]},
                   "backwards": {"c": whole[::-1].copy()[::-1]}, "column": {"c": table[:, 1]},
                   "row": {"c": np.ascontiguousarray(table)[:, 1]}, "record": {"c": record["c"]},
                   "big endian": {"c": whole.astype(whole.dtype.newbyteorder(">"))},
                   "pandas": pd.DataFrame({"c": whole}), "polars": pl.DataFrame({"c": whole}),
                   "arrow": pa.array(values, kind)})


def test_floats():
    values = [(-1.5, 0.25, 0.0, 65504.0, float("inf"), 7.0)[k * k % 13 % 6] for k in range(ROWS)]
    gaps = with_gaps(values)
    nans = np.array([np.nan if value is None else value for value in gaps])
    check(gaps, {
        **{str(kind): pa.array(nans.astype(f"f{kind.bit_width // 8}"), mask=np.isnan(nans))
           for kind in (pa.float16(), pa.float32(), pa.float64())},
        **{name: {"c": nans.astype(name)} for name in ("f2", "f4", "f8", ">f2", ">f4", ">f8")},
        "masked half": {"c": np.ma.masked_array(nans.astype("f2"), mask=np.isnan(nans))},
        "polars": pl.DataFrame({"c": pl.Series(gaps, dtype=pl.Float32)}), "pandas": pd.DataFrame({"c": nans}),
        "pandas float32": pd.DataFrame({"c": pd.array(gaps, dtype="Float32")}),
        "nan in arrow": pa.array(nans, from_pandas=False)})


def test_booleans():
    values = with_gaps([k * k % 5 < 2 for k in range(ROWS)])
    full = [bool(value) for value in values]
    check(values, {"arrow": pa.array(values), "polars": pl.DataFrame({"c": values}),
                   "polars series": {"c": pl.Series(values)}, "pandas": pd.DataFrame({"c": values}),
                   "pandas boolean": pd.DataFrame({"c": pd.array(values, dtype="boolean")}),
                   "masked": {"c": np.ma.masked_array(full, mask=[v is None for v in values])},
                   "object": {"c": np.array(values, object)}})
    check(full, {"numpy": {"c": np.array(full)}, "strided": {"c": np.repeat(full, 2)[::2]},
                 "pandas": pd.DataFrame({"c": full})})


def test_decimals():
    values = with_gaps([decimal.Decimal(k * k % 997 - 400) / 100 for k in range(ROWS)])
    check(values, {**{f"{width}": pa.array(values, getattr(pa, f"decimal{width}")(9, 2))
                      for width in (32, 64, 128, 256)},
                   "polars": pl.DataFrame({"c": pl.Series(values, dtype=pl.Decimal(9, 2))}),
                   "pandas": pd.DataFrame({"c": values}), "floats": {"c": [
                       None if value is None else float(value) for value in values]}})
    large = [decimal.Decimal(10 ** (k % 30 + 20) // 7) for k in range(ROWS)]
    check([float(value) for value in large],
          {"256": pa.array(large, pa.decimal256(70, 0)), "python": {"c": large}})


def test_dates_and_times():
    start = datetime.datetime(1969, 12, 30)
    values = with_gaps([start + datetime.timedelta(minutes=k * 977 % 70000) for k in range(ROWS)])
    carriers = {}
    for unit in ("s", "ms", "us", "ns"):
        for zone in (None, "UTC", "Asia/Kolkata"):
            stamps = pa.array(values, pa.timestamp(unit)).cast(pa.int64()).cast(pa.timestamp(unit, zone))
            carriers[f"arrow {unit} {zone}"] = stamps
        carriers[f"numpy {unit}"] = {"c": np.array(values, f"M8[{unit}]")}
        carriers[f"numpy big {unit}"] = {"c": np.array(values, f">M8[{unit}]")}
    check(values, {**carriers, "polars": pl.DataFrame({"c": values}), "pandas": pd.DataFrame({"c": values}),
                   "polars ms": pl.DataFrame({"c": pl.Series(values).cast(pl.Datetime("ms"))}),
                   "strided": {"c": np.repeat(np.array(values, "M8[us]"), 2)[::2]}})
    days = [None if value is None else value.date() for value in values]
    check(days, {"date32": pa.array(days, pa.date32()), "date64": pa.array(days, pa.date64()),
                 "polars": pl.DataFrame({"c": days}), "numpy": {"c": np.array(days, "M8[D]")},
                 "datetimes": {"c": [None if value is None else
                                     datetime.datetime(value.year, value.month, value.day)
                                     for value in values]}})


def test_durations_and_times_of_day():
    values = with_gaps([datetime.timedelta(milliseconds=k * 977 % 70000 * 1000 - 9000000)
                        for k in range(ROWS)])
    carriers = {}
    for unit in ("s", "ms", "us", "ns"):
        carriers[f"arrow {unit}"] = pa.array(values, pa.duration(unit))
        carriers[f"numpy {unit}"] = {"c": np.array(values, f"m8[{unit}]")}
    check(values, {**carriers, "polars": pl.DataFrame({"c": values}), "pandas": pd.DataFrame({"c": values}),
                   "scalars": {"c": list(np.array(values, "m8[ns]"))},
                   "seconds": {"c": [None if value is None else value.total_seconds()
                                     for value in values]}})
    hours = with_gaps([datetime.time(k % 24, k * 7 % 60, 13) for k in range(ROWS)])
    check(hours, {"s": pa.array(hours, pa.time32("s")), "ms": pa.array(hours, pa.time32("ms")),
                  "us": pa.array(hours, pa.time64("us")), "ns": pa.array(hours, pa.time64("ns")),
                  "polars": pl.DataFrame({"c": hours}), "pandas": pd.DataFrame({"c": hours})})


def test_no_values():
    nothing = [None] * ROWS
    check(nothing, {"null": pa.nulls(ROWS), "string": pa.nulls(ROWS, pa.string()),
                    "dictionary": pa.nulls(ROWS, pa.dictionary(pa.int32(), pa.string())),
                    "polars": pl.DataFrame({"c": nothing}), "pandas": pd.DataFrame({"c": nothing}),
                    "object": {"c": np.array(nothing, object)}, "nan": {"c": np.full(ROWS, np.nan)}})


def test_duckdb():
    frame = pd.DataFrame({"x": [k * k % 101 / 8 for k in range(ROWS)], "n": [k % 13 for k in range(ROWS)],
                          "w": [word or "none" for word in WORDS], "b": [k % 3 == 0 for k in range(ROWS)]})
    wanted = answers(frame)
    relation = duckdb.sql("select * from frame")
    for table in (relation, relation.to_arrow_table(), relation.pl(), relation.df()):
        assert answers(table) == wanted
    decimals = duckdb.sql("select (n * 3)::decimal(9, 2) as c from frame")
    assert answers(decimals) == answers({"c": [float(3 * n) for n in frame["n"]]})


@pytest.mark.parametrize("kind", [pa.list_(pa.int32()), pa.map_(pa.string(), pa.int32()), pa.month_day_nano_interval(),
                                  pa.binary(4), pa.run_end_encoded(pa.int32(), pa.list_(pa.int8()))], ids=str)
def test_what_is_not_read_is_named(kind):
    for table in (pa.table({"fine": [1.0] * 9, "deep": pa.nulls(9, kind)}), {"deep": pa.nulls(9, kind)}):
        with pytest.raises(libdrift.DriftError, match="column 'deep': its Arrow format .* is not read"):
            libdrift.Profile.from_data(table)


@pytest.mark.parametrize("make", [
    lambda wide: wide, lambda wide: wide.T.copy().T, lambda wide: wide[::-1],
    lambda wide: {f"column_{k + 1}": wide[:, k] for k in range(8)},
    lambda wide: pa.table([pa.array(np.ascontiguousarray(wide[:, k])) for k in range(8)],
                          names=[f"column_{k + 1}" for k in range(8)])],
    ids=["rows", "columns", "backwards", "views", "arrow"])
def test_numbers_are_not_copied(make):
    data = make(np.arange(8.0 * 40000).reshape(-1, 8) % 97)
    reference = libdrift.Profile.from_data(data)
    tracemalloc.start()
    libdrift.Profile.from_data(data, reference)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 100_000  # of 2,560,000


def holders(values, plain):
    """A list and the series, arrays and iterators that hold the same."""
    return {"list": values, "iterator": iter(values), "pyarrow": pa.array(values), "large": plain,
            "chunked": pa.chunked_array([pa.array(values[:9]), pa.array(values[9:])]),
            "dictionary": pa.array(values).dictionary_encode(), "polars": pl.Series(values),
            "pandas": pd.Series(values), "nullable": pd.Series(pd.array(values)),
            "arrow": pd.Series(values, dtype=pd.ArrowDtype(plain.type)),
            "object": np.array(values, object), "sliced": pa.concat_arrays([plain[:3], plain])[3:]}


@pytest.mark.parametrize("values", [
    [f"word {k * k % 211}" for k in range(ROWS)], with_gaps([f"word {k * k % 211}" for k in range(ROWS)]),
    [k * k % 211 for k in range(ROWS)], with_gaps([2 ** 60 + k * k % 211 for k in range(ROWS)]),
    [k * k % 211 / 8 for k in range(ROWS)], with_gaps([k * k % 211 / 8 for k in range(ROWS)])],
    ids=["texts", "texts with gaps", "integers", "integers with gaps", "numbers", "numbers with gaps"])
def test_sketches_of_any_series(values):
    kind = pa.large_string() if isinstance(values[0], str) else pa.array(values).type
    present = [value for value in values if value is not None]
    wanted = libdrift.Distinct()
    wanted.update(present)
    assert wanted.estimate == len(set(present))
    names = {str(int(value) if value == value // 1 else value) if not isinstance(value, str) else value:
             present.count(value) for value in present}
    for name, held in holders(values, pa.array(values, kind)).items():
        if name == "pandas" and present[0] == 2 ** 60:
            continue  # became doubles
        distinct = libdrift.Distinct()
        distinct.update(held)
        assert (distinct.estimate, distinct.count, distinct.missing) == \
            (wanted.estimate, len(present), len(values) - len(present)), name
    for name, held in holders(values, pa.array(values, kind)).items():
        if name == "pandas" and present[0] == 2 ** 60:
            continue
        frequent, categories = libdrift.Frequent(), libdrift.Categories()
        held = list(held) if name == "iterator" else held
        frequent.update(held)
        categories.update(held)
        assert categories.counts == names, name
        assert frequent.names == {text: (n, n) for text, n in names.items()}, name


def test_sketches_of_odd_values():
    frequent = libdrift.Frequent()
    frequent.update([True, np.float32(0.5), np.int8(7), 7, 7.0, 1e300, b"raw", pd.NA, np.nan, None])
    frequent.update(3.25, 2)
    assert {name: low for name, (low, _) in frequent.names.items()} == \
        {"true": 1, "0.5": 1, "7": 3, "1e+300": 1, "raw": 1, "3.25": 2}
    with pytest.raises(TypeError):
        frequent.update([object()])
