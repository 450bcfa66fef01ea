"""Comparing two packages: structure, then rows table by table, then the step of the version all that demands."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from planspec.diff.bump import LEVELS
from planspec.diff.descriptor import compare_packages, compare_resources
from planspec.diff.load import Loaded, load
from planspec.diff.meaning import names_records, same_value, tier_of
from planspec.diff.model import TIERS, Cell, Change, Diff, Reason, Row, Structural, TableDiff
from planspec.diff.places import Opened
from planspec.diff.renames import (
    Withdrawal,
    renamed_fields,
    renamed_keys,
    renamed_resources,
    withdrawals,
)
from planspec.diff.rows import Lone, Matched, compare_rows
from planspec.diff.schema import compare_schemas
from planspec.package import Package

AGGREGATED = frozenset(("described",))
"""Structural changes that are counted by resource in the reasons; every other one is a reason of its own."""


@dataclass
class _Renames:
    """What goes under another name in the new version: keys by new resource name, and both sides' withdrawn keys."""

    keys: dict[str, dict[str, str]]
    withdrawn_old: dict[str, dict[str, Withdrawal]]
    withdrawn_new: dict[str, dict[str, Withdrawal]]


def compare(old: Opened, new: Opened) -> Diff:
    """All differences from `old` to `new`.

    Tables come in the order of the new package, then those that are gone. Raises `CannotTell` where a table of either
    side cannot be read without loss.
    """
    tables_old = {r.name: load(old, r) for r in old.package}
    tables_new = {r.name: load(new, r) for r in new.package}
    renamed = renamed_resources(tables_old, tables_new)
    origin = {now: was for was, now in renamed.items()} | {n: n for n in tables_new if n in tables_old}
    structure = list(compare_packages(old.package, new.package))
    renames = _Renames({}, withdrawals(tables_old), withdrawals(tables_new))
    for name, table in tables_new.items():
        if name in origin:
            renames.keys[name] = renamed_keys(tables_old[origin[name]], table, renames.withdrawn_new.get(name, {}))
    tables = []
    for name, table in tables_new.items():
        if name not in origin:
            structure.append(Structural("resource_added", name, new=len(table.frame)))
            tables.append(_one_sided(table, "added", new.package))
            continue
        before = tables_old[origin[name]]
        if origin[name] != name:
            structure.append(Structural("resource_renamed", name, what="name", old=origin[name], new=name))
        structure += compare_resources(before.resource, table.resource)
        fields = renamed_fields(before, table)
        structure += compare_schemas(before, table, fields)
        status = "same" if origin[name] == name else "renamed"
        tables.append(_table(before, table, fields, renames, status, names_records(old.package, before.resource)))
    for name, table in tables_old.items():
        if name not in origin.values():
            structure.append(Structural("resource_removed", name, old=len(table.frame)))
            tables.append(_one_sided(table, "removed", old.package))
    reasons = [*_structural_reasons(structure), *(r for t in tables for r in _row_reasons(t))]
    structure.sort(key=lambda s: -LEVELS.index(s.level))
    reasons.sort(key=lambda r: -LEVELS.index(r.level))
    return Diff(old.side, new.side, structure, tables, reasons)


def _one_sided(table: Loaded, status: str, package: Package) -> TableDiff:
    """A table of one side only: all its rows were added, or removed."""
    key = [c for c in table.resource.primary_key if c in table.columns]
    rows = [
        Row(tuple(r[c] for c in key), r["_line"], {c: r[c] for c in table.columns})
        for r in table.frame.iter_rows(named=True)
    ]
    count = len(rows)
    diff = TableDiff(
        table.resource.name,
        status,
        table.resource.path,
        tuple(key),
        names_records(package, table.resource),
        count if status == "removed" else 0,
        count if status == "added" else 0,
        remarks=[*table.remarks, *([] if count else [("empty", {})])],
    )
    (diff.added if status == "added" else diff.removed).extend(rows)
    return diff


def _key(old: Loaded, new: Loaded, fields: dict[str, str]) -> tuple[str, ...]:
    """The key both tables can be matched by: the new one, else the old one, else none."""
    columns_old = {fields.get(c, c) for c in old.columns}
    for key in (new.resource.primary_key, tuple(fields.get(c, c) for c in old.resource.primary_key)):
        if key and set(key) <= columns_old and set(key) <= set(new.columns):
            return key
    return ()


def _table(old: Loaded, new: Loaded, fields: dict[str, str], renames: _Renames, status: str, named: bool) -> TableDiff:
    name, key = new.resource.name, _key(old, new, fields)
    follow: dict[str, dict[str, str]] = {}
    for r in new.resource.references:
        follow[r.field] = follow.get(r.field, {}) | renames.keys.get(r.resource, {})
    mapping = {c: follow.get(c, {}) for c in key}
    if len(key) == 1:
        mapping[key[0]] = renames.keys.get(name) or mapping[key[0]]
    found = compare_rows(old.frame.rename(fields), new.frame, key, mapping)
    diff = TableDiff(
        name, status, new.resource.path, key, named, len(old.frame), len(new.frame), reordered=found.reordered
    )
    diff.doubled_old, diff.doubled_new = found.doubled_old, found.doubled_new
    withdrawn, withdrawn_old = renames.withdrawn_new.get(name, {}), renames.withdrawn_old.get(name, {})
    diff.removed = [_removed(row, withdrawn) for row in found.removed]
    diff.added = [_added(row, {**withdrawn, **withdrawn_old}) for row in found.added]
    diff.changed = [_change(m, new, follow, withdrawn) for m in found.changed]
    diff.changed.sort(key=lambda c: (TIERS.index(c.tier), c.line))
    diff.remarks = [*old.remarks, *(r for r in new.remarks if r not in old.remarks), *_remarks(diff)]
    return diff


def _remarks(diff: TableDiff) -> Iterator[tuple[str, dict]]:
    if not diff.key:
        yield "no_key", {}
    if not diff.old_count or not diff.new_count:
        yield "empty" if diff.old_count == diff.new_count else "empty_before" if not diff.old_count else "emptied", {}
    for code, doubled in (("doubled_old", diff.doubled_old), ("doubled_new", diff.doubled_new)):
        if doubled:
            first = next(iter(doubled))
            yield code, {"count": len(doubled), "key": ", ".join(first), "times": doubled[first]}


def _removed(row: Lone, withdrawn: dict[str, Withdrawal]) -> Row:
    note = withdrawn.get(row.key[0]) if len(row.key) == 1 else None
    return Row(
        row.key,
        row.line,
        row.cells,
        gone=not row.elsewhere,
        retired=note is not None,
        replaced_by=note.replaced_by if note else "",
        reason=note.reason if note else "",
    )


def _added(row: Lone, withdrawn: dict[str, Withdrawal]) -> Row:
    reused = len(row.key) == 1 and row.key[0] in withdrawn
    return Row(row.key, row.line, row.cells, gone=not row.elsewhere, reused=reused)


def _change(match: Matched, new: Loaded, follow: dict[str, dict[str, str]], withdrawn: dict[str, Withdrawal]) -> Change:
    cells = []
    for column, before in match.old.items():
        after = match.new[column]
        if before == after:
            continue
        known = new.field(column)
        follows = follow.get(column, {}).get(before) == after
        tier = "place" if follows else tier_of(new.resource.name, column, known)
        if known is not None and same_value(before, after, known.type):
            tier = "form"
        cells.append(Cell(column, before, after, tier, follows))
    cells.sort(key=lambda cell: TIERS.index(cell.tier))
    note = withdrawn.get(match.old_key[0]) if len(match.old_key) == 1 and match.old_key != match.new_key else None
    return Change(
        match.new_key, match.old_key, match.new_line, match.old_line, tuple(cells), note.reason if note else ""
    )


def _structural_reasons(structure: list[Structural]) -> Iterator[Reason]:
    counted: dict[tuple[str, str], int] = {}
    for change in structure:
        if change.code in AGGREGATED:
            counted[change.code, change.resource] = counted.get((change.code, change.resource), 0) + 1
        else:
            yield Reason(change.code, change.resource, change.column or change.what)
    for (code, resource), count in counted.items():
        yield Reason(code, resource, count=count)


def _row_reasons(table: TableDiff) -> Iterator[Reason]:
    """What the rows of one table demand. A table that came or went as a whole is a structural reason already."""
    if table.status in ("added", "removed"):
        return
    counts: dict[str, list[tuple[str, ...]]] = {}

    def count(code: str, key: tuple[str, ...]) -> None:
        counts.setdefault(code, []).append(key)

    for row in table.removed:
        count("key_gone" if table.names_records and row.gone and table.key else "row_withdrawn", row.key)
    for row in table.added:
        count("key_reused" if row.reused else "rows_added", row.key)
    for change in table.changed:
        kinds = {("follows" if c.follows else c.tier) for c in change.cells}
        if change.renamed:
            count(
                "key_renamed" if table.names_records and len(change.key) == 1 else "reference_followed", change.old_key
            )
        if "meaning" in kinds:
            count("meaning_changed", change.key)
        elif kinds - {"form", "follows"}:
            count("corrected", change.key)
        elif "follows" in kinds:
            count("reference_followed", change.key)
        elif "form" in kinds:
            count("rewritten", change.key)
    if table.old_count and not table.new_count:
        yield Reason("resource_emptied", table.name, count=table.old_count)
    for code, keys in counts.items():
        yield Reason(code, table.name, ", ".join(keys[0]), len(keys))
    if table.reordered:
        yield Reason("reordered", table.name)
