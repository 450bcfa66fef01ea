"""Opening a version of the package wherever it is: a folder, a descriptor, a zip, a git revision, a URL."""

from __future__ import annotations

import json
import re
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, urljoin, urlsplit, urlunsplit

from planspec.diff.model import Side
from planspec.diff.repository import Repository
from planspec.errors import CannotTell
from planspec.package import DESCRIPTOR, FORM, Package, ZipStore, open_package, safe_path

MAX_DOWNLOAD = 500_000_000
"""Bytes fetched for one version at most."""
TIMEOUT = 30
"""Seconds to wait for a server."""
SECONDS = 1800
"""Seconds that one file may take, however it drips."""

_SCHEME = re.compile(r"^([A-Za-z][A-Za-z0-9+.-]*)://")


@dataclass(frozen=True)
class Opened:
    """A package and what to call it."""

    package: Package
    side: Side


@contextmanager
def opened(place: str, base: Path = Path()) -> Iterator[Opened]:
    """Open `place`: an http(s) URL, a path to a package, or else a git revision.

    A revision (`HEAD~1`, `data-v0.1.0`, or `REVISION:folder`) is looked up in the repository that `base` lies in, at
    the folder of `base` inside it. What had to be fetched is in a temporary folder that is gone on leaving the context.
    Raises `CannotTell` where there is no such place, or what is there cannot be read as a package.
    """
    scheme = _SCHEME.match(place)
    path = Path(place)
    with tempfile.TemporaryDirectory(prefix="plans-diff-") as folder:
        if scheme:
            if scheme[1].lower() not in ("http", "https"):
                raise CannotTell(
                    f"{scheme[1]}:// is not fetched", "give an http or https address, or download it and give the path"
                )
            yield _from_url(place, Path(folder))
        elif _is_package(path):
            package = open_package(path)
            kind = "zip" if isinstance(package.store, ZipStore) else "folder"
            yield _opened(package, place, kind)
        else:
            yield _from_git(place, base, Path(folder))


def _is_package(path: Path) -> bool:
    try:
        return path.is_file() or (path / DESCRIPTOR).is_file()
    except (OSError, ValueError):
        return False


def _opened(package: Package, label: str, kind: str, commit: str = "") -> Opened:
    for fault in (fault for fault in package.faults if FORM not in fault.params):
        at = f"{fault.file}:{fault.line}" if fault.line else fault.file
        why = " ".join(str(fault.params[k]) for k in ("path", "why") if k in fault.params)
        raise CannotTell(f"{label}: {at}: {why}", "mend it (plans validate names every fault), then compare again")
    return Opened(package, Side(label, kind, package.name, package.version, commit))


def _gather(read: Callable[[str], bytes | None], label: str, folder: Path) -> Package:
    """Copy the descriptor and the files it names into `folder` and open the package there."""
    descriptor = read(DESCRIPTOR)
    if descriptor is None:
        raise CannotTell(f"{label} holds no {DESCRIPTOR}", "give a version that has one")
    (folder / DESCRIPTOR).write_bytes(descriptor)
    try:
        listed = json.loads(descriptor.decode("utf-8")).get("resources")
    except (ValueError, AttributeError, RecursionError):
        listed = []
    named = [
        r.get(k)
        for r in (listed if isinstance(listed, list) else [])
        if isinstance(r, dict)
        for k in ("path", "schema")
    ]
    for name in named:
        if isinstance(name, str) and safe_path(name) and not (folder / name).exists():
            data = read(name)
            if data is not None:
                (folder / name).parent.mkdir(parents=True, exist_ok=True)
                (folder / name).write_bytes(data)
    return open_package(folder)


def _from_git(place: str, base: Path, folder: Path) -> Opened:
    where = base if base.is_dir() else base.parent
    try:
        repository = Repository.around(where)
    except CannotTell as error:
        raise CannotTell(
            f"{place} is no package, and {error.what}",
            "give a folder, a datapackage.json, a zip, a URL or a git revision",
        ) from error
    revision, colon, inside = place.partition(":")
    commit = repository.commit(revision)
    if not commit:
        holds_none = f"{place} holds no {DESCRIPTOR}" if Path(place).exists() else f"{place} is no path"
        raise CannotTell(
            f"{holds_none} and no revision of the repository {repository.root.name}",
            "check the name; for a tag that is only on the server: git fetch --tags",
        )
    prefix = f"{inside.strip('/')}/" if colon and inside.strip("/") else "" if colon else repository.prefix
    package = _gather(lambda name: repository.read(commit, prefix + name), place, folder)
    return _opened(package, place, "git", commit)


def _from_url(address: str, folder: Path) -> Opened:
    parts = urlsplit(address)
    label = urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, "", ""))
    if "@" in parts.netloc:
        # A redirection would carry the password to whatever host it names.
        raise CannotTell(
            f"{label}: an address with a user name is not fetched", "download it yourself and give the path"
        )
    left = MAX_DOWNLOAD
    data = fetch(address, left)
    if data is None:
        raise CannotTell(f"{label} does not exist (404)", "check the address")
    if data[:4] in (b"PK\x03\x04", b"PK\x05\x06"):
        archive = folder / "package.zip"
        archive.write_bytes(data)
        return _opened(open_package(archive), label, "url")
    if not data.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{"):
        raise CannotTell(
            f"{label} is neither a zip nor a {DESCRIPTOR}", "give the address of a release's zip or of its descriptor"
        )

    def read(name: str) -> bytes | None:
        nonlocal left
        if name == DESCRIPTOR:
            return data
        content = fetch(urljoin(address, quote(name)), left)
        left -= len(content or b"")
        return content

    return _opened(_gather(read, label, folder), label, "url")


def fetch(address: str, limit: int = MAX_DOWNLOAD) -> bytes | None:
    """Bytes at an http(s) address; None where the server says there is nothing (404, 410).

    Redirections are followed within http and https only. Raises `CannotTell` for more than `limit` bytes and where the
    server cannot be reached or refuses.
    """
    import http.client
    import urllib.error
    import urllib.request

    # An opener of its own: the default one would follow a redirection to ftp.
    opener = urllib.request.OpenerDirector()
    for handler in (
        urllib.request.ProxyHandler,
        urllib.request.HTTPHandler,
        urllib.request.HTTPSHandler,
        urllib.request.HTTPRedirectHandler,
        urllib.request.HTTPDefaultErrorHandler,
        urllib.request.HTTPErrorProcessor,
        urllib.request.UnknownHandler,
    ):
        opener.add_handler(handler())
    shown = address.partition("?")[0]
    try:
        with opener.open(address, timeout=TIMEOUT) as answer:
            until, data = time.monotonic() + SECONDS, bytearray()
            while len(data) <= limit and (piece := answer.read1(1 << 20)):
                data += piece
                if time.monotonic() > until:
                    raise CannotTell(f"{shown} takes too long", "download it yourself and give the path")
    except urllib.error.HTTPError as error:
        if error.code in (404, 410):
            return None
        raise CannotTell(f"{shown} answers {error.code} {error.reason}", "check the address and your access") from error
    except (OSError, ValueError, http.client.HTTPException) as error:
        raise CannotTell(
            f"{shown} cannot be fetched: {getattr(error, 'reason', None) or error}", "check the address and the network"
        ) from error
    if len(data) > limit:
        raise CannotTell(f"{shown} is larger than {limit} bytes", "download it yourself and give the path")
    return bytes(data)
