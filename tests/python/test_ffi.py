# SPDX-License-Identifier: Apache-2.0
"""The declarations are those of the headers: names, number and kind of every argument."""
import ctypes
import re

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


def test_structures_have_the_size_the_library_expects():
    # A configuration that is larger than the library knows is refused unless its tail is zero;
    # one that is cut short is filled up: both sizes must agree for neither to happen.
    sizes = {_ffi.Value: 16, _ffi.Column: 88, _ffi.Table: 32, _ffi.Error: 1024, _ffi.Category: 32}
    for structure, size in sizes.items():
        assert ctypes.sizeof(structure) == size, structure
