"""Package layer, what offsets and the ledger say without the text: words that fill their place, documents by their figures."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from typing import Any

import narwhals as nw
import polars as pl

from planspec.grammar.text import compact_text
from planspec.rules.context import Context
from planspec.rules.numerals import chinese_numbers
from planspec.rules.quotes import Lazy, keys_at, printed_numbers, quotes_of
from planspec.tables import LINE

c = nw.col
ENOUGH = 20
"""So many quotes of a document say how its words fill their places."""
BROKEN = 0.1
"""Where more than this share of a document's quotes is broken by its layout, one more says nothing."""
NOTES = {"targets": "note", "results": "note", "projects": "note", "initiatives": "note", "errata": "why"}
"""Columns that may speak of the layout."""
HEAD = 300
"""A document states its date within so many characters of its beginning."""
STEP = 3
"""Year, month and day of one date stand at most so many characters apart."""


def check_spans(context: Context) -> None:
    """P342 and P343; after the texts are loaded, since a text at hand says what layout stands inside a quote."""
    quotes = quotes_of(context)
    if quotes is not None:
        _check_places(context, quotes)
    if context.has("sources", "figures"):
        _check_documents(context)


def _check_places(context: Context, quotes: Lazy) -> None:
    """P342: words shorter than their place, in a document whose words fill their places.

    A source that breaks its lines inside words leaves more room than words. In a document that hardly does, a single
    gap is as likely an offset or a character lost: then the note has to speak of the layout.
    """
    frames = context.frames
    length = c("words").str.len_chars().cast(nw.Int64)
    loose = c("end") - c("start") > length
    seen = quotes.filter(~c("words").str.contains(r"^\*+$")).with_columns(loose.alias("_loose"))
    counted = seen.group_by("source_id").agg(nw.len().alias("quotes"), c("_loose").cast(nw.Int64).sum().alias("loose"))
    documents = frames.collect([counted])[0]
    tidy = documents.filter((pl.col("quotes") >= ENOUGH) & (pl.col("loose") <= BROKEN * pl.col("quotes")))
    context.count("P342", int(tidy["quotes"].sum()))
    judged = tidy.filter(pl.col("loose") > 0).select("source_id")
    if not judged.height:
        return
    gaps = frames.collect([seen.filter(c("_loose")).join(frames.local(judged), on="source_id", how="semi")])[0]
    gaps = gaps.filter(~_told(gaps, _told_of_layout(context, judged)))
    gaps = gaps.sort("source_id", "start", "end", "name", "column", LINE)
    keys = keys_at(context, gaps)
    for row in gaps.iter_rows(named=True):
        if not _stands(context, row):
            context.report(
                "P342",
                row["name"],
                row[LINE],
                row["column"],
                keys[row["name"], row[LINE]],
                cell=row["words"],
                length=len(row["words"]),
                room=row["end"] - row["start"],
            )


def _told_of_layout(context: Context, judged: pl.DataFrame) -> pl.DataFrame:
    """The places of the phrases whose rows speak of the layout: `source_id`, `_from`, `_to`."""
    frames = context.frames
    told = [pl.DataFrame(schema={"source_id": pl.String, "_from": pl.Int64, "_to": pl.Int64})]
    for name, column in NOTES.items():
        if not context.has(name) or column not in context.resource(name).columns:
            continue
        noted = frames.table(name).filter(c(column).str.contains("layout"))
        places = [p for p in (("start", "end"), ("cue_start", "cue_end")) if p[0] in context.resource(name).columns]
        noted = noted.select("source_id", *(offset for place in places for offset in place))
        found = frames.collect([noted.join(frames.local(judged), on="source_id", how="semi")])[0]
        told += [
            found.select("source_id", pl.col(start).alias("_from"), pl.col(end).alias("_to")).drop_nulls()
            for start, end in places
        ]
    return pl.concat(told)


def _told(gaps: pl.DataFrame, told: pl.DataFrame) -> pl.Series:
    """Whether a gap lies within a place that is told of, or such a place within it."""
    own, other = (pl.col("start"), pl.col("end")), (pl.col("_from"), pl.col("_to"))
    within = ((other[0] <= own[0]) & (own[1] <= other[1])) | ((own[0] <= other[0]) & (other[1] <= own[1]))
    places = gaps.with_row_index("_gap").join(told, on="source_id", how="inner").filter(within)
    return gaps.with_row_index("_gap").select(pl.col("_gap").is_in(places["_gap"].unique().implode())).to_series()


def _stands(context: Context, row: dict[str, Any]) -> bool:
    """Whether the text at hand holds exactly these words there, with layout between them."""
    text = context.texts.get(row["source_id"])
    return text is not None and compact_text(text.stored[row["start"] : row["end"]]) == compact_text(row["words"])


def _check_documents(context: Context) -> None:
    """P343: a title with a number, or a date, that the ledger does not have of the document; or a date left out."""
    rows = [r for r in context.frame("sources").iter_rows(named=True) if r["source_id"]]
    context.count("P343", len(rows))
    written = {r["source_id"]: _written(r["title"] or "") for r in rows}
    numbers = {number for title in written.values() for number in title}
    printed = printed_numbers(context, {source for source, title in written.items() if title}, numbers)
    dates = _dates(context, {r["source_id"] for r in rows})
    for row in rows:
        source, published = row["source_id"], row["published"]
        if context.collector.spoiled("sources", row[LINE]):
            continue
        stated = dates.get(source, {})
        shown = ", ".join(d.isoformat() for d in sorted(stated)) or "no date"
        strange = sorted(written[source] - printed.get(source, set()))
        head = [d for d, start in sorted(stated.items()) if start < HEAD]
        wrong: tuple[str, str, str, str] | None = None
        if strange:
            wrong = "title", "title", f"{strange[0]:g}", "no such number"
        elif published is not None and published not in stated:
            wrong = "published", "date", published.isoformat(), shown
        elif published is None and len(head) == 1:
            wrong = "published", "date", "", head[0].isoformat()
        if wrong:
            column, what, cell, expected = wrong
            params = {"what": what, "cell": cell, "source": source, "expected": expected}
            context.report("P343", "sources", row[LINE], column, source, **params)


def _written(title: str) -> set[float]:
    """Numbers written in digits."""
    digits = "".join(char if (char.isdigit() and char.isascii()) or char == "." else " " for char in title)
    return {n for part in digits.split() for n in chinese_numbers(part.strip("."))}


def _dates(context: Context, sources: set[str]) -> dict[str, dict[date, int]]:
    """Dates of year, month and day that stand in the ledger of some documents, with where each first stands."""
    frames = context.frames
    asked = frames.local(pl.DataFrame({"source_id": sorted(sources)}, schema={"source_id": pl.String}))
    figures = frames.table("figures").filter(c("reason") == "date").select("source_id", "start", "end", "printed")
    found = frames.collect([figures.join(asked, on="source_id", how="semi")])[0].drop_nulls()
    runs = found.filter(pl.col("printed").str.contains("^[0-9]{1,4}$")).sort("source_id", "start")
    following = [pl.all().shift(-n).name.suffix(suffix) for n, suffix in ((1, "_m"), (2, "_d"))]
    runs = runs.with_columns(*following).drop_nulls()
    runs = runs.filter(
        (pl.col("source_id") == pl.col("source_id_d"))
        & (pl.col("printed").str.len_chars() == 4)
        & (pl.col("start_m") - pl.col("end") <= STEP)
        & (pl.col("start_d") - pl.col("end_m") <= STEP)
    )
    dates: dict[str, dict[date, int]] = defaultdict(dict)
    for row in runs.iter_rows(named=True):
        try:
            stated = date(int(row["printed"]), int(row["printed_m"]), int(row["printed_d"]))
        except ValueError:
            continue
        dates[row["source_id"]].setdefault(stated, row["start"])
    return dates
