"""Options that all commands make sheets with, and the set-up that they give."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from datetime import date
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar
from urllib.parse import urlencode

import typer

from geodata.errors import BadValue

if TYPE_CHECKING:
    import pandas as pd

    from geodata.store import Store
    from geodata.vocabulary import SheetKind, Term
    from sheets.register import Register
    from sheets.setup import Setup

T = TypeVar("T", bound="Term")

_FIRST_YEAR, _LAST_YEAR = 1949, 2199

Kind = Annotated[
    str | None,
    typer.Option(
        "--kind",
        help="snapshot 专题图，wall 挂图，before_after 对比，strategy 一区一策，site_notice、public_notice",
    ),
]
Sheet = Annotated[str | None, typer.Option("--sheet", help="A4 A3 A2 A1 A0 slide；不填随图件种类")]
Orientation = Annotated[str | None, typer.Option("--orientation", help="landscape 横向，portrait 纵向")]
Scale = Annotated[
    str | None, typer.Option("--scale", help="比例尺分母，如 5000；fit 用能放下全部的最大整比例尺")
]
Street = Annotated[list[str] | None, typer.Option("--street", help="街道名称或代码；可写多次")]
Area = Annotated[list[str] | None, typer.Option("--area", help="片区名称或编号；可写多次")]
Compound = Annotated[list[str] | None, typer.Option("--compound", help="楼院编号或名称；可写多次")]
AsOf = Annotated[str | None, typer.Option("--as-of", help="截至哪一天，如 2026-11-24；不填为业务日期")]
CompareWith = Annotated[str | None, typer.Option("--compare-with", help="对比图的另一天")]
ThemeName = Annotated[
    str | None, typer.Option("--theme", help="stage 阶段，warning 预警，stage_local 红黄绿惯例")
]
Dpi = Annotated[str | None, typer.Option("--dpi", help="PNG 的分辨率，96 至 600")]
Audience = Annotated[str | None, typer.Option("--audience", help="internal 内部版，public 公开版")]
Classification = Annotated[
    str | None,
    typer.Option("--classification", help="internal 内部资料，work_secret 工作秘密；公开版自动为公开"),
]
ReviewNumber = Annotated[str | None, typer.Option("--review-number", help="公开版的审图号")]
Exemption = Annotated[str | None, typer.Option("--exemption", help="公开版没有审图号时的免审理由")]
Title = Annotated[str | None, typer.Option("--title", help="标题；不填按内容拟题")]
Subtitle = Annotated[str | None, typer.Option("--subtitle", help="副题")]
Notes = Annotated[str | None, typer.Option("--notes", help="印在图上的备注")]
Unit = Annotated[str | None, typer.Option("--unit", help="编制单位；不填用配置文件 print 节的 unit")]
Labels = Annotated[str | None, typer.Option("--labels", help="names 楼院名称，streets 只写街道，none 不写")]
Off = Annotated[list[str] | None, typer.Option("--off", help="不画的图层，如 zones；可写多次")]
Block = Annotated[
    list[str] | None,
    typer.Option("--block", help="图旁的表：streets composition delayed compounds；可写多次"),
]
TemplateFile = Annotated[str | None, typer.Option("--template", help="模板文件名，见 docs/templates.md")]
Preset = Annotated[str | None, typer.Option("--preset", help="已存的出图方案；其余选项再改它")]
AddTo = Annotated[
    Path | None,
    typer.Option("--add-to", help="加在这个 .pptx 或 .docx 的最后，写成新文件；它本身不动"),
]
Force = Annotated[bool, typer.Option("--force", help="覆盖已有的文件")]

OPTIONS: dict[str, Any] = {
    "kind": Kind,
    "sheet": Sheet,
    "orientation": Orientation,
    "scale": Scale,
    "street": Street,
    "area": Area,
    "compound": Compound,
    "as_of": AsOf,
    "compare_with": CompareWith,
    "theme": ThemeName,
    "dpi": Dpi,
    "audience": Audience,
    "classification": Classification,
    "review_number": ReviewNumber,
    "exemption": Exemption,
    "title": Title,
    "subtitle": Subtitle,
    "notes": Notes,
    "unit": Unit,
    "labels": Labels,
    "off": Off,
    "block": Block,
    "template": TemplateFile,
    "preset": Preset,
}
"""What a set-up is made of, in the order of the help."""

_TEXTS = ("title", "subtitle", "notes", "unit", "review_number", "exemption", "template")


def with_sheet_options(*without: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Gives a command all `OPTIONS` but those named, before its `force`; it takes them together as `given`."""
    names = [name for name in OPTIONS if name not in without]

    def decorated(command: Callable[..., None]) -> Callable[..., None]:
        @wraps(command)
        def called(**values: Any) -> None:
            command(given={name: values.pop(name) for name in names}, **values)

        signature = inspect.signature(command, eval_str=True)
        own = [
            one.replace(kind=one.KEYWORD_ONLY) for one in signature.parameters.values() if one.name != "given"
        ]
        shared = [
            inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=None, annotation=OPTIONS[name])
            for name in names
        ]
        listed = [*own[:-1], *shared, own[-1]]
        called.__signature__ = signature.replace(parameters=listed)  # type: ignore[attr-defined]
        called.__annotations__ = {one.name: one.annotation for one in listed}
        del called.__wrapped__  # type: ignore[attr-defined]
        return called

    return decorated


def setup_of(
    store: Store, register: Register, given: dict[str, Any], *, paper_of: SheetKind | None = None
) -> Setup:
    """The set-up of the options (`given`: names of `OPTIONS`, absent ones None); `paper_of`: the kind of sheet whose
    usual paper it has where no option names one.

    Raises BadValue that names the option, the value and what to do.
    """
    from sheets import presets, setup

    day = _day("--as-of", given.get("as_of")) or register.business_date
    name = given.get("preset")
    base = presets.named(store, name, as_of=day) if name else _fresh(given, register, day, paper_of)
    made = base.changed(**_changes(given, base, register))
    lost = presets.gone(made, register)
    if lost:
        where = f"出图方案“{name}”" if name else "选项"
        raise BadValue(f"{where}里的这些现在没有了：{'、'.join(lost)}；请改方案或换选项。")
    _require_compound(made)
    _require_effect(made, given)
    return made if made.link else setup.checked({**made.model_dump(), "link": _link(made, register)})


def _fresh(given: dict[str, Any], register: Register, day: date, paper_of: SheetKind | None) -> Setup:
    from geodata.vocabulary import SheetKind
    from sheets import setup

    kind = _term(SheetKind, "--kind", given.get("kind")) or SheetKind.SNAPSHOT
    paper, orientation = setup.default_paper(paper_of or kind)
    office = register.office.print.classification
    return setup.checked(
        {"as_of": day, "kind": kind, "paper": paper, "orientation": orientation, "classification": office}
    )


def _changes(given: dict[str, Any], base: Setup, register: Register) -> dict[str, Any]:
    """The fields that the options change."""
    from cartography.map_state import SWITCHES
    from geodata import vocabulary as v

    terms: tuple[tuple[str, str, type[v.Term]], ...] = (
        ("kind", "kind", v.SheetKind),
        ("sheet", "paper", v.Paper),
        ("orientation", "orientation", v.Orientation),
        ("theme", "theme", v.Theme),
        ("audience", "audience", v.Audience),
        ("classification", "classification", v.Classification),
        ("labels", "labelling", v.Labelling),
    )
    made: dict[str, Any] = {}
    for option, field, kind in terms:
        if (chosen := _term(kind, _option(option), given.get(option))) is not None:
            made[field] = chosen
    made |= {name: given[name] for name in _TEXTS if given.get(name) is not None}
    made |= _numbers(given)
    if (other := _day("--compare-with", given.get("compare_with"))) is not None:
        made["compare_with"] = other
    if given.get("off"):
        made["off"] = tuple(_one_of("--off", one, SWITCHES) for one in given["off"])
    if given.get("block"):
        made["blocks"] = tuple(_term(v.SheetBlock, "--block", one) for one in given["block"])
    if made.get("paper") is v.Paper.SLIDE:
        made.setdefault("orientation", v.Orientation.LANDSCAPE)
    if "classification" not in made and "audience" in made:
        made["classification"] = _classification(made["audience"], base, register)
    return made | _places(given, made.get("kind", base.kind), base, register)


def _classification(audience: Any, base: Setup, register: Register) -> Any:
    from geodata.vocabulary import Audience, Classification

    if audience is Audience.PUBLIC:
        return Classification.PUBLIC
    public = base.classification is Classification.PUBLIC
    return register.office.print.classification if public else base.classification


def _numbers(given: dict[str, Any]) -> dict[str, Any]:
    made: dict[str, Any] = {}
    scale, dpi = given.get("scale"), given.get("dpi")
    if scale is not None:
        made["scale"] = (
            None if scale == "fit" else _number("--scale", scale.removeprefix("1:"), 100, 1_000_000)
        )
    if dpi is not None:
        made["dpi"] = _number("--dpi", dpi, 96, 600)
    return made


def _places(given: dict[str, Any], kind: Any, base: Setup, register: Register) -> dict[str, Any]:
    """Street offices, areas and compounds by name or id."""
    frames, filters = register.frames, {}
    for option, field, layer in (("street", "streets", "street_office"), ("area", "areas", "renewal_area")):
        if given.get(option):
            filters[field] = _ids(_option(option), given[option], frames[layer])
    made: dict[str, Any] = {}
    if filters:
        from dataclasses import replace

        made["filters"] = replace(base.filters, **filters)
    if given.get("compound"):
        ids = _ids("--compound", given["compound"], frames["compound"])
        made |= {"selected": ids[0]} if kind.of_one_compound else {"compounds": ids}
        if kind.of_one_compound and len(ids) > 1:
            raise BadValue(f"{kind.label}一张只说一个楼院，--compound 却写了 {len(ids)} 个；请分开出图。")
    return made


def _ids(option: str, wanted: Sequence[str], rows: pd.DataFrame) -> tuple[str, ...]:
    return tuple(_id(option, one.strip(), rows) for one in wanted)


def _id(option: str, wanted: str, rows: pd.DataFrame) -> str:
    """The record of that id or name (of a street office with or without 街道)."""
    from sheets.presets import near

    if wanted in rows.index:
        return wanted
    names = rows["name"].fillna("")
    found = names.index[(names == wanted) | (names == f"{wanted}街道")]
    if len(found) > 1:
        raise BadValue(f"{option} 的“{wanted}”有 {len(found)} 个同名的：{'、'.join(found[:8])}；请改写编号。")
    if found.empty:
        raise BadValue(f"{option} 的“{wanted}”不在库里；{near(wanted, names)}")
    return str(found[0])


def _require_compound(made: Setup) -> None:
    if made.kind.of_one_compound and not made.selected:
        raise BadValue(f"{made.kind.label}要用 --compound 写明是哪个楼院（编号或名称）。")


def _require_effect(made: Setup, given: dict[str, Any]) -> None:
    """Raise BadValue for a theme that the kind of sheet would not be drawn in."""
    from sheets.setup import FIXED_THEMES

    fixed = FIXED_THEMES.get(made.kind)
    if given.get("theme") is not None and fixed not in (None, made.theme):
        raise BadValue(f"{made.kind.label}总按“{fixed.label}”着色；请去掉 --theme，或改用别的 --kind。")


def _term(kind: type[T], option: str, value: str | None) -> T | None:
    if value is None:
        return None
    return kind(_one_of(option, value.strip().lower(), kind.labels()))


def _one_of(option: str, value: str, known: dict[str, str]) -> str:
    if value not in known:
        listed = "、".join(f"{code}（{label}）" if code != label else code for code, label in known.items())
        raise BadValue(f"{option} 的值“{value}”不对；可用：{listed}。")
    return value


def _number(option: str, value: str, least: int, most: int) -> int:
    if not value.isdecimal() or not least <= int(value) <= most:
        raise BadValue(f"{option} 的值“{value}”不对；请写 {least} 至 {most} 的整数。")
    return int(value)


def _day(option: str, value: str | None) -> date | None:
    if value is None:
        return None
    try:
        day = date.fromisoformat(value)
    except ValueError as error:
        raise BadValue(f"{option} 的日期“{value}”不对；请写成 2026-11-24 的样子。") from error
    if not _FIRST_YEAR <= day.year <= _LAST_YEAR:
        raise BadValue(f"{option} 的日期“{value}”不对；请写 {_FIRST_YEAR} 至 {_LAST_YEAR} 年的一天。")
    return day


def _option(name: str) -> str:
    return f"--{name.replace('_', '-')}"


def _link(made: Setup, register: Register) -> str:
    """Address of the same view below the office's address; none without one."""
    root = register.office.print.public_url
    if not root:
        return ""
    filters = {"street": "~".join(made.filters.streets), "area": "~".join(made.filters.areas)}
    chosen = {"date": made.as_of.isoformat(), "theme": made.theme.value}
    if made.kind.of_one_compound:
        page, said = "dossier", {"compound": made.selected or "", "date": made.as_of.isoformat()}
    else:
        page, said = "", {**filters, **chosen}
    return f"{root.rstrip('/')}/{page}?{urlencode({k: v for k, v in said.items() if v}, safe='~')}"
