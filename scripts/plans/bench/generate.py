"""Packages of any size, in the package's own schemas, written as a stream; with faults of known kinds on request."""

from __future__ import annotations

import csv
import hashlib
import json
import random
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from pathlib import Path
from typing import Any, TextIO

from plans.bench.faults import KINDS, Expected, plant
from plans.bench.reports import INITIATIVES, PROJECTS, PUBLISHED, RESULTS, TARGETS, Report, Row, make_report
from plans.bench.words import Indicator, indicators, places
from planspec.canonical import plain
from planspec.errors import CannotTell
from planspec.package import DESCRIPTOR, Package, open_package

FIRST_YEAR, YEARS = 2006, 20
FAULTS = "faults.csv"
FAULT_COLUMNS = ("fault", "kind", "rule", "resource", "line", "key", "column", "effect")
MOST_FAULTS = 24
"""Faults a report can take without one hiding another."""
FEWEST = 3000
"""Rows of the smallest package in which every entry of the code lists is used."""
_FIGURES = 150
"""Ledger rows of a whole report, roughly; the last report is filled up to the number of rows asked for."""


@dataclass
class Written:
    """What was written: rows a resource, distinct phrases, faults planted and the findings they must cause."""

    rows: dict[str, int] = field(default_factory=dict)
    phrases: int = 0
    distinct: int = 0
    faults: int = 0
    findings: int = 0


@dataclass
class _Files:
    """Open CSV files of a package; `line` counts rows so that a fault can be given its line."""

    folder: Path
    package: Package
    streams: dict[str, TextIO] = field(default_factory=dict)
    writers: dict[str, Any] = field(default_factory=dict)
    lines: dict[str, int] = field(default_factory=dict)

    def open(self) -> None:
        for resource in self.package:
            path = self.folder / resource.path
            path.parent.mkdir(parents=True, exist_ok=True)
            stream = path.open("w", encoding="utf-8", newline="")
            self.streams[resource.name] = stream
            self.writers[resource.name] = csv.DictWriter(
                stream, resource.columns, restval="", lineterminator="\n", extrasaction="raise"
            )
            self.writers[resource.name].writeheader()
            self.lines[resource.name] = 1

    def write(self, name: str, row: Row) -> int:
        self.writers[name].writerow(row)
        self.lines[name] += 1
        return self.lines[name]

    def close(self) -> None:
        for stream in self.streams.values():
            stream.close()


def _districts(count: int) -> list[Row]:
    """Prefectures with up to 60 districts each, in the order of their codes."""
    rows: list[Row] = []
    names = iter(places())
    for n in range(-(-count // 60)):
        code = f"{11 + n // 90:02d}{1 + n % 90:02d}00"
        zh, en = next(names)
        rows.append({"district_code": code, "name_zh": f"{zh}市", "name_en": f"{en} City", "level": "prefecture"})
        for d in range(1, min(60, count - n * 60) + 1):
            zh, en = next(names)
            rows.append(
                {
                    "district_code": f"{code[:4]}{d:02d}",
                    "name_zh": f"{zh}区",
                    "name_en": f"{en} District",
                    "level": "district",
                    "parent_code": code,
                }
            )
    return rows


def _copy_schemas(package: Package, out: Path, width: int) -> None:
    """Copy descriptor and schemas; only the number of digits of a document's key is widened where it must be."""
    descriptor = dict(package.descriptor)
    descriptor |= {
        "name": f"{package.name}-bench",
        "title": "Made-up reports for measuring",
        "description": "Made-up reports in the schemas of the package, for measuring. No figure in it is real.",
    }
    descriptor["resources"] = [{k: v for k, v in r.items() if k != "rows"} for r in descriptor["resources"]]
    (out / DESCRIPTOR).write_text(json.dumps(descriptor, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    for resource in package:
        schema = json.loads(json.dumps(resource.schema))
        for column in schema["fields"]:
            pattern = column.get("constraints", {}).get("pattern")
            if column["name"] == "source_id" and pattern and not re.fullmatch(pattern, "0" * width):
                column["constraints"]["pattern"] = f"^[0-9]{{{width}}}$"
        name = resource.meta.get("schema")
        if not isinstance(name, str):
            raise CannotTell(
                f"the schema of {resource.name} stands inside the descriptor", "put it into a file of its own"
            )
        path = out / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(schema, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")


def _units(package: Package, used: set[str]) -> list[Row]:
    """Rows of the package's own units.csv that made-up reports use, with their base units."""
    path = package.resources["units"].path if "units" in package.resources else ""
    if not path or not package.store.exists(path):
        raise CannotTell("the package has no units", "give a package with --package")
    rows = {r["unit_id"]: r for r in csv.DictReader(package.store.read(path).decode("utf-8").splitlines())}
    missing = used - set(rows)
    if missing:
        raise CannotTell(f"units.csv lacks {', '.join(sorted(missing))}", "give a package whose units.csv has them")
    closed = used | {rows[u]["base_unit_id"] for u in used}
    return [rows[u] for u in sorted(closed)]


def _round(bound: Decimal, *, up: bool) -> str:
    """A bound with one digit that counts."""
    step = Decimal(1).scaleb(bound.adjusted())
    return plain(bound.quantize(step, ROUND_CEILING if up else ROUND_FLOOR))


def _indicator_row(indicator: Indicator, factor: str) -> Row:
    usual = indicator.usual * Decimal(factor)
    low, high = {"growth_rate": ("-0.2", "0.2"), "share": ("0.4", "1")}.get(
        indicator.measure,
        (_round(usual / 5, up=False), _round(usual * (40 if indicator.dimension == "currency" else 4), up=True)),
    )
    return {
        "indicator_id": indicator.id,
        "name_zh": indicator.name_zh,
        "name_en": indicator.name_en,
        "labels_zh": indicator.label,
        "measure": indicator.measure,
        "dimension": indicator.dimension,
        "theme": indicator.theme,
        "core": "true" if indicator.core else "false",
        "definition": f"{indicator.name_en}, as the report of the year counts it.",
        "definition_zh": f"{indicator.name_zh}，按当年报告的口径。",
        "min": low,
        "max": high,
    }


def _source_row(source: str, report: Report) -> Row:
    return {
        "source_id": source,
        "file": f"{source}_{report.district}_{report.year}.txt",
        "sha256": hashlib.sha256(f"{source}/{report.district}/{report.year}".encode()).hexdigest(),
        "characters": str(report.characters),
        "title": f"{report.year}年工作报告",
        "publisher": "",
        "published": "-".join((str(report.year), *PUBLISHED)),
    }


def _reports(
    count: int,
    width: int,
    seed: int,
    factors: dict[str, str],
    known: tuple[Indicator, ...],
    districts: list[Row],
    size: float,
) -> Iterator[Report]:
    speaking = [d for d in districts if d["level"] != "prefecture"]
    years = -(-count // len(speaking))
    for n in range(count):
        district, year = speaking[n // years], FIRST_YEAR + n % years
        home = district["name_zh"][:-1], district["name_en"].rsplit(" ", 1)[0]
        yield make_report(
            f"{n:0{width}d}", district["district_code"], year, n % 5 == 0, seed, factors, known, home, size
        )


def _fill(report: Report, rows: int) -> None:
    """Bring the last report to exactly the rows that are left, by context figures at its end."""
    at = report.characters
    for _ in range(rows):
        at += 20
        report.rows["figures"].append(
            {
                "source_id": report.source,
                "start": str(at),
                "end": str(at + 4),
                "part": "1",
                "printed": str(report.year),
                "role": "context",
                "reason": "date",
            }
        )
    report.characters = at + 10


def generate(rows: int, faults: int, seed: int, out: Path, package_path: Path) -> Written:
    """Write a valid package of `rows` rows (all resources together, within ten) to `out`, with `faults` planted faults.

    Deterministic: the same arguments give the same bytes. Streams: memory holds one report at a time and the phrases'
    hashes. Raises `CannotTell` where `out` is not empty, or where so many rows or faults cannot be made.
    """
    package = open_package(package_path)
    if not package.resources:
        raise CannotTell(f"{package_path} has no readable descriptor", "give a package with --package")
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise CannotTell(f"{out} is there and no empty folder", "give a new folder with --out")
    known = indicators()
    units = _units(package, {i.unit for i in known} | {"cny-100m"})
    factors = {u["unit_id"]: u["factor"] for u in units}
    whole = TARGETS + RESULTS + PROJECTS + INITIATIVES + _FIGURES + 2
    count = max(5, rows // whole)
    fixed = len(known) + len(units)
    speaking = -(-count // YEARS) if count > 40 else -(-count // 2)
    districts = _districts(speaking)
    size = min(1.0, max(0.02, (rows - fixed - len(districts)) / (count * whole)) * 0.97)
    if rows < FEWEST:
        raise CannotTell(f"{rows} rows are too few for every code to be used", f"ask for {FEWEST} or more")
    if faults > count * MOST_FAULTS:
        raise CannotTell(f"{faults} faults do not fit into {count} reports", f"ask for {count * MOST_FAULTS} at most")
    width = max(3, len(str(count - 1)))
    written = Written()
    lists = [
        ("units", units),
        ("districts", districts),
        ("indicators", [_indicator_row(i, factors[i.unit]) for i in known]),
    ]
    part = out.with_name(f".{out.name}.part")
    shutil.rmtree(part, ignore_errors=True)
    files = _Files(part, package)
    try:
        part.mkdir(parents=True)
        _copy_schemas(package, part, width)
        files.open()
        reports = _reports(count, width, seed, factors, known, districts, size)
        _write_all(files, reports, count, rows, faults, seed, lists, written)
        files.close()
        part.replace(out)
    except OSError as error:
        raise CannotTell(f"{out} cannot be written: {error.strerror}", "give another folder with --out") from error
    finally:
        files.close()
        shutil.rmtree(part, ignore_errors=True)
    written.rows = {name: line - 1 for name, line in files.lines.items()}
    return written


def _write_all(
    files: _Files,
    reports: Iterator[Report],
    count: int,
    rows: int,
    faults: int,
    seed: int,
    lists: list[tuple[str, list[Row]]],
    written: Written,
) -> None:
    total = 0
    for name, entries in lists:
        for row in entries:
            files.write(name, row)
            total += 1
    fixed = total
    seen: set[int] = set()
    with (files.folder / FAULTS).open("w", encoding="utf-8", newline="") as stream:
        table = csv.writer(stream, lineterminator="\n")
        table.writerow(FAULT_COLUMNS)
        for n, report in enumerate(reports):
            first, last = n * faults // count, (n + 1) * faults // count
            share = fixed + (rows - fixed) * (n + 1) // count
            _fill(report, share - total - 2 - sum(map(len, report.rows.values())) - _added(first, last))
            expected = plant(report, list(range(first, last)), random.Random(f"faults/{seed}/{n}"))
            total += _write_report(files, report, expected, table, written, seen)
    written.distinct = len(seen)


def _added(first: int, last: int) -> int:
    """Rows that the faults of one report add to it."""
    return sum(KINDS[n % len(KINDS)].adds for n in range(first, last))


def _write_report(
    files: _Files, report: Report, expected: list[Expected], table: Any, written: Written, seen: set[int]
) -> int:
    places: dict[int, int] = {}
    written_rows = 0
    files.write("sources", _source_row(report.source, report))
    spoken = {
        "source_id": report.source,
        "district_code": report.district,
        "completeness": "full" if report.full else "digest",
    }
    if report.headline[1]:
        spoken |= {"headline_start": str(report.headline[0]), "headline_end": str(report.headline[1])}
    files.write("coverage", spoken)
    for name, rows in report.rows.items():
        for row in rows:
            places[id(row)] = files.write(name, row)
            written_rows += 1
            if name in ("targets", "results") and row.get("stated"):
                written.phrases += 1
                seen.add(hash(row["stated"]))
    for finding in expected:
        table.writerow(
            (
                finding.fault,
                finding.kind,
                finding.rule,
                finding.resource,
                places[id(finding.row)],
                finding.key,
                finding.column,
                "true" if finding.effect else "false",
            )
        )
    written.faults += len({f.fault for f in expected})
    written.findings += sum(not f.effect for f in expected)
    return written_rows + 2
