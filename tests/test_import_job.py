"""From a file on the disk to a save and back: the job of the page and `manage.py import`."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import python_calamine
import shapely
import shapely.affinity
import xlsxwriter
from shapely.geometry import box, mapping
from typer.testing import CliRunner

import manage
from geodata.importers import job
from geodata.importers.asked import Asked
from geodata.importers.inspection import CHANGES, ISSUES, MISSING, PREVIEW, SUMMARY, Inspection
from geodata.importers.readings import reading
from geodata.store import Store
from tests import child
from tests.small_store import FIRST_SQUARE, RING_SQUARE

HEADINGS = ["楼院名称", "所属街道", "户数", "建成年代", "备注"]
ROWS: list[list[Any]] = [
    ["演示·西大街－０１院", "西大街街道办事处", "约130户", 1987, "甲"],
    ["演示·西大街-02院", "西大街", 80, None, None],
    ["演示·西大街-03大院", "西大街", 60, None, None],
    ["新 院", "月亮街道", 40, None, None],
    ["=1+1", "西大街", 5, None, None],
]


def workbook(path: Path, rows: list[list[Any]], headings: list[str] = HEADINGS) -> Path:
    """A plain sheet."""
    with xlsxwriter.Workbook(path, {"strings_to_formulas": False}) as book:
        sheet = book.add_worksheet("台账")
        for at, row in enumerate([headings, *rows]):
            sheet.write_row(at, 0, row)
    return path


def shapes(code: str = "cgcs2000") -> dict[str, Any]:
    """Two stored compounds redrawn a little larger, as a file in some coordinates would have them."""
    features = []
    for name, stored in (("演示·西大街-01院", FIRST_SQUARE), ("演示·西大街-02院", RING_SQUARE)):
        drawn = shapely.transform(stored.buffer(0.00001, join_style="mitre"), reading(code).raw)
        features.append({"type": "Feature", "properties": {"name": name}, "geometry": mapping(drawn)})
    return {"type": "FeatureCollection", "features": features}


@pytest.fixture
def desk(small_store: Store, tmp_path: Path) -> Callable[..., int]:
    """A folder with an upload beside a database that nobody else has open; runs the job there."""
    folder = tmp_path / "ws"
    folder.mkdir()

    def run(task: str, **asked: Any) -> int:
        if asked or not (folder / "asked.json").exists():
            (folder / "asked.json").write_text(Asked(**asked).text(), encoding="utf-8")
        return job.main([str(folder), task, "--database", small_store.url])

    return run


def lines(path: Path) -> list[dict[str, Any]]:
    """The lines of a file of JSON lines."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def test_a_ledger_is_inspected_accepted_and_reported(
    desk: Callable[..., int], small_store: Store, tmp_path: Path
) -> None:
    folder = tmp_path / "ws"
    workbook(folder / "upload", ROWS)
    assert desk("inspect", file_name="台账.xlsx", kind="compound") == job.ANSWERED
    inspection = Inspection.read((folder / SUMMARY).read_text(encoding="utf-8"))
    counts = inspection.counts
    assert (counts.rows, counts.accepted, counts.rejected, counts.waiting) == (5, 3, 2, 1)
    assert (counts.new, counts.changed, counts.unchanged) == (1, 1, 1)
    assert [one.key for one in inspection.decisions] == ["4"]
    assert [one["state"] for one in lines(folder / CHANGES)] == [
        "changed",
        "unchanged",
        "rejected",
        "rejected",
        "new",
    ]
    cells = {(one["row"], one["issue"]): one["cell"] for one in lines(folder / ISSUES)}
    assert cells[5, "unknown_reference"] == "B5"
    assert [one["record_id"] for one in lines(folder / MISSING)] == ["C4"]
    assert json.loads((folder / "progress.json").read_text())["what"] == "完成"

    assert desk("report") == job.ANSWERED
    with zipfile.ZipFile(folder / "report.xlsx") as book:
        parts = {name: book.read(name).decode() for name in book.namelist() if name.endswith(".xml")}
    assert "月亮街道" in parts["xl/comments1.xml"]
    assert "需要改的行" in parts["xl/workbook.xml"]
    assert not [name for name, text in parts.items() if "<f>" in text or "<f " in text]

    (folder / "save.json").write_text(json.dumps({"author": "李四", "reason": "六月台账"}))
    desk("inspect", file_name="台账.xlsx", kind="compound", matches={"4": "C3"})
    assert desk("accept") == job.ANSWERED
    answer = json.loads((folder / "accepted.json").read_text(encoding="utf-8"))
    assert answer["revision"] == small_store.snapshot().revision
    stored = small_store.frame("compound")
    assert (stored.at["C1", "households"], stored.at["C3", "households"]) == (130, 60)
    assert "约130户" in stored.at["C1", "note"]
    newest = small_store.revision()
    assert newest
    assert (newest.author, newest.reason) == ("李四", "六月台账")


def test_a_report_shows_each_cell_below_its_heading_and_names_no_column_by_its_code(
    desk: Callable[..., int], tmp_path: Path
) -> None:
    workbook(tmp_path / "ws" / "upload", ROWS)
    desk("inspect", file_name="台账.xlsx", kind="compound")
    assert desk("report") == job.ANSWERED
    with python_calamine.load_workbook(tmp_path / "ws" / "report.xlsx") as book:
        rows = book.get_sheet_by_name("需要改的行").to_python()
        told = book.get_sheet_by_name("问题").to_python()
    assert rows[0] == ["原行号", *HEADINGS]
    shown = {int(row[0]): row[1:] for row in rows[1:]}
    assert shown[2] == ROWS[0]
    assert shown[5][:3] == ROWS[3][:3]
    fields = [str(row[told[0].index("栏")]) for row in told[1:]]
    assert "街道" in "".join(fields)
    assert not [one for one in fields if one and one.isascii()]


def test_what_was_saved_since_the_inspection_is_shown_before_anything_is_written(
    desk: Callable[..., int], small_store: Store, tmp_path: Path
) -> None:
    folder = tmp_path / "ws"
    workbook(folder / "upload", ROWS[:2])
    desk("inspect", kind="compound")
    with small_store.commit(author="王五") as save:
        save.update("compound", "C2", {"households": 99}, version=1)
    before = small_store.snapshot()
    (folder / "save.json").write_text(json.dumps({"author": "李四"}))
    assert desk("accept") == job.ANSWERED
    answer = json.loads((folder / "accepted.json").read_text(encoding="utf-8"))
    assert (answer["revision"], answer["stale"]) == (None, True)
    assert small_store.snapshot() == before
    assert [one["state"] for one in lines(folder / CHANGES)] == ["changed", "changed"]
    assert desk("accept") == job.ANSWERED
    assert json.loads((folder / "accepted.json").read_text())["revision"] == before.revision + 1


def test_a_heading_that_was_settled_with_its_unit_is_known_the_next_time(
    desk: Callable[..., int], small_store: Store, tmp_path: Path
) -> None:
    folder = tmp_path / "ws"
    headings, row = ["楼院名称", "工程类型", "盘子"], ["演示·西大街-01院", "照明", 12]
    workbook(folder / "upload", [row], headings)
    (folder / "save.json").write_text(json.dumps({"author": "李四"}))
    desk("inspect", kind="work_item", columns={"盘子": "budget_cny:万元"})
    desk("accept")
    assert small_store.frame("work_item")["budget_cny"].tolist()[-1] == 120_000
    desk("inspect", kind="work_item", columns={})
    inspection = Inspection.read((folder / SUMMARY).read_text(encoding="utf-8"))
    assert (inspection.headings[2].field, inspection.headings[2].how) == ("budget_cny", "learned")
    assert inspection.counts.unchanged == 1


def test_a_cancelled_job_writes_nothing(desk: Callable[..., int], tmp_path: Path) -> None:
    folder = tmp_path / "ws"
    workbook(folder / "upload", ROWS)
    (folder / "cancel").touch()
    assert desk("inspect", kind="compound") == job.CANCELLED
    assert not (folder / SUMMARY).exists()


def test_what_is_no_ledger_is_an_answer_and_a_missing_database_is_trouble(
    desk: Callable[..., int], tmp_path: Path
) -> None:
    folder = tmp_path / "ws"
    (folder / "upload").write_bytes(b"%PDF-1.7")
    assert desk("inspect") == job.ANSWERED
    assert "PDF" in Inspection.read((folder / SUMMARY).read_text(encoding="utf-8")).refused
    assert job.main([str(folder), "inspect", "--database", f"sqlite:///{tmp_path}/none.gpkg"]) == job.TROUBLE
    assert "没有找到数据库" in json.loads((folder / "failed.json").read_text(encoding="utf-8"))["message"]


def test_boundaries_of_a_shifted_file_land_on_the_stored_ones(
    desk: Callable[..., int], small_store: Store, tmp_path: Path
) -> None:
    folder = tmp_path / "ws"
    (folder / "upload").write_text(json.dumps(shapes("gcj02")), encoding="utf-8")
    desk("inspect", kind="compound", hypothesis="gcj02")
    inspection = Inspection.read((folder / SUMMARY).read_text(encoding="utf-8"))
    assert (inspection.counts.changed, inspection.verdict) == (2, "gcj02")
    assert {one["name"] for line in lines(folder / CHANGES) for one in line["fields"]} == {"geometry"}
    drawn = json.loads((folder / PREVIEW).read_text(encoding="utf-8"))["features"]
    assert {one["properties"]["role"] for one in drawn} == {"file", "stored"}
    (folder / "save.json").write_text(json.dumps({"author": "李四"}))
    desk("accept")
    now = small_store.frame("compound").at["C1", "geometry"]
    assert now.symmetric_difference(FIRST_SQUARE.buffer(0.00001, join_style="mitre")).area < 1e-12


def test_undecided_coordinates_wait_with_their_evidence(desk: Callable[..., int], tmp_path: Path) -> None:
    folder = tmp_path / "ws"
    far = {
        "type": "Feature",
        "properties": {"name": "新院"},
        "geometry": mapping(box(113.69, 34.76, 113.6901, 34.7601)),
    }
    (folder / "upload").write_text(json.dumps({"type": "FeatureCollection", "features": [far]}))
    desk("inspect", kind="compound")
    inspection = Inspection.read((folder / SUMMARY).read_text(encoding="utf-8"))
    assert inspection.verdict == "undecided"
    assert "coordinates" in inspection.asks
    assert {"cgcs2000", "gcj02"} <= {one.code for one in inspection.evidence}
    assert (inspection.counts.rejected, inspection.counts.waiting) == (1, 1)
    (folder / "save.json").write_text(json.dumps({"author": "李四"}))
    desk("accept")
    assert "坐标系" in json.loads((folder / "accepted.json").read_text(encoding="utf-8"))["refused"]


# ── The command line ──────────────────────────────────────────────────────────────────────────────────────────


def command(store: Store, *words: object) -> Any:
    """Run `manage.py import` on a database."""
    given = ["--database", store.url, "import", *map(str, words)]
    return CliRunner().invoke(manage.app, given, env={"CHENGYUAN_CONFIG": "none.toml"})


def test_the_command_tells_clean_from_doubtful_from_refused(small_store: Store, tmp_path: Path) -> None:
    clean = workbook(tmp_path / "clean.xlsx", [["演示·西大街-02院", "西大街", 81, None, None]])
    done = command(small_store, clean, "--kind", "compound", "--author", "李四")
    assert done.exit_code == 0, done.stderr
    assert "修订号" in done.stderr
    messy = workbook(tmp_path / "messy.xlsx", ROWS)
    report = tmp_path / "report.xlsx"
    tried = command(small_store, messy, "--kind", "compound", "--dry-run", "--report", report)
    assert tried.exit_code == 1
    assert "--match 4=编号" in tried.stdout
    assert zipfile.is_zipfile(report)
    far = tmp_path / "far.geojson"
    square = mapping(box(113.69, 34.76, 113.6901, 34.7601))
    far.write_text(json.dumps({"type": "Feature", "properties": {"name": "新院"}, "geometry": square}))
    asked = command(small_store, far, "--kind", "compound", "--author", "李四")
    assert asked.exit_code == 2
    assert "--datum gcj02" in asked.stderr
    assert "gcj02" in asked.stdout
    told = command(small_store, far, "--kind", "compound", "--author", "李四", "--datum", "wgs84")
    assert told.exit_code == 1, told.stderr
    assert small_store.frame("compound")["name"].tolist()[-1] == "新院"


def test_the_command_says_how_to_answer_for_a_shape_without_a_name(
    small_store: Store, tmp_path: Path
) -> None:
    lone_shape(tmp_path)
    path = (tmp_path / "upload").rename(tmp_path / "标绘.geojson")
    told = command(small_store, path, "--dry-run")
    assert told.exit_code == 2
    assert "栏名都不认得" in told.stderr
    assert "（）" not in told.stderr
    words = (path, "--kind", "compound", "--datum", "wgs84", "--author", "李四")
    told = command(small_store, *words, "--dry-run")
    assert "--match 1=new:名称" in told.stderr
    done = command(small_store, *words, "--match", "1=C3")
    assert done.exit_code in (0, 1), done.stderr
    assert small_store.frame("compound").geometry["C3"] is not None


def test_the_command_is_not_clean_when_something_of_the_file_was_left_out(
    small_store: Store, tmp_path: Path
) -> None:
    row = ["演示·西大街-02院", "西大街", 81]
    strange = workbook(tmp_path / "strange.xlsx", [[*row, "甲"]], [*HEADINGS[:3], "奇怪的栏"])
    done = command(small_store, strange, "--kind", "compound", "--author", "李四")
    assert done.exit_code == 1, done.stderr
    again = command(small_store, workbook(tmp_path / "same.xlsx", [row]), "--kind", "compound", "--dry-run")
    assert again.exit_code == 0, again.stderr
    assert "将要做的修改" not in again.stdout
    assert "楼院登记表，共 1 行" in again.stderr
    assert "编码" not in again.stderr
    unsaid = workbook(tmp_path / "unsaid.xlsx", [["甲"]], ["名称"])
    asked = command(small_store, unsaid, "--dry-run")
    assert asked.exit_code == 2
    assert "compound（楼院登记表）" in asked.stderr
    assert "%" not in asked.stderr


def test_the_job_loads_no_second_sqlite(small_store: Store, tmp_path: Path) -> None:
    folder = tmp_path / "ws"
    folder.mkdir()
    workbook(folder / "upload", ROWS)
    (folder / "asked.json").write_text(Asked(kind="compound").text(), encoding="utf-8")
    url = small_store.url
    with closing(small_store):
        told = child.run(
            """
            import sys
            from geodata.importers import job
            assert job.main([sys.argv[1], "inspect", "--database", sys.argv[2]]) == 0
            print([name for name in ("pyogrio", "_sqlite3", "fiona", "osgeo", "streamlit") if name in sys.modules])
            """,
            folder,
            url,
        )
    assert told == "[]"


def test_an_order_that_was_taken_back_before_writing_began_writes_nothing(
    desk: Callable[..., int], small_store: Store, tmp_path: Path
) -> None:
    folder = tmp_path / "ws"
    workbook(folder / "upload", ROWS[:2])
    desk("inspect", kind="compound")
    (folder / "save.json").write_text(json.dumps({"author": "李四"}))
    before = small_store.snapshot()

    def take_back(path: Path, text: str) -> None:
        if "逐行核对" in text:
            (folder / "save.json").unlink(missing_ok=True)
        path.write_text(text, encoding="utf-8")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(job, "write_whole", take_back)
        assert desk("accept") == job.CANCELLED
    assert small_store.snapshot() == before
    assert not (folder / "accepted.json").exists()


def test_a_job_that_died_before_it_could_say_that_it_had_written_does_not_write_again(
    desk: Callable[..., int], small_store: Store, tmp_path: Path
) -> None:
    folder = tmp_path / "ws"
    workbook(folder / "upload", ROWS[:2])
    desk("inspect", kind="compound")
    (folder / "save.json").write_text(json.dumps({"author": "李四"}))
    desk("accept")
    (folder / "accepted.json").unlink()
    after = small_store.snapshot()
    (folder / "save.json").write_text(json.dumps({"author": "李四"}))
    assert desk("accept") == job.ANSWERED
    assert json.loads((folder / "accepted.json").read_text())["revision"] == after.revision
    assert small_store.snapshot() == after


def lone_shape(folder: Path) -> None:
    """What a telephone draws: one shape without a name, where nothing is stored."""
    shape = shapely.affinity.translate(FIRST_SQUARE, 0, 0.004)
    feature = {"type": "Feature", "properties": {}, "geometry": mapping(shape)}
    (folder / "upload").write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}))


def inspected(folder: Path) -> Inspection:
    return Inspection.read((folder / SUMMARY).read_text(encoding="utf-8"))


def test_a_shape_without_a_name_is_a_question_that_any_record_or_a_new_name_answers(
    desk: Callable[..., int], small_store: Store, tmp_path: Path
) -> None:
    folder = tmp_path / "ws"
    lone_shape(folder)
    said = {"file_name": "标绘.geojson", "kind": "compound", "hypothesis": "cgcs2000"}
    desk("inspect", **said)
    (question,) = inspected(folder).decisions
    assert (question.is_free, question.key, inspected(folder).counts.waiting) == (True, "1", 1)
    issues = [one["issue"] for one in lines(folder / ISSUES) if one["severity"] == "error"]
    assert issues == ["needs_decision"]

    desk("inspect", **said, matches={"1": "C3"})
    assert (inspected(folder).decisions, inspected(folder).counts.changed) == ((), 1)
    (change,) = lines(folder / CHANGES)
    assert (change["record_id"], change["name"]) == ("C3", "演示·西大街-03院")

    desk("inspect", **said, matches={"1": "new:新开院"})
    (change,) = lines(folder / CHANGES)
    assert {one["name"]: one["new"] for one in change["fields"]}["name"] == "新开院"
    assert inspected(folder).decisions == ()
