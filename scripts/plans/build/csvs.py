"""The package itself, file by file, so that the folder of a release is a Data Package like any other."""

from __future__ import annotations

from plans.build.content import COMPANIONS, Content
from planspec.package import DESCRIPTOR


def make(content: Content) -> dict[str, bytes]:
    """Descriptor, CSV files, schemas, and the companion files there are, byte for byte as in the package."""
    names = [DESCRIPTOR]
    for resource in content.resources:
        names.append(resource.path)
        if isinstance(resource.meta.get("schema"), str):
            names.append(str(resource.meta["schema"]))
    names += [name for name in COMPANIONS if content.package.store.exists(name)]
    return {name: content.bytes_of(name) for name in names}
