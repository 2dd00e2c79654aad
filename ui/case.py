"""The dossier of one compound as its page shows it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import partial

from analysis import dossier
from analysis.dossier import Dossier
from geodata import wording
from geodata.store import Snapshot
from ui import compound_data, data


@dataclass(frozen=True, eq=False)
class Case(Dossier):
    """A dossier at one snapshot of the store; `is_past`: its day is before the business date. All frames are shared."""

    snap: Snapshot
    is_past: bool


def load(snap: Snapshot, compound_id: str, as_of: date) -> Case:
    """The rows of a compound that exists, gathered once per save and day."""
    return data.kept(snap, ("case", compound_id, as_of), lambda: _gather(snap, compound_id, as_of))


def _gather(snap: Snapshot, compound_id: str, as_of: date) -> Case:
    found = dossier.gather(
        compound_id,
        frame=partial(data.frame, snap),
        own=lambda layer: compound_data.rows_of(snap, layer, compound_id),
        states=data.states(snap, as_of),
        item_states=data.item_states(snap, as_of),
        as_of=as_of,
    )
    return Case(**vars(found), snap=snap, is_past=as_of < data.today(snap))


def since_text(case: Case) -> str:
    """Since when the present stage or interruption holds; empty when unknown."""
    return wording.since(case.now, case.standing(case.events))
