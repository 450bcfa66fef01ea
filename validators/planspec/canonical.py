"""Canonical CSV: one byte sequence for one content, whatever a spreadsheet made of the file.

UTF-8 without BOM, LF, minimal quoting, rows in the order of their key, columns in the order of the schema, derived
columns filled. What a spreadsheet did without loss is undone and said; where it may have lost digits, the file is left
alone and the cell is named. A cell that has no canonical form (`1,000`) stays as it is, and is named too.
"""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass, field
from datetime import date
from decimal import MAX_EMAX, MAX_PREC, MIN_EMIN, Context, Decimal
from pathlib import Path

from planspec.errors import CannotTell
from planspec.files import write_whole
from planspec.grammar.text import compact_text
from planspec.package import DESCRIPTOR, Field, FolderStore, Package, Resource, open_package
from planspec.spreadsheet import decode, header_faults, lines_of, without_nameless, written

_EXACT = Context(prec=MAX_PREC, Emax=MAX_EMAX, Emin=MIN_EMIN)
"""Arithmetic that rounds nothing; the usual context keeps 28 digits."""
_EXPONENT = re.compile(r"^[+-]?\d+(?:\.\d+)?[eE][+-]?\d+$")
_NUMBER = re.compile(r"^[+-]?(?:\d+(?:\.\d*)?|\.\d+)$")
_WHOLE = re.compile(r"-?(?:0|[1-9][0-9]*)")
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
    """What formatting changed, a line each; what it could not bring into form, a line each; whether it left a file alone."""

    lines: list[str] = field(default_factory=list)
    left: list[str] = field(default_factory=list)
    refused: bool = False


@dataclass
class Formed:
    """A CSV file in canonical form.

    `said`: what was changed. `left`: cells that have no canonical form and stay as they are. `refused`: why the file was
    left alone; `data` are then the bytes given.
    """

    data: bytes
    said: list[str] = field(default_factory=list)
    left: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)


def canonical_number(text: str) -> str:
    """`5.50` → `5.5`, `+3` → `3`, `.5` → `0.5`. Raises `ValueError` for what is no plain number."""
    if not _NUMBER.match(text):
        raise ValueError(text)
    return plain(Decimal(text))


def plain(number: Decimal) -> str:
    """A decimal, every digit of it, without exponent, trailing zeros or a negative zero."""
    if number == 0:
        return "0"
    shown = format(number, "f")
    return shown.rstrip("0").rstrip(".") if "." in shown else shown


def base_value(value: str, factor: str) -> str:
    """value × factor, exactly, as canonical text."""
    return plain(_EXACT.multiply(Decimal(value), Decimal(factor)))


def _has_form(text: str, column: Field) -> bool:
    """Whether a cell is written in the type of its column; True for types that prescribe no form."""
    if column.type == "number":
        return bool(_NUMBER.match(text))
    if column.type in ("integer", "year"):
        return bool(_WHOLE.fullmatch(text))
    if column.type == "boolean":
        return text in ("true", "false")
    if column.type == "date":
        try:
            return date.fromisoformat(text).isoformat() == text
        except ValueError:
            return False
    return True


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
        except ValueError:
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
        parts.append((0, Decimal(text), text) if number and _NUMBER.match(text) else (1, 0, text))
    return tuple(parts)


def canonical_csv(data: bytes, resource: Resource, factors: dict[str, str]) -> Formed:
    """A resource's CSV in canonical form, with what was changed, what was left and what was refused.

    `factors`: unit_id → factor as text.
    """
    path = resource.path
    try:
        text, encoding = decode(data)
    except UnicodeDecodeError as error:
        why = f"{path}: byte {error.start} is neither UTF-8, UTF-16 nor GBK; save the file as CSV UTF-8"
        return Formed(data, refused=[why])
    if "\x00" in text:
        line = text[: text.index("\x00")].count("\n") + 1
        return Formed(data, refused=[f"{path}:{line}: it holds NUL characters; save the file as CSV UTF-8"])
    said = [f"{path}: {encoding} → UTF-8"] if encoding != "UTF-8" else []
    header_line = text.split("\n", 1)[0]
    delimiter = max(",\t;", key=header_line.count)
    if delimiter != ",":
        said.append(f"{path}: {'tab' if delimiter == chr(9) else 'semicolon'} → comma")
    read = list(lines_of(text, delimiter))
    if read and isinstance(read[-1][1], str):
        return Formed(data, refused=[f"{path}:{read[-1][0]}: {read[-1][1]}"])
    rows = [(line, row) for line, row in read if isinstance(row, list) and any(row)]
    if not rows:
        return Formed(data, refused=[f"{path}: it is empty; it needs its header"])
    if empty := len(read) - len(rows):
        said.append(f"{path}: {empty} empty {'row' if empty == 1 else 'rows'} removed")
    rows, removed = without_nameless(rows)
    if removed:
        said.append(f"{path}: {removed} empty {'column' if removed == 1 else 'columns'} without a name removed")
    header = [h.strip() for h in rows[0][1]]
    if faults := header_faults(header, resource.columns):
        return Formed(data, refused=[f"{path}:{rows[0][0]}: {fault}" for fault in faults])
    if header != rows[0][1]:
        said.append(f"{path}: blanks around the names of columns removed")
    if header != resource.columns:
        said.append(f"{path}: columns put in order")
    body, changed, left, refused = _rows(rows[1:], header, resource)
    if refused:
        return Formed(data, refused=refused)
    filled = _derive(body, resource, factors)
    ordered = sorted(body, key=lambda row: _sort_key(row, resource))
    result = written([resource.columns, *([row[c] for c in resource.columns] for row in ordered)]).encode("utf-8")
    if result == data:
        return Formed(data, left=left)
    if changed:
        said.append(f"{path}: {changed} {'cell' if changed == 1 else 'cells'} put in canonical form")
    if filled:
        said.append(f"{path}: {filled} derived {'cell' if filled == 1 else 'cells'} filled")
    if ordered != body:
        said.append(f"{path}: rows put in the order of their key")
    if "\r" in text and b"\r" not in result:
        said.append(f"{path}: CR removed, so that LF alone ends a line")
    if not text.endswith(("\n", "\r")):
        said.append(f"{path}: the last line ended")
    plain_text = text.replace("\r\n", "\n").replace("\r", "\n").rstrip("\n")
    if written([row for _, row in read if isinstance(row, list)], delimiter).rstrip("\n") != plain_text:
        said.append(f"{path}: quoting made minimal")
    return Formed(result, said, left)


def _rows(
    rows: list[tuple[int, list[str]]], header: list[str], resource: Resource
) -> tuple[list[dict[str, str]], int, list[str], list[str]]:
    """The rows in form, how many cells that changed, and the lines on cells that were left and refused."""
    derived = DERIVED.get(resource.name, ("",))[0]
    fields = {f.name: f for f in resource.fields}
    fixed = [f.name for f in resource.fields if _FIXED_DIGITS.match(str(f.constraints.get("pattern", "")))]
    codes = fixed if "printed" in header else []
    body: list[dict[str, str]] = []
    changed, left, refused = 0, [], []
    for line, row in rows:
        if len(row) != len(header):
            refused.append(f"{resource.path}:{line}: {len(row)} cells, not {len(header)}")
            continue
        out = {}
        for name, cell in zip(header, row, strict=True):
            out[name], lost = _cell(cell, fields[name], name == derived)
            # An exponent in a derived column is computed again, which is told as such.
            changed += out[name] != cell and not (name == derived and not out[name])
            if lost:
                refused.append(f"{resource.path}:{line}:{name}: {_short(cell)}: {lost}; type the value again")
            elif out[name] and not _has_form(out[name], fields[name]):
                left.append(
                    f"{resource.path}:{line}:{name}: {_short(cell)} is no {_KINDS[fields[name].type]}; left as it is"
                )
        code = _shortened_code(dict(zip(header, row, strict=True)), out, codes)
        if code and _shorter_than_its_place(out):
            refused.append(
                f"{resource.path}:{line}:printed: {out['printed']!r}: zeros may be lost, as those of {code} are;"
                f" check the figure and type {code} again as {out[code]}"
            )
        body.append(out)
    return body, changed, left, refused


_KINDS = {
    "number": "plain number, as in 1000 or 5.5",
    "integer": "whole number, as in 1000",
    "year": "year, as in 2025",
    "boolean": "true or false",
    "date": "date, as in 2025-01-06",
}


def _short(cell: str) -> str:
    return repr(cell if len(cell) <= 60 else f"{cell[:59]}…")


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
    formed = canonical_csv(package.store.read(resource.path), resource, {})
    rows = [] if formed.refused else csv.DictReader(io.StringIO(formed.data.decode("utf-8"), newline=""))
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
    listed = [entry.get("name") for entry in package.descriptor["resources"] if isinstance(entry, dict)]
    changes.left += [
        f"{DESCRIPTOR}: the resource {name!r} cannot be read; run plans validate"
        for name in listed
        if not isinstance(name, str) or name not in package.resources
    ]
    factors = unit_factors(package)
    for resource in package:
        if not package.store.exists(resource.path):
            changes.lines.append(f"{resource.path}: missing")
            changes.refused = True
            continue
        data = package.store.read(resource.path)
        formed = canonical_csv(data, resource, factors)
        changes.lines += formed.refused or formed.said
        changes.left += formed.left
        changes.refused = changes.refused or bool(formed.refused)
        local = package.store.local(resource.path)
        if write and formed.data != data and local is not None:
            write_whole(local, formed.data)
    return changes
