"""The processor time that a step of the child may take. Free of heavy imports."""

from __future__ import annotations

import resource


def spend_at_most(seconds: int) -> None:
    """Let the system stop us after that much more processor time (never beyond the limit of the whole run)."""
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    used = resource.getrusage(resource.RUSAGE_SELF)
    soon = int(used.ru_utime + used.ru_stime) + 1 + seconds
    resource.setrlimit(resource.RLIMIT_CPU, (min(soon, hard), hard))
