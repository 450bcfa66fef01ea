"""What of a Table Schema can be relied on: everything else is left out and said, so that no rule trips over it."""

from __future__ import annotations

import math
from typing import Any

TYPES = frozenset(("string", "integer", "number", "boolean", "date", "year", "any"))
RESERVED = "_"
"""Columns whose names begin so are ours: the line, and what rules join to a row."""

_WHOLE = ("minLength", "maxLength")
_NUMERIC = ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum")
_FLAGS = ("required", "unique")


def plain_text(value: object) -> bool:
    """Whether a value is text that can be written as UTF-8 and holds no control character."""
    if not isinstance(value, str) or not value or len(value) > 10_000:
        return False
    return not any("\ud800" <= c <= "\udfff" or ord(c) < 32 for c in value)


def _pattern_works(pattern: object) -> bool:
    if not plain_text(pattern):
        return False
    import polars as pl

    try:
        pl.Series([""]).str.contains(f"^(?:{pattern})$")
    except pl.exceptions.ComputeError:
        return False
    return True


def _constraint_sound(kind: str, name: str, value: object) -> bool:
    if name in _FLAGS:
        return isinstance(value, bool)
    if name == "pattern":
        return _pattern_works(value)
    if name == "enum":
        return (
            isinstance(value, list)
            and bool(value)
            and all(plain_text(str(v)) and not isinstance(v, (dict, list)) for v in value)
        )
    if name in _WHOLE:
        return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**31
    if name in _NUMERIC:
        number = _number(value)
        return (
            kind in ("integer", "number", "year")
            and number is not None
            and math.isfinite(number)
            and abs(number) < 2**63
        )
    return True


def _number(value: object) -> float | None:
    """A bound as a number; a schema may write it as a number or as the text of one."""
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        return None
    try:
        return float(value)
    except (ValueError, OverflowError):
        return None


def _applied(name: str, value: object) -> object:
    return _number(value) if name in _NUMERIC and isinstance(value, str) else value


def sound_fields(
    fields: list[dict[str, Any]], wrong: list[str]
) -> list[tuple[str, str, dict[str, Any], dict[str, Any]]]:
    """Name, type, sound constraints and description of each field whose name can be used; `wrong` says what cannot."""
    sound: list[tuple[str, str, dict[str, Any], dict[str, Any]]] = []
    taken: set[str] = set()
    for field in fields:
        name, kind, constraints = field["name"], field.get("type", "any"), field.get("constraints") or {}
        if not plain_text(name) or name.startswith(RESERVED) or name in taken:
            wrong.append(f"the field name {str(name)[:60]!r} is taken, reserved or no plain text")
            continue
        taken.add(name)
        if kind not in TYPES if isinstance(kind, str) else True:
            wrong.append(f"the field {name} has the type {str(kind)[:60]!r}, which is not read")
            kind = "any"
        if not isinstance(constraints, dict):
            wrong.append(f"the constraints of {name} are no object")
            constraints = {}
        kept = {
            k: _applied(k, v) for k, v in constraints.items() if isinstance(k, str) and _constraint_sound(kind, k, v)
        }
        wrong += [f"the constraint {str(k)[:60]!r} of {name} cannot be applied" for k in constraints if k not in kept]
        sound.append((name, kind, kept, field))
    return sound


def sound_key(key: object, columns: set[str], wrong: list[str]) -> tuple[str, ...]:
    """The primary key where it names columns there are, each once; else none."""
    names = (key,) if isinstance(key, str) else tuple(key) if isinstance(key, list) else ()
    if key is not None and (
        not names or not all(isinstance(n, str) and n in columns for n in names) or len(set(names)) != len(names)
    ):
        wrong.append(f"the primary key {str(key)[:60]!r} does not name columns of the resource")
        return ()
    return names
