"""The package as one zip, which frictionless opens as it is and which carries its own checksums."""

from __future__ import annotations

import io
import zipfile
from datetime import datetime

from plans.build import csvs, rules, sums
from plans.build.content import Content
from plans.build.dictionary import markdown


def pack(files: dict[str, bytes], moment: datetime) -> bytes:
    """A zip of `files`: entries in sorted order, all dated `moment`, with fixed permissions."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name in sorted(files):
            # A zip holds local time in steps of two seconds, from 1980; UTC is written as if it were local.
            info = zipfile.ZipInfo(
                name, (max(moment.year, 1980), moment.month, moment.day, moment.hour, moment.minute, moment.second)
            )
            info.compress_type = zipfile.ZIP_DEFLATED
            info.create_system = 3
            info.external_attr = 0o100644 << 16
            archive.writestr(info, files[name])
    return out.getvalue()


def make(content: Content) -> dict[str, bytes]:
    """`<name>.zip`: the package, its dictionary, rules and companion files, and SHA256SUMS over them."""
    files = {**csvs.make(content), "data-dictionary.md": markdown(content), **rules.make(content)}
    return {f"{content.name}.zip": pack(files | sums.make(files), content.created)}
