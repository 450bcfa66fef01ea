"""The findings of one validation by row, the rows of the tables by line, and which finding explains which."""

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


class Causes:
    """The findings of one validation by row, and what explains them. A place is rule, resource, line, column, key."""

    def __init__(self, context: Context, severities: dict[str, str]) -> None:
        self.context = context
        self.rank = {
            r.id: max(SEVERITIES.index(severities.get(r.id, r.severity)), int(r.wording)) for r in catalogue().values()
        }
        self.reasons: dict[Place, set[Place]] = defaultdict(set)
        self.at: dict[tuple[str, int], list[Place]] = defaultdict(list)
        self._by_rule: dict[str, list[Place]] = defaultdict(list)
        for place in context.collector.places:
            self.at[place[1], place[2]].append(place)
            self._by_rule[place[0]].append(place)
        self._rows: dict[str, dict[int, Row]] = {}
        self._keyed: dict[tuple[str, str], pl.DataFrame] = {}

    def of(self, *rules: str) -> list[Place]:
        """Places where one of these rules fired and nothing explains it yet."""
        return [p for rule in rules for p in self._by_rule[rule] if p not in self.reasons]

    def on(self, name: str, line: int, *rules: str) -> list[Place]:
        """Places on a row where one of these rules fired."""
        return [p for p in self.at.get((name, line), ()) if p[0] in rules]

    def explain(self, effect: Place, cause: Place) -> None:
        """Note that a finding follows from another one, which must weigh at least as much."""
        if effect != cause and self.rank[cause[0]] <= self.rank[effect[0]]:
            self.reasons[effect].add(cause)

    def effects(self) -> set[Place]:
        """Findings to withdraw: all that lead back to one that stays. Of a circle, the weightiest stays."""
        follow: dict[Place, list[Place]] = defaultdict(list)
        for effect, reasons in self.reasons.items():
            for cause in reasons:
                follow[cause].append(effect)
        gone: set[Place] = set()
        places = sorted(self.context.collector.places, key=lambda p: (p in self.reasons, self.rank[p[0]], p))
        kept: set[Place] = set()
        for root in places:
            if root in gone:
                continue
            kept.add(root)
            reached = [root]
            while reached:
                for effect in follow[reached.pop()]:
                    if effect not in gone and effect not in kept:
                        gone.add(effect)
                        reached.append(effect)
        return gone

    def row(self, name: str, line: int) -> Row:
        """The typed row at a line of a resource; empty where there is none."""
        if name not in self._rows:
            rows: list[Row] = []
            if self.context.has(name):
                rows = self.context.rows_at(name, {line for resource, line in self.at if resource == name})
            self._rows[name] = {row[LINE]: row for row in rows}
        return self._rows[name].get(line, {})

    def wrong(self, name: str, *besides: str) -> dict[int, Place]:
        """Lines of a resource that carry an unexplained error, each with one of them; some rules are left aside."""
        errors: dict[int, Place] = {}
        for (resource, line), places in self.at.items():
            for place in places if resource == name and line else ():
                if self.rank[place[0]] == 0 and place not in self.reasons and place[0] not in besides:
                    errors.setdefault(line, place)
        return errors

    @cached_property
    def lost(self) -> dict[str, tuple[str, Place]]:
        """Values that refer to nothing, each with the resource it should be in and the finding that says so."""
        values = {}
        for place in [p for rule in ("P301", "P302", "P304") for p in self._by_rule[rule]]:
            resource = self.context.resource(place[1])
            targets = [r.resource for r in resource.references if r.field == place[3]] or ["indicators"]
            values[str(self.row(place[1], place[2]).get(place[3]))] = (targets[0], place)
        return values

    def lines_of(self, name: str, column: str, value: Any) -> list[int]:
        """Lines of a resource where a column holds a value."""
        if not self.context.has(name):
            return []
        if (name, column) not in self._keyed:
            pairs = self.context.frames.table(name).select(column, LINE)
            self._keyed[name, column] = self.context.frames.collect([pairs])[0].sort(column, LINE)
        keyed = self._keyed[name, column]
        empty = keyed[column].null_count()
        if value is None:
            return keyed[LINE][:empty].to_list()
        given = keyed[column][empty:]
        return keyed[LINE][empty:][
            int(given.search_sorted(value, side="left")) : int(given.search_sorted(value, side="right"))
        ].to_list()


def formless(rule: str) -> bool:
    """Whether the rule says that a cell means nothing: it breaks its column's form, or refers to nothing."""
    return catalogue()[rule].layer == "structure" or rule in ("P301", "P302")


def record_of(row: Row) -> tuple[str, str]:
    """Resource and key of the record that a ledger row names, or two empty texts."""
    return next(((name, row[f"{role}_id"]) for role, name in RECORDS.items() if row.get(f"{role}_id")), ("", ""))
