"""Who a sheet is for: what a public one needs before it may be made, and what it leaves out."""

from __future__ import annotations

from geodata.errors import BadValue
from geodata.vocabulary import Audience
from sheets.register import Register
from sheets.setup import Setup


def allowed(setup: Setup, register: Register) -> Register:
    """The register as this audience may see it. Raises BadValue when a public sheet has neither review number nor exemption."""
    if setup.audience is Audience.INTERNAL:
        return register
    if not setup.review_number.strip() and not setup.exemption.strip():
        raise BadValue(
            "公开版要有审图号，或写明免审理由（地图管理条例第十五条）；请填写其中一项，或改为内部版。"
        )
    return register
