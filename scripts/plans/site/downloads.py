"""The built release as the download page shows it: files with sizes and checksums, and the lines that load them."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from planspec.errors import CannotTell


@dataclass(frozen=True)
class Artifact:
    """One file of a built release; `path` is where the site has it."""

    name: str
    path: str
    size: str
    sha256: str
    data: bytes

    @property
    def whole(self) -> bool:
        """Whether the file holds the whole package by itself, or the checksums of all."""
        return self.name.endswith((".zip", ".xlsx", ".sqlite")) or self.name == "SHA256SUMS"


def readable_size(size: int) -> str:
    """Bytes in the unit a person would use: 812 B, 52 kB, 1.3 MB."""
    if size < 1000:
        return f"{size} B"
    return f"{size / 1000:.0f} kB" if size < 1e6 else f"{size / 1e6:.1f} MB"


def artifacts(folder: Path | None) -> list[Artifact]:
    """The files that SHA256SUMS of a built release lists, and SHA256SUMS itself; none where there is no build.

    Raises `CannotTell` where a file is missing or is not the one listed: a checksum is never shown beside other bytes.
    """
    from plans.build import sums

    if folder is None:
        return []
    listing = folder / sums.SUMS
    if not listing.is_file():
        raise CannotTell(f"{folder} holds no {sums.SUMS}", "run plans build, or leave --dist out")
    try:
        listed = sums.parse(listing.read_bytes())
    except ValueError as error:
        raise CannotTell(f"{listing.name}: {error}", "run plans build again") from error
    found = []
    for name, digest in [*listed.items(), (sums.SUMS, "")]:
        file = folder / name
        data = file.read_bytes() if file.is_file() else b""
        actual = hashlib.sha256(data).hexdigest()
        if not file.is_file() or (digest and actual != digest):
            raise CannotTell(f"{name} is not the file that {sums.SUMS} lists", "run plans build again")
        found.append(Artifact(name, f"files/{name}", readable_size(len(data)), actual, data))
    return found
