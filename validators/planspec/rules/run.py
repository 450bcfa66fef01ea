"""Validation: the four layers in order, each on what the one before left meaningful."""

from __future__ import annotations

import re
import time
from copy import copy, deepcopy
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

import narwhals as nw
import polars as pl

from planspec.beside import Beside
from planspec.errors import CannotTell
from planspec.findings import Collector, Finding
from planspec.package import DESCRIPTOR, open_package
from planspec.rules.catalogue import LAYERS, Rule, catalogue
from planspec.rules.causes import reduce_to_causes
from planspec.rules.cells import CellChecker
from planspec.rules.config import read_config
from planspec.rules.context import RECORDS, Context
from planspec.rules.enrich import NEEDS, enrich
from planspec.rules.facts import check_keys
from planspec.rules.profiles import check_descriptor
from planspec.rules.rows import ROW_RULES, RowRule
from planspec.rules.source import check_sources, load_texts
from planspec.rules.spans import check_spans
from planspec.rules.tables import check_package
from planspec.rules.totals import check_totals
from planspec.tables import LINE, read_tables

if TYPE_CHECKING:
    from planspec.rules.half import Thread


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


def find_sources(package: Path, given: Path | None, environment: str | None) -> Path | None:
    """Folder of the source texts: the one given, `PLANS_SOURCES`, `sources/`, `../shared/sources/`; None where none is."""
    if given is not None:
        if not given.is_dir():
            raise CannotTell(
                f"{given} is no folder of source texts", "give the folder that holds the files named in sources.csv"
            )
        return given
    root = package if package.is_dir() else package.parent
    for folder in (Path(environment) if environment else None, root / "sources", root / ".." / "shared" / "sources"):
        if folder is not None and folder.is_dir():
            return folder
    return None


def _check_contract(context: Context) -> None:
    """S109: resources and columns that the rules read must be there, or the rules would pass by looking away.

    A resource that is listed but could not be made out has its finding from opening the package. A column is missed
    once, in the resource of the rule that reads the fewest.
    """
    resources = context.package.resources
    for rule in sorted(catalogue().values(), key=lambda r: len(r.resources)):
        absent = [n for n in rule.resources if n != "*" and n not in resources]
        context.count("S109", len(rule.resources))
        for name in absent:
            if name not in _reported(context) and not context.package.faults:
                context.collector.add(Finding("S109", name, DESCRIPTOR, params={"what": name}))
        for column in rule.columns if not absent else ():
            known = column.startswith("_") or any(column in resources[n].columns for n in rule.resources if n != "*")
            if not known and not any(what.endswith(f".{column}") for what in _reported(context)):
                _report_missing(context, rule.resources[0], column)


KINDS = {
    "number": "value value_max value_base stretch_value investment_value investment_base size_value min max factor",
    "integer": "year start end cue_start cue_end count part characters headline_start headline_end",
    "boolean": "hedged headline stretch estimated cumulative core",
    "date": "published",
}
"""Columns that rules compute with, by the type they need; all others are text."""


def _check_kinds(context: Context) -> None:
    """S109, for types: a column of another type than the rules compute with."""
    needed = {column: kind for kind, columns in KINDS.items() for column in columns.split()}
    read = {(n, c) for rule in catalogue().values() for n in rule.resources for c in rule.columns}
    for resource in context.package:
        for column in resource.fields:
            kind = needed.get(column.name, "string")
            if (resource.name, column.name) in read and column.type != kind:
                _report_missing(context, resource.name, column.name)


def _report_missing(context: Context, name: str, column: str) -> None:
    if f"{name}.{column}" not in _reported(context):
        file = (
            str(context.package.resources[name].meta.get("schema", DESCRIPTOR))
            if name in context.package.resources
            else DESCRIPTOR
        )
        context.collector.add(Finding("S109", name, file, column=column, params={"what": f"{name}.{column}"}))


_COLUMN = re.compile(r"[\"'](_?[a-z][a-z0-9_]*)[\"']|unable to find column \"?(\w+)")


def _missing_column(context: Context, name: str, error: Exception) -> None:
    """A rule met a column that its resource lacks: that is a fault of the schema, not of the tool."""
    match = _COLUMN.search(str(error))
    column = next((g for g in match.groups() if g), "?") if match else "?"
    owner = next(
        (
            n
            for n in (name, *NEEDS.get(name, ()))
            if n in context.package.resources and column not in context.package.resources[n].columns
        ),
        name,
    )
    _report_missing(context, owner, column)


def _reported(context: Context) -> set[str]:
    return {str(f.params.get("what")) for f in context.collector.findings if f.rule == "S109"}


def _run_rows(context: Context) -> None:
    """The row layer, resource by resource, on rows that no error of structure has spoiled."""
    from narwhals.exceptions import ColumnNotFoundError

    by_resource: dict[str, list[RowRule]] = {}
    for rule in ROW_RULES:
        for name in rule.resources:
            by_resource.setdefault(name, []).append(rule)
    for name, rules in by_resource.items():
        absent = [n for n in (name, *NEEDS.get(name, ())) if not context.has(n)]
        if absent:
            for rule in rules:
                context.skipped.setdefault(rule.rule, f"{', '.join(absent)} could not be read")
            continue
        try:
            _judge_rows(context, name, rules)
        except (pl.exceptions.ColumnNotFoundError, ColumnNotFoundError) as error:
            _missing_column(context, name, error)


def _judge_rows(context: Context, name: str, rules: list[RowRule]) -> None:
    from planspec.rules.engine import judge

    frames, rows = context.frames, context.frames.table(name)
    spoiled = context.collector.spoiled_lines(name)
    if spoiled:
        lines = pl.DataFrame({LINE: sorted(spoiled)}, schema={LINE: pl.Int64})
        rows = rows.join(frames.local(lines), on=LINE, how="anti")
    judged = judge(frames, name, enrich(frames, name, rows), rules)
    context.proved[name] = judged.proved
    for rule in rules:
        context.count(rule.rule, judged.rows[rule.rule])
        if rule.rule in judged.failing:
            context.report_rows(rule.rule, name, judged.failing[rule.rule], rule.column, catalogue()[rule.rule].columns)


@dataclass(frozen=True)
class Spark:
    """Where Spark runs the rules: a master's URL, and the address of the tables where the package does not hold them."""

    master: str = "local[*]"
    data: str = ""


def validate(
    path: Path,
    sources: Path | None = None,
    limit: int = 1000,
    spark: Spark | None = None,
    beside: Beside | None = None,
) -> Report:
    """Validate the package at `path` through all layers.

    `sources`: folder of the texts, or None to skip the source layer by name. `limit`: findings kept of each rule;
    counts stay exact. `spark`: run the rules there; findings then name the key and no line, and the source layer is
    skipped. `beside`: a process that works out `planspec.rules.half.take_half` of the same package; the report is the same
    with and without. Raises `CannotTell` where the package, or Spark, cannot be had at all.
    """
    begun = time.perf_counter()
    context, lowered, whole = _begin(path, limit, spark)
    if whole:
        half = None if spark else _half(context, beside)
        _run_rows(context)
        if not (half and _in_halves(context, sources, half)):
            _run_words(context)
            _check_texts(context, None if spark else sources)
    return _report(context, sources, lowered, begun, spark)


def validate_twice(path: Path, sources: Path | None, limit: int = 1000) -> tuple[Report, Report]:
    """What `validate` says of a package with the texts in `sources`, and without them, for little more than one of both.

    Both take the same steps up to the first that reads a text.
    """
    begun = time.perf_counter()
    context, lowered, whole = _begin(path, limit, None)
    if whole:
        _run_rows(context)
        _run_words(context)
    bare = copy(context)
    bare.collector, bare.rows = deepcopy(context.collector), dict(context.rows)
    bare.skipped, bare.texts = dict(context.skipped), {}
    if whole:
        _check_texts(bare, None)
        _check_texts(context, sources)
    return _report(context, sources, lowered, begun), _report(bare, None, lowered, begun)


def _begin(path: Path, limit: int, spark: Spark | None) -> tuple[Context, list[dict[str, str]], bool]:
    """Read a package and judge its form: the context, the severities it lowers, and whether it has what rules read."""
    collector = Collector(limit, frozenset(r.id for r in catalogue().values() if r.harmless))
    package = open_package(path)
    for fault in package.faults:
        collector.add(fault)
    context = Context(package, {}, collector)
    _read(context, spark)
    lowered = read_config(package.store)
    _count_files(context)
    if package.descriptor:
        _check_contract(context)
        _check_kinds(context)
    check_totals(context)
    for name in context.frames.resources:
        check_keys(context, name)
    lacks = any(f.rule == "S109" for f in collector.findings)
    if lacks:
        check_descriptor(package, collector)
        for rule in catalogue().values():
            if rule.layer in ("row", "package", "source"):
                context.skipped[rule.id] = "the package lacks what the rules read"
    return context, lowered, not lacks


def _report(
    context: Context,
    sources: Path | None,
    lowered: list[dict[str, str]],
    begun: float,
    spark: Spark | None = None,
) -> Report:
    """The findings, reduced to their causes, and what else a validation tells."""
    collector, package = context.collector, context.package
    severities = {change["rule"]: change["severity"] for change in lowered}
    missing = _missing_texts(context, sources)
    _note_unread(context)
    reduce_to_causes(context, severities)
    heights = {name: context.frames.height(name) for name in context.frames.resources}
    facts = _facts(context)
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


def _run_words(context: Context) -> None:
    """What follows the row layer's expressions, in order: each step passes over rows that earlier ones found wanting."""
    from planspec.rules.half import check_quoted, check_words

    check_descriptor(context.package, context.collector)
    check_words(context)
    check_package(context)
    check_quoted(context)


def _half(context: Context, beside: Beside | None) -> Beside | Thread | None:
    """Who takes the other half, where nothing was found so far: a process, of a large package a thread."""
    from planspec.rules import half

    if context.collector.total:
        return None
    if half.may_halve(context.package):
        return beside
    rows = sum(context.frames.height(name) for name in context.frames.resources)
    return half.Thread(context) if rows >= half.MANY else None


def _in_halves(context: Context, sources: Path | None, half_: Beside | Thread) -> bool:
    """The same steps shared with another half; False where they must run in order, nothing having been kept."""
    from planspec.rules.half import Thread

    if context.collector.total:
        half_.stop()
        return False
    first, rows, skipped = context.collector, dict(context.rows), dict(context.skipped)
    context.collector = Collector(first.limit, first.harmless)
    if not isinstance(half_, Thread):
        check_package(context)
    _check_texts(context, sources)
    half = half_.answer() if not context.collector.total else None
    if half:
        for rule, number in half["rows"].items():
            context.count(rule, number)
        for rule, why in half["skipped"].items():
            context.skipped.setdefault(rule, why)
        return True
    half_.stop()
    context.collector, context.rows, context.skipped, context.texts = first, rows, skipped, {}
    return False


def _check_texts(context: Context, sources: Path | None) -> None:
    load_texts(context, sources)
    check_spans(context)
    if context.texts:
        check_sources(context)


def _read(context: Context, spark: Spark | None) -> None:
    """Read every table once and judge its cells, on the engine asked for."""
    if spark is not None:
        from planspec.rules.spread import spread

        context.engine = spread(context, spark.master, spark.data)
        return
    checkers = {resource.name: CellChecker(context, resource) for resource in context.package}
    context.tables, faults = read_tables(
        context.package, lambda resource, raw, cast: checkers[resource.name](raw, cast)
    )
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


def _missing_texts(context: Context, sources: Path | None) -> list[str]:
    """Names of source texts that were not at hand; the source rules are then skipped, by name."""
    if not context.has("sources"):
        return []
    names = [str(n) for n in context.frame("sources")["file"].drop_nulls()]
    missing = [n for n in names if sources is None or not (sources / n).is_file()]
    if (missing or context.engine) and not context.texts:
        for rule in catalogue().values():
            if rule.layer == "source":
                context.skipped[rule.id] = "no source text at hand" if missing else "source texts are read on polars"
    return missing


def _facts(context: Context) -> dict[str, int]:
    """What was proved, in numbers a person can picture."""
    facts: dict[str, int] = {"explained": context.collector.explained}
    frames = context.frames
    if context.has("figures"):
        figures = frames.table("figures")
        nameless = nw.all_horizontal(*(nw.col(f"{r}_id").is_null() for r in RECORDS), ignore_nulls=False)
        places, open_ = frames.collect(
            [
                figures.select("source_id", "start").unique().select(nw.len().alias("n")),
                figures.filter(nw.col("role").is_in(list(RECORDS)) & nameless).select(nw.len().alias("n")),
            ]
        )
        facts |= {"figures": places["n"][0], "open": open_["n"][0]}
    for name in ("targets", "results"):
        if name in context.proved:
            facts[name] = frames.collect(
                [frames.table(name).filter(nw.col("comparator") != "not_stated").select(nw.len().alias("n"))]
            )[0]["n"][0]
    facts["proved"] = sum(context.proved.get(name, 0) for name in ("targets", "results"))
    if context.has("coverage"):
        facts["districts"] = frames.collect([frames.table("coverage").select("district_code").unique()])[0].height
    return facts


def rules_by_layer() -> dict[str, list[Rule]]:
    """The catalogue, layer by layer."""
    return {layer: [r for r in catalogue().values() if r.layer == layer] for layer in LAYERS}
