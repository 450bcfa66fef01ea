"""Structure layer, whole tables: as many rows as the descriptor counts."""

from __future__ import annotations

from planspec.counts import declared
from planspec.rules.context import Context


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
