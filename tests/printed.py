"""What a sheet says and how it looks: texts of a PDF, the smallest of them, pictures against golden ones."""

from __future__ import annotations

import io
import os
from pathlib import Path

import pypdf
from PIL import Image, ImageChops, ImageFilter

from geodata.vocabulary import SheetFormat
from sheets.sheet import Sheet, finish

GOLDEN = Path(__file__).parent / "golden"
_MM_PER_POINT = 25.4 / 72


def pages(sheet: Sheet) -> list[str]:
    """Texts of each page, without any white space (a PDF has no words)."""
    reader = pypdf.PdfReader(io.BytesIO(finish(sheet, SheetFormat.PDF)[0]))
    return ["".join(page.extract_text().split()) for page in reader.pages]


def said(sheet: Sheet) -> str:
    """All that a sheet says, without white space."""
    return "".join(pages(sheet))


def smallest_mm(sheet: Sheet) -> float:
    """Size of the smallest text of a sheet, in millimetres."""
    sizes: list[float] = []

    def note(text: str, cm: list[float], tm: list[float], _font: object, size: float) -> None:
        if text.strip():
            across = (tm[0] ** 2 + tm[1] ** 2) ** 0.5 * (cm[0] ** 2 + cm[1] ** 2) ** 0.5
            sizes.append(abs(size) * across * _MM_PER_POINT)

    for page in pypdf.PdfReader(io.BytesIO(finish(sheet, SheetFormat.PDF)[0])).pages:
        page.extract_text(visitor_text=note)
    return min(sizes)


def differs(sheet: Sheet, name: str, *, dpi: float) -> float:
    """Share of the first page that looks other than the golden picture; GOLDEN_WRITE=1 makes that picture anew."""
    picture = Image.open(io.BytesIO(finish(sheet, SheetFormat.PNG, dpi=dpi)[0])).convert("L")
    file = GOLDEN / f"{name}.png"
    if os.environ.get("GOLDEN_WRITE"):
        picture.save(file, optimize=True)
    golden = Image.open(file)
    assert picture.size == golden.size, f"{name}: {picture.size} instead of {golden.size}"
    return looks_apart(picture, golden)


def looks_apart(one: Image.Image, other: Image.Image) -> float:
    """Share of two grey pictures of one size that looks different, edges of characters aside."""
    blurred = (picture.filter(ImageFilter.GaussianBlur(1)) for picture in (one, other))
    counts = ImageChops.difference(*blurred).histogram()
    return sum(counts[40:]) / sum(counts)
