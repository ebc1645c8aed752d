# SPDX-License-Identifier: Apache-2.0
"""speed_commands.py: commands as whole processes, their start included."""
import importlib.metadata
import os
import subprocess
import sys
import time


def spent(command):
    """Processor time, wall time and peak memory of one process; its exit code is the answer."""
    begin = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    return {"seconds": usage.ru_utime + usage.ru_stime, "wall": time.perf_counter() - begin,
            "answer": process.returncode, "peak_bytes": usage.ru_maxrss * 1024}


def command(who, *words):
    return who, lambda: spent(words)


def imported(package, module):
    """What an import takes beyond the start of Python."""
    version = "" if package == "libdrift" else importlib.metadata.version(package)

    def work():
        nothing, row = (spent((sys.executable, "-c", text)) for text in ("", f"import {module}"))
        if row["answer"]:
            raise RuntimeError(f"{module} cannot be imported")
        return row | {key: row[key] - nothing[key] for key in ("seconds", "wall")}
    return f"{package} {version}".strip(), work
