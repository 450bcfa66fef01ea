"""Changes of the descriptor: the package's own properties and those of its resources."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from planspec.diff.model import Structural
from planspec.package import Package, Resource

STAMPED = frozenset(("version", "created", "resources"))
"""Properties of the package that a release writes, or that are compared resource by resource."""
DERIVED = frozenset(("name", "schema", "hash", "bytes", "rows"))
"""Properties of a resource that follow from its content, or are compared elsewhere."""
ENCODING = frozenset(("encoding", "dialect", "format", "type", "profile", "compression"))
"""Properties of a resource without which its bytes are read otherwise."""


def compare_packages(old: Package, new: Package) -> Iterator[Structural]:
    """Changes of the package's own properties."""
    before, after = old.descriptor, new.descriptor
    for key in sorted((set(before) | set(after)) - STAMPED):
        was, now = before.get(key), after.get(key)
        if was == now:
            continue
        if key in ("name", "id"):
            yield Structural("package_renamed", what=key, old=was, new=now)
        elif key == "licenses" and _terms(was) != _terms(now):
            yield Structural("licence_changed", what=key, old=_terms(was), new=_terms(now))
        else:
            yield Structural("described", what=key, old=was, new=now)
    order_old = [n for n in old.resources if n in new.resources]
    order_new = [n for n in new.resources if n in old.resources]
    if order_old != order_new:
        yield Structural("described", what="resources", old=order_old, new=order_new)


def _terms(licences: object) -> list[str]:
    """Names of the licences, or their paths where they have none."""
    listed = licences if isinstance(licences, list) else []
    return sorted(str(x.get("name") or x.get("path")) for x in listed if isinstance(x, dict))


def compare_resources(old: Resource, new: Resource) -> Iterator[Structural]:
    """Changes of a resource's properties but its name and schema."""
    before: dict[str, Any] = {"encoding": "utf-8", **old.meta}
    after: dict[str, Any] = {"encoding": "utf-8", **new.meta}
    for key in sorted((set(before) | set(after)) - DERIVED):
        was, now = before.get(key), after.get(key)
        if was == now:
            continue
        code = "relocated" if key in ("path", "scheme") else "encoding_changed" if key in ENCODING else "described"
        yield Structural(code, new.name, what=key, old=was, new=now)
