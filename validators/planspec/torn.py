"""Rows of a CSV text whose shape is in doubt, one by one, so that each that cannot be read is told at its own line.

No cell holds a line break here. So a line that cannot be split is lost alone: a quotation mark without its partner does not
swallow the lines after it.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator

import polars as pl

from planspec.findings import Finding
from planspec.package import Resource

KEPT = 10_000
"""Characters of lost lines that a finding keeps, to know by them what else rests on the line."""
PATIENCE = 1_000_000
"""Lines that may be read in vain, after quotation marks that are never closed, before the rest is given up."""
_OURS, _BASE, _THEIRS, _END = (
    re.compile(rf"{re.escape(mark)}(?: .*)?") for mark in ("<<<<<<<", "|||||||", "=======", ">>>>>>>")
)
"""What git writes around the two sides of a conflict; between the middle two, where it is asked to, what both began with."""


def _side(lines: list[str], at: int) -> tuple[range, int] | None:
    """Of a conflict that begins at a line: the lines of its first side, and where it ends; None where it is none."""
    middle = end = 0
    for number in range(at + 1, len(lines)):
        line = lines[number]
        if not middle and (_BASE.fullmatch(line) or _THEIRS.fullmatch(line)):
            middle = number
        elif _OURS.fullmatch(line):
            return None
        elif _END.fullmatch(line):
            end = number
            break
    return (range(at + 1, middle), end) if middle and end else None


class _Rows:
    """Reads the rows of a text one by one; `lost` has what could not be read: line, why, and the text."""

    def __init__(self, text: str, width: int) -> None:
        self.lines = text.removesuffix("\n").split("\n") if text else []
        self.width = width
        self.lost: list[tuple[int, str, str]] = []
        self._patience = PATIENCE

    def read(self, first: int, last: int) -> Iterator[tuple[int, list[str]]]:
        """Rows from one line up to another, each with its line, counted from 0."""
        at = first
        while at < last:
            if _OURS.fullmatch(self.lines[at]) and (conflict := _side(self.lines, at)):
                side, end = conflict
                self.lost.append((at, "a conflict of a merge", "\n".join(self.lines[side.stop : end])))
                yield from self.read(side.start, side.stop)
                at = end + 1
                continue
            taken, row, why = self._next(at)
            if why:
                self.lost.append((at, why, self.lines[at]))
                self._patience -= taken - 1
                if self._patience < 0:
                    return
                at += 1
            else:
                yield at, row
                at += taken

    def _next(self, at: int) -> tuple[int, list[str], str]:
        """How many lines a row takes, its cells, and why it is none."""
        line, taken = self.lines[at], 1
        if '"' in line or len(line) > csv.field_size_limit():
            reader = csv.reader((f"{self.lines[n]}\n" for n in range(at, len(self.lines))), strict=True)
            try:
                row = next(reader)
            except csv.Error as error:
                return reader.line_num, [], str(error)
            taken = reader.line_num
        else:
            row = line.split(",") if line else []
        if len(row) != self.width:
            return taken, [], f"{len(row)} cells, not {self.width}"
        return taken, row, ""


def torn_rows(
    text: str, header: list[str], resource: Resource, before: int, line: str
) -> tuple[pl.DataFrame, list[Finding]]:
    """Rows of a text that follows `before` lines, as Strings (null: empty cell) with the column `line`; and S108 for others."""
    reading = _Rows(text, len(header))
    rows: list[list[str | None]] = []
    lines = []
    for at, row in reading.read(0, len(reading.lines)):
        rows.append([cell or None for cell in row])
        lines.append(before + at + 1)
    faults = [
        Finding("S108", resource.name, resource.path, before + at + 1, params={"why": why, "_lost": lost[:KEPT]})
        for at, why, lost in reading.lost
    ]
    frame = pl.DataFrame(rows, schema=dict.fromkeys(header, pl.String), orient="row")
    return frame.with_columns(pl.Series(line, lines, dtype=pl.Int64)), faults
