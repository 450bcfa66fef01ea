"""Package layer, what rows say about one another: same place, same words; same scope or name, same English; links at hand."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from difflib import SequenceMatcher
from itertools import pairwise
from typing import Any

import narwhals as nw
import polars as pl

from planspec.grammar.text import compact_text
from planspec.rules.context import OBSERVATIONS, RECORDS, Context
from planspec.rules.numbers import check_cited_numbers
from planspec.rules.numerals import chinese_numbers
from planspec.tables import LINE

c = nw.col
Lazy = nw.LazyFrame[Any]
NEAR = 400
"""A record and what it is linked to stand at most so many characters apart, where they share no words."""

COMMON = frozenset(
    (
        "项目",
        "建设",
        "管理",
        "服务",
        "工程",
        "活动",
        "中心",
        "产业",
        "创新",
        "发展",
        "机制",
        "全市",
        "体系",
        "行动",
        "改革",
        "实施",
        "推进",
        "提升",
        "工作",
        "重点",
        "特色",
        "平台",
        "模式",
    )
)
"""Words so common that sharing one says nothing."""

RENDERED = ((tuple(OBSERVATIONS), "scope_zh", "scope_en"), (("projects", "initiatives"), "name_zh", "name_en"))
"""Words that stand in Chinese and in English: the resources where one has one form in the other, and the columns."""

MARKS, SUPPLIED = "[“”]", "项目$"

QUOTES = (("start", "end", "stated"), ("start", "end", "printed"), ("cue_start", "cue_end", "cue"))


PLACE = ["source_id", "start", "end", "words", "name", "column", LINE]
"""Where a piece of text stands, and the order of pieces: columns of `quotes_of`."""
CLASH: dict[str, type[pl.DataType]] = {
    "start": pl.Int64,
    "words": pl.String,
    "name": pl.String,
    "column": pl.String,
    LINE: pl.Int64,
    "at": pl.Int64,
    "found": pl.String,
    "other": pl.String,
    "other_line": pl.Int64,
}
"""A piece of text that differs from another at the same place: first at offset `at`, where the other has `found`."""


def quotes_of(context: Context) -> Lazy | None:
    """Every piece of text that a sound row says stands at two offsets: columns `PLACE`; None where no table has any."""
    frames, pieces = context.frames, []
    for name in (*RECORDS.values(), "figures", "errata"):
        if not context.has(name):
            continue
        table, columns = frames.table(name), context.resource(name).columns
        spoiled = context.collector.spoiled_lines(name)
        if spoiled:
            lines = pl.DataFrame({LINE: sorted(spoiled)}, schema={LINE: pl.Int64})
            table = table.join(frames.local(lines), on=LINE, how="anti")
        for first, last, words in QUOTES:
            if not {first, last, words} <= set(columns):
                continue
            given = table.filter(
                ~nw.any_horizontal(*(c(x).is_null() for x in ("source_id", first, last, words)), ignore_nulls=False)
            )
            piece = {"source_id": c("source_id"), "start": c(first), "end": c(last), "words": c(words)}
            piece |= {"name": nw.lit(name), "column": nw.lit(words), LINE: c(LINE)}
            pieces.append(given.select(*(expression.alias(label) for label, expression in piece.items())))
    return nw.concat(pieces) if pieces else None


def differing(frame: pl.DataFrame) -> pl.DataFrame:
    """Of pairs of pieces at one place, those that differ there; `far_…` is the one that begins first."""
    start, words, far = pl.col("start"), pl.col("words"), pl.col("far_words")
    length = pl.min_horizontal("end", "far_end") - start
    return frame.filter(far.str.slice(start - pl.col("far_start"), length) != words.str.slice(0, length))


def clashes(frame: pl.DataFrame) -> pl.DataFrame:
    """`CLASH` for pairs of pieces that differ and are not of one row."""
    itself = (pl.col("name") == pl.col("far_name")) & (pl.col(LINE) == pl.col(f"far_{LINE}"))
    found = differing(frame).filter(~itself)
    places = []
    for begin, own, far_begin, other in found.select("start", "words", "far_start", "far_words").iter_rows():
        theirs = other[begin - far_begin :]
        at = next(i for i, (a, b) in enumerate(zip(theirs, own, strict=False)) if a != b)
        places.append((begin + at, theirs[at]))
    told = pl.DataFrame(places, schema={"at": pl.Int64, "found": pl.String}, orient="row")
    named = found.rename({"far_name": "other", f"far_{LINE}": "other_line"}).hstack(told)
    return named.select(*(pl.col(n).cast(t) for n, t in CLASH.items()))


PART = 2_500_000
"""Rows whose quotes are put side by side at once, on an engine that holds them all: more would only need more memory."""


def _by_documents(context: Context, quotes: Lazy) -> list[Lazy]:
    """Quotes in parts, each with all quotes of its documents."""
    frames = context.frames
    rows = sum(frames.height(name) for name in (*RECORDS.values(), "figures", "errata") if context.has(name))
    parts = -(-rows // PART) if context.engine is None and context.has("sources") else 1
    documents = sorted(set(context.frame("sources")["source_id"].drop_nulls())) if parts > 1 else []
    cuts = [documents[len(documents) * n // parts] for n in range(1, parts)] if len(documents) >= parts else []
    ends = [None, *cuts, None]
    return [
        quotes.filter(*([c("source_id") >= first] if first else []), *([c("source_id") < last] if last else []))
        if cuts
        else quotes
        for first, last in pairwise(ends)
    ]


def _clashing_in(context: Context, quotes: Lazy) -> pl.DataFrame:
    """`CLASH` of the quotes that fill their places; counts them."""
    frames = context.frames
    length = c("words").str.len_chars().cast(nw.Int64)
    exact = quotes.filter((c("end") - c("start") == length) & ~c("words").str.contains(r"^\*+$"))
    # Whose the pieces are, and which of two at the very same place comes first, matters only where some differ.
    pieces = frames.keep(exact.select(*PLACE[:4]))
    pairs = _overlapping(context, pieces, ["start"], ["words"])
    differ = frames.through(pairs, differing, {"start": pl.Int64})
    counted, found = frames.collect([pieces.select(nw.len().alias("rows")), differ])
    context.count("P317", counted["rows"][0])
    return _clashing(context, frames.keep(exact)) if found.height else pl.DataFrame(schema=CLASH)


def check_quotes(context: Context, quotes: Lazy) -> None:
    """P317: two rows that quote the same place quote different words, so one of them has words or offsets wrong.

    Pieces are taken in the order of their place, and each is held against the one before that reaches furthest. Only
    pieces as long as their span are held together: where layout blanks stand inside, the place of each character is
    not known without the text.
    """
    found = pl.concat([_clashing_in(context, part) for part in _by_documents(context, quotes)])
    keys = keys_at(context, found)
    for row in found.sort("start", "name", "column", LINE).iter_rows(named=True):
        where = f"{context.resource(row['other']).path}:{row['other_line']}"
        context.report(
            "P317",
            row["name"],
            row[LINE],
            row["column"],
            keys[row["name"], row[LINE]],
            cell=row["words"],
            found=row["found"],
            at=row["at"],
            other=where,
        )


def _overlapping(context: Context, exact: Lazy, order: list[str], columns: list[str]) -> Lazy:
    """Pieces that begin before one before them ends, each beside the one that, in this order, reaches furthest.

    Of that one `far_start`, `far_end` and some columns, as `far_…`.
    """
    frames = context.frames
    reached = frames.keep(frames.before(exact, order, {}, {"_prior": "end"}))
    # Of the pieces that reach as far as any before, the first: its end is no other's.
    leading = reached.filter(c("_prior").is_null() | (c("end") > c("_prior")))
    far = [c(column).alias(f"far_{column}") for column in ("start", *columns)]
    leading = leading.select("source_id", c("end").alias("far_end"), *far)
    overlapping = reached.filter(c("start") < c("_prior")).with_columns(c("_prior").alias("far_end"))
    return overlapping.join(leading, on=["source_id", "far_end"], how="inner")


def _clashing(context: Context, exact: Lazy) -> pl.DataFrame:
    """`CLASH` for all pieces, each held against the one before that reaches furthest."""
    frames = context.frames
    pairs = _overlapping(context, exact, PLACE[1:], ["words", "name", LINE])
    columns = (*PLACE[1:], "far_end", "far_start", "far_words", "far_name", f"far_{LINE}")
    return frames.collect([frames.through(pairs.select(*columns), clashes, CLASH)])[0]


def keys_at(context: Context, found: pl.DataFrame) -> dict[tuple[str, int], str]:
    """The keys of some rows, given by `name` and `_line`."""
    keys: dict[tuple[str, int], str] = {}
    for name in found["name"].unique(maintain_order=True):
        lines = found.filter(pl.col("name") == name).select(LINE).unique()
        columns = list(context.resource(name).primary_key)
        rows = context.frames.table(name).join(context.frames.local(lines), on=LINE, how="semi").select(LINE, *columns)
        for row in context.frames.collect([rows])[0].iter_rows(named=True):
            keys[name, row[LINE]] = _key(context, name, row)
    return keys


def _key(context: Context, name: str, row: dict) -> str:
    return "/".join(str(row[k]) for k in context.resource(name).primary_key)


def check_renderings(context: Context) -> None:
    """P318: one scope or one name in Chinese with two English forms, or the reverse, which a typo in either makes."""
    for resources, own, other in RENDERED:
        names = [name for name in resources if context.has(name)]
        if names:
            _check_rendering(context, names, own, other)


def _check_rendering(context: Context, names: list[str], zh: str, en: str) -> None:
    frames = context.frames
    tables = {
        name: frames.table(name)
        .filter((c(zh) != "") & (c(en) != ""))
        .select(LINE, c(context.key_of(name)).alias("_key"), nw.lit(name).alias("_name"), zh, en)
        for name in names
    }
    pairs = nw.concat([table.select(_bare(zh).alias(zh), en) for table in tables.values()]).unique()
    # By English, forms that may differ are one from the start: a large package would else be fetched whole.
    forms = pairs.with_columns(c(zh).str.replace_all(SUPPLIED, "").alias(zh)).unique()
    several = [
        held.group_by(column).agg(nw.len().alias("_forms")).filter(c("_forms") > 1)
        for held, column in ((pairs, zh), (forms, en))
    ]
    sizes = [table.select(nw.len().alias("_rows")) for table in tables.values()]
    *found, english, chinese = frames.collect([*sizes, *several])
    context.count("P318", sum(size["_rows"][0] for size in found))
    for column, other, twice in ((zh, en, english), (en, zh, chinese)):
        if twice.is_empty():
            continue
        wanted = frames.local(twice.select(pl.col(column).alias("_own")))
        bared = _bare(column) if column == zh else c(column)
        picked = [t.with_columns(bared.alias("_own")).join(wanted, on="_own", how="semi") for t in tables.values()]
        for _, group in pl.concat(frames.collect(picked)).group_by("_own", maintain_order=True):
            _report_forms(context, group.to_dicts(), column, other)


def _bare(column: str) -> nw.Expr:
    """Words without quotation marks, which one document sets around a name and another leaves out."""
    return c(column).str.replace_all(MARKS, "")


def _report_forms(context: Context, rows: list[dict[str, Any]], own: str, other: str) -> None:
    """Report the rows that do not have the form most rows have; of equal ones, the first in its table."""
    rows = [row for row in rows if not context.collector.spoiled(row["_name"], row[LINE])]
    rows.sort(key=lambda row: (tuple(RECORDS.values()).index(row["_name"]), row[LINE]))
    forms = [_form(row[other], other) for row in rows]
    held = max(forms, key=forms.count, default="")
    first = next((row for row, form in zip(rows, forms, strict=True) if form == held), None)
    for row, form in zip(rows, forms, strict=True):
        if first and form != held and _slip(own, held, form):
            told = {"cell": row[other], "other": first[other], "table": first["_name"], "first": first[LINE]}
            context.report("P318", row["_name"], row[LINE], other, row["_key"], **told)


def _form(text: str, column: str) -> str:
    """A rendering without what may differ: quotation marks in Chinese, and 项目 at the end, which is often supplied."""
    return re.sub(SUPPLIED, "", re.sub(MARKS, "", text)) if column.endswith("_zh") else text.strip()


def _slip(column: str, one: str, two: str) -> bool:
    """Whether two renderings are one: English always; of two Chinese ones only where they differ in a character or two."""
    return column.endswith("_zh") or SequenceMatcher(None, one, two, autojunk=False).ratio() > 0.85


def check_headline_edges(context: Context) -> None:
    """P333: a headline span that does not end with its last target, or begins long before its first.

    Only where the span and the marks of all targets of the document agree.
    """
    if not context.has("targets", "coverage"):
        return
    frames, start, end = context.frames, c("headline_start"), c("headline_end")
    place = ["source_id", "district_code"]
    spans = frames.table("coverage").filter(~start.is_null() & ~end.is_null())
    spans = spans.select(c(LINE).alias("_span"), *place, "headline_start", "headline_end")
    targets = frames.table("targets").filter(~c("start").is_null() & ~c("end").is_null())
    marked = c("headline").fill_null(value=False)
    own = targets.select(*place, "start", "end", marked.alias("_marked")).join(spans, on=place, how="inner")
    inside = (start <= c("start")) & (c("end") <= end)
    own = own.with_columns(
        (inside != c("_marked")).alias("_astray"),
        nw.when(c("_marked")).then(c("start")).alias("_first"),
        nw.when(c("_marked")).then(c("end")).alias("_last"),
    )
    ends = own.group_by("_span", *place, "headline_start", "headline_end").agg(
        c("_astray").any(), c("_first").min(), c("_last").max()
    )
    for row in (
        frames.collect([ends])[0].filter(~pl.col("_astray")).drop_nulls("_first").sort("_span").iter_rows(named=True)
    ):
        context.count("P333", 1)
        first, last = row["_first"], row["_last"]
        key = f"{row['source_id']}/{row['district_code']}"
        cells = row["headline_start"], row["headline_end"]
        if cells[0] < first - 4:
            context.report("P333", "coverage", row["_span"], "headline_start", key, cell=cells[0], expected=first)
        elif cells[1] > last + 1:
            context.report("P333", "coverage", row["_span"], "headline_end", key, cell=cells[1], expected=last)


def check_core(context: Context) -> None:
    """P334: an indicator among the main expected targets of two districts that is not core, or a core one of none.

    One that a full report was found not to give was looked for, and so is compared too.
    """
    if not context.has("targets", "indicators"):
        return
    frames = context.frames
    marked = frames.table("targets").filter(c("headline").fill_null(value=False))
    pairs = marked.select("indicator_id", "district_code").unique().group_by("indicator_id").agg(nw.len().alias("_n"))
    spans = marked.select("district_code").unique().select(nw.len().alias("_n"))
    told = (
        frames.table("targets").group_by("indicator_id").agg((c("comparator") == "not_stated").any().alias("_missed"))
    )
    found, all_, used = frames.collect([pairs, spans, told])
    districts, spoken = dict(found.iter_rows()), all_["_n"][0]
    elsewhere = {indicator for indicator, missed in used.iter_rows() if not missed}
    for row in context.frame("indicators").iter_rows(named=True):
        context.count("P334", 1)
        number = districts.get(row["indicator_id"], 0)
        nowhere = spoken >= 2 and number == 0 and row["indicator_id"] in elsewhere
        if (number >= 2 and row["core"] is False) or (nowhere and row["core"] is True):
            cell = "true" if row["core"] else "false"
            context.report("P334", "indicators", row[LINE], "core", row["indicator_id"], cell=cell, districts=number)


def check_parts_of_report(context: Context) -> None:
    """P335: an undertaking told in the review of a full report without its past year, or one of the plan with it."""
    if not context.has("projects", "targets", "coverage"):
        return
    frames = context.frames
    full = frames.table("coverage").filter(c("completeness") == "full").select("source_id").unique()
    targets = frames.table("targets").filter(~c("start").is_null()).join(full, on="source_id", how="semi")
    plans = targets.group_by("source_id").agg(c("start").min().alias("_plan"))
    projects = frames.table("projects").filter(~c("start").is_null() & ~c("year").is_null())
    told = projects.select(LINE, "project_id", "year", "period", "source_id", "start").join(
        plans, on="source_id", how="inner"
    )
    # Without a period the year is the plan's, which is right wherever the plan has begun.
    count, doubtful = frames.collect(
        [
            told.select(nw.len().alias("rows")),
            told.filter((c("start") < c("_plan")) | (c("period") != "").fill_null(value=False)),
        ]
    )
    context.count("P335", count["rows"][0])
    for row in doubtful.sort(LINE).iter_rows(named=True):
        past = (row["period"] or str(row["year"]))[-7:].split("/")[-1][:4] < str(row["year"])
        review = row["start"] < row["_plan"]
        spoiled = past == review or context.collector.spoiled("projects", row[LINE])
        other_year = row["period"] and past and row["period"][:4] != str(row["year"] - 1)
        if not spoiled or other_year:
            context.report(
                "P335",
                "projects",
                row[LINE],
                "period",
                row["project_id"],
                cell=row["period"] or "",
                part=part_of(review) if not spoiled else "review",
                plan=row["_plan"],
            )


def part_of(review: bool) -> str:
    """What the part of a report is called in a finding."""
    return "review" if review else "plan"


LINKS = {
    "targets": (("project_id", "projects"), ("initiative_id", "initiatives")),
    "results": (("project_id", "projects"), ("initiative_id", "initiatives")),
    "projects": (("portfolio_id", "projects"),),
}


def check_links(context: Context) -> None:
    """P336: a link to a record that stands elsewhere and shares no words with the row."""
    frames = context.frames
    for name, columns in LINKS.items():
        for column, owner in columns:
            if not context.has(name, owner):
                continue
            own, key = context.key_of(name), context.key_of(owner)
            theirs = frames.table(owner).select(
                nw.col(key).alias(column),
                *(nw.col(c).alias(f"_{c}") for c in ("source_id", "start", "name_zh", "stated")),
            )
            linked = frames.table(name).filter(~nw.col(column).is_null()).join(theirs, on=column, how="inner")
            away = (nw.col("start") - nw.col("_start")).abs() > NEAR
            elsewhere = (nw.col("source_id") != nw.col("_source_id")).fill_null(value=True) | away.fill_null(value=True)
            told = nw.col("note").str.contains("[Mm][Ee][Mm][Bb][Ee][Rr]").fill_null(value=False)
            words = [c for c in ("stated", "cue", "scope_zh", "name_zh", "note") if c in context.resource(name).columns]
            count, far = frames.collect(
                [
                    linked.select(nw.len().alias("rows")),
                    linked.filter(elsewhere & ~told).select(LINE, own, column, *words, "_name_zh", "_stated"),
                ]
            )
            context.count("P336", count["rows"][0])
            if far.is_empty():
                continue
            far = far.sort(LINE).unique(LINE, keep="last", maintain_order=True)
            doubtful = far.filter(~_named_whole(far, words))
            for row in doubtful.iter_rows(named=True):
                if context.collector.spoiled(name, row[LINE], column):
                    continue
                if not _at_hand(row, {"name_zh": row["_name_zh"], "stated": row["_stated"]}):
                    context.report(
                        "P336",
                        name,
                        row[LINE],
                        column,
                        row[own],
                        cell=row[column],
                        linked=row["_name_zh"],
                        stated=row["stated"] or "",
                    )


def _pairs_of(named: str) -> set[str]:
    """Pairs of Chinese characters of a record's words, but for those that any record shares."""
    return {named[i : i + 2] for i in range(len(named) - 1) if "一" <= named[i] <= "鿿"} - COMMON


def _named_whole(rows: pl.DataFrame, words: Sequence[str]) -> pl.Series:
    """Whether some of a row's `words` hold the whole name of the record it is linked to: such rows share words with it."""
    telling = [n for n in rows["_name_zh"].unique().drop_nulls() if _pairs_of(compact_text(n))]
    held = (pl.col(w).str.contains(pl.col("_name_zh"), literal=True).fill_null(value=False) for w in words)
    return rows.select(pl.any_horizontal(*held) & pl.col("_name_zh").is_in(telling)).to_series()


def _at_hand(row: dict, other: dict) -> bool:
    """Whether a row that stands away from what it is linked to shares words with it, or says what it rests on."""
    words = compact_text(" ".join(row.get(c) or "" for c in ("stated", "cue", "scope_zh", "name_zh", "note")))
    named = compact_text(f"{other['name_zh']} {other['stated']}")
    pairs = _pairs_of(named)
    return any(words[i : i + 2] in pairs for i in range(len(words) - 1)) or bool(
        row.get("note") and "member" in row["note"].lower()
    )


def check_wordy_figures(context: Context) -> None:
    """P319: a figure of a record with a value that does not say which column it proves."""
    if not context.has("figures"):
        return
    frames = context.frames
    for role, name in (("target", "targets"), ("result", "results")):
        column = f"{role}_id"
        figures = frames.table("figures").filter(c("field").is_null() & (c("role") == role) & ~c(column).is_null())
        if not context.has(name):
            context.count("P319", frames.collect([figures.select(nw.len().alias("rows"))])[0]["rows"][0])
            continue
        valued = frames.table(name).filter(~c("value").is_null()).select(column).unique()
        count, own = frames.collect(
            [figures.select(nw.len().alias("rows")), figures.join(valued, on=column, how="semi")]
        )
        context.count("P319", count["rows"][0])
        for row in own.sort(LINE).iter_rows(named=True):
            if not context.collector.spoiled("figures", row[LINE]):
                key = _key(context, "figures", row)
                context.report(
                    "P319", "figures", row[LINE], column, key, printed=row["printed"] or "", record=row[column]
                )


def check_lengths(context: Context, quotes: Lazy) -> None:
    """P337: offsets beyond the end of their document. P338: a file that is not named after its document."""
    if not context.has("sources"):
        return
    frames = context.frames
    length = context.frame("sources").select("source_id", "characters").unique("source_id", keep="first")
    last = quotes.group_by("source_id").agg(nw.len().alias("rows"), c("end").max().alias("last"))
    ends = frames.collect([last])[0]
    context.count("P337", int(ends["rows"].sum()))
    short = length.join(ends, on="source_id").filter(pl.col("last") > pl.col("characters"))
    beyond = quotes.join(frames.local(short), on="source_id", how="inner").filter(c("end") > c("characters"))
    found = frames.collect([beyond])[0] if short.height else pl.DataFrame(schema=dict.fromkeys(PLACE, pl.String))
    first = found.sort(PLACE).head(1)
    for row in first.iter_rows(named=True):
        key = keys_at(context, first)[row["name"], row[LINE]]
        context.report(
            "P337",
            row["name"],
            row[LINE],
            row["column"],
            key,
            cell=row["end"],
            source=row["source_id"],
            characters=row["characters"],
        )
    for row in context.raw("sources").iter_rows(named=True):
        context.count("P338", 1)
        if not row["file"].startswith(row["source_id"]):
            context.report("P338", "sources", row[LINE], "file", row["source_id"], cell=row["file"])


def printed_numbers(context: Context, sources: set[str], among: set[float] | None = None) -> dict[str, set[float]]:
    """The numbers that the ledger has of some documents; `among`: of these numbers only."""
    frames = context.frames
    asked = frames.local(pl.DataFrame({"source_id": sorted(sources)}, schema={"source_id": pl.String}))
    figures = frames.table("figures").select("source_id", "printed").join(asked, on="source_id", how="semi")
    printed: dict[str, set[float]] = defaultdict(set)
    found = frames.collect([figures.unique()])[0].drop_nulls()
    if among is not None:
        told = [text for text in found["printed"].unique() if not among.isdisjoint(chinese_numbers(text))]
        found = found.filter(pl.col("printed").is_in(told))
    for source, text in found.iter_rows():
        printed[source] |= chinese_numbers(text)
    return printed


def check_quoted(context: Context) -> None:
    """Run the rules on what rows say about one another."""
    quotes = quotes_of(context)
    if quotes is not None:
        check_quotes(context, quotes)
    check_renderings(context)
    check_headline_edges(context)
    check_core(context)
    check_parts_of_report(context)
    check_links(context)
    check_wordy_figures(context)
    if quotes is not None:
        check_lengths(context, quotes)
    check_cited_numbers(context)
