"""Public sheets: nothing reaches a composer but what is open by name, and no name, pipe or relic comes out."""

from __future__ import annotations

import io
import json
import zipfile
from datetime import date
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pypdf
import pytest
import shapely

from analysis.filters import Filters
from geodata.errors import BadValue
from geodata.schema import LAYERS
from geodata.settings import Printing, Settings
from geodata.vocabulary import Classification, PartyRole, PermitKind, SheetFormat, SheetKind, ZoneClass
from sheets import audience, compose, files, mapping, setup
from sheets.register import Register
from tests.registers import register_of

DAY = date(2026, 11, 24)
SECRET = "张三丰机密"
PUBLIC = setup.checked(
    {
        "as_of": DAY,
        "audience": "public",
        "classification": "public",
        "exemption": "只有街区示意",
        "paper": "a4",
        "dpi": 96,
        "blocks": ["streets", "compounds", "delayed"],
    }
)


INTERNAL = PUBLIC.changed(audience="internal", classification="internal")
COMPANY = "机密物业有限公司"
LINK = "http://office/?q=张三&street=410104002~410104003&view=34.753149,113.669032,16"
SECRETS = (SECRET, "张三", "%E5%BC%A0%E4%B8%89", "秘密埋藏区", "地下遗存", COMPANY, "34.75314")


@pytest.fixture(scope="module")
def whole(demo_file: Path) -> Register:
    """The demo register, every text that nobody checks holding a secret, with a burial zone and an archaeology permit."""
    made = register_of(demo_file)
    for layer, frame in made.frames.items():
        open_texts = OPEN_TEXTS | (PUBLISHED_TEXTS if layer in PUBLISHED else set())
        known = {*LAYERS[layer].vocabulary, *open_texts}
        for column, kind in frame.dtypes.items():
            if kind == "str" and column not in known and not _is_key(layer, str(column)):
                frame[column] = f"{SECRET}{layer}{column}"
    zones = made.frames["heritage_zone"]
    zones.loc[zones.index[0], ["zone_class", "name"]] = [ZoneClass.BURIAL.value, "秘密埋藏区"]
    permits = made.frames["permit"]
    permits.loc[permits.index[:3], "kind"] = PermitKind.ARCHAEOLOGY.value
    areas = made.frames["reference_area"]
    areas.loc[areas.index[0], "name"] = "地下遗存参考范围"
    parties = made.frames["party"]
    parties.loc[parties["role"] == PartyRole.PROPERTY_MANAGER, "organisation"] = COMPANY
    return made


OPEN_TEXTS = {"name", "address", "structure", "unit", "side", "level", "organisation", "programme"}
PUBLISHED_TEXTS = {"source", "basis", "promulgated_by", "document_no", "layer_version"}
PUBLISHED = {"district", "street_office", "renewal_area", "basemap_line", "reference_area", "heritage_site"}
PUBLISHED |= {"heritage_zone", "heritage_line"}  # ground: published sources, which a sheet must name


def _is_key(layer: str, column: str) -> bool:
    return bool(LAYERS[layer].table.c[column].foreign_keys)


@pytest.fixture(scope="module")
def public(whole: Register) -> Register:
    return audience.allowed(PUBLIC, whole)


def test_every_text_is_open_by_name_or_blank(public: Register) -> None:
    """A column or a layer that nobody thought of is closed: the lists are of what is open."""
    seen = 0
    for layer, frame in public.frames.items():
        for column in frame.columns:
            if column not in audience._OPEN.get(layer, ()):
                assert frame[column].isna().all(), f"{layer}.{column}"
                seen += 1
    assert seen > 60


@pytest.mark.parametrize(
    "column", ["leader", "property_manager", "boundary_drawn_by", "note", "source", "aliases"]
)
def test_what_is_personal_of_a_compound_is_blank(public: Register, column: str) -> None:
    assert public.frames["compound"][column].isna().all()


def test_a_new_column_and_a_new_layer_are_closed(whole: Register) -> None:
    frames = dict(whole.frames)
    frames["compound"] = frames["compound"].assign(
        phone="13800000000", households_list="张三、李四", deaf=True
    )
    frames["residents"] = pd.DataFrame({"name": ["张三"], "data_status": ["official"]}, index=["R1"])
    fresh = audience._public(Register(frames, 1, None, DAY, whole.office))
    for column in ("phone", "households_list", "deaf"):
        assert fresh.frames["compound"][column].isna().all()
    assert fresh.frames["residents"].empty


def test_no_open_column_names_a_person() -> None:
    persons = {
        "leader",
        "contact",
        "recorded_by",
        "boundary_drawn_by",
        "boundary_reviewed_by",
        "property_manager",
    }
    for layer, columns in audience._OPEN.items():
        assert not columns & persons, layer
        assert "note" not in columns
        assert columns <= set(LAYERS[layer].table.c.keys()), layer


def test_burial_zones_their_sites_archaeology_and_pipes_are_gone(whole: Register, public: Register) -> None:
    zones = public.frames["heritage_zone"]
    burials = whole.frames["heritage_zone"]["zone_class"] == ZoneClass.BURIAL
    assert len(zones) == (~burials).sum() > 0
    assert ZoneClass.BURIAL not in set(zones["zone_class"])
    assert PermitKind.ARCHAEOLOGY not in set(public.frames["permit"]["kind"])
    assert len(public.frames["reference_area"]) == len(whole.frames["reference_area"]) - 1
    items = public.frames["work_item"]
    pipes = items["type_code"].isin(audience.PIPES)
    assert pipes.sum() > 50
    assert items.loc[pipes, ["name", "quantity", "unit", "excavation_depth_m"]].isna().all(axis=None)
    assert items["geometry"].isna().all()
    assert items.loc[~pipes, "quantity"].notna().any()


def test_a_compound_is_a_rounded_point_in_its_old_neighbourhood(whole: Register, public: Register) -> None:
    frame, before = public.frames["compound"], whole.frames["compound"]
    assert frame.geometry.isna().all()
    for column in ("position_lon", "position_lat"):
        values = frame[column].dropna().to_numpy()
        assert np.array_equal(values, values.round(4))
    drawn = before.geometry.notna()
    moved = gpd.GeoSeries(
        shapely.points(frame.loc[drawn, "position_lon"], frame.loc[drawn, "position_lat"]), crs=4490
    ).to_crs(4547)
    apart = moved.distance(gpd.GeoSeries(before.geometry[drawn].to_numpy(), crs=4490).to_crs(4547).centroid)
    assert apart.max() < 10
    assert mapping.content(PUBLIC, public).as_points


def test_the_public_register_tells_the_same_progress(whole: Register, public: Register) -> None:
    mine, theirs = public.states(DAY), whole.states(DAY)
    pd.testing.assert_frame_equal(mine.drop(columns="heritage_hold"), theirs.drop(columns="heritage_hold"))


def test_filters_leave_the_same_compounds_on_a_public_sheet(whole: Register, public: Register) -> None:
    zone = public.frames["heritage_zone"].index[-1]
    for chosen in (Filters(zones=(zone,)), Filters(text="演示"), Filters(works=("B14",))):
        assert public.visible(DAY, chosen).equals(whole.visible(DAY, chosen))
        assert whole.visible(DAY, chosen).any()


def test_a_public_sheet_is_not_filtered_by_where_relics_lie(whole: Register) -> None:
    hidden = audience._hidden_areas(whole)
    assert hidden
    for zone in hidden:
        with pytest.raises(BadValue, match="地下文物埋藏区"):
            audience.allowed(PUBLIC.changed(filters={"zones": (zone,)}), whole)


@pytest.mark.parametrize(
    ("values", "says"),
    [
        ({"exemption": "  "}, "审图号"),
        ({"classification": "internal"}, "公开版的密级"),
        ({"audience": "internal"}, "内部版的密级"),
        ({"classification": Classification.WORK_SECRET}, "工作秘密"),
    ],
)
def test_what_may_not_be_made_says_why(whole: Register, values: dict[str, object], says: str) -> None:
    with pytest.raises(BadValue, match=says):
        audience.allowed(PUBLIC.changed(**values), whole)


def test_an_internal_sheet_sees_everything(whole: Register) -> None:
    assert audience.allowed(INTERNAL, whole) is whole


@pytest.mark.parametrize("kind", SheetKind)
def test_neither_data_nor_map_nor_file_holds_a_secret(whole: Register, kind: SheetKind) -> None:
    chosen = {"selected": str(whole.frames["party"]["compound_id"].iloc[0])} if kind.of_one_compound else {}
    paper = {"paper": "a3"} if kind is SheetKind.WALL else {}
    setup = PUBLIC.changed(
        kind=kind, compare_with=date(2026, 6, 1), link=LINK, filters={"text": "演示"}, **chosen, **paper
    )
    sheet = compose.compose(setup, whole)
    told = json.dumps(sheet.data, ensure_ascii=False) + "".join(
        content.decode(errors="replace") for content in sheet.files.values()
    )
    made = files.make(setup, whole, SheetFormat.PDF)
    reader = pypdf.PdfReader(io.BytesIO(made.content))
    printed = "".join(page.extract_text() for page in reader.pages)
    assert "公开" in made.name
    for words in (told, printed):
        assert "2026" in words
        for secret in SECRETS:
            assert secret not in words
    kept = reader.metadata or {}
    assert "/Author" not in kept
    assert not any(secret in str(kept) for secret in SECRETS)


def test_the_address_behind_the_code_tells_no_search_and_no_exact_place(whole: Register) -> None:
    assert (
        audience.link(PUBLIC.changed(link=LINK))
        == "http://office/?street=410104002~410104003&view=34.7531,113.6690,16"
    )
    assert audience.link(INTERNAL.changed(link=LINK)) == LINK
    assert audience.link(PUBLIC) == ""


def test_those_who_build_are_named_and_a_property_company_is_not(whole: Register) -> None:
    parties = whole.frames["party"]
    assert (parties["role"] == PartyRole.PROPERTY_MANAGER).any()
    mine = audience.allowed(PUBLIC, whole).frames["party"]
    assert set(mine["role"]) == set(audience.WORKS_PARTIES)
    compound = str(parties.loc[parties["role"] == PartyRole.PROPERTY_MANAGER, "compound_id"].iloc[0])
    for base, named in ((PUBLIC, False), (INTERNAL, True)):
        chosen = {"selected": compound, "paper": "a2"}
        notice = compose.compose(base.changed(kind="site_notice", **chosen), whole)
        strategy = compose.compose(base.changed(kind="strategy", **chosen), whole)
        roles = [party["role"] for party in notice.data["parties"]]
        assert roles == [role.label for role in audience.WORKS_PARTIES]
        assert (COMPANY in json.dumps(strategy.data, ensure_ascii=False)) is named


@pytest.mark.parametrize("form", [SheetFormat.HTML, SheetFormat.PPTX, SheetFormat.DOCX])
def test_no_file_that_can_be_edited_holds_a_secret(whole: Register, form: SheetFormat) -> None:
    made = files.make(PUBLIC.changed(link=LINK, filters={"text": "演示"}), whole, form).content
    if form is not SheetFormat.HTML:
        with zipfile.ZipFile(io.BytesIO(made)) as parts:
            made = b"".join(parts.read(name) for name in parts.namelist())
    words = made.decode(errors="replace")
    assert "2026-11-24" in words
    assert "按词查找" in words
    assert "http://office/" in words
    for secret in SECRETS:
        assert secret not in words


def test_an_internal_sheet_would_hold_it(whole: Register) -> None:
    """The check above can fail: with everything in sight the burial zone is on the map."""
    assert ZoneClass.BURIAL in set(mapping.content(INTERNAL, whole).layers["heritage_zone"]["zone_class"])
    assert ZoneClass.BURIAL not in set(
        mapping.content(PUBLIC, audience.allowed(PUBLIC, whole)).layers["heritage_zone"]["zone_class"]
    )


def test_the_office_fills_in_what_a_sheet_does_not_name_and_nothing_is_invented(whole: Register) -> None:
    office = Settings(print=Printing(unit="区旧改办", contact="0371-0000"))
    filled = compose.with_office(PUBLIC, office)
    assert (filled.unit, filled.contact) == ("区旧改办", "0371-0000")
    assert compose.with_office(PUBLIC.changed(unit="街道办"), office).unit == "街道办"
    assert compose.with_office(PUBLIC, Settings()).unit == ""
