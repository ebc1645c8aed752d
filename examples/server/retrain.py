#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Trains on the newest labelled traffic, all of it younger than the call, and moves the link to what came of it.

usage: retrain.py --train TRAIN --outcomes FILE --rows N [--seconds S] LINK

LINK leads to a folder with model.json and reference.drift; the new ones come into a new folder beside
it. FILE grows by a line, features and label, for each request whose outcome has become known.
"""
import argparse
import os
import pathlib
import subprocess
import sys
import tempfile
import time

from load import NAMES


def newest(path, rows, seconds):
    """The last `rows` lines, when as many have come since the call: what is older may be from before the change."""
    end = time.monotonic() + seconds
    with open(path, encoding="ascii") as file:
        file.seek(0, os.SEEK_END)
        lines, rest = [], ""
        while len(lines) < rows:
            if time.monotonic() > end:
                raise SystemExit(f"retrain: {len(lines)} of {rows} outcomes after {seconds} s")
            *complete, rest = (rest + file.read()).split("\n")
            lines += complete
            time.sleep(0.02)
    return lines[-rows:]


def move(link, folder):
    """At once: who follows the link finds the old folder or the new one."""
    beside = link.with_name(link.name + ".next")
    beside.unlink(missing_ok=True)
    beside.symlink_to(folder.name)
    os.replace(beside, link)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("link", type=pathlib.Path)
    parser.add_argument("--train", required=True)
    parser.add_argument("--outcomes", required=True)
    parser.add_argument("--rows", type=int, default=20000)
    parser.add_argument("--seconds", type=float, default=86400)
    given = parser.parse_args()
    lines = newest(given.outcomes, given.rows, given.seconds)
    folder = pathlib.Path(tempfile.mkdtemp(prefix="trained-", dir=given.link.parent))
    table = folder / "data.csv"
    table.write_text("\n".join([",".join([*NAMES, "defaulted"]), *lines]) + "\n", encoding="ascii")
    subprocess.run([given.train, table, folder / "model.json", folder / "reference.drift"], check=True)
    table.unlink()
    move(given.link, folder)
    return 0


if __name__ == "__main__":
    sys.exit(main())
