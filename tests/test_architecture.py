"""The house: who may import whom, which libraries are forbidden where, where colours and clocks may stand."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

from tests import child

ROOT = Path(__file__).resolve().parent.parent
ROOMS = ("geodata", "analysis", "cartography", "sheets", "ui", "pages", "commands")

VALUES = {"geodata.vocabulary", "geodata.crs", "geodata.errors", "geodata.honesty"}
ARROWS: dict[str, set[str]] = {
    "geodata": {"geodata"},
    "analysis": {"analysis", "geodata.schema", *VALUES},
    "cartography": {"cartography", *VALUES},
    "sheets": {"sheets", "analysis", "cartography", "geodata"},
    "ui": {"ui", "cartography", "geodata", "sheets"},
    "pages": {"ui", "cartography", "analysis", "geodata"},
    "commands": {"commands", "analysis", "cartography", "geodata", "sheets"},
    "manage.py": {"commands", "geodata.errors"},
    "app.py": {"ui"},
}
"""Room or program → what of ours it may know."""

EXCEPTIONS: dict[str, set[str]] = {
    "ui/data.py": {"analysis"},  # calls an analysis to keep its result
    **{
        f"ui/{name}_data.py": {"analysis"} for name in ("compound", "progress", "briefing", "quality")
    },  # the same
    "ui/case.py": {"analysis"},  # the same for the dossier of one compound
    "ui/ground.py": {"analysis"},  # answers the drawing editor, on the trees that ui/data.py keeps
    "ui/past.py": {"analysis"},  # the same for former states
}

IN_THE_CHILD = {
    str(path.relative_to(ROOT))
    for place in ("child.py", "reading/*.py", "tasks/*.py")
    for path in (ROOT / "geodata" / "importers").glob(place)
}
LIBRARIES: dict[str, set[str]] = {
    "streamlit": {"ui", "pages", "app.py"},
    "streamlit_folium": {"ui"},
    "folium": {"cartography"},
    "branca": {"cartography"},
    "plotly": {"cartography"},
    "typst": {"cartography/print"},
    "segno": {"cartography/print"},
    "pptx": {"sheets"},
    "docx": {"sheets"},
    "sqlite3": {"geodata/store/engine.py"},  # takes pysqlite3's place where that has no wheel
    "pysqlite3": {"geodata/store/engine.py"},
    "pyogrio": IN_THE_CHILD,
    "fiona": set(),
    "sqlalchemy": {"geodata"},
    "alembic": {"geodata/store"},
    "typer": {"commands", "manage.py"},
    "rich": {"commands"},
    "pickle": set(),
    "shelve": set(),
    "marshal": set(),
}
"""Library → rooms, folders or files that may know it."""

HEX = re.compile(r"(?<![\w&])#(?:[0-9a-fA-F]{3,4}|[0-9a-fA-F]{6}|[0-9a-fA-F]{8})(?!\w)")
FUNCTION = re.compile(r"\b(?:rgba?|hsla?|hwb|lab|lch|oklab|oklch|color-mix)\(")
NAMES = re.compile(
    r"(?<![\w-])(?:white|black|red|green|blue|yellow|orange|purple|gold|gr[ae]y|(?:light|dark|dim|slate)gr[ae]y"
    r"|silver|navy|teal|brown|pink|beige|ivory|crimson|tomato|maroon|olive|violet|indigo|cyan|magenta|lime)(?![\w-])",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Source:
    """A Python file of ours: path from the root, and its syntax tree."""

    path: str
    tree: ast.Module

    @property
    def room(self) -> str:
        """The room, or the program itself."""
        return self.path.split("/")[0]

    def __str__(self) -> str:
        return self.path


@cache
def sources() -> list[Source]:
    """Every Python file of the product."""
    files = [path for room in ROOMS for path in sorted((ROOT / room).rglob("*.py"))]
    return [
        Source(path.relative_to(ROOT).as_posix(), ast.parse(path.read_text(encoding="utf-8")))
        for path in [*files, ROOT / "app.py", ROOT / "manage.py"]
        if path.exists()
    ]


def imported(source: Source) -> Iterator[str]:
    """Full dotted name of everything imported, inside functions and for type checking too."""
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{source}: relative import"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def within(name: str, allowed: set[str]) -> bool:
    """Whether a dotted name is one of these modules or inside one."""
    return any(name == module or name.startswith(f"{module}.") for module in allowed)


def calls(source: Source) -> Iterator[tuple[str, ast.Call]]:
    """Every call with the last part of what it calls."""
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Call):
            name = getattr(node.func, "attr", getattr(node.func, "id", ""))
            yield name, node


def texts(source: Source) -> Iterator[str]:
    """Every text in the code, without docstrings."""
    documented = ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef
    skipped = {
        id(node.body[0].value)
        for node in ast.walk(source.tree)
        if isinstance(node, documented) and node.body and isinstance(node.body[0], ast.Expr)
    }
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in skipped:
            yield node.value


def violations(rule: Callable[[Source], Iterable[str]]) -> dict[str, set[str]]:
    """What breaks a rule, by file."""
    found = {source.path: set(rule(source)) for source in sources()}
    return {path: broken for path, broken in found.items() if broken}


# ---- arrows -----------------------------------------------------------------------------------------------


def beyond_its_arrows(source: Source) -> set[str]:
    allowed = ARROWS[source.room] | EXCEPTIONS.get(source.path, set())
    ours = {name for name in imported(source) if within(name, {*ROOMS, "manage", "app", "tests", "bench"})}
    return {name for name in ours if not within(name, allowed)}


def test_a_room_knows_only_the_rooms_below() -> None:
    assert violations(beyond_its_arrows) == {}


def out_of_place(source: Source) -> set[str]:
    parts = source.path.split("/")
    here = {"/".join(parts[:count]) for count in range(1, len(parts) + 1)}
    return {
        name
        for name in imported(source)
        for library, places in LIBRARIES.items()
        if within(name, {library}) and not places & here
    }


def test_a_library_is_known_only_where_it_belongs() -> None:
    assert violations(out_of_place) == {}


def test_gdal_is_loaded_only_inside_functions_of_the_child() -> None:
    for source in sources():
        top = [node for node in source.tree.body if isinstance(node, ast.Import | ast.ImportFrom)]
        assert "pyogrio" not in " ".join(ast.unparse(node) for node in top), source.path
        if source.path not in IN_THE_CHILD:
            reached = [
                name
                for name in imported(source)
                if within(name, {"geodata.importers.reading", "geodata.importers.tasks"})
            ]
            assert reached == [], source.path


def test_every_module_imports_and_none_brings_gdal_into_the_process_of_the_store() -> None:
    modules = [
        source.path.removesuffix(".py").replace("/", ".").removesuffix(".__init__")
        for source in sources()
        if source.room not in ("pages", "app.py", "manage.py") and "/migrations/" not in source.path
    ]
    code = f"""
        import importlib, logging, sys
        logging.disable(logging.CRITICAL)
        for name in {modules!r}:
            importlib.import_module(name)
        print(sorted({{"pyogrio", "fiona"}} & set(sys.modules)))
    """
    assert child.run(code) == "[]"


def test_every_page_is_reached_under_the_name_of_its_file() -> None:
    pages = {source.path.removeprefix("pages/") for source in sources() if source.room == "pages"}
    assert all(re.fullmatch(r"[a-z]+\.py", page) for page in pages)


# ---- files ------------------------------------------------------------------------------------------------


def through_gdal(source: Source) -> list[str]:
    gdal = {
        "read_file",
        "to_file",
        "read_dataframe",
        "write_dataframe",
        "read_info",
        "list_layers",
        "from_file",
    }
    outside = source.path not in IN_THE_CHILD
    if "geodata.importers.files.read_file" in set(imported(source)):
        gdal = gdal - {"read_file"}  # ours, which asks the child
    return [ast.unparse(call) for name, call in calls(source) if outside and name in gdal]


def test_nobody_but_the_child_reads_or_writes_files_through_gdal() -> None:
    assert violations(through_gdal) == {}


def opened_as_a_file(source: Source) -> list[str]:
    ways = {"open", "read_bytes", "read_text", "write_bytes", "write_text", "copyfile", "copy2", "copy"}
    opened = [ast.unparse(call) for name, call in calls(source) if name in ways]
    return [text for text in opened if "gpkg" in text.lower() and source.path not in IN_THE_CHILD]


def test_nobody_opens_the_database_as_a_file() -> None:
    assert violations(opened_as_a_file) == {}


def evaluated(source: Source) -> list[str]:
    return [
        name for name, call in calls(source) if name in ("eval", "exec") and isinstance(call.func, ast.Name)
    ]


def test_nothing_is_evaluated() -> None:
    assert violations(evaluated) == {}


# ---- stored text and page script --------------------------------------------------------------------------


def unsafe_on_maps(source: Source) -> list[str]:
    parts = {"GeoJson", "GeoJsonPopup", "GeoJsonTooltip", "Popup", "Tooltip", "DivIcon", "Marker", "ColorMap"}
    used = [name for name, _ in calls(source) if name in {*parts, "explore"}]
    return used + [name for name in imported(source) if name.rsplit(".", 1)[-1] in parts]


def test_folium_parts_that_put_text_into_page_script_are_not_used() -> None:
    assert violations(unsafe_on_maps) == {}


# ---- colours ----------------------------------------------------------------------------------------------


def colours(source: Source) -> list[str]:
    if source.path == "cartography/symbology.py":
        return []
    return [
        text for text in texts(source) if HEX.search(text) or FUNCTION.search(text) or NAMES.fullmatch(text)
    ]


def test_no_colour_stands_outside_the_symbology() -> None:
    assert violations(colours) == {}


def own_files(ending: str) -> list[Path]:
    """Browser files of our own."""
    folder = ROOT / "static"
    return [
        path for path in sorted(folder.rglob(f"*{ending}")) if "vendor" not in path.relative_to(folder).parts
    ]


@pytest.mark.parametrize("path", own_files(".css"), ids=lambda path: path.name)
def test_style_sheets_name_no_colour(path: Path) -> None:
    text = re.sub(r"/\*.*?\*/", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
    values = " ".join(re.findall(r":([^;{}]*)[;}]", text))
    assert HEX.findall(values) + FUNCTION.findall(values) + NAMES.findall(values) == []


@pytest.mark.parametrize("path", own_files(".js"), ids=lambda path: path.name)
def test_scripts_name_no_colour(path: Path) -> None:
    code = re.sub(r"^\s*//.*$", "", path.read_text(encoding="utf-8"), flags=re.MULTILINE)
    quoted = re.findall(r"""["'`]([^"'`\n]*)["'`]""", code)
    assert [
        text for text in quoted if HEX.search(text) or FUNCTION.search(text) or NAMES.fullmatch(text)
    ] == []


@pytest.mark.parametrize("path", own_files(".js"), ids=lambda path: path.name)
def test_scripts_show_text_only_as_text(path: Path) -> None:
    code = path.read_text(encoding="utf-8")
    for way in ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "new Function"):
        assert way not in code


def test_there_are_scripts_and_style_sheets_to_look_at() -> None:
    assert len(own_files(".css")) >= 2
    assert len(own_files(".js")) >= 4


# ---- clocks -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("room", ["analysis", "cartography", "sheets"])
def test_no_clock_below_the_pages(room: str) -> None:
    clocks = {"now", "today", "utcnow", "time", "localtime"}
    for source in sources():
        if source.room == room:
            asked = [
                call
                for name, call in calls(source)
                if name in clocks and isinstance(call.func, ast.Attribute)
            ]
            assert [ast.unparse(call) for call in asked] == [], source.path


def test_the_rules_would_notice() -> None:
    assert HEX.search("color: #fff;")
    assert not HEX.search("&#39; #map #comment")
    assert NAMES.findall("white-space: nowrap; color: white") == ["white"]
    assert FUNCTION.search("rgba(0, 0, 0, .5)")
    bad = Source("analysis/x.py", ast.parse("import streamlit as st\nfrom geodata.store import Store"))
    assert list(imported(bad)) == ["streamlit", "geodata.store.Store"]
    assert beyond_its_arrows(bad) == {"geodata.store.Store"}
    assert out_of_place(bad) == {"streamlit"}
