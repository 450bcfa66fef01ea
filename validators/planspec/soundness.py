"""What of a Table Schema can be relied on: everything else is left out and said, so that no rule trips over it."""

from __future__ import annotations

import math
import re
from typing import Any

VERSION = re.compile(r"(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)")
"""The form of a version, all of it; no other text can follow another or name a folder."""
LONGEST = 60
"""Characters that a version may have."""
TYPES = frozenset(("string", "integer", "number", "boolean", "date", "year", "any"))
RESERVED = "_"
"""Columns whose names begin so are ours: the line, and what rules join to a row."""

PLAIN: dict[str, tuple[object, ...]] = {
    "scheme": ("file",),
    "format": ("csv",),
    "mediatype": ("text/csv",),
    "encoding": ("utf-8", "utf8"),
    "compression": ("",),
    "innerpath": ("",),
    "extrapaths": ([],),
}
"""How a resource may say that its file is written: as CSV in UTF-8, in one file. Nothing else is read."""
PLAIN_DIALECT: dict[str, tuple[object, ...]] = {
    "header": (True,),
    "headerRows": ([1],),
    "headerJoin": (" ",),
    "headerCase": (True,),
    "commentRows": ([],),
    "commentChar": ("",),
    "skipBlankRows": (False,),
    "delimiter": (",",),
    "lineTerminator": ("\n", "\r\n"),
    "quoteChar": ('"',),
    "doubleQuote": (True,),
    "escapeChar": ("",),
    "nullSequence": ("",),
    "skipInitialSpace": (False,),
}
"""How a dialect may say that cells are parted: by commas, quoted by quotation marks, under a header."""
_NAMES = ("$schema", "name", "title", "description", "type", "csv")
PLAIN_FIELD: dict[str, tuple[object, ...]] = {
    "format": ("default",),
    "missingValues": ([""],),
    "trueValues": (["true"],),
    "falseValues": (["false"],),
    "decimalChar": (".",),
    "groupChar": ("",),
    "bareNumber": (True,),
}
"""How a field, or for missing values a schema, may say that cells are written."""
_NO_CASE = ("scheme", "mediatype", "encoding")
HASHES = ("md5", "sha1", "sha256", "sha512")

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


def _departing(told: dict[str, Any], plain: dict[str, tuple[object, ...]], of: str) -> list[str]:
    """What of some properties says that a file is written otherwise than it is read; null says nothing."""
    values = {name: told[name] for name in plain if told.get(name) is not None}
    lowered = {
        name: value.lower() if name in _NO_CASE and isinstance(value, str) else value for name, value in values.items()
    }
    return [
        f"{name} {str(values[name])[:60]!r} of {of}: only {plain[name][0]!r} is read"
        for name, value in lowered.items()
        if not any(type(value) is type(one) and value == one for one in plain[name])
    ]


def unread_form(name: str, meta: dict[str, Any]) -> list[str]:
    """What the description of a resource says of its file that is not how files are read here.

    A reader that believed it would see other cells than the rules did, or none.
    """
    wrong = _departing(meta, PLAIN, name)
    dialect = meta.get("dialect")
    parts = [dialect, dialect.get("csv")] if isinstance(dialect, dict) else [dialect]
    for part in (p for p in parts if p is not None):
        if not isinstance(part, dict):
            wrong.append(f"the dialect of {name} is no object of the descriptor")
            continue
        wrong += _departing(part, PLAIN_DIALECT, f"the dialect of {name}")
        wrong += [
            f"{str(key)[:60]!r} in the dialect of {name} is not read"
            for key in part
            if key not in PLAIN_DIALECT and key not in _NAMES
        ]
    size, digest = meta.get("bytes"), meta.get("hash")
    if size is not None and (not isinstance(size, int) or isinstance(size, bool)):
        wrong.append(f"bytes {str(size)[:60]!r} of {name} is no number of bytes")
    if digest is not None and hash_of(digest) is None:
        wrong.append(f"hash {str(digest)[:60]!r} of {name} is none that is read ({', '.join(HASHES)})")
    return wrong


def unread_schema(schema: dict[str, Any]) -> list[str]:
    """What a Table Schema, whose fields are named, says of cells that is not how they are read here."""
    wrong = _departing(schema, {"missingValues": PLAIN_FIELD["missingValues"]}, "the schema")
    for field in schema["fields"]:
        wrong += _departing(field, PLAIN_FIELD, f"the field {str(field['name'])[:60]}")
    return wrong


def hash_of(told: object) -> tuple[str, str] | None:
    """Algorithm and digest of a resource's `hash`, which is MD5 where it names none; None where it cannot be read."""
    if not isinstance(told, str):
        return None
    kind, _, digest = told.rpartition(":")
    found = (kind or "md5").lower().replace("-", ""), digest.lower()
    return found if found[0] in HASHES and re.fullmatch("[0-9a-f]+", found[1]) else None


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
