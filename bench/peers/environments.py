# SPDX-License-Identifier: Apache-2.0
"""environments.py: where the other tools live: an environment or a program of its own for each,
made on demand below build/peers/ and kept.
"""
import hashlib
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


def variables(tool, threads=1):
    """What a worker's process finds in its surroundings: its threads, and libdrift's build."""
    found = dict(os.environ)
    for name in ("OMP", "OPENBLAS", "MKL", "NUMBA", "RAYON"):
        found[f"{name}_NUM_THREADS"] = str(threads)
    found["POLARS_MAX_THREADS"] = str(threads)
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
    "gsl": ("cc", "serve_gsl.c", ("-std=c11", "-D_GNU_SOURCE", "-pthread"),
            ("-lgsl", "-lgslcblas", "-lm")),
    "boost": ("c++", "serve_boost.cpp", ("-std=c++17",), ()),
}
COPY_PLUGIN = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1"


def program(name):
    """The command of a peer in C, C++, Rust or Java, compiled for this machine; None where it cannot be."""
    folder = FOLDER / "programs"
    folder.mkdir(parents=True, exist_ok=True)
    log = folder / f"{name}.log"
    steps, made = {"rust": rust, "java": java}.get(name, compiled)(name, folder)
    for command in steps:
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


def compiled(name, folder):
    compiler, source, before, after = PROGRAMS[name]
    made = folder / f"serve_{name}"
    return [[compiler, "-O3", "-march=native", *before, HERE / source, "-o", made, *after]], [made]


def rust(_name, folder):
    """The crate's manifest is copied, since cargo writes its lock beside it."""
    source = folder / "rust_source"
    (source / "src").mkdir(parents=True, exist_ok=True)
    shutil.copyfile(HERE / "rust" / "Cargo.toml", source / "Cargo.toml")
    shutil.copyfile(HERE / "rust" / "main.rs", source / "src" / "main.rs")
    return ([["cargo", "build", "--release", "-q", "--target-dir", folder / "rust",
              "--manifest-path", source / "Cargo.toml"]], [folder / "rust" / "release" / "serve_rust"])


def java(_name, folder):
    """Packages are fetched again when the manifest changed, into a folder named by it."""
    manifest = HERE / "java" / "pom.xml"
    kept = folder / "java" / hashlib.sha256(manifest.read_bytes()).hexdigest()[:12]
    fetch = ["mvn", "-q", "-B", "-f", manifest, f"{COPY_PLUGIN}:copy-dependencies",
             f"-DoutputDirectory={kept}"]
    sources = sorted((HERE / "java").glob("*.java"))
    compile_it = ["javac", "-d", folder / "java", "-cp", f"{kept}/*", *sources]
    run = ["java", "-XX:+UseSerialGC", "-XX:ActiveProcessorCount=1", "-cp", f"{kept}/*:{folder}/java",
           "Serve"]
    return ([] if list(kept.glob("*.jar")) else [fetch]) + [compile_it], run
