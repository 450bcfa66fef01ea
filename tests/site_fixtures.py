"""Sites for tests: one made of the whole package, shared by all workers, and a package small enough to make one often."""

from __future__ import annotations

import csv
import fcntl
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from conftest import copy_package
from plans.site.assets import node_modules
from plans.site.build import site_files, write_site
from planspec.errors import CannotTell
from planspec.rules.run import validate

SMALL = ("370203", "370213")
"""Districts of the small package: two with few records, read from one document."""


def packages(*, development: bool = False) -> Path:
    """The pinned npm packages, or a skip with the reason."""
    import pytest

    try:
        return node_modules(development=development)
    except CannotTell as error:
        pytest.skip(f"the scripts of the site are not at hand: {error.what}")


def shared(base: Path, name: str, make: Any) -> Path:
    """A folder that the first of several workers makes and the others wait for."""
    folder = base / name
    with (base / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / ".done").exists():
            make(folder)
            (folder / ".done").touch()
    return folder


def make_site(folder: Path) -> None:
    """The site of the repository's package, made from a copy: the data may be edited while the tests run."""
    package = folder / "package"
    package.mkdir(parents=True)
    copy_package(package)
    write_site(folder / "site", site_files(package, validate(package), packages=packages()))


def small_package(to: Path) -> Path:
    """The package with only the rows of `SMALL`; what they refer to stays."""
    copy_package(to)
    for name, column in (("targets", 1), ("results", 1), ("projects", 1), ("initiatives", 1), ("coverage", 1)):
        rows = list(read(to / f"data/{name}.csv"))
        write(to / f"data/{name}.csv", [rows[0], *(r for r in rows[1:] if r[column] in SMALL)])
    kept = {r[0] for name in ("targets", "results", "projects", "initiatives") for r in read(to / f"data/{name}.csv")}
    rows = list(read(to / "data/figures.csv"))
    write(to / "data/figures.csv", [rows[0], *(r for r in rows[1:] if not any(r[6:10]) or kept & set(r[6:10]))])
    used = {
        r[rows_of(to, name).index("indicator_id")]
        for name in ("targets", "results")
        for r in read(to / f"data/{name}.csv")
    }
    rows = list(read(to / "data/indicators.csv"))
    write(to / "data/indicators.csv", [rows[0], *(r for r in rows[1:] if r[0] in used or r[8] == "true")])
    return to


def add_year(package: Path, district: str, year: int) -> None:
    """Give a district the same targets, projects and initiatives once more, in a later year."""
    for name in ("targets", "projects", "initiatives"):
        rows = list(read(package / f"data/{name}.csv"))
        place = rows[0].index("year")
        more = [
            [cell.replace(f"{district}-{r[place]}-", f"{district}-{year}-") for cell in r]
            for r in rows[1:]
            if r[1] == district
        ]
        write(package / f"data/{name}.csv", [*rows, *([*r[:place], str(year), *r[place + 1 :]] for r in more)])


def rows_of(package: Path, name: str) -> list[str]:
    """The header of a resource."""
    return next(read(package / f"data/{name}.csv"))


def read(path: Path) -> Iterator[list[str]]:
    """Rows of a CSV file."""
    with path.open(encoding="utf-8", newline="") as stream:
        yield from csv.reader(stream)


def write(path: Path, rows: list[list[str]]) -> None:
    """Rows as a CSV file."""
    with path.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream, lineterminator="\n").writerows(rows)


def replace_cell(package: Path, name: str, key: str, column: str, value: str) -> None:
    """Change one cell of the row whose first column is `key`."""
    rows = list(read(package / f"data/{name}.csv"))
    place = rows[0].index(column)
    changed = [[*r[:place], value, *r[place + 1 :]] if r[0] == key else r for r in rows]
    assert changed != rows
    write(package / f"data/{name}.csv", changed)
