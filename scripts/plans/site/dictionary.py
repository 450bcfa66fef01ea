"""The data dictionary as data for its page: every column, from the Table Schemas alone."""

from __future__ import annotations

from typing import Any

from plans.dictionary import printed
from plans.site.model import Model
from plans.site.words import word, words
from planspec.package import Field


def _described(meta: dict[str, Any], language: str) -> dict[str, str]:
    """Title and description in a language; where the schema has only English, the page says so by `description_lang`."""
    own = f"_{language}" if language != "en" else ""
    title = str(meta.get(f"title{own}") or meta.get("title") or "")
    if own and meta.get(f"description{own}"):
        return {"title": title, "description": str(meta[f"description{own}"]), "description_lang": language}
    return {"title": title, "description": str(meta.get("description", "")), "description_lang": "en"}


def _constraints(field: Field, language: str) -> list[dict[str, Any]]:
    made: list[dict[str, Any]] = []
    for name, value in field.constraints.items():
        text = word("dictionary", name, language) if name in words()["dictionary"] else name
        if name == "enum":
            made.append({"text": text, "code": None, "allowed": [printed(v) for v in value]})
        else:
            made.append({"text": text, "code": None if value is True else printed(value), "allowed": None})
    return made


def resources(model: Model, language: str) -> list[dict[str, Any]]:
    """Resources in the order of the descriptor, each with its fields, key and references."""
    return [
        {
            "name": resource.name,
            **_described(resource.meta, language),
            "rows": len(model.tables[resource.name]) if resource.name in model.tables else 0,
            "key": list(resource.primary_key),
            "references": [{"field": r.field, "resource": r.resource, "target": r.target} for r in resource.references],
            "fields": [
                {
                    "name": field.name,
                    "type": field.type,
                    **_described(field.meta, language),
                    "constraints": _constraints(field, language),
                    "example": "" if field.meta.get("example") is None else printed(field.meta["example"]),
                }
                for field in resource.fields
            ],
        }
        for resource in model.package
    ]
