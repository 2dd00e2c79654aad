"""`manage.py datum`: what it prints, and how it ends."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import shapely
from typer.testing import CliRunner, Result

from commands import FINDINGS, OK, USAGE
from manage import app
from tests.datum_cases import Case, made

FIXTURES = Path(__file__).parent / "fixtures"
SHIFTED = FIXTURES / "guancheng_boundary_datav_gcj02_raw.geojson"
COARSE = FIXTURES / "guancheng_boundary_tianditu_cgcs2000.geojson"


@pytest.fixture
def run(demo_file: Path, monkeypatch: pytest.MonkeyPatch) -> object:
    monkeypatch.setenv("CHENGYUAN_CONFIG", "none.toml")
    return lambda *words: CliRunner().invoke(app, ["--database", str(demo_file), "datum", *map(str, words)])


def written(tmp_path: Path, case: Case, crs: str | None = None) -> Path:
    """The file of a case as GeoJSON."""
    raw, rows = made(case)
    features = [
        {"type": "Feature", "properties": values, "geometry": json.loads(shapely.to_geojson(one))}
        for one, values in zip(raw, rows, strict=True)
    ]
    member = {} if crs is None else {"crs": {"type": "name", "properties": {"name": crs}}}
    path = tmp_path / "file.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", **member, "features": features}))
    return path


def told(done: Result) -> dict[str, object]:
    return json.loads(done.stdout)


def test_the_real_shifted_file_is_told_to_be_gcj02(run) -> None:
    done = run(SHIFTED, "--json")
    assert done.exit_code == OK
    answer = told(done)
    assert answer["verdict"] == "gcj02"
    assert {"code", "label", "fit_m", "note"} <= answer["hypotheses"][0].keys()
    assert answer["hypotheses"][0]["code"] == "gcj02"


def test_a_file_that_fits_nothing_well_is_a_question(run) -> None:
    done = run(COARSE, "--json")
    assert done.exit_code == FINDINGS
    assert told(done)["verdict"] == "undecided"


def test_what_the_file_says_is_told_beside_the_evidence(run, tmp_path: Path) -> None:
    file = written(tmp_path, Case("streets", 5, 0, "gk3-38", 1), "urn:ogc:def:crs:EPSG::4547")
    answer = told(run(file, "--json"))
    assert answer["said"].startswith("EPSG:4547")
    assert answer["verdict"] == "undecided"
    assert answer["hypotheses"][0]["code"] == "gk3-38"


def test_the_table_is_chinese_and_says_what_to_do(run) -> None:
    done = run(COARSE)
    assert "与库中相差" in done.stdout
    assert "--datum gcj02" in done.stderr
    assert "docs/datum.md" in done.stderr


@pytest.mark.parametrize("text", ["", "not a map", "{", "a,b\n1,2\n"])
def test_a_file_without_shapes_ends_as_unreadable(run, tmp_path: Path, text: str) -> None:
    file = tmp_path / "file.geojson"
    file.write_text(text)
    done = run(file, "--json")
    assert done.exit_code == USAGE
    assert done.stdout == ""
    assert "错误" in done.stderr
