# SPDX-License-Identifier: Apache-2.0
"""What a data scientist does in a notebook, as a script: compare, look, keep the report."""
import random
import sys

import libdrift


def visits(n, seed, tablets):
    """A table as a mapping of columns; a data frame works just as well."""
    rng = random.Random(seed)
    devices = ["phone", "desktop"] + (["tablet"] if tablets else [])
    return {"minutes": [rng.expovariate(1 / (9 if tablets else 6)) for _ in range(n)],
            "pages": [rng.randint(1, 12) for _ in range(n)],
            "device": [rng.choice(devices) for _ in range(n)]}


def main():
    train, live = visits(5000, 1, tablets=False), visits(5000, 2, tablets=True)

    calm = libdrift.compare(train, visits(5000, 3, tablets=False))
    print("two halves of the same:", calm.verdict)

    result = libdrift.compare(train, live, alpha=0.01)
    print("a week later:", result.verdict)
    for name, column in result.columns.items():
        psi = column.statistics["psi"].value if column.statistics else None
        print(f"  {name:8} {column.verdict:8} psi {psi:.3f}  {column.rule}")
    if len(sys.argv) > 1:
        result.to_html(sys.argv[1])
        print("report:", sys.argv[1])
    return 0 if not calm.drift and result.drift else 1


if __name__ == "__main__":
    sys.exit(main())
