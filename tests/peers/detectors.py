#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""detectors.py: every detector that river has, on fifty streams: the same values must signal.

usage: ./dev test --peers

River lives in an environment of its own (bench/peers/peer_river.txt), made on demand. Streams are
numbers, shares or errors, as a detector takes them, with changes of level, scale and shape, slow
ones, ties, dependence and stretches of one value, at random places; half of them run with other
parameters than the defaults. The last line is 'N passed, N failed'.
"""
import json
import pathlib
import random
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
STREAMS = 50
LENGTH = {"KSWIN": 500}  # its test of every value takes long in river
OTHER = {
    "ADWIN": lambda draw: dict(delta=draw.choice([.5, .05, 1e-4]), clock=draw.choice([1, 7, 32, 100]),
                               max_buckets=draw.choice([2, 3, 5, 8]),
                               min_window_length=draw.choice([1, 5, 20]),
                               grace_period=draw.choice([0, 10, 50])),
    "PageHinkley": lambda draw: dict(delta=draw.choice([0, .005, .1]), threshold=draw.choice([5, 20, 50]),
                                     alpha=draw.choice([1, .9999, .99]),
                                     min_instances=draw.choice([2, 30, 100]),
                                     mode=draw.choice(["up", "down", "both"])),
    "KSWIN": lambda draw: dict(alpha=draw.choice([.0001, .005, .05]), window_size=draw.choice([60, 100]),
                               stat_size=draw.choice([10, 20, 30])),
    "DDM": lambda draw: dict(warm_start=draw.choice([0, 5, 30, 100]),
                             warning_threshold=draw.choice([.5, 1, 2]), drift_threshold=draw.choice([2, 3])),
    "EDDM": lambda draw: dict(warm_start=draw.choice([0, 5, 30]), alpha=draw.choice([.95, .99]),
                              beta=draw.choice([.7, .9])),
    "HDDMA": lambda draw: dict(drift_confidence=draw.choice([1e-5, .01]),
                                warning_confidence=draw.choice([.02, .1]),
                                two_sided_test=draw.random() < .7),
    "HDDMW": lambda draw: dict(drift_confidence=draw.choice([1e-5, .01]),
                                warning_confidence=draw.choice([.02, .1]),
                                lambda_val=draw.choice([.01, .2]), two_sided_test=draw.random() < .7),
    "FHDDM": lambda draw: dict(sliding_window_size=draw.choice([30, 100]),
                               confidence_level=draw.choice([1e-6, .01]),
                               short_window_size=draw.choice([None, 20])),
}
TAKES = {"ADWIN": "numbers", "PageHinkley": "numbers", "KSWIN": "numbers", "DDM": "shares",
         "EDDM": "errors", "HDDMA": "shares", "HDDMW": "shares", "FHDDM": "errors"}


def pieces(draw, n):
    """Where a stream changes, from 0 to n."""
    inner = sorted(draw.sample(range(50, n - 50), draw.randrange(4)))
    return list(zip([0, *inner], [*inner, n]))


def numbers(draw, n):
    shape, values, last = draw.choice(["normal", "ties", "uniform", "heavy", "dependent"]), [], 0.0
    for begin, end in pieces(draw, n):
        level, scale, slow = draw.choice([0, 0, .3, 1, 5]), draw.choice([1, 1, 2, 1e-3]), draw.random() < .3
        for i in range(begin, end):
            z = draw.gauss(0, 1)
            last = {"uniform": draw.random(), "heavy": z / max(.01, draw.random()),
                    "dependent": .7 * last + z}.get(shape, z)
            value = (level * (i - begin) / (end - begin) if slow else level) + scale * last
            values.append(round(value, 1) if shape == "ties" else value)
    return values


def errors(draw, n):
    values = []
    for begin, end in pieces(draw, n):
        rate, other = draw.choice([0, .01, .1, .4, .9, 1]), draw.choice([.05, .2, .6])
        slow = draw.random() < .3
        for i in range(begin, end):
            share = (i - begin) / (end - begin) if slow else 0
            values.append(int(draw.random() < rate + (other - rate) * share))
    return values


def stream(name, k):
    draw = random.Random(f"{name} {k}")
    n, takes = LENGTH.get(name, 4000), TAKES[name]
    if takes == "errors" or (k % 4 and takes == "shares") or k % 4 == 3:
        return errors(draw, n)
    return numbers(draw, n) if takes == "numbers" else [draw.random() * draw.random() for _ in range(n)]


def parameters(name, k):
    given = OTHER[name](random.Random(f"parameters {name} {k}")) if k % 2 else {}
    return given | {"seed": k} if name == "KSWIN" else given


def of_river(name, k):
    from river import drift
    made = getattr(drift, name, None) or getattr(drift.binary, name)
    detector, signals = made(**parameters(name, k)), []
    for value in stream(name, k):
        detector.update(value)
        signals.append(getattr(detector, "warning_detected", False) + 2 * detector.drift_detected)
    return signals


def of_libdrift(name, k):
    from libdrift import detectors
    whole, single = (getattr(detectors, name)(**parameters(name, k)) for _ in range(2))
    values = stream(name, k)
    signals, one_by_one = list(whole.signals(values)), []
    for value in values:
        single.update(value)
        one_by_one.append(single.warning_detected + 2 * single.drift_detected)
    if signals != one_by_one:
        raise AssertionError(f"{name}, stream {k}: one by one is another thing than at once")
    return signals


def compare(name):
    """A row for the parent: streams that agree, changes and warnings in them, the first that does not."""
    row = {"name": name, "same": 0, "changes": 0, "warnings": 0, "first": None}
    for k in range(STREAMS):
        theirs, ours = of_river(name, k), of_libdrift(name, k)
        row["changes"] += sum(signal >= 2 for signal in theirs)
        row["warnings"] += sum(signal % 2 for signal in theirs)
        if theirs == ours:
            row["same"] += 1
        elif not row["first"]:
            at = next(i for i, pair in enumerate(zip(theirs, ours)) if pair[0] != pair[1])
            row["first"] = f"stream {k}, {parameters(name, k)}: value {at}: {theirs[at]}, not {ours[at]}"
    print(json.dumps(row), flush=True)


def main():
    sys.path.insert(0, str(ROOT / "bench" / "peers"))
    import environments
    python = environments.environment("river")
    passed = failed = 0
    for name in TAKES:
        done = subprocess.run([python, __file__, name], stdout=subprocess.PIPE, env=environments.variables("libdrift"))
        if done.returncode:
            print(f"{name}: no answer")
            failed += STREAMS
            continue
        row = json.loads(done.stdout)
        passed += row["same"]
        failed += STREAMS - row["same"]
        print(f"{name:12} {row['same']} of {STREAMS} streams as river's; {row['changes']} changes, "
              f"{row['warnings']} warnings{'' if not row['first'] else '; ' + row['first']}", flush=True)
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(compare(sys.argv[1]) if len(sys.argv) > 1 else main())
