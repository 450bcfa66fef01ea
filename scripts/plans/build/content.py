"""What every artifact is made from: the package, its tables read once, and the few facts that date and name a release."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from planspec.diff.bump import parse_version
from planspec.errors import CannotTell
from planspec.package import DESCRIPTOR, Field, Package, Resource, open_package
from planspec.rules.config import CONFIG
from planspec.tables import LEGIBLE, Table, read_tables

COMPANIONS = ("CHANGELOG.md", "CITATION.cff", "LICENSE-DATA.md", "RIGHTS.md", CONFIG)
"""Files beside the descriptor that a release carries where they are there."""

_POSITION = "Unicode code points"
UNITS = {
    "value": "the unit in `unit_id`",
    "value_max": "the unit in `unit_id`",
    "stretch_value": "the unit in `unit_id`",
    "value_base": "the base unit of the unit in `unit_id`",
    "investment_value": "the unit in `investment_unit_id`",
    "investment_base": "the base unit of the unit in `investment_unit_id`",
    "size_value": "the unit in `size_unit_id`",
    "min": "the base unit of the indicator's dimension",
    "max": "the base unit of the indicator's dimension",
    "factor": "the unit in `base_unit_id`",
    "count": "projects",
    "year": "calendar year",
    "characters": _POSITION,
    **dict.fromkeys(("start", "end", "cue_start", "cue_end", "headline_start", "headline_end"), _POSITION),
}
"""Unit of measure of each numeric column; a `unit` property of the schema's field goes before it."""


def unit(field: Field) -> str:
    """Unit of measure of a column in words, or "" where it has none."""
    if isinstance(field.meta.get("unit"), str):
        return str(field.meta["unit"])
    return UNITS.get(field.name, "") if field.type in ("number", "integer", "year") else ""


def as_json(value: Any) -> bytes:
    """JSON as every artifact writes it: UTF-8, two blanks, a newline at the end."""
    return (json.dumps(value, ensure_ascii=False, indent=2) + "\n").encode("utf-8")


def sha256(data: bytes) -> str:
    """SHA-256 in lower-case hexadecimal digits."""
    return hashlib.sha256(data).hexdigest()


@dataclass(frozen=True)
class Content:
    """One package, read whole. `path` is where it was opened; `diff` is Markdown for the release notes, or ""."""

    path: Path
    package: Package
    tables: dict[str, Table]
    created: datetime
    diff: str = ""

    @property
    def name(self) -> str:
        return self.package.name

    @property
    def version(self) -> str:
        return self.package.version

    @property
    def descriptor(self) -> dict[str, Any]:
        return self.package.descriptor

    @property
    def homepage(self) -> str:
        """The project's own address, or "" while it has none: what needs it is then left out."""
        return str(self.descriptor.get("homepage") or "")

    @property
    def resources(self) -> list[Resource]:
        return list(self.package)

    def bytes_of(self, name: str) -> bytes:
        """Bytes of a file of the package, as they are."""
        return self.package.store.read(name)

    def text_of(self, name: str) -> str:
        """Text of a companion file, or "" where it is not there."""
        try:
            return self.bytes_of(name).decode("utf-8") if self.package.store.exists(name) else ""
        except UnicodeDecodeError as error:
            raise CannotTell(f"{name} is not UTF-8", "save it as UTF-8") from error


def created(descriptor: dict[str, Any]) -> datetime:
    """When the package was made, in UTC. Raises `CannotTell` where the descriptor does not say so exactly."""
    text = descriptor.get("created")
    try:
        moment = datetime.fromisoformat(str(text))
    except ValueError as error:
        raise CannotTell(
            f"{DESCRIPTOR}: `created` is {text!r}, not a date and time",
            "write it as 2026-01-31T00:00:00Z; `plans release` does",
        ) from error
    if moment.tzinfo is None:
        raise CannotTell(f"{DESCRIPTOR}: `created` {text!r} has no time zone", "write it as 2026-01-31T00:00:00Z")
    return moment.astimezone(UTC)


def _unwritable(value: Any, at: str = "") -> Iterator[tuple[str, str]]:
    """What of a JSON value no artifact can hold: its place, and why: a control, half a character, a number that is none."""
    if isinstance(value, str):
        # A tab and line ends are text; XML, and so xlsx, has no other control.
        wrong = next((c for c in value if (c < " " and c not in "\t\r\n") or "\ud800" <= c <= "\udfff"), "")
        if wrong:
            yield at, f"holds {ascii(wrong)[1:-1]}, which is no character of a text"
    elif isinstance(value, float) and not math.isfinite(value):
        yield at, f"is {value}, which is no number of JSON"
    elif isinstance(value, dict | list):
        for key, inner in value.items() if isinstance(value, dict) else enumerate(value):
            place = f"{at}.{key}".removeprefix(".")
            yield from _unwritable(str(key), place)
            yield from _unwritable(inner, place)


def _check_writable(file: str, content: Any) -> None:
    for place, why in _unwritable(content):
        raise CannotTell(f"{file}: `{ascii(place)[1:-1] if not place.isprintable() else place}` {why}", "write it anew")


def _check_descriptor(package: Package) -> None:
    """Refuse what no artifact can hold, and a package that no release could be named by."""
    _check_writable(DESCRIPTOR, package.descriptor)
    for resource in package:
        file = resource.meta.get("schema")
        _check_writable(file if isinstance(file, str) else DESCRIPTOR, resource.schema)
    for needed in ("name", "version"):
        if not package.descriptor.get(needed):
            raise CannotTell(f"{DESCRIPTOR} has no `{needed}`", "a release is named by it; add it")
    try:
        parse_version(package.version)
    except ValueError as error:
        raise CannotTell(
            f"{DESCRIPTOR}: `version` {package.version[:80]!r} is not of the form 1.2.3",
            "write three numbers with dots between; `plans release` does",
        ) from error


def read_content(path: Path, diff: str = "") -> Content:
    """Read the package at `path` (folder, descriptor or zip) for building.

    Raises `CannotTell` where the package or one of its tables cannot be read: no artifact is made of half a package.
    """
    package = open_package(path)
    if package.descriptor:
        _check_descriptor(package)
    tables, faults = read_tables(package)
    unread = [r.name for r in package if r.name not in tables]
    wrong = [*package.faults, *(fault for fault in faults if fault.rule not in LEGIBLE)]
    if wrong or unread or not package.resources:
        first = ", ".join(f"{fault.file}:{fault.line}" if fault.line else fault.file for fault in wrong[:1])
        at = f" ({first})" if first else ""
        raise CannotTell(f"{path} cannot be read whole{at}", "run plans validate to see what is wrong with it")
    return Content(path, package, tables, created(package.descriptor), diff)
