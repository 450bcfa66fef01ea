"""The half of the layers that a second process takes (see `planspec.beside`): the descriptor's form, names and words.

It is asked one thing only: do these steps find nothing? Findings depend on what earlier steps found on the same rows,
so where anything at all is found, in either half, all steps run in their order in one process. What is found is then
the same however many processes there are; and most packages that are checked hold.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from planspec.findings import Collector
from planspec.package import Package, open_package
from planspec.rules.context import Context
from planspec.rules.names import check_names
from planspec.rules.profiles import check_descriptor
from planspec.rules.quotes import check_quoted
from planspec.rules.subjects import check_subjects
from planspec.rules.text import check_text
from planspec.tables import read_tables

SMALL = 32_000_000
"""Bytes of tables up to which both processes read them all; larger packages are left to one, for its memory's sake."""


def may_halve(package: Package) -> bool:
    """Whether a package is worth two processes: a small one in a folder."""
    paths = [package.store.local(resource.path) for resource in package]
    return sum(path.stat().st_size if path and path.is_file() else SMALL + 1 for path in paths) <= SMALL


def take_half(path: Path) -> dict[str, dict[str, Any]] | None:
    """How many `rows` each rule judged and what was `skipped`, by rule, where this half finds nothing; else None."""
    package = open_package(path)
    context = Context(package, {}, Collector())
    if package.faults or not may_halve(package):
        return None
    check_descriptor(package, context.collector)
    context.tables, faults = read_tables(package)
    check_words(context)
    check_quoted(context)
    return None if faults or context.collector.total else {"rows": context.rows, "skipped": context.skipped}


def check_words(context: Context) -> None:
    """Names and words of the row layer, in their order."""
    check_text(context)
    check_names(context)
    check_subjects(context)
