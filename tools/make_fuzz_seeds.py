#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Seeds for the fuzz targets, made with the built command.

usage: make_fuzz_seeds.py DRIFT FOLDER     writes FOLDER/NAME/* for each target
"""
import pathlib
import subprocess
import sys

HEAD, TAIL = 16, 8  # bytes around the payload of an envelope, docs/format.md

CSV = [
    b"x,y\n1,a\n2,b\n",
    b'"a ""quoted"" name",b\r\n1.5,"two\nlines"\r\n,NA\r\n',
    b"\xef\xbb\xbft,n,b\n2024-01-02T03:04:05Z,9223372036854775807,true\n2024-01-03,-1,false\n",
    b"n\ninf\n-inf\nnan\n1e308\n5e-324\n0x1p3\n",
    b"id,v\n" + b"".join(b"user%d,%d\n" % (i, i % 3) for i in range(120)),
]
JSONL = [
    b'{"x":1,"y":"a"}\n{"x":2.5e3,"y":null}\n',
    b'{"a":true,"b":"\\u00e9\\ud83d\\ude00"}\n\n{"b":"x","c":[1,{"d":2}]}\n',
    b'{"n":9223372036854775807}\n{"n":-1}\n{"n":NaN}\n',
]
JSON = JSONL + [b'[1,-0.5e+10,"\\n\\u12ab",{},[]]', b'{"a":{"b":[null,true,false]}}']
SCHEMA = [
    b'{"format":"drift.schema/1","columns":[{"name":"x","type":"numeric","role":"score"},'
    b'{"name":"y","type":"categorical","use":"exclude","allowed":["a","b"]}]}',
]
OPERATIONS = [bytes(range(256)), bytes([10, 200]) + bytes(range(16, 216)), b"\x05\x40" + b"abcabd" * 20]

# Each detector, parameters as they are, and values that change.
DETECTORS = [bytes([kind]) + bytes(8) + b"\x05" * 60 + b"\x00\x01" * 60 + b"\x0f" * 60 + bytes(80) for kind in range(17)]

# Evidence against counts and starts, ordered and of names, then rows.
EVIDENCE = [bytes([places, how, 32, 7]) + b"\x45" * places + bytes(range(200)) + b"\x21" * 80
            for places in (2, 6, 24) for how in (0, 1, 8, 16, 32, 33, 64)]

# Records made by the target, and the bytes of one (docs/format.md).
JOURNALS = [b"\x00" + b"\x40\x08" + bytes(8) + b'{"n": 1}' + b"\x01\x00" + bytes(8) + b"\x41\x02" + bytes(8) + b"{}",
            b"\x01DRjl\x01\x02\x00\x00\x02\x00\x00\x00\x01" + bytes(15) + b"{}" + bytes(40)]

# Changes of a saved state, and an alert as a record beyond it.
STATES = [b"\x00", b"\x01\x01\x10\x07\x02\x80\xff", b"\x0d\x03\x22\x01",
          b'\x02\x00{"format":"drift.alert/1","row":390,"column":"x","incident":2,"details":[{"column":"x",'
          b'"kind":"distribution","severity":"alert","detector":"window","finding":"so","row":390,"change_row":340,'
          b'"window":7,"evidence":1e-9,"alpha":0.01,"effect":{"psi":3.5,"ks":0.5}}],"retraining":"requested"}',
          b'\x0a\x02{"incident":1,"row":400,"resolved":true}']


def profiles(drift, folder):
    """Each as the file (1 before it) and as the bare content (0 before it, 2 of format 2)."""
    blocks = [b"s,x\n" + b"".join(b"s%d,%d\n" % (i // 7, i * i % 31) for i in range(80))]
    for index, data in enumerate(CSV + blocks):
        table, profile = folder / "seed.csv", folder / "seed.drift"
        table.write_bytes(data)
        options = ["--block", "s"] if data in blocks else []
        subprocess.run([drift, "profile", table, "-o", profile, *options], check=True)
        data = profile.read_bytes()
        content = subprocess.run(["zstd", "-dc"], input=data[HEAD:-TAIL], check=True,
                                 capture_output=True).stdout
        table.unlink()
        profile.unlink()
        yield f"file{index}", b"\x01" + data
        yield f"content{index}", (b"\x02" if options else b"\x00") + content


def main():
    drift, folder = sys.argv[1], pathlib.Path(sys.argv[2])
    lists = {"csv": CSV, "jsonl": JSONL, "json": JSON, "schema": SCHEMA, "tdigest": OPERATIONS,
             "detector": DETECTORS, "categories": OPERATIONS, "distinct": OPERATIONS, "edge_digest": OPERATIONS,
             "evidence": EVIDENCE, "frequent": OPERATIONS, "journal": JOURNALS, "state": STATES, "histogram": OPERATIONS}
    for name, seeds in lists.items():
        (folder / name).mkdir(parents=True, exist_ok=True)
        for index, seed in enumerate(seeds):
            (folder / name / f"seed{index}").write_bytes(seed)
    (folder / "profile").mkdir(parents=True, exist_ok=True)
    for name, seed in profiles(drift, folder):
        (folder / "profile" / name).write_bytes(seed)


if __name__ == "__main__":
    main()
