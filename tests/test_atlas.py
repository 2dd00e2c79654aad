"""An atlas has a part for everything that was chosen, and nothing by half."""

from __future__ import annotations

import io
import zipfile
from datetime import date
from pathlib import Path

import pytest
from pypdf import PdfReader

from geodata.errors import BadValue
from sheets import atlas, atlas_setup
from sheets.register import Register

DAY = date(2026, 11, 24)


@pytest.fixture(scope="module")
def content(demo: Register) -> Register:
    return demo


def asked(content: Register, number: int = 2, **values: object) -> atlas_setup.Atlas:
    ids = tuple(str(one) for one in content.frames["compound"].index[:number])
    return atlas_setup.checked({"setup": {"as_of": DAY, "compounds": ids}, **values})


def quiet(done: int, total: int, text: str) -> None:
    """Progress that nobody reads."""


def test_every_compound_has_its_bookmark_and_page_and_the_bytes_are_the_same(
    content: Register, tmp_path: Path
) -> None:
    for name in ("a.pdf", "b.pdf"):
        atlas.export(asked(content), content, tmp_path / name, on_progress=quiet)
    made = (tmp_path / "a.pdf").read_bytes()
    assert made == (tmp_path / "b.pdf").read_bytes()
    book = PdfReader(io.BytesIO(made))
    marks = {str(one.title): book.get_destination_page_number(one) for one in book.outline}
    for name in content.frames["compound"]["name"][:2]:
        assert name in book.pages[marks[name]].extract_text()


def test_a_zip_holds_a_file_for_each_page_and_numbers_equal_names(content: Register, tmp_path: Path) -> None:
    wanted = asked(content, form="zip", page_form="pdf", pattern="页")
    atlas.export(wanted, content, tmp_path / "a.zip", on_progress=quiet)
    assert zipfile.ZipFile(tmp_path / "a.zip").namelist() == ["页.pdf", "页_2.pdf"]


def test_an_empty_choice_is_refused(content: Register, tmp_path: Path) -> None:
    with pytest.raises(BadValue, match="一页也没有"):
        atlas.export(asked(content, ids=("none",)), content, tmp_path / "a.pdf", on_progress=quiet)
    assert not list(tmp_path.iterdir())


def test_a_cancelled_atlas_leaves_no_file(content: Register, tmp_path: Path) -> None:
    def cancel(done: int, total: int, text: str) -> None:
        raise InterruptedError

    with pytest.raises(InterruptedError):
        atlas.export(asked(content), content, tmp_path / "a.pdf", on_progress=cancel)
    assert not list(tmp_path.iterdir())


def test_an_atlas_by_area_says_how_many_compounds_lie_in_none(content: Register, tmp_path: Path) -> None:
    rows = content.frames["compound"]
    area = rows["renewal_area_id"]
    chosen = [*rows.index[area.notna()][:1], *rows.index[area.isna()][:3]]
    wanted = atlas_setup.checked({"setup": {"as_of": DAY, "compounds": chosen}, "by": "area"})
    result = atlas.export(wanted, content, tmp_path / "a.pdf", on_progress=quiet)
    assert "另有 3 个楼院不在任何片区" in result.message
    front = PdfReader(tmp_path / "a.pdf").pages[0].extract_text()
    assert "另有3个楼院不在任何片区" in "".join(front.split())
