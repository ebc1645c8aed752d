# SPDX-License-Identifier: Apache-2.0
"""Histograms with different boundaries brought to common cells.

The convention of TensorFlow Data Validation: boundaries are those of both sides, mass is uniform
inside a bucket; a bucket of zero width is a cell of its own, missing values are one too, and a
bucket with an infinite bound meets no other.
"""
import math
import re


def parse(side, other=None):
    """Buckets (low, high, weight) and the count of missing values."""
    if side == "same":
        return parse(other)
    if isinstance(side, str):
        found = re.findall(r"[(\[](-?\w+),\s*(-?\w+)[)\]](\d+)", side)
        return [(float(low), float(high), float(weight)) for low, high, weight in found], 0
    if isinstance(side, dict):
        return [tuple(bucket) for bucket in side["buckets"]], side.get("nan", 0)
    return [tuple(bucket) for bucket in side], 0


def _spread(buckets, bounds):
    cells = [0.0] * (len(bounds) - 1)
    for low, high, weight in buckets:
        for k, (left, right) in enumerate(zip(bounds, bounds[1:])):
            if low <= left and right <= high:
                cells[k] += weight * (right - left) / (high - low)
    return cells


def cells_of_buckets(first, second):
    """Weights of both sides in common cells."""
    parsed = [parse(first, second), parse(second, first)]
    wide, points, infinite = [], [], []
    for buckets, _ in parsed:
        finite = [bucket for bucket in buckets if all(map(math.isfinite, bucket[:2]))]
        infinite.append([bucket for bucket in buckets if bucket not in finite])
        wide.append([bucket for bucket in finite if bucket[0] < bucket[1]])
        points.append({bucket[0]: bucket[2] for bucket in finite if bucket[0] == bucket[1]})
    bounds = sorted({bound for side in wide for bucket in side for bound in bucket[:2]})
    at = sorted(set(points[0]) | set(points[1]))
    cells = [_spread(wide[k], bounds) + [float(points[k].get(value, 0)) for value in at] +
             [float(parsed[k][1])] for k in (0, 1)]
    cells[0] += [float(b[2]) for b in infinite[0]] + [0.0] * len(infinite[1])
    cells[1] += [0.0] * len(infinite[0]) + [float(b[2]) for b in infinite[1]]
    return cells
