"""A release on disk, read through its SHA256SUMS: what it claims to hold, and every way in which it does not."""

from __future__ import annotations

import hashlib
import json
import sqlite3
import zipfile
import zlib
from dataclasses import dataclass, field
from pathlib import Path

from plans.build import sums
from plans.build.archive import pack
from plans.build.content import created, sha256
from planspec.diff.bump import parse_version
from planspec.errors import CannotTell
from planspec.package import DESCRIPTOR, ZipStore


@dataclass(frozen=True)
class Fault:
    """One thing wrong with a release: the file, what is wrong, how to mend it."""

    file: str
    what: str
    mend: str

    def __str__(self) -> str:
        return f"{self.file}: {self.what}\n  to mend: {self.mend}"


AGAIN = "download the release again; if it comes out the same, tell its publisher"


@dataclass
class Release:
    """A release that was looked at. `digests`: path → SHA-256 as listed; empty where SHA256SUMS cannot be read."""

    path: Path
    digests: dict[str, str] = field(default_factory=dict)
    sums: bytes = b""
    descriptor: dict[str, object] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def version(self) -> str:
        return str(self.descriptor.get("version", ""))

    @property
    def name(self) -> str:
        return str(self.descriptor.get("name", ""))

    def read(self, name: str) -> bytes:
        """Bytes of a file of the release."""
        return (self.path / name).read_bytes() if self.path.is_dir() else ZipStore(self.path).read(name)

    def spoiled(self, name: str) -> bool:
        """Whether a fault names this file."""
        return any(fault.file == name for fault in self.faults)


def is_version(text: str) -> bool:
    """Whether a text is a version of the form 1.2.3, and nothing more."""
    try:
        parse_version(text)
    except ValueError:
        return False
    return True


def order(version: str) -> tuple[int, ...]:
    """Sort key of a version of the form 1.2.3."""
    return tuple(int(part) for part in version.split("."))


def digest_of(path: Path) -> str:
    """SHA-256 of a file, read in pieces."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _present(root: Path, faults: list[Fault]) -> list[str]:
    """Files below a folder; links are faults, since what they point to is not in the release."""
    names = []
    for path in sorted(root.rglob("*")):
        name = path.relative_to(root).as_posix()
        if path.is_symlink():
            faults.append(Fault(name, "it is a link, not a file", "replace it by the file itself"))
        elif path.is_file():
            names.append(name)
        elif not path.is_dir():
            faults.append(Fault(name, "it is neither a file nor a folder", "remove it"))
    return names


def _descriptor(data: bytes, faults: list[Fault]) -> dict[str, object]:
    try:
        value = json.loads(data)
    except (ValueError, RecursionError) as error:
        faults.append(Fault(DESCRIPTOR, f"it cannot be read as JSON: {error}", AGAIN))
        return {}
    if isinstance(value, dict):
        return value
    faults.append(Fault(DESCRIPTOR, "it is not a JSON object", AGAIN))
    return {}


def _compare(release: Release, actual: dict[str, str]) -> None:
    """Listed digests against those of the files there are."""
    for name in sorted(release.digests.keys() - actual.keys()):
        if not release.spoiled(name):
            release.faults.append(Fault(name, f"it is missing, though {sums.SUMS} lists it", AGAIN))
    for name in sorted(actual.keys() - release.digests.keys()):
        release.faults.append(
            Fault(
                name,
                f"it is no part of the release: {sums.SUMS} does not list it",
                "remove it, or look for a changed name",
            )
        )
    for name in sorted(actual.keys() & release.digests.keys()):
        if actual[name] != release.digests[name]:
            what = (
                f"its bytes are not the published ones: SHA-256 {actual[name]}, in {sums.SUMS} {release.digests[name]}"
            )
            release.faults.append(Fault(name, what, AGAIN))


def _sums(release: Release, data: bytes) -> bool:
    release.sums = data
    try:
        release.digests = sums.parse(data)
    except ValueError as error:
        release.faults.append(Fault(sums.SUMS, f"it is not as a build writes it: {error}", AGAIN))
        return False
    return True


def read_folder(root: Path, version: str = "") -> Release:
    """Compare every file of a release folder with its SHA256SUMS.

    `version`: what the folder is published as; by default its name, where that is a version. Raises `CannotTell` where
    there is no such folder or it cannot be read.
    """
    if not root.is_dir():
        raise CannotTell(f"{root} is no folder", "give the folder of a release, or the zip")
    release = Release(root)
    try:
        present = _present(root, release.faults)
        if sums.SUMS not in present:
            what = f"it is missing: without {sums.SUMS} a folder is no complete release"
            release.faults.append(Fault(sums.SUMS, what, "finish publishing it, or download it again"))
        elif _sums(release, (root / sums.SUMS).read_bytes()):
            _compare(release, {name: digest_of(root / name) for name in present if name != sums.SUMS})
        if DESCRIPTOR in present and not release.spoiled(DESCRIPTOR):
            release.descriptor = _descriptor((root / DESCRIPTOR).read_bytes(), release.faults)
    except OSError as error:
        raise CannotTell(
            f"{root} cannot be read: {error.strerror}: {error.filename}", "check that you may read every file of it"
        ) from error
    expected = version or (root.resolve().name if is_version(root.resolve().name) else "")
    _versions(release, expected)
    return release


def _container(release: Release, members: dict[str, bytes]) -> None:
    """Note where the archive around sound members is not the one a build makes of them.

    A note, since another compression library packs the same members into other bytes.
    """
    if not release.faults and pack(members, created(release.descriptor)) != release.path.read_bytes():
        release.notes.append(
            f"{release.path.name}: every file in it is as published, but the archive is packed in another way than here"
        )


def read_zip(path: Path) -> Release:
    """Compare every member of a release's zip with the SHA256SUMS inside it."""
    release = Release(path)
    store = ZipStore(path)
    with zipfile.ZipFile(path) as archive:
        names = [info.filename for info in archive.infolist() if not info.is_dir()]
    members: dict[str, bytes] = {}
    for name in sorted(names):
        try:
            data = store.read(name)
        except (CannotTell, zlib.error) as error:
            release.faults.append(Fault(name, str(error), AGAIN))
            continue
        members[name] = data
        if name == sums.SUMS:
            _sums(release, data)
        elif name == DESCRIPTOR:
            release.descriptor = _descriptor(data, release.faults)
    if sums.SUMS not in names:
        release.faults.append(Fault(sums.SUMS, "it is missing from the archive", AGAIN))
    if release.digests:
        _compare(release, {name: sha256(data) for name, data in members.items() if name != sums.SUMS})
    _container(release, members)
    return release


def _stated_versions(release: Release) -> dict[str, str]:
    """Version that each artifact states about itself, by file, where it can be read without further libraries."""
    root, found = release.path, {DESCRIPTOR: release.version}
    for name in ("croissant.json", "dataset.jsonld", "rules.json"):
        if name in release.digests and not release.spoiled(name):
            value = json.loads((root / name).read_bytes())
            found[name] = str(value.get("version", "")) if isinstance(value, dict) else ""
    archive, database = f"{release.name}.zip", f"{release.name}.sqlite"
    if archive in release.digests and not release.spoiled(archive):
        found[archive] = str(json.loads(ZipStore(root / archive).read(DESCRIPTOR)).get("version", ""))
    if database in release.digests and not release.spoiled(database):
        connection = sqlite3.connect(f"{(root / database).resolve().as_uri()}?mode=ro&immutable=1", uri=True)
        try:
            found[database] = str(connection.execute("SELECT version FROM _package").fetchone()[0])
        finally:
            connection.close()
    return found


def _versions(release: Release, expected: str) -> None:
    """The version of the folder, of the descriptor and of every artifact must be one."""
    if not release.descriptor:
        return
    if not is_version(release.version):
        release.faults.append(
            Fault(
                DESCRIPTOR,
                f"its version {release.version!r} is not of the form 1.2.3",
                "build it again from a stamped package",
            )
        )
        return
    wanted = expected or release.version
    try:
        stated = _stated_versions(release)
    except (OSError, ValueError, KeyError, AttributeError, TypeError, sqlite3.Error, CannotTell) as error:
        release.faults.append(Fault(DESCRIPTOR, f"an artifact beside it does not state its version: {error}", AGAIN))
        return
    for name, version in stated.items():
        if version != wanted:
            what = f"it is version {version}, but the {'folder' if expected else 'release'} is {wanted}"
            release.faults.append(Fault(name, what, "put it into the folder of its own version"))
