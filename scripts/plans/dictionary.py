"""docs/data-dictionary.md: every column of every resource, from the Table Schemas."""

from __future__ import annotations

from pathlib import Path

from planspec.package import Field, Resource, open_package


def printed(value: object) -> str:
    """A value of a schema as the CSV files have it: `true`, not `True`."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _constraints(field: Field) -> str:
    parts = []
    for name, value in field.constraints.items():
        if name == "enum":
            parts.append("one of " + ", ".join(f"`{printed(v)}`" for v in value))
        elif name in ("required", "unique"):
            parts.append(name)
        else:
            parts.append(f"{name} `{printed(value)}`".replace("|", "\\|"))
    return "; ".join(parts) or "–"


def _section(resource: Resource) -> list[str]:
    lines = [
        f"## {resource.name} {resource.schema.get('title_zh', '')}",
        "",
        str(resource.meta.get("description", "")),
        "",
    ]
    lines += [f"Key: {', '.join(f'`{k}`' for k in resource.primary_key)}."]
    for reference in resource.references:
        lines.append(f"`{reference.field}` refers to {reference.resource}.`{reference.target}`.")
    lines += [
        "",
        "| column | title | type | meaning | constraints | example |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    for field in resource.fields:
        meaning = str(field.meta.get("description", "")).replace("|", "\\|")
        title = f"{field.meta.get('title', '')} {field.meta.get('title_zh', '')}"
        example = printed(field.meta.get("example", "")).replace("|", "\\|")
        lines.append(f"| `{field.name}` | {title} | {field.type} | {meaning} | {_constraints(field)} | `{example}` |")
    return [*lines, ""]


def page(root: Path) -> str:
    """The whole page."""
    package = open_package(root)
    lines = ["# Data dictionary 数据字典", "", "Generated from the Table Schemas in `schemas/` (`make docs`).", ""]
    for resource in package:
        lines += _section(resource)
    return "\n".join(lines).rstrip() + "\n"
