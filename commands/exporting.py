"""What the store holds as files: `export` and `template`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from commands.database import business_date, opened
from commands.telling import progress_bar, say
from geodata.errors import BadValue

if TYPE_CHECKING:
    from geodata.exporters import Request
    from geodata.store import Store
    from geodata.vocabulary import Coordinates, DataFormat

_EVERY = "all"
_REGISTER = (".gpkg", ".geojson", ".json", ".csv")


def export(
    context: typer.Context,
    file: Annotated[
        Path,
        typer.Argument(
            help="目标文件，格式由后缀定：.xlsx、.gpkg、.geojson、.kml、.dxf、.csv；.zip 要用 --format 指明里面的格式。"
        ),
    ],
    kind: Annotated[
        list[str] | None, typer.Option("--kind", help="台账种类，可重复；all 为全部；不填为楼院登记表。")
    ] = None,
    form: Annotated[
        str | None, typer.Option("--format", help="压缩包里的格式：xlsx、gpkg、shp、geojson、kml、dxf、csv。")
    ] = None,
    crs: Annotated[
        str | None, typer.Option("--crs", help="坐标系：EPSG:4490、EPSG:4326、EPSG:4547、EPSG:4526。")
    ] = None,
    datum: Annotated[
        str | None, typer.Option("--datum", help="改写成偏移坐标：gcj02（高德、腾讯）或 bd09（百度）。")
    ] = None,
    street: Annotated[
        list[str] | None, typer.Option("--street", help="只要这个街道的（代码或名称），可重复。")
    ] = None,
    encoding: Annotated[
        str, typer.Option("--encoding", help="Shapefile 的文字编码：UTF-8 或 GBK。")
    ] = "UTF-8",
    personal: Annotated[
        bool, typer.Option("--personal", help="连同人名与电话一起导出，只限内部使用；不填就没有。")
    ] = False,
    force: Annotated[bool, typer.Option("--force", help="覆盖已有文件。")] = False,
    chinese: Annotated[bool, typer.Option("--chinese", help="用中文栏名，代码写成名称。")] = False,
) -> None:
    """导出台账；演示数据逐行标明，另附一份说明。"""
    from geodata.exporters import export as export_ledgers
    from geodata.exporters import export_register

    plain = not (kind or form or crs or datum or street)
    with opened(context) as store, progress_bar("导出"):
        if plain and file.suffix.lower() in _REGISTER:
            written = export_register(store, file, force=force, chinese=chinese, personal=personal)
            told, rows = written.remark, written.rows
        else:
            request = _request(
                store,
                kinds=kind or ["compound"],
                form=_form(file, form),
                crs=crs,
                datum=datum,
                streets=street or [],
                encoding=encoding,
                personal=personal,
                chinese=chinese,
            )
            done = export_ledgers(store, request, file, force=force)
            rows = sum(done.rows.values())
            told = f"修订 {done.revision}，{request.coordinates.label}，其中演示数据 {done.synthetic} 行"
    say(f"已导出 {rows} 行：{told}。")
    typer.echo(str(file))


def template(
    context: typer.Context,
    kind: Annotated[str, typer.Argument(help="台账种类，如 compound、work_item。")],
    file: Annotated[Path, typer.Argument(help="要写的 Excel 文件（.xlsx）。")],
    force: Annotated[bool, typer.Option("--force", help="覆盖已有文件。")] = False,
) -> None:
    """写一份空白台账模板：栏名、下拉列表、填表说明和一行示例。"""
    from geodata.exporters import write_template

    with opened(context) as store:
        write_template(store, kind, file, force=force)
    typer.echo(str(file))


def _request(
    store: Store,
    *,
    kinds: list[str],
    form: DataFormat,
    crs: str | None,
    datum: str | None,
    streets: list[str],
    encoding: str,
    personal: bool,
    chinese: bool,
) -> Request:
    from geodata.exporters import Request, Spelling
    from geodata.kinds import KINDS
    from geodata.vocabulary import DataFormat

    codes = form in (DataFormat.GPKG, DataFormat.GEOJSON, DataFormat.CSV) and not chinese
    offices = _streets(store, streets)
    compounds = None
    if offices:
        frame = store.frame("compound")
        compounds = tuple(map(str, frame.index[frame["street_code"].isin(list(offices))]))
    return Request(
        kinds=tuple(KINDS) if _EVERY in kinds else tuple(dict.fromkeys(kinds)),
        form=form,
        day=business_date(store),
        coordinates=_coordinates(form, crs, datum),
        compounds=compounds,
        streets=tuple(offices),
        filters=f"街道：{'、'.join(offices.values())}" if offices else "",
        personal=personal,
        encoding=encoding.upper(),
        spelling=Spelling.CODES if codes else Spelling.LABELS,
    )


def _streets(store: Store, wanted: list[str]) -> dict[str, str]:
    """Names of street offices by code. Raises BadValue for one that is not there."""
    if not wanted:
        return {}
    names: dict[str, Any] = store.frame("street_office")["name"].to_dict()
    found = {}
    for text in wanted:
        codes = [code for code, name in names.items() if text in (code, name, name.removesuffix("街道"))]
        if len(codes) != 1:
            raise BadValue(f"没有街道“{text}”；可用：{'、'.join(names.values())}（或其代码）。")
        found[str(codes[0])] = str(names[codes[0]])
    return found


def _form(file: Path, given: str | None) -> DataFormat:
    from geodata.vocabulary import DataFormat

    ending = file.suffix.lower().removeprefix(".")
    ending = {"json": DataFormat.GEOJSON.value}.get(ending, ending)
    text = given.lower() if given else "xlsx" if ending == "zip" else ending
    known = "、".join(DataFormat)
    if text not in DataFormat.labels():
        raise BadValue(f"不能导出为“{text or file.name}”；可用：{known}。")
    if given and ending not in ("zip", text):
        raise BadValue(f"--format {text} 与文件后缀 .{ending} 不一致；请改一个，或写成 .zip。")
    return DataFormat(text)


def _coordinates(form: DataFormat, crs: str | None, datum: str | None) -> Coordinates:
    from geodata.exporters.coordinates import allowed
    from geodata.vocabulary import Coordinates

    if crs and datum:
        raise BadValue("--crs 与 --datum 只能给一个：偏移坐标没有坐标系代号。")
    text = (crs or datum or "").lower().replace(":", "")
    if not text:
        return allowed(form)[0]
    if text in ("cgcs2000", "wgs84"):
        text = "epsg4490" if text == "cgcs2000" else "epsg4326"
    if text not in Coordinates.labels():
        known = "、".join(f"{one.value.upper()}（{one.label}）" for one in Coordinates)
        raise BadValue(f"坐标“{crs or datum}”不认识；可用：{known}。")
    return Coordinates(text)
