"""The demo district: real geometry and reported facts, with invented compounds that say so.

`build` gives every table of the store as rows, parents first; `enlarge` adds compounds for speed tests.
"""

from geodata.demo.build import TABLES, build
from geodata.demo.enlarge import enlarge

__all__ = ["TABLES", "build", "enlarge"]
