"""From findings to their causes: one wrong cell is one finding, wherever else it shows.

Within a row the catalogue says which rule explains which (`follows`). Across rows and tables four links carry a fault
on: a figure of the ledger and the record it proves, a number and its place in the source, a record and the code list
entry it names, a project and its portfolio. What follows from another finding is withdrawn, unless the other one
weighs less: a warning explains no error.
"""

from __future__ import annotations

import polars as pl

from planspec.rules.catalogue import catalogue
from planspec.rules.causes.index import Causes, formless
from planspec.rules.causes.lists import follow_documents, follow_keys, follow_lists, follow_unused
from planspec.rules.causes.records import follow_ledger, follow_numbers, follow_projects
from planspec.rules.context import KEYS, Context
from planspec.tables import LINE

MANY = 10_000
"""With more findings than this, only those of one row are compared: the package is broken as a whole."""


def reduce_to_causes(context: Context, severities: dict[str, str]) -> None:
    """Withdraw every finding that another one explains; counts stay exact.

    `severities`: severity by rule where the package lowers it.
    """
    causes = Causes(context, severities)
    if context.collector.places and not causes.of("S109"):
        whole = len(context.collector.places) <= MANY
        for step in STEPS if whole else STEPS[:1]:
            step(causes)
    context.collector.settle(causes.effects)


def _within_row(causes: Causes) -> None:
    """What `follows` says; what a rule reads that is no cell of its column; a reference that is wrong anyway."""
    rules = catalogue()
    for (name, _), places in causes.at.items():
        fired = {p[0] for p in places}
        again = sorted((p[3] != KEYS.get(name), p) for p in places if p[0] == "S116")
        causes.effects.update(p for _, p in again[1:])
        meaningless = {p[3]: p[0] for p in places if formless(p[0]) and p[3] and causes.rank[p[0]] == 0}
        for place in places:
            rule = rules[place[0]]
            for cause in fired.intersection(rule.follows):
                causes.withdraw(place, cause)
            if formless(rule.id):
                for other in places:
                    if rule.layer == "package" and other[3] == place[3] and rules[other[0]].layer == "row":
                        causes.withdraw(place, other[0])
            else:
                for column in meaningless.keys() & {*rule.columns, place[3]}:
                    causes.withdraw(place, meaningless[column])


def _order(causes: Causes) -> None:
    """P350 where the rows stand in order but for those that are wrong themselves."""
    for place in causes.of("P350"):
        table = causes.context.tables[place[1]]
        wrong = causes.wrong(place[1])
        keys = list(table.resource.primary_key)
        frame = table.frame.filter(~pl.col(LINE).is_in(list(wrong))).select(*keys, LINE)
        if wrong and frame.sort(keys, maintain_order=True)[LINE].equals(frame[LINE]):
            causes.effects.add(place)


STEPS = (
    _within_row,
    follow_keys,
    follow_lists,
    follow_numbers,
    follow_projects,
    follow_documents,
    follow_ledger,
    follow_unused,
    _order,
)
"""In this order: what an earlier step withdrew explains nothing to a later one."""
