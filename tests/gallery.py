"""`python -m tests.gallery`: real exports for the README, made by the command line on demo data (needs poppler-utils)."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

from PIL import Image

from tests.browser.running import ROOT

TARGET = ROOT / "docs" / "images" / "sheets"
WIDTH_PX = 1400

DAY = ("--as-of", "2026-11-24", "--unit", "管城回族区老旧小区改造办公室")
OPEN = ("--audience", "public", "--review-number", "演示审图号", "--classification", "public")
ONE = ("--compound", "410104002-C44")
SHEETS: dict[str, tuple[str, ...]] = {
    "district": (),
    "street": ("--street", "西大街街道", "--theme", "warning"),
    "wall": ("--kind", "wall", "--sheet", "A0", "--compare-with", "2026-09-01"),
    "before-after": ("--kind", "before_after", "--compare-with", "2026-06-01", "--street", "西大街街道"),
    "strategy": ("--kind", "strategy", *ONE),
    "site-notice": ("--kind", "site_notice", *ONE, *OPEN),
    "public-notice": ("--kind", "public_notice", *ONE, *OPEN),
}
ATLAS = ("--by", "report", "--street", "西大街街道")
ATLAS_PAGES = 3


def main() -> None:
    """Make every picture anew."""
    TARGET.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        manage(folder, "demo")
        for sheet, options in SHEETS.items():
            keep(pictures(folder, "snapshot", *options)[0], sheet)
        for number, page in enumerate(pictures(folder, "atlas", *ATLAS)[:ATLAS_PAGES], 1):
            keep(page, f"atlas-{number}")


def manage(folder: Path, *arguments: str) -> None:
    """A command on the demo database of the folder."""
    store = ["--database", f"sqlite:///{folder / 'renewal.gpkg'}"]
    subprocess.run([sys.executable, "manage.py", *store, *arguments], cwd=ROOT, check=True)


def pictures(folder: Path, command: str, *options: str) -> list[Path]:
    """The pages of a PDF as pictures."""
    made = folder / "made.pdf"
    manage(folder, command, str(made), "--force", *DAY, *options)
    for former in folder.glob("page*.png"):
        former.unlink()
    size = ["-scale-to-x", str(WIDTH_PX), "-scale-to-y", "-1"]
    subprocess.run(["pdftoppm", "-png", *size, made, folder / "page"], check=True)
    return sorted(folder.glob("page*.png"))


def keep(page: Path, name: str) -> None:
    """A page with few colours, so that the repository stays small."""
    Image.open(page).convert("RGB").quantize(128).save(TARGET / f"{name}.png", optimize=True)


if __name__ == "__main__":
    main()
