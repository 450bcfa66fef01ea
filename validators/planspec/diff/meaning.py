"""What a key stands for, and which cells matter most.

A Table Schema says which column is the key, not which columns fix what the key stands for; that is written here, and in
docs/versioning.md for people.
"""

from __future__ import annotations

from decimal import Decimal, InvalidOperation

from planspec.package import Field, Package, Resource

IDENTITY = {
    "targets": ("district_code", "year", "period", "indicator_id"),
    "results": ("district_code", "year", "period", "indicator_id"),
    "projects": ("district_code", "year", "kind"),
    "initiatives": ("district_code", "year"),
    "indicators": ("measure", "dimension", "per"),
    "units": ("dimension", "base_unit_id", "factor"),
    "districts": ("parent_code",),
    "sources": ("sha256",),
    "retired": ("resource",),
}
"""Columns that fix what a key stands for: who, when and what of a record; how an indicator is measured; what a unit
converts to; which document. Another value in one of them is another record under an old key. Free text (names, scope,
definitions) is left out: it is corrected far more often than it is put to another use."""

_TIERS = {
    "figure": (
        "value value_max unit_id comparator value_base stretch_value investment_value investment_comparator "
        "investment_unit_id investment_base size_value size_comparator size_unit_id count factor min max"
    ),
    "place": (
        "source_id start end stated cue_start cue_end cue part printed headline_start headline_end file sha256 characters"
    ),
    "note": (
        "note name_en name_zh summary_en summary_zh definition definition_zh labels_zh title publisher published why why_zh reason symbol_zh"
    ),
}
_TIER_OF = {column: tier for tier, columns in _TIERS.items() for column in columns.split()}


def tier_of(resource: str, column: str, field: Field | None) -> str:
    """How much a change in a column matters: one of `planspec.diff.model.TIERS` but form.

    A column not known by name counts as a figure where it is a number, as a reading of the words otherwise.
    """
    if column in IDENTITY.get(resource, ()):
        return "meaning"
    if column in _TIER_OF:
        return _TIER_OF[column]
    return "figure" if field is not None and field.type in ("number", "integer") else "reading"


def same_value(old: str, new: str, kind: str) -> bool:
    """Whether two texts are one value of a Table Schema type: `5.50` and `5.5` are one number."""
    if old == new:
        return True
    if kind in ("number", "integer", "year"):
        try:
            return Decimal(old) == Decimal(new)
        except InvalidOperation:
            return False
    return kind == "boolean" and old.lower() == new.lower() and old.lower() in ("true", "false")


def names_records(package: Package, resource: Resource) -> bool:
    """Whether a consumer holds on to the keys of a resource, so that a key that goes is a breaking change.

    That is a key of one column (it names a record), or one that another resource refers to. A key of several columns
    that nothing refers to (figures, errata, coverage) says where a row belongs; a row withdrawn there is a correction.
    """
    if len(resource.primary_key) == 1:
        return True
    for other in package:
        for key in other.schema.get("foreignKeys") or []:
            reference = key.get("reference") if isinstance(key, dict) else None
            if (
                other.name != resource.name
                and isinstance(reference, dict)
                and reference.get("resource") == resource.name
            ):
                return True
    return False
