"""Canonical CSV: one byte sequence for one content, whatever a spreadsheet made of the file.

UTF-8 without BOM, LF, minimal quoting, rows in the order of their key, columns in the order of the schema, derived
columns filled. What a spreadsheet did without loss is undone and said; where it may have lost digits, the file is left
alone and the cell is named.
"""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from pathlib import Path

from planspec.errors import CannotTell
from planspec.files import write_whole
from planspec.grammar.text import compact_text
from planspec.package import Field, FolderStore, Package, Resource, open_package

_EXPONENT = re.compile(r"^[+-]?\d+(?:\.\d+)?[eE][+-]?\d+$")
_NUMBER = re.compile(r"^[+-]?(?:\d+(?:\.\d*)?|\.\d+)$")
_SLASHED_DATE = re.compile(r"^(\d{4})[/.](\d{1,2})[/.](\d{1,2})$")
_FIXED_DIGITS = re.compile(r"^\^(?:\[0-9\]|\\d)\{(\d+)\}\$$")
COMPACT_COLUMNS = frozenset(("stated", "cue", "printed"))
DERIVED = {
    "targets": ("value_base", "value", "unit_id"),
    "results": ("value_base", "value", "unit_id"),
    "projects": ("investment_base", "investment_value", "investment_unit_id"),
}
"""Derived columns: column, the value and the unit it is computed from."""


@dataclass
class Changes:
    """What formatting changed, a line each, and what it refused to guess."""

    lines: list[str] = field(default_factory=list)
    refused: bool = False


def decode(data: bytes) -> tuple[str, str]:
    """Text of a CSV file and the encoding it was in: utf-8, utf-8 with BOM, utf-16 or gb18030.

    Raises `UnicodeDecodeError` where it is none of them.
    """
    if data[:3] == b"\xef\xbb\xbf":
        return data[3:].decode("utf-8"), "UTF-8 with BOM"
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return data.decode("utf-16"), "UTF-16"
    try:
        return data.decode("utf-8"), "UTF-8"
    except UnicodeDecodeError:
        return data.decode("gb18030"), "GBK"


def canonical_number(text: str) -> str:
    """`5.50` → `5.5`, `+3` → `3`, `.5` → `0.5`. Raises `ValueError` for what is no plain number."""
    if not _NUMBER.match(text):
        raise ValueError(text)
    return plain(Decimal(text))


def plain(number: Decimal) -> str:
    """A decimal without exponent, trailing zeros or a negative zero."""
    if number == 0:
        return "0"
    shown = format(number.normalize(), "f")
    return shown.rstrip("0").rstrip(".") if "." in shown else shown


def base_value(value: str, factor: str) -> str:
    """value × factor, exactly, as canonical text."""
    return plain(Decimal(value) * Decimal(factor))


def _cell(cell: str, column: Field, derived: bool) -> tuple[str, str]:
    """Canonical form of one cell and what was lost, if anything cannot be restored."""
    text = cell.strip(" \t\r\n\u00a0\u3000\ufeff")
    if column.name in COMPACT_COLUMNS:
        return compact_text(text), ""
    if not text:
        return "", ""
    if column.type in ("number", "integer", "year"):
        if _EXPONENT.match(text):
            return ("", "") if derived else (cell, "digits may be lost in the exponent form")
        if set(text) == {"#"}:
            return cell, "the spreadsheet saved ### instead of the number"
        try:
            return canonical_number(text), ""
        except (ValueError, InvalidOperation):
            return text, ""
    if column.type == "boolean" and text.lower() in ("true", "false"):
        return text.lower(), ""
    if column.type == "date" and (match := _SLASHED_DATE.match(text)):
        return f"{match[1]}-{int(match[2]):02d}-{int(match[3]):02d}", ""
    digits = _FIXED_DIGITS.match(str(column.constraints.get("pattern", "")))
    if digits and text.isdigit() and len(text) < int(digits[1]):
        return text.zfill(int(digits[1])), ""
    if column.name == "period" and re.match(
        r"^(?:[A-Z][a-z]{2}-\d\d|\d{4}/\d{1,2}(?:/\d{1,2})?|\d{1,2}月-\d\d)$", text
    ):
        return cell, "the spreadsheet turned the period into a date"
    if _EXPONENT.match(text) and column.constraints.get("pattern"):
        return cell, "digits of the code are lost in the exponent form"
    return text, ""


def _sort_key(row: dict[str, str], resource: Resource) -> tuple:
    parts = []
    for name in resource.primary_key:
        text = row[name]
        number = resource.field(name).type in ("integer", "year", "number")
        parts.append((0, int(text), text) if number and re.fullmatch(r"-?\d+", text) else (1, 0, text))
    return tuple(parts)


def canonical_csv(data: bytes, resource: Resource, factors: dict[str, str]) -> tuple[bytes, list[str], list[str]]:
    """Canonical bytes of a resource's CSV, what was changed, and what was refused.

    `factors`: unit_id → factor as text. With refusals the bytes are the ones given.
    """
    path = resource.path
    try:
        text, encoding = decode(data)
    except UnicodeDecodeError as error:
        return data, [], [f"{path}: byte {error.start} is neither UTF-8, UTF-16 nor GBK; save the file as CSV UTF-8"]
    said = [f"{path}: {encoding} → UTF-8"] if encoding != "UTF-8" else []
    if "\x00" in text:
        return data, said, [f"{path}: it holds NUL characters; save the file as CSV UTF-8"]
    if "\r" in text:
        said.append(f"{path}: CRLF → LF")
    header_line = text.split("\n", 1)[0]
    delimiter = max(",\t;", key=header_line.count)
    if delimiter != ",":
        said.append(f"{path}: {'tab' if delimiter == chr(9) else 'semicolon'} → comma")
    try:
        rows = [r for r in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True) if any(r)]
    except csv.Error as error:
        return data, said, [f"{path}: {error}; the quotes of a cell do not close"]
    if not rows:
        return data, said, [f"{path}: it is empty; it needs its header"]
    header = [h.strip() for h in rows[0]]
    if sorted(header) != sorted(resource.columns):
        missing, extra = set(resource.columns) - set(header), set(header) - set(resource.columns)
        return (
            data,
            said,
            [
                f"{path}: columns missing: {', '.join(sorted(missing)) or '–'}; unknown: {', '.join(sorted(extra)) or '–'}"
            ],
        )
    if header != resource.columns:
        said.append(f"{path}: columns put in order")
    body, changed, refused = _rows(rows[1:], header, resource)
    if refused:
        return data, said, refused
    filled = _derive(body, resource, factors)
    ordered = sorted(body, key=lambda row: _sort_key(row, resource))
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(resource.columns)
    writer.writerows([row[c] for c in resource.columns] for row in ordered)
    result = out.getvalue().encode("utf-8")
    if result == data:
        return data, [], []
    if changed:
        said.append(f"{path}: {changed} cells put in canonical form")
    if filled:
        said.append(f"{path}: {filled} derived cells filled")
    if ordered != body:
        said.append(f"{path}: rows put in the order of their key")
    return result, said or [f"{path}: quoting made minimal"], []


def _rows(rows: list[list[str]], header: list[str], resource: Resource) -> tuple[list[dict[str, str]], int, list[str]]:
    derived = DERIVED.get(resource.name, ("",))[0]
    fixed = [f.name for f in resource.fields if _FIXED_DIGITS.match(str(f.constraints.get("pattern", "")))]
    codes = fixed if "printed" in header else []
    body, changed, refused = [], 0, []
    for line, row in enumerate(rows, 2):
        if len(row) != len(header):
            refused.append(f"{resource.path}:{line}: {len(row)} cells, not {len(header)}")
            continue
        out = {}
        for name, cell in zip(header, row, strict=True):
            out[name], lost = _cell(cell, resource.field(name), name == derived)
            changed += out[name] != cell
            if lost:
                refused.append(f"{resource.path}:{line}:{name}: {cell!r}: {lost}; type the value again")
        code = _shortened_code(dict(zip(header, row, strict=True)), out, codes)
        if code and _shorter_than_its_place(out):
            refused.append(
                f"{resource.path}:{line}:printed: {out['printed']!r}: zeros may be lost, as those of {code} are;"
                f" check the figure and type {code} again as {out[code]}"
            )
        body.append(out)
    return body, changed, refused


def _shortened_code(before: dict[str, str], after: dict[str, str], codes: list[str]) -> str:
    """A code of fixed length that lost its leading zeros in this row, the sign of a spreadsheet at work; or ""."""
    return next((name for name in codes if before[name] and len(after[name]) > len(before[name].strip())), "")


def _shorter_than_its_place(row: dict[str, str]) -> bool:
    """Whether a printed number has fewer characters than its place in the source: layout blanks, or dropped zeros."""
    printed, start, end = (row.get(name, "") for name in ("printed", "start", "end"))
    if not (_NUMBER.match(printed) and start.isdigit() and end.isdigit()):
        return False
    return len(printed) < int(end) - int(start)


def _derive(body: list[dict[str, str]], resource: Resource, factors: dict[str, str]) -> int:
    filled = 0
    if resource.name not in DERIVED:
        return 0
    column, value, unit = DERIVED[resource.name]
    for row in body:
        number, factor = row[value], factors.get(row[unit])
        want = base_value(number, factor) if factor and _NUMBER.match(number) and _NUMBER.match(factor) else ""
        if not number or want:
            filled += row[column] != want
            row[column] = want
    return filled


def unit_factors(package: Package) -> dict[str, str]:
    """Factor of each unit as text, from units.csv in whatever form it has; empty where it cannot be read."""
    resource = package.resources.get("units")
    if resource is None or not package.store.exists(resource.path):
        return {}
    data, _, refused = canonical_csv(package.store.read(resource.path), resource, {})
    rows = [] if refused else csv.DictReader(io.StringIO(data.decode("utf-8"), newline=""))
    return {r["unit_id"]: r["factor"] for r in rows if r["unit_id"] and r["factor"]}


def format_package(path: Path, *, write: bool) -> Changes:
    """Bring every CSV of the package at `path` into canonical form; with `write` false only say what would change.

    Raises `CannotTell` for a package that is not a folder or whose descriptor cannot be read.
    """
    package = open_package(path)
    if not isinstance(package.store, FolderStore):
        raise CannotTell(f"{path} is an archive", "format works on a folder")
    if not package.resources:
        raise CannotTell(f"{path} has no readable descriptor", "run plans validate to see what is wrong with it")
    changes = Changes()
    factors = unit_factors(package)
    for resource in package:
        if not package.store.exists(resource.path):
            changes.lines.append(f"{resource.path}: missing")
            changes.refused = True
            continue
        data = package.store.read(resource.path)
        result, said, refused = canonical_csv(data, resource, factors)
        changes.lines += refused or said
        changes.refused = changes.refused or bool(refused)
        local = package.store.local(resource.path)
        if write and result != data and local is not None:
            write_whole(local, result)
    return changes
