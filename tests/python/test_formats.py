# SPDX-License-Identifier: Apache-2.0
"""The same data gives the same columns, whatever carries it."""
import gzip
import json
import subprocess

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from conftest import made_table

import libdrift


def to_jsonl(frame, path):
    with open(path, "w", encoding="utf-8") as out:
        for row in frame.astype(object).where(frame.notna(), None).to_dict("records"):
            out.write(json.dumps(row, ensure_ascii=False) + "\n")


def carriers(frame, folder, stem):
    """Every way to hand the same table over."""
    plain = folder / f"{stem}.csv"
    frame.to_csv(plain, index=False)
    text = plain.read_bytes()
    (folder / f"{stem}.crlf.csv").write_bytes(text.replace(b"\n", b"\r\n"))
    (folder / f"{stem}.csv.gz").write_bytes(gzip.compress(text))
    subprocess.run(["zstd", "-q", "-f", str(plain), "-o", str(folder / f"{stem}.csv.zst")], check=True)
    to_jsonl(frame, folder / f"{stem}.jsonl")
    return {
        "csv": plain,
        "crlf": folder / f"{stem}.crlf.csv",
        "gz": folder / f"{stem}.csv.gz",
        "zst": folder / f"{stem}.csv.zst",
        "jsonl": folder / f"{stem}.jsonl",
        "pandas": frame,
        "pyarrow": pa.Table.from_pandas(frame, preserve_index=False),
        "chunked": pa.concat_tables([pa.Table.from_pandas(frame[:777], preserve_index=False),
                                     pa.Table.from_pandas(frame[777:], preserve_index=False)]),
        "polars": pl.from_pandas(frame),
        "numpy": {name: frame[name].to_numpy() for name in frame},
        "records": [row for row in frame.astype(object).where(frame.notna(), None)
                    .to_dict("records")],
    }


def same_columns(reference, current, folder, **options):
    references = carriers(reference, folder, "reference")
    currents = carriers(current, folder, "current")
    wanted = libdrift.compare(references["csv"], currents["csv"], **options).to_dict()
    for name, carrier in references.items():
        found = libdrift.compare(carrier, currents[name], **options).to_dict()
        assert found["columns"] == wanted["columns"], name
        assert found["verdict"] == wanted["verdict"], name
    return wanted


def test_made_data(tmp_path):
    reference, current = pd.DataFrame(made_table()), pd.DataFrame(made_table(seed=2, shift=0.4))
    reference.loc[5:50, "x"] = np.nan
    current.loc[3:9, "y"] = np.nan
    result = same_columns(reference, current, tmp_path)
    assert result["drifted"] == ["x"]


@pytest.mark.parametrize("name, options", [("car_loan", {"label": "repaid"}),
                                           ("car_price", {"label": "y_true"})])
def test_real_data(shared_data, tmp_path, name, options):
    reference = pd.read_csv(shared_data / name / "reference.csv")
    current = pd.read_csv(shared_data / name / "monitored.csv")
    same_columns(reference[:20000], current[-20000:], tmp_path, **options)


def test_text_with_missing_values(shared_data, tmp_path):
    frame = pd.read_csv(shared_data / "adult" / "adult.csv")
    same_columns(frame[:8000], frame[8000:14000], tmp_path)


def test_numpy_memory_layouts():
    table = np.asfortranarray(np.random.default_rng(3).normal(size=(2000, 3)))
    wanted = libdrift.compare(table[:1000], table[1000:]).to_dict()["columns"]
    rows = np.ascontiguousarray(table)
    assert libdrift.compare(rows[:1000], rows[1000:]).to_dict()["columns"] == wanted
    backwards = rows[::-1]
    assert libdrift.compare(backwards[1000:], backwards[:1000]).to_dict()["columns"] == wanted
    big_endian = {f"column_{k + 1}": rows[:, k].astype(">f8") for k in range(3)}
    assert libdrift.compare({k: v[:1000] for k, v in big_endian.items()},
                            {k: v[1000:] for k, v in big_endian.items()}
                            ).to_dict()["columns"] == wanted


@pytest.mark.parametrize("kind", ["i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "f4", "f8"])
def test_number_types_agree(kind):
    values = np.random.default_rng(4).integers(0, 100, size=3000)
    wanted = libdrift.compare({"x": values[:2000].tolist()}, {"x": values[2000:].tolist()})
    found = libdrift.compare({"x": values[:2000].astype(kind)}, {"x": values[2000:].astype(kind)})
    assert found.to_dict()["columns"] == wanted.to_dict()["columns"]


def test_dictionary_and_string_view():
    words = ["a", "b", "c"] * 700
    wanted = libdrift.compare({"w": words}, {"w": words}).to_dict()["columns"]
    for table in (pa.table({"w": pa.array(words).dictionary_encode()}),
                  pa.table({"w": pa.array(words, pa.large_string())}),
                  pl.DataFrame({"w": words}), pl.DataFrame({"w": pl.Series(words, dtype=pl.Categorical)}),
                  pd.DataFrame({"w": pd.Categorical(words)})):
        assert libdrift.compare(table, table).to_dict()["columns"] == wanted
