"""A folder on any file system that fsspec speaks, for reading; writing is in stores.py."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from planspec.errors import CannotTell

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


class Remote:
    """A folder at a URL. Names are POSIX paths relative to it."""

    def __init__(self, url: str) -> None:
        self.url = url.rstrip("/") or "/"
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

    def read(self, name: str) -> bytes | None:
        """Whole content of a file, or None where it is not there."""
        with told(self.url):
            try:
                return bytes(self.fs.cat_file(self.path(name)))
            except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
                return None

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
