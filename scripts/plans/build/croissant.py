"""The release described in Croissant 1.0, the format in which machine-learning tools find and load tables.

Two things are as they are because of what mlcroissant, the reference reader, does with them. Records come from the
Parquet files: it reads CSV without types and turns the code 000 into 0. And references are told in words: it makes an
inner join of each, which drops every row whose reference is empty.
"""

from __future__ import annotations

from typing import Any

from plans.build.content import Content, as_json, sha256, unit
from plans.build.parquet import parquet_path
from planspec.package import Field, Resource

_TERMS = (
    "citeAs column conformsTo:dct equivalentProperty extract field fileProperty fileObject fileSet format includes isLiveDataset "
    "jsonPath key md5 parentField path recordSet references regex repeated replace samplingRate separator source subField transform"
)
_TYPES = {
    "integer": "sc:Integer",
    "year": "sc:Integer",
    "number": "sc:Float",
    "boolean": "sc:Boolean",
    "date": "sc:Date",
}


def _context() -> dict[str, Any]:
    """The context that the Croissant 1.0 specification prescribes."""
    terms: dict[str, Any] = {
        "@language": "en",
        "@vocab": "https://schema.org/",
        "sc": "https://schema.org/",
        "cr": "http://mlcommons.org/croissant/",
    }
    terms |= {"rai": "http://mlcommons.org/croissant/RAI/", "dct": "http://purl.org/dc/terms/"}
    for term in _TERMS.split():
        name, _, prefix = term.partition(":")
        terms[name] = f"{prefix or 'cr'}:{name}"
    terms |= {name: {"@id": f"cr:{name}", "@type": "@json"} for name in ("data", "examples")}
    terms["dataType"] = {"@id": "cr:dataType", "@type": "@vocab"}
    return dict(sorted(terms.items()))


def _field(resource: Resource, field: Field) -> dict[str, Any]:
    description = str(field.meta.get("description", ""))
    if unit(field):
        description += f" Unit: {unit(field)}."
    for reference in resource.references:
        if reference.field == field.name:
            description += f" Refers to {reference.resource}/{reference.target}."
    return {
        "@type": "cr:Field",
        "@id": f"{resource.name}/{field.name}",
        "name": field.name,
        "alternateName": str(field.meta.get("title_zh", "")),
        "description": description,
        "dataType": _TYPES.get(field.type, "sc:Text"),
        "source": {"fileObject": {"@id": parquet_path(resource)}, "extract": {"column": field.name}},
    }


def _records(resource: Resource) -> dict[str, Any]:
    key = [{"@id": f"{resource.name}/{name}"} for name in resource.primary_key]
    return {
        "@type": "cr:RecordSet",
        "@id": resource.name,
        "name": resource.name,
        "alternateName": str(resource.meta.get("title_zh", "")),
        "description": str(resource.meta.get("description", "")),
        **({"key": key[0] if len(key) == 1 else key} if key else {}),
        "field": [_field(resource, f) for f in resource.fields],
    }


def citation(content: Content) -> str:
    """How to cite the release, in BibTeX."""
    authors = " and ".join("{" + str(c.get("title", "")) + "}" for c in content.descriptor.get("contributors", []))
    lines = [
        f"@misc{{{content.name}",
        f"  author = {{{authors}}}",
        f"  title = {{{content.descriptor.get('title', content.name)}}}",
        f"  version = {{{content.version}}}",
        f"  year = {{{content.created.year}}}",
    ]
    if content.homepage:
        lines.append(f"  url = {{{content.homepage}}}")
    return ",\n".join(lines) + "\n}"


def make(content: Content, files: dict[str, bytes]) -> dict[str, bytes]:
    """`croissant.json`; `files` holds the Parquet files it describes."""
    meta = content.descriptor
    licences = [entry.get("path") or entry.get("name") for entry in meta.get("licenses", [])]
    dataset: dict[str, Any] = {
        "@context": _context(),
        "@type": "sc:Dataset",
        "conformsTo": "http://mlcommons.org/croissant/1.0",
        "name": content.name,
        "alternateName": str(meta.get("title_zh", "")),
        "description": str(meta.get("description", "")),
        "version": content.version,
        "datePublished": content.created.strftime("%Y-%m-%d"),
        "license": licences[0] if len(licences) == 1 else licences,
        "keywords": meta.get("keywords", []),
        "inLanguage": ["en", "zh"],
        "citeAs": citation(content),
        "creator": [{"@type": "sc:Organization", "name": c.get("title", "")} for c in meta.get("contributors", [])],
    }
    if content.homepage:
        dataset["url"] = content.homepage
    dataset["distribution"] = [
        {
            "@type": "cr:FileObject",
            "@id": path,
            "name": path,
            "description": str(r.meta.get("description", "")),
            "contentUrl": path,
            "contentSize": f"{len(files[path])} B",
            "encodingFormat": "application/x-parquet",
            "sha256": sha256(files[path]),
        }
        for r in content.resources
        for path in [parquet_path(r)]
    ]
    dataset["recordSet"] = [_records(r) for r in content.resources]
    return {"croissant.json": as_json(dataset)}
