# SPDX-License-Identifier: Apache-2.0
"""environments.py: where the other tools live: an environment or a program of its own for each,
made on demand below build/peers/ and kept.
"""
import os
import pathlib
import shutil
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
FOLDER = ROOT / "build" / "peers"
RELEASE = ROOT / "build-release"


def say(text):
    print(f"== {text}", file=sys.stderr, flush=True)


def environment(tool):
    """The Python of a tool's environment; the environment is made anew when its pins changed."""
    wanted = HERE / f"peer_{tool}.txt"
    folder = FOLDER / tool
    kept = folder / "requirements.txt"
    if not kept.is_file() or kept.read_bytes() != wanted.read_bytes():
        say(f"installing {wanted.name}")
        shutil.rmtree(folder, ignore_errors=True)
        subprocess.run([sys.executable, "-m", "venv", folder], check=True)
        subprocess.run([folder / "bin" / "python", "-m", "pip", "install", "-q",
                        "--disable-pip-version-check", "-r", wanted], check=True, stdout=sys.stderr)
        shutil.copyfile(wanted, kept)
    return folder / "bin" / "python"


def variables(tool):
    """What a worker's process finds in its surroundings: one thread, and libdrift's build."""
    found = dict(os.environ)
    for name in ("OMP", "OPENBLAS", "MKL", "NUMBA", "RAYON"):
        found[f"{name}_NUM_THREADS"] = "1"
    found["POLARS_MAX_THREADS"] = "1"
    if tool != "libdrift":
        found["PYTHONDONTWRITEBYTECODE"] = "1"
    else:
        # Compiled once, as an installed package is.
        found.pop("PYTHONDONTWRITEBYTECODE", None)
        found["PYTHONPYCACHEPREFIX"] = str(ROOT / "build" / "pycache")
        found["PYTHONPATH"] = str(ROOT / "bindings" / "python")
        found.setdefault("LIBDRIFT_LIBRARY", str(RELEASE / "libdrift" / "libdrift.so"))
    return found


# Name: compiler, source, options before and after it. The headers are Debian's libgsl-dev and
# libboost-dev.
PROGRAMS = {
    "gsl": ("cc", "serve_gsl.c", ("-std=c11", "-D_GNU_SOURCE"), ("-lgsl", "-lgslcblas", "-lm")),
    "boost": ("c++", "serve_boost.cpp", ("-std=c++17",), ()),
}


def program(name):
    """The program of a peer in C, C++ or Rust, compiled for this machine; None where it cannot be."""
    folder = FOLDER / "programs"
    folder.mkdir(parents=True, exist_ok=True)
    if name == "rust":
        command = ["cargo", "build", "--release", "-q", "--target-dir", folder / "rust",
                   "--manifest-path", copy_of_crate(folder / "rust_source")]
        made = folder / "rust" / "release" / "serve_rust"
    else:
        compiler, source, before, after = PROGRAMS[name]
        made = folder / f"serve_{name}"
        command = [compiler, "-O3", "-march=native", *before, HERE / source, "-o", made, *after]
    log = folder / f"{name}.log"
    try:
        with open(log, "w", encoding="utf-8") as errors:
            done = subprocess.run(command, stdout=errors, stderr=errors,
                                  env=dict(os.environ, RUSTFLAGS="-C target-cpu=native"))
    except FileNotFoundError:
        say(f"{name} is left out: there is no {command[0]}")
        return None
    if done.returncode:
        say(f"{name} is left out: {log.relative_to(ROOT)} says why")
        return None
    return made


def copy_of_crate(folder):
    """The manifest of the crate, copied, since cargo writes its lock beside it."""
    (folder / "src").mkdir(parents=True, exist_ok=True)
    shutil.copyfile(HERE / "rust" / "Cargo.toml", folder / "Cargo.toml")
    shutil.copyfile(HERE / "rust" / "main.rs", folder / "src" / "main.rs")
    return folder / "Cargo.toml"
