# SPDX-License-Identifier: Apache-2.0
"""peer_alibi.py: alibi-detect's TabularDrift at p = .05.

Columns: its verdicts per feature, which it does not correct. Data set: its own verdict, Bonferroni.
"""
import numpy
import pandas
from alibi_detect.cd import TabularDrift

PACKAGE = "alibi-detect"


def encoded(reference, current):
    """Both tables as one matrix of doubles each; texts, missing ones too, become codes."""
    both = pandas.concat([reference, current], ignore_index=True)
    names = [k for k, name in enumerate(both.columns) if both[name].dtype == object]
    for k in names:
        name = both.columns[k]
        both[name] = both[name].astype("category").cat.codes + 1
    matrix = both.to_numpy(dtype=float)
    return matrix[:len(reference)], matrix[len(reference):], names


def judge(reference, current):
    before, after, names = encoded(reference, current)
    detector = TabularDrift(before, p_val=0.05,
                            categories_per_feature={k: None for k in names} or None)
    single = detector.predict(after, drift_type="feature")["data"]["is_drift"]
    whole = detector.predict(after, drift_type="batch")["data"]["is_drift"]
    columns = numpy.asarray(reference.columns)
    return set(columns[numpy.asarray(single, dtype=bool)]), bool(whole)


def timed(reference, current):
    """One verdict of the data set, from matrices, as a user would ask for it."""
    detector = TabularDrift(reference.to_numpy(dtype=float), p_val=0.05)
    whole = detector.predict(current.to_numpy(dtype=float), drift_type="batch")["data"]
    return set(reference.columns[:int(whole["is_drift"])]), bool(whole["is_drift"])
