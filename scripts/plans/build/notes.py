"""RELEASE-NOTES.md: what changed, what the files are and how to load them."""

from __future__ import annotations

import re

from plans import loading
from plans.build.content import Content
from plans.changelog import section

FILES = (
    ("datapackage.json, data/, schemas/", "the Data Package itself: descriptor, CSV, Table Schemas"),
    ("{name}.zip", "the same in one file, with its own checksums; frictionless opens it as it is"),
    ("parquet/", "a typed table a resource; titles, descriptions and units in each file's metadata"),
    (
        "{name}.sqlite",
        "all tables with keys, references and constraints; views `targets_named`, `results_named`, `target_and_result`",
    ),
    ("{name}.xlsx", "a sheet a table, headers in English and Chinese"),
    ("data-dictionary.md, data-dictionary.csv", "what each column means"),
    ("rules.json", "the rules the data were held to"),
    ("croissant.json, dataset.jsonld", "descriptions for machines: Croissant; schema.org and DCAT"),
    ("SHA256SUMS", "the digest of every file: `sha256sum -c SHA256SUMS`, or `plans verify`"),
)


def changes(changelog: str, version: str) -> str:
    """What the Data part of CHANGELOG.md says of a version, or of what is unreleased; headings one level higher."""
    said = section(changelog, version) or section(changelog, "Unreleased")
    return re.sub(r"^#(#+ )", r"\1", said, flags=re.MULTILINE)


def make(content: Content) -> dict[str, bytes]:
    """`RELEASE-NOTES.md`. The row-by-row differences are `content.diff`, left out where it is empty."""
    meta = content.descriptor
    licence = ", ".join(str(entry.get("title") or entry.get("name")) for entry in meta.get("licenses", []))
    parts = [f"# {meta.get('title', content.name)} {content.version}", f"{content.created:%Y-%m-%d}. {licence}."]
    if said := changes(content.text_of("CHANGELOG.md"), content.version):
        parts += ["## Changes", said]
    if content.diff.strip():
        parts += ["## Row by row", content.diff.strip()]
    table = [f"| {names.format(name=content.name)} | {what} |" for names, what in FILES]
    parts += ["## Files", "\n".join(["| file | what it is |", "| --- | --- |", *table])]
    parts += ["## Loading", "Each line runs in the folder of the release.", loading.markdown(content.name).strip()]
    return {"RELEASE-NOTES.md": ("\n\n".join(parts) + "\n").encode("utf-8")}
