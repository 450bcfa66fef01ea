"""Writing files whole or not at all."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from planspec.errors import CannotTell


def write_whole(path: Path, data: bytes) -> None:
    """Write `data` to `path` through a temporary file beside it, so that a reader never sees half of it.

    A link stays one: what it leads to is written. What is no file (a pipe, a device) is written to and never replaced.
    Raises `CannotTell` where `path` is a folder, or cannot be written to.
    """
    if path.is_dir():
        raise CannotTell(f"{path} is a folder", "name a file in it")
    try:
        if path.exists() and not path.is_file():
            with path.open("wb") as stream:
                stream.write(data)
            return
        path = path.resolve()
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    except OSError as error:
        raise CannotTell(f"{path} cannot be written: {error.strerror}", "choose a folder you may write to") from error
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(data)
        umask = os.umask(0)
        os.umask(umask)
        temporary.chmod(path.stat().st_mode & 0o777 if path.exists() else 0o666 & ~umask)
        temporary.replace(path)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        raise CannotTell(f"{path} cannot be written: {error.strerror}", "choose a folder you may write to") from error
