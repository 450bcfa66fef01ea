"""A CSV file as a spreadsheet may have left it: its encoding, its rows with their lines, its header."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterator

NAMED = 20
"""Columns of one kind that a header's faults name."""


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


def written(rows: list[list[str]], delimiter: str = ",") -> str:
    """Rows as CSV with minimal quoting and LF."""
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter, lineterminator="\n").writerows(rows)
    return out.getvalue()


def lines_of(text: str, delimiter: str) -> Iterator[tuple[int, list[str] | str]]:
    """Each row of a CSV text with the line it begins on; last of all why the rest cannot be read, where it cannot."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    line = 1
    try:
        for row in reader:
            yield line, row
            line = reader.line_num + 1
    except csv.Error as error:
        quotes = "expected after" in str(error) or "end of data" in str(error)
        why = "a quote does not close, or text follows a closed one" if quotes else str(error)
        yield line, f"the row that begins here cannot be read: {why}"


def without_nameless(rows: list[tuple[int, list[str]]]) -> tuple[list[tuple[int, list[str]]], int]:
    """The rows without columns that have neither a name nor a cell, which a spreadsheet adds; how many these are."""
    width = len(rows[0][1])
    nameless = {
        at
        for at, name in enumerate(rows[0][1])
        if not name.strip() and not any(row[at].strip() for _, row in rows if at < len(row))
    }
    if not nameless or any(len(row) != width for _, row in rows):
        return rows, 0
    return [(line, [c for at, c in enumerate(row) if at not in nameless]) for line, row in rows], len(nameless)


def header_faults(header: list[str], columns: list[str]) -> list[str]:
    """How a header differs from the columns of the schema, their order aside."""
    named = Counter(name for name in header if name)
    lists = {
        "columns missing": [name for name in columns if name not in named],
        "columns unknown": [name for name in named if name not in columns],
        "columns there twice": [name for name, times in named.items() if times > 1],
        "columns without a name": [str(at) for at, name in enumerate(header, 1) if not name],
    }
    shown = {what: ", ".join(names[:NAMED]) for what, names in lists.items() if names}
    return [f"{what}: {names}{', …' if len(lists[what]) > NAMED else ''}" for what, names in shown.items()]
