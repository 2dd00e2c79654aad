"""DXF drawings: closed lines and hatches as polygons, texts inside one as its name. Runs in the child process.

A drawing says nothing of its coordinate system, and little that is true of its units: coordinates stay as they are.
"""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import shapely

from geodata.errors import BadFile
from geodata.importers.formats import DXF, LABELS
from geodata.importers.geometry import Feature
from geodata.importers.issues import Problem, shown
from geodata.importers.reading import gdal, texts
from geodata.importers.reading.contents import Contents, Note, named, require_rows
from geodata.importers.reading.layers import plain_cells
from geodata.vocabulary import DataStatus

_BYTES = "ISO-8859-1"  # GDAL hands every byte on as one character
_ENTITIES_A_ROW = 5
_SAME = 1e-5  # of the size of a shape: millimetres of a compound, in metres and in degrees alike
_ONE_BYTE = re.compile(r"[\x80-\xff]+")
_MARK = DataStatus.SYNTHETIC.label
_HAN = re.compile(r"[\u3400-\u9fff]")


def read(path: Path, *, layer: str | None, encoding: str | None, most_rows: int) -> Contents:
    """The areas of a drawing, or its lines when it has no area; of one CAD layer if asked for. Raises BadFile."""
    shapes, layers, words, handles = _entities(path, _ENTITIES_A_ROW * most_rows)
    name, notes = _encoding([*layers, *words], encoding)
    layers, words = [_text(one, name) for one in layers], [_text(one, name) for one in words]
    kinds = shapely.get_type_id(shapes)
    areas, lines = np.isin(kinds, (3, 6)), np.isin(kinds, (1, 5))
    drawn = areas if areas.any() else lines
    wanted = _choose([layers[i] for i in np.flatnonzero(drawn)], layer)
    is_label = np.array([bool(word) for word in words]) & ~areas & ~lines
    labels = np.flatnonzero(is_label)
    at, twice = _once(
        np.array([i for i in np.flatnonzero(drawn) if layers[i] in wanted], dtype=np.int64), shapes, labels
    )
    require_rows(len(at), most_rows)
    held, loose = _labels(shapes[at], shapes, labels, words)
    features = [
        Feature(_values(layers[i], handles[i], held.get(position, [])), shapes[i])
        for position, i in enumerate(at)
    ]
    left = Counter(_kind(kinds[i]) for i in np.flatnonzero(~drawn & ~is_label))
    notes += _left_out(left, loose, twice, bool(areas.any())) + _more_texts(features)
    known = list(dict.fromkeys(layers[i] for i in np.flatnonzero(drawn)))
    return Contents(
        features, ["layer", "name", "texts", "handle"], None, None, layer or "", name, notes, known
    )


def _entities(path: Path, most: int) -> tuple[Any, list[str], list[str], list[str]]:
    """Shapes, layer names, texts and handles of what stands in model space; closed lines are polygons."""
    pyogrio = gdal.import_pyogrio(gdal.DRIVERS[DXF])
    from pyogrio.raw import read as read_raw

    pyogrio.set_gdal_config_options({"DXF_ENCODING": _BYTES})
    with gdal.damage_told(LABELS[DXF]):
        meta, _, blobs, columns = read_raw(
            path, encoding="UTF-8", max_features=most + 1, CLOSED_LINE_AS_POLYGON=True
        )
    if blobs is None or not len(blobs):
        raise BadFile("图里没有任何图元。")
    if len(blobs) > most:
        raise BadFile(f"图里的图元超过 {most:,} 个；请只另存需要的图层。")
    cells = dict(zip(meta["fields"], map(plain_cells, columns), strict=True))
    in_model = [i for i, paper in enumerate(cells["PaperSpace"]) if not paper and blobs[i] is not None]
    if not in_model:
        raise BadFile("模型空间里没有任何图元（布局里的不读）。")
    shapes = shapely.force_2d(shapely.from_wkb(blobs[in_model], on_invalid="ignore"))
    hatch = [str(cells["SubClasses"][i]).endswith("Hatch") for i in in_model]
    words = ["" if hatch[k] else cells["Text"][i] or "" for k, i in enumerate(in_model)]
    layers, handles = ([cells[name][i] or "" for i in in_model] for name in ("Layer", "EntityHandle"))
    return _closed(shapes), layers, words, handles


def _closed(shapes: Any) -> Any:
    """Lines that end where they begin become polygons."""
    for i in np.flatnonzero((shapely.get_type_id(shapes) == 1) & shapely.is_ring(shapes)):
        if shapely.get_num_coordinates(shapes[i]) >= 4:
            shapes[i] = shapely.Polygon(shapes[i])
    return shapes


def _text(word: str, name: str) -> str:
    """A text whose bytes came as characters; what was written as an escape is a character already."""
    return _ONE_BYTE.sub(lambda part: texts.read_cell(part[0].encode("latin-1"), name, strict=False), word)


def _encoding(words: list[str], said: str | None) -> tuple[str, list[Note]]:
    if said:
        texts.codec(said)
        return said.strip().upper(), []
    found = [part.encode("latin-1") for word in words for part in _ONE_BYTE.findall(word)]
    name, example = texts.guess(found)
    if name == texts.UTF8:
        return name, []
    text = f"图中文字按 {name} 读取（例如“{shown(example)}”），请核对中文是否正确"
    return name, [(Problem.ENCODING_GUESSED, name, text)]


def _choose(layers: list[str], wanted: str | None) -> set[str]:
    known = set(layers)
    if wanted is None:
        return known
    if wanted not in known:
        raise BadFile(f"图里没有名为“{wanted}”而有面或线的图层；有：{named(sorted(known))}。")
    return {wanted}


def _once(at: Any, shapes: Any, labels: Any) -> tuple[list[int], int]:
    """Positions without those drawn twice (an outline and its hatch), and how many were.

    Measured by the size of each shape, which may be in metres or degrees; what holds other texts is another one.
    """
    held: dict[int, list[int]] = {}
    for label, area in shapely.STRtree(shapes[at]).query(shapes[labels], predicate="within").T.tolist():
        held.setdefault(area, []).append(label)
    length = shapely.length(shapes[at])
    with np.errstate(all="ignore"):
        step = _SAME * 10 ** np.floor(np.log10(np.where(length > 0, length, 1.0)))
        width = np.sqrt(shapely.area(shapes[at]))
        facts = np.round(np.column_stack([shapely.bounds(shapes[at]), width, length]) / step[:, None])
    seen: set[tuple[Any, ...]] = set()
    kept: list[int] = []
    for position, (i, measured) in enumerate(zip(at.tolist(), facts.tolist(), strict=True)):
        key = (*measured, *held.get(position, ()))
        if key not in seen:
            seen.add(key)
            kept.append(i)
    return kept, len(at) - len(kept)


def _labels(areas: Any, shapes: Any, labels: Any, words: list[str]) -> tuple[dict[int, list[str]], int]:
    """Texts by the smallest area that holds them, and how many lie in none."""
    point, area = shapely.STRtree(areas).query(shapes[labels], predicate="within")
    size = shapely.area(areas)
    smallest: dict[int, int] = {}
    for one, other in zip(point.tolist(), area.tolist(), strict=True):
        if one not in smallest or size[other] < size[smallest[one]]:
            smallest[one] = other
    held: dict[int, list[str]] = {}
    for one, other in sorted(smallest.items()):
        held.setdefault(other, []).append(" ".join(words[labels[one]].split()))
    return held, len(labels) - len(smallest)


def _values(layer: str, handle: str, held: list[str]) -> dict[str, Any]:
    """The name is the first text with Chinese in it; all texts are kept when there are several."""
    name = next((word for word in held if _HAN.search(word)), held[0] if held else None)
    return {
        "layer": layer,
        "name": name,
        "texts": "；".join(held) if len(held) > 1 else None,
        "handle": handle,
    }


def _more_texts(features: list[Feature]) -> list[Note]:
    """Tells of outlines with several texts, of which one became the name; our own mark of invented rows is none."""
    several = [one.values["texts"] for one in features if one.values["texts"]]
    several = [one for one in several if sum(word != _MARK for word in one.split("；")) > 1]
    if not several:
        return []
    text = f"{len(several)} 个图形里有几处文字（例如“{shown(several[0])}”），只取第一处有汉字的作名称，其余没有装入"
    return [(Problem.NOT_READ, several[0], text)]


def _kind(type_id: int) -> str:
    return {0: "点", 1: "线", 3: "面", 4: "点", 5: "线", 6: "面"}.get(int(type_id), "其他图元")


def _left_out(left: Counter[str], loose: int, twice: int, areas: bool) -> list[Note]:
    told = [f"{count} {'条' if kind == '线' else '个'}{kind}" for kind, count in left.items()]
    told += [f"{loose} 个不在{'面' if areas else '线'}里的文字"] if loose else []
    told += [f"{twice} 个重复画的"] if twice else []
    if not told:
        return []
    what = "首尾不相接的线不算面；" if areas and left.get("线") else ""
    return [(Problem.NOT_READ, "、".join(told), f"没有读：{'、'.join(told)}。{what}请核对有没有漏掉的楼院")]
