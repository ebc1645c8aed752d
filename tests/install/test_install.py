# SPDX-License-Identifier: Apache-2.0
"""An installed copy: the C example of README.md builds by pkg-config and runs; the library is small.

usage: test_install.py BUILD ROOT      BUILD is meson's folder, ROOT the source's
"""
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

STRICT = ["-Wall", "-Wextra", "-Werror"]
MOST_BYTES = 1000000  # of the shared library, stripped


def run(*arguments, environment=None, code=0):
    process = subprocess.run([str(a) for a in arguments], capture_output=True, text=True,
                             env={**os.environ, **(environment or {})}, timeout=300)
    if process.returncode != code:
        raise AssertionError(f"{' '.join(map(str, arguments))}: {process.returncode}\n"
                             f"{process.stdout}{process.stderr}")
    return process.stdout


def flags(prefix, *options):
    folder = next(prefix.rglob("libdrift.pc")).parent
    path = os.pathsep.join(filter(None, [str(folder), os.environ.get("PKG_CONFIG_PATH")]))
    return run("pkg-config", f"--define-variable=prefix={prefix}", *options, "--cflags", "--libs",
               "libdrift", environment={"PKG_CONFIG_PATH": path}).split()


def example(root):
    match = re.search(r"^```c\n(.*?)^```", (root / "README.md").read_text(encoding="utf-8"),
                      re.S | re.M)
    return match.group(1)


def main():
    build, root = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
    cases = [("C11, shared", "cc", ["-std=c11"], []),
             ("C11, static", "cc", ["-std=c11", "-static"], ["--static"])]
    if shutil.which("c++"):
        cases += [("C++17, shared", "c++", ["-xc++", "-std=c++17"], []),
                  ("C++17, static", "c++", ["-xc++", "-std=c++17", "-static"], ["--static"])]
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        run("meson", "install", "-C", build, "--no-rebuild", "--destdir", folder / "installed")
        command = next((folder / "installed").rglob("bin/drift"))
        prefix = command.parent.parent
        libraries = next(prefix.rglob("libdrift.so")).parent
        run("strip", "-o", folder / "stripped.so", libraries / "libdrift.so")
        size = (folder / "stripped.so").stat().st_size
        if size > MOST_BYTES:
            raise AssertionError(f"libdrift.so has {size} bytes stripped, more than {MOST_BYTES}")
        source = folder / "server.c"
        source.write_text(example(root), encoding="utf-8")
        (folder / "data.csv").write_text("x,z\n" + "".join(f"{i % 37}.5,{'ab'[i % 2]}\n"
                                                           for i in range(500)), encoding="utf-8")
        environment = {"LD_LIBRARY_PATH": str(libraries)}
        run(command, "profile", folder / "data.csv", "-o", folder / "data.drift",
            environment=environment)
        for title, compiler, options, static in cases:
            program = folder / "server"
            language = [o for o in options if o.startswith("-x")]
            rest = [o for o in options if not o.startswith("-x")]
            run(compiler, *language, *rest, *STRICT, source, *(["-xnone"] if language else []),
                *flags(prefix, *static), "-o", program)
            run(program, folder / "data.drift", environment=environment)
            print(f"{title}: built and run")
    print(f"stripped library: {size} bytes")
    print(f"{len(cases) + 1} passed, 0 failed, 0 skipped")


if __name__ == "__main__":
    main()
