"""The release described for search engines and catalogues: schema.org and DCAT in one JSON-LD file.

The context is written out, so that reading the file needs no network. Addresses of the project's own come from the
descriptor's `homepage`; while it has none, files are named relative to this file.
"""

from __future__ import annotations

from typing import Any

import polars as pl

from plans.build.content import Content, as_json, sha256
from plans.build.media import media_type

CONTEXT = {
    "@vocab": "https://schema.org/",
    "dcat": "http://www.w3.org/ns/dcat#",
    "dct": "http://purl.org/dc/terms/",
    "spdx": "http://spdx.org/rdf/terms#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
    "license": {"@id": "https://schema.org/license", "@type": "@id"},
    "url": {"@id": "https://schema.org/url", "@type": "@id"},
    "contentUrl": {"@id": "https://schema.org/contentUrl", "@type": "@id"},
    "datePublished": {"@id": "https://schema.org/datePublished", "@type": "xsd:date"},
    "dcat:downloadURL": {"@type": "@id"},
    "dct:license": {"@type": "@id"},
    "dct:issued": {"@type": "xsd:date"},
}


def _years(content: Content) -> str:
    """The years the data speak of, as schema.org writes an interval; "" where no table has a year."""
    years = [table.frame["year"] for table in content.tables.values() if "year" in table.frame.columns]
    found = sorted({int(year) for column in years for year in column.drop_nulls().unique()})
    return f"{found[0]}/{found[-1]}" if found else ""


def _places(content: Content) -> list[dict[str, Any]]:
    if "districts" not in content.tables or "coverage" not in content.tables:
        return []
    covered = set(content.tables["coverage"].frame["district_code"].to_list())
    return [
        {
            "@type": "Place",
            "name": [{"@language": "zh", "@value": row["name_zh"]}, {"@language": "en", "@value": row["name_en"]}],
            "identifier": {"@type": "PropertyValue", "propertyID": "GB/T 2260", "value": row["district_code"]},
        }
        for row in content.tables["districts"].frame.iter_rows(named=True)
        if row["district_code"] in covered
    ]


def _variables(content: Content) -> list[dict[str, Any]]:
    """The core indicators: what is measured, not how the columns are called."""
    if "indicators" not in content.tables:
        return []
    core = content.tables["indicators"].frame.filter(pl.col("core"))
    return [
        {
            "@type": "PropertyValue",
            "propertyID": row["indicator_id"],
            "name": row["name_en"],
            "alternateName": {"@language": "zh", "@value": row["name_zh"]},
            **(
                {"description": [row["definition"], {"@language": "zh", "@value": row["definition_zh"]}]}
                if row["definition"]
                else {}
            ),
        }
        for row in core.iter_rows(named=True)
    ]


def _distribution(name: str, data: bytes) -> dict[str, Any]:
    return {
        "@type": ["DataDownload", "dcat:Distribution"],
        "@id": name,
        "name": name,
        "contentUrl": name,
        "encodingFormat": media_type(name),
        "contentSize": f"{len(data)} B",
        "sha256": sha256(data),
        "dcat:downloadURL": name,
        "dcat:mediaType": media_type(name),
        "dcat:byteSize": len(data),
        "spdx:checksum": {
            "@type": "spdx:Checksum",
            "spdx:algorithm": {"@id": "spdx:checksumAlgorithm_sha256"},
            "spdx:checksumValue": sha256(data),
        },
    }


def make(content: Content, files: dict[str, bytes]) -> dict[str, bytes]:
    """`dataset.jsonld`, with every one of `files` as a distribution."""
    meta = content.descriptor
    titles = [{"@language": "en", "@value": meta.get("title", content.name)}]
    if meta.get("title_zh"):
        titles.append({"@language": "zh", "@value": meta["title_zh"]})
    licence = next((entry.get("path") for entry in meta.get("licenses", []) if entry.get("path")), "")
    date = content.created.strftime("%Y-%m-%d")
    dataset: dict[str, Any] = {
        "@context": CONTEXT,
        "@type": ["Dataset", "dcat:Dataset"],
        "name": titles,
        "dct:title": titles,
        "identifier": content.name,
        "description": meta.get("description", ""),
        "dct:description": meta.get("description", ""),
        "version": content.version,
        "dcat:version": content.version,
        "datePublished": date,
        "dct:issued": date,
        "keywords": meta.get("keywords", []),
        "dcat:keyword": meta.get("keywords", []),
        "inLanguage": ["en", "zh"],
        "isAccessibleForFree": True,
        "creator": [{"@type": "Organization", "name": c.get("title", "")} for c in meta.get("contributors", [])],
    }
    if licence:
        dataset |= {"license": licence, "dct:license": licence}
    if content.homepage:
        dataset |= {"url": content.homepage, "dcat:landingPage": {"@id": content.homepage}}
    if years := _years(content):
        dataset["temporalCoverage"] = years
    if places := _places(content):
        dataset["spatialCoverage"] = places
    if variables := _variables(content):
        dataset["variableMeasured"] = variables
    dataset["distribution"] = [_distribution(name, files[name]) for name in sorted(files)]
    dataset["dcat:distribution"] = [{"@id": name} for name in sorted(files)]
    return {"dataset.jsonld": as_json(dataset)}
