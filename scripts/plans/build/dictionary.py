"""The data dictionary from the Table Schemas: Markdown for reading, CSV for machines."""

from __future__ import annotations

import csv
import io
from typing import Any

from plans.build.content import Content, unit
from planspec.package import Field, Resource

COLUMNS = (
    "resource",
    "position",
    "column",
    "title",
    "title_zh",
    "type",
    "unit",
    "key",
    "refers_to",
    "required",
    "unique",
    "allowed",
    "description",
    "example",
)


def _plain(value: Any) -> str:
    """A JSON value as a cell: true and false in lower case, nothing for what is absent."""
    if isinstance(value, bool):
        return str(value).lower()
    return "" if value is None else str(value)


def _allowed(field: Field) -> str:
    parts = []
    for name, value in field.constraints.items():
        if name == "enum":
            parts.append("one of " + ", ".join(str(v) for v in value))
        elif name not in ("required", "unique"):
            parts.append(f"{name} {value}")
    return "; ".join(parts)


def rows(resource: Resource) -> list[dict[str, str]]:
    """One dict a column of the resource, keyed by `COLUMNS`."""
    references = {r.field: f"{r.resource}.{r.target}" for r in resource.references}
    return [
        {
            "resource": resource.name,
            "position": str(position),
            "column": field.name,
            "title": str(field.meta.get("title", "")),
            "title_zh": str(field.meta.get("title_zh", "")),
            "type": field.type,
            "unit": unit(field),
            "key": _plain(field.name in resource.primary_key),
            "refers_to": references.get(field.name, ""),
            "required": _plain(field.required),
            "unique": _plain(bool(field.constraints.get("unique"))),
            "allowed": _allowed(field),
            "description": str(field.meta.get("description", "")),
            "example": _plain(field.meta.get("example")),
        }
        for position, field in enumerate(resource.fields, 1)
    ]


def markdown(content: Content) -> bytes:
    """The dictionary as a page, the same as docs/data-dictionary.md but for its first lines."""
    from plans.dictionary import page

    head, _, body = page(content.path).partition("\n## ")
    title = head.split("\n", 1)[0]
    return f"{title}\n\n{content.name} {content.version}. Generated from the Table Schemas in `schemas/`.\n\n## {body}".encode()


def make(content: Content) -> dict[str, bytes]:
    """`data-dictionary.md` and `data-dictionary.csv`."""
    out = io.StringIO()
    writer = csv.DictWriter(out, COLUMNS, lineterminator="\n")
    writer.writeheader()
    for resource in content.resources:
        writer.writerows(rows(resource))
    return {"data-dictionary.md": markdown(content), "data-dictionary.csv": out.getvalue().encode("utf-8")}
