"""Validation: the four layers in order, each on what the one before left meaningful."""

from __future__ import annotations

import time
from copy import copy, deepcopy
from dataclasses import dataclass, field, replace
from pathlib import Path

import narwhals as nw
import polars as pl

from planspec.beside import Beside
from planspec.findings import Collector, Finding
from planspec.package import Resource, open_package
from planspec.rules.catalogue import catalogue
from planspec.rules.causes import reduce_to_causes
from planspec.rules.cells import CellChecker
from planspec.rules.config import read_config
from planspec.rules.context import RECORDS, Context
from planspec.rules.contract import check_contract, check_kinds_of_columns
from planspec.rules.facts import check_keys
from planspec.rules.profiles import check_descriptor
from planspec.rules.source import Folders, find_text, load_texts
from planspec.rules.steps import READ, STEPS, UNREAD, in_order, may_share, may_thread, shared, threaded
from planspec.rules.totals import check_bytes, check_totals
from planspec.tables import read_tables

RECOUNT = ("T407", "T408")
"""Rules that read the numbers in the texts once more and ask for each whether the ledger covers it."""


@dataclass
class Report:
    """What a validation did: findings, exact counts, what each rule could judge, and what was skipped and why."""

    package: str
    version: str
    findings: list[Finding]
    counts: dict[str, int]
    rows: dict[str, int]
    skipped: dict[str, str]
    tables: dict[str, int]
    documents: list[str]
    missing_texts: list[str]
    facts: dict[str, int]
    seconds: float
    severities: dict[str, str] = field(default_factory=dict)
    lowered: list[dict[str, str]] = field(default_factory=list)

    def severity(self, rule: str) -> str:
        """Severity of a rule in this run: the catalogue's, unless the package's configuration lowers it."""
        return self.severities.get(rule) or catalogue()[rule].severity

    def count(self, severity: str) -> int:
        """Exact number of findings of a severity."""
        return sum(n for rule, n in self.counts.items() if self.severity(rule) == severity)

    @property
    def holds(self) -> bool:
        """Whether no rule of severity error was broken."""
        return self.count("error") == 0


@dataclass(frozen=True)
class Spark:
    """Where Spark runs the rules: a master's URL, and the address of the tables where the package does not hold them."""

    master: str = "local[*]"
    data: str = ""


def validate(
    path: Path,
    sources: Folders = None,
    limit: int = 1000,
    spark: Spark | None = None,
    beside: Beside | None = None,
    without: frozenset[str] = frozenset(),
) -> Report:
    """Validate the package at `path` through all layers.

    `sources`: folder or folders of the texts, or None to skip the source layer by name. `limit`: findings kept of each rule;
    counts stay exact. `spark`: run the rules there; findings then name the key and no line, and the source layer is
    skipped. `beside`: a process that does `planspec.rules.steps.take_share` of the same package and texts; the report is
    the same with and without. `without`: rules that are passed over, as if they found nothing. Raises `CannotTell` where the
    package, or Spark, cannot be had at all.
    """
    begun = time.perf_counter()
    context, lowered, whole = _begin(path, limit, spark, beside, without)
    if whole:
        load_texts(context, None if spark else sources)
        if beside and (context.collector.total or not may_share(context.package)):
            beside.stop()
            beside = None
        sound = not context.collector.total
        if not (sound and (shared(context, beside) if beside else may_thread(context) and threaded(context))):
            in_order(context, STEPS)
    return _report(context, sources, lowered, begun, spark)


def validate_twice(path: Path, sources: Folders, limit: int = 1000) -> tuple[Report, Report]:
    """What `validate` says of a package with the texts in `sources`, and without them, for little more than one of both.

    Both take the same steps up to the first that reads a text.
    """
    begun = time.perf_counter()
    context, lowered, whole = _begin(path, limit, None)
    if whole:
        in_order(context, UNREAD)
    bare = copy(context)
    bare.collector, bare.rows = deepcopy(context.collector), dict(context.rows)
    bare.skipped, bare.texts = dict(context.skipped), {}
    if whole:
        in_order(bare, READ)
        load_texts(context, sources)
        in_order(context, READ)
    return _report(context, sources, lowered, begun), _report(bare, None, lowered, begun)


def _begin(
    path: Path,
    limit: int,
    spark: Spark | None,
    beside: Beside | None = None,
    without: frozenset[str] = frozenset(),
) -> tuple[Context, list[dict[str, str]], bool]:
    """Read a package and judge its form: the context, the severities it lowers, and whether it has what rules read.

    As soon as anything is found the process `beside` is of no more use.
    """
    collector = Collector(limit, frozenset(r.id for r in catalogue().values() if r.harmless), without)
    package = open_package(path)
    for fault in package.faults:
        collector.add(fault)
    context = Context(package, {}, collector)
    _read(context, spark, beside)
    lowered = read_config(package.store)
    _count_files(context)
    if package.descriptor:
        check_contract(context)
        check_kinds_of_columns(context)
    check_totals(context)
    check_bytes(context)
    check_keys(context)
    lacks = any(f.rule == "S109" for f in collector.findings)
    if lacks:
        check_descriptor(package, collector)
        for rule in catalogue().values():
            if rule.layer in ("row", "package", "source"):
                context.skipped[rule.id] = "the package lacks what the rules read"
    return context, lowered, not lacks


def _report(
    context: Context,
    sources: Folders,
    lowered: list[dict[str, str]],
    begun: float,
    spark: Spark | None = None,
) -> Report:
    """The findings, reduced to their causes, and what else a validation tells."""
    collector, package = context.collector, context.package
    severities = {change["rule"]: change["severity"] for change in lowered}
    missing = _missing_texts(context, sources)
    _note_unread(context)
    # Counted before findings are reduced: a number without a row is missing whatever explains it.
    lost = sum(collector.counts[rule] for rule in RECOUNT)
    reduce_to_causes(context, severities)
    heights = {name: context.frames.height(name) for name in context.frames.resources}
    facts = _facts(context, lost)
    context.frames.release()
    return Report(
        package.name,
        package.version,
        sorted((_without_line(f) for f in collector.findings) if spark else collector.findings, key=lambda f: f.order),
        dict(collector.counts),
        context.rows,
        context.skipped,
        heights,
        sorted(context.texts),
        missing,
        facts,
        time.perf_counter() - begun,
        severities,
        lowered,
    )


def _read(context: Context, spark: Spark | None, beside: Beside | None = None) -> None:
    """Read every table once and judge its cells, on the engine asked for."""
    if spark is not None:
        from planspec.rules.spread import spread

        context.engine = spread(context, spark.master, spark.data)
        return
    checkers = {resource.name: CellChecker(context, resource) for resource in context.package}

    def look(resource: Resource, raw: pl.DataFrame, cast: pl.DataFrame) -> None:
        checkers[resource.name](raw, cast)
        if beside and context.collector.total:
            beside.stop()

    context.tables, faults = read_tables(context.package, look)
    for fault in faults:
        context.collector.add(fault)


def _without_line(finding: Finding) -> Finding:
    """A finding of an engine that knows no lines."""
    params = dict(finding.params)
    if "first" in params:
        params["first"] = "–"
    if finding.rule == "P317":
        params["other"] = str(params["other"]).rpartition(":")[0]
    return replace(finding, line=0, params=params)


def _count_files(context: Context) -> None:
    """How many files, and how many rows, the rules on the form of files looked at."""
    resources = list(context.package)
    schemas = sum(isinstance(r.meta.get("schema"), str) for r in resources)
    for rule in ("S101", "S102"):
        context.count(rule, 1 + schemas)
    context.count("S103", len(resources) + schemas)
    for rule in ("S104", "S105", "S106", "S107", "S121"):
        context.count(rule, len(resources))
    context.count("S108", sum(context.frames.height(name) for name in context.frames.resources))


def _note_unread(context: Context) -> None:
    """Rules that had nothing to judge because a resource they read could not be read are skipped, by name."""
    for rule in catalogue().values():
        absent = [n for n in rule.resources if n != "*" and not context.has(n)]
        if absent and not context.rows.get(rule.id):
            context.skipped.setdefault(rule.id, f"{', '.join(absent)} could not be read")


def _missing_texts(context: Context, sources: Folders) -> list[str]:
    """Names of source texts that were not at hand; the source rules are then skipped, by name."""
    if not context.has("sources"):
        return []
    names = [str(n) for n in context.frame("sources")["file"].drop_nulls()]
    missing = [n for n in names if find_text(sources, n) is None]
    if (missing or context.engine) and not context.texts:
        for rule in catalogue().values():
            if rule.layer == "source":
                context.skipped[rule.id] = "no source text at hand" if missing else "source texts are read on polars"
    return missing


def _facts(context: Context, lost: int) -> dict[str, int]:
    """What was proved, in numbers a person can picture; `lost`: numbers of the texts that no ledger row covers."""
    facts: dict[str, int] = {"explained": context.collector.explained}
    recounted = sum(context.rows.get(rule, 0) for rule in RECOUNT)
    if recounted:
        facts |= {"recounted": recounted, "covered": recounted - lost}
    frames = context.frames
    if context.has("figures"):
        figures = frames.table("figures")
        nameless = nw.all_horizontal(*(nw.col(f"{r}_id").is_null() for r in RECORDS), ignore_nulls=False)
        open_ = figures.filter(nw.col("role").is_in(list(RECORDS)) & nameless).select(nw.len().alias("n"))
        facts |= {"figures": context.figures, "open": frames.collect([open_])[0]["n"][0]}
    for name in ("targets", "results"):
        if name in context.proved:
            facts[name] = frames.collect(
                [frames.table(name).filter(nw.col("comparator") != "not_stated").select(nw.len().alias("n"))]
            )[0]["n"][0]
    facts["proved"] = sum(context.proved.get(name, 0) for name in ("targets", "results"))
    if context.has("coverage"):
        facts["districts"] = frames.collect([frames.table("coverage").select("district_code").unique()])[0].height
    return facts
