# SPDX-License-Identifier: Apache-2.0
"""Stream detectors: river's names, parameters and defaults; values, arrays, bytes."""
import ctypes
import inspect
import math
import pickle
import random
import re

import pytest
from conftest import ROOT

import libdrift
from libdrift import DriftError, _ffi, detectors

CLASSES = sorted({thing for thing in vars(detectors).values() if isinstance(thing, type)
                  and issubclass(thing, detectors.Detector) and thing is not detectors.Detector},
                 key=lambda cls: cls.__name__)
# river 0.26.1: inspect.signature of each class.
RIVER = {
    "ADWIN": dict(delta=0.002, clock=32, max_buckets=5, min_window_length=5, grace_period=10),
    "PageHinkley": dict(min_instances=30, delta=0.005, threshold=50.0, alpha=1 - 0.0001, mode="both"),
    "KSWIN": dict(alpha=0.005, window_size=100, stat_size=30, seed=None, window=None),
    "DDM": dict(warm_start=30, warning_threshold=2.0, drift_threshold=3.0),
    "EDDM": dict(warm_start=30, alpha=0.95, beta=0.9),
    "HDDMA": dict(drift_confidence=0.001, warning_confidence=0.005, two_sided_test=False),
    "HDDMW": dict(drift_confidence=0.001, warning_confidence=0.005, lambda_val=0.05, two_sided_test=False),
    "FHDDM": dict(sliding_window_size=100, confidence_level=0.000001, short_window_size=None),
}


def made(cls, **parameters):
    return cls([0.0, 1.0, 2.0, 0.5], **parameters) if cls is detectors.IncrementalKS else cls(**parameters)


def bits():
    draw = random.Random(4)
    return [int(draw.random() < (.1 if i < 500 else .6)) for i in range(1000)]


def numbers():
    draw = random.Random(5)
    return [draw.gauss(0 if i < 500 else 3, 1) for i in range(1000)]


def values_for(cls):
    number = cls._number()
    return bits() if _ffi.lib.drift_detector_input_of(number) else numbers()


def test_every_kind_has_its_class():
    assert sorted(cls._number() for cls in CLASSES) == list(range(17))
    assert detectors.HDDM_A is detectors.HDDMA and detectors.HDDM_W is detectors.HDDMW
    assert libdrift.detectors is detectors
    assert all(cls.__doc__ and cls.__name__ in detectors.__all__ for cls in CLASSES)


@pytest.mark.parametrize("name", RIVER)
def test_signatures_are_rivers(name):
    parameters = inspect.signature(getattr(detectors, name)).parameters
    assert {key: one.default for key, one in parameters.items()} == RIVER[name]
    assert list(parameters) == list(RIVER[name])


@pytest.mark.parametrize("cls", CLASSES)
def test_defaults_are_those_of_the_table(cls):
    info = _ffi.DetectorParameterInfo()
    info.struct_size = ctypes.sizeof(info)
    table = {}
    for k in range(_ffi.lib.drift_detector_parameters(cls._number())):
        assert _ffi.lib.drift_detector_get_parameter(cls._number(), k, ctypes.byref(info)) == 0
        table[info.name.decode()] = info.initial
    assert made(cls).parameters == table


@pytest.mark.parametrize("cls", CLASSES)
def test_one_by_one_is_as_a_batch(cls):
    values, whole, single = values_for(cls), made(cls), made(cls)
    signals = whole.signals(values)
    changes, warnings = [], []
    for i, value in enumerate(values):
        single.update(value)
        changes += [i] * single.drift_detected
        warnings += [i] * single.warning_detected
    assert changes == [i for i, signal in enumerate(signals) if signal & 2]
    assert warnings == [i for i, signal in enumerate(signals) if signal & 1]
    whole.reset()
    assert whole.count == 0 and not whole.drift_detected
    assert whole.update_batch(values) == changes
    assert whole.count == single.count == len(values)
    assert bytes(whole) == bytes(single)
    assert changes or cls in (detectors.FHDDM, detectors.GMA)


def test_arrays_of_all_kinds():
    numpy, pandas = pytest.importorskip("numpy"), pytest.importorskip("pandas")
    values = bits()
    wanted = detectors.DDM().update_batch(values)
    assert wanted
    for carrier in (numpy.array(values), numpy.array(values, dtype="float32"), numpy.array(values, dtype=bool),
                    pandas.Series(values), tuple(values), iter(values), numpy.array(values * 2)[::1][:1000]):
        assert detectors.DDM().update_batch(carrier) == wanted
    detector = detectors.DDM()
    for value in numpy.array(values):
        detector.update(value)
    detector.update(True)
    assert detector.count == 1001
    assert detectors.ADWIN().update_batch([]) == []


@pytest.mark.parametrize("cls", CLASSES)
def test_bytes_go_on(cls):
    values = values_for(cls)
    whole, half = made(cls), made(cls)
    signals = whole.signals(values)
    first = half.signals(values[:437])
    again = detectors.from_bytes(bytes(half))
    assert type(again) is cls and again.count == 437
    assert first + again.signals(values[437:]) == signals
    assert bytes(cls.from_bytes(bytes(again))) == bytes(again)
    assert pickle.loads(pickle.dumps(again)).readings == again.readings


def test_bytes_of_another_detector():
    with pytest.raises(DriftError, match="of DDM, not of ADWIN"):
        detectors.ADWIN.from_bytes(bytes(detectors.DDM()))
    with pytest.raises(DriftError):
        detectors.from_bytes(b"nothing")


@pytest.mark.parametrize("cls", CLASSES)
def test_what_is_refused_changes_nothing(cls):
    detector, values = made(cls), values_for(cls)
    detector.update_batch(values[:200])
    before = bytes(detector)
    for value in (math.nan, math.inf, -math.inf):
        with pytest.raises(DriftError, match="takes"):
            detector.update(value)
        with pytest.raises(DriftError, match="takes"):
            detector.update_batch([0, 1, value])
    with pytest.raises(DriftError):
        detector.update("1")
    assert bytes(detector) == before


def test_parameters_out_of_range():
    for call in (lambda: detectors.ADWIN(delta=0), lambda: detectors.ADWIN(clock=1.5),
                 lambda: detectors.EDDM(alpha=.8), lambda: detectors.KSWIN(stat_size=60),
                 lambda: detectors.PageHinkley(mode="sideways"), lambda: detectors.IncrementalKS([]),
                 lambda: detectors.IncrementalKS([1.0, math.nan]), lambda: detectors.KSWIN(seed=-1),
                 lambda: detectors.KSWIN(window=[math.inf]), lambda: detectors.ECDD(average_run_length=200)):
        with pytest.raises(DriftError):
            call()
    with pytest.raises(TypeError):
        detectors.ADWIN(gamma=1)


def test_readings():
    detector = detectors.ADWIN()
    assert detector.variance is None and detector.estimation == 0
    detector.update_batch([1.0, 2.0, 3.0])
    assert (detector.width, detector.total, detector.estimation) == (3, 6, 2)
    assert detector.variance == pytest.approx(2 / 3)
    assert detectors.KSWIN().p_value is None
    test = detectors.IncrementalKS([0.0, 1.0, 2.0, 3.0], window_size=4)
    test.update_batch([10, 11, 12, 13])
    assert test.statistic == 1 and test.p_value == pytest.approx(2 / 70)
    window = detectors.KSWIN(window=numbers()[:100])
    assert window.readings["n"] == 100


def test_the_pages_name_all():
    python = (ROOT / "docs" / "python.md").read_text(encoding="utf-8")
    methods = (ROOT / "docs" / "methods.md").read_text(encoding="utf-8")
    for cls in CLASSES:
        assert f"`{cls.__name__}`" in python, cls
        for name in cls().parameters if cls is not detectors.IncrementalKS else ():
            assert re.search(rf"\b{name}\b", methods), f"{cls.__name__}: {name}"
