"""The kinds of ledgers that are taken in and given out; see `kind.Kind`. A new kind is one module and one line here."""

from __future__ import annotations

from geodata.kinds import (
    community,
    compound,
    estate,
    funding,
    heritage_line,
    heritage_site,
    heritage_zone,
    party,
    plan_target,
    progress_report,
    renewal_area,
    stage_event,
    street_office,
    work_item,
)
from geodata.kinds.kind import Column, Default, Holds, Kind, Spread

__all__ = ["KINDS", "Column", "Default", "Holds", "Kind", "Spread"]

KINDS: dict[str, Kind] = {
    module.KIND.code: module.KIND
    for module in (
        compound,
        work_item,
        progress_report,
        stage_event,
        plan_target,
        funding,
        party,
        heritage_zone,
        heritage_line,
        street_office,
        community,
        estate,
        renewal_area,
        heritage_site,
    )
}
"""Every kind by its code, in the order in which people are offered them."""
