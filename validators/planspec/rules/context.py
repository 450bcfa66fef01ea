"""What rules look at: the tables of one package, what was joined to them, and the texts where they are at hand."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property, partial
from typing import Any

import narwhals as nw
import polars as pl

from planspec.findings import Collector, Finding
from planspec.grammar import Compact, compact
from planspec.package import Package, Resource
from planspec.rules.frames import Frames, PolarsFrames
from planspec.rules.suspects import FEW, LINES, Suspicious, once_a_text
from planspec.tables import LINE, Table, as_text

OBSERVATIONS = {"targets": "target_id", "results": "result_id"}
"""Resources of observations and their keys."""

RECORDS = {"target": "targets", "result": "results", "project": "projects", "initiative": "initiatives"}
"""Ledger roles that point to a record, and the resource they point to."""

KEYS = {
    "targets": "target_id",
    "results": "result_id",
    "projects": "project_id",
    "initiatives": "initiative_id",
    "indicators": "indicator_id",
    "units": "unit_id",
    "districts": "district_code",
    "sources": "source_id",
    "retired": "id",
}


@dataclass
class Text:
    """A source text as stored, with its compact form computed once; `file`: the name under which it was found."""

    source_id: str
    stored: str
    sha256: str
    file: str = ""
    _compact: Compact | None = field(default=None, repr=False)

    @property
    def compact(self) -> Compact:
        if self._compact is None:
            self._compact = compact(self.stored)
        return self._compact


@dataclass
class Context:
    """Everything a rule may read, and where it reports."""

    package: Package
    tables: dict[str, Table]
    collector: Collector
    texts: dict[str, Text] = field(default_factory=dict)
    rows: dict[str, int] = field(default_factory=dict)
    skipped: dict[str, str] = field(default_factory=dict)
    proved: dict[str, int] = field(default_factory=dict)
    engine: Frames | None = None
    pairs: dict[object, frozenset[str]] = field(default_factory=dict, repr=False)
    """Pairs of characters by the columns they were looked for in (see `text`)."""

    @cached_property
    def frames(self) -> Frames:
        """The tables on the engine that runs the rules: polars unless another was given."""
        return self.engine or PolarsFrames(self.tables)

    def has(self, *names: str) -> bool:
        """Whether all these resources could be read."""
        return self.frames.has(*names)

    def key_of(self, name: str) -> str:
        """The column that names a row: the first of the schema's key, or the contract's where the schema has none."""
        resource = self.resource(name)
        return (*resource.primary_key, KEYS.get(name, resource.columns[0]))[0]

    @cached_property
    def figures(self) -> int:
        """How many places of the texts the ledger accounts for."""
        places = self.frames.table("figures").select("source_id", "start").unique()
        return int(self.frames.collect([places.select(nw.len().alias("n"))])[0]["n"][0])

    def frame(self, name: str) -> pl.DataFrame:
        """Typed rows of a resource; on an engine that spreads them, fetched: for tables that are small anywhere."""
        return self.frames.whole(name)

    def rows_at(self, name: str, lines: set[int]) -> list[dict[str, Any]]:
        """The rows at some lines of a resource, in the order of the file."""
        wanted = pl.DataFrame({LINE: sorted(lines)}, schema={LINE: pl.Int64})
        rows = self.frames.table(name).join(self.frames.local(wanted), on=LINE, how="semi")
        return self.frames.collect([rows])[0].sort(LINE).to_dicts()

    def raw(self, name: str) -> pl.DataFrame:
        """Rows of a resource as text, "" where a cell is empty."""
        return as_text(self.frame(name))

    def suspects(
        self,
        name: str,
        columns: tuple[str, ...],
        suspicious: Suspicious,
        beside: tuple[str, ...] = (),
        *,
        cheap: bool = False,
    ) -> pl.DataFrame:
        """Rows of a resource as text that `suspicious` picks by looking at `columns`; all rows where there are few.

        It sees the columns `beside` them too. It looks once at rows that say the same, unless it is `cheap`.

        Only rows with text in one of the columns, and none that an earlier finding spoils.
        """
        frames = self.frames
        if frames.height(name) > FEW:
            table = frames.table(name)
            texted = table.filter(nw.any_horizontal(*(nw.col(c) != "" for c in columns), ignore_nulls=True))
            looked = tuple(dict.fromkeys((*columns, *beside)))
            looking = suspicious if cheap else partial(once_a_text, suspicious, looked)
            picked = frames.through(texted.select(LINE, *looked), looking, LINES)
            rows = frames.collect([texted.join(picked, on=LINE, how="semi")])[0].sort(LINE)
        else:
            rows = frames.whole(name)
            rows = rows.filter(pl.any_horizontal(pl.col(c) != "" for c in columns).fill_null(value=False))
        spoiled = self.collector.spoiled_lines(name)
        return as_text(rows.filter(~pl.col(LINE).is_in(spoiled)) if spoiled else rows)

    def resource(self, name: str) -> Resource:
        return self.package.resources[name]

    def count(self, rule: str, rows: int) -> None:
        """Note that `rule` could have failed on so many rows."""
        self.rows[rule] = self.rows.get(rule, 0) + rows

    def report(self, rule: str, name: str, line: int, column: str = "", key: str = "", **params: object) -> None:
        """Report a defect at a line of a resource."""
        self.collector.add(Finding(rule, name, self.resource(name).path, line, column, key, params))

    def report_rows(
        self,
        rule: str,
        name: str,
        failing: pl.DataFrame,
        column: str | Callable[[dict[str, Any]], str],
        columns: tuple[str, ...] = (),
    ) -> None:
        """Report every row of `failing` (which carries `_line`), with the values of `columns` as parameters.

        `column`: where a row is wrong, or what tells it from the row.
        """
        if failing.is_empty():
            return
        keys = [k for k in self.resource(name).primary_key if k in failing.columns]
        named = (column,) if isinstance(column, str) else ()
        wanted = [c for c in dict.fromkeys((*columns, *named)) if c in failing.columns]
        for row in failing.select(list(dict.fromkeys((LINE, *keys, *wanted)))).iter_rows(named=True):
            key = "/".join(str(row[k]) for k in keys)
            params = {c: show(row[c]) for c in wanted}
            self.report(rule, name, row[LINE], column if isinstance(column, str) else column(row), key, **params)


def show(value: object) -> str:
    """A cell's value as a person writes it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e16 else repr(value)
    return str(value)
