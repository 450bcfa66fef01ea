"""The form of the descriptor and its schemas, judged by frictionless against the published profiles."""

from __future__ import annotations

import json
from functools import lru_cache

from planspec.findings import Collector, Finding
from planspec.package import DESCRIPTOR, Package


def check_descriptor(package: Package, collector: Collector) -> None:
    """S102 by frictionless: the descriptor and its schemas against the published profiles.

    A file that could not all be made out already has its finding.
    """
    if not package.descriptor:
        return
    judged = [(DESCRIPTOR, "Package", package.descriptor)]
    for resource in package:
        file = resource.meta.get("schema")
        judged.append((file if isinstance(file, str) else DESCRIPTOR, "Schema", resource.schema))
    told = {fault.file for fault in package.faults}
    for target, kind, content in judged:
        for why in _profile_errors(kind, json.dumps(content)) if target not in told else ():
            collector.add(Finding("S102", file=target, params={"why": why}))


@lru_cache(maxsize=64)
def _profile_errors(kind: str, text: str) -> tuple[str, ...]:
    """What frictionless says against a Package or Schema given as JSON text; remembered, since packages share schemas."""
    import frictionless

    try:
        return tuple(error.note for error in getattr(frictionless, kind).metadata_validate(json.loads(text)))
    except frictionless.FrictionlessException as refusal:
        return (refusal.error.note,)
    except (TypeError, ValueError, KeyError, AttributeError) as failure:
        return (f"{type(failure).__name__}: {failure}",)
