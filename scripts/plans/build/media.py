"""Media types of the files of a release, by the end of their names."""

from __future__ import annotations

MEDIA_TYPES = {
    ".csv": "text/csv",
    ".json": "application/json",
    ".jsonld": "application/ld+json",
    ".md": "text/markdown",
    ".cff": "text/yaml",
    ".parquet": "application/vnd.apache.parquet",
    ".sqlite": "application/vnd.sqlite3",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".zip": "application/zip",
}


def media_type(name: str) -> str:
    """Media type of a file; plain text where its name says nothing."""
    return next((kind for end, kind in MEDIA_TYPES.items() if name.endswith(end)), "text/plain")
