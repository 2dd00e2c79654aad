"""One measured figure of a bench."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Row:
    """A figure with its unit and, when it must keep one, its limit."""

    name: str
    value: float
    unit: str
    limit: float | None = None

    @property
    def over(self) -> bool:
        """Whether the figure is over its limit."""
        return self.limit is not None and self.value > self.limit

    def text(self) -> str:
        """One line of the table."""
        limit = f"{self.limit:g} {self.unit}" if self.limit is not None else ""
        ratio = f"{self.value / self.limit:.2f}" if self.limit else ""
        return f"{self.name:<64}{f'{self.value:.3g} {self.unit}':>12}{limit:>12}{ratio:>8}"
