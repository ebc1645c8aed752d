# SPDX-License-Identifier: Apache-2.0
"""The declarations of _ffi.py are those of the headers: names, arguments, structures, constants."""
import ctypes
import re
import shutil
import subprocess
import sys

import pytest
from conftest import ROOT

import libdrift
from libdrift import _ffi

HEADERS = sorted((ROOT / "include" / "drift").glob("*.h"))
SCALARS = {"double": ctypes.c_double, "size_t": ctypes.c_size_t, "int": ctypes.c_int,
           "uint32_t": ctypes.c_uint32, "uint64_t": ctypes.c_uint64, "int64_t": ctypes.c_int64,
           "void": None}
CALLBACKS = {"drift_alert_callback": _ffi.ALERT_CALLBACK,
             "drift_journal_visit": _ffi.RECORD_CALLBACK,
             "drift_part_callback": _ffi.PART_CALLBACK,
             "drift_run_tasks": _ffi.RUN_TASKS_CALLBACK,
             "drift_two_sample_statistic": _ffi.STATISTIC_CALLBACK}
STRUCTURES = {"drift_parts_config": _ffi.PartsConfig,
              "drift_error": _ffi.Error, "drift_value": _ffi.Value, "drift_column": _ffi.Column,
              "drift_table": _ffi.Table, "drift_profile_config": _ffi.ProfileConfig,
              "drift_comparison_config": _ffi.ComparisonConfig,
              "drift_monitor_config": _ffi.MonitorConfig,
              "drift_column_rule": _ffi.ColumnRule,
              "drift_journal_config": _ffi.JournalConfig,
              "drift_journal_record": _ffi.JournalRecord,
              "drift_journal_report": _ffi.JournalReport,
              "drift_tdigest_config": _ffi.TDigestConfig,
              "drift_edge_digest_config": _ffi.EdgeDigestConfig,
              "drift_evidence_config": _ffi.EvidenceConfig,
              "drift_evidence_result": _ffi.EvidenceResult,
              "drift_categories_config": _ffi.CategoriesConfig, "drift_category": _ffi.Category,
              "drift_detector_parameter": _ffi.DetectorParameter,
              "drift_detector_parameter_info": _ffi.DetectorParameterInfo,
              "drift_detector_config": _ffi.DetectorConfig,
              "drift_distinct_config": _ffi.DistinctConfig,
              "drift_frequent_config": _ffi.FrequentConfig,
              "drift_frequent_name": _ffi.FrequentName,
              "drift_histogram_outside": _ffi.HistogramOutside,
              "drift_profile_column": _ffi.ProfileColumn}


def plain(path):
    text = re.sub(r"/\*.*?\*/", "", path.read_text(encoding="utf-8"), flags=re.S)
    return re.sub(r"^\s*#.*?(?<!\\)$", "", text, flags=re.M)


TEXT = "\n".join(plain(path) for path in HEADERS)
ENUMS = set(re.findall(r"typedef enum (drift_\w+)", "\n".join(
    path.read_text(encoding="utf-8") for path in HEADERS)))


def ctype(words):
    """The ctypes type that a C type, without a parameter's name, has in the table."""
    words = words.strip()
    if words in CALLBACKS:
        return CALLBACKS[words]
    if words == "const char *":
        return ctypes.c_char_p
    if "*" in words:
        return ctypes.c_void_p
    return ctypes.c_int if words in ENUMS else SCALARS[words]


def declared():
    found = {}
    pattern = r"DRIFT_API\s+([\w\s*]+?)(drift_\w+)\s*\(([^)]*)\)\s*;"
    for result, name, arguments in re.findall(pattern, TEXT):
        types = []
        for argument in ([] if arguments.strip() == "void" else arguments.split(",")):
            types.append(ctype(" ".join(re.sub(r"\w+\s*$", "", argument).split())))
        found[name] = (ctype(" ".join(result.split())), types)
    return found


def test_every_function_is_declared_as_in_its_header():
    bound = {name: (result, arguments) for name, result, arguments in _ffi.FUNCTIONS}
    assert len(bound) == len(_ffi.FUNCTIONS)
    headers = declared()
    assert len(headers) > 150
    assert set(bound) == set(headers)
    # Bytes are passed where a header says `const void *`; text only where it says `const char *`.
    assert {n: v for n, v in bound.items() if v != headers[n]} == {}


def test_only_one_file_declares():
    for path in (ROOT / "bindings" / "python" / "libdrift").glob("*.py"):
        if path.name != "_ffi.py":
            assert not re.search(r"argtypes|restype|CDLL|\(Structure\)", path.read_text()), path


@pytest.mark.skipif(not shutil.which("cc"), reason="needs a C compiler")
def test_structures_lie_as_in_c(tmp_path):
    lines, expected = [], []
    for name, structure in STRUCTURES.items():
        lines.append(f'printf("%zu\\n", sizeof({name}));')
        expected.append(ctypes.sizeof(structure))
        for field, *_ in structure._fields_:
            member = {"as_": "as"}.get(field, field)
            lines.append(f'printf("%zu\\n", offsetof({name}, {member}));')
            expected.append(getattr(structure, field).offset)
            lines.append(f'printf("%zu\\n", sizeof((({name} *)0)->{member}));')
            expected.append(getattr(structure, field).size)
    for name, layout in vars(_ffi.Column).items():
        if isinstance(layout, int):
            lines.append(f'printf("%d\\n", (int)DRIFT_LAYOUT_{name});')
            expected.append(layout)
    for name, tag in vars(_ffi.Value).items():
        if isinstance(tag, int):
            lines.append(f'printf("%d\\n", (int)DRIFT_VALUE_{name});')
            expected.append(tag)
    source = tmp_path / "sizes.c"
    source.write_text("#include <drift/drift.h>\n#include <stdio.h>\nint main(void)\n{\n    " +
                      "\n    ".join(lines) + "\n    return 0;\n}\n")
    program = tmp_path / "sizes"
    subprocess.run(["cc", "-std=c11", f"-I{ROOT / 'include'}", source, "-o", program], check=True)
    output = subprocess.run([program], check=True, capture_output=True, text=True).stdout
    assert [int(line) for line in output.split()] == expected


def test_import_leaves_out_what_is_slow_to_import():
    code = ("import sys; before = set(sys.modules); import libdrift; "
            "print(*sorted({'glob', 'json', 're', 'typing'} & (set(sys.modules) - before)))")
    output = subprocess.run([sys.executable, "-S", "-c", code], check=True, capture_output=True,
                            text=True).stdout
    assert output.split() == []


def test_number_of_fields():
    for name, structure in STRUCTURES.items():
        body = re.search(r"typedef struct " + name + r" \{(.*?)\} " + name + ";", TEXT, re.S).group(1)
        body = re.sub(r"union \{.*?\}", "union", body, flags=re.S)
        fields = sum(len(part.split(",")) for part in body.split(";") if part.strip())
        assert fields == len(structure._fields_), name


def test_versions():
    base = (ROOT / "include" / "drift" / "base.h").read_text()
    assert f'#define DRIFT_VERSION_STRING "{libdrift.__version__}"' in base
    assert f"#define DRIFT_ABI_VERSION {_ffi.ABI_VERSION}u" in base
    assert f'version = "{libdrift.__version__}"' in (ROOT / "pyproject.toml").read_text()


def test_status_numbers_reach_the_error():
    with pytest.raises(libdrift.DriftError) as caught:
        libdrift.TDigest().quantile(0.5)
    assert caught.value.status == -3
    assert isinstance(caught.value, ValueError)
    assert str(caught.value)


def run(code, **environment):
    import os
    merged = {**os.environ, **environment}
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=merged)


def test_a_missing_library_is_an_import_error():
    done = run("import libdrift", LIBDRIFT_LIBRARY="/nowhere/libdrift.so")
    assert done.returncode == 1
    assert "ImportError: the shared library of libdrift was not found" in done.stderr


def test_a_foreign_library_is_an_import_error():
    libc = "libc.so.6"
    done = run("import libdrift", LIBDRIFT_LIBRARY=libc)
    assert done.returncode == 1
    assert "ImportError" in done.stderr and "not libdrift" in done.stderr


def test_nothing_heavy_is_imported():
    done = run("import sys, libdrift; libdrift.compare({'x': [1.0] * 200}, {'x': [1.0] * 200});"
               "print([m for m in ('numpy', 'pandas', 'pyarrow', 'polars') if m in sys.modules])")
    assert done.stdout.strip() == "[]", done.stderr


def test_quiet_end_of_the_interpreter():
    done = run("import libdrift\n"
               "p = libdrift.Profile.from_data({'x': [1.0, 2.0] * 500})\n"
               "m = libdrift.Monitor(p); d = libdrift.TDigest(); c = libdrift.compare(p, p)\n"
               "class Late:\n"
               "    def __init__(self, *kept): self.kept = kept\n"
               "    def __del__(self): pass\n"
               "import sys; sys.kept = Late(p, m, d, c)\n")
    assert (done.returncode, done.stderr) == (0, "")
