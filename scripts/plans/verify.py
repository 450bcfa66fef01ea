"""Proving a release with nothing but the release: its checksums, its version, and the rules it claims to hold.

What can be verified: the folder of a release, its zip, a place that versions are published to (every version its
catalogue lists), and each of these behind a URL, which is fetched into a temporary folder first.
"""

from __future__ import annotations

import hashlib
import json
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from plans.build import sums
from plans.held import RULES, Held, held_to, judge, untold
from plans.integrity import AGAIN, Fault, Release, is_version, order, read_folder, read_zip
from plans.publish import INDEX, LATEST, listed_versions
from plans.remote import MAX_LISTING, Allowance, Remote
from planspec.errors import CannotTell
from planspec.package import DESCRIPTOR, MAX_MEMBERS, safe_path
from planspec.rules.run import Report

MAX_FETCHED = 10_000_000_000
"""Bytes that are fetched from a URL at most, all versions of a place together."""
SECONDS = 3600
"""Seconds that fetching may take altogether."""


@dataclass
class Verdict:
    """What was found. `reports` are validations by version; `notes` say what was not looked at, and why."""

    faults: list[Fault] = field(default_factory=list)
    reports: dict[str, Report] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    versions: dict[str, int] = field(default_factory=dict)

    @property
    def holds(self) -> bool:
        """Whether every byte is as published and every rule that the release was held to holds."""
        return not self.faults and not self.errors

    @property
    def errors(self) -> int:
        """Number of errors by the releases' own rules."""
        return sum(report.count("error") for report in self.reports.values())


def _silent(_: str) -> None:
    return


def _is_url(location: str) -> bool:
    return "://" in location


def _judge(release: Release, verdict: Verdict, prefix: str = "") -> None:
    """Take over the faults of a release; validate its package where its own files are the published ones."""
    verdict.faults += [Fault(prefix + f.file, f.what, f.mend) for f in release.faults]
    verdict.notes += [prefix + note for note in release.notes]
    verdict.versions[release.version or "?"] = len(release.digests)
    package = {DESCRIPTOR, *(n for n in release.digests if n.startswith(("data/", "schemas/")))}
    touched = sorted(
        f.file
        for f in release.faults
        if f.file in package or f.file.startswith(("data/", "schemas/")) or f.file == sums.SUMS
    )
    if touched:
        verdict.notes.append(
            f"{prefix}the rules were not run: they would judge other bytes than the published ones ({', '.join(touched[:3])})"
        )
        return
    report, notes = judge(release.path, _held(release, verdict, prefix))
    verdict.reports[prefix + release.version] = report
    verdict.notes += [prefix + note for note in notes]


def _held(release: Release, verdict: Verdict, prefix: str) -> Held:
    """The rules that a release was held to; a fault where it has a rules.json that cannot be read."""
    if RULES not in release.digests or release.spoiled(RULES):
        return untold()
    try:
        return held_to(release.read(RULES))
    except ValueError as error:
        verdict.faults.append(Fault(prefix + RULES, str(error), AGAIN))
        return untold()


def _catalogue(root: Path, verdict: Verdict, progress: Callable[[str], None]) -> None:
    """Every version a catalogue lists, against the digest it lists; `latest` against the highest."""
    try:
        json.loads((root / INDEX).read_bytes())
    except ValueError as error:
        verdict.faults.append(Fault(INDEX, f"it cannot be read as JSON: {error}", "publish any version again"))
        return
    versions = listed_versions((root / INDEX).read_bytes())
    if not versions or not all(is_version(v) for v in versions):
        verdict.faults.append(Fault(INDEX, "it lists no versions of the form 1.2.3", "publish any version again"))
        return
    for version in sorted(versions, key=order):
        progress(version)
        if not (root / version).is_dir():
            verdict.faults.append(
                Fault(version, f"the catalogue lists it, but it is not there; {INDEX} or the folder is wrong", AGAIN)
            )
            continue
        release = read_folder(root / version, version)
        _judge(release, verdict, f"{version}/")
        if hashlib.sha256(release.sums).hexdigest() != versions[version]:
            verdict.faults.append(Fault(f"{version}/{sums.SUMS}", f"it is not the one that {INDEX} lists", AGAIN))
    highest = max(versions, key=order)
    latest = root / LATEST
    if not latest.is_file() or latest.read_bytes() != f"{highest}\n".encode():
        verdict.faults.append(
            Fault(
                LATEST, f"it does not name {highest}, the highest version of the catalogue", "publish any version again"
            )
        )


def _fetch_release(
    remote: Remote, version: str, folder: Path, notes: list[str], progress: Callable[[str], None]
) -> None:
    """Copy a release's files; where the place cannot be listed, those that SHA256SUMS lists."""
    prefix = f"{version}/" if version else ""
    names = remote.names(version)
    if names is None:
        listed = remote.read(prefix + sums.SUMS, MAX_LISTING)
        try:
            names = [*sums.parse(listed or b""), sums.SUMS]
        except ValueError:
            names = [sums.SUMS]
        notes.append(f"{remote.url}/{prefix}: it cannot be listed, so files beyond {sums.SUMS} were not looked for")
    if len(names) > MAX_MEMBERS:
        raise CannotTell(
            f"{remote.url}/{prefix} lists {len(names)} files, more than the {MAX_MEMBERS} of a release", "do not use it"
        )
    for name in names:
        if not safe_path(name):
            raise CannotTell(f"{remote.url} holds {name!r}, which leads out of the release", "do not use it")
        progress(prefix + name)
        remote.copy(prefix + name, folder / prefix / name)


def _fetched(url: str, folder: Path, verdict: Verdict, progress: Callable[[str], None]) -> tuple[Path, str]:
    """What `url` leads to, copied below `folder`: the path to verify, and the version its last segment says it is."""
    allowance = Allowance(MAX_FETCHED, time.monotonic() + SECONDS)
    last = url.rstrip("/").rsplit("/", 1)[-1]
    if last.endswith(".zip"):
        if not Remote(url.rsplit("/", 1)[0], allowance).copy(last, folder / "release.zip"):
            raise CannotTell(f"{url} does not exist", "check the address")
        return folder / "release.zip", ""
    remote = Remote(url, allowance)
    listed = remote.read(sums.SUMS, MAX_LISTING)
    if listed is None and (index := remote.read(INDEX, MAX_LISTING)) is not None:
        (folder / INDEX).write_bytes(index)
        if (latest := remote.read(LATEST, MAX_LISTING)) is not None:
            (folder / LATEST).write_bytes(latest)
        for version in listed_versions(index):
            if is_version(version):
                _fetch_release(remote, version, folder, verdict.notes, progress)
        return folder, ""
    if listed is None and remote.read(DESCRIPTOR, MAX_LISTING) is None:
        raise CannotTell(
            f"{url} holds no release and no catalogue", f"give the address of a folder with {sums.SUMS} or {INDEX}"
        )
    _fetch_release(remote, "", folder, verdict.notes, progress)
    return folder, last if is_version(last) else ""


def _local(path: Path, version: str, verdict: Verdict, progress: Callable[[str], None]) -> Verdict:
    if path.is_dir() and not (path / sums.SUMS).exists() and (path / INDEX).is_file():
        _catalogue(path, verdict, progress)
    elif path.is_dir():
        if not (path / sums.SUMS).exists() and not (path / DESCRIPTOR).exists():
            raise CannotTell(
                f"{path} holds no release and no catalogue", f"give a folder with {sums.SUMS} or {INDEX}, or a zip"
            )
        _judge(read_folder(path, version), verdict)
    elif path.is_file():
        _judge(read_zip(path), verdict)
    else:
        raise CannotTell(f"{path} does not exist", "give the folder of a release, its zip, or its URL")
    return verdict


def verify(location: str, progress: Callable[[str], None] = _silent) -> Verdict:
    """Verify the release or the catalogue at `location`, a path or a URL. `progress` is told what is being looked at.

    Raises `CannotTell` where there is nothing to verify or it cannot be reached.
    """
    verdict = Verdict()
    if not _is_url(location):
        try:
            return _local(Path(location), "", verdict, progress)
        except OSError as error:
            raise CannotTell(
                f"{location} cannot be read: {error}", "check that you may read every file of it"
            ) from error
    with tempfile.TemporaryDirectory(prefix="plans-verify-") as temporary:
        folder = Path(temporary) / "release"
        folder.mkdir()
        path, version = _fetched(location, folder, verdict, progress)
        return _local(path, version, verdict, progress)
