# SPDX-License-Identifier: Apache-2.0
"""The only file that touches ctypes declarations: structures, functions, the library itself.

``FUNCTIONS`` lists every function of the C headers with its result and argument types; a test and
``tools/check_exports.py`` hold it against the headers and against what the library exports.
"""
from __future__ import annotations

import ctypes
import math
import numbers
import os
from collections.abc import Callable
from ctypes import (CFUNCTYPE, POINTER, Structure, Union, byref, c_char, c_char_p, c_double, c_int,
                    c_int64, c_size_t, c_uint32, c_uint64, c_uint8, c_void_p)

# Checkers of types know this name. At run time typing would cost as much as all else that is imported.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any
else:
    Any = object

ABI_VERSION = 1
END = 1
ALERT_CALLBACK = CFUNCTYPE(None, c_void_p, c_void_p)
TASK_CALLBACK = CFUNCTYPE(None, c_void_p, c_size_t)
RUN_TASKS_CALLBACK = CFUNCTYPE(None, c_void_p, c_size_t, TASK_CALLBACK, c_void_p)
STATISTIC_CALLBACK = CFUNCTYPE(c_int, POINTER(c_double), c_size_t, POINTER(c_double), c_size_t,
                               c_void_p, POINTER(c_double))
RECORD_CALLBACK = CFUNCTYPE(c_int, c_void_p, c_void_p)
PART_CALLBACK = CFUNCTYPE(c_int, c_void_p, c_void_p, c_uint64, c_uint64, c_char_p)


class Error(Structure):
    _fields_ = [("message", c_char * 1024)]


class _As(Union):
    _fields_ = [("number", c_double), ("integer", c_int64), ("string", c_char_p)]


class Value(Structure):
    MISSING, DOUBLE, INT64, BOOL, STRING, TOKEN, TIME = range(7)
    _fields_ = [("tag", c_uint32), ("length", c_uint32), ("as_", _As)]


class Column(Structure):
    FLOAT64, FLOAT32, INT8, INT16, INT32, INT64, UINT8, UINT16, UINT32, UINT64, BOOL8 = range(1, 12)
    STRING64, TIME64, VALUE, NULL = 14, 17, 18, 19
    _fields_ = [("struct_size", c_uint32), ("layout", c_uint32), ("data", c_void_p),
                ("stride", c_int64), ("offset", c_uint64), ("validity", c_void_p),
                ("bytes", c_void_p), ("buffers", c_void_p), ("dictionary", c_void_p),
                ("dictionary_length", c_uint64), ("index_layout", c_uint32),
                ("reserved", c_uint32)]


class Table(Structure):
    _fields_ = [("struct_size", c_uint32), ("n_columns", c_uint32), ("n_rows", c_uint64),
                ("names", POINTER(c_char_p)), ("columns", POINTER(Column))]


class ProfileConfig(Structure):
    _fields_ = [("struct_size", c_uint32), ("category_capacity", c_uint32), ("schema", c_void_p),
                ("seed", c_uint64), ("sample_rows", c_uint64), ("delimiter", c_char),
                ("reserved", c_char * 7), ("missing", POINTER(c_char_p)), ("n_missing", c_uint64),
                ("format", c_char_p), ("progress", c_void_p), ("progress_context", c_void_p),
                ("allocator", c_void_p), ("block_rows", c_uint64), ("block_column", c_char_p),
                ("executor", c_void_p), ("season_rows", c_uint64)]


class ComparisonConfig(Structure):
    _fields_ = [("struct_size", c_uint32), ("preset", c_uint32), ("alpha", c_double),
                ("min_effect", c_double), ("correction", c_uint32), ("min_count", c_uint32),
                ("reference_source", c_char_p), ("current_source", c_char_p),
                ("allocator", c_void_p), ("chunks", c_void_p)]


class PartsConfig(Structure):
    _fields_ = [("struct_size", c_uint32), ("period", c_char), ("reserved", c_char * 3),
                ("rows", c_uint64), ("time", c_char_p)]


class MonitorConfig(Structure):
    _fields_ = [("struct_size", c_uint32), ("warnings", c_uint32), ("alpha", c_double),
                ("min_effect", c_double), ("window_rows", c_uint64), ("minimum_rows", c_uint64),
                ("cooldown_rows", c_uint64), ("correction", c_uint32), ("detector", c_uint32),
                ("allocator", c_void_p), ("window_seconds", c_double), ("clock", c_void_p),
                ("clock_context", c_void_p), ("wall_clock", c_void_p),
                ("wall_clock_context", c_void_p), ("model", c_char_p), ("most_series", c_uint64),
                ("rebase_rows", c_uint64), ("incident_rows", c_uint64),
                ("persistence_rows", c_uint64), ("retrain_interval_seconds", c_double),
                ("retrain_period_seconds", c_double), ("retrain_budget", c_uint64),
                ("run_length", c_double), ("tolerance", c_double)]


class ColumnRule(Structure):
    _fields_ = [("struct_size", c_uint32), ("mute", c_uint32), ("warnings_only", c_uint32),
                ("reserved", c_uint32), ("min_effect", c_double), ("persistence_rows", c_uint64),
                ("cooldown_rows", c_uint64)]


class MonitorDetectorInfo(Structure):
    _fields_ = [("struct_size", c_uint32), ("reserved", c_uint32), ("column", c_char_p),
                ("detector", c_void_p), ("alarms", c_uint64), ("ignored", c_uint64)]


class JournalConfig(Structure):
    _fields_ = [("struct_size", c_uint32), ("buffered", c_uint32), ("wall_clock", c_void_p),
                ("wall_clock_context", c_void_p), ("allocator", c_void_p)]


class JournalRecord(Structure):
    _fields_ = [("sequence", c_uint64), ("time", c_int64), ("kind", c_uint32), ("reserved", c_uint32),
                ("offset", c_uint64), ("payload", c_void_p), ("payload_size", c_size_t),
                ("digest", c_void_p)]


class StateConfig(Structure):
    _fields_ = [("struct_size", c_uint32), ("buffered", c_uint32), ("save_rows", c_uint64),
                ("save_seconds", c_double)]


class StateReport(Structure):
    _fields_ = [("struct_size", c_uint32), ("resumed", c_uint32), ("previous", c_uint32),
                ("journal_fault", c_uint32), ("resumed_rows", c_uint64), ("replayed", c_uint64),
                ("saved_rows", c_uint64), ("records", c_uint64), ("waiting", c_uint64),
                ("message", c_char * 256), ("lost", c_uint64)]


class JournalReport(Structure):
    _fields_ = [("struct_size", c_uint32), ("fault", c_uint32), ("records", c_uint64),
                ("offset", c_uint64), ("file_size", c_uint64), ("first_digest", c_uint8 * 32),
                ("last_digest", c_uint8 * 32), ("message", c_char * 256)]


class TDigestConfig(Structure):
    _fields_ = [("struct_size", c_uint32), ("reserved", c_uint32), ("compression", c_double),
                ("allocator", c_void_p)]


class EdgeDigestConfig(Structure):
    _fields_ = [("struct_size", c_uint32), ("edges", c_uint32), ("allocator", c_void_p)]


class EvidenceConfig(Structure):
    _fields_ = [("struct_size", c_uint32), ("kind", c_uint32), ("alpha", c_double),
                ("run_length", c_double), ("block_rows", c_uint32), ("stride", c_uint32),
                ("seed", c_uint64), ("allocator", c_void_p)]


class EvidenceResult(Structure):
    _fields_ = [("rows", c_uint64), ("alarm_row", c_uint64), ("change_row", c_uint64),
                ("log_wealth", c_double), ("log_largest", c_double), ("log_threshold", c_double),
                ("p_value", c_double)]


class CategoriesConfig(Structure):
    _fields_ = [("struct_size", c_uint32), ("capacity", c_uint32), ("seed", c_uint64),
                ("allocator", c_void_p)]


class Category(Structure):
    _fields_ = [("name", c_void_p), ("length", c_size_t), ("count", c_uint64),
                ("pinned", c_uint32), ("reserved", c_uint32)]


class DistinctConfig(Structure):
    _fields_ = [("struct_size", c_uint32), ("precision", c_uint32), ("allocator", c_void_p)]


class FrequentConfig(Structure):
    _fields_ = [("struct_size", c_uint32), ("capacity", c_uint32), ("allocator", c_void_p)]


class FrequentName(Structure):
    _fields_ = [("name", c_void_p), ("length", c_size_t), ("low", c_uint64), ("high", c_uint64)]


class DetectorParameter(Structure):
    _fields_ = [("name", c_char_p), ("value", c_double)]


class DetectorParameterInfo(Structure):
    _fields_ = [("struct_size", c_uint32), ("whole", c_uint32), ("name", c_char_p),
                ("initial", c_double), ("low", c_double), ("high", c_double)]


class DetectorConfig(Structure):
    _fields_ = [("struct_size", c_uint32), ("n_parameters", c_uint32), ("parameters", c_void_p),
                ("reference", c_void_p), ("n_reference", c_uint64), ("allocator", c_void_p)]


class HistogramOutside(Structure):
    _fields_ = [("below", c_uint64), ("above", c_uint64), ("missing", c_uint64),
                ("invalid", c_uint64), ("negative_infinity", c_uint64),
                ("positive_infinity", c_uint64)]


class ProfileColumn(Structure):
    _fields_ = [("name", c_char_p), ("type", c_uint32), ("role", c_uint32), ("missing", c_uint64),
                ("invalid", c_uint64), ("negative_infinity", c_uint64),
                ("positive_infinity", c_uint64), ("valid", c_uint64), ("tested", c_uint32),
                ("has_range", c_uint32), ("skipped", c_char_p), ("minimum", c_double),
                ("maximum", c_double), ("mean", c_double), ("standard_deviation", c_double),
                ("cells", c_size_t), ("names", c_size_t), ("plan", c_uint32),
                ("plan_rows", c_uint64), ("season_rows", c_uint64), ("row_correlation", c_double),
                ("dependence", c_char_p)]


FUNCTIONS = [
    # base.h
    ("drift_status_string", c_char_p, [c_int]),
    ("drift_abi_version", c_uint32, []),
    ("drift_version", c_char_p, []),
    ("drift_build_info", c_char_p, []),
    ("drift_buffer_create", c_int, [c_void_p, c_void_p]),
    ("drift_buffer_destroy", None, [c_void_p]),
    ("drift_buffer_data", c_void_p, [c_void_p]),
    ("drift_buffer_size", c_size_t, [c_void_p]),
    ("drift_buffer_reset", None, [c_void_p]),
    ("drift_buffer_append", c_int, [c_void_p, c_void_p, c_size_t]),
    ("drift_buffer_write", c_int, [c_void_p, c_char_p, c_void_p]),
    # categories.h
    ("drift_categories_create", c_int, [c_void_p, c_void_p, c_void_p]),
    ("drift_categories_destroy", None, [c_void_p]),
    ("drift_categories_reset", None, [c_void_p]),
    ("drift_categories_pin", c_int, [c_void_p, c_char_p, c_size_t]),
    ("drift_categories_update", c_int, [c_void_p, c_char_p, c_size_t, c_uint64]),
    ("drift_categories_update_batch", c_int, [c_void_p, c_char_p, c_void_p, c_size_t]),
    ("drift_categories_merge", c_int, [c_void_p, c_void_p]),
    ("drift_categories_total", c_uint64, [c_void_p]),
    ("drift_categories_other", c_uint64, [c_void_p]),
    ("drift_categories_size", c_size_t, [c_void_p]),
    ("drift_categories_count", c_int, [c_void_p, c_char_p, c_size_t, c_void_p]),
    ("drift_categories_get", c_int, [c_void_p, c_size_t, c_void_p]),
    ("drift_categories_serialize", c_int, [c_void_p, c_void_p]),
    ("drift_categories_deserialize", c_int, [c_void_p, c_size_t, c_void_p, c_void_p, c_void_p]),
    # comparison.h
    ("drift_verdict_name", c_char_p, [c_int]),
    ("drift_preset_name", c_char_p, [c_int]),
    ("drift_finding_kind_name", c_char_p, [c_int]),
    ("drift_preset_find", c_int, [c_char_p, c_void_p, c_void_p]),
    ("drift_comparison_create", c_int, [c_void_p, c_void_p, c_void_p, c_void_p, c_void_p]),
    ("drift_comparison_destroy", None, [c_void_p]),
    ("drift_comparison_verdict", c_int, [c_void_p]),
    ("drift_comparison_tested", c_size_t, [c_void_p]),
    ("drift_comparison_judged", c_int, [c_void_p]),
    ("drift_chunks_create", c_int, [c_void_p, c_void_p, c_void_p, c_void_p]),
    ("drift_chunks_destroy", None, [c_void_p]),
    (
        "drift_chunks_add",
        c_int,
        [c_void_p, c_void_p, c_uint64, c_uint64, c_char_p, c_void_p],
    ),
    ("drift_comparison_chunks", c_size_t, [c_void_p]),
    ("drift_comparison_chunk", c_void_p, [c_void_p, c_size_t]),
    ("drift_comparison_columns", c_size_t, [c_void_p]),
    ("drift_comparison_column", c_void_p, [c_void_p, c_size_t]),
    ("drift_comparison_findings", c_size_t, [c_void_p]),
    ("drift_comparison_finding", c_void_p, [c_void_p, c_size_t]),
    ("drift_comparison_rows_reference", c_uint64, [c_void_p]),
    ("drift_comparison_rows_current", c_uint64, [c_void_p]),
    ("drift_comparison_policy", c_void_p, [c_void_p]),
    # detector.h
    ("drift_detector_find", c_int, [c_char_p, c_void_p, c_void_p]),
    ("drift_detector_name", c_char_p, [c_int]),
    ("drift_detector_input_of", c_int, [c_int]),
    ("drift_detector_parameters", c_size_t, [c_int]),
    ("drift_detector_get_parameter", c_int, [c_int, c_size_t, c_void_p]),
    ("drift_detector_create", c_int, [c_int, c_void_p, c_void_p, c_void_p]),
    ("drift_detector_destroy", None, [c_void_p]),
    ("drift_detector_reset", None, [c_void_p]),
    ("drift_detector_add", c_int, [c_void_p, c_double, c_void_p]),
    ("drift_detector_update", c_int, [c_void_p, c_void_p, c_size_t, c_void_p]),
    ("drift_detector_kind_of", c_int, [c_void_p]),
    ("drift_detector_signal", c_uint32, [c_void_p]),
    ("drift_detector_count", c_uint64, [c_void_p]),
    ("drift_detector_parameter_value", c_int, [c_void_p, c_char_p, c_void_p]),
    ("drift_detector_reading_name", c_char_p, [c_int, c_size_t]),
    ("drift_detector_reading", c_int, [c_void_p, c_char_p, c_void_p]),
    ("drift_detector_memory", c_size_t, [c_void_p]),
    ("drift_detector_serialize", c_int, [c_void_p, c_void_p]),
    ("drift_detector_deserialize", c_int, [c_void_p, c_size_t, c_void_p, c_void_p, c_void_p]),
    # distance.h
    ("drift_psi", c_int, [c_void_p, c_void_p, c_size_t, c_int, c_void_p]),
    ("drift_psi_debiased", c_int, [c_void_p, c_void_p, c_size_t, c_void_p]),
    ("drift_kl", c_int, [c_void_p, c_void_p, c_size_t, c_int, c_void_p]),
    ("drift_js", c_int, [c_void_p, c_void_p, c_size_t, c_void_p]),
    ("drift_hellinger", c_int, [c_void_p, c_void_p, c_size_t, c_void_p]),
    ("drift_total_variation", c_int, [c_void_p, c_void_p, c_size_t, c_void_p]),
    ("drift_association", c_int, [c_int, c_void_p, c_void_p, c_size_t, c_void_p]),
    ("drift_divergence_interval", c_int, [c_int, c_void_p, c_void_p, c_size_t, c_void_p, c_void_p]),
    ("drift_ks_bounds", c_int, [c_void_p, c_void_p, c_size_t, c_void_p, c_void_p, c_void_p]),
    (
        "drift_wasserstein_bounds",
        c_int,
        [c_void_p, c_void_p, c_void_p, c_void_p, c_size_t, c_void_p, c_void_p, c_void_p],
    ),
    ("drift_bhattacharyya", c_int, [c_void_p, c_void_p, c_size_t, c_void_p]),
    ("drift_l_infinity", c_int, [c_void_p, c_void_p, c_size_t, c_void_p]),
    ("drift_histogram_intersection", c_int, [c_void_p, c_void_p, c_size_t, c_void_p]),
    ("drift_robust_l_infinity", c_int, [c_void_p, c_void_p, c_size_t, c_double, c_void_p]),
    (
        "drift_divergence_of_weights",
        c_int,
        [c_int, c_void_p, c_void_p, c_size_t, c_int, c_void_p],
    ),
    (
        "drift_bin_edges",
        c_int,
        [c_int, c_size_t, c_void_p, c_size_t, c_void_p, c_size_t, c_void_p, c_size_t, c_void_p],
    ),
    (
        "drift_bin_values",
        c_int,
        [c_void_p, c_void_p, c_size_t, c_void_p, c_size_t, c_void_p],
    ),
    (
        "drift_wasserstein_interval",
        c_int,
        [c_void_p, c_void_p, c_void_p, c_void_p, c_size_t, c_void_p, c_void_p],
    ),
    ("drift_ks_interval", c_int, [c_double, c_uint64, c_uint64, c_double, c_void_p, c_void_p]),
    (
        "drift_energy",
        c_int,
        [c_void_p, c_void_p, c_size_t, c_void_p, c_void_p, c_size_t, c_void_p],
    ),
    (
        "drift_mmd_rbf",
        c_int,
        [c_void_p, c_size_t, c_void_p, c_size_t, c_size_t, c_double, c_int, c_void_p],
    ),
    (
        "drift_mmd_rbf_features",
        c_int,
        [c_void_p, c_size_t, c_void_p, c_size_t, c_size_t, c_double, c_size_t, c_uint64, c_void_p],
    ),
    (
        "drift_wasserstein",
        c_int,
        [c_void_p, c_void_p, c_size_t, c_void_p, c_void_p, c_size_t, c_void_p],
    ),
    # distinct.h
    ("drift_distinct_create", c_int, [c_void_p, c_void_p, c_void_p]),
    ("drift_distinct_destroy", None, [c_void_p]),
    ("drift_distinct_reset", None, [c_void_p]),
    ("drift_distinct_update", c_int, [c_void_p, c_char_p, c_size_t]),
    ("drift_distinct_update_batch", c_int, [c_void_p, c_char_p, c_void_p, c_size_t]),
    ("drift_distinct_update_doubles", c_int, [c_void_p, c_void_p, c_size_t]),
    ("drift_distinct_update_integers", c_int, [c_void_p, c_void_p, c_size_t]),
    ("drift_distinct_merge", c_int, [c_void_p, c_void_p]),
    ("drift_distinct_count", c_uint64, [c_void_p]),
    ("drift_distinct_missing", c_uint64, [c_void_p]),
    ("drift_distinct_precision", c_uint32, [c_void_p]),
    ("drift_distinct_is_exact", c_int, [c_void_p]),
    ("drift_distinct_estimate", c_int, [c_void_p, c_void_p]),
    ("drift_distinct_bounds", c_int, [c_void_p, c_double, c_void_p, c_void_p]),
    ("drift_distinct_serialize", c_int, [c_void_p, c_void_p]),
    ("drift_distinct_deserialize", c_int, [c_void_p, c_size_t, c_void_p, c_void_p, c_void_p]),
    # bound_evidence.h
    ("drift_bound_evidence_create_for_losses", c_int,
     [c_double, c_uint64, c_double, c_double, c_void_p, c_void_p, c_void_p]),
    ("drift_bound_evidence_create_for_places", c_int,
     [c_void_p, c_size_t, c_double, c_double, c_void_p, c_void_p, c_void_p]),
    ("drift_bound_evidence_destroy", None, [c_void_p]),
    ("drift_bound_evidence_update", c_int, [c_void_p, c_void_p, c_size_t]),
    ("drift_bound_evidence_update_places", c_int, [c_void_p, c_void_p, c_size_t]),
    ("drift_bound_evidence_get", None, [c_void_p, c_void_p]),
    ("drift_bound_evidence_bound", c_double, [c_void_p]),
    ("drift_bound_evidence_serialize", c_int, [c_void_p, c_void_p]),
    ("drift_bound_evidence_deserialize", c_int, [c_void_p, c_size_t, c_void_p, c_void_p, c_void_p]),
    # evidence.h
    ("drift_evidence_create", c_int, [c_void_p, c_size_t, c_void_p, c_void_p, c_void_p]),
    ("drift_evidence_create_from_counts", c_int, [c_void_p, c_void_p, c_size_t, c_void_p, c_void_p, c_void_p]),
    ("drift_evidence_destroy", None, [c_void_p]),
    ("drift_evidence_update", c_int, [c_void_p, c_void_p, c_size_t]),
    ("drift_evidence_update_counts", c_int, [c_void_p, c_void_p]),
    ("drift_evidence_look", c_int, [c_void_p]),
    ("drift_evidence_get", None, [c_void_p, c_void_p]),
    ("drift_evidence_places", c_size_t, [c_void_p]),
    ("drift_evidence_start", c_void_p, [c_void_p]),
    ("drift_evidence_cells", c_size_t, [c_void_p]),
    ("drift_evidence_counts", None, [c_void_p, c_void_p]),
    ("drift_evidence_serialize", c_int, [c_void_p, c_void_p]),
    ("drift_evidence_deserialize", c_int, [c_void_p, c_size_t, c_void_p, c_void_p, c_void_p]),
    # edge_digest.h
    ("drift_edge_digest_create", c_int, [c_void_p, c_void_p, c_void_p]),
    ("drift_edge_digest_destroy", None, [c_void_p]),
    ("drift_edge_digest_reset", None, [c_void_p]),
    ("drift_edge_digest_add", c_int, [c_void_p, c_double]),
    ("drift_edge_digest_update", c_int, [c_void_p, c_void_p, c_size_t]),
    ("drift_edge_digest_merge", c_int, [c_void_p, c_void_p]),
    ("drift_edge_digest_count", c_uint64, [c_void_p]),
    ("drift_edge_digest_missing", c_uint64, [c_void_p]),
    ("drift_edge_digest_infinite", c_uint64, [c_void_p]),
    ("drift_edge_digest_edges", c_uint32, [c_void_p]),
    ("drift_edge_digest_cells", c_size_t, [c_void_p]),
    ("drift_edge_digest_min", c_int, [c_void_p, c_void_p]),
    ("drift_edge_digest_max", c_int, [c_void_p, c_void_p]),
    ("drift_edge_digest_quantile", c_int, [c_void_p, c_double, c_void_p, c_void_p, c_void_p]),
    ("drift_edge_digest_cdf", c_int, [c_void_p, c_double, c_void_p, c_void_p, c_void_p]),
    ("drift_edge_digest_serialize", c_int, [c_void_p, c_void_p]),
    ("drift_edge_digest_deserialize", c_int, [c_void_p, c_size_t, c_void_p, c_void_p, c_void_p]),
    # frequent.h
    ("drift_frequent_create", c_int, [c_void_p, c_void_p, c_void_p]),
    ("drift_frequent_destroy", None, [c_void_p]),
    ("drift_frequent_reset", None, [c_void_p]),
    ("drift_frequent_update", c_int, [c_void_p, c_char_p, c_size_t, c_uint64]),
    ("drift_frequent_update_batch", c_int, [c_void_p, c_char_p, c_void_p, c_size_t]),
    ("drift_frequent_merge", c_int, [c_void_p, c_void_p]),
    ("drift_frequent_total", c_uint64, [c_void_p]),
    ("drift_frequent_error", c_uint64, [c_void_p]),
    ("drift_frequent_capacity", c_uint32, [c_void_p]),
    ("drift_frequent_size", c_size_t, [c_void_p]),
    ("drift_frequent_count", c_int, [c_void_p, c_char_p, c_size_t, c_void_p, c_void_p]),
    ("drift_frequent_get", c_int, [c_void_p, c_size_t, c_void_p]),
    ("drift_frequent_serialize", c_int, [c_void_p, c_void_p]),
    ("drift_frequent_deserialize", c_int, [c_void_p, c_size_t, c_void_p, c_void_p, c_void_p]),
    # histogram.h
    ("drift_executor_create", c_int, [c_uint32, c_void_p, c_void_p, c_void_p]),
    ("drift_executor_create_host", c_int,
     [RUN_TASKS_CALLBACK, c_void_p, c_void_p, c_void_p, c_void_p]),
    ("drift_executor_destroy", None, [c_void_p]),
    ("drift_executor_threads", c_uint32, [c_void_p]),
    ("drift_histogram_create", c_int, [c_void_p, c_size_t, c_void_p, c_void_p, c_void_p]),
    ("drift_histogram_destroy", None, [c_void_p]),
    ("drift_histogram_reset", None, [c_void_p]),
    ("drift_histogram_update", c_int, [c_void_p, c_void_p, c_size_t]),
    ("drift_histogram_add_invalid", None, [c_void_p, c_uint64]),
    ("drift_histogram_merge", c_int, [c_void_p, c_void_p]),
    ("drift_histogram_cells", c_size_t, [c_void_p]),
    ("drift_histogram_edges", c_void_p, [c_void_p]),
    ("drift_histogram_counts", c_void_p, [c_void_p]),
    ("drift_histogram_get_outside", None, [c_void_p, c_void_p]),
    ("drift_histogram_count", c_uint64, [c_void_p]),
    ("drift_histogram_quantile", c_int, [c_void_p, c_double, c_void_p]),
    ("drift_histogram_cdf", c_int, [c_void_p, c_double, c_void_p, c_void_p, c_void_p]),
    ("drift_histogram_serialize", c_int, [c_void_p, c_void_p]),
    ("drift_histogram_deserialize", c_int, [c_void_p, c_size_t, c_void_p, c_void_p, c_void_p]),
    # hypothesis.h
    ("drift_chi_square_tail", c_int, [c_double, c_double, c_void_p]),
    ("drift_noncentral_chi_square_cdf", c_int, [c_double, c_double, c_double, c_void_p]),
    ("drift_chi_square_quantile", c_int, [c_double, c_double, c_void_p]),
    ("drift_normal_tail", c_int, [c_double, c_void_p]),
    ("drift_student_tail", c_int, [c_double, c_double, c_void_p]),
    ("drift_chi_square", c_int, [c_void_p, c_void_p, c_size_t, c_void_p, c_void_p, c_void_p]),
    ("drift_g_test", c_int, [c_void_p, c_void_p, c_size_t, c_void_p, c_void_p, c_void_p]),
    ("drift_chi_square_yates", c_int, [c_void_p, c_void_p, c_size_t, c_void_p, c_void_p, c_void_p]),
    ("drift_chi_square_fit", c_int, [c_void_p, c_void_p, c_size_t, c_void_p, c_void_p, c_void_p]),
    ("drift_g_fit", c_int, [c_void_p, c_void_p, c_size_t, c_void_p, c_void_p, c_void_p]),
    ("drift_g_test_williams", c_int, [c_void_p, c_void_p, c_size_t, c_void_p, c_void_p, c_void_p]),
    ("drift_fisher_exact", c_int, [c_uint64, c_uint64, c_uint64, c_uint64, c_int, c_void_p]),
    (
        "drift_two_proportions_z",
        c_int,
        [c_uint64, c_uint64, c_uint64, c_uint64, c_int, c_void_p, c_void_p],
    ),
    ("drift_rate_interval", c_int, [c_uint64, c_uint64, c_int, c_double, c_void_p, c_void_p]),
    (
        "drift_rate_difference_interval",
        c_int,
        [c_uint64, c_uint64, c_uint64, c_uint64, c_double, c_void_p, c_void_p],
    ),
    (
        "drift_t_test",
        c_int,
        [c_void_p, c_size_t, c_void_p, c_size_t, c_int, c_int, c_void_p, c_void_p, c_void_p],
    ),
    (
        "drift_t_test_moments",
        c_int,
        [c_double, c_double, c_uint64, c_double, c_double, c_uint64, c_int, c_int, c_void_p,
         c_void_p, c_void_p],
    ),
    ("drift_ks_p_value", c_int, [c_double, c_uint64, c_uint64, c_void_p]),
    ("drift_ks_p_value_exact", c_int, [c_double, c_uint64, c_uint64, c_void_p, c_size_t, c_void_p]),
    (
        "drift_ks_2samp",
        c_int,
        [c_void_p, c_size_t, c_void_p, c_size_t, c_int, c_int, c_void_p, c_void_p],
    ),
    (
        "drift_ks_2samp_counts",
        c_int,
        [c_void_p, c_void_p, c_size_t, c_int, c_int, c_void_p, c_void_p],
    ),
    (
        "drift_ks_2samp_weighted",
        c_int,
        [c_void_p, c_void_p, c_size_t, c_void_p, c_void_p, c_size_t, c_void_p, c_void_p],
    ),
    (
        "drift_kuiper_2samp",
        c_int,
        [c_void_p, c_size_t, c_void_p, c_size_t, c_void_p, c_void_p],
    ),
    ("drift_kuiper_2samp_counts", c_int, [c_void_p, c_void_p, c_size_t, c_void_p, c_void_p]),
    (
        "drift_cramer_von_mises_2samp",
        c_int,
        [c_void_p, c_size_t, c_void_p, c_size_t, c_int, c_void_p, c_void_p],
    ),
    (
        "drift_cramer_von_mises_2samp_counts",
        c_int,
        [c_void_p, c_void_p, c_size_t, c_int, c_void_p, c_void_p],
    ),
    ("drift_anderson_ksamp", c_int, [c_void_p, c_void_p, c_size_t, c_int, c_void_p, c_void_p]),
    (
        "drift_anderson_2samp_counts",
        c_int,
        [c_void_p, c_void_p, c_size_t, c_int, c_void_p, c_void_p],
    ),
    ("drift_anderson_2samp_p_value", c_int, [c_double, c_void_p]),
    (
        "drift_mann_whitney",
        c_int,
        [c_void_p, c_size_t, c_void_p, c_size_t, c_int, c_int, c_int, c_void_p, c_void_p],
    ),
    (
        "drift_mann_whitney_counts",
        c_int,
        [c_void_p, c_void_p, c_size_t, c_int, c_int, c_int, c_void_p, c_void_p],
    ),
    (
        "drift_ansari_bradley",
        c_int,
        [c_void_p, c_size_t, c_void_p, c_size_t, c_int, c_int, c_void_p, c_void_p],
    ),
    (
        "drift_ansari_bradley_counts",
        c_int,
        [c_void_p, c_void_p, c_size_t, c_int, c_int, c_void_p, c_void_p],
    ),
    ("drift_bws", c_int, [c_void_p, c_size_t, c_void_p, c_size_t, c_void_p, c_void_p]),
    ("drift_bws_counts", c_int, [c_void_p, c_void_p, c_size_t, c_void_p, c_void_p]),
    ("drift_epps_singleton", c_int, [c_void_p, c_size_t, c_void_p, c_size_t, c_void_p, c_void_p]),
    ("drift_lepage", c_int, [c_void_p, c_void_p, c_size_t, c_void_p, c_void_p]),
    (
        "drift_permutation_test",
        c_int,
        [c_void_p, c_size_t, c_void_p, c_size_t, c_size_t, STATISTIC_CALLBACK, c_void_p, c_int,
         c_size_t, c_uint64, c_void_p, c_void_p],
    ),
    ("drift_adjust_p_values", c_int, [c_void_p, c_size_t, c_int, c_void_p]),
    (
        "drift_adjust_p_values_weighted",
        c_int,
        [c_void_p, c_void_p, c_size_t, c_int, c_void_p],
    ),
    # io.h
    ("drift_reader_open", c_int, [c_char_p, c_void_p, c_void_p, c_void_p]),
    ("drift_reader_open_arrow", c_int, [c_void_p, c_void_p, c_void_p, c_void_p]),
    ("drift_reader_open_chain", c_int, [c_void_p, c_size_t, c_void_p, c_void_p, c_void_p]),
    ("drift_reader_open_table", c_int, [c_void_p, c_void_p, c_void_p, c_void_p]),
    ("drift_reader_destroy", None, [c_void_p]),
    ("drift_reader_next", c_int, [c_void_p, c_void_p, c_void_p]),
    ("drift_reader_rewind", c_int, [c_void_p, c_void_p]),
    ("drift_reader_rewindable", c_int, [c_void_p]),
    ("drift_reader_name", c_char_p, [c_void_p]),
    ("drift_profile_build", c_int, [c_void_p, c_void_p, c_void_p, c_void_p, c_void_p]),
    (
        "drift_profile_build_parts",
        c_int,
        [c_void_p, c_void_p, c_void_p, c_void_p, PART_CALLBACK, c_void_p, c_void_p, c_void_p],
    ),
    ("drift_profile_read", c_int, [c_char_p, c_void_p, c_void_p, c_void_p]),
    ("drift_profile_read_against", c_int, [c_char_p, c_void_p, c_void_p, c_void_p, c_void_p]),
    # state.h
    ("drift_monitor_open_state", c_int, [c_void_p, c_char_p, c_void_p, c_void_p]),
    ("drift_monitor_save", c_int, [c_void_p, c_void_p]),
    ("drift_monitor_state_report", c_int, [c_void_p, c_void_p]),

    # journal.h
    ("drift_journal_kind_name", c_char_p, [c_int]),
    ("drift_journal_fault_name", c_char_p, [c_int]),
    ("drift_journal_open", c_int, [c_char_p, c_void_p, c_void_p, c_void_p, c_void_p]),
    ("drift_journal_destroy", None, [c_void_p]),
    ("drift_journal_append", c_int, [c_void_p, c_int, c_char_p, c_size_t, c_void_p]),
    ("drift_journal_sync", c_int, [c_void_p, c_void_p]),
    ("drift_journal_records", c_uint64, [c_void_p]),
    ("drift_journal_digest", c_int, [c_void_p, c_void_p]),
    ("drift_journal_quarantine", c_char_p, [c_void_p]),
    ("drift_journal_read", c_int, [c_char_p, c_void_p, RECORD_CALLBACK, c_void_p, c_void_p, c_void_p, c_void_p]),
    # moments.h
    ("drift_moments_create", c_int, [c_void_p, c_void_p]),
    ("drift_moments_destroy", None, [c_void_p]),
    ("drift_moments_reset", None, [c_void_p]),
    ("drift_moments_update", c_int, [c_void_p, c_void_p, c_size_t]),
    ("drift_moments_merge", c_int, [c_void_p, c_void_p]),
    ("drift_moments_count", c_uint64, [c_void_p]),
    ("drift_moments_missing", c_uint64, [c_void_p]),
    ("drift_moments_infinite", c_uint64, [c_void_p]),
    ("drift_moments_mean", c_int, [c_void_p, c_void_p]),
    ("drift_moments_variance", c_int, [c_void_p, c_void_p]),
    ("drift_moments_skewness", c_int, [c_void_p, c_void_p]),
    ("drift_moments_kurtosis", c_int, [c_void_p, c_void_p]),
    ("drift_moments_min", c_int, [c_void_p, c_void_p]),
    ("drift_moments_max", c_int, [c_void_p, c_void_p]),
    ("drift_moments_serialize", c_int, [c_void_p, c_void_p]),
    ("drift_moments_deserialize", c_int, [c_void_p, c_size_t, c_void_p, c_void_p, c_void_p]),
    # monitor.h
    ("drift_severity_name", c_char_p, [c_int]),
    ("drift_alert_kind_name", c_char_p, [c_int]),
    ("drift_alert_phase_name", c_char_p, [c_int]),
    ("drift_alert_render_json", c_int, [c_void_p, c_void_p]),
    ("drift_monitor_create", c_int, [c_void_p, c_void_p, c_void_p, c_void_p]),
    ("drift_monitor_destroy", None, [c_void_p]),
    ("drift_monitor_on_alert", c_int, [c_void_p, ALERT_CALLBACK, c_void_p]),
    ("drift_monitor_on_retrain", c_int, [c_void_p, ALERT_CALLBACK, c_void_p]),
    ("drift_monitor_set_rule", c_int, [c_void_p, c_char_p, c_void_p, c_void_p]),
    ("drift_monitor_mute", c_int, [c_void_p, c_char_p, c_uint64, c_void_p]),
    ("drift_monitor_add_detector", c_int, [c_void_p, c_char_p, c_void_p, c_void_p]),
    ("drift_monitor_detectors", c_size_t, [c_void_p]),
    ("drift_monitor_get_detector", c_int, [c_void_p, c_size_t, c_void_p]),
    ("drift_monitor_observe", c_int, [c_void_p, c_void_p, c_size_t]),
    ("drift_monitor_observe_batch", c_int, [c_void_p, c_void_p, c_void_p]),
    ("drift_monitor_observe_profile", c_int, [c_void_p, c_void_p, c_void_p]),
    ("drift_monitor_poll", c_int, [c_void_p, c_void_p]),
    ("drift_monitor_finish", c_int, [c_void_p, c_void_p]),
    ("drift_monitor_rows", c_uint64, [c_void_p]),
    ("drift_monitor_dropped", c_uint64, [c_void_p]),
    ("drift_monitor_windows", c_uint64, [c_void_p]),
    ("drift_monitor_alerts", c_uint64, [c_void_p]),
    ("drift_monitor_warnings", c_uint64, [c_void_p]),
    ("drift_monitor_open_incidents", c_uint64, [c_void_p]),
    ("drift_monitor_columns", c_size_t, [c_void_p]),
    ("drift_monitor_rebase", c_int, [c_void_p, c_void_p, c_void_p]),
    ("drift_monitor_epoch", c_uint64, [c_void_p]),
    ("drift_monitor_reference", c_void_p, [c_void_p]),
    ("drift_monitor_column_name", c_char_p, [c_void_p, c_size_t]),
    # recorder.h
    ("drift_monitor_recorder", c_int, [c_void_p, c_void_p, c_void_p]),
    ("drift_recorder_destroy", None, [c_void_p]),
    ("drift_recorder_observe", c_int, [c_void_p, c_void_p, c_size_t]),
    ("drift_recorder_observe_batch", c_int, [c_void_p, c_void_p, c_void_p]),
    ("drift_recorder_rows", c_uint64, [c_void_p]),
    ("drift_recorder_dropped", c_uint64, [c_void_p]),
    # profile.h
    ("drift_profile_create", c_int, [c_void_p, c_void_p, c_void_p, c_void_p]),
    ("drift_profile_create_against", c_int, [c_void_p, c_void_p, c_void_p, c_void_p]),
    ("drift_profile_destroy", None, [c_void_p]),
    ("drift_profile_set_executor", None, [c_void_p, c_void_p]),
    ("drift_profile_reset", None, [c_void_p]),
    ("drift_profile_update", c_int, [c_void_p, c_void_p, c_void_p]),
    ("drift_profile_update_row", c_int, [c_void_p, c_void_p, c_size_t]),
    ("drift_profile_merge", c_int, [c_void_p, c_void_p, c_void_p]),
    ("drift_profile_blocks", c_int, [c_void_p, c_void_p, c_void_p]),
    ("drift_profile_rows", c_uint64, [c_void_p]),
    ("drift_profile_columns", c_size_t, [c_void_p]),
    ("drift_profile_get_column", c_int, [c_void_p, c_size_t, c_void_p]),
    ("drift_profile_find_column", c_int, [c_void_p, c_char_p, c_void_p]),
    ("drift_profile_quantile", c_int, [c_void_p, c_size_t, c_double, c_void_p]),
    ("drift_profile_apply_schema", c_int, [c_void_p, c_void_p, c_void_p]),
    ("drift_profile_schema", c_int, [c_void_p, c_void_p]),
    ("drift_profile_compatible", c_int, [c_void_p, c_void_p]),
    ("drift_profile_serialize", c_int, [c_void_p, c_void_p, c_void_p]),
    ("drift_profile_deserialize", c_int, [c_void_p, c_size_t, c_void_p, c_void_p, c_void_p]),
    ("drift_profile_write", c_int, [c_void_p, c_char_p, c_void_p]),
    ("drift_profile_render_text", c_int, [c_void_p, c_void_p]),
    ("drift_profile_render_json", c_int, [c_void_p, c_void_p]),
    # report.h
    ("drift_comparison_render_json", c_int, [c_void_p, c_void_p]),
    ("drift_comparison_render_text", c_int, [c_void_p, c_void_p, c_void_p]),
    ("drift_comparison_render_html", c_int, [c_void_p, c_void_p]),
    ("drift_monitor_render_openmetrics", c_int, [c_void_p, c_void_p, c_size_t, c_void_p]),
    ("drift_journal_record_render_json", c_int, [c_void_p, c_void_p]),
    ("drift_journal_record_render_text", c_int, [c_void_p, c_void_p]),
    # schema.h
    ("drift_type_name", c_char_p, [c_int]),
    ("drift_role_name", c_char_p, [c_int]),
    ("drift_schema_create", c_int, [c_void_p, c_void_p]),
    ("drift_schema_destroy", None, [c_void_p]),
    ("drift_schema_size", c_size_t, [c_void_p]),
    ("drift_schema_set_type", c_int, [c_void_p, c_char_p, c_int]),
    ("drift_schema_set_role", c_int, [c_void_p, c_char_p, c_int]),
    ("drift_schema_set_use", c_int, [c_void_p, c_char_p, c_int]),
    ("drift_schema_allow", c_int, [c_void_p, c_char_p, c_char_p, c_size_t]),
    ("drift_schema_override", c_int, [c_void_p, c_char_p, c_double, c_double, c_double]),
    ("drift_schema_only_included", None, [c_void_p]),
    ("drift_schema_read", c_int, [c_char_p, c_void_p, c_void_p, c_void_p]),
    ("drift_schema_render_json", c_int, [c_void_p, c_void_p]),
    # tdigest.h
    ("drift_tdigest_create", c_int, [c_void_p, c_void_p, c_void_p]),
    ("drift_tdigest_destroy", None, [c_void_p]),
    ("drift_tdigest_reset", None, [c_void_p]),
    ("drift_tdigest_add", c_int, [c_void_p, c_double]),
    ("drift_tdigest_update", c_int, [c_void_p, c_void_p, c_size_t]),
    ("drift_tdigest_merge", c_int, [c_void_p, c_void_p]),
    ("drift_tdigest_count", c_uint64, [c_void_p]),
    ("drift_tdigest_missing", c_uint64, [c_void_p]),
    ("drift_tdigest_infinite", c_uint64, [c_void_p]),
    ("drift_tdigest_compression", c_double, [c_void_p]),
    ("drift_tdigest_centroids", c_size_t, [c_void_p]),
    ("drift_tdigest_min", c_int, [c_void_p, c_void_p]),
    ("drift_tdigest_max", c_int, [c_void_p, c_void_p]),
    ("drift_tdigest_quantile", c_int, [c_void_p, c_double, c_void_p]),
    ("drift_tdigest_cdf", c_int, [c_void_p, c_double, c_void_p, c_void_p, c_void_p]),
    ("drift_tdigest_serialize", c_int, [c_void_p, c_void_p]),
    ("drift_tdigest_deserialize", c_int, [c_void_p, c_size_t, c_void_p, c_void_p, c_void_p]),
]


class DriftError(ValueError):
    """What the library refused, in one sentence; ``status`` is its negative number."""

    def __init__(self, message: str, status: int = 0) -> None:
        super().__init__(message)
        self.status = status


def _libraries(folder: str) -> list[str]:
    names = os.listdir(folder) if os.path.isdir(folder) else []
    return sorted(os.path.join(folder, name) for name in names
                  if name.startswith("libdrift") and ".so" in name)


def _candidates():
    given = os.environ.get("LIBDRIFT_LIBRARY")
    if given:
        yield given
        return
    here = os.path.dirname(os.path.abspath(__file__))
    for folder in (".libdrift.mesonpy.libs", ".mesonpy-libdrift.libs", "libdrift.libs"):
        yield from _libraries(os.path.join(os.path.dirname(here), folder))
    yield from _libraries(here)
    yield "libdrift.so.0.1"


def _load() -> ctypes.CDLL:
    reasons = []
    for path in _candidates():
        try:
            library = ctypes.CDLL(path)
            break
        except OSError as error:
            reasons.append(str(error))
    else:
        raise ImportError("the shared library of libdrift was not found: " + "; ".join(reasons))
    version = getattr(library, "drift_abi_version", None)
    if version is None:
        raise ImportError(f"{path} is not libdrift")
    version.restype = c_uint32
    if version() != ABI_VERSION:
        raise ImportError(f"{path} has ABI {version()}, this package needs {ABI_VERSION}")
    for name, result, arguments in FUNCTIONS:
        function = getattr(library, name, None)
        if function is None:
            raise ImportError(f"{path} has no {name}; it is older than this package")
        function.restype = result
        function.argtypes = arguments
    return library


lib = _load()


def check(status: int, error: Error | None = None) -> None:
    """Raise what a status says; 0 and END pass."""
    if status >= 0:
        return
    text = error.message.decode("utf-8", "replace") if error is not None else ""
    raise DriftError(text or lib.drift_status_string(status).decode(), status)


def shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."


def real(value: Any) -> float:
    """One number; NaN and infinities are the callee's affair."""
    if isinstance(value, numbers.Real) or getattr(getattr(value, "dtype", None), "kind", "") == "b":
        return float(value)
    raise DriftError(f"a number is wanted, not {shown(value)}", -1)


def whole_number(value: Any) -> int:
    """One count: a whole number from 0 to 2^64 - 1, of any type that holds one."""
    if isinstance(value, numbers.Integral) or (not math.isnan(real(value)) and
                                               not math.isinf(real(value)) and value == int(value)):
        if 0 <= int(value) < 1 << 64:
            return int(value)
    raise DriftError(f"a whole number from 0 to 2^64 - 1 is wanted, not {shown(value)}", -1)


def call(function: Callable[..., int], *arguments: Any) -> None:
    """Call with plain numbers checked: ctypes would cut whole numbers to 64 bits without a word."""
    made = [whole_number(value) if kind in (c_size_t, c_uint32, c_uint64) and not isinstance(value, kind) else
            real(value) if kind is c_double else value
            for kind, value in zip(function.argtypes, arguments)]
    check(function(*made))


def parsed(document: str | bytes) -> Any:
    """A JSON document as Python has it."""
    import json  # not above: import libdrift would take half as long again
    return json.loads(document)


def text(pointer: bytes | None) -> str:
    return (pointer or b"").decode("utf-8", "replace")


class Buffer:
    """A drift_buffer for the time of a call: ``with Buffer() as buffer: ...``."""

    def __enter__(self) -> "Buffer":
        handle = c_void_p()
        check(lib.drift_buffer_create(None, byref(handle)))
        self.handle = handle
        return self

    def __exit__(self, *_: object) -> None:
        lib.drift_buffer_destroy(self.handle)

    def bytes(self) -> bytes:
        return ctypes.string_at(lib.drift_buffer_data(self.handle),
                                lib.drift_buffer_size(self.handle))


class ArrowSchema(Structure):
    """Opaque but for its size and ``release``: the library reads it, Python only moves it."""
    _fields_ = [("before", c_void_p * 7), ("release", c_void_p), ("private_data", c_void_p)]


class ArrowArray(Structure):
    _fields_ = [("before", c_uint8 * 64), ("release", c_void_p), ("private_data", c_void_p)]


_STREAM_STRUCT = CFUNCTYPE(c_int, c_void_p, c_void_p)
_STREAM_TEXT = CFUNCTYPE(c_void_p, c_void_p)
_STREAM_RELEASE = CFUNCTYPE(None, c_void_p)


class ArrowArrayStream(Structure):
    _fields_ = [("get_schema", _STREAM_STRUCT), ("get_next", _STREAM_STRUCT),
                ("get_last_error", _STREAM_TEXT), ("release", _STREAM_RELEASE),
                ("private_data", c_void_p)]


class OneBatch:
    """An Arrow stream that yields the one array of ``__arrow_c_array__``; keep it referenced."""

    def __init__(self, schema: object, array: object) -> None:
        self._capsules = (schema, array)
        self._pending = {"schema": capsule_pointer(schema, b"arrow_schema"),
                         "array": capsule_pointer(array, b"arrow_array")}
        self.stream = ArrowArrayStream(_STREAM_STRUCT(self._get_schema),
                                       _STREAM_STRUCT(self._get_next), _STREAM_TEXT(lambda _s: None),
                                       _STREAM_RELEASE(self._release), None)
        self.address = ctypes.addressof(self.stream)

    @staticmethod
    def _move(structure: type[Structure], source: int | None, target: int) -> int:
        """Hand the structure over: the copy owns it, the source is marked released."""
        ctypes.memset(target, 0, ctypes.sizeof(structure))
        if source:
            ctypes.memmove(target, source, ctypes.sizeof(structure))
            setattr(structure.from_address(source), "release", None)
        return 0

    def _get_schema(self, _stream: int, out: int) -> int:
        return self._move(ArrowSchema, self._pending.pop("schema", None), out)

    def _get_next(self, _stream: int, out: int) -> int:
        return self._move(ArrowArray, self._pending.pop("array", None), out)

    def _release(self, stream: int) -> None:
        # The slot alone is cleared: this very callback must outlive its own call.
        c_void_p.from_address(stream + ArrowArrayStream.release.offset).value = None


pythonapi = ctypes.pythonapi
pythonapi.PyCapsule_GetPointer.restype = c_void_p
pythonapi.PyCapsule_GetPointer.argtypes = [ctypes.py_object, c_char_p]


def capsule_pointer(capsule: object, name: bytes) -> int:
    """Address inside a capsule; ValueError where it carries another name."""
    return pythonapi.PyCapsule_GetPointer(capsule, name)
