"""`python -m bench [name …]`: prints figures measured in this run, with the limit each must keep and the ratio.

Every module of this package but this one has `run() -> list[Row]`. A ratio below 1 keeps the limit. Timings are
only comparable within one run: the machine may be busy.
"""

from __future__ import annotations

import importlib
import pkgutil
import sys
import warnings

import bench


def main(wanted: list[str]) -> int:
    """Run the benches asked for (all by default) and print one table."""
    names = [
        module.name for module in pkgutil.iter_modules(bench.__path__) if not module.name.startswith("_")
    ]
    names = [name for name in names if name != "rows" and (not wanted or name in wanted)]
    print(f"{'measure':<64}{'value':>12}{'limit':>12}{'ratio':>8}")
    over = 0
    for name in names:
        for row in importlib.import_module(f"bench.{name}").run():
            print(row.text(), flush=True)
            over += row.over
    print(f"{over} over their limit" if over else "all within their limits")
    return 1 if over else 0


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    sys.exit(main(sys.argv[1:]))
