"""Structure layer, whole tables: as many rows as the descriptor counts, and the bytes that it says."""

from __future__ import annotations

import hashlib
import io

from planspec.counts import declared
from planspec.findings import Finding
from planspec.package import DESCRIPTOR, Package, Resource
from planspec.rules.context import Context
from planspec.soundness import hash_of


def check_totals(context: Context) -> None:
    """S120: a table with fewer rows than the descriptor says, where it says. S122: with more."""
    for resource in context.package:
        expected = declared(resource)
        if expected is None or not context.has(resource.name):
            continue
        context.count("S120", 1)
        context.count("S122", 1)
        rows = context.frames.height(resource.name)
        if rows != expected:
            rule = "S120" if rows < expected else "S122"
            context.report(rule, resource.name, 0, cell=rows, expected=expected)


def check_bytes(context: Context) -> None:
    """S102: a file of other bytes than the descriptor says, where it says (`bytes`, `hash`)."""
    for resource in context.package:
        for why in _other_bytes(context.package, resource):
            context.collector.add(Finding("S102", resource.name, DESCRIPTOR, params={"why": why}))


def _other_bytes(package: Package, resource: Resource) -> list[str]:
    size, digest = resource.meta.get("bytes"), hash_of(resource.meta.get("hash"))
    if (size is None and digest is None) or not package.store.exists(resource.path):
        return []
    local = package.store.local(resource.path)
    wrong = []
    with local.open("rb") if local else io.BytesIO(package.store.read(resource.path)) as file:
        found = hashlib.file_digest(file, digest[0]).hexdigest() if digest else ""
        here = file.seek(0, io.SEEK_END)
    if isinstance(size, int) and size != here:
        wrong.append(f"bytes of {resource.name}: {size} are declared, {resource.path} has {here}")
    if digest and found != digest[1]:
        wrong.append(f"hash of {resource.name}: {digest[1][:16]}… is declared, {resource.path} has {digest[0]}:{found}")
    return wrong
