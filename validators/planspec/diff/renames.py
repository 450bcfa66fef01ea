"""Recognising what was renamed: keys through retired.csv, fields and resources by what they hold."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from planspec.diff.load import Loaded

RETIRED = "retired"
ALIKE = 0.8
"""Share of values two columns, or of keys two tables, must have in common to be one under another name."""


@dataclass(frozen=True)
class Withdrawal:
    """A row of retired.csv."""

    replaced_by: str
    reason: str


def withdrawals(tables: dict[str, Loaded]) -> dict[str, dict[str, Withdrawal]]:
    """resource → withdrawn key → what retired.csv says of it; empty where the package has no such table."""
    table = tables.get(RETIRED)
    found: dict[str, dict[str, Withdrawal]] = {}
    if table is None or not {"id", "resource", "replaced_by", "reason"} <= set(table.columns):
        return found
    for row in table.frame.iter_rows(named=True):
        found.setdefault(row["resource"], {})[row["id"]] = Withdrawal(row["replaced_by"], row["reason"])
    return found


def successor(key: str, withdrawn: dict[str, Withdrawal]) -> str:
    """The key that now stands for a withdrawn one, through any number of steps; "" where nothing does."""
    seen = {key}
    while key in withdrawn:
        key = withdrawn[key].replaced_by
        if not key or key in seen:
            return ""
        seen.add(key)
    return key


def renamed_keys(old: Loaded, new: Loaded, withdrawn: dict[str, Withdrawal]) -> dict[str, str]:
    """Old key → new key of the records of a table with a key of one column that go on under another key.

    A key that takes the place of two was merged into, and one that already stood beside the old one was not renamed to:
    both are left out.
    """
    key = new.resource.primary_key
    if len(key) != 1 or key[0] not in old.columns or key[0] not in new.columns:
        return {}
    before, after = set(old.frame[key[0]]), set(new.frame[key[0]])
    found = {k: successor(k, withdrawn) for k in sorted(before - after) if k in withdrawn}
    times = Counter(found.values())
    return {k: n for k, n in found.items() if n in after and n not in before and times[n] == 1}


def renamed_fields(old: Loaded, new: Loaded) -> dict[str, str]:
    """Old name → new name of fields that stand at the same place or say the same of themselves, and hold the same."""
    known_old, known_new = {*old.columns, *old.fields}, {*new.columns, *new.fields}
    gone = [(place, c) for place, c in enumerate(old.columns) if c not in known_new and c in old.fields]
    come = [(place, c) for place, c in enumerate(new.columns) if c not in known_old and c in new.fields]
    at_place = dict(come)
    told_as: dict[str, list[tuple[int, str]]] = {}
    for place, now in come:
        told_as.setdefault(_description(new, now), []).append((place, now))
    found: dict[str, str] = {}
    taken: set[str] = set()
    for place, was in gone:
        described = _description(old, was)
        candidates = {*(told_as.get(described, ()) if described else ()), *_at(place, at_place)}
        for _, now in sorted(candidates):
            if now not in taken and _one_field(old, was, new, now):
                found[was] = now
                taken.add(now)
                break
    return found


def _description(table: Loaded, column: str) -> str:
    return str(table.fields[column].meta.get("description") or "")


def _at(place: int, columns: dict[int, str]) -> list[tuple[int, str]]:
    return [(place, columns[place])] if place in columns else []


def _one_field(old: Loaded, was: str, new: Loaded, now: str) -> bool:
    """Whether two fields that stand at one place, or are described alike, have one type and hold the same."""
    if old.fields[was].type != new.fields[now].type:
        return False
    return _overlap(set(old.frame[was]), set(new.frame[now])) >= ALIKE


def _overlap(one: set[str], other: set[str]) -> float:
    one, other = one - {""}, other - {""}
    return len(one & other) / len(one | other) if one | other else 1.0


def renamed_resources(old: dict[str, Loaded], new: dict[str, Loaded]) -> dict[str, str]:
    """Old name → new name of resources with the same file, or with the same columns, key and mostly the same keys."""
    found: dict[str, str] = {}
    for was in (n for n in old if n not in new):
        for now in (n for n in new if n not in old):
            if now not in found.values() and _one_resource(old[was], new[now]):
                found[was] = now
                break
    return found


def _one_resource(old: Loaded, new: Loaded) -> bool:
    if old.resource.path == new.resource.path:
        return True
    key = list(old.resource.primary_key)
    if (
        old.columns != new.columns
        or tuple(key) != new.resource.primary_key
        or not key
        or not set(key) <= set(old.columns)
    ):
        return False
    before, after = set(old.frame.select(key).iter_rows()), set(new.frame.select(key).iter_rows())
    return bool(before | after) and len(before & after) / len(before | after) >= ALIKE
