#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""False alarms of the stream detectors, default parameters, on streams that do not change.

usage: count_detector_alarms.py [RUNS]     prints the table of docs/methods.md; 50 runs of 100,000 values
       count_detector_alarms.py --drift FOLDER   the errors of models in FOLDER/*_abrupto_predictions.csv,
                                                 whose concepts change at rows 10,000, 20,000 and 30,000

Values N(0,1), and errors with probabilities .1, .01 and .4. Of BOCD a tenth of the values and of the runs.
example: PYTHONPATH=bindings/python LIBDRIFT_LIBRARY=build/libdrift/libdrift.so \\
             python3 tools/count_detector_alarms.py
"""
import array
import csv
import pathlib
import random
import sys

from libdrift import detectors

ROWS = (1000, 10000, 100000)
ERRORS = (.1, .01, .4)
OF_NUMBERS = ("ADWIN", "PageHinkley", "KSWIN", "SEED", "CUSUM", "GMA", "Shewhart", "BOCD", "IncrementalKS")
OF_ERRORS = ("ADWIN", "PageHinkley", "KSWIN", "SEED", "DDM", "EDDM", "RDDM", "HDDM_A", "HDDM_W", "FHDDM", "STEPD",
             "ECDD")


def share(part):
    text = f"{part:.2f}"
    return text[1:] if text.startswith("0") and part else "0" if not part else text.rstrip("0").rstrip(".")


def streams(chance, runs):
    for run in range(runs):
        draw = random.Random(run)
        if chance is None:
            yield array.array("d", (draw.gauss(0, 1) for _ in range(ROWS[-1] + 1000)))
        else:
            yield array.array("d", (draw.random() < chance for _ in range(ROWS[-1] + 1000)))


def count(name, values):
    """Where a detector signals; a reference is taken from beyond the stream's end."""
    made = getattr(detectors, name)
    detector = made(values[ROWS[-1]:]) if name == "IncrementalKS" else made()
    rows = ROWS[-1] // 10 if name == "BOCD" else ROWS[-1]
    return detector.update_batch(values[:rows])


def table(title, names, chance, runs):
    found = {name: [] for name in names}
    for run, values in enumerate(streams(chance, runs)):
        for name in names:
            if name != "BOCD" or run < runs // 10:
                found[name].append(count(name, values))
    print(f"\n{title}\n\n| detector | 1,000 | 10,000 | 100,000 | per 10,000 | any of 50 in 10,000 |\n"
          "|---|---:|---:|---:|---:|---:|")
    for name, changes in found.items():
        shares = [sum(any(at < rows for at in one) for one in changes) / len(changes) for rows in ROWS]
        rows = ROWS[-1] // 10 if name == "BOCD" else ROWS[-1]
        rate = sum(map(len, changes)) / len(changes) / (rows / 10000)
        cells = [share(part) for part in shares]
        cells[2] = cells[2] if name != "BOCD" else ""
        print(f"| {name} | {' | '.join(cells)} | {rate:.3g} | {share(1 - (1 - shares[1]) ** 50)} |")


CHANGES, REFERENCE = (10000, 20000, 30000), 5000


def follow(name, errors):
    """Alarms before the first change, rows from each change to the first alarm after it, alarms in all."""
    detector = getattr(detectors, name)(errors[:REFERENCE]) if name == "IncrementalKS" else getattr(detectors, name)()
    # FHDDM finds what falls: it is given 1 for right.
    live = [1 - error for error in errors[REFERENCE:]] if name == "FHDDM" else errors[REFERENCE:]
    alarms = [REFERENCE + at for at in detector.update_batch(live)]
    delays = []
    for begin, end in zip(CHANGES, (*CHANGES[1:], len(errors))):
        after = [at for at in alarms if begin <= at < end]
        delays.append(f"{after[0] - begin + 1:,}" if after else "–")
    return sum(at < CHANGES[0] for at in alarms), delays, len(alarms)


def drift_table(folder):
    paths = sorted(pathlib.Path(folder).glob("*_abrupto_predictions.csv"))
    streams_of = []
    for path in paths:
        with open(path, encoding="utf-8", newline="") as file:
            streams_of.append([float(row["error"]) for row in csv.DictReader(file)])
    print("| detector |", " | ".join(path.name.split("_")[0] for path in paths), "|\n|---|" + "---|" * len(paths))
    for name in (*OF_ERRORS, "CUSUM", "GMA", "Shewhart", "IncrementalKS"):
        cells = []
        for errors in streams_of:
            before, delays, alarms = follow(name, errors)
            cells.append(f"{before} / {', '.join(delays)} / {alarms:,}")
        print(f"| {name} | {' | '.join(cells)} |", flush=True)


def main():
    if sys.argv[1:2] == ["--drift"]:
        drift_table(sys.argv[2])
        return
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 50
    table("Values, N(0,1):", OF_NUMBERS, None, runs)
    for chance in ERRORS:
        table(f"Errors, probability {chance}:", OF_ERRORS, chance, runs)


if __name__ == "__main__":
    main()
