# SPDX-License-Identifier: Apache-2.0
"""libdrift.Journal: records, faults, digests; the format as docs/format.md states it."""
import hashlib
import json
import os
import struct
import subprocess

import pytest
from conftest import ROOT

import libdrift

GOLDEN = ROOT / "tests" / "golden" / "journal_format_1"


def test_golden_records_are_what_the_format_says():
    journal = libdrift.Journal(GOLDEN)
    assert journal.fault == "whole" and journal.message == "" and len(journal) == 3
    assert [record["payload"] for record in journal] == [{"n": 1}, {"n": 2}, {"n": 3}]
    data, digest, offset = GOLDEN.read_bytes(), bytes(32), 0
    for record in journal:
        size = struct.unpack_from("<I", data, offset + 8)[0]
        digest = hashlib.sha256(digest + data[offset:offset + 28 + size]).digest()
        assert (record["offset"], record["digest"]) == (offset, digest.hex())
        assert record["time"] == "2023-11-14T22:13:20.000000Z" and record["kind"] == "alert"
        offset += 68 + size
    assert offset == len(data)
    assert journal.verify() == journal.digest == digest.hex()
    for record in journal:
        assert journal.verify(record["digest"]) == journal.digest
    assert journal.first_digest == journal.records[0]["digest"]


def test_faults(tmp_path):
    data, path = GOLDEN.read_bytes(), tmp_path / "a.journal"
    path.write_bytes(data[:-1])
    journal = libdrift.Journal(path)
    assert journal.fault == "torn" and len(journal) == 2 and "74 of its 75 bytes" in journal.message
    path.write_bytes(data[:30] + b"x" + data[31:])
    journal = libdrift.Journal(path)
    assert journal.fault == "damaged" and len(journal) == 0 and "record 1 at byte 0" in journal.message
    with pytest.raises(libdrift.DriftError, match="checksum") as caught:
        journal.verify()
    assert caught.value.status == -6
    path.write_bytes(data)
    with pytest.raises(libdrift.DriftError, match="written anew"):
        journal.verify("ab" * 32)
    for digest in ("", "ab", "xy" * 32, "ab" * 33):
        with pytest.raises(libdrift.DriftError, match="64 hexadecimal"):
            journal.verify(digest)
    with pytest.raises(libdrift.DriftError) as caught:
        libdrift.Journal(tmp_path / "absent")
    assert caught.value.status == -9


def test_the_command_agrees():
    command = os.environ.get("DRIFT_COMMAND") or str(ROOT / "build/cli/drift")
    shown = subprocess.run([command, "show", "--json", GOLDEN], capture_output=True, check=True).stdout
    assert [json.loads(line) for line in shown.splitlines()] == libdrift.Journal(GOLDEN).records
