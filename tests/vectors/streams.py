# SPDX-License-Identifier: Apache-2.0
"""Vectors of stream detectors: the parameters that a text names, the stream, the rows of its changes."""
import re

from inputs import UnknownKind
from kinds import KINDS, kind
from libdrift import Moments, detectors

# What a text may call a detector; the first that it holds decides.
CLASSES = (
    (r"HDDM_?A", detectors.HDDM_A), (r"HDDM_?W", detectors.HDDM_W), (r"FHDDM", detectors.FHDDM),
    (r"EDDM", detectors.EDDM), (r"RDDM", detectors.RDDM), (r"DDM", detectors.DDM),
    (r"ADWIN", detectors.ADWIN), (r"KSWIN", detectors.KSWIN), (r"CUSUM", detectors.CUSUM),
    (r"Page.?Hinkley", detectors.PageHinkley), (r"STEPD", detectors.STEPD),
    (r"(?-i:SEED)", detectors.SEED),
    (r"ECDD|EWMA chart", detectors.ECDD), (r"Shewhart", detectors.Shewhart),
    (r"geometric moving average|(?-i:GMA)", detectors.GMA),
    (r"Bayesian online change|BOCD", detectors.BOCD),
)
# What it may call a parameter, beside that name itself.
OTHER_NAMES = {
    "lambda": ("lambda_", "lambda_val", "threshold"), "window": ("window_size", "sliding_window_size"),
    "min_num_instances": ("min_instances", "warm_start"), "min_instances": ("min_num_instances",),
    "stat": ("stat_size",), "min_window": ("min_window_length",), "grace": ("grace_period",),
    "var": ("prior_var",), "data var": ("data_var",), "mean": ("prior_mean",),
    "short_window": ("short_window_size",), "confidence": ("drift_confidence",),
}
NUMBER = r"(-?(?:\d+\.?\d*|\.\d+)(?:e-?\d+)?)"


def wanted(text, vector, cls):
    """Parameters in brackets, in words, and those listed."""
    known = cls.__init__.__annotations__
    given = {name: value for name, value in (vector.get("params") or {}).items()}
    for inside in re.findall(r"\(([^()]*)\)", text):
        for name, value in re.findall(r"([A-Za-z_][A-Za-z_ ]*?)\s*[= ]\s*" + NUMBER, inside):
            given[name.strip()] = float(value)
    made = {}
    for name, value in given.items():
        at = next((one for one in (*OTHER_NAMES.get(name, ()), name) if one in known), None)
        if at is None:
            raise UnknownKind(f"{cls.__name__} has no parameter {name!r}")
        made[at] = int(value) if isinstance(value, float) and value.is_integer() else value
    if match := re.search(r"mode[= ](\w+)", text):
        made["mode"] = match[1]
    if re.search(r"two.sided", text):
        made["two_sided_test"] = True
    if re.search(r"clock huge", text):
        made["clock"] = 10**9
    return made


@kind("|".join(rf"\b(?:{pattern})" for pattern, _ in CLASSES))
def changes(given, text):
    """Where changes are detected, and for ADWIN what its window holds at the end."""
    cls = next(found for pattern, found in CLASSES if re.search(pattern, text, re.I))
    parameters = wanted(text, given.vector, cls)
    if cls is detectors.PageHinkley and "frouros" in given.vector["repo"]:
        parameters.setdefault("mode", "sum")
    detector = cls(**parameters)
    made = {"indices": detector.update_batch(given.values(given.given["stream"]))}
    if cls is detectors.ADWIN:
        made |= {"variance_ssd" if name == "sum_of_squares" else name: value
                 for name, value in detector.readings.items()}
    return made


@kind(r"incremental KS")
def last_window(given, text):
    reference, current = given.samples()
    window = given.vector["params"].get("window_size", 10)
    detector = detectors.IncrementalKS(reference, window_size=window)
    detector.update_batch(current)
    return detector.statistic, detector.p_value


@kind(r"circular|windowed\) mean")
def window_means(given, text):
    """The mean of the last values, as many as the name of the expected entry says."""
    values, made = given.given["values"], {}
    for key in given.vector["expected"]:
        size = int(re.fullmatch(r"size(\d+)", key)[1])
        made[key] = []
        for end in range(1, len(values) + 1):
            moments = Moments()
            moments.update(values[max(0, end - size):end])
            made[key].append(moments.mean)
    return made


# Before the kinds of samples: "incremental KS" is one of a stream.
KINDS[:] = KINDS[-3:] + KINDS[:-3]
