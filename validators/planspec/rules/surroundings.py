"""Source layer, what stands around a record's words: other documents, the sentence, the glossary's figures."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import defaultdict
from typing import Any

import polars as pl

from planspec.grammar import sentence_span
from planspec.grammar.text import compact_text
from planspec.rules.context import KEYS, RECORDS, Context, Text
from planspec.rules.quotes import COMMON
from planspec.tables import LINE

NAMED = ("projects", "initiatives")
LEAST = 5
"""A printed name of fewer characters stands in many documents by chance."""
AROUND, SHARED = 40, 2
"""Within so many characters of an initiative's figure stand at least so many pairs of characters of its own words."""
SAME = re.compile(r"([一-鿿“][^;.]*?), named in the same sentence")
ELSEWHERE = re.compile(r"([一-鿿“][^;.]*?), which the sentence does not name")
_EDGES = "“”‘’"
_HAN = re.compile("[一-鿿]{2}")


def check_surroundings(context: Context) -> None:
    """T418, T419 and T420."""
    if context.has("coverage"):
        _check_also(context)
    for name in ("targets", "results", *NAMED):
        if context.has(name):
            _check_sentences(context, name)
    if context.has("figures", "initiatives"):
        _check_figures(context)


def _check_also(context: Context) -> None:
    """T418: a name that another document of the year on the district prints too, which the note does not say."""
    speakers: dict[str, set[str]] = defaultdict(set)
    spoken: dict[str, set[str]] = defaultdict(set)
    for source, district in context.frame("coverage").select("source_id", "district_code").drop_nulls().iter_rows():
        speakers[district].add(source)
        spoken[source].add(district)
    plans = _plan_years(context)
    places = _places(context, {source for source, districts in spoken.items() if len(districts) > 1})
    for name in filter(context.has, NAMED):
        for row in context.raw(name).iter_rows(named=True):
            stated = compact_text(row["stated"]).strip(_EDGES)
            others = sorted(
                source
                for source in speakers.get(row["district_code"], set()) - {row["source_id"]}
                if row["year"] in plans.get(source, {row["year"]})
            )
            if len(stated) < LEAST or not others or row["source_id"] not in context.texts:
                continue
            context.count("T418", 1)
            told = next((s for s in others if _prints(context, s, stated, row["district_code"], places.get(s, []))), "")
            if told and told not in row["note"] and not context.collector.spoiled(name, row[LINE]):
                context.report("T418", name, row[LINE], "note", row[KEYS[name]], stated=row["stated"], document=told)


def _plan_years(context: Context) -> dict[str, set[str]]:
    """The years for which each document plans: a report of another year may speak of a project again."""
    years: dict[str, set[str]] = defaultdict(set)
    for name in filter(context.has, ("targets", *NAMED)):
        for source, year in context.frame(name).select("source_id", "year").unique().drop_nulls().iter_rows():
            years[source].add(str(year))
    return years


def _places(context: Context, sources: set[str]) -> dict[str, list[tuple[int, str]]]:
    """Where some documents print a record's words or a figure of one, in their order, with the record's district."""
    places: dict[str, list[tuple[int, str]]] = defaultdict(list)
    # A key begins with its district.
    of_figure = pl.coalesce(pl.col(f"{role}_id") for role in RECORDS).str.slice(0, 6)
    for name in filter(context.has, (*RECORDS.values(), "figures")):
        rows = context.frame(name).filter(pl.col("source_id").is_in(list(sources)))
        district = of_figure if name == "figures" else pl.col("district_code")
        for source, start, told in rows.select("source_id", "start", district).drop_nulls().iter_rows():
            places[source].append((start, told))
    return {source: sorted(found) for source, found in places.items()}


def _prints(context: Context, source: str, stated: str, district: str, places: list[tuple[int, str]]) -> bool:
    """Whether a document prints words, and of several districts it speaks for, where it tells of this one: its records stand
    before or behind them."""
    text = context.texts.get(source)
    if text is None:
        return False
    for match in re.finditer(re.escape(stated), text.compact.text):
        at = bisect_left(places, (text.compact.offsets[match.start()], ""))
        if not places or district in {told for _, told in places[max(0, at - 1) : at + 1]}:
            return True
    return False


def _sentence(text: Text, row: dict[str, Any]) -> str:
    place = text.compact.position(int(row["start"]))
    start, end = sentence_span(text.compact.text, place)
    return text.compact.text[start:end]


def _check_sentences(context: Context, name: str) -> None:
    """T419: a note that says what the sentence of the phrase names, or does not name, and the sentence says otherwise."""
    rows = context.raw(name).filter(pl.col("note").str.contains("the same sentence|the sentence does not name"))
    for row in rows.iter_rows(named=True):
        text = context.texts.get(row["source_id"])
        if text is None or not row["start"].isdigit() or context.collector.spoiled(name, row[LINE]):
            continue
        context.count("T419", 1)
        sentence = _sentence(text, row)
        claims = [(m.group(1), True) for m in SAME.finditer(row["note"])]
        claims += [(m.group(1), False) for m in ELSEWHERE.finditer(row["note"])]
        wrong = next((q for q, there in claims if (compact_text(q) in sentence) != there), "")
        if wrong:
            context.report("T419", name, row[LINE], "note", row[KEYS[name]], quote=wrong)


def _check_figures(context: Context) -> None:
    """T420: a figure of an initiative among words that have nothing to do with it."""
    words = {}
    for row in context.raw("initiatives").iter_rows(named=True):
        told = " ".join(row[c] for c in ("name_zh", "stated", "summary_zh"))
        words[row["initiative_id"]] = {told[i : i + 2] for i in range(len(told) - 1)} - COMMON
    figures = context.frame("figures").filter(pl.col("role") == "initiative").drop_nulls(["initiative_id", "start"])
    for row in figures.iter_rows(named=True):
        text, own = context.texts.get(row["source_id"]), words.get(row["initiative_id"])
        if text is None or own is None or context.collector.spoiled("figures", row[LINE]):
            continue
        context.count("T420", 1)
        place = text.compact.position(row["start"])
        near = text.compact.text[max(0, place - AROUND) : place + AROUND]
        if sum(pair in near for pair in own if _HAN.fullmatch(pair)) < SHARED:
            key = "/".join(str(row[k]) for k in ("source_id", "start", "end", "part"))
            context.report(
                "T420", "figures", row[LINE], "initiative_id", key, cell=row["initiative_id"], printed=row["printed"]
            )
