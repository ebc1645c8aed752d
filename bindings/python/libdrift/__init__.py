# SPDX-License-Identifier: Apache-2.0
"""libdrift: is the data still what the model learnt from?

>>> import libdrift
>>> result = libdrift.compare({"x": [1.0, 2.0] * 500}, {"x": [1.0, 2.0] * 500})
>>> result.verdict
'stable'
"""
from . import detectors, sequential, stats
from ._compare import ColumnResult, Comparison, Statistic, compare
from ._ffi import DriftError, lib
from ._journal import Journal
from ._monitor import Alert, Monitor
from ._profile import Profile
from ._recorder import Recorder
from ._sketches import Categories, Distinct, EdgeDigest, Frequent, Histogram, Moments, TDigest

__version__: str = lib.drift_version().decode()
__all__ = ["Alert", "Categories", "ColumnResult", "Comparison", "Distinct", "DriftError", "EdgeDigest", "Frequent",
           "Histogram", "Journal", "Moments", "Monitor", "Profile", "Recorder", "Statistic", "TDigest",
           "compare", "detectors", "sequential", "stats"]
