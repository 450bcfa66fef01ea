"""From findings to their causes: one wrong cell is one finding, wherever else it shows.

Within a row the catalogue says which rule explains which (`follows`). Across rows and tables six links carry a fault
on: a table that is not there and all that is judged by its rows, a key and what refers to it, a code list entry and the
records that name it, a figure of the ledger and the record it proves, a number and its place in the source, a project and
its portfolio. What follows from another finding is withdrawn, unless the other one weighs less: a warning explains no
error. Of findings that explain one another, one stays.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from operator import itemgetter

import polars as pl

from planspec.findings import Place
from planspec.rules.catalogue import catalogue
from planspec.rules.causes.broken import follow_broken
from planspec.rules.causes.index import Causes, formless
from planspec.rules.causes.lists import follow_documents, follow_keys, follow_lists, follow_unused
from planspec.rules.causes.records import follow_ledger, follow_numbers, follow_projects
from planspec.rules.context import KEYS, Context
from planspec.tables import LINE

MANY = 300_000
"""With more findings than this, only those of one row are compared: the package is broken as a whole."""


def reduce_to_causes(context: Context, severities: dict[str, str]) -> None:
    """Withdraw every finding that another one explains; counts stay exact.

    `severities`: severity by rule where the package lowers it.
    """
    causes = Causes(context, severities)
    for place in causes.of("S109"):
        for fault in causes.of("S101", "S102", "S103"):
            if fault[1] == place[1]:
                causes.explain(place, fault)
    if context.collector.places and not context.collector.counts["S109"]:
        whole = len(context.collector.places) <= MANY
        for step in STEPS if whole else STEPS[:1]:
            step(causes)
    context.collector.settle(causes.effects())


def _within_row(causes: Causes) -> None:
    """What `follows` says; what a rule reads that is no cell of its column; a reference that is wrong anyway."""
    rules = catalogue()
    for (name, _), places in causes.at.items():
        again = sorted((p for p in places if p[0] == "S116"), key=lambda p: (p[3] != KEYS.get(name), p))
        for place in again[1:]:
            causes.explain(place, again[0])
        meaningless = {p[3]: p for p in places if formless(p[0]) and p[3] and causes.rank[p[0]] == 0}
        for place in places:
            rule = rules[place[0]]
            for other in places:
                reference = rule.id in ("P301", "P302") and other[3] == place[3] and rules[other[0]].layer == "row"
                if other[0] in rule.follows or reference:
                    causes.explain(place, other)
                if rule.id == "S121" or (other[0] == "S108" and place[2]):
                    causes.explain(place, other)
            if not formless(rule.id):
                for column in meaningless.keys() & {*rule.columns, place[3]}:
                    if rule.id not in rules[meaningless[column][0]].follows:
                        causes.explain(place, meaningless[column])


def _order(causes: Causes) -> None:
    """P350 where the rows stand in order but for those that are wrong themselves."""
    for place in causes.of("P350"):
        table = causes.context.tables[place[1]]
        wrong = causes.wrong(place[1])
        mistyped = [cause for name, cause in causes.lost.values() if name == place[1]]
        keys = list(table.resource.primary_key)
        frame = table.frame.filter(~pl.col(LINE).is_in(list(wrong))).select(*keys, LINE)
        if wrong and frame.sort(keys, maintain_order=True)[LINE].equals(frame[LINE]):
            causes.explain(place, next(iter(wrong.values())))
        for cause in mistyped:
            causes.explain(place, cause)


def _gaps(causes: Causes) -> None:
    """P342 of a figure that reaches into the next one: the overlap says so."""
    overlaps: dict[str, list[tuple[int, Place]]] = defaultdict(list)
    for place in causes.of("P313"):
        row = causes.row("figures", place[2])
        overlaps[row["source_id"]].append((row["start"], place))
    for starts in overlaps.values():
        starts.sort()
    for place in causes.of("P342") if overlaps else ():
        row = causes.row(place[1], place[2]) if place[1] == "figures" else {}
        starts = overlaps.get(row.get("source_id", ""), [])
        first = bisect_left(starts, row["start"], key=itemgetter(0)) if starts else 0
        last = bisect_left(starts, row["end"], key=itemgetter(0)) if starts else 0
        for _, cause in starts[first:last]:
            causes.explain(place, cause)


def _totals(causes: Causes) -> None:
    """A count says only what nothing else says: a row lost or gained that another error names has its finding."""
    short = {cause for reasons in causes.reasons.values() for cause in reasons if cause[0] == "S120"}
    for place in causes.of("S120", "S122"):
        if place in short:
            continue
        for other in causes.context.collector.places:
            if causes.rank[other[0]] == 0 and other[0] not in ("S120", "S122") and other[1] == place[1]:
                causes.explain(place, other)
        for name, cause in causes.lost.values():
            if name == place[1]:
                causes.explain(place, cause)
        for cause in causes.of("P306") if place[1] == "coverage" else ():
            causes.explain(place, cause)


STEPS = (
    _within_row,
    follow_broken,
    follow_keys,
    follow_lists,
    follow_numbers,
    follow_projects,
    follow_documents,
    follow_ledger,
    follow_unused,
    _order,
    _gaps,
    _totals,
)
"""In this order: what an earlier step explained is no cause of its own to a later one."""
