"""The package as one workbook: a sheet a resource, made for reading, filtering and re-using in a spreadsheet.

Three header rows: English title, Chinese title, column name; the third carries the filter, so a program reads the
sheet with `header=2`. Text is written as text, never parsed: nothing in it can become a formula or a link.
"""

from __future__ import annotations

import io
from typing import Any

from plans.build import dictionary
from plans.build.content import Content
from planspec.errors import CannotTell
from planspec.package import Field, Resource

HEADER_ROWS = 3
MAX_ROWS = 1_048_576
MAX_CELL = 32_767
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_WIDEST, _NARROWEST = 60, 9


def _xlsxwriter() -> Any:
    try:
        import xlsxwriter
    except ImportError as error:
        raise CannotTell(
            "the workbook needs xlsxwriter", "install the extra: pip install 'qingdao-district-plans[build]'"
        ) from error
    return xlsxwriter


class _Book:
    """A workbook with the formats its sheets share."""

    def __init__(self, content: Content) -> None:
        self.out = io.BytesIO()
        options = {
            "in_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
            "nan_inf_to_errors": False,
        }
        self.book = _xlsxwriter().Workbook(self.out, options)
        licence = ", ".join(
            str(entry.get("title") or entry.get("name")) for entry in content.descriptor.get("licenses", [])
        )
        self.book.set_properties(
            {
                "title": f"{content.descriptor.get('title', content.name)} {content.version}",
                "comments": f"{content.name} {content.version}. {licence}",
                "created": content.created.replace(tzinfo=None),
            }
        )
        self.title = self.book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bg_color": "#DDE6EE"})
        self.name = self.book.add_format({"font_color": "#5A6B7B", "valign": "top", "bg_color": "#DDE6EE"})
        self.text = self.book.add_format({"num_format": "@", "valign": "top"})
        # The mark keeps a cell text after a person has edited it; without it a spreadsheet would then compute it.
        self.guarded = self.book.add_format({"num_format": "@", "valign": "top", "quote_prefix": True})
        self.plain = self.book.add_format({"valign": "top"})
        self.date = self.book.add_format({"num_format": "yyyy-mm-dd", "valign": "top"})
        self.wrapped = self.book.add_format({"num_format": "@", "valign": "top", "text_wrap": True})

    def put(self, sheet: Any, row: int, column: int, value: Any, field: Field | None = None) -> None:
        """Write one cell by its type; None leaves it empty."""
        if value is None or value == "":
            return
        kind = field.type if field else "string"
        if kind == "boolean":
            done = sheet.write_boolean(row, column, value, self.plain)
        elif kind in ("number", "integer", "year"):
            done = sheet.write_number(row, column, value, self.plain)
        elif kind == "date":
            done = sheet.write_datetime(row, column, value, self.date)
        else:
            done = sheet.write_string(row, column, value, self.guarded if value.startswith(_FORMULA) else self.text)
        if done:
            raise CannotTell(
                f"row {row + 1}, column {column + 1}: a sheet cannot hold {str(value)[:40]!r}",
                f"shorten the cell to {MAX_CELL} characters",
            )


def _width(titles: list[str], values: list[Any]) -> int:
    """Column width in characters; a Chinese character takes two."""
    shown = [str(v) for v in values if v is not None] + titles
    longest = max((sum(2 if ord(c) > 0x2E7F else 1 for c in text) for text in shown), default=0)
    return max(_NARROWEST, min(_WIDEST, longest + 2))


def _sheet(book: _Book, content: Content, resource: Resource) -> None:
    frame = content.tables[resource.name].frame
    if frame.height + HEADER_ROWS > MAX_ROWS:
        raise CannotTell(
            f"{resource.path} has {frame.height} rows, more than a sheet holds",
            "split the resource, or leave the workbook to smaller ones",
        )
    sheet = book.book.add_worksheet(resource.name)
    for column, field in enumerate(resource.fields):
        titles = [str(field.meta.get("title", "")), str(field.meta.get("title_zh", "")), field.name]
        for row, title in enumerate(titles):
            sheet.write_string(row, column, title, book.name if row == HEADER_ROWS - 1 else book.title)
        values = frame[field.name].to_list()
        for row, value in enumerate(values, HEADER_ROWS):
            book.put(sheet, row, column, value, field)
        sheet.set_column(column, column, _width(titles, values))
    sheet.freeze_panes(HEADER_ROWS, len(resource.primary_key) if len(resource.primary_key) == 1 else 0)
    sheet.autofilter(HEADER_ROWS - 1, 0, max(HEADER_ROWS - 1 + frame.height, HEADER_ROWS), len(resource.fields) - 1)


def _about(book: _Book, content: Content) -> None:
    meta = content.descriptor
    sheet = book.book.add_worksheet("about")
    sheet.set_column(0, 0, 26)
    sheet.set_column(1, 2, 22)
    sheet.set_column(3, 3, 90)
    licence = ", ".join(
        f"{entry.get('title') or entry.get('name')} {entry.get('path', '')}".strip()
        for entry in meta.get("licenses", [])
    )
    facts = [
        ("Title 标题", f"{meta.get('title', content.name)} {meta.get('title_zh', '')}".strip()),
        ("Version 版本", content.version),
        ("Created 日期", content.created.strftime("%Y-%m-%d")),
        ("Licence 许可", licence),
        ("Description 说明", str(meta.get("description", ""))),
    ]
    for row, (name, value) in enumerate(facts):
        sheet.write_string(row, 0, name, book.title)
        book.put(sheet, row, 1, value)
    start = len(facts) + 1
    for column, name in enumerate(("Sheet 工作表", "Title 标题", "Rows 行数", "Description 说明")):
        sheet.write_string(start, column, name, book.title)
    for row, resource in enumerate(content.resources, start + 1):
        sheet.write_string(row, 0, resource.name, book.text)
        book.put(sheet, row, 1, f"{resource.meta.get('title', '')} {resource.meta.get('title_zh', '')}".strip())
        sheet.write_number(row, 2, len(content.tables[resource.name]), book.plain)
        book.put(sheet, row, 3, str(resource.meta.get("description", "")))


def _columns(book: _Book, content: Content) -> None:
    sheet = book.book.add_worksheet("columns")
    rows = [row for resource in content.resources for row in dictionary.rows(resource)]
    for column, name in enumerate(dictionary.COLUMNS):
        sheet.write_string(0, column, name, book.title)
        for number, row in enumerate(rows, 1):
            if row[name]:
                sheet.write_string(
                    number, column, row[name], book.wrapped if name in ("allowed", "description") else book.text
                )
        sheet.set_column(column, column, _width([name], [row[name] for row in rows]))
    sheet.freeze_panes(1, 3)
    sheet.autofilter(0, 0, len(rows), len(dictionary.COLUMNS) - 1)


def make(content: Content) -> dict[str, bytes]:
    """`<name>.xlsx`: an `about` sheet, a sheet a resource, and `columns` with the data dictionary."""
    book = _Book(content)
    _about(book, content)
    for resource in content.resources:
        _sheet(book, content, resource)
    _columns(book, content)
    book.book.close()
    return {f"{content.name}.xlsx": book.out.getvalue()}
