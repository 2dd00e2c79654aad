"""Estates that a register names and the store does not have, made when the file's terms say so."""

from __future__ import annotations

import uuid
from typing import Any

from geodata.importers.lines import Change, Terms
from geodata.importers.naming import plain
from geodata.vocabulary import DataStatus


class NewEstates:
    """The estates that would be made, each once."""

    def __init__(self, terms: Terms) -> None:
        self.terms = terms
        self.rows: dict[tuple[str, str], dict[str, Any]] = {}

    def named(self, name: str, street: str, data_status: str | None) -> str | None:
        """Id of the estate of that name in a street office; None when none may be made.

        A new one has the data status of the first row that names it.
        """
        if not self.terms.create_estates:
            return None
        row = {
            "id": f"estate-{uuid.uuid4().hex[:12]}",
            "name": name,
            "street_code": street,
            "data_status": data_status or DataStatus.REPORTED.value,
            "source": self.terms.source,
        }
        return str(self.rows.setdefault((street, plain(name)), row)["id"])

    def used_by(self, accepted: list[Change]) -> list[dict[str, Any]]:
        """Those that an accepted row refers to."""
        wanted = {change.values.get("estate_id") for change in accepted}
        return [row for row in self.rows.values() if row["id"] in wanted]
