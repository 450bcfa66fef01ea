"""One Parquet file a resource: typed columns, and the meaning of each in the file's own metadata."""

from __future__ import annotations

import io
import json
from typing import Any

from plans.build.content import Content, unit
from planspec.errors import CannotTell
from planspec.package import Field, Resource

_TYPES = {"integer": "int64", "year": "int64", "number": "float64", "boolean": "bool_", "date": "date32"}


def _arrow() -> Any:
    try:
        import pyarrow
        import pyarrow.parquet
    except ImportError as error:
        raise CannotTell(
            "Parquet files need pyarrow", "install the extra: pip install 'qingdao-district-plans[build]'"
        ) from error
    return pyarrow


def _field(arrow: Any, field: Field, key: tuple[str, ...]) -> Any:
    """An Arrow field: nullable as the schema says, with titles, description and unit as its metadata."""
    texts = {name: str(field.meta[name]) for name in ("title", "title_zh", "description") if field.meta.get(name)}
    if unit(field):
        texts["unit"] = unit(field)
    kind = getattr(arrow, _TYPES.get(field.type, "string"))()
    return arrow.field(field.name, kind, nullable=not (field.required or field.name in key), metadata=texts)


def _metadata(content: Content, resource: Resource) -> dict[str, str]:
    """Key → value of the file: what a person needs who has this file and nothing else."""
    licences = [licence.get("name", "") for licence in content.descriptor.get("licenses", [])]
    units = {
        row["unit_id"]: {name: row[name] for name in ("symbol_zh", "name_en", "base_unit_id", "factor")}
        for row in (content.tables["units"].frame.iter_rows(named=True) if "units" in content.tables else ())
    }
    texts = {
        "package": content.name,
        "version": content.version,
        "created": content.created.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "licence": ", ".join(licences),
        "resource": resource.name,
        "title": str(resource.meta.get("title", "")),
        "title_zh": str(resource.meta.get("title_zh", "")),
        "description": str(resource.meta.get("description", "")),
        "schema": json.dumps(resource.schema, ensure_ascii=False, sort_keys=True),
    }
    if any(field.name.endswith("unit_id") for field in resource.fields):
        texts["units"] = json.dumps(units, ensure_ascii=False, sort_keys=True)
    return texts


def parquet_path(resource: Resource) -> str:
    """Where a release has the resource's Parquet file."""
    return f"parquet/{resource.name}.parquet"


def make(content: Content) -> dict[str, bytes]:
    """`parquet/<resource>.parquet` for each resource, rows in the order of the CSV."""
    arrow = _arrow()
    files = {}
    for resource in content.resources:
        fields = [_field(arrow, f, resource.primary_key) for f in resource.fields]
        schema = arrow.schema(fields, metadata=_metadata(content, resource))
        frame = content.tables[resource.name].frame
        columns = [arrow.array(frame[f.name].to_list(), type=f.type) for f in schema]
        out = io.BytesIO()
        arrow.parquet.write_table(arrow.Table.from_arrays(columns, schema=schema), out, compression="zstd")
        files[parquet_path(resource)] = out.getvalue()
    return files
