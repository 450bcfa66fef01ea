"""Structure layer, S109: the resources and columns that rules read must be there, of the type they compute with."""

from __future__ import annotations

import re

from planspec.findings import Finding
from planspec.package import DESCRIPTOR
from planspec.rules.catalogue import catalogue
from planspec.rules.context import Context
from planspec.rules.enrich import NEEDS


def check_contract(context: Context) -> None:
    """S109: resources and columns that the rules read must be there, or the rules would pass by looking away.

    A resource that is listed but could not be made out has its finding from opening the package. A column is missed
    once, in the resource of the rule that reads the fewest.
    """
    resources = context.package.resources
    for rule in sorted(catalogue().values(), key=lambda r: len(r.resources)):
        absent = [n for n in rule.resources if n != "*" and n not in resources]
        context.count("S109", len(rule.resources))
        for name in absent:
            if name not in _reported(context) and not context.package.faults:
                context.collector.add(Finding("S109", name, DESCRIPTOR, params={"what": name}))
        for column in rule.columns if not absent else ():
            known = column.startswith("_") or any(column in resources[n].columns for n in rule.resources if n != "*")
            if not known and not any(what.endswith(f".{column}") for what in _reported(context)):
                _report_missing(context, rule.resources[0], column)


KINDS = {
    "number": "value value_max value_base stretch_value investment_value investment_base size_value min max factor",
    "integer": "year start end cue_start cue_end count part characters headline_start headline_end",
    "boolean": "hedged headline stretch estimated cumulative core",
    "date": "published",
}
"""Columns that rules compute with, by the type they need; all others are text."""


def check_kinds_of_columns(context: Context) -> None:
    """S109, for types: a column of another type than the rules compute with."""
    needed = {column: kind for kind, columns in KINDS.items() for column in columns.split()}
    read = {(n, c) for rule in catalogue().values() for n in rule.resources for c in rule.columns}
    for resource in context.package:
        for column in resource.fields:
            kind = needed.get(column.name, "string")
            if (resource.name, column.name) in read and column.type != kind:
                _report_missing(context, resource.name, column.name)


def _report_missing(context: Context, name: str, column: str) -> None:
    if f"{name}.{column}" not in _reported(context):
        file = (
            str(context.package.resources[name].meta.get("schema", DESCRIPTOR))
            if name in context.package.resources
            else DESCRIPTOR
        )
        context.collector.add(Finding("S109", name, file, column=column, params={"what": f"{name}.{column}"}))


_COLUMN = re.compile(r"[\"'](_?[a-z][a-z0-9_]*)[\"']|unable to find column \"?(\w+)")


def missing_column(context: Context, name: str, error: Exception) -> None:
    """A rule met a column that its resource lacks: that is a fault of the schema, not of the tool."""
    match = _COLUMN.search(str(error))
    column = next((g for g in match.groups() if g), "?") if match else "?"
    owner = next(
        (
            n
            for n in (name, *NEEDS.get(name, ()))
            if n in context.package.resources and column not in context.package.resources[n].columns
        ),
        name,
    )
    _report_missing(context, owner, column)


def _reported(context: Context) -> set[str]:
    return {str(f.params.get("what")) for f in context.collector.findings if f.rule == "S109"}
