"""What a person chose for an atlas: a set-up, what the pages are, which of them, and how the files are named."""

from __future__ import annotations

import re
import string
from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from geodata.errors import BadValue
from geodata.vocabulary import AtlasBy, SheetFormat, Term
from sheets.setup import Setup

PATTERN = "{number:03}-{street}-{name}"
PATTERN_FIELDS: dict[str, str] = {
    "number": "页的序号；{number:03} 补足三位",
    "name": "楼院、街道或片区的名称",
    "street": "所属街道",
    "area": "所属片区",
    "id": "编号",
    "date": "截至日期",
}
"""What a name pattern may hold, in braces, with its meaning."""

PAGE_FORMATS = (SheetFormat.PDF, SheetFormat.PNG, SheetFormat.SVG)


class Atlas(BaseModel):
    """Everything that decides an atlas, but for the data: the same atlas of the same revision gives the same bytes.

    `setup` decides filters, day, theme, paper, audience and what stands on every page; its `compounds` narrow the
    pages as they narrow a map. `ids` are pages ticked by hand (compounds, street offices or areas, as `by` says; of a
    report street offices), in the order of the atlas; without any, all that the set-up lets through. `form` is
    one PDF, or ZIP: a file for each page in `page_form`, named by `pattern` (`PATTERN_FIELDS`).
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    setup: Setup
    by: AtlasBy = AtlasBy.COMPOUND
    ids: tuple[str, ...] = ()
    form: SheetFormat = SheetFormat.PDF
    page_form: SheetFormat = SheetFormat.PDF
    pattern: str = Field(default=PATTERN, min_length=1, max_length=120)

    @field_validator("by", "form", "page_form", mode="before")
    @classmethod
    def _code(cls, value: Any) -> Any:
        return value.lower() if isinstance(value, str) and not isinstance(value, Term) else value

    @field_validator("form")
    @classmethod
    def _whole(cls, value: SheetFormat) -> SheetFormat:
        if value not in (SheetFormat.PDF, SheetFormat.ZIP):
            raise ValueError("图册只能是一个 PDF，或每页一个文件的压缩包（zip）")
        return value

    @field_validator("page_form")
    @classmethod
    def _single(cls, value: SheetFormat) -> SheetFormat:
        if value not in PAGE_FORMATS:
            raise ValueError("压缩包里的每页只能是 pdf、png 或 svg")
        return value

    @field_validator("pattern")
    @classmethod
    def _known_fields(cls, value: str) -> str:
        named(value, {field: 1 if field == "number" else "" for field in PATTERN_FIELDS})
        return value

    def text(self) -> str:
        """The atlas as JSON, for jobs and presets; `read` takes it back."""
        return self.model_dump_json()


def named(pattern: str, values: Mapping[str, str | int]) -> str:
    """The pattern with its fields filled in. Raises ValueError that names what is wrong and what is allowed.

    Only whole fields of `PATTERN_FIELDS` are replaced, a width (`:03`) goes with `number` alone: nothing is evaluated.
    """
    allowed = "、".join("{" + field + "}" for field in PATTERN_FIELDS)
    try:
        parts = list(string.Formatter().parse(pattern))
    except ValueError as error:
        raise ValueError(f"文件名格式“{pattern}”的花括号不成对；可用 {allowed}") from error
    made = []
    for text, field, spec, conversion in parts:
        made.append(text)
        if field is None:
            continue
        fitting = spec == "" or (field == "number" and re.fullmatch(r"0[1-9]", spec or ""))
        if field not in PATTERN_FIELDS or conversion or not fitting:
            shown = field + (f"!{conversion}" if conversion else "") + (f":{spec}" if spec else "")
            raise ValueError(f"文件名格式里的“{{{shown}}}”不认识；可用 {allowed}，序号可写 {{number:03}}")
        made.append(format(values[field], spec or ""))
    return "".join(made)


def checked(values: Mapping[str, Any]) -> Atlas:
    """An atlas from plain values. Raises BadValue that names the field, the value and what is allowed."""
    try:
        return Atlas.model_validate(dict(values))
    except ValidationError as error:
        raise _told(error) from error


def read(text: str) -> Atlas:
    """An atlas from its JSON. Raises BadValue."""
    try:
        return Atlas.model_validate_json(text)
    except ValidationError as error:
        raise _told(error) from error


def _told(error: ValidationError) -> BadValue:
    first = error.errors()[0]
    field = ".".join(str(part) for part in first["loc"]) or "atlas"
    return BadValue(
        f"图册设置 {field} 的值“{str(first['input'])[:60]}”不对：{first['msg'].removeprefix('Value error, ')}"
    )
