# SPDX-License-Identifier: Apache-2.0
"""What Python hands over, cell by cell and in bulk: memory, kinds of values, refusals."""
import datetime
import decimal
import fractions
import gc
import json
import threading
import weakref

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from conftest import made_table

import libdrift
from libdrift import _data
from libdrift._ffi import Value


def columns(current, reference=None):
    return libdrift.compare(current if reference is None else reference,
                            current).to_dict()["columns"]


class OnlyArray:
    """A producer that has nothing but __arrow_c_array__."""

    def __init__(self, batch):
        self.batch = batch

    def __arrow_c_array__(self, requested_schema=None):
        return self.batch.__arrow_c_array__(requested_schema)


class OnlyStream:
    def __init__(self, table):
        self.table = table

    def __arrow_c_stream__(self, requested_schema=None):
        return self.table.__arrow_c_stream__(requested_schema)


def test_arrow_capsules_of_either_kind():
    table = pa.table({"x": np.random.default_rng(1).normal(size=3000), "w": ["a", "b", None] * 1000})
    wanted = columns({"x": table["x"].to_numpy(), "w": table["w"].to_pylist()})
    for _ in range(20):  # a second release of either struct would be seen here
        assert columns(OnlyArray(table.to_batches()[0])) == wanted
        assert columns(OnlyStream(table)) == wanted
    gc.collect()
    assert pa.total_allocated_bytes() < 10_000_000


def test_arrow_slices_and_nulls():
    table = pa.table({"x": pa.array([None if i % 7 == 0 else float(i % 31) for i in range(4000)]),
                      "b": pa.array([None if i % 11 == 0 else i % 3 == 0 for i in range(4000)]),
                      "w": pa.array([None if i % 5 == 0 else "ab"[i % 2] for i in range(4000)])})
    part = table.slice(13, 3001)
    assert columns(part) == columns(part.to_pydict())
    assert columns(part)[0]["missing"]["current"] == sum(i % 7 == 0 for i in range(13, 3014))


@pytest.mark.parametrize("kind", [pa.int8(), pa.int16(), pa.int32(), pa.int64(), pa.uint8(),
                                  pa.uint16(), pa.uint32(), pa.uint64(), pa.float32(), pa.float64()])
def test_arrow_numbers(kind):
    values = np.random.default_rng(2).integers(0, 100, 2000)
    assert columns(pa.table({"x": pa.array(values).cast(kind)})) == columns({"x": values})


def test_a_nested_arrow_column_is_named_in_the_error():
    with pytest.raises(libdrift.DriftError, match="deep"):
        libdrift.Profile.from_data(pa.table({"x": [1.0] * 9, "deep": [[1, 2]] * 9}))


def test_times_agree():
    start = datetime.datetime(2024, 1, 1)
    stamps = [start + datetime.timedelta(minutes=17 * i) for i in range(2000)]
    texts = {"t": [s.isoformat() for s in stamps]}
    wanted = libdrift.Profile.from_data(texts, columns="t").to_json()
    for table in ({"t": stamps}, {"t": np.array(stamps, dtype="M8[s]")},
                  {"t": np.array(stamps, dtype="M8[ns]")}, pd.DataFrame({"t": stamps}),
                  pl.DataFrame({"t": stamps}), pa.table({"t": stamps}),
                  {"t": [np.datetime64(s, "ns") for s in stamps]},
                  {"t": np.array(stamps, dtype="M8[ms]")[::-1][::-1]}):
        found = libdrift.Profile.from_data(table, columns="t").to_json()
        assert json.loads(found)["columns"] == json.loads(wanted)["columns"]


@pytest.mark.parametrize("value,tag", [
    (None, Value.MISSING), (pd.NA, Value.MISSING), (pd.NaT, Value.MISSING),
    (np.datetime64("NaT"), Value.MISSING), (np.ma.masked, Value.MISSING),
    (1.5, Value.DOUBLE), (np.float32(1.5), Value.DOUBLE), (decimal.Decimal("1.5"), Value.DOUBLE),
    (fractions.Fraction(3, 2), Value.DOUBLE), (decimal.Decimal("NaN"), Value.MISSING),
    (7, Value.INT64), (np.int8(7), Value.INT64), (-2 ** 63, Value.INT64), (2 ** 63, Value.DOUBLE),
    (True, Value.BOOL), (False, Value.BOOL), (np.bool_(True), Value.BOOL),
    ("7", Value.STRING), ("", Value.STRING), (b"raw", Value.STRING), (np.str_("x"), Value.STRING),
    (datetime.datetime(2024, 1, 1), Value.TIME), (datetime.date(2024, 1, 1), Value.TIME),
    (pd.Timestamp("2024-01-01T00:00Z"), Value.TIME), (np.datetime64("2024-01-01", "ns"), Value.TIME),
    (("a", 1), Value.STRING)])
def test_one_value(value, tag):
    slot, keep = Value(), []
    _data.set_value(slot, value, keep)
    assert slot.tag == tag
    if tag == Value.TIME:
        assert slot.as_.integer == 1704067200 * 10 ** 6


def test_times_with_gaps():
    stamps = np.arange("2024-01-01", "2024-06-01", dtype="M8[h]")
    stamps[::10] = np.datetime64("NaT")
    profile = json.loads(libdrift.Profile.from_data({"t": stamps}, columns="t").to_json())
    assert profile["columns"][0]["missing"] == len(stamps[::10])


def test_a_time_zone_is_an_instant():
    east = datetime.timezone(datetime.timedelta(hours=5))
    slot = Value()
    _data.set_value(slot, datetime.datetime(2024, 1, 1, 5, tzinfo=east), [])
    assert slot.as_.integer == 1704067200 * 10 ** 6


def test_sequences_packed_and_not_agree():
    rng = np.random.default_rng(3)
    for values in (rng.normal(size=2000).tolist(), rng.integers(0, 9, 2000).tolist(),
                   [str(w) for w in rng.integers(0, 9, 2000)], [True, False, False] * 500,
                   ["", "grün", "日本", "a\0b"] * 400):
        packed = columns({"c": values})
        cells = columns({"c": np.array([*values, None], dtype=object)[:-1]})
        assert packed == columns({"c": tuple(values)}) == cells
        assert packed == columns({"c": iter(values)}, {"c": values})


def test_none_in_packed_sequences():
    rng = np.random.default_rng(11)
    for values in ([str(w) for w in rng.integers(0, 9, 2003)], rng.normal(size=2003).tolist()):
        gaps = [None if k % 9 == 0 else v for k, v in enumerate(values)]
        packed = columns({"c": gaps})
        assert packed == columns({"c": pa.array(gaps)})
        assert packed[0]["missing"]["current"] == len(gaps[::9])
    nothing = libdrift.Profile.from_data({"c": [None] * 50, "x": [1.0] * 50})
    assert json.loads(nothing.to_json())["columns"][0]["missing"] == 50


def test_numpy_kinds():
    words = np.array(["red", "green", "blue"] * 500)
    assert columns({"w": words}) == columns({"w": words.tolist()})
    assert columns({"w": words.astype("S5")}) == columns({"w": words.tolist()})
    assert columns({"w": words.astype(object)}) == columns({"w": words.tolist()})
    flags = np.arange(1500) % 3 == 0
    assert columns({"b": flags}) == columns({"b": flags.tolist()}) == columns({"b": flags[::-1][::-1]})
    half = np.arange(1500, dtype="f2") % 100
    assert columns({"x": half}) == columns({"x": half.astype(float)})
    masked = np.ma.masked_array(np.arange(1500.0), mask=np.arange(1500) % 10 == 0)
    assert columns({"x": masked})[0]["missing"]["current"] == 150
    records = np.zeros(1500, dtype=[("x", "f8"), ("k", "i4")])
    records["x"], records["k"] = np.arange(1500) % 7 / 3, np.arange(1500) % 5
    assert columns(records) == columns({"x": records["x"].copy(), "k": records["k"].copy()})
    assert columns(np.broadcast_to(np.float64(3), 1500)) == columns({"column_1": [3.0] * 1500})


def test_columns_of_mappings_may_be_of_any_library():
    values, words = np.random.default_rng(4).normal(size=2000), ["a", "b", "c", "d"] * 500
    wanted = columns({"x": values, "w": words})
    assert columns({"x": pd.Series(values), "w": pd.Series(words)}) == wanted
    assert columns({"x": pl.Series(values), "w": pl.Series(words)}) == wanted
    assert columns({"x": pa.array(values), "w": pa.chunked_array([words[:9], words[9:]])}) == wanted
    assert columns([{"x": x, "w": w} for x, w in zip(values.tolist(), words)]) == wanted


def test_frames_without_pyarrow(monkeypatch):
    frame = pd.DataFrame({**made_table(), "maybe": pd.array([1, None, 3] * 1000, dtype="Int64")})
    wanted = columns(frame)

    def refuse(self, requested_schema=None):
        raise ImportError("pyarrow is not installed")
    monkeypatch.setattr(pd.DataFrame, "__arrow_c_stream__", refuse)
    monkeypatch.setattr(pd.Series, "__arrow_c_stream__", refuse)
    assert columns(frame) == wanted


def test_mixed_objects_in_a_frame():
    frame = pd.DataFrame({"z": [1, "one", None, 2.5] * 500, "x": np.arange(2000.0)})
    found = {c["name"]: c for c in columns(frame)}
    assert found["z"]["type"] == "categorical" and found["z"]["missing"]["current"] == 500
    assert found["x"]["verdict"] in ("stable", "skipped")


def test_names_that_are_not_text():
    assert [c["name"] for c in columns(pd.DataFrame(np.random.default_rng(5).normal(
        size=(900, 2))))] == ["0", "1"]
    assert [c["name"] for c in columns({1: [1.0, 2.0] * 300, ("a", 2): [3.0, 5.0] * 300})] == \
        ["1", "('a', 2)"]


def test_memory_is_not_kept():
    class Owner(np.ndarray):
        pass
    values = np.random.default_rng(6).normal(size=2000).view(Owner)
    alive = weakref.ref(values)
    profile = libdrift.Profile.from_data({"x": values})
    del values
    gc.collect()
    assert alive() is None and profile.rows == 2000


@pytest.mark.parametrize("data,error,words", [
    (42, TypeError, "int is not a table"), (None, TypeError, "NoneType is not a table"),
    ([1, 2, 3], TypeError, "list is not a table"),
    ({}, libdrift.DriftError, "column"), ([], libdrift.DriftError, "column"),
    ({"x": []}, libdrift.DriftError, "row"), (np.zeros((0, 3)), libdrift.DriftError, "row"),
    (np.zeros((2, 2, 2)), ValueError, "one or two dimensions"),
    ({"x": np.zeros((3, 3))}, libdrift.DriftError, "'x': a column has one dimension"),
    ({"x": [1.0], "y": [1.0, 2.0]}, libdrift.DriftError, "different lengths"),
    ({"x": 7}, libdrift.DriftError, "'x'"),
    ({"x": [1.0] * 50, "z": np.zeros(50, "c16")}, libdrift.DriftError, "'z'"),
    ("no/such/file.csv", libdrift.DriftError, "no/such/file.csv")])
def test_what_is_no_table_is_one_clear_error(data, error, words):
    with pytest.raises(error) as caught:
        libdrift.Profile.from_data(data)
    assert words in str(caught.value) and "\n" not in str(caught.value)


def test_what_is_no_profile_is_one_clear_error():
    table = {"x": [k / 7 for k in range(1000)]}
    profile = libdrift.Profile.from_data(table)
    with libdrift.Monitor(profile) as monitor:
        for call in (lambda: libdrift.Monitor(table), lambda: monitor.rebase(table),
                     lambda: monitor.observe_profile(table), lambda: profile.merge(table),
                     lambda: libdrift.Profile.from_data(table, reference=table)):
            with pytest.raises(TypeError, match="a libdrift.Profile, as Profile.from_data.* not a dict"):
                call()
    for handle in (table, None, 5):
        with pytest.raises(TypeError, match=r"made by Profile.from_data\(data\), Profile.load"):
            libdrift.Profile(handle)


def test_wrong_options_are_type_errors():
    with pytest.raises(TypeError, match="lable"):
        libdrift.compare(made_table(), made_table(), lable="x")
    with pytest.raises(TypeError, match="lable"):
        libdrift.compare(libdrift.Profile.from_data(made_table()), made_table(), lable="x")


def test_files_with_options(tmp_path):
    path = tmp_path / "d.txt"
    path.write_text("x;w\n" + "".join(f"{i % 31}.5;{'?' if i % 4 else 'a'}\n" for i in range(900)))
    profile = libdrift.Profile.from_data(path, delimiter=";", missing="?", format="csv")
    assert profile.columns == ["x", "w"] and profile.rows == 900
    assert json.loads(profile.to_json())["columns"][1]["missing"] == 675
    result = libdrift.compare(path, str(path), delimiter=";", missing=["?"], format="csv")
    assert not result.drift and result.columns["w"].missing["current"] == 675
    assert result.to_dict()["reference"]["source"] == str(path)


def test_profile_update_counts_like_from_data():
    table = made_table(4000, seed=7)
    reference = libdrift.Profile.from_data(made_table())
    whole = libdrift.Profile.from_data(table, reference)
    part = libdrift.Profile.from_data({k: v[:1500] for k, v in table.items()}, reference)
    part.update({k: v[1500:] for k, v in table.items()})
    assert bytes(part) == bytes(whole)


def test_a_column_of_100000_categories():
    names = [f"customer {k}" for k in range(100000)]
    column = names + names[:50000]
    base = libdrift.Profile.from_data({"customer": column})
    whole, late, early = (libdrift.Profile.from_data({"customer": rows}, base) for rows in
                          (column[::-1], column[75000:], column[:75000]))
    late.merge(early)
    assert bytes(late) == bytes(whole)
    assert len(bytes(whole)) < 100000  # names kept by hash, and the number of all others
    same = libdrift.compare(base, whole)
    assert same.verdict == "stable" and same.columns["customer"].statistics["psi"].value == 0


def test_strings_of_a_megabyte(tmp_path):
    def tables(letter):
        """In memory, as CSV and as JSON Lines: one text in a hundred is long."""
        values = ["short" if k % 100 else letter * (1 << 20) for k in range(2000)]
        rows = list(enumerate(values))
        csv, jsonl = tmp_path / f"{letter}.csv", tmp_path / f"{letter}.jsonl"
        csv.write_text("k,text\n" + "".join(f"{k},{value}\n" for k, value in rows))
        jsonl.write_text("".join(f'{{"k":{k},"text":"{value}"}}\n' for k, value in rows))
        return {"k": list(range(2000)), "text": values}, csv, jsonl

    before, after = tables("a"), tables("b")
    in_memory = libdrift.compare(before[0], after[0])
    assert in_memory.columns["text"].p_value < 1e-3
    for reference, current in zip(before, after):
        result = libdrift.compare(reference, current)
        assert result.to_dict()["columns"] == in_memory.to_dict()["columns"]
        assert [finding["kind"] for finding in result.findings] == ["unseen"]
        assert libdrift.compare(reference, before[0]).verdict == "stable"


def test_exact_quantiles_of_a_profile():
    values = np.random.default_rng(8).normal(size=6400)
    profile = libdrift.Profile.from_data({"x": values})
    for rank in (0.01, 0.25, 0.5, 0.75, 0.99):
        assert abs((values <= profile.quantile("x", rank)).mean() - rank) < 1 / 32
    assert profile.quantile("x", 0) == values.min() and profile.quantile("x", 1) == values.max()
    with pytest.raises(libdrift.DriftError):
        profile.quantile("nope", 0.5)


def test_threads_may_share_a_sketch():
    digest, counts = libdrift.TDigest(), libdrift.Categories()
    other, values = libdrift.TDigest(), np.random.default_rng(9).normal(size=20000)

    def work():
        for _ in range(20):
            digest.update(values)
            counts.update(["a", "b"])
            digest.merge(other)
            other.merge(libdrift.TDigest())
    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert digest.count == 80 * 20000 and counts.total == 160


def test_sketches_take_what_is_numeric():
    values = np.random.default_rng(10).integers(0, 50, 999)
    for make in (list, tuple, np.array, pd.Series, pl.Series, pa.array, iter,
                 lambda v: v.astype("f4"), lambda v: v.astype(">i4"), lambda v: np.repeat(v, 2)[::2],
                 lambda v: np.ma.masked_array(v, mask=np.zeros(999, bool))):
        moments = libdrift.Moments()
        moments.update(make(values))
        assert (moments.count, moments.min, moments.max) == (999, values.min(), values.max())
        assert moments.mean == pytest.approx(values.mean(), rel=1e-14)
    moments = libdrift.Moments()
    moments.update([1.0, None, float("nan"), float("inf")])
    moments.update(3)
    assert (moments.count, moments.missing, moments.infinite) == (2, 2, 1)
    with pytest.raises(TypeError):
        moments.update(["a"])
    with pytest.raises(TypeError, match="TDigest"):
        moments.merge(libdrift.TDigest())


def test_bytes_of_every_sketch():
    histogram, moments, names = libdrift.Histogram([0, 1, 2]), libdrift.Moments(), libdrift.Categories()
    histogram.update([0.5, 1.5, 7])
    moments.update([1.0, 2.0, 4.0])
    names.update(["a", "b", "a"])
    assert libdrift.Histogram.from_bytes(bytes(histogram)).counts == [1, 1]
    assert libdrift.Histogram.from_bytes(bytearray(bytes(histogram))).edges == [0, 1, 2]
    assert libdrift.Moments.from_bytes(memoryview(bytes(moments))).variance == moments.variance
    assert libdrift.Categories.from_bytes(bytes(names)).counts == {"a": 2, "b": 1}
    for kind in (libdrift.Histogram, libdrift.Moments, libdrift.Categories, libdrift.TDigest,
                 libdrift.EdgeDigest, libdrift.Profile):
        with pytest.raises(libdrift.DriftError):
            kind.from_bytes(b"not a sketch")


def test_monitor_rows_of_every_kind():
    reference = libdrift.Profile.from_data(made_table())
    with libdrift.Monitor(reference, window=100) as monitor:
        table = made_table(10, seed=2)
        for k in range(10):
            monitor.observe([table[name][k] for name in monitor.columns])
            monitor.observe({"x": 1.0})
        assert monitor.rows == 20
        with pytest.raises(libdrift.DriftError, match="5 values, not 2"):
            monitor.observe([1.0, 2.0])
        assert monitor.rows == 20
        monitor.observe_batch(pa.table({"x": [1.0, 2.0]}))
        assert monitor.rows == 22


def test_the_first_of_two_exceptions_is_raised():
    raised = []

    def fail(alert):
        raised.append(alert.columns)
        raise KeyError(len(raised))
    current = {name: values for name, values in made_table(1000, seed=3, shift=2).items()}
    current["y"] = current["y"] + 20
    with libdrift.Monitor(libdrift.Profile.from_data(made_table()), on_alert=fail,
                          on_retrain=fail) as monitor:
        monitor.observe_batch(current)
        with pytest.raises(KeyError) as caught:
            monitor.poll()
        assert raised == [["y", "x"]] * 2 and caught.value.args == (1,)
        assert [a.columns for a in monitor.alerts] == raised[:1]


def test_the_report_in_a_notebook():
    cell = libdrift.compare(made_table(), made_table(seed=2, shift=1))._repr_html_()
    assert cell.count("<") == 2 and "srcdoc=" in cell  # all of the page is escaped
    assert "sandbox" in cell and "height" in cell
