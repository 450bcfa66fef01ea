"""Publishing to a folder: whole, once, in order, whoever else is at it and whenever the process dies."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from plans.build import sums
from plans.publish import publish
from planspec.errors import CannotTell
from release_fixtures import built_release, needs_publish, tiny_release, tree

needs_publish()

RUNNER = Path(__file__).with_name("publish_runner.py")


def run(task: dict, **environment: str) -> Any:
    """Let the runner do a task in a process of its own."""
    done = subprocess.run(
        [sys.executable, str(RUNNER), json.dumps(task)],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, **environment},
    )
    print(done.stderr)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def kill_everywhere(how: str, dist: Path, folder: Path, points: list[int]) -> list[dict]:
    """Be killed at each point and published again; every place must then be as an undisturbed run leaves it."""
    publish(dist, str(folder / "undisturbed"))
    places = [str(folder / str(point)) for point in points]
    report = run({"kills": {"how": how, "dist": str(dist), "urls": places, "places": places, "points": points}})
    for place, entry in zip(places, report, strict=True):
        assert entry["half"] == [], entry
        assert entry["again"] == 0, entry
        assert tree(Path(place)) == tree(folder / "undisturbed"), entry
    return report


def test_a_version_is_published_with_its_catalogue(tmp_path: Path) -> None:
    from frictionless import Package

    dist = built_release(tmp_path)
    steps: list[str] = []
    outcome = publish(dist, str(tmp_path / "place"), steps.append)
    assert outcome.refused == []
    files = tree(tmp_path / "place")
    assert {n.removeprefix("0.1.0/"): d for n, d in files.items() if n.startswith("0.1.0/")} == tree(dist)
    assert files["latest"] == b"0.1.0\n"
    assert steps[0] == ".claims/0.1.0"
    assert steps[-3:] == ["0.1.0/SHA256SUMS", "index.json", "latest"]
    catalogue = Package(str(tmp_path / "place" / "index.json"))
    assert catalogue.validate().valid
    (row,) = catalogue.get_resource("versions").read_rows()
    assert (row["version"], row["path"], row["files"]) == ("0.1.0", "0.1.0/", len(tree(dist)) - 1)


def test_the_same_again_changes_nothing(tmp_path: Path) -> None:
    dist, place = tiny_release(tmp_path / "dist"), tmp_path / "place"
    publish(dist, str(place))
    before, steps = tree(place), []
    outcome = publish(dist, place.as_uri(), steps.append)
    assert (outcome.refused, steps) == ([], [])
    assert "already published" in outcome.lines[0]
    assert tree(place) == before


def test_other_bytes_under_a_published_version_are_refused_by_name(tmp_path: Path) -> None:
    place = tmp_path / "place"
    publish(tiny_release(tmp_path / "one"), str(place))
    before = tree(place)
    outcome = publish(tiny_release(tmp_path / "two", word="b"), str(place))
    assert "0.1.0 is published with other bytes (data/small.csv)" in outcome.refused[0]
    assert tree(place) == before


def test_latest_is_the_highest_version_whatever_the_order(tmp_path: Path) -> None:
    place = tmp_path / "place"
    for version in ("0.9.0", "0.10.0", "0.9.1"):
        assert publish(tiny_release(tmp_path / version, version), str(place)).refused == []
    index = json.loads((place / "index.json").read_text())
    assert [row["version"] for row in index["resources"][0]["data"]] == ["0.9.0", "0.9.1", "0.10.0"]
    assert (place / "latest").read_text() == "0.10.0\n" == index["latest"] + "\n"


def test_a_release_that_does_not_hold_is_refused_before_anything_is_written(tmp_path: Path) -> None:
    dist = tiny_release(tmp_path / "dist")
    (dist / "data" / "small.csv").write_text("word\nc\n")
    outcome = publish(dist, str(tmp_path / "place"))
    assert outcome.refused[0].startswith("data/small.csv: its bytes are not the published ones")
    assert not (tmp_path / "place").exists()


@pytest.mark.parametrize("version", ["0.0.0", "1.0", "2025-01"])
def test_what_is_no_released_version_is_refused(tmp_path: Path, version: str) -> None:
    assert publish(tiny_release(tmp_path / "dist", version), str(tmp_path / "place")).refused
    assert not (tmp_path / "place").exists()


def _spoil(place: Path, how: str) -> None:
    if how == "changed":
        (place / "0.1.0" / "data" / "small.csv").write_text("word\nz\n")
    elif how == "missing":
        (place / "0.1.0" / "data" / "small.csv").unlink()
    else:
        (place / "0.1.0" / "data" / "new.csv").write_text("x\n")


@pytest.mark.parametrize(
    ("how", "name"),
    [("changed", "small.csv no longer"), ("missing", "small.csv is missing"), ("added", "new.csv was added")],
)
def test_a_published_version_that_was_tampered_with_is_reported_not_repaired(
    tmp_path: Path, how: str, name: str
) -> None:
    dist, place = tiny_release(tmp_path / "dist"), tmp_path / "place"
    publish(dist, str(place))
    _spoil(place, how)
    before = tree(place)
    outcome = publish(dist, str(place))
    assert name in outcome.refused[0]
    assert tree(place) == before


@pytest.mark.parametrize("loss", ["folder", "sums"])
def test_the_catalogue_never_forgets_a_version(tmp_path: Path, loss: str) -> None:
    place = tmp_path / "place"
    publish(tiny_release(tmp_path / "one"), str(place))
    other = tiny_release(tmp_path / "other", word="b")
    if loss == "folder":
        (place / "0.1.0" / sums.SUMS).unlink()
    else:
        (place / "0.1.0" / sums.SUMS).write_bytes((other / sums.SUMS).read_bytes())
    with pytest.raises(CannotTell, match=r"0\.1\.0, which the catalogue lists"):
        publish(tiny_release(tmp_path / "two", "0.2.0"), str(place))
    assert json.loads((place / "index.json").read_text())["latest"] == "0.1.0"


def test_killed_at_every_step(tmp_path: Path) -> None:
    """Before each write the publisher makes: 1 claim, 3 files, SHA256SUMS, 2 of the catalogue."""
    report = kill_everywhere("step", tiny_release(tmp_path / "dist"), tmp_path, [*range(1, 9)])
    assert [entry["first"] for entry in report] == [-9] * 7 + [0]


def test_killed_at_every_change_of_the_file_system(tmp_path: Path) -> None:
    """Before each open, link, rename, remove and folder that the operating system is asked for."""
    report = kill_everywhere("call", tiny_release(tmp_path / "dist"), tmp_path, [*range(1, 45)])
    ends = [entry["first"] for entry in report]
    assert set(ends) == {-9, 0}
    assert ends == sorted(ends)
    assert ends.count(-9) > 20


def test_killed_in_the_middle_of_a_file(tmp_path: Path) -> None:
    report = kill_everywhere("size", tiny_release(tmp_path / "dist"), tmp_path, [1, 100, 300, 5_000, 50_000])
    assert {entry["first"] for entry in report} == {-25}


def races(tmp_path: Path, dists: list[Path], rounds: int, lag: bool = False) -> list[tuple[dict, dict[str, bytes]]]:
    places = [tmp_path / f"round-{n}" for n in range(rounds)]
    report = run({"races": [{"dists": [str(d) for d in dists], "url": str(p), "lag": lag} for p in places]})
    assert [entry for entry in report if entry["reader"]] == []
    return [(entry, tree(place)) for entry, place in zip(report, places, strict=True)]


def test_of_two_builds_of_one_version_one_wins(tmp_path: Path) -> None:
    dists = [tiny_release(tmp_path / "a", word="a"), tiny_release(tmp_path / "b", word="b")]
    alone = []
    for n, dist in enumerate(dists):
        publish(dist, str(tmp_path / f"alone-{n}"))
        alone.append(tree(tmp_path / f"alone-{n}"))
    for entry, left in races(tmp_path, dists, 8):
        assert sorted(entry["ends"]) == [0, 1]
        assert left == alone[entry["ends"].index(0)]


def test_two_publishers_of_the_same_build_both_succeed(tmp_path: Path) -> None:
    dist = tiny_release(tmp_path / "a")
    publish(dist, str(tmp_path / "alone"))
    for entry, left in races(tmp_path, [dist, dist, dist], 6):
        assert entry["ends"] == [0, 0, 0]
        assert left == tree(tmp_path / "alone")


def test_two_versions_at_once_are_both_in_the_catalogue(tmp_path: Path) -> None:
    dists = [tiny_release(tmp_path / v, v) for v in ("0.1.0", "0.2.0", "0.3.0")]
    for dist in dists:
        publish(dist, str(tmp_path / "alone"))
    for entry, left in races(tmp_path, dists, 6, lag=True):
        assert entry["ends"] == [0, 0, 0]
        assert left == tree(tmp_path / "alone")


def test_a_build_that_was_given_up_is_named_with_the_way_out(tmp_path: Path) -> None:
    place = tmp_path / "place"
    one, two = tiny_release(tmp_path / "one"), tiny_release(tmp_path / "two", word="b")
    run({"kills": {"how": "step", "dist": str(one), "urls": [str(place)], "places": [""], "points": [3]}})
    for name in ("index.json", "latest", "0.1.0/SHA256SUMS"):
        (place / name).unlink()
    outcome = publish(two, str(place))
    assert "another build of 0.1.0 is being published (data/small.csv)" in outcome.refused[0]
    assert "remove .claims/0.1.0" in outcome.refused[0]


@pytest.mark.parametrize(
    ("url", "says"),
    [("https://example.org/plans", "read only"), ("nowhere://x", "nowhere"), ("/proc/no/such/place", "proc")],
)
def test_a_place_that_cannot_be_written_to_is_said_so(tmp_path: Path, url: str, says: str) -> None:
    with pytest.raises(CannotTell, match=says):
        publish(tiny_release(tmp_path / "dist"), url)


@pytest.mark.parametrize("where", ["dist", "dist/place", "link", "link/place", "dist/../dist"])
def test_a_release_is_not_published_into_itself(tmp_path: Path, where: str) -> None:
    dist = tiny_release(tmp_path / "dist")
    (tmp_path / "link").symlink_to("dist")
    before = tree(dist)
    for place in (str(tmp_path / where), (tmp_path / where).as_uri()):
        with pytest.raises(CannotTell, match="is in the release itself") as caught:
            publish(dist, place)
        assert "--to" in caught.value.mend
    assert tree(dist) == before


@pytest.mark.parametrize("name", [".partial/0.1.0", ".claims/0.1.0", "0.1.0/more", "0.2.0/more"])
def test_a_release_among_the_files_of_the_place_is_not_published_there(tmp_path: Path, name: str) -> None:
    dist = tiny_release(tmp_path / "place" / name)
    before = tree(tmp_path / "place")
    with pytest.raises(CannotTell, match="is where the place keeps its own files"):
        publish(dist, str(tmp_path / "place"))
    assert tree(tmp_path / "place") == before


def test_a_release_beside_the_versions_or_one_of_them_is_published(tmp_path: Path) -> None:
    """The folder of a version may be published where it is: that mends a catalogue that was lost."""
    place = tmp_path / "place"
    assert publish(tiny_release(place / "dist"), str(place)).refused == []
    before = tree(place)
    (place / "index.json").unlink()
    assert publish(place / "0.1.0", str(place)).refused == []
    assert tree(place) == before


@pytest.mark.parametrize(
    ("name", "why"), [("release.zip", "it is no folder"), ("nothing", "it is no folder"), ("package", "no SHA256SUMS")]
)
def test_what_was_not_built_is_told_what_it_must_be(tmp_path: Path, name: str, why: str) -> None:
    (tmp_path / "release.zip").write_bytes(b"PK")
    (tiny_release(tmp_path / "package") / sums.SUMS).unlink()
    with pytest.raises(CannotTell, match=f"{name} is no built release: .*{why}") as caught:
        publish(tmp_path / name, str(tmp_path / "place"))
    assert "plans build --out dist" in caught.value.mend and "zip" in caught.value.mend
    assert not (tmp_path / "place").exists()


@pytest.mark.parametrize("version", ["0.1.0\n", "1.2.3.4", "../../evil", "\uff11.2.3", "01.2.3", "1.2.3-rc1"])
def test_what_only_looks_like_a_version_is_refused(tmp_path: Path, version: str) -> None:
    assert "is not of the form 1.2.3" in publish(tiny_release(tmp_path / "d", version), str(tmp_path / "p")).refused[0]
    assert not (tmp_path / "p").exists()
