"""Where a version may be: revisions of a real repository, folders, descriptors, zips, and a real web server."""

from __future__ import annotations

import http.server
import shutil
import threading
import time
import zipfile
from collections.abc import Iterator
from contextlib import suppress
from functools import partial
from pathlib import Path

import pytest

from diff_fixtures import commit, first_key, git, repository, set_cell, small_package, table
from planspec.diff import compare, opened, places
from planspec.errors import CannotTell


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return small_package(tmp_path / "package")


def zipped(folder: Path, to: Path) -> Path:
    with zipfile.ZipFile(to, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(p for p in folder.rglob("*") if p.is_file()):
            archive.write(path, path.relative_to(folder).as_posix())
    return to


class Server(http.server.SimpleHTTPRequestHandler):
    """Serves a folder; /to/ftp redirects where no one should follow."""

    def do_GET(self) -> None:
        if self.path.startswith("/to/"):
            self.send_response(302)
            self.send_header("Location", "ftp://127.0.0.1/x" if self.path.endswith("ftp") else "/package.zip")
            self.end_headers()
        elif self.path == "/drip.zip":
            self.send_response(200)
            self.end_headers()
            with suppress(OSError):
                while True:
                    self.wfile.write(b"P")
                    self.wfile.flush()
                    time.sleep(0.02)
        elif self.path == "/refused":
            self.send_error(403)
        else:
            super().do_GET()

    def log_message(self, *_: object) -> None:
        return


@pytest.fixture
def server(tmp_path: Path, folder: Path) -> Iterator[str]:
    """Address of a server that holds the package as a zip and as files."""
    served = tmp_path / "served"
    shutil.copytree(folder, served / "0.1.0")
    zipped(folder, served / "package.zip")
    (served / "page.html").write_text("<!doctype html>", encoding="utf-8")
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), partial(Server, directory=str(served))) as httpd:
        httpd.block_on_close = False
        thread = threading.Thread(target=httpd.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{httpd.server_port}"
        httpd.shutdown()
        thread.join()


def demanded(old: str, new: str, base: Path) -> str:
    with opened(old, base) as before, opened(new, base) as after:
        return compare(before, after).demanded


def test_a_revision_is_read_as_committed(folder: Path) -> None:
    repository(folder)
    git(folder, "tag", "data-v0.1.0")
    set_cell(folder, "targets", first_key(folder, "targets"), "value", "7")
    with opened("data-v0.1.0", folder) as old, opened(str(folder)) as new:
        assert (old.side.kind, old.side.commit, old.side.label) == (
            "git",
            git(folder, "rev-parse", "HEAD").strip(),
            "data-v0.1.0",
        )
        assert compare(old, new).demanded == "patch"
    commit(folder, "Second")
    assert demanded("HEAD", str(folder), folder) == "none"
    assert demanded("HEAD~1", "HEAD", folder) == "patch"
    assert git(folder, "status", "--porcelain") == ""


def test_a_revision_keeps_its_bytes_whatever_git_does_to_line_ends(folder: Path) -> None:
    repository(folder)
    git(folder, "config", "core.autocrlf", "true")
    with opened("HEAD", folder) as old:
        assert b"\r" not in old.package.store.read("data/targets.csv")


def test_a_package_in_a_folder_of_the_repository(tmp_path: Path) -> None:
    small_package(tmp_path / "repo" / "packages" / "a 目录")
    repository(tmp_path / "repo")
    inside = tmp_path / "repo" / "packages" / "a 目录"
    assert demanded("HEAD", str(inside), inside) == "none"
    assert demanded("HEAD:packages/a 目录", "HEAD", inside) == "none"
    with pytest.raises(CannotTell, match=r"holds no datapackage\.json"), opened("HEAD:", inside):
        pass


def test_a_path_wins_over_a_revision_of_its_name(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    repository(folder)
    git(folder, "branch", "copy")
    shutil.copytree(folder, folder / "copy", ignore=shutil.ignore_patterns(".git"))
    monkeypatch.chdir(folder)
    with opened("copy") as place:
        assert place.side.kind == "folder"
    with opened("HEAD") as place:
        assert place.side.kind == "git"


def test_folder_descriptor_and_zip_are_one_package(folder: Path, tmp_path: Path) -> None:
    archive = zipped(folder, tmp_path / "a.zip")
    for place in (str(folder), str(folder / "datapackage.json"), str(archive)):
        assert demanded(place, str(archive), folder) == "none"


@pytest.mark.parametrize(
    ("place", "said"),
    [
        ("nowhere", "nowhere is no path and no revision"),
        ("--output=x", "no revision"),
        ("HEAD~99", "no revision"),
        ("", "no revision"),
        ("data", "holds no datapackage.json and no revision"),
        ("ftp://example.org/x.zip", "ftp:// is not fetched"),
        ("file:///etc/passwd", "file:// is not fetched"),
        ("a\x00b", "no revision"),
    ],
)
def test_what_is_no_place_is_said(folder: Path, monkeypatch: pytest.MonkeyPatch, place: str, said: str) -> None:
    repository(folder)
    monkeypatch.chdir(folder / "data")
    (folder / "data" / "data").mkdir()
    with pytest.raises(CannotTell) as caught, opened(place, folder):
        pass
    assert said in caught.value.what and caught.value.mend


def test_outside_a_repository(tmp_path: Path) -> None:
    lone = table(tmp_path / "lone", {"t": (["a"], ["a"], [["1"]])})
    with pytest.raises(CannotTell, match="in no git repository"), opened("HEAD", lone):
        pass


def test_a_symbolic_link_in_a_revision_is_not_followed(folder: Path) -> None:
    (folder / "data" / "units.csv").unlink()
    (folder / "data" / "units.csv").symlink_to("/etc/hostname")
    repository(folder)
    with pytest.raises(CannotTell, match="symbolic link"), opened("HEAD", folder):
        pass


def test_a_url_of_a_zip_and_of_a_descriptor(folder: Path, server: str) -> None:
    set_cell(folder, "targets", first_key(folder, "targets"), "value", "7")
    for address in (f"{server}/package.zip", f"{server}/0.1.0/datapackage.json", f"{server}/to/zip"):
        assert demanded(address, str(folder), folder) == "patch"
    with opened(f"{server}/package.zip?token=secret") as place:
        assert (place.side.label, place.side.kind) == (f"{server}/package.zip", "url")


def test_a_password_in_an_address_is_neither_sent_nor_shown(server: str) -> None:
    with (
        pytest.raises(CannotTell, match="user name") as caught,
        opened(server.replace("//", "//me:secret@") + "/package.zip"),
    ):
        pass
    assert "secret" not in caught.value.what


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("/nothing.zip", "does not exist (404)"),
        ("/page.html", "neither a zip nor a datapackage.json"),
        ("/refused", "403"),
        ("/to/ftp", "cannot be fetched"),
    ],
)
def test_a_url_that_holds_no_package(server: str, path: str, said: str) -> None:
    with pytest.raises(CannotTell) as caught, opened(server + path):
        pass
    assert said in caught.value.what


def test_a_download_stops_at_the_limit(server: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(places, "MAX_DOWNLOAD", 1000)
    with pytest.raises(CannotTell, match="larger than 1000 bytes"), opened(f"{server}/package.zip"):
        pass


def test_a_server_that_is_not_there() -> None:
    with pytest.raises(CannotTell, match="cannot be fetched"), opened("http://127.0.0.1:9/x.zip"):
        pass


def test_nothing_is_left_behind(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    repository(folder)
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(scratch))
    assert demanded("HEAD", str(folder), folder) == "none"
    assert not list(scratch.iterdir())


def test_a_download_that_drips_for_ever_ends(server: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(places, "SECONDS", 0.3)
    with pytest.raises(CannotTell, match="takes too long"), opened(f"{server}/drip.zip"):
        pass
