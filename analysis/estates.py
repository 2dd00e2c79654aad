"""Estates (小区), the official counting unit, from the states of their compounds (楼院)."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.ledgers import Flags, Ints, positions
from analysis.rules import CountingRule, EstateCompletion
from geodata.errors import BadValue
from geodata.vocabulary import Light, ReportingStatus

_DONE = [ReportingStatus.COMPLETED, ReportingStatus.ACCEPTED, ReportingStatus.HANDED_OVER]
_BEGUN = [ReportingStatus.STARTED, ReportingStatus.SUSPENDED, *_DONE]
_DEFAULT = CountingRule()


def estate_states(
    estates: pd.DataFrame, compounds: pd.DataFrame, states: pd.DataFrame, *, rule: CountingRule = _DEFAULT
) -> pd.DataFrame:
    """State of every estate, from the `states` of all its compounds on one day.

    Index: estate ids in the order of the input. Columns: status (ReportingStatus), light (Light),
    heritage_hold, households (Int64, sum of the known, NA when none is known), households_missing (compounds
    without a number), compounds (not removed), compounds_removed (int64).

    Compounds that were removed do not speak for their estate, unless all are: then the estate is removed. Of
    the others: completed, accepted, handed over when all are at least that (with `all_compounds_accepted` an
    estate whose works are done stays started until all are accepted); suspended when one is and none else is
    under way; started when any is started, suspended or done; not_started when all are; otherwise, and for an
    estate without compounds, unknown.
    Light: the worst of its compounds, in the order delayed, at_risk, unknown, on_track; not_started when all
    are. Households of a wholly removed estate are those of its removed compounds.
    Raises BadValue when a compound has no state.
    """
    require_states(compounds, states, what="楼院")
    owner = positions(compounds["estate_id"], estates.index)
    member = np.flatnonzero(owner >= 0)
    of = _Members(owner[member], states.loc[compounds.index].iloc[member], len(estates))
    removed = of.count(of.status_in([ReportingStatus.REMOVED]))
    wholly = (removed > 0) & (removed == of.count(np.ones(len(member), dtype=bool)))
    counted = ~of.status_in([ReportingStatus.REMOVED]) | wholly[of.owner]
    households = compounds["households"].iloc[member]
    missing = households.isna().to_numpy(dtype=bool)
    known = of.count(counted & ~missing)
    numbers = households.fillna(0).to_numpy(dtype=np.int64)
    total = np.bincount(of.owner[counted], weights=numbers[counted], minlength=of.owners).astype(np.int64)
    status = _status(of, rule)
    return pd.DataFrame(
        {
            "status": pd.array(status, dtype="str"),
            "light": pd.array(_light(of, status), dtype="str"),
            "heritage_hold": of.count(counted & of.states["heritage_hold"].to_numpy(dtype=bool)) > 0,
            "households": pd.arrays.IntegerArray(total, known == 0),
            "households_missing": of.count(counted & missing),
            "compounds": of.count(~of.status_in([ReportingStatus.REMOVED])),
            "compounds_removed": removed,
        },
        index=estates.index,
    )


def require_states(rows: pd.DataFrame, states: pd.DataFrame, *, what: str) -> None:
    """Raise BadValue unless every row has a state."""
    lacking = rows.index.difference(states.index)
    if len(lacking):
        raise BadValue(f"{what} {lacking[0]} 没有状态（共缺 {len(lacking)} 个）；请用同一修订的登记表与状态")


class _Members:
    """The compounds of estates: position of the estate, state, and counting per estate."""

    def __init__(self, owner: Ints, states: pd.DataFrame, owners: int) -> None:
        self.owner, self.states, self.owners = owner, states, owners

    def count(self, flag: Flags) -> Ints:
        """How many compounds of each estate have the flag."""
        return np.bincount(self.owner[flag], minlength=self.owners)

    def status_in(self, statuses: list[ReportingStatus]) -> Flags:
        """Which compounds have one of the statuses."""
        return self.states["status"].isin(statuses).to_numpy(dtype=bool)

    def light_is(self, light: Light) -> Flags:
        """Which compounds that are still in the plan show a light."""
        shown = (self.states["light"] == light.value).to_numpy(dtype=bool)
        return shown & ~self.status_in([ReportingStatus.REMOVED])


def _status(of: _Members, rule: CountingRule) -> NDArray[np.str_]:
    left = of.count(~of.status_in([ReportingStatus.REMOVED]))
    some = left > 0
    done = of.count(of.status_in(_DONE)) == left
    if rule.estate_completed_when is EstateCompletion.ALL_COMPOUNDS_ACCEPTED:
        done = of.count(of.status_in(_DONE[1:])) == left
    suspended = of.count(of.status_in([ReportingStatus.SUSPENDED])) > 0
    under_way = of.count(of.status_in([ReportingStatus.STARTED])) > 0
    cases = [
        (~some & (of.count(of.status_in([ReportingStatus.REMOVED])) > 0), ReportingStatus.REMOVED),
        (some & (of.count(of.status_in(_DONE[2:])) == left), ReportingStatus.HANDED_OVER),
        (some & (of.count(of.status_in(_DONE[1:])) == left), ReportingStatus.ACCEPTED),
        (some & done, ReportingStatus.COMPLETED),
        (suspended & ~under_way, ReportingStatus.SUSPENDED),
        (of.count(of.status_in(_BEGUN)) > 0, ReportingStatus.STARTED),
        (some & (of.count(of.status_in([ReportingStatus.NOT_STARTED])) == left), ReportingStatus.NOT_STARTED),
    ]
    flags, statuses = [flag for flag, _ in cases], [status.value for _, status in cases]
    return np.select(flags, statuses, ReportingStatus.UNKNOWN.value)


def _light(of: _Members, status: NDArray[np.str_]) -> NDArray[np.str_]:
    left = of.count(~of.status_in([ReportingStatus.REMOVED]))
    shown = {light: of.count(of.light_is(light)) for light in Light}
    cases = [
        (status == ReportingStatus.REMOVED.value, Light.REMOVED),
        (np.isin(status, [code.value for code in _DONE]), Light.COMPLETED),
        (shown[Light.DELAYED] > 0, Light.DELAYED),
        (shown[Light.AT_RISK] > 0, Light.AT_RISK),
        ((shown[Light.UNKNOWN] > 0) | (left == 0), Light.UNKNOWN),
        (shown[Light.NOT_STARTED] == left, Light.NOT_STARTED),
    ]
    return np.select([flag for flag, _ in cases], [light.value for _, light in cases], Light.ON_TRACK.value)
