"""`manage.py snapshot`: options become a sheet, mistakes are told in words, a file is whole or not there."""

from __future__ import annotations

import io
import shutil
from contextlib import closing
from pathlib import Path

import docx
import pptx
import pypdf
import pytest
from typer.testing import CliRunner, Result

import manage
from geodata.store import Store
from geodata.vocabulary import DataStatus
from sheets import files, setup
from tests import small_disk

FINE, USAGE, STORE = 0, 2, 3
SMALL = ("--sheet", "a4", "--dpi", 96)


@pytest.fixture(scope="module")
def demo(demo_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the demo with a preset, one that cannot be read, and one of a street office that is gone."""
    path = tmp_path_factory.mktemp("snapshots") / "renewal.gpkg"
    shutil.copy(demo_file, path)
    kept = setup.checked(
        {"as_of": "2020-01-01", "paper": "a4", "theme": "warning", "title": "例会图", "dpi": 96}
    )
    lost = kept.changed(filters={"streets": ("999999",)}, template="gone.typ")
    with closing(Store.open(f"sqlite:///{path}")) as store, store.commit(author="王工") as save:
        for name, text in (("周例会", kept.text()), ("旧图", lost.text()), ("坏图", "{}")):
            row = {"name": name, "setup": text, "data_status": DataStatus.OFFICIAL, "source": "本人保存"}
            save.insert("print_preset", row)
    return path


@pytest.fixture(autouse=True)
def _settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHENGYUAN_CONFIG", str(tmp_path / "none.toml"))


def run(database: Path, *words: object) -> Result:
    done = CliRunner().invoke(manage.app, ["--database", str(database), "snapshot", *map(str, words)])
    assert done.exception is None or isinstance(done.exception, SystemExit)
    assert "Traceback" not in done.output
    return done


def text_of(path: Path) -> str:
    return "".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(path.read_bytes())).pages)


def test_the_same_command_gives_the_same_bytes(demo: Path, tmp_path: Path) -> None:
    for form in ("pdf", "png", "svg"):
        made = [tmp_path / f"{name}.{form}" for name in "ab"]
        for path in made:
            done = run(
                demo, path, *SMALL, "--street", "北下街", "--theme", "warning", "--as-of", "2026-06-30"
            )
            assert done.exit_code == FINE, done.output
        assert made[0].read_bytes() == made[1].read_bytes()
        assert len(made[0].read_bytes()) > 1000
    assert "2026-06-30" in text_of(tmp_path / "a.pdf")


def test_texts_scale_and_unit_stand_on_the_sheet(demo: Path, tmp_path: Path) -> None:
    out = tmp_path / "图.pdf"
    words = ("--title", "十一月例会图", "--scale", "20000", "--unit", "区旧改办", "--labels", "none")
    done = run(demo, out, *SMALL, *words)
    assert done.exit_code == FINE, done.output
    assert "A4 横向" in done.output
    assert "十一月例会图" in text_of(out)


def test_a_preset_is_taken_with_the_day_of_today_and_options_change_it(demo: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.pdf"
    assert run(demo, out, "--preset", "周例会", "--title", "另一个题").exit_code == FINE
    words = text_of(out)
    assert "另一个题" in words
    assert "2026-11-24" in words
    assert "2020-01-01" not in words


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("--street", "下街"), "--street 的“下街”不在库里；相近的有：北下街街道"),
        (("--area", "火星"), "--area 的“火星”不在库里"),
        (("--sheet", "a9"), "--sheet 的值“a9”不对；可用：a4（A4）"),
        (("--sheet", "slide", "--orientation", "portrait"), "16:9 幻灯片只有横向"),
        (("--scale", "1:5k"), "--scale 的值“5k”不对；请写 100 至 1000000"),
        (("--dpi", "20"), "--dpi 的值“20”不对；请写 96 至 600"),
        (("--as-of", "2026-13-01"), "--as-of 的日期“2026-13-01”不对"),
        (("--as-of", "0001-01-01", "--kind", "wall"), "--as-of 的日期“0001-01-01”不对；请写 1949 至 2199 年"),
        (("--title", "长" * 121), "不对：最多 120 个字"),
        (("--theme", "rainbow"), "--theme 的值“rainbow”不对"),
        (("--audience", "public"), "审图号"),
        (("--audience", "public", "--exemption", "街区图", "--classification", "internal"), "密级"),
        (("--kind", "site_notice"), "--compound"),
        (("--kind", "wall", "--theme", "stage"), "作战挂图总按“进度预警”着色"),
        (("--add-to", "周会.pptx"), "要同为 .pptx 或同为 .docx"),
        (("--template", "none.typ"), "模板 none.typ"),
        (("--off", "moon"), "--off 的值“moon”不对"),
        (("--preset", "周例"), "没有名为“周例”的出图方案；相近的有：周例会"),
        (("--preset", "坏图"), "出图方案“坏图”读不了"),
        (("--preset", "旧图"), "出图方案“旧图”里的这些现在没有了：街道 999999、模板 gone.typ"),
    ],
)
def test_a_mistake_is_told_with_option_value_and_remedy(
    demo: Path, tmp_path: Path, words: tuple[str, ...], says: str
) -> None:
    done = run(demo, tmp_path / "out.pdf", *words)
    assert done.exit_code == USAGE
    assert says in done.output
    assert list(tmp_path.iterdir()) == []


def test_office_files_and_the_page_come_from_the_command_line_and_are_added_to(
    demo: Path, tmp_path: Path
) -> None:
    for form in ("pptx", "docx", "html"):
        done = run(demo, tmp_path / f"a.{form}", *SMALL, "--street", "北下街")
        assert done.exit_code == FINE, done.output
    before = (tmp_path / "a.pptx").read_bytes()
    for form in ("pptx", "docx"):
        former = tmp_path / f"a.{form}"
        done = run(demo, tmp_path / f"b.{form}", *SMALL, "--title", "第二张", "--add-to", former)
        assert done.exit_code == FINE, done.output
    assert (tmp_path / "a.pptx").read_bytes() == before
    titles = [slide.shapes.title.text for slide in pptx.Presentation(str(tmp_path / "b.pptx")).slides]
    assert titles[1:] == ["第二张"]
    assert len(titles) == 2
    said = [one.text for one in docx.Document(str(tmp_path / "b.docx")).paragraphs]
    assert titles[0] in said
    assert "第二张" in said
    assert "北下街" in (tmp_path / "a.html").read_text(encoding="utf-8")
    gone = run(demo, tmp_path / "c.pptx", *SMALL, "--add-to", tmp_path / "none.pptx")
    assert gone.exit_code == USAGE
    assert "none.pptx 读不了" in gone.output.replace("\n", "")
    assert not (tmp_path / "c.pptx").exists()


def test_where_it_cannot_go_is_told_and_nothing_is_overwritten(demo: Path, tmp_path: Path) -> None:
    taken = tmp_path / "taken.pdf"
    taken.write_text("mine")
    for out, says in (
        (taken, "--force"),
        (tmp_path / "none" / "out.pdf", "不存在"),
        (tmp_path / "out.exe", "可用：.pdf .png"),
        (tmp_path / "out", "可用：.pdf .png"),
    ):
        done = run(demo, out, *SMALL)
        assert (done.exit_code, says in done.output) == (USAGE, True), done.output
    assert taken.read_text() == "mine"
    assert run(demo, taken, *SMALL, "--force").exit_code == FINE
    assert taken.read_bytes().startswith(b"%PDF")
    assert list(tmp_path.iterdir()) == [taken]


def test_a_missing_database_is_told(tmp_path: Path) -> None:
    done = run(tmp_path / "none.gpkg", tmp_path / "out.pdf")
    assert done.exit_code == STORE
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_leaves_nothing_and_the_former_file_stays(demo: Path, tmp_path: Path) -> None:
    with small_disk.mounted(tmp_path / "disk", megabytes=2) as disk:
        (disk / "out.pdf").write_text("former")
        small_disk.fill_up(disk, leave=4096)
        done = run(demo, disk / "out.pdf", *SMALL, "--force")
        assert done.exit_code == USAGE
        assert "磁盘空间不够" in done.output
        assert (disk / "out.pdf").read_text() == "former"
        assert {path.name for path in disk.iterdir()} == {"out.pdf", "filler"}


def test_stopped_halfway_leaves_nothing(tmp_path: Path) -> None:
    def write_and_stop() -> None:
        with files.placed(tmp_path / "out.pdf") as fresh:
            fresh.write_bytes(b"half")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_and_stop()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("例会图 A/B:*?", "例会图 A_B_"),
        ("../../etc/passwd", "etc_passwd"),
        ("\u202egnp.exe", "gnp.exe"),
        ("", "图"),
        ("...", "图"),
        ("长" * 200, "长" * 66),
        ("a" * 200, "a" * 80),
    ],
)
def test_a_title_becomes_a_name_for_every_file_system(text: str, name: str) -> None:
    assert files.safe_name(text).strip("_") == name.strip("_")
