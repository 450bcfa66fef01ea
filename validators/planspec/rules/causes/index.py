"""The findings of one validation by row, and the rows of the tables by line."""

from __future__ import annotations

from collections import defaultdict
from functools import cached_property
from typing import Any

import polars as pl

from planspec.findings import Place
from planspec.rules.catalogue import SEVERITIES, catalogue
from planspec.rules.context import RECORDS, Context
from planspec.tables import LINE

Row = dict[str, Any]
UNPROVED = ("R233", "R234", "R235", "R237", "P310")
"""What a wrong row of the ledger does to the record it should prove."""
ALIKE = 0.8
"""How much of two keys must agree for one to be a slip of the other."""


Lines = dict[Any, list[int]]


class Causes:
    """The findings of one validation by row, and the rows of the tables by line."""

    def __init__(self, context: Context, severities: dict[str, str]) -> None:
        self.context = context
        self.rank = {r.id: SEVERITIES.index(severities.get(r.id, r.severity)) for r in catalogue().values()}
        self.effects: set[Place] = set()
        self.at: dict[tuple[str, int], list[Place]] = defaultdict(list)
        for place in context.collector.places:
            self.at[place[1], place[2]].append(place)
        self._by_rule: dict[str, list[Place]] = defaultdict(list)
        for place in context.collector.places:
            self._by_rule[place[0]].append(place)
        self._rows: dict[str, dict[int, Row]] = {}
        self._keyed: dict[tuple[str, str], Lines] = {}

    def of(self, *rules: str) -> list[Place]:
        """Places where one of these rules fired and was not withdrawn."""
        return [p for rule in rules for p in self._by_rule[rule] if p not in self.effects]

    def withdraw(self, place: Place, cause: str) -> None:
        """Withdraw a finding that a rule of at least its weight explains."""
        if self.rank[cause] <= self.rank[place[0]]:
            self.effects.add(place)

    def withdraw_at(self, name: str, line: int, rules: tuple[str, ...], cause: str) -> None:
        for place in self.at.get((name, line), ()):
            if place[0] in rules:
                self.withdraw(place, cause)

    def row(self, name: str, line: int) -> Row:
        """The typed row at a line of a resource; empty where there is none."""
        return self._lines(name).get(line, {})

    def _lines(self, name: str) -> dict[int, Row]:
        if name not in self._rows:
            lines = sorted({line for resource, line in self.at if resource == name})
            frame = (
                self.context.frame(name).filter(pl.col(LINE).is_in(lines)) if self.context.has(name) else pl.DataFrame()
            )
            self._rows[name] = {row[LINE]: row for row in frame.iter_rows(named=True)}
        return self._rows[name]

    def wrong(self, name: str) -> dict[int, str]:
        """Lines of a resource that carry an error, each with the rule."""
        errors = {}
        for (resource, line), places in self.at.items():
            for place in places:
                if resource == name and line and self.rank[place[0]] == 0 and place not in self.effects:
                    errors[line] = place[0]
        return errors

    @cached_property
    def lost(self) -> dict[str, tuple[str, str]]:
        """Values that refer to nothing, each with the resource it should be in and the rule that says so."""
        values = {}
        for place in [p for rule in ("P301", "P302", "P304") for p in self._by_rule[rule]]:
            table = self.context.tables[place[1]]
            targets = [r.resource for r in table.resource.references if r.field == place[3]] or ["indicators"]
            values[str(self.row(place[1], place[2]).get(place[3]))] = (targets[0], place[0])
        return values

    def lines_of(self, name: str, column: str, value: object) -> list[int]:
        """Lines of a resource where a column holds a value."""
        if (name, column) not in self._keyed:
            lines: Lines = defaultdict(list)
            for key, line in (
                self.context.frame(name).select(column, LINE).iter_rows() if self.context.has(name) else ()
            ):
                lines[key].append(line)
            self._keyed[name, column] = lines
        return self._keyed[name, column].get(value, [])


def formless(rule: str) -> bool:
    """Whether the rule says that a cell means nothing: it breaks its column's form, or refers to nothing."""
    return catalogue()[rule].layer == "structure" or rule in ("P301", "P302")


def record_of(row: Row) -> tuple[str, str] | None:
    """Resource and key of the record that a ledger row names."""
    for role, name in RECORDS.items():
        if row.get(f"{role}_id"):
            return name, row[f"{role}_id"]
    return None
