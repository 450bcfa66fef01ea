"""Changes of a Table Schema: fields, types, constraints (tighter or looser), keys, references."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from itertools import zip_longest
from typing import Any

from planspec.diff.load import Loaded
from planspec.diff.model import Structural

BOUNDS = {
    "lower": ("minimum", "exclusiveMinimum"),
    "upper": ("maximum", "exclusiveMaximum"),
}
READING = (
    "format",
    "decimalChar",
    "groupChar",
    "bareNumber",
    "trueValues",
    "falseValues",
    "missingValues",
    "unit",
    "delimiter",
    "itemType",
)
"""Properties of a field that decide what a cell means; a change is a change of type."""
OF_FIELD = frozenset(("name", "type", "constraints", *READING))
OF_SCHEMA = frozenset(("fields", "primaryKey", "foreignKeys", "uniqueKeys", "missingValues", "fieldsMatch"))


def compare_schemas(old: Loaded, new: Loaded, renamed: dict[str, str]) -> Iterator[Structural]:
    """Every change from one Table Schema to another. `renamed`: old → new name of fields that were renamed.

    A column counts as gone where either the schema or the header of the file no longer has it.
    """
    name = new.resource.name
    before, after = old.resource, new.resource
    for was, now in renamed.items():
        yield Structural("field_renamed", name, now, "name", was, now)
    gone = _missing(old, new, set(renamed))
    added = _missing(new, old, set(renamed.values()))
    yield from (Structural("field_removed", name, column) for column in gone)
    yield from (Structural("field_added", name, column) for column in added)
    for columns_old, columns_new in ((old.columns, new.columns), (before.columns, after.columns)):
        order_old = [renamed.get(c, c) for c in columns_old]
        among_old, among_new = set(order_old), set(columns_new)
        order_new = [c for c in columns_new if c in among_old]
        order_old = [c for c in order_old if c in among_new]
        if order_old != order_new:
            yield Structural("fields_reordered", name, "", "fields", order_old, order_new)
            break
    fields_new = {f.name: f for f in after.fields}
    for field_old in before.fields:
        field_new = fields_new.get(renamed.get(field_old.name, field_old.name))
        if field_new is not None:
            yield from _field(name, field_old.meta, field_new.meta)
    yield from _keys(name, before.schema, after.schema, renamed)
    for key in sorted((set(before.schema) | set(after.schema)) - OF_SCHEMA):
        if before.schema.get(key) != after.schema.get(key):
            yield Structural("described", name, "", f"schema.{key}", before.schema.get(key), after.schema.get(key))


def _missing(one: Loaded, other: Loaded, but: set[str]) -> list[str]:
    """Columns of `one` that the file or the schema of `other` lacks, in their order."""
    filed, known = set(other.columns), set(other.fields)
    lacking = [c for c in one.columns if c not in filed]
    told = set(lacking)
    lacking += [c for c in one.resource.columns if c not in known and c not in told]
    return [c for c in lacking if c not in but]


def _field(resource: str, old: dict[str, Any], new: dict[str, Any]) -> Iterator[Structural]:
    name = new["name"]
    if old.get("type", "any") != new.get("type", "any"):
        yield Structural("field_retyped", resource, name, "type", old.get("type", "any"), new.get("type", "any"))
    for key in READING:
        default = "default" if key == "format" else None
        if old.get(key, default) != new.get(key, default):
            yield Structural("field_retyped", resource, name, key, old.get(key), new.get(key))
    yield from _constraints(resource, name, old.get("constraints") or {}, new.get("constraints") or {})
    for key in sorted((set(old) | set(new)) - OF_FIELD):
        if old.get(key) != new.get(key):
            yield Structural("described", resource, name, key, old.get(key), new.get(key))


def _number(value: object) -> Decimal | str:
    """A bound as a number where it is one; dates and times compare as text."""
    try:
        return Decimal(str(value))
    except InvalidOperation:
        return str(value)


def _bound(constraints: dict[str, Any], side: str) -> tuple[Any, bool] | None:
    """The binding bound of one side and whether it is exclusive; None where there is none."""
    inclusive, exclusive = BOUNDS[side]
    found = [
        (_number(constraints[k]), k == exclusive) for k in (inclusive, exclusive) if constraints.get(k) is not None
    ]
    if not found:
        return None
    kinds = {type(value) for value, _ in found}
    if len(kinds) > 1:
        return found[0]
    sign = max if side == "lower" else min
    value = sign(v for v, _ in found)
    return value, any(e for v, e in found if v == value)


def _tighter_bound(old: tuple[Any, bool] | None, new: tuple[Any, bool] | None, side: str) -> bool:
    if old is None or new is None:
        return new is not None
    if old[0] == new[0]:
        return new[1]
    if type(old[0]) is not type(new[0]):
        return True
    return bool(new[0] > old[0] if side == "lower" else new[0] < old[0])


def _constraints(resource: str, field: str, old: dict[str, Any], new: dict[str, Any]) -> Iterator[Structural]:
    """Constraint by constraint. What cannot be shown to be looser (another pattern, one unknown here) counts as tighter."""

    def change(key: str, *, tighter: bool) -> Structural:
        code = "constraint_tightened" if tighter else "constraint_loosened"
        return Structural(code, resource, field, f"constraints.{key}", old.get(key), new.get(key))

    handled = set()
    for side, names in BOUNDS.items():
        handled |= set(names)
        before, after = _bound(old, side), _bound(new, side)
        if before != after:
            shown = next(n for n in names if old.get(n) != new.get(n))
            yield change(shown, tighter=_tighter_bound(before, after, side))
    for key in sorted((set(old) | set(new)) - handled):
        before, after = old.get(key), new.get(key)
        if key in ("required", "unique"):
            if bool(before) != bool(after):
                yield change(key, tighter=bool(after))
        elif before == after:
            continue
        elif key == "enum" and isinstance(before, list) and isinstance(after, list):
            lost = [v for v in before if v not in after]
            if lost or any(v not in before for v in after):
                yield change(key, tighter=bool(lost))
            else:
                yield Structural("described", resource, field, "constraints.enum", before, after)
        elif before is None or after is None:
            yield change(key, tighter=after is not None)
        elif key in ("minLength", "maxLength"):
            pair = (_number(before), False), (_number(after), False)
            if pair[0] != pair[1]:
                yield change(key, tighter=_tighter_bound(*pair, "lower" if key == "minLength" else "upper"))
        else:
            yield change(key, tighter=True)


def _listed(value: object) -> tuple[str, ...]:
    if isinstance(value, str):
        return (value,)
    return tuple(str(v) for v in value) if isinstance(value, list) else ()


def _array(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


Link = tuple[str, tuple[str, ...]]
"""What a foreign key refers to: resource, fields."""


def _references(schema: dict[str, Any], renamed: dict[str, str]) -> dict[tuple[str, ...], set[Link]]:
    """Local fields → what the foreign keys on them refer to."""
    found: dict[tuple[str, ...], set[Link]] = {}
    for key in _array(schema.get("foreignKeys")):
        if isinstance(key, dict) and isinstance(key.get("reference"), dict):
            local = tuple(renamed.get(c, c) for c in _listed(key.get("fields")))
            link = str(key["reference"].get("resource") or ""), _listed(key["reference"].get("fields"))
            found.setdefault(local, set()).add(link)
    return found


def _missing_values(schema: dict[str, Any]) -> list[Any]:
    values = schema.get("missingValues", [""])
    return sorted(map(str, values)) if isinstance(values, list) else [values]


def _keys(resource: str, old: dict[str, Any], new: dict[str, Any], renamed: dict[str, str]) -> Iterator[Structural]:
    before = [renamed.get(c, c) for c in _listed(old.get("primaryKey"))]
    after = list(_listed(new.get("primaryKey")))
    if before != after:
        yield Structural("key_changed", resource, "", "primaryKey", before, after)
    unique_old = {tuple(renamed.get(c, c) for c in _listed(k)) for k in _array(old.get("uniqueKeys"))}
    unique_new = {_listed(k) for k in _array(new.get("uniqueKeys"))}
    for keys, code in (
        (unique_new - unique_old, "constraint_tightened"),
        (unique_old - unique_new, "constraint_loosened"),
    ):
        for columns in sorted(keys):
            yield Structural(code, resource, ", ".join(columns), "uniqueKeys", None, list(columns))
    links_old, links_new = _references(old, renamed), _references(new, {})
    for local in sorted(set(links_old) | set(links_new)):
        had, has = links_old.get(local, set()), links_new.get(local, set())
        # One that goes and one that comes are one that moved; what is left over went, or came.
        for was, now in zip_longest(sorted(had - has), sorted(has - had)):
            code = "reference_added" if was is None else "reference_removed" if now is None else "reference_moved"
            yield Structural(code, resource, ", ".join(local), "foreignKeys", _arrow(was), _arrow(now))
    if _missing_values(old) != _missing_values(new):
        yield Structural(
            "field_retyped", resource, "", "missingValues", old.get("missingValues"), new.get("missingValues")
        )
    if old.get("fieldsMatch") != new.get("fieldsMatch"):
        yield Structural(
            "constraint_tightened", resource, "", "fieldsMatch", old.get("fieldsMatch"), new.get("fieldsMatch")
        )


def _arrow(link: Link | None) -> str | None:
    return None if link is None else f"{link[0] or 'itself'}({', '.join(link[1])})"
