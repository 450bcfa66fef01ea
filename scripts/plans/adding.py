"""Adding a reviewed report to the package: source, coverage, ledger, records; then validation."""

from __future__ import annotations

import csv
import hashlib
import io
import re
import shutil
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

from plans.silences import refuted, silences
from planspec.canonical import canonical_csv, unit_factors
from planspec.counts import write_counts
from planspec.errors import CannotTell
from planspec.files import write_whole
from planspec.grammar.text import compact_text
from planspec.package import FolderStore, Package, open_package
from planspec.rules.source import Folders, find_text
from planspec.scan import Scan
from planspec.scan.entries import Difference, Drafts, draft, is_open
from planspec.scan.known import Cells, Tables
from planspec.scan.review import TOLD, Item, figures_of, told
from planspec.spreadsheet import decode

COMPLETENESS = ("full", "digest", "excerpt")
_DATE = re.compile(r"\d{4}-\d\d-\d\d")
WRITTEN = ("districts", "sources", "coverage", "units", "indicators", "targets", "results", "figures")
"""Resources that adding a report can change, in the order they are written: a record never comes before what it names."""


@dataclass(frozen=True)
class Report:
    """The report to add and what is known about it: given on the command line, now or when the review began."""

    path: Path
    stored: str
    district_code: str
    year: int
    completeness: str = "full"
    title: str = ""
    publisher: str = ""
    published: str = ""
    district: tuple[str, str] = ("", "")
    source_id: str = ""
    """Under which the review was written before; "" where it was not."""

    @property
    def sha256(self) -> str:
        """Hash of the file as stored."""
        return hashlib.sha256(self.path.read_bytes()).hexdigest()

    @property
    def review_path(self) -> Path:
        """The review beside the report."""
        return self.path.with_name(f"{self.path.stem}.review.csv")


@dataclass
class Added:
    """What was written: rows by resource, the source's id and file, and drafts with what is lacking.

    `doubtful`: core indicators without a row, since words of theirs stand where a target may be told; `withdrawn`: keys
    of `not_stated` rows that went since their target was found under another key.
    """

    source_id: str
    file: str
    counts: dict[str, int] = field(default_factory=dict)
    drafts: Drafts = field(default_factory=Drafts)
    doubtful: list[str] = field(default_factory=list)
    withdrawn: list[str] = field(default_factory=list)


def settle(given: dict[str, str], items: list[Item]) -> dict[str, str]:
    """What is known about a document: as `given` on the command line, else as its review keeps it, by the names of `TOLD`.

    Raises `CannotTell` where district or year are not those that the review was begun with, and for what is no date.
    """
    kept = told(items)
    figures = figures_of(items)
    begun = {
        "district": {kept["district"]} - {""} or {i["district_code"] for i in figures},
        "year": {kept["year"]} - {""} or {i["year"] for i in figures if i["role"] == "target"},
    }
    for name, values in begun.items():
        if values and given[name] not in values:
            raise CannotTell(
                f"the review was begun for {name} {', '.join(sorted(values))}, not {given[name]}",
                f"give --{name} {min(values)}, or move the review away to begin another",
            )
    known = {name: given.get(name) or kept[name] for name in TOLD}
    known["completeness"] = known["completeness"] or "full"
    if known["completeness"] not in COMPLETENESS:
        raise CannotTell(
            f"completeness {known['completeness']!r} is not known", f"write one of: {', '.join(COMPLETENESS)}"
        )
    if known["published"] and not _is_date(known["published"]):
        raise CannotTell(f"published {known['published']!r} is no date", "write year, month and day, as in 2026-01-13")
    return known


def described(report: Report, known: dict[str, str]) -> Report:
    """The report with what is known about it."""
    return replace(
        report,
        completeness=known["completeness"],
        title=known["title"],
        publisher=known["publisher"],
        published=known["published"],
        district=(known["district-name"], known["district-name-en"]),
        source_id=known["source"],
    )


def _is_date(cell: str) -> bool:
    try:
        date.fromisoformat(cell)
    except ValueError:
        return False
    return bool(_DATE.fullmatch(cell))


def identify(report: Report, package_path: Path, texts: Folders) -> str:
    """The source_id that the report has in the package, or will have.

    Raises `CannotTell` where the package holds the document, or another file of the same text, and not from this review:
    its figures would be told a second time.
    """
    sources = read_rows(open_folder(package_path))["sources"]
    compacted = compact_text(report.stored.removeprefix("\ufeff"))
    for row in sources:
        own = row["sha256"] == report.sha256
        if own and row["source_id"] == report.source_id:
            return row["source_id"]
        if own or _same_text(find_text(texts, row["file"]), compacted):
            raise CannotTell(
                f"{report.path} is document {row['source_id']} of the package already"
                + ("" if own else ", but for blanks and line breaks"),
                "edit its rows in data/; to go on with the review that they were written from, write the id into its row "
                "`source`",
            )
    return _next_id(sources)


def _same_text(path: Path | None, compacted: str) -> bool:
    if path is None:
        return False
    return compact_text(path.read_bytes().decode("utf-8", errors="replace").removeprefix("\ufeff")) == compacted


def _next_id(sources: list[Cells]) -> str:
    number = 1 + max((int(r["source_id"]) for r in sources if r["source_id"].isdigit()), default=-1)
    if number > 999:
        raise CannotTell("source_id has three digits and all are taken", "widen the pattern of source_id first")
    return f"{number:03d}"


def open_folder(path: Path) -> Package:
    """The package in a folder, since an archive cannot be added to."""
    package = open_package(path)
    if not isinstance(package.store, FolderStore):
        raise CannotTell(f"{path} is an archive", "give the folder of the package")
    return package


def read_rows(package: Package) -> Tables:
    """All rows of the resources that adding looks at, every cell as text."""
    tables: Tables = {}
    for name in (*WRITTEN, "projects", "initiatives", "retired"):
        resource = package.resources.get(name)
        if resource is None or not package.store.exists(resource.path):
            raise CannotTell(f"the package holds no {name}", "run plans validate to see what is wrong with it")
        text, _ = decode(package.store.read(resource.path))
        tables[name] = list(csv.DictReader(io.StringIO(text, newline="")))
    return tables


def add(report: Report, items: list[Item], found: Scan, package_path: Path) -> Added:
    """Write everything that is accepted or set aside into the package, in canonical form.

    Adding again writes only what is new: a source is known by its hash, a record by its source, place and indicator.
    Rows that are in the package already are kept as they are, except open ledger rows that a record has closed.
    """
    package = open_folder(package_path)
    tables = read_rows(package)
    source, news = _source(report, tables)
    drafts = draft(items, report.stored, source["source_id"], tables)
    added = Added(source["source_id"], source["file"], drafts=drafts)
    rows: dict[str, list[Cells]] = {name: list(drafts.rows.get(name, [])) for name in WRITTEN}
    rows["districts"] += _district(report, tables)
    rows["sources"] += [source] if news else []
    rows["coverage"] += _coverage(report, source["source_id"], found, tables)
    drafts.differs += _differences(report, source, tables)
    gone = refuted(tables, rows["targets"])
    tables["targets"] = [r for r in tables["targets"] if r["target_id"] not in gone]
    if report.completeness == "full":
        place = (report.district_code, report.year, source["source_id"])
        silent, added.doubtful = silences(place, report.stored, found.headlines, items, tables, drafts)
        rows["targets"] += silent
    added.withdrawn = sorted(gone)
    _keep_text(report, source, package_path)
    factors = unit_factors(package) | {u["unit_id"]: u["factor"] for u in rows["units"]}
    pending: list[tuple[Path, bytes]] = []
    for name in WRITTEN:
        merged, number = _merge(package, name, tables[name], rows[name])
        added.counts[name] = number
        if number or (name == "targets" and gone):
            pending.append(_canonical(package, name, merged, factors))
    for target, data in pending:
        write_whole(target, data)
    write_counts(package_path)
    return added


def _source(report: Report, tables: Tables) -> tuple[Cells, bool]:
    """The source's row, and whether it is to be written: it is new, or was written before all of it was known."""
    given = {"title": report.title, "publisher": report.publisher, "published": report.published}
    for row in tables["sources"]:
        if row["sha256"] == report.sha256:
            lacks = {c: cell for c, cell in given.items() if cell and not row[c]}
            return row | lacks, bool(lacks)
    number = _next_id(tables["sources"])
    row = {
        "source_id": number,
        "file": f"{number}_{report.sha256[:16]}.txt",
        "sha256": report.sha256,
        "characters": str(len(report.stored)),
    }
    return row | given, True


def _district(report: Report, tables: Tables) -> list[Cells]:
    code = report.district_code
    if any(r["district_code"] == code for r in tables["districts"]):
        return []
    name_zh, name_en = report.district
    if not name_zh or not name_en:
        raise CannotTell(
            f"{code} is not in districts.csv", "give --district-name and --district-name-en, and its row is written"
        )
    prefecture = code.endswith("00")
    level = "prefecture" if prefecture else "county_city" if int(code[4:]) > 80 else "district"
    return [
        {
            "district_code": code,
            "name_zh": name_zh,
            "name_en": name_en,
            "level": level,
            "parent_code": "" if prefecture else f"{code[:4]}00",
        }
    ]


def _coverage(report: Report, source_id: str, found: Scan, tables: Tables) -> list[Cells]:
    if any(r["source_id"] == source_id and r["district_code"] == report.district_code for r in tables["coverage"]):
        return []
    start, end = found.headlines[0] if found.headlines else ("", "")
    return [
        {
            "source_id": source_id,
            "district_code": report.district_code,
            "completeness": report.completeness,
            "headline_start": str(start),
            "headline_end": str(end),
        }
    ]


def _differences(report: Report, source: Cells, tables: Tables) -> list[Difference]:
    """What the package says about the document otherwise than the review."""
    code, (name_zh, name_en) = report.district_code, report.district
    said = [
        ("sources", source["source_id"], source, c, getattr(report, c)) for c in ("title", "publisher", "published")
    ]
    for row in tables["coverage"]:
        if (row["source_id"], row["district_code"]) == (source["source_id"], code):
            key = f"{source['source_id']}/{code}"
            said.append(("coverage", key, row, "completeness", report.completeness))
    for row in tables["districts"]:
        if row["district_code"] == code:
            said += [("districts", code, row, "name_zh", name_zh), ("districts", code, row, "name_en", name_en)]
    return [Difference(name, key, c, row[c], cell) for name, key, row, c, cell in said if cell and cell != row[c]]


def _merge(package: Package, name: str, old: list[Cells], new: list[Cells]) -> tuple[list[Cells], int]:
    """Old and new rows by key; the old one stays, unless it left open what the new one tells."""
    key = package.resources[name].primary_key
    merged = {tuple(r[k] for k in key): r for r in old}
    number = 0
    for row in new:
        place = tuple(row[k] for k in key)
        before = merged.get(place)
        if before is None or _gives_way(name, before, row):
            merged[place] = row
            number += 1
    return list(merged.values()), number


def _gives_way(name: str, before: Cells, row: Cells) -> bool:
    """Whether a row was written for want of what is known now: an open ledger row, a source without its title, silence
    about a target since found."""
    if name == "figures":
        return is_open(before) and any(before[c] != cell for c, cell in row.items())
    if name == "sources":
        return any(not before[c] and cell for c, cell in row.items())
    return name == "targets" and before["comparator"] == "not_stated" != row["comparator"]


def _canonical(package: Package, name: str, rows: list[Cells], factors: dict[str, str]) -> tuple[Path, bytes]:
    resource = package.resources[name]
    out = io.StringIO()
    writer = csv.DictWriter(out, resource.columns, restval="", extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    formed = canonical_csv(out.getvalue().encode("utf-8"), resource, factors)
    if formed.refused:
        raise CannotTell(formed.refused[0], "mend the cell in the review")
    path = package.store.local(resource.path)
    if path is None:
        raise CannotTell(f"{resource.path} cannot be written", "give the folder of the package")
    return path, formed.data


def _keep_text(report: Report, source: Cells, package_path: Path) -> None:
    """Lay the text where validation finds it beside all others: in `sources/` of the package (git-ignored)."""
    root = package_path if package_path.is_dir() else package_path.parent
    target = root / "sources" / source["file"]
    target.parent.mkdir(exist_ok=True)
    if not target.exists() and target.resolve() != report.path.resolve():
        shutil.copyfile(report.path, target)
