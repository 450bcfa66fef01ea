"""Reading CSV into columns of text with the file's line beside each row, and casting what was judged sound.

Text comes first: a CSV cell is judged as it is written, then cast. Libraries that cast while reading accept too much
(`.5`, `0x1F`) or too little, and lose the line.
"""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass

import polars as pl

from planspec.findings import Finding
from planspec.package import Field, Package, Resource

LINE = "_line"
MAX_LINE = 1_000_000
"""Longest line of a CSV file in characters; a longer one is refused."""


@dataclass
class Table:
    """A resource read as text: `raw` has one String column a field and `_line`; `frame` the same cells cast.

    Cells that could not be cast are null in `frame`; empty cells are null in `frame` and "" in `raw`.
    """

    resource: Resource
    raw: pl.DataFrame
    frame: pl.DataFrame

    def __len__(self) -> int:
        return self.raw.height


def _decode(data: bytes, name: str, path: str) -> tuple[str, list[Finding]]:
    """Decode UTF-8 or say what the bytes are instead; "" where nothing can be read on."""
    if not data.strip():
        return "", [Finding("S107", name, path)]
    if b"\x00" in data:
        kind = "UTF-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "NUL"
        line = data[: data.index(b"\x00")].count(b"\n") + 1
        return "", [Finding("S104", name, path, line, params={"why": kind})]
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        try:
            data.decode("gb18030")
            kind = "GBK"
        except UnicodeDecodeError:
            kind = f"byte {data[error.start]:#04x}"
        return "", [Finding("S104", name, path, line, params={"why": kind})]
    faults = []
    if text.startswith("\ufeff"):
        faults.append(Finding("S104", name, path, 1, params={"why": "BOM"}))
        text = text[1:]
    if "\r" in text:
        faults.append(Finding("S105", name, path, text[: text.index("\r")].count("\n") + 1))
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    return text, faults


def _header(line: str, resource: Resource) -> tuple[list[str], list[Finding]]:
    """The header and its faults: columns missing (what stands there instead is named), extra, twice, or out of order."""
    try:
        header = next(csv.reader([line], strict=True), [])
    except csv.Error:
        header = line.split(",")
    expected = resource.columns
    if header == expected:
        return header, []
    faults = []

    def fault(why: str, name: str, place: int) -> None:
        found = header[place] if place < len(header) else ""
        params = {"why": why, "name": name, "found": found}
        faults.append(Finding("S106", resource.name, resource.path, 1, name, params=params))

    lost = [place for place, name in enumerate(expected) if name not in header]
    for place in lost:
        fault("missing", expected[place], place)
    for place, name in enumerate(header):
        if place not in lost and (name not in expected or name in header[:place]):
            fault("extra" if name not in expected else "twice", name, place)
    if not faults:
        place = next(i for i, name in enumerate(expected) if header[i] != name)
        fault("order", expected[place], place)
    return header, faults


def _slow_rows(text: str, width: int, resource: Resource) -> tuple[list[list[str]], list[int], list[Finding]]:
    """Rows by the csv module: used where a line's shape is in doubt, so that the row can be named."""
    rows, lines, faults = [], [], []
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    last = 0
    while True:
        start = last + 1
        try:
            row = next(reader)
        except StopIteration:
            break
        except csv.Error as error:
            faults.append(Finding("S108", resource.name, resource.path, reader.line_num, params={"why": str(error)}))
            break
        last = reader.line_num
        if start == 1:
            continue
        if len(row) != width:
            faults.append(
                Finding("S108", resource.name, resource.path, start, params={"why": f"{len(row)} cells, not {width}"})
            )
            continue
        rows.append(row)
        lines.append(start)
    return rows, lines, faults


def read_text(data: bytes, resource: Resource) -> tuple[pl.DataFrame | None, list[Finding]]:
    """Read CSV bytes as a frame of Strings with `_line`; None where no table can be made of them.

    Every fault of the file's form is a finding: encoding, header, rows with too many or too few cells.
    """
    text, faults = _decode(data, resource.name, resource.path)
    if not text:
        return None, faults
    first, _, body = text.partition("\n")
    longest = max(map(len, text.split("\n")), default=0)
    if longest > MAX_LINE:
        return None, [
            *faults,
            Finding("S108", resource.name, resource.path, 0, params={"why": f"a line of {longest} characters"}),
        ]
    header, header_faults = _header(first, resource)
    faults += header_faults
    if any(f.params["why"] in ("missing", "extra", "twice") for f in header_faults):
        return None, faults
    width = len(header)
    if '"' not in text:
        lines = body.split("\n")
        if lines and lines[-1] == "":
            lines.pop()
        commas = width - 1
        if all(line.count(",") == commas for line in lines):
            numbers: list[int] | range = range(2, len(lines) + 2)
            cells = (line.split(",") for line in lines)
            columns: list[tuple[str, ...]] = list(zip(*cells, strict=True)) if lines else [() for _ in header]
            return _frame(header, columns, numbers, resource), faults
    rows, numbers, row_faults = _slow_rows(text, width, resource)
    columns = list(zip(*rows, strict=True)) if rows else [() for _ in header]
    return _frame(header, columns, numbers, resource), faults + row_faults


def _frame(header: list[str], columns: list, numbers: list[int] | range, resource: Resource) -> pl.DataFrame:
    data = {name: pl.Series(name, list(cells), dtype=pl.String) for name, cells in zip(header, columns, strict=True)}
    frame = pl.DataFrame({name: data[name] for name in resource.columns})
    return frame.with_columns(pl.Series(LINE, numbers, dtype=pl.Int64))


DTYPES: dict[str, type[pl.DataType]] = {
    "integer": pl.Int64,
    "year": pl.Int64,
    "number": pl.Float64,
    "boolean": pl.Boolean,
    "date": pl.Date,
}


def _cast(field: Field) -> pl.Expr:
    column = pl.col(field.name)
    text = pl.when(column == "").then(None).otherwise(column)
    if field.type == "boolean":
        return pl.when(column.is_in(["true", "false"])).then(column == "true").otherwise(None).alias(field.name)
    if field.type == "date":
        return text.str.to_date("%Y-%m-%d", strict=False).alias(field.name)
    dtype = DTYPES.get(field.type)
    return (text.cast(dtype, strict=False) if dtype else text).alias(field.name)


def typed(raw: pl.DataFrame, resource: Resource) -> pl.DataFrame:
    """Cast the text columns of `raw` to the types of the schema; what cannot be cast becomes null."""
    return raw.select(*(_cast(f) for f in resource.fields), pl.col(LINE))


def read_tables(package: Package) -> tuple[dict[str, Table], list[Finding]]:
    """Read every resource of the package once. Resources that cannot be read are missing from the result."""
    tables: dict[str, Table] = {}
    faults: list[Finding] = []
    for resource in package:
        if not package.store.exists(resource.path):
            faults.append(
                Finding(
                    "S103",
                    resource.name,
                    resource.path,
                    params={"path": resource.path, "why": "is no file of the package"},
                )
            )
            continue
        raw, found = read_text(package.store.read(resource.path), resource)
        faults += found
        if raw is not None:
            tables[resource.name] = Table(resource, raw, typed(raw, resource))
    return tables, faults
