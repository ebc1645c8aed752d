#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Which folder may include which: a room knows the rooms beneath it, never those above.

usage: check_layers.py [ROOT]     prints file:line of each broken arrow, exit 1 if there is one
"""
import pathlib
import re
import sys

# The arrows of ARCHITECTURE.md, each room with all that stands beneath it.
ARROWS = {
    "core": set(),
    "kernels": {"core"},
    "sketch": {"core", "kernels"},
    "distance": {"core", "kernels"},
    "hypothesis": {"core", "kernels"},
    "sequential": {"core", "kernels", "hypothesis"},
    "profile": {"core", "kernels", "sketch", "hypothesis", "sequential"},
    "compare": {"core", "kernels", "sketch", "distance", "hypothesis", "sequential", "profile"},
    "monitor": {"core", "kernels", "sketch", "distance", "hypothesis", "sequential", "profile", "compare"},
    "io": {"core", "kernels", "sketch", "hypothesis", "sequential", "profile"},
    "report": {"core", "kernels", "sketch", "distance", "hypothesis", "sequential", "profile", "compare",
               "monitor"},
}

# The room that implements each public header; rooms above it may include it.
HEADERS = {
    "base": "core", "executor": "core", "table": "core", "moments": "sketch", "histogram": "sketch",
    "tdigest": "sketch", "categories": "sketch", "distinct": "sketch", "frequent": "sketch",
    "edge_digest": "sketch",
    "distance": "distance", "hypothesis": "hypothesis", "detector": "sequential",
    "evidence": "sequential", "bound_evidence": "sequential", "schema": "profile", "profile": "profile",
    "comparison": "compare", "monitor": "monitor",
    "recorder": "monitor", "state": "monitor", "journal": "monitor", "io": "io", "report": "report",
}

INCLUDE = re.compile(r'^\s*#\s*include\s+(?:"([^"]+)"|<(drift/[^>]+)>)')
PUBLIC_ONLY = ("cli", "examples", "include")
GENERATED = {"build_options.h"}


def includes(path):
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        match = INCLUDE.match(line)
        if match:
            yield number, match.group(1), match.group(2)


def check_room(room, path):
    allowed = ARROWS[room] | {room}
    for number, private, public in includes(path):
        if private:
            if private in GENERATED:
                continue
            target = private.split("/")[0] if "/" in private else room
        else:
            name = pathlib.PurePath(public).stem
            target = HEADERS.get(name)
        if target not in allowed:
            yield f"{path}:{number}: {room} may not include {private or public}"


def check_public_only(folder, path):
    for number, private, _ in includes(path):
        if private is None:
            continue
        if folder == "include" or not (path.parent / private).is_file():
            yield f"{path}:{number}: {folder} includes public headers only, not {private}"


def main():
    root = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else ".")
    broken, files = [], 0
    for path in sorted((root / "libdrift").rglob("*.[ch]")):
        room = path.relative_to(root / "libdrift").parts[0]
        files += 1
        if room in ARROWS:
            broken += check_room(room, path)
        else:
            broken.append(f"{path}:1: '{room}' is no room of the house (tools/check_layers.py)")
    for folder in PUBLIC_ONLY:
        for path in sorted((root / folder).rglob("*.[ch]")):
            files += 1
            broken += check_public_only(folder, path)
    unknown = {path.stem for path in (root / "include/drift").glob("*.h")} - set(HEADERS) - {"drift"}
    broken += [f"include/drift/{name}.h:1: belongs to no room (tools/check_layers.py)"
               for name in sorted(unknown)]
    print("\n".join(broken) if broken else f"{files} files keep to the layers")
    return 1 if broken or not files else 0


if __name__ == "__main__":
    sys.exit(main())
