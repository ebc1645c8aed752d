# SPDX-License-Identifier: Apache-2.0
"""The declarations are those of the headers: names, number and kind of every argument."""
import ctypes
import re
import subprocess

from conftest import ROOT
from libdrift import _ffi

SCALARS = {"double": ctypes.c_double, "size_t": ctypes.c_size_t, "uint64_t": ctypes.c_uint64,
           "uint32_t": ctypes.c_uint32, "int": ctypes.c_int}


def wanted(text):
    text = text.strip()
    if text == "drift_alert_callback":
        return _ffi.ALERT_CALLBACK
    plain = text.replace("const", "").strip()
    if "*" in plain:
        return ctypes.c_char_p if plain == "char *" else ctypes.c_void_p
    if plain == "void":
        return None
    return SCALARS.get(plain, ctypes.c_int)  # every other scalar is an enumeration


def declarations():
    found = {}
    for header in sorted((ROOT / "include" / "drift").glob("*.h")):
        source = re.sub(r"/\*.*?\*/", "", header.read_text(), flags=re.S)
        for head, arguments in re.findall(r"DRIFT_API\s+([^;{]+?)\(([^;]*?)\);", source):
            result, name = re.match(r"(.*?)(drift_\w+)$", head.strip(), re.S).groups()
            types = []
            for argument in re.sub(r"\s+", " ", arguments).split(","):
                argument = argument.strip()
                if argument in ("", "void"):
                    continue
                types.append(wanted(re.sub(r"\w+$", "", argument)))
            found[name] = (wanted(result), types)
    return found


def test_every_function_is_declared_as_in_the_headers():
    headers = declarations()
    assert len(headers) > 100
    table = {name: (result, list(arguments)) for name, result, arguments in _ffi.FUNCTIONS}
    assert len(table) == len(_ffi.FUNCTIONS)
    assert sorted(table) == sorted(headers)
    for name, declared in headers.items():
        assert table[name] == declared, name


def test_structures_have_the_size_of_the_headers(tmp_path):
    pairs = [("drift_value", _ffi.Value), ("drift_column", _ffi.Column), ("drift_table", _ffi.Table),
             ("drift_error", _ffi.Error), ("drift_category", _ffi.Category),
             ("drift_profile_config", _ffi.ProfileConfig),
             ("drift_comparison_config", _ffi.ComparisonConfig),
             ("drift_monitor_config", _ffi.MonitorConfig),
             ("drift_profile_column", _ffi.ProfileColumn),
             ("drift_tdigest_config", _ffi.TDigestConfig),
             ("drift_categories_config", _ffi.CategoriesConfig),
             ("drift_histogram_outside", _ffi.HistogramOutside)]
    source = tmp_path / "sizes.c"
    source.write_text("#include <drift/drift.h>\n#include <stdio.h>\nint main(void) {\n" + "".join(
        f'printf("%zu\\n", sizeof({name}));\n' for name, _ in pairs) + "return 0; }\n")
    subprocess.run(["cc", "-I", ROOT / "include", source, "-o", tmp_path / "sizes"], check=True)
    printed = subprocess.run([tmp_path / "sizes"], check=True, capture_output=True, text=True).stdout
    assert [int(line) for line in printed.split()] == [ctypes.sizeof(s) for _, s in pairs]
