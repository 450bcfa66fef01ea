"""What the pages show: the package's rows with what belongs to each of them joined on."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from planspec.errors import CannotTell
from planspec.findings import Collector
from planspec.package import Package, open_package
from planspec.rules.context import RECORDS, Context
from planspec.rules.enrich import enriched
from planspec.tables import LINE, Table, read_tables

NUMERIC = ("eq", "ge", "gt", "le", "lt", "approx", "range")
KINDS = tuple(RECORDS)
"""Kinds of record in the order in which pages list them: target, result, project, initiative."""


@dataclass(frozen=True)
class Record:
    """One row of targets, results, projects or initiatives."""

    kind: str
    key: str
    row: dict[str, Any] = field(hash=False, compare=False)

    @property
    def path(self) -> str:
        """Path of its page, relative to a language's root."""
        return f"{RECORDS[self.kind]}/{self.key}.html"

    @property
    def district(self) -> str:
        return str(self.row["district_code"])

    def __getitem__(self, column: str) -> Any:
        return self.row.get(column)


@dataclass
class Model:
    """A package opened for showing. Rows are plain dicts in the order of their files."""

    root: Path
    package: Package
    tables: dict[str, Table]

    def rows(self, name: str) -> list[dict[str, Any]]:
        return list(self.tables[name].frame.drop(LINE).iter_rows(named=True))

    @cached_property
    def districts(self) -> dict[str, dict[str, Any]]:
        return {d["district_code"]: d for d in self.rows("districts")}

    @cached_property
    def covered(self) -> list[str]:
        """Codes of the districts that some document speaks for, in the order of districts.csv."""
        told = {c["district_code"] for c in self.coverage}
        return [code for code in self.districts if code in told]

    @cached_property
    def coverage(self) -> list[dict[str, Any]]:
        return self.rows("coverage")

    @cached_property
    def sources(self) -> dict[str, dict[str, Any]]:
        return {s["source_id"]: s for s in self.rows("sources")}

    @cached_property
    def units(self) -> dict[str, dict[str, Any]]:
        return {u["unit_id"]: u for u in self.rows("units")}

    @cached_property
    def indicators(self) -> dict[str, dict[str, Any]]:
        return {i["indicator_id"]: i for i in self.rows("indicators")}

    @cached_property
    def records(self) -> dict[tuple[str, str], Record]:
        """Every record by kind and key; a key with characters that no address may hold is refused."""
        found: dict[tuple[str, str], Record] = {}
        context = Context(self.package, self.tables, Collector())
        for kind, name in RECORDS.items():
            key = self.tables[name].resource.primary_key[0]
            for row in enriched(context, name).iter_rows(named=True):
                if not all(c.isascii() and (c.isalnum() or c == "-") for c in row[key] or "/"):
                    raise CannotTell(f"{name}: the key {row[key]!r} cannot be part of an address", "run plans validate")
                found[(kind, row[key])] = Record(kind, row[key], row)
        return found

    @cached_property
    def _ledger(self) -> dict[tuple[str, str], list[dict[str, Any]]]:
        found: dict[tuple[str, str], list[dict[str, Any]]] = defaultdict(list)
        for row in self.rows("figures"):
            if row["role"] in RECORDS and row[f"{row['role']}_id"]:
                found[(row["role"], row[f"{row['role']}_id"])].append(row)
        return found

    @cached_property
    def numbers(self) -> list[dict[str, Any]]:
        """Every row of the ledger."""
        return self.rows("figures")

    @cached_property
    def misprints(self) -> list[dict[str, Any]]:
        """Every row of errata."""
        return self.rows("errata")

    def of(self, kind: str, district: str = "", indicator: str = "") -> list[Record]:
        """Records of a kind, of one district and one indicator where given."""
        return [
            r
            for r in self._by_kind[kind]
            if (not district or r.district == district) and (not indicator or r["indicator_id"] == indicator)
        ]

    def count(self, kind: str, district: str = "") -> int:
        """How many records of a kind say something: a target that is not stated is the absence of one."""
        return sum(1 for r in self.of(kind, district) if r["comparator"] != "not_stated")

    @cached_property
    def mixed(self) -> set[str]:
        """Kinds whose records belong to more than one year, so that a list of them has to say which."""
        return {kind for kind, records in self._by_kind.items() if len({r["year"] for r in records}) > 1}

    @cached_property
    def _by_kind(self) -> dict[str, list[Record]]:
        return {kind: [r for (k, _), r in self.records.items() if k == kind] for kind in KINDS}

    def figures(self, record: Record) -> list[dict[str, Any]]:
        """Ledger rows that point to a record: in its own phrase, and where a document repeats it."""
        return self._ledger.get((record.kind, record.key), [])

    def elsewhere(self, record: Record) -> list[dict[str, Any]]:
        """Ledger rows of a record outside its own phrase."""
        start, end = record["start"], record["end"]
        return [
            f
            for f in self.figures(record)
            if f["source_id"] != record["source_id"] or start is None or not start <= f["start"] < end
        ]

    def errata(self, record: Record) -> list[dict[str, Any]]:
        """Misprints that overlap the record's phrase, its cue or one of its figures."""
        spans = [
            (record["source_id"], record["start"], record["end"]),
            (record["source_id"], record["cue_start"], record["cue_end"]),
        ]
        spans += [(f["source_id"], f["start"], f["end"]) for f in self.figures(record)]
        return [
            e
            for e in self.misprints
            if any(
                s == e["source_id"] and a is not None and b is not None and a < e["end"] and e["start"] < b
                for s, a, b in spans
            )
        ]

    def theme(self, record: Record) -> str:
        """Subject field: an initiative's own, else the indicator's; a project has a category instead."""
        if record.kind == "initiative":
            return str(record["theme"])
        return str(self.indicators.get(record["indicator_id"], {}).get("theme", ""))

    def outcome(self, district: str, indicator: str, year: int, scope: str | None = None) -> Record | None:
        """What a district reports for an indicator and a year, in the scope asked for (Chinese; None: the whole).

        For a core indicator of the whole district, a figure of narrower scope is taken where there is no other; the
        caller shows its scope. Elsewhere a part is no answer about the whole.
        """
        core = not scope and self.indicators[indicator]["core"]
        found = [
            r
            for r in self._results.get((district, indicator), [])
            if r["year"] == year and (r["scope_zh"] == scope or (core and r["comparator"] in NUMERIC))
        ]
        found.sort(key=lambda r: (r["scope_zh"] != scope, r["value"] is None, r["period"] or "", r.key))
        return found[0] if found else None

    def last_year(self, target: Record) -> Record | None:
        """The outcome reported for the year before a target's, of the same district, indicator and scope."""
        return self.outcome(target.district, target["indicator_id"], target["year"] - 1, target["scope_zh"])

    @cached_property
    def year(self) -> int:
        """The latest plan year."""
        return max((r["year"] for r in self.of("target")), default=0)

    def plan_year(self, district: str) -> int:
        """The latest plan year of one district."""
        return max((r["year"] for r in self.of("target", district)), default=self.year)

    @cached_property
    def _results(self) -> dict[tuple[str, str], list[Record]]:
        found: dict[tuple[str, str], list[Record]] = defaultdict(list)
        for record in self.of("result"):
            found[(record.district, record["indicator_id"])].append(record)
        return found

    @cached_property
    def _belonging(self) -> dict[tuple[str, str, str], list[Record]]:
        found: dict[tuple[str, str, str], list[Record]] = defaultdict(list)
        for record in self.records.values():
            for column, kind in (
                ("project_id", "project"),
                ("initiative_id", "initiative"),
                ("portfolio_id", "portfolio"),
            ):
                if record[column] and record[column] != record.key:
                    found[(kind, record[column], record.kind)].append(record)
        return found

    def parts(self, record: Record, kind: str) -> list[Record]:
        """Targets or results (`kind`) that belong to a project or an initiative."""
        return self._belonging.get((record.kind, record.key, kind), [])

    def members(self, record: Record) -> list[Record]:
        """Projects of a portfolio."""
        return self._belonging.get(("portfolio", record.key, "project"), [])

    def documents(self, district: str) -> list[dict[str, Any]]:
        """Documents that speak for a district: source columns with `completeness`."""
        return [{**self.sources[c["source_id"]], **c} for c in self.coverage if c["district_code"] == district]

    def has_full_report(self, district: str) -> bool:
        """Whether a document at hand is the district's whole report, so that silence says something."""
        return any(c["completeness"] == "full" for c in self.documents(district))


def open_model(path: Path) -> Model:
    """Open the package at `path` for showing.

    Raises `CannotTell` where a resource that the pages need cannot be read.
    """
    package = open_package(path)
    tables, _ = read_tables(package)
    needed = [*RECORDS.values(), "figures", "indicators", "units", "districts", "sources", "coverage", "errata"]
    absent = [name for name in needed if name not in tables]
    if absent:
        raise CannotTell(f"the package lacks {', '.join(absent)}", "run plans validate to see what is wrong with it")
    return Model(path if path.is_dir() else path.parent, package, tables)
