# SPDX-License-Identifier: Apache-2.0
"""The classical detectors of change in a stream, with river's names, parameters, defaults and rows.

>>> from libdrift import detectors
>>> detector = detectors.ADWIN()
>>> detector.update_batch([0.0] * 1000 + [1.0] * 1000)
[1023]

None of them bounds the probability of a false alarm: over many unchanged streams most are certain
to signal (docs/methods.md, "Stream detectors"). ``libdrift.Monitor`` alarms with the probability asked for.
"""
from __future__ import annotations

import ctypes
from collections.abc import Iterable

from ._arguments import choice, doubles
from ._ffi import (Any, DetectorConfig, DetectorParameter, DetectorParameterInfo, DriftError, Error, byref,
                   c_double, c_void_p, check, lib, real)
from ._sketches import Handle

__all__ = ["ADWIN", "BOCD", "CUSUM", "DDM", "ECDD", "EDDM", "FHDDM", "GMA", "HDDMA", "HDDMW", "HDDM_A",
           "HDDM_W", "IncrementalKS", "KSWIN", "PageHinkley", "RDDM", "SEED", "STEPD", "Shewhart",
           "from_bytes"]

_WARNING, _CHANGE = 1, 2
_TAKES = ("numbers", "numbers from 0 to 1", "0 and 1")
_MARKS = {bit: bytes(int(bool(signal & bit)) for signal in range(256)) for bit in (_WARNING, _CHANGE)}
_KINDS: dict[str, type["Detector"]] = {}


def _where(signals: bytes, bit: int) -> list[int]:
    marked, found = signals.translate(_MARKS[bit]), []
    at = marked.find(1)
    while at >= 0:
        found.append(at)
        at = marked.find(1, at + 1)
    return found


class Detector(Handle):
    """What all detectors share. After a change the next value starts one anew, but for RDDM and SEED."""

    _noun = "detector"
    _name: str

    def __init_subclass__(cls) -> None:
        _KINDS[cls._name] = cls

    def __init__(self, reference: Any = None, **parameters: Any) -> None:
        rows = [DetectorParameter(name.encode(), real(value)) for name, value in parameters.items()]
        packed = (DetectorParameter * max(1, len(rows)))(*rows)
        address, n, _owner = doubles(() if reference is None else reference)
        config = DetectorConfig(ctypes.sizeof(DetectorConfig), len(rows), ctypes.addressof(packed),
                                address if n else None, n)
        handle, error = c_void_p(), Error()
        check(lib.drift_detector_create(self._number(), byref(config), byref(handle), byref(error)),
              error)
        super().__init__(handle)

    @classmethod
    def _number(cls) -> int:
        number = ctypes.c_int()
        check(lib.drift_detector_find(cls._name.encode(), byref(number), None))
        return number.value

    def _refuse(self, status: int) -> None:
        wanted = _TAKES[lib.drift_detector_input_of(self._call("kind_of"))]
        raise DriftError(f"{type(self).__name__} takes {wanted}, all finite and within 1e100", status)

    def update(self, x: float) -> None:
        """See one value; a value that is not allowed is a DriftError and changes nothing."""
        with self.lock:
            status = lib.drift_detector_add(self.handle, x if type(x) is float else real(x), None)
        if status:
            self._refuse(status)

    def signals(self, values: Any) -> bytes:
        """See values one after another; a byte for each: 1 for a warning, 2 for a change, 3 for both."""
        address, n, _owner = doubles(values)
        out = ctypes.create_string_buffer(max(1, n))
        status = self._call("update", address, n, out)
        if status:
            self._refuse(status)
        return out.raw[:n]

    def update_batch(self, values: Any) -> list[int]:
        """See an array, a series or a sequence of values; the positions at which a change was detected."""
        return _where(self.signals(values), _CHANGE)

    @property
    def drift_detected(self) -> bool:
        """True where the last value brought a change."""
        return bool(self._call("signal") & _CHANGE)

    @property
    def warning_detected(self) -> bool:
        """True where the last value brought a warning; not every detector warns."""
        return bool(self._call("signal") & _WARNING)

    def reset(self) -> None:
        """As newly made."""
        self._call("reset")

    @property
    def count(self) -> int:
        """Values seen since it was made or reset, through all changes."""
        return self._call("count")

    @property
    def parameters(self) -> dict[str, float]:
        """Parameters and their values."""
        kind, info, out = self._call("kind_of"), DetectorParameterInfo(), c_double()
        info.struct_size, made = ctypes.sizeof(info), {}
        for k in range(lib.drift_detector_parameters(kind)):
            check(lib.drift_detector_get_parameter(kind, k, byref(info)))
            check(self._call("parameter_value", info.name, byref(out)))
            made[info.name.decode()] = out.value
        return made

    @property
    def readings(self) -> dict[str, float | None]:
        """What it holds, by name (docs/methods.md); None for what has no value yet."""
        kind, made, k = self._call("kind_of"), {}, 0
        while (name := lib.drift_detector_reading_name(kind, k)) is not None:
            made[name.decode()] = self._reading(name.decode())
            k += 1
        return made

    def _reading(self, name: str) -> float | None:
        out = c_double()
        return out.value if self._call("reading", name.encode(), byref(out)) == 0 else None

    @classmethod
    def from_bytes(cls, data: bytes) -> Any:
        """Build from bytes; damaged ones, and those of another detector, are a DriftError."""
        made = super().from_bytes(data)
        kind = _KINDS[lib.drift_detector_name(made._call("kind_of")).decode()]
        if not issubclass(kind, cls):
            raise DriftError(f"these are the bytes of {kind.__name__}, not of {cls.__name__}", -8)
        made.__class__ = kind
        return made


def from_bytes(data: bytes) -> Any:
    """The detector that these bytes hold."""
    return Detector.from_bytes(data)


class ADWIN(Detector):
    """Adaptive windowing (Bifet & Gavalda 2007): the window shrinks until its parts agree in the mean."""

    _name = "adwin"

    def __init__(self, delta: float = 0.002, clock: int = 32, max_buckets: int = 5,
                 min_window_length: int = 5, grace_period: int = 10) -> None:
        super().__init__(delta=delta, clock=clock, max_buckets=max_buckets,
                         min_window_length=min_window_length, grace_period=grace_period)

    @property
    def width(self) -> float | None:
        """Values in the window."""
        return self._reading("width")

    @property
    def total(self) -> float | None:
        """Sum of the window."""
        return self._reading("total")

    @property
    def variance(self) -> float | None:
        """Variance of the window, divisor its width."""
        return self._reading("variance")

    @property
    def estimation(self) -> float | None:
        """Mean of the window."""
        return self._reading("estimation")

    @property
    def n_detections(self) -> int:
        """Changes since the last restart."""
        return int(self._reading("n_detections") or 0)


class PageHinkley(Detector):
    """Page (1954) and Hinkley (1971). ``mode``: "up", "down", "both", or "sum" for frouros' one-sided rule."""

    _name = "page_hinkley"

    def __init__(self, min_instances: int = 30, delta: float = 0.005, threshold: float = 50.0,
                 alpha: float = 1 - 0.0001, mode: str = "both") -> None:
        super().__init__(min_instances=min_instances, delta=delta, threshold=threshold, alpha=alpha,
                         mode=choice(mode, ("both", "up", "down", "sum"), "mode"))


class KSWIN(Detector):
    """Kolmogorov-Smirnov windowing (Raab et al. 2020). ``seed`` None is 0, so that runs repeat."""

    _name = "kswin"

    def __init__(self, alpha: float = 0.005, window_size: int = 100, stat_size: int = 30,
                 seed: int | None = None, window: Iterable[float] | None = None) -> None:
        super().__init__(window, alpha=alpha, window_size=window_size, stat_size=stat_size,
                         seed=0 if seed is None else seed)

    @property
    def p_value(self) -> float | None:
        """Of the last test; None before the first."""
        return self._reading("p_value")


class DDM(Detector):
    """Drift detection method (Gama et al. 2004) on errors, 1 for wrong."""

    _name = "ddm"

    def __init__(self, warm_start: int = 30, warning_threshold: float = 2.0,
                 drift_threshold: float = 3.0) -> None:
        super().__init__(warm_start=warm_start, warning_threshold=warning_threshold,
                         drift_threshold=drift_threshold)


class EDDM(Detector):
    """Early drift detection method (Baena-Garcia et al. 2006), by the distances between errors."""

    _name = "eddm"

    def __init__(self, warm_start: int = 30, alpha: float = 0.95, beta: float = 0.9) -> None:
        super().__init__(warm_start=warm_start, alpha=alpha, beta=beta)


class HDDMA(Detector):
    """HDDM, averages (Frias-Blanco et al. 2015), by Hoeffding's bound."""

    _name = "hddm_a"

    def __init__(self, drift_confidence: float = 0.001, warning_confidence: float = 0.005,
                 two_sided_test: bool = False) -> None:
        super().__init__(drift_confidence=drift_confidence, warning_confidence=warning_confidence,
                         two_sided_test=bool(two_sided_test))


class HDDMW(Detector):
    """HDDM, weighted averages (Frias-Blanco et al. 2015), by McDiarmid's bound."""

    _name = "hddm_w"

    def __init__(self, drift_confidence: float = 0.001, warning_confidence: float = 0.005,
                 lambda_val: float = 0.05, two_sided_test: bool = False) -> None:
        super().__init__(drift_confidence=drift_confidence, warning_confidence=warning_confidence,
                         lambda_val=lambda_val, two_sided_test=bool(two_sided_test))


class FHDDM(Detector):
    """Fast HDDM (Pesaranghader & Viktor 2016); with ``short_window_size`` its stacked form."""

    _name = "fhddm"

    def __init__(self, sliding_window_size: int = 100, confidence_level: float = 0.000001,
                 short_window_size: int | None = None) -> None:
        super().__init__(sliding_window_size=sliding_window_size, confidence_level=confidence_level,
                         short_window_size=short_window_size or 0)


class RDDM(Detector):
    """Reactive DDM (Barros et al. 2017): learns anew after long warnings and long stable concepts."""

    _name = "rddm"

    def __init__(self, warning_level: float = 1.773, drift_level: float = 2.258,
                 max_concept_size: int = 40000, min_concept_size: int = 7000,
                 max_num_instances_warning: int = 1400, min_num_instances: int = 129) -> None:
        super().__init__(warning_level=warning_level, drift_level=drift_level,
                         max_concept_size=max_concept_size, min_concept_size=min_concept_size,
                         max_num_instances_warning=max_num_instances_warning,
                         min_num_instances=min_num_instances)


class SEED(Detector):
    """Blocks whose neighbours are joined while they agree (Huang et al. 2014)."""

    _name = "seed"

    def __init__(self, delta: float = 0.05, block_size: int = 32, epsilon_prime: float = 0.01,
                 alpha: float = 0.8, compress_term: int = 75, max_blocks: int = 1000) -> None:
        super().__init__(delta=delta, block_size=block_size, epsilon_prime=epsilon_prime, alpha=alpha,
                         compress_term=compress_term, max_blocks=max_blocks)


class CUSUM(Detector):
    """Cumulative sum of distances above the running mean (Page 1954)."""

    _name = "cusum"

    def __init__(self, delta: float = 0.005, lambda_: float = 50.0, min_num_instances: int = 30) -> None:
        super().__init__(delta=delta, lambda_=lambda_, min_num_instances=min_num_instances)


class GMA(Detector):
    """Geometric moving average of the distances from the running mean (Roberts 1959)."""

    _name = "gma"

    def __init__(self, alpha: float = 0.99, lambda_: float = 1.0, min_num_instances: int = 30) -> None:
        super().__init__(alpha=alpha, lambda_=lambda_, min_num_instances=min_num_instances)


class ECDD(Detector):
    """Chart of exponentially weighted moving averages (EWMA) of errors (Ross et al. 2012)."""

    _name = "ecdd"

    def __init__(self, lambda_: float = 0.2, average_run_length: int = 400, warning_level: float = 0.5,
                 min_num_instances: int = 30) -> None:
        super().__init__(lambda_=lambda_, average_run_length=average_run_length,
                         warning_level=warning_level, min_num_instances=min_num_instances)


class Shewhart(Detector):
    """Chart of single values (Shewhart 1931). ``mode``: "up", "down" or "both"."""

    _name = "shewhart"

    def __init__(self, k: float = 3.0, min_instances: int = 30, mode: str = "both") -> None:
        super().__init__(k=k, min_instances=min_instances,
                         mode=choice(mode, ("both", "up", "down"), "mode"))


class STEPD(Detector):
    """Test of equal proportions, latest errors against all before (Nishida & Yamauchi 2007)."""

    _name = "stepd"

    def __init__(self, alpha_d: float = 0.003, alpha_w: float = 0.05,
                 min_num_instances: int = 30) -> None:
        super().__init__(alpha_d=alpha_d, alpha_w=alpha_w, min_num_instances=min_num_instances)


class BOCD(Detector):
    """Bayesian online change point detection (Adams & MacKay 2007), normal values of known variance."""

    _name = "bocd"

    def __init__(self, hazard: float = 0.01, prior_mean: float = 0.0, prior_var: float = 1.0,
                 data_var: float = 1.0, min_num_instances: int = 30, max_hypotheses: int = 1000) -> None:
        super().__init__(hazard=hazard, prior_mean=prior_mean, prior_var=prior_var, data_var=data_var,
                         min_num_instances=min_num_instances, max_hypotheses=max_hypotheses)


class IncrementalKS(Detector):
    """Kolmogorov-Smirnov distance of the latest values from a reference (dos Reis et al. 2016)."""

    _name = "incremental_ks"

    def __init__(self, reference: Iterable[float], window_size: int = 100, alpha: float = 0.001) -> None:
        super().__init__(reference, window_size=window_size, alpha=alpha)

    @property
    def statistic(self) -> float | None:
        """Distance of the last window; None before it is full."""
        return self._reading("statistic")

    @property
    def p_value(self) -> float | None:
        """Of that distance, two-sided."""
        return self._reading("p_value")


HDDM_A, HDDM_W = HDDMA, HDDMW
