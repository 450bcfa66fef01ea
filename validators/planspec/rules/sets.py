"""Package layer, sets that must be whole: portfolios, headline targets, core indicators, code lists and their labels."""

from __future__ import annotations

from typing import Any

import narwhals as nw
import polars as pl

from planspec.rules.context import OBSERVATIONS, Context
from planspec.rules.enrich import code_list
from planspec.tables import LINE

c = nw.col
Lazy = nw.LazyFrame[Any]


def check_portfolios(context: Context) -> None:
    """P320: a portfolio smaller than its members. P321: a member of what is no portfolio."""
    if not context.has("projects"):
        return
    frames = context.frames
    context.count("P321", frames.given("projects", "portfolio_id"))
    projects = frames.table("projects")
    parents = projects.select(
        c("project_id").alias("portfolio_id"),
        c(LINE).alias("_portfolio"),
        c("kind").alias("_kind"),
        c("count").alias("_count"),
        c("investment_base").alias("_base"),
        c("investment_comparator").alias("_comparator"),
    )
    members = frames.keep(
        projects.filter(~c("portfolio_id").is_null())
        .select(LINE, "project_id", "portfolio_id", "investment_base")
        .join(parents, on="portfolio_id", how="inner")
    )
    groups = members.group_by("_portfolio", "portfolio_id", "_count", "_base", "_comparator").agg(
        nw.len().alias("_members"), c("investment_base").sum().alias("_total")
    )
    strays, held = frames.collect(
        [members.filter(c("_kind") != "portfolio").select(LINE, "project_id", "portfolio_id"), groups]
    )
    context.count("P320", held.height)
    for row in strays.sort(LINE).iter_rows(named=True):
        context.report("P321", "projects", row[LINE], "portfolio_id", row["project_id"], cell=row["portfolio_id"])
    for row in held.sort("_portfolio").iter_rows(named=True):
        place = row["_portfolio"], row["portfolio_id"]
        if row["_count"] is not None and row["_members"] > row["_count"]:
            context.report(
                "P320",
                "projects",
                place[0],
                "count",
                place[1],
                value=row["_count"],
                members=row["_members"],
                what="count",
            )
        # The sum of doubles depends on the order of its terms; engines add in different orders.
        if (
            row["_base"] is not None
            and row["_comparator"] in ("eq", "le", "lt")
            and row["_total"] > row["_base"] * (1 + 1e-12)
        ):
            context.report(
                "P320",
                "projects",
                place[0],
                "investment_value",
                place[1],
                value=row["_base"],
                members=row["_total"],
                what="investment",
            )


def check_headline(context: Context) -> None:
    """P330: headline set not its span. P331, P332: core indicators and `not_stated`.

    What a document says of a district that coverage.csv does not list (P306), or with half a span (R290), is left out.
    """
    if not context.has("targets", "coverage", "indicators"):
        return
    frames = context.frames
    context.count("P330", frames.height("targets"))
    start, end = c("headline_start"), c("headline_end")
    coverage = frames.table("coverage")
    whole = (start < end).fill_null(value=False)
    spans = coverage.filter(whole | (start.is_null() & end.is_null())).select(
        "source_id", "district_code", start.fill_null(0).alias("_from"), end.fill_null(0).alias("_to")
    )
    placed = (
        frames.table("targets")
        .filter(~c("start").is_null() & ~c("headline").is_null())
        .join(spans, on=["source_id", "district_code"], how="inner")
    )
    inside = (c("start") >= c("_from")) & (c("end").fill_null(0) <= c("_to"))
    astray = placed.filter(inside != c("headline")).select(LINE, "target_id", "headline", "_from", "_to")
    for row in frames.collect([astray])[0].sort(LINE).iter_rows(named=True):
        context.report(
            "P330",
            "targets",
            row[LINE],
            "headline",
            row["target_id"],
            cell="true" if row["headline"] else "false",
            start=row["_from"],
            end=row["_to"],
        )
    _check_core(context)


def _plan_years(context: Context) -> pl.DataFrame:
    """Full documents with the year they plan for: the year of most targets that they state. `source_id`, `district_code`, `year`."""
    frames = context.frames
    full = frames.table("coverage").filter(c("completeness") == "full").select("source_id", "district_code").unique()
    years = (
        frames.table("targets")
        .join(full, on=["source_id", "district_code"], how="semi")
        .group_by("source_id", "district_code", "year")
        .agg(nw.len().alias("_targets"))
    )
    documents, counted = frames.collect([full, years])
    most = counted.sort("_targets", "year", descending=[True, False]).unique(
        ["source_id", "district_code"], keep="first", maintain_order=True
    )
    return documents.join(most.drop("_targets"), on=["source_id", "district_code"], how="left").sort(
        "district_code", "source_id"
    )


def _check_core(context: Context) -> None:
    """P331, P332: in the year a full document plans for, each core indicator has a target or is said to have none."""
    frames = context.frames
    full = _plan_years(context)
    core = code_list(frames, "indicators").filter(pl.col("core")).select("indicator_id").sort("indicator_id")
    context.count("P331", full.height * core.height)
    asked = frames.local(
        full.join(core, how="cross").with_row_index("_asked").with_columns(pl.col("_asked").cast(pl.Int64))
    )
    targets = frames.table("targets").select(
        "district_code", "indicator_id", c("year").alias("_year"), c("source_id").alias("_source"), "comparator"
    )
    # A target whose year is wrong still answers for its document: R210 has said what is wrong with it.
    answers = asked.join(targets, on=["district_code", "indicator_id"], how="inner")
    answered = (
        answers.filter((c("_year") == c("year")) | (c("_source") == c("source_id")) | c("year").is_null())
        .select("_asked")
        .unique()
    )
    silent = frames.table("targets").filter(c("comparator") == "not_stated")
    listed = frames.table("coverage").select("source_id", "district_code").unique()
    spoken = silent.join(listed, on=["source_id", "district_code"], how="semi")
    stated = (
        frames.table("targets")
        .filter(c("comparator") != "not_stated")
        .select("district_code", "indicator_id", "year")
        .unique()
    )
    real = spoken.join(
        frames.local(full.select("source_id", "district_code")), on=["source_id", "district_code"], how="semi"
    )
    real = real.join(frames.local(core), on="indicator_id", how="semi").join(
        stated, on=["district_code", "indicator_id", "year"], how="anti"
    )
    unreal = spoken.join(real.select(LINE), on=LINE, how="anti").select(
        LINE, "target_id", "district_code", "indicator_id"
    )
    missing, false, quiet = frames.collect(
        [asked.join(answered, on="_asked", how="anti"), unreal, silent.select(nw.len().alias("rows"))]
    )
    context.count("P332", quiet["rows"][0])
    several = {district for district, n in full.group_by("district_code").len().iter_rows() if n > 1}
    for row in missing.sort("_asked").iter_rows(named=True):
        place = f"{row['district_code']}-{row['year']}" if row["district_code"] in several else row["district_code"]
        context.report(
            "P331",
            "targets",
            0,
            "indicator_id",
            f"{place}/{row['indicator_id']}",
            district=row["district_code"],
            indicator=row["indicator_id"],
            source=row["source_id"],
        )
    for row in false.sort(LINE).iter_rows(named=True):
        context.report(
            "P332",
            "targets",
            row[LINE],
            "comparator",
            row["target_id"],
            district=row["district_code"],
            indicator=row["indicator_id"],
        )


USES = {
    "indicators": (
        "indicator_id",
        [(n, "indicator_id") for n in OBSERVATIONS] + [(n, "relative_to") for n in OBSERVATIONS],
    ),
    "units": (
        "unit_id",
        [(n, "unit_id") for n in OBSERVATIONS] + [("projects", "investment_unit_id"), ("projects", "size_unit_id")],
    ),
    "sources": ("source_id", [("coverage", "source_id")]),
}
"""Code lists with the columns that use their entries."""


def check_code_lists(context: Context) -> None:
    """P340: an entry of a code list that nothing uses. P341: a label no record is printed with."""
    frames = context.frames
    for name, (key, users) in USES.items():
        if not context.has(name, *{u for u, _ in users}):
            continue
        columns = frames.collect(
            [frames.table(u).filter(~c(column).is_null()).select(c(column).alias(key)).unique() for u, column in users]
        )
        used = pl.concat(columns).unique()
        entries = frames.whole(name)
        if name == "units":
            derived = entries.filter(pl.col("unit_id") != pl.col("base_unit_id"))
            used = pl.concat([used, derived.select(pl.col("base_unit_id").alias(key)).drop_nulls()]).unique()
        context.count("P340", entries.height)
        for line, value in (
            entries.filter(pl.col(key).is_not_null())
            .join(used, on=key, how="anti")
            .sort(LINE)
            .select(LINE, key)
            .iter_rows()
        ):
            context.report("P340", name, line, key, value, cell=value)
    if context.has("indicators", *OBSERVATIONS):
        _check_labels(context)


def _check_labels(context: Context) -> None:
    frames = context.frames
    entries = frames.whole("indicators").select(LINE, "indicator_id", "labels_zh")
    context.count("P341", entries.height)
    labels = [
        (i, label)
        for i, told in entries.select("indicator_id", "labels_zh").iter_rows()
        for label in (told or "").split("|")
    ]
    asked = frames.local(
        pl.DataFrame(labels, schema={"indicator_id": pl.String, "_label": pl.String}, orient="row").unique(
            maintain_order=True
        )
    )
    seen, printed = [], []
    for name in OBSERVATIONS:
        worded = frames.table(name).filter(c("stated") != "")
        seen.append(worded.select("indicator_id").unique())
        words = nw.concat_str([c("stated"), c("cue").fill_null("")], separator="\n")
        rows = worded.select("indicator_id", words.alias("_words")).join(
            asked.filter(c("_label") != ""), on="indicator_id", how="inner"
        )
        printed.append(
            rows.filter(c("_words").str.contains(c("_label"), literal=True)).select("indicator_id", "_label").unique()
        )
    used, found = frames.collect([nw.concat(seen).unique(), nw.concat(printed).unique()])
    in_use, in_print = set(used["indicator_id"]), set(found.iter_rows())
    for line, indicator, told in entries.iter_rows():
        for label in (told or "").split("|"):
            if indicator in in_use and (indicator, label) not in in_print:
                context.report("P341", "indicators", line, "labels_zh", indicator, label=label)
