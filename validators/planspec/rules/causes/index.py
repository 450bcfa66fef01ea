"""The findings of one validation by row, the rows of the tables by line, and which finding explains which."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator
from difflib import get_close_matches
from functools import cached_property
from itertools import islice
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
FEW = 20
"""Keys of which each is compared with each; of more, only those that agree in one of their two parts."""
ENOUGH = 100
"""Findings that are named as reasons of one effect where any of them explains it."""
_RECORD = re.compile(r"\d{6}-\d{4}-")


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
        for place in [p for rule in ("P304", "P301", "P302") for p in self._by_rule[rule]]:
            resource = self.context.resource(place[1])
            targets = [r.resource for r in resource.references if r.field == place[3]] or ["indicators"]
            values[str(self.row(place[1], place[2]).get(place[3]))] = (targets[0], place)
        return values

    def lines_of(self, name: str, column: str, value: Any) -> pl.Series:
        """Lines of a resource where a column holds a value."""
        if not self.context.has(name):
            return pl.Series(LINE, [], dtype=pl.Int64)
        if (name, column) not in self._keyed:
            pairs = self.context.frames.table(name).select(column, LINE)
            self._keyed[name, column] = self.context.frames.collect([pairs])[0].sort(column, LINE)
        keyed = self._keyed[name, column]
        empty = keyed[column].null_count()
        if value is None:
            return keyed[LINE][:empty]
        given = keyed[column][empty:]
        return keyed[LINE][empty:][
            int(given.search_sorted(value, side="left")) : int(given.search_sorted(value, side="right"))
        ]


def formless(rule: str) -> bool:
    """Whether the rule says that a cell means nothing: it breaks its column's form, or refers to nothing."""
    return catalogue()[rule].layer == "structure" or rule in ("P301", "P302")


def record_of(row: Row) -> tuple[str, str]:
    """Resource and key of the record that a ledger row names, or two empty texts."""
    return next(((name, row[f"{role}_id"]) for role, name in RECORDS.items() if row.get(f"{role}_id")), ("", ""))


def _parts(key: str) -> tuple[Hashable, Hashable]:
    """What is left of a key where a slip spoils the other part: district and year, or the name; else its two ends."""
    at = 11 if _RECORD.match(key) else 0
    return ("begins", key[: at or 3]), ("ends", key[at:] if at else key[-3:])


class Keys:
    """Keys to be looked up by a slip of them, each with what it stands for."""

    def __init__(self, entries: Iterable[tuple[str, Any]]) -> None:
        self._of: dict[str, list[Any]] = defaultdict(list)
        for key, value in entries:
            self._of[key].append(value)
        self._parts: dict[Hashable, list[str]] = defaultdict(list)
        for key in self._of if len(self._of) > FEW else ():
            for part in _parts(key):
                self._parts[part].append(key)

    def _near(self, key: str) -> list[str]:
        if len(self._of) <= FEW:
            return list(self._of)
        return list(dict.fromkeys(other for part in _parts(key) for other in self._parts.get(part, ())))

    def alike(self, key: str) -> Iterator[Any]:
        """What all keys stand for that may be a slip of `key`, or it of them."""
        near = self._near(key)
        for other in get_close_matches(key, near, n=max(1, len(near)), cutoff=ALIKE):
            yield from self._of[other]

    def nearest(self, key: str) -> Any:
        """What the key that is most alike stands for, the last where there are several; None where none is alike."""
        found = get_close_matches(key, self._near(key), n=1, cutoff=ALIKE)
        return self._of[found[0]][-1] if found else None


def enough(places: Iterable[Place]) -> list[Place]:
    """The first of some findings: more reasons than these make an effect no less one."""
    return list(islice(places, ENOUGH))
