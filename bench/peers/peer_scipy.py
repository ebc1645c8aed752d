# SPDX-License-Identifier: Apache-2.0
"""peer_scipy.py: a drift check as people write it by hand: for each column scipy's ks_2samp and
wasserstein_distance, and the PSI over the reference's deciles. Flagged is p < .05 or PSI >= .1.
"""
import numpy
from scipy import stats

PACKAGE = "scipy"
TIMED = ", by hand"


def psi(reference, current):
    edges = numpy.quantile(reference, numpy.linspace(0, 1, 11))
    edges[0], edges[-1] = -numpy.inf, numpy.inf
    before, after = (numpy.histogram(values, edges)[0] / len(values)
                     for values in (reference, current))
    before, after = (numpy.clip(shares, 1e-4, None) for shares in (before, after))
    return ((after - before) * numpy.log(after / before)).sum()


def judge(reference, current):
    flagged = set()
    for name in reference.columns:
        before, after = reference[name].to_numpy(), current[name].to_numpy()
        stats.wasserstein_distance(before, after)
        if stats.ks_2samp(before, after).pvalue < 0.05 or psi(before, after) >= 0.1:
            flagged.add(name)
    return flagged, None
