"""A folder on any file system that fsspec speaks, for reading; writing is in stores.py."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from planspec.errors import CannotTell
from planspec.package import MAX_FILE_BYTES

PIECE = 1 << 20
"""Bytes asked for at once where a body is read in pieces."""
MAX_LISTING = 20_000_000
"""Bytes that a file may have which only lists others: SHA256SUMS, a catalogue."""

S3 = frozenset(("s3", "s3a"))
SFTP = frozenset(("sftp", "ssh"))


@contextmanager
def told(url: str) -> Iterator[None]:
    """Turn what a file system, its library or the network raises into `CannotTell`."""
    try:
        yield
    except CannotTell:
        raise
    except ImportError as error:
        raise CannotTell(
            f"{url} needs a library that is not installed: {error}",
            "install the extra: pip install 'qingdao-district-plans[publish]'",
        ) from error
    except (OSError, EOFError, ValueError) as error:
        raise CannotTell(
            f"{url}: {type(error).__name__}: {error}",
            "check the address, your access and the connection, then run it again",
        ) from error
    except Exception as error:
        # Each file system's library has errors of its own (paramiko, botocore, aiohttp); none of them is about the data.
        if type(error).__module__.partition(".")[0] in (
            "paramiko",
            "botocore",
            "aiohttp",
            "aiobotocore",
            "s3fs",
            "fsspec",
        ):
            raise CannotTell(
                f"{url}: {type(error).__name__}: {error}",
                "check the address, your access and the connection, then run it again",
            ) from error
        raise


def _options(protocol: str) -> dict[str, Any]:
    """Settings of ours; the rest (keys, endpoints) comes from fsspec's own configuration and environment."""
    options: dict[str, Any] = {"skip_instance_cache": True}
    if protocol in S3:
        options["use_listings_cache"] = False
    if protocol in SFTP:
        options["host_key_policy"] = _known_hosts()
    return options


def _known_hosts() -> Any:
    """A paramiko policy that accepts the hosts ssh knows, and no other: fsspec's own accepts any."""
    import paramiko

    class KnownHosts(paramiko.MissingHostKeyPolicy):
        def missing_host_key(self, _client: Any, hostname: str, key: Any) -> None:
            for path in (Path("~/.ssh/known_hosts").expanduser(), Path("/etc/ssh/ssh_known_hosts")):
                if path.is_file() and paramiko.HostKeys(str(path)).check(hostname, key):
                    return
            raise CannotTell(
                f"the host key of {hostname} ({key.get_name()}) is not among the known hosts",
                "connect once with ssh and accept the key, then run it again",
            )

    return KnownHosts()


@dataclass
class Allowance:
    """What reading from somebody else's server may take altogether: bytes that are `left`, and `until` when, by
    `time.monotonic`. A body that never ends, or drips, ends there."""

    left: int
    until: float

    def take(self, number: int, place: str) -> None:
        """Count bytes that came. Raises `CannotTell` where it was too many, or took too long."""
        self.left -= number
        if self.left < 0:
            raise CannotTell(f"{place}: it does not end, or more comes than may be fetched", "download it yourself")
        if time.monotonic() > self.until:
            raise CannotTell(f"{place}: it takes too long", "download it yourself and give the path")


class Remote:
    """A folder at a URL. Names are POSIX paths relative to it. `allowance`: what may be read from it altogether."""

    def __init__(self, url: str, allowance: Allowance | None = None) -> None:
        self.url = url.rstrip("/") or "/"
        self.allowance = allowance
        with told(self.url):
            import fsspec
            from fsspec.core import split_protocol

            self.protocol = split_protocol(self.url)[0] or "file"
            fsspec.get_filesystem_class(self.protocol)
            self.fs, root = fsspec.core.url_to_fs(self.url, **_options(self.protocol))
        self.root = str(root).rstrip("/")

    def path(self, name: str) -> str:
        """Path of a file on the file system."""
        return f"{self.root}/{name}" if name else self.root

    def read(self, name: str, limit: int = MAX_FILE_BYTES) -> bytes | None:
        """Whole content of a file, or None where it is not there.

        Raises `CannotTell` where it has more than `limit` bytes and that can be told before it is all there.
        """
        with told(self.url):
            try:
                return b"".join(self._pieces(name, limit))
            except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
                return None

    def copy(self, name: str, to: Path) -> bool:
        """Write a file's content to a new file here; False where it is not there. Raises `CannotTell` as `read` does."""
        with told(self.url):
            try:
                pieces = self._pieces(name, MAX_FILE_BYTES)
                first = next(pieces, b"")
            except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
                return False
            to.parent.mkdir(parents=True, exist_ok=True)
            with to.open("wb") as stream:
                stream.write(first)
                for piece in pieces:
                    stream.write(piece)
            return True

    def _pieces(self, name: str, limit: int) -> Iterator[bytes]:
        """The content of a file as it comes; over HTTP nobody knows its length before."""
        path, size = self.path(name), 0
        if self.protocol not in ("http", "https"):
            if self.allowance:
                size = int(self.fs.size(path) or 0)
                self._bounded(name, size, size, limit)
            yield bytes(self.fs.cat_file(path))
            return
        # The block size asks for a stream; with a size fsspec does not ask for it first.
        with self.fs.open(path, "rb", block_size=0, size=1) as stream:
            while piece := stream.read(PIECE):
                size += len(piece)
                self._bounded(name, size, len(piece), limit)
                yield piece

    def _bounded(self, name: str, size: int, more: int, limit: int) -> None:
        place = f"{self.url}/{name}"
        if size > limit:
            raise CannotTell(f"{place} has more than the {limit} bytes it may have", "check the address")
        if self.allowance:
            self.allowance.take(more, place)

    def names(self, folder: str = "") -> list[str] | None:
        """Files below a folder, sorted, relative to it; [] where there are none, None where it cannot be listed."""
        with told(self.url):
            if self.protocol in ("http", "https"):
                return None
            base = self.path(folder).rstrip("/")
            with suppress(FileNotFoundError):
                return sorted(str(n)[len(base) + 1 :] for n in self.fs.find(base))
            return []

    def folders(self) -> list[str]:
        """Names of the folders directly below this one, sorted."""
        with told(self.url):
            with suppress(FileNotFoundError):
                return sorted(
                    str(e["name"]).rstrip("/").rsplit("/", 1)[-1]
                    for e in self.fs.ls(self.root, detail=True)
                    if e["type"] == "directory"
                )
            return []
