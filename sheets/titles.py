"""Title and subtitle of a map, made of what is shown, where nobody wrote any."""

from __future__ import annotations

from cartography.print.content import Shown
from geodata.vocabulary import Audience, ReportingStatus, Theme, WorkType
from sheets.register import Register
from sheets.setup import Setup

_SUBJECTS = {
    Theme.STAGE: "改造阶段图",
    Theme.WARNING: "改造进度预警图",
    Theme.STAGE_LOCAL: "改造阶段图（红黄绿惯例）",
}
_MOST_NAMED = 3
_MOST_TEXT = 20


def title(setup: Setup, register: Register) -> str:
    """District, the street offices or areas that are filtered by, and what the colours mean."""
    chosen = setup.filters
    places = _names(register, "street_office", chosen.streets, "个街道")
    places += _names(register, "renewal_area", chosen.areas, "个片区")
    return f"{register.office.district_name}{places}老旧小区{_SUBJECTS[setup.theme]}"


def subtitle(setup: Setup, register: Register, shown: Shown) -> str:
    """The day, what else is filtered by, and how many compounds the map shows and does not show."""
    parts = [f"截至 {setup.as_of.isoformat()}", *filtered(setup, register)]
    if "compounds" not in setup.off:
        parts.append(_counted(shown))
    return " · ".join(parts)


def filtered(setup: Setup, register: Register) -> list[str]:
    """The filters of a set-up in words, but for the places, which stand in the title."""
    chosen, zones = setup.filters, {}
    for layer in ("heritage_zone", "reference_area"):
        zones |= register.frames[layer]["name"].to_dict()
    said = (
        ("计划", chosen.programmes),
        ("批次", tuple(f"{year} 年" for year in chosen.years)),
        ("状态", tuple(ReportingStatus.labels().get(one, one) for one in chosen.statuses)),
        ("改造内容", tuple(WorkType.labels().get(one, one) for one in chosen.works)),
        ("区划", tuple(str(zones.get(one, one)) for one in chosen.zones)),
        ("文字", (_searched(setup),) if chosen.text.strip() else ()),
    )
    words = [f"{what}：{_listed(names)}" for what, names in said if names]
    return [*words, f"手选 {len(setup.compounds):,} 个楼院"] if setup.compounds else words


def _searched(setup: Setup) -> str:
    """What was searched for; a public sheet does not repeat it, since it may be somebody's name."""
    return "按词查找" if setup.audience is Audience.PUBLIC else f"“{_short(setup.filters.text.strip())}”"


def _counted(shown: Shown) -> str:
    missing = (
        f"{number:,} 个{where}"
        for number, where in ((shown.outside, "在图外"), (shown.nowhere, "没有位置"))
        if number
    )
    told = "，".join(missing)
    return f"图上 {sum(shown.codes.values()):,} 个楼院" + (f"（另有 {told}）" if told else "")


def _names(register: Register, layer: str, ids: tuple[str, ...], many: str) -> str:
    if len(ids) > _MOST_NAMED:
        return f"{len(ids)} {many}"
    names = register.frames[layer]["name"]
    return "、".join(str(names.get(one, one)) for one in ids)


def _listed(names: tuple[str, ...]) -> str:
    rest = len(names) - _MOST_NAMED
    return "、".join(names[:_MOST_NAMED]) + (f" 等 {len(names)} 项" if rest > 0 else "")


def _short(text: str) -> str:
    return text if len(text) <= _MOST_TEXT else text[: _MOST_TEXT - 1] + "…"
