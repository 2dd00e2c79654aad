"""What is built in an invented compound: works types with plausible quantities, costs and digging depths."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from geodata.demo.dice import Dice
from geodata.vocabulary import Approx, WorkType

MIN_ITEMS, MAX_ITEMS = 3, 9


@dataclass(frozen=True, slots=True)
class Size:
    """What quantities depend on."""

    households: int
    buildings: int
    floor_area_m2: float
    storeys: int


@dataclass(frozen=True, slots=True)
class Kind:
    """A works type as used here: phase, how often, quantity, cost per unit (CNY), depth of digging (m)."""

    type: WorkType
    phase: int
    share: float
    quantity: Callable[[Size], float]
    unit_cost_cny: float
    dig_m: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True)
class Work:
    """One chosen item with its numbers."""

    kind: Kind
    quantity: float
    approx: Approx
    budget_cny: float
    dig_m: float | None


CATALOGUE: tuple[Kind, ...] = (
    Kind(WorkType.B02, 1, 0.61, lambda s: 115 * s.buildings, 900, (1.2, 2.6)),
    Kind(WorkType.B01, 1, 0.22, lambda s: 85 * s.buildings, 650, (1.0, 1.6)),
    Kind(WorkType.B13, 1, 0.36, lambda s: 120 * s.buildings, 420, (0.7, 1.2)),
    Kind(WorkType.B14, 1, 0.47, lambda s: s.floor_area_m2 / s.storeys, 160),
    Kind(WorkType.B15, 1, 0.43, lambda s: 0.55 * s.floor_area_m2, 120),
    Kind(WorkType.I14, 1, 0.18, lambda s: 0.5 * s.floor_area_m2, 190),
    Kind(WorkType.I01, 1, 0.18, lambda s: 1.5 * s.households, 90),
    Kind(WorkType.I15, 1, 0.11, lambda s: min(s.buildings, 4) if s.storeys >= 6 else 0, 650_000, (1.4, 1.8)),
    Kind(WorkType.L01, 1, 0.11, lambda s: s.buildings, 60_000),
    Kind(WorkType.B05, 2, 0.54, lambda s: 8 * s.households, 260, (0.3, 0.6)),
    Kind(WorkType.B16, 2, 0.22, lambda s: 3 * s.buildings, 9_000),
    Kind(WorkType.B08, 2, 0.18, lambda s: 2 * s.buildings, 6_000),
    Kind(WorkType.B09, 2, 0.22, lambda s: 2 + s.buildings, 15_000),
    Kind(WorkType.I02, 2, 0.40, lambda s: 2.5 * s.households, 180),
    Kind(WorkType.I03, 2, 0.32, lambda s: 0.3 * s.households, 1_800),
    Kind(WorkType.I06, 2, 0.22, lambda s: 0.25 * s.households, 6_000),
    Kind(WorkType.I07, 2, 0.32, lambda s: 0.3 * s.households, 1_200),
    Kind(WorkType.I12, 2, 0.14, lambda s: 1 + s.buildings // 3, 40_000),
    Kind(WorkType.I13, 2, 0.11, lambda s: 40 + 5 * s.buildings, 2_500),
    Kind(WorkType.L02, 2, 0.14, lambda s: 0.8 * s.households, 260),
    Kind(WorkType.L03, 2, 0.14, lambda s: 3 * s.households, 320),
    Kind(WorkType.L06, 2, 0.07, lambda s: 3 * s.households, 450),
    Kind(WorkType.U05, 2, 0.04, lambda s: 120 + s.households, 2_200),
)
OUTSIDE_OF_BUILDINGS = frozenset({WorkType.B15, WorkType.I14, WorkType.L01, WorkType.I15})


def choose(size: Size, dice: Dice) -> list[Work]:
    """Between 3 and 9 works, works of the first phase first."""
    fitting = [kind for kind in CATALOGUE if kind.quantity(size) >= 1]
    taken = [kind for kind in fitting if dice.chance(kind.share)]
    spare = sorted((kind for kind in fitting if kind not in taken), key=lambda kind: -kind.share)
    taken = (taken + spare[: max(0, MIN_ITEMS - len(taken))])[:MAX_ITEMS]
    return [_work(kind, size, dice) for kind in sorted(taken, key=CATALOGUE.index)]


def _work(kind: Kind, size: Size, dice: Dice) -> Work:
    amount = kind.quantity(size) * dice.real(0.8, 1.25)
    quantity = float(max(1, round(amount, -1) if amount >= 100 else round(amount)))
    budget = round(quantity * kind.unit_cost_cny * dice.real(0.9, 1.15), -2)
    approx = Approx.ABOUT if dice.chance(0.1) else Approx.EXACT
    dig = None if kind.dig_m is None else round(dice.real(*kind.dig_m), 1)
    return Work(kind, quantity, approx, budget, dig)
