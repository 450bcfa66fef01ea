"""Verification: on the release alone, any changed byte, missing or extra file, and any wrong version is named."""

from __future__ import annotations

import contextlib
import functools
import http.server
import io
import json
import os
import shutil
import subprocess
import sys
import tarfile
import threading
import time
import tomllib
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import typer
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from diff_fixtures import edit_json, edit_rows, first_key, set_cell, small_package
from plans.build import build, csvs, sums
from plans.build.content import read_content
from plans.commands.distribution import register
from plans.held import RULES, held_to, judge
from plans.integrity import read_folder, read_zip
from plans.publish import publish
from plans.rulebook import rules_json
from plans.verify import verify
from planspec.errors import CannotTell
from planspec.rules.catalogue import LAYERS
from release_fixtures import NAME, ROOT, built_release, needs_build, needs_publish, stamped_package, tiny_release, tree

needs_build()
needs_publish()


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A release that no test may leave changed."""
    return built_release(tmp_path_factory.mktemp("verify"))


@pytest.fixture
def copy(release: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(release, tmp_path / "0.1.0"))


def command(*arguments: str) -> tuple[int, str]:
    """Exit code and output of the command line."""
    app = typer.Typer()
    register(app)
    result = CliRunner().invoke(app, list(arguments))
    return result.exit_code, result.output


def flip(path: Path, at: int, bit: int = 0) -> None:
    data = bytearray(path.read_bytes())
    data[at % len(data)] ^= 1 << bit
    path.write_bytes(data)


def test_a_release_is_proved_with_nothing_else_at_hand(release: Path, tmp_path: Path) -> None:
    """By a process that has the tool and the release: no repository, no sources, no home."""
    moved = Path(shutil.copytree(release, tmp_path / "downloads"))
    environment = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": f"{ROOT / 'scripts'}:{ROOT / 'validators'}",
        "HOME": str(tmp_path),
        "LC_ALL": "C.UTF-8",
    }
    script = "import typer; from plans.commands.distribution import register; app = typer.Typer(); register(app); app()"
    done = subprocess.run(
        [sys.executable, "-c", script, "verify", str(moved)],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "The release is what was published." in done.stdout
    assert "0/5 source texts" in done.stdout


def test_every_file_is_named_when_one_byte_of_it_is_flipped(release: Path, tmp_path: Path) -> None:
    for number, name in enumerate(sorted(tree(release))):
        path, kept = release / name, (release / name).read_bytes()
        try:
            flip(path, 7919 * number, number % 8)
            faults = read_folder(release).faults
            assert faults
            assert name == sums.SUMS or [f.file for f in faults] == [name]
        finally:
            path.write_bytes(kept)
    assert read_folder(release).faults == []


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_no_flipped_bit_anywhere_goes_unseen(release: Path, data: st.DataObject) -> None:
    path = release / data.draw(st.sampled_from(sorted(tree(release))))
    kept = path.read_bytes()
    try:
        flip(path, data.draw(st.integers(0, len(kept) - 1)), data.draw(st.integers(0, 7)))
        assert read_folder(release).faults
    finally:
        path.write_bytes(kept)


@pytest.mark.parametrize(
    ("name", "rules_run"),
    [("data/targets.csv", False), (f"{NAME}.xlsx", True), ("datapackage.json", False), (sums.SUMS, True)],
)
def test_the_command_exits_1_and_names_the_file(copy: Path, name: str, rules_run: bool) -> None:
    flip(copy / name, 40)
    code, output = command("verify", str(copy), "--lang", "en")
    assert code == 1
    assert name in output
    assert "to mend:" in output
    assert ("The data hold." in output) == rules_run
    assert ("the rules were not run" in output) != rules_run


def test_missing_extra_linked_and_renamed_files_are_named(copy: Path) -> None:
    (copy / "rules.json").unlink()
    (copy / "extra.txt").write_text("x")
    (copy / "data" / "units.csv").rename(copy / "data" / "Units.csv")
    (copy / "RIGHTS.md").unlink()
    (copy / "RIGHTS.md").symlink_to("LICENSE-DATA.md")
    faults = {f.file: f.what for f in read_folder(copy).faults}
    assert faults.keys() == {"rules.json", "extra.txt", "data/units.csv", "data/Units.csv", "RIGHTS.md"}
    assert "missing" in faults["rules.json"]
    assert "no part of the release" in faults["extra.txt"]
    assert "link" in faults["RIGHTS.md"]


def test_a_folder_named_by_another_version(release: Path, tmp_path: Path) -> None:
    moved = Path(shutil.copytree(release, tmp_path / "0.2.0"))
    faults = read_folder(moved).faults
    assert "datapackage.json" in {f.file for f in faults}
    assert all("it is version 0.1.0, but the folder is 0.2.0" in f.what for f in faults)


@pytest.mark.parametrize(
    "artifact", [f"{NAME}.zip", f"{NAME}.sqlite", "croissant.json", "dataset.jsonld", "rules.json"]
)
def test_an_artifact_of_another_version(copy: Path, tmp_path: Path, artifact: str) -> None:
    """Taken from another release, with SHA256SUMS made to match: only the version gives it away."""
    shutil.copy(built_release(tmp_path / "other", "0.9.0") / artifact, copy / artifact)
    files = {n: d for n, d in tree(copy).items() if n != sums.SUMS}
    (copy / sums.SUMS).write_bytes(sums.make(files)[sums.SUMS])
    assert [(f.file, f.what) for f in read_folder(copy).faults] == [
        (artifact, "it is version 0.9.0, but the folder is 0.1.0")
    ]


def test_data_that_break_a_rule_do_not_verify(tmp_path: Path) -> None:
    """The checksums hold; the release was built from data that do not."""
    package = stamped_package(tmp_path / "package")
    path = package / "data" / "targets.csv"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace(",ge,5.5,", ",ge,6.5,", 1), encoding="utf-8")
    build(package, tmp_path / "0.1.0")
    verdict = verify(str(tmp_path / "0.1.0"))
    assert verdict.faults == []
    assert not verdict.holds
    assert command("verify", str(tmp_path / "0.1.0"))[0] == 1


# The zip alone


def test_the_zip_proves_itself(release: Path) -> None:
    verdict = verify(str(release / f"{NAME}.zip"))
    assert verdict.holds
    assert verdict.notes == []


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(place=st.floats(0, 1, exclude_max=True), bit=st.integers(0, 7))
def test_no_flipped_bit_of_the_zip_goes_unsaid(
    release: Path, tmp_path_factory: pytest.TempPathFactory, place: float, bit: int
) -> None:
    """What changes a member is a fault or stops the reading; what changes the packing alone is a note."""
    path = tmp_path_factory.mktemp("flip") / "release.zip"
    shutil.copy(release / f"{NAME}.zip", path)
    flip(path, int(place * path.stat().st_size), bit)
    try:
        read = read_zip(path)
    except CannotTell as error:
        assert "release.zip" in error.what
        return
    assert read.faults or read.notes


def test_a_member_changed_added_or_gone_from_the_zip_is_named(release: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(release / f"{NAME}.zip") as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    members["data/units.csv"] += b"x"
    members["extra.txt"] = b"x"
    del members["data/errata.csv"]
    with zipfile.ZipFile(tmp_path / "release.zip", "w") as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    faults = read_zip(tmp_path / "release.zip").faults
    assert sorted(f.file for f in faults) == ["data/errata.csv", "data/units.csv", "extra.txt"]


# Nothing to verify: exit code 2


@pytest.mark.parametrize("what", ["nothing", "empty folder", "no zip", "no host", "no protocol"])
def test_where_nothing_can_be_told_the_exit_code_is_2(tmp_path: Path, what: str) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "file.zip").write_bytes(b"not a zip")
    given = {
        "nothing": str(tmp_path / "nothing"),
        "empty folder": str(tmp_path / "empty"),
        "no zip": str(tmp_path / "file.zip"),
        "no host": "http://127.0.0.1:9/0.1.0",
        "no protocol": "nowhere://x/0.1.0",
    }[what]
    code, output = command("verify", given)
    assert code == 2
    assert "plans could not tell" in output
    assert "Traceback" not in output


def test_a_folder_without_sums_is_no_complete_release(copy: Path) -> None:
    (copy / sums.SUMS).unlink()
    code, output = command("verify", str(copy))
    assert code == 1
    assert "without SHA256SUMS a folder is no complete release" in output


# Places and URLs


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """Two tiny versions, published. They hold no tables, so only what concerns bytes and versions is looked at."""
    for version in ("0.1.0", "0.2.0"):
        publish(tiny_release(tmp_path / version, version), str(tmp_path / "place"))
    return tmp_path / "place"


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *arguments: object) -> None:
        return


@pytest.fixture
def served(tmp_path: Path) -> Iterator[str]:
    """The temporary folder over HTTP."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=str(tmp_path)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()


def bytes_faults(location: str) -> dict[str, str]:
    """Faults of bytes and versions by file."""
    return {f.file: f.what for f in verify(location).faults}


def test_a_place_is_verified_version_by_version(place: Path) -> None:
    assert bytes_faults(str(place)) == {}
    flip(place / "0.1.0" / "data" / "small.csv", 0)
    (place / "latest").write_text("0.1.0\n")
    assert bytes_faults(str(place)).keys() == {"0.1.0/data/small.csv", "latest"}


def test_a_version_swapped_whole_is_given_away_by_the_catalogue(place: Path, tmp_path: Path) -> None:
    shutil.rmtree(place / "0.1.0")
    tiny_release(place / "0.1.0", "0.1.0", word="forged")
    assert "not the one that index.json lists" in bytes_faults(str(place))["0.1.0/SHA256SUMS"]
    shutil.rmtree(place / "0.1.0")
    assert "it is not there" in bytes_faults(str(place))["0.1.0"]


def test_over_http_a_release_a_zip_and_a_place(release: Path, place: Path, served: str, tmp_path: Path) -> None:
    pytest.importorskip("aiohttp", reason="aiohttp is not installed (extra publish)")
    shutil.copytree(release, tmp_path / "real" / "0.1.0")
    verdict = verify(f"{served}/real/0.1.0/")
    assert verdict.holds
    assert "cannot be listed" in verdict.notes[0]
    assert verify(f"{served}/real/0.1.0/{NAME}.zip").holds
    flip(place / "0.2.0" / "data" / "large.csv", 100)
    assert bytes_faults(f"{served}/place").keys() == {"0.2.0/data/large.csv"}
    with pytest.raises(CannotTell, match="no release and no catalogue"):
        verify(f"{served}/nothing")


def test_a_url_whose_last_part_is_another_version(place: Path, served: str, tmp_path: Path) -> None:
    pytest.importorskip("aiohttp", reason="aiohttp is not installed (extra publish)")
    shutil.copytree(place / "0.2.0", tmp_path / "moved" / "0.3.0")
    assert "it is version 0.2.0, but the folder is 0.3.0" in bytes_faults(f"{served}/moved/0.3.0")["datapackage.json"]


def test_a_hostile_listing_writes_nothing_outside(served: str, tmp_path: Path) -> None:
    """SHA256SUMS of a stranger's server names a path that leads out; it is refused, and nothing is fetched."""
    pytest.importorskip("aiohttp", reason="aiohttp is not installed (extra publish)")
    (tmp_path / "evil").mkdir()
    (tmp_path / "evil" / sums.SUMS).write_text(f"{'0' * 64}  ../../out.txt\n")
    (tmp_path / "evil" / "datapackage.json").write_text(json.dumps({"name": "x", "version": "1.0.0"}))
    assert "no file of a release" in bytes_faults(f"{served}/evil")[sums.SUMS]


# Rules: a release is judged by its own

MISSPELT = "R224"
"""The rule that a word in `wrong` breaks; no other does."""


def listed(folder: Path) -> Path:
    """Write SHA256SUMS as a build would."""
    (folder / sums.SUMS).unlink(missing_ok=True)
    (folder / sums.SUMS).write_bytes(sums.make(tree(folder))[sums.SUMS])
    return folder


def with_rules(folder: Path, edit: Callable[[dict[str, Any]], None]) -> Path:
    """The release with other entries in its rules.json; `edit` is given each."""
    edit_json(folder / RULES, lambda content: [edit(entry) for entry in content["rules"]] and None)
    return listed(folder)


@pytest.fixture
def wrong(tmp_path: Path) -> Path:
    """A small release, whole as far as checksums tell, with a misspelt word."""
    folder = small_package(tmp_path / "1.0.0")
    shutil.rmtree(folder / "sources")
    edit_json(folder / "datapackage.json", lambda d: d.update(version="1.0.0"))
    set_cell(folder, "indicators", first_key(folder, "indicators"), "name_en", "Share of dayss with good air")
    (folder / RULES).write_text(json.dumps({"version": "1.0.0", **json.loads(rules_json())}), encoding="utf-8")
    return listed(folder)


def test_what_does_not_hold_is_counted(wrong: Path) -> None:
    code, output = command("verify", str(wrong), "--lang", "en")
    assert code == 1 and f"error {MISSPELT}" in output
    assert output.strip().endswith("The release does not hold: 1 error by its own rules.")
    (wrong / "extra.txt").write_text("x")
    assert "does not hold: 1 fault, 1 error by its own rules." in command("verify", str(wrong), "--lang", "en")[1]


def test_a_rule_newer_than_the_release_is_told_and_fails_nothing(wrong: Path) -> None:
    def without(content: dict[str, Any]) -> None:
        content["rules"] = [entry for entry in content["rules"] if entry["id"] != MISSPELT]

    edit_json(wrong / RULES, without)
    code, output = command("verify", str(listed(wrong)), "--lang", "en")
    assert code == 0
    assert f"note: 1 finding of rules newer than this release, which fails nothing: {MISSPELT} (1)" in output
    assert "The data hold." in output and output.strip().endswith("The release is what was published.")


def test_what_a_newer_rule_finds_hides_nothing_from_an_older_one(wrong: Path) -> None:
    """A word in two rules' way: the one passed over, the other finds what the first had explained."""
    set_cell(wrong, "indicators", first_key(wrong, "indicators"), "definition", "Teh x")
    ((rules, _),) = [(set(r.counts), r) for r in verify(str(listed(wrong))).reports.values()]
    held = replace(held_to((wrong / RULES).read_bytes()), newer=frozenset(rules))
    report, notes = judge(wrong, held)
    assert not report.holds and not rules & report.counts.keys()
    assert all(rule in notes[0] and rule in report.skipped for rule in rules)


def test_a_rule_that_says_something_else_by_now_fails_nothing(wrong: Path) -> None:
    def reword(entry: dict[str, Any]) -> None:
        if entry["id"] == MISSPELT:
            entry["title"]["en"] = "It asked for less."

    verdict = verify(str(with_rules(wrong, reword)))
    assert (verdict.holds, verdict.errors, verdict.faults) == (True, 0, [])
    assert any(
        f"say something else since this release, which fails nothing: {MISSPELT} (1)" in n for n in verdict.notes
    )


def test_the_severity_is_the_release_s_own(wrong: Path) -> None:
    def lower(entry: dict[str, Any]) -> None:
        if entry["id"] == MISSPELT:
            entry["severity"] = "warning"

    verdict = verify(str(with_rules(wrong, lower)))
    (report,) = verdict.reports.values()
    assert (verdict.holds, report.count("warning")) == (True, 1)


def test_broken_structure_fails_whatever_the_rules_say_by_now(wrong: Path) -> None:
    path = wrong / "data" / "units.csv"
    path.write_bytes(path.read_bytes() + b"one cell\n")
    verdict = verify(str(with_rules(wrong, lambda entry: entry["title"].update(en="Another title."))))
    assert not verdict.holds and verdict.errors and not verdict.faults


def test_a_release_without_a_column_that_today_s_rules_read_is_not_faulted(wrong: Path) -> None:
    """Its own rules read no such column: the tool cannot judge them, and says so."""
    edit_json(wrong / "schemas" / "errata.json", lambda schema: schema["fields"].pop())
    edit_rows(wrong, "errata", lambda rows: [{c: v for c, v in row.items() if c != "why_zh"} for row in rows])
    assert "why_zh" not in (wrong / "data" / "errata.csv").read_text(encoding="utf-8")
    assert verify(str(listed(wrong))).errors
    unread = with_rules(wrong, lambda entry: entry.update(columns=[c for c in entry["columns"] if c != "why_zh"]))
    verdict = verify(str(unread))
    assert verdict.holds
    assert any("errata.why_zh" in note and "were not run" in note for note in verdict.notes)


def test_a_release_without_rules_is_judged_by_its_structure(wrong: Path) -> None:
    """Zips of before 1.2 hold no rules.json."""
    (wrong / RULES).unlink()
    verdict = verify(str(listed(wrong)))
    assert verdict.holds
    assert any("only its structure is judged" in note for note in verdict.notes)
    assert any(f"1 finding of rules of this tool, which fails nothing: {MISSPELT} (1)" in n for n in verdict.notes)


def test_the_zip_has_the_rules_of_its_release(release: Path) -> None:
    with zipfile.ZipFile(release / f"{NAME}.zip") as archive:
        assert archive.read(RULES) == (release / RULES).read_bytes()


@pytest.mark.parametrize("content", [b"{}", b"[", b'{"rules": []}', b'{"rules": [{"id": "R201"}]}', b'{"rules": 1}'])
def test_what_is_no_list_of_rules(content: bytes) -> None:
    with pytest.raises(ValueError, match=r".+"):
        held_to(content)


def test_rules_that_cannot_be_read_are_a_fault(wrong: Path) -> None:
    edit_json(wrong / RULES, lambda content: content.update(rules=[]))
    assert [(f.file, f.what) for f in verify(str(listed(wrong))).faults] == [
        (RULES, "it lists no rules with a severity each")
    ]


def test_a_rule_that_the_package_turned_down_is_down_in_its_release(tmp_path: Path) -> None:
    package = stamped_package(tmp_path / "package")
    lowered = '[[lower]]\nrule = "R275"\nseverity = "info"\nreason = "Bounds are to come."\n'
    (package / "plans.toml").write_text(lowered, encoding="utf-8")
    made = csvs.make(read_content(package))
    assert made["plans.toml"].decode() == lowered


# A server that does not end


class Endless(Quiet):
    """Sends the file under /fast/ or /slow/ for ever: at once, or a byte at a time; what is not there is not found."""

    def do_GET(self) -> None:
        speed, name = self.path.split("/")[1], self.path.rsplit("/", 1)[1]
        if name not in (sums.SUMS, "release.zip"):
            self.send_error(404)
            return
        self.send_response(200)
        self.end_headers()
        with contextlib.suppress(OSError):
            while True:
                self.wfile.write(b"x" * (100_000 if speed == "fast" else 1))
                self.wfile.flush()
                time.sleep(0.0001 if speed == "fast" else 0.02)


@pytest.fixture
def endless() -> Iterator[str]:
    pytest.importorskip("aiohttp", reason="aiohttp is not installed (extra publish)")
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Endless)
    server.daemon_threads = True
    server.block_on_close = False
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("fast/1.0.0", "SHA256SUMS has more than the 300000 bytes"),
        ("fast/release.zip", "release.zip has more than the 500000 bytes"),
        ("slow/1.0.0", "it takes too long"),
        ("slow/release.zip", "it takes too long"),
    ],
)
def test_a_body_that_never_ends_is_cut_off(endless: str, monkeypatch: pytest.MonkeyPatch, path: str, said: str) -> None:
    from plans import remote
    from plans import verify as verifying

    monkeypatch.setattr(verifying, "MAX_LISTING", 300_000)
    monkeypatch.setattr(remote, "MAX_FILE_BYTES", 500_000)
    monkeypatch.setattr(verifying, "SECONDS", 0.3 if "slow" in path else 60)
    with pytest.raises(CannotTell, match=said):
        verify(f"{endless}/{path}")


def test_more_than_may_be_fetched_altogether_is_refused(served: str, place: Path, monkeypatch) -> None:
    pytest.importorskip("aiohttp", reason="aiohttp is not installed (extra publish)")
    from plans import verify as verifying

    monkeypatch.setattr(verifying, "MAX_FETCHED", 150_000)
    for location in (f"{served}/place", place.as_uri()):
        with pytest.raises(CannotTell, match="more comes than may be fetched"):
            verify(location)


def test_a_listing_of_too_many_files_fetches_none(served: str, tmp_path: Path) -> None:
    pytest.importorskip("aiohttp", reason="aiohttp is not installed (extra publish)")
    (tmp_path / "many").mkdir()
    (tmp_path / "many" / sums.SUMS).write_bytes(sums.render({f"data/{n}": "0" * 64 for n in range(10_001)}))
    with pytest.raises(CannotTell, match="lists 10002 files, more than the 10000"):
        verify(f"{served}/many")


def as_released(tag: str, folder: Path) -> Path:
    """The package of a tag, with the rules of its time as its rules.json."""
    packed = subprocess.run(
        ["git", "-C", str(ROOT), "archive", tag, "datapackage.json", "data", "schemas", CATALOGUE],
        capture_output=True,
        check=True,
    )
    with tarfile.open(fileobj=io.BytesIO(packed.stdout)) as archive:
        archive.extractall(folder, filter="data")
    entries = [
        {"layer": layer, **entry, "columns": [c for c in entry["columns"] if not c.startswith("_")]}
        for layer in LAYERS
        for entry in tomllib.loads((folder / CATALOGUE / f"{layer}.toml").read_text(encoding="utf-8"))["rule"]
    ]
    (folder / RULES).write_text(json.dumps({"rules": entries}), encoding="utf-8")
    return folder


CATALOGUE = "validators/planspec/rules/catalogue"


def test_data_that_were_released_hold_by_the_rules_of_their_time(tmp_path: Path) -> None:
    """A rule that became stricter under the same text would fail here; it needs another text, or another id."""
    listed_tags = subprocess.run(
        ["git", "-C", str(ROOT), "tag", "--list", "--sort=version:refname", "data-v*"],
        capture_output=True,
        text=True,
        check=False,
    )
    tags = listed_tags.stdout.split()
    if not tags:
        pytest.skip("no tag of a data release is at hand (git fetch --tags)")
    for tag in {tags[0], tags[len(tags) // 2], tags[-1]}:
        folder = as_released(tag, tmp_path / tag)
        report, notes = judge(folder, held_to((folder / RULES).read_bytes()))
        assert report.holds, (tag, report.counts, notes)


def test_verify_speaks_chinese(copy: Path) -> None:
    code, said = command("verify", str(copy), "--lang", "zh")
    assert code == 0 and "发布版与发布时一致。" in said and "checksums" not in said
    flip(copy / "rules.json", 5)
    (copy / "more.txt").write_text("x")
    code, said = command("verify", str(copy), "--lang", "zh")
    assert code == 1
    assert "more.txt: 不属于发布版：SHA256SUMS 里没有列出\n  修改办法: 请删去，或查看是否改了名\n" in said
    assert "rules.json: 内容与发布的不同" in said and "发布版不成立：2 处文件有误。" in said
    assert "to mend" not in said and "note:" not in said
