"""Package layer, kinds that other tables decide: documents without a title, standing counts, what is outside the report."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import Any

import narwhals as nw
import polars as pl

from planspec.rules.context import OBSERVATIONS, Context
from planspec.tables import LINE

c = nw.col
ADDING = re.compile(
    r"新[增建引培设启认]|增设|增加|完成|改造|改建|建成|竣工|开工|开展|举办|引进|招引|引入|打造|培育|办理|实施|发放|开设|"
    r"组织|更新|启用|盘活|拆除|推出|整治|加装|成立|设立|落地|修缮|查处|破获|新落地|养护|升级"
)
STANDING = re.compile(r"累计|总量|总数|拥有|达到|突破|保持|共有|现有|集聚|数量|高新技术企业超")
"""Words for what is added, and for how many there are."""
JUDGED = "flow or stock"
"""Where a note says that the choice between the two was made by judgement."""


def check_kinds(context: Context) -> None:
    """P346, P347 and P348."""
    if context.has("sources", "coverage"):
        _check_titles(context)
    if context.has("indicators"):
        _check_stocks(context)
    if context.has("figures"):
        _check_frame(context)


def _check_titles(context: Context) -> None:
    """P346: a document is without a title exactly where it is an excerpt, which begins and ends in the middle."""
    states: dict[str, set[str]] = defaultdict(set)
    for source, state in context.frame("coverage").select("source_id", "completeness").drop_nulls().iter_rows():
        states[source].add(state)
    for row in context.raw("sources").iter_rows(named=True):
        told = states.get(row["source_id"], set())
        context.count("P346", 1)
        wrong = bool(told) and (not row["title"] if "excerpt" not in told else bool(row["title"]) or len(told) > 1)
        if wrong and not context.collector.spoiled("sources", row[LINE], "title"):
            params = {"cell": row["title"] or "–", "completeness": ", ".join(sorted(told))}
            context.report("P346", "sources", row[LINE], "title", row["source_id"], **params)


def _check_stocks(context: Context) -> None:
    """P347: a count of what stands, every phrase of which says what is added or done."""
    frames = context.frames
    stocks = context.frame("indicators").filter(pl.col("measure") == "stock_count")
    context.count("P347", stocks.height)
    asked = frames.local(stocks.select("indicator_id").drop_nulls().unique())
    phrases: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for name in OBSERVATIONS:
        if context.has(name):
            rows = frames.table(name).select("indicator_id", "stated", "cue", "note").filter(c("stated") != "")
            for key, stated, cue, note in frames.collect([rows.join(asked, on="indicator_id", how="semi")])[
                0
            ].iter_rows():
                phrases[key].append((f"{cue or ''}{stated}", note or ""))
    for row in stocks.iter_rows(named=True):
        said = phrases.get(row["indicator_id"], [])
        added = said and all(ADDING.search(words) and not STANDING.search(words) for words, _ in said)
        judged = any(JUDGED in note for _, note in said)
        if added and not judged and not context.collector.spoiled("indicators", row[LINE], "measure"):
            params = {"cell": "stock_count", "stated": said[0][0]}
            context.report("P347", "indicators", row[LINE], "measure", row["indicator_id"], **params)


def _check_frame(context: Context) -> None:
    """P348: a figure between two that are outside the report, and that is said to be inside."""
    frames = context.frames
    places = frames.table("figures").select(LINE, "source_id", "start", "end", "part", "role")
    outside = places.filter(c("role") == "furniture").select("source_id").unique()
    found = frames.collect([places.join(outside, on="source_id", how="semi")])[0].drop_nulls()
    context.count("P348", frames.height("figures"))
    # Documents are told apart by numbers, which sort faster than their names.
    group = pl.col("source_id").cast(pl.Categorical).to_physical().alias("_group")
    runs = found.with_columns(group).sort("_group", "start", "part")
    place = [pl.col(column) for column in ("_group", "start", "end")]
    runs = runs.filter(pl.any_horizontal(column != column.shift(1) for column in place).fill_null(value=True))
    frame = pl.col("role") == "furniture"
    before, after = (frame.shift(step) & (pl.col("_group") == pl.col("_group").shift(step)) for step in (1, -1))
    both = before.fill_null(value=False) & after.fill_null(value=False)
    for row in runs.filter(~frame & both).sort(LINE).iter_rows(named=True):
        if not context.collector.spoiled("figures", row[LINE], "role"):
            key = _key(row)
            context.report("P348", "figures", row[LINE], "role", key, cell=row["role"], source=row["source_id"])


def _key(row: dict[str, Any]) -> str:
    return "/".join(str(row[k]) for k in ("source_id", "start", "end", "part"))
