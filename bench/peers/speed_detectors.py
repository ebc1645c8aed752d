# SPDX-License-Identifier: Apache-2.0
"""speed_detectors.py: stream detectors of river and frouros, value by value, as their classes are
used; after a change a frouros detector is reset. The answer is the number of changes, none where
the package has another rule than libdrift, or draws at random.
"""
import array
import importlib.metadata

BITS = ("ddm", "eddm", "rddm", "hddm_a", "hddm_w", "fhddm", "stepd", "ecdd")
REFERENCE = 1000  # values before the stream, for incremental_ks
RIVER = {"adwin": "ADWIN", "page_hinkley": "PageHinkley", "kswin": "KSWIN", "ddm": "DDM", "eddm": "EDDM",
         "hddm_a": "HDDMA", "hddm_w": "HDDMW", "fhddm": "FHDDM"}
FROUROS = {"page_hinkley": "PageHinkley", "cusum": "CUSUM", "gma": "GeometricMovingAverage",
           "kswin": "KSWIN", "ddm": "DDM", "eddm": "EDDM", "hddm_a": "HDDMA", "hddm_w": "HDDMW",
           "rddm": "RDDM", "stepd": "STEPD", "ecdd": "ECDDWT", "bocd": "BOCD"}
SAME_RULE = ("gma", "bocd")


def stream(path, name, n):
    """The reference and the values; for counters of errors, one value in ten is 1."""
    values = array.array("d")
    with open(path, "rb") as file:
        values.fromfile(file, REFERENCE + n)
    if name in BITS:
        return None, [int(value > 1.2815515655446004) for value in values[REFERENCE:]]
    return values[:REFERENCE], list(values[REFERENCE:])


def river_rows(path, columns, n):
    """An ADWIN for each column, fed row by row."""
    from river import drift
    _, values = stream(path, "adwin", int(n))
    columns = int(columns)
    rows = [values[at:at + columns] for at in range(0, len(values) - columns + 1, columns)]

    def work():
        detectors = [drift.ADWIN() for _ in range(columns)]
        for row in rows:
            for detector, value in zip(detectors, row):
                detector.update(value)
        return len(rows)
    return f"river {importlib.metadata.version('river')} ADWIN, one a column", work


def river(name, path, n):
    from river import drift
    made = getattr(drift, RIVER[name], None) or getattr(drift.binary, RIVER[name])
    parameters = {"seed": 0} if name == "kswin" else {}
    _, values = stream(path, name, int(n))

    def work():
        detector, changes = made(**parameters), 0
        for value in values:
            detector.update(value)
            if detector.drift_detected:
                changes += 1
        return changes
    return f"river {importlib.metadata.version('river')}, {RIVER[name]}", work


def frouros(name, path, n):
    from frouros.detectors import concept_drift
    reference, values = stream(path, name, int(n))

    def work():
        detector, changes = getattr(concept_drift, FROUROS[name])(), 0
        for value in values:
            detector.update(value=value)
            if detector.drift:
                changes += 1
                detector.reset()
        return changes if name in SAME_RULE else None

    def compare():
        import numpy
        from frouros.detectors.data_drift import IncrementalKSTest
        detector = IncrementalKSTest(window_size=100)
        detector.fit(X=numpy.array(reference))
        for value in values:
            detector.update(value=value)
    version = importlib.metadata.version("frouros")
    if name == "incremental_ks":
        return f"frouros {version}, IncrementalKSTest", compare
    return f"frouros {version}, {FROUROS[name]}", work
