"""Files are written whole or not at all, and nothing else is put in the place of what is no file."""

from __future__ import annotations

import os
import stat
import threading
from pathlib import Path

import pytest

from planspec.errors import CannotTell
from planspec.files import write_whole


def test_a_file_is_written_and_written_again(tmp_path: Path) -> None:
    path = tmp_path / "new" / "file"
    for content in (b"one", b"two"):
        write_whole(path, content)
        assert path.read_bytes() == content
    assert [p.name for p in path.parent.iterdir()] == ["file"]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_a_pipe_is_written_to_and_stays_a_pipe(tmp_path: Path) -> None:
    path, read = tmp_path / "pipe", []
    os.mkfifo(path)
    reader = threading.Thread(target=lambda: read.append(path.read_bytes()), daemon=True)
    reader.start()
    write_whole(path, b"report")
    reader.join(timeout=60)
    assert read == [b"report"]
    assert stat.S_ISFIFO(path.stat().st_mode)


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    path, file = tmp_path / "link", tmp_path / "file"
    file.write_bytes(b"old")
    path.symlink_to(file)
    write_whole(path, b"new")
    assert path.is_symlink()
    assert file.read_bytes() == b"new"


def test_a_folder_is_told(tmp_path: Path) -> None:
    with pytest.raises(CannotTell, match="is a folder"):
        write_whole(tmp_path, b"report")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_a_device_that_takes_nothing_is_told_and_left() -> None:
    with pytest.raises(CannotTell, match="cannot be written"):
        write_whole(Path("/dev/full"), b"report")
    assert stat.S_ISCHR(Path("/dev/full").stat().st_mode)
