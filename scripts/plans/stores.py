"""The two writes that publishing needs, on the file systems that fsspec speaks.

`create` makes a file with its whole content, or reports that there is one: never half a file, never two winners.
`replace` swaps a file's whole content. Each file system has its own way to both:

- local folders: write a temporary file, then a hard link (fails where the name is taken) or a rename;
- SFTP: the same with SFTP's rename (which OpenSSH carries out as link and unlink, so that it fails where the name is
  taken) or `posix-rename@openssh.com`;
- S3: an object appears whole when its PUT ends; `If-None-Match: *` makes it fail where the key is taken.

Temporary files lie under `.partial/<version>/`, which no reader looks at, and are cleared by the run that completes.
"""

from __future__ import annotations

import os
import secrets
from contextlib import suppress
from pathlib import Path

from plans.build.media import media_type
from plans.remote import S3, SFTP, Remote, told
from planspec.errors import CannotTell

PARTIAL = ".partial"
_TRIES = 5


class Writable(Remote):
    """A remote folder that can be written to, on behalf of one version, whose temporary files lie apart.

    `exclusive`: whether `create` is known to let only one writer win.
    """

    exclusive = False

    def __init__(self, url: str, version: str) -> None:
        super().__init__(url)
        self.version = version

    def create(self, name: str, data: bytes) -> bool:
        """Create a file with its whole content; False where it exists."""
        with told(self.url):
            try:
                self.fs.pipe_file(self.path(name), data, mode="create")
            except FileExistsError:
                return False
            return True

    def replace(self, name: str, data: bytes) -> None:
        """Write a file with its whole content, over an earlier one if there is one."""
        with told(self.url):
            self.fs.pipe_file(self.path(name), data)

    def clear(self) -> None:
        """Remove temporary files that runs for this version left behind."""


class ObjectStore(Writable):
    """S3: a PUT is whole or nothing, and conditional where the store honours If-None-Match."""

    exclusive = True

    def create(self, name: str, data: bytes) -> bool:
        with told(self.url):
            try:
                self.fs.pipe_file(self.path(name), data, mode="create", ContentType=media_type(name))
            except FileExistsError:
                return False
        # A store that ignores the condition lets a second writer through; whoever reads back other bytes has lost.
        return self.read(name) == data

    def replace(self, name: str, data: bytes) -> None:
        with told(self.url):
            self.fs.pipe_file(self.path(name), data, ContentType=media_type(name))


class _Renaming(Writable):
    """File systems on which a whole file appears by renaming or linking a temporary one."""

    exclusive = True

    def _publish_new(self, temporary: str, final: str) -> bool:
        raise NotImplementedError("a file system links or renames in its own way")

    def _publish_over(self, temporary: str, final: str) -> None:
        raise NotImplementedError("a file system renames in its own way")

    def _write(self, path: str, data: bytes) -> None:
        with self.fs.open(path, "wb") as stream:
            stream.write(data)

    def _folder(self, path: str) -> None:
        with suppress(FileExistsError):
            self.fs.makedirs(path, exist_ok=True)

    def _temporary(self, data: bytes) -> str:
        folder = self.path(f"{PARTIAL}/{self.version}")
        self._folder(folder)
        path = f"{folder}/{secrets.token_hex(8)}"
        self._write(path, data)
        return path

    def create(self, name: str, data: bytes) -> bool:
        final = self.path(name)
        with told(self.url):
            for attempt in range(_TRIES):
                self._folder(final.rsplit("/", 1)[0])
                try:
                    return self._publish_new(self._temporary(data), final)
                except FileNotFoundError:
                    # Another publisher of the same version has finished and cleared the temporary folder.
                    if attempt == _TRIES - 1:
                        raise
        return False

    def replace(self, name: str, data: bytes) -> None:
        final = self.path(name)
        with told(self.url):
            for attempt in range(_TRIES):
                self._folder(final.rsplit("/", 1)[0])
                try:
                    self._publish_over(self._temporary(data), final)
                    return
                except FileNotFoundError:
                    if attempt == _TRIES - 1:
                        raise

    def clear(self) -> None:
        folder = self.path(f"{PARTIAL}/{self.version}")
        with told(self.url):
            with suppress(FileNotFoundError):
                for entry in self.fs.ls(folder, detail=False):
                    with suppress(FileNotFoundError):
                        self.fs.rm_file(entry)
            for empty in (folder, self.path(PARTIAL)):
                # Not empty: another publisher is at work in it.
                with suppress(OSError):
                    self.fs.rmdir(empty)


class LocalFolder(_Renaming):
    """A folder of this machine."""

    def _write(self, path: str, data: bytes) -> None:
        with Path(path).open("wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())

    def _publish_new(self, temporary: str, final: str) -> bool:
        try:
            os.link(temporary, final)
        except FileExistsError:
            return False
        finally:
            Path(temporary).unlink(missing_ok=True)
        return True

    def _publish_over(self, temporary: str, final: str) -> None:
        Path(temporary).replace(final)


class SftpFolder(_Renaming):
    """A folder behind an SSH server."""

    def _publish_new(self, temporary: str, final: str) -> bool:
        try:
            self.fs.ftp.rename(temporary, final)
        except FileNotFoundError:
            raise
        except OSError:
            # SFTP 3 has one code for every failure.
            if not self.fs.exists(final):
                raise
            with suppress(FileNotFoundError):
                self.fs.ftp.remove(temporary)
            return False
        return True

    def _publish_over(self, temporary: str, final: str) -> None:
        self.fs.ftp.posix_rename(temporary, final)


def writable(url: str, version: str) -> Writable:
    """The folder at `url` for publishing `version`. Raises `CannotTell` where it cannot be reached or written to at all."""
    with told(url):
        from fsspec.core import split_protocol

        protocol = split_protocol(url)[0] or "file"
    if protocol in ("http", "https", "github", "zip", "tar"):
        raise CannotTell(
            f"{url} can be read only", "give a folder, sftp://, s3:// or another file system that fsspec can write to"
        )
    if protocol in ("file", "local"):
        return LocalFolder(url, version)
    if protocol in SFTP:
        return SftpFolder(url, version)
    return ObjectStore(url, version) if protocol in S3 else Writable(url, version)
