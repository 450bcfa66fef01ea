"""Publishing: a version's folder first, whole and for ever; the catalogue that leads to it last.

What lies under the URL:

    0.1.0/…            the files of a version; SHA256SUMS is written last, a folder without it is no release
    index.json         the catalogue, a small data package of versions
    latest             the highest version, a line of text
    .claims/0.1.0      the SHA256SUMS of the one build that may become 0.1.0; made before any file of it
    .partial/0.1.0/    temporary files of a run that is under way

Every step can be repeated, and each write is whole or not there, so a run that was cut off anywhere is completed by
running it again. The claim decides between two publishers: it is created exclusively, and whoever finds another
build's claim stops.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from plans.build.content import as_json
from plans.build.sums import SUMS, parse
from plans.integrity import Release, is_version, order, read_folder
from plans.remote import Remote
from plans.stores import PARTIAL, LocalFolder, Writable, writable
from planspec.errors import CannotTell
from planspec.package import DESCRIPTOR

INDEX, LATEST, CLAIMS = "index.json", "latest", ".claims"
_ROUNDS = 20


@dataclass
class Outcome:
    """What publishing did. `refused` is empty where the version is published; `lines` tell a person about it."""

    version: str
    refused: list[str] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)


def _silent(_: str) -> None:
    return


def _differences(ours: bytes, theirs: bytes) -> str:
    """Names of files that differ between two SHA256SUMS, for a message."""
    try:
        mine, other = parse(ours), parse(theirs)
    except ValueError:
        return "its SHA256SUMS cannot be read"
    names = sorted(n for n in mine.keys() | other.keys() if mine.get(n) != other.get(n))
    return ", ".join(names[:5]) + (f" and {len(names) - 5} more" if len(names) > 5 else "")


def _upload(remote: Writable, release: Release, step: Callable[[str], None]) -> list[str]:
    """Put every file of a version that has no SHA256SUMS yet; refusals, if any."""
    version = release.version
    foreign = sorted(set(remote.names(version) or []) - release.digests.keys() - {SUMS})
    if foreign:
        return [f"{version}/{foreign[0]} is there and belongs to no build; remove it and publish again"]
    for name in sorted(release.digests):
        data = (release.path / name).read_bytes()
        if hashlib.sha256(data).hexdigest() != release.digests[name]:
            return [f"{name} changed while it was being published; build again"]
        target = f"{version}/{name}"
        if remote.read(target) == data:
            continue
        step(target)
        remote.replace(target, data)
        if remote.read(target) != data:
            raise CannotTell(
                f"{target} came out different after writing it", "look at the store; nothing is in the catalogue yet"
            )
    step(f"{version}/{SUMS}")
    if not remote.create(f"{version}/{SUMS}", release.sums) and remote.read(f"{version}/{SUMS}") != release.sums:
        return [f"{version} was completed by another publisher with other bytes"]
    return []


def _altered(remote: Remote, release: Release) -> list[str]:
    """Files of a complete version that no longer have their published bytes."""
    version, faults = release.version, []
    for name, digest in sorted(release.digests.items()):
        data = remote.read(f"{version}/{name}")
        if data is None:
            faults.append(f"{version}/{name} is missing from the published version")
        elif hashlib.sha256(data).hexdigest() != digest:
            faults.append(f"{version}/{name} no longer has its published bytes")
    extra = sorted(set(remote.names(version) or []) - release.digests.keys() - {SUMS})
    return faults + [f"{version}/{name} was added to the published version" for name in extra]


_FIELDS = (
    ("version", "string", "Version of the data."),
    ("created", "datetime", "When it was made."),
    ("path", "string", "Its folder, relative to this file."),
    ("files", "integer", "Number of files, SHA256SUMS left out."),
    ("sha256", "string", "SHA-256 of its SHA256SUMS, which has that of every file."),
)


def _entries(remote: Remote) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    """Row of the catalogue and descriptor of every complete version, in order of version."""
    found = []
    for version in sorted((f for f in remote.folders() if is_version(f)), key=order):
        listed, described = remote.read(f"{version}/{SUMS}"), remote.read(f"{version}/{DESCRIPTOR}")
        if listed is None or described is None:
            continue
        try:
            meta, digests = json.loads(described), parse(listed)
        except ValueError as error:
            raise CannotTell(
                f"{version} is published but cannot be read: {error}",
                "restore it from a copy; a published version never changes",
            ) from error
        row = {
            "version": version,
            "created": str(meta.get("created", "")),
            "path": f"{version}/",
            "files": len(digests),
            "sha256": hashlib.sha256(listed).hexdigest(),
        }
        found.append((row, meta))
    return found


def catalogue(remote: Remote) -> dict[str, bytes]:
    """`index.json` and `latest` as they should be for the complete versions there are, in the order of writing."""
    entries = _entries(remote)
    if not entries:
        return {}
    newest, meta = entries[-1]
    index = {
        "$schema": "https://datapackage.org/profiles/2.0/datapackage.json",
        "name": f"{meta['name']}-versions",
        "title": f"Versions of {meta.get('title', meta['name'])}",
        "description": "One row for each published version. A version's files never change.",
        "created": newest["created"],
        "licenses": meta.get("licenses", []),
        "latest": newest["version"],
        "resources": [
            {
                "name": "versions",
                "type": "table",
                "data": [row for row, _ in entries],
                "schema": {
                    "$schema": "https://datapackage.org/profiles/2.0/tableschema.json",
                    "fields": [
                        {"name": n, "type": t, "description": d, "constraints": {"required": True}}
                        for n, t, d in _FIELDS
                    ],
                    "primaryKey": ["version"],
                },
            }
        ],
    }
    return {INDEX: as_json(index), LATEST: f"{newest['version']}\n".encode()}


def listed_versions(index: bytes | None) -> dict[str, str]:
    """Version → SHA-256 of its SHA256SUMS, from the bytes of a catalogue; empty where there is none that can be read."""
    try:
        rows = json.loads(index or b"")["resources"][0]["data"]
        return {str(row["version"]): str(row["sha256"]) for row in rows}
    except (ValueError, KeyError, IndexError, TypeError):
        return {}


def _kept(remote: Remote, index: bytes | None, wanted: dict[str, bytes]) -> None:
    """Refuse to write a catalogue that forgets a version or gives it other bytes than the one there is."""
    now = listed_versions(wanted.get(INDEX))
    for version, digest in listed_versions(index).items():
        if now.get(version) != digest:
            what = "is gone" if version not in now else f"no longer has the {SUMS} it was published with"
            raise CannotTell(
                f"{remote.url}: {version}, which the catalogue lists, {what}",
                "restore it from a copy; a published version never changes",
            )


def _write_catalogue(remote: Writable, step: Callable[[str], None]) -> None:
    """Bring the catalogue up to the versions there are.

    Two publishers of two versions may write it at once, and the later write may know less. So each looks again after
    writing, until what is written is what is there: whoever writes last has then seen both. Until then the catalogue
    may for a moment not list a version that is there; it never lists one that is not whole.
    """
    for _ in range(_ROUNDS):
        before = remote.read(INDEX)
        wanted = catalogue(remote)
        _kept(remote, before, wanted)
        stale = {name: data for name, data in wanted.items() if remote.read(name) != data}
        if not stale:
            return
        if remote.read(INDEX) != before:
            continue
        for name, data in stale.items():
            step(name)
            remote.replace(name, data)
    raise CannotTell(f"{remote.url}: the catalogue keeps changing", "another publisher is at work; run it again later")


def _apart(dist: Path, remote: Writable) -> None:
    """Refuse a local place that publishing would make out of the release itself, or that keeps its files around it."""
    if not isinstance(remote, LocalFolder):
        return
    source, place = dist.resolve(), Path(remote.root or "/").resolve()
    if place.is_relative_to(source):
        raise CannotTell(
            f"{remote.url} is in the release itself, which publishing would change",
            f"give a folder outside {dist} with --to",
        )
    inside = source.relative_to(place).parts if source.is_relative_to(place) else ()
    if inside and (inside[0] in (CLAIMS, PARTIAL) or (len(inside) > 1 and is_version(inside[0]))):
        raise CannotTell(
            f"{dist} is where the place keeps its own files: {'/'.join(inside)}",
            f"move the release out of {remote.url}, or give another folder with --to",
        )


def publish(dist: Path, url: str, step: Callable[[str], None] = _silent) -> Outcome:
    """Publish the built release in `dist` under `url`. `step` is told each name just before it is written.

    The same release again is fine and completes what an earlier run left undone. Other bytes under a published
    version are refused. Raises `CannotTell` where `dist` is no release or the place cannot be reached.
    """
    if not (dist / SUMS).is_file():
        raise CannotTell(
            f"{dist} is no built release: {f'it holds no {SUMS}' if dist.is_dir() else 'it is no folder'}",
            "DIST is the folder that `plans build` made, with its SHA256SUMS; the zip is one of its files: `plans build --out dist`,"
            " then `plans publish dist`",
        )
    release = read_folder(dist)
    outcome = Outcome(release.version)
    if release.faults:
        outcome.refused = [str(fault) for fault in release.faults]
        return outcome
    version = release.version
    if not version:
        raise CannotTell(f"{dist} is no release: it has no {DESCRIPTOR} with a version", "make one with plans build")
    if version == "0.0.0":
        outcome.refused = ["version 0.0.0 stands for a package that was never released; cut one with plans release"]
        return outcome
    remote = writable(url, version)
    _apart(dist, remote)
    if not remote.exclusive:
        outcome.lines.append(
            f"{remote.protocol}: it is not known whether two publishers at once are kept apart here; let only one run"
        )
    listed = remote.read(f"{version}/{SUMS}")
    if listed is not None and listed != release.sums:
        outcome.refused = [
            f"{version} is published with other bytes ({_differences(release.sums, listed)}); a version never changes: raise it"
        ]
        return outcome
    claim = f"{CLAIMS}/{version}"
    claimed = remote.read(claim)
    if claimed is None:
        step(claim)
        claimed = release.sums if remote.create(claim, release.sums) else remote.read(claim)
    if claimed != release.sums:
        outcome.refused = [
            f"another build of {version} is being published ({_differences(release.sums, claimed or b'')}); publish that one again, or,"
            f" if it was given up before it was complete, remove {claim} and the folder {version}"
        ]
        return outcome
    if listed is None:
        outcome.refused = _upload(remote, release, step)
        outcome.lines.append(f"{version}: {len(release.digests) + 1} files published")
    else:
        outcome.refused = _altered(remote, release)
        outcome.lines.append(f"{version}: already published, with the same bytes")
    if not outcome.refused:
        _write_catalogue(remote, step)
        remote.clear()
    return outcome
