"""Package layer, P339: numbers told in passing, in notes and summaries, are those of the row or of what is near it."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections import defaultdict
from functools import lru_cache, partial
from typing import Any

import narwhals as nw
import polars as pl

from planspec.rules.context import OBSERVATIONS, Context
from planspec.rules.numerals import chinese_numbers, english_numbers
from planspec.tables import LINE

c = nw.col
COLUMNS = {
    "targets": ("note",),
    "results": ("note",),
    "projects": ("note",),
    "initiatives": ("note", "summary_en", "summary_zh"),
}
NEAR = {"note": 120, "summary_en": 700, "summary_zh": 700}
"""Of figures printed so many characters from a row a note or a summary may tell: a note of its sentence and those beside
it, a summary of the passage that explains an initiative."""
LINKS = {"project_id": "projects", "portfolio_id": "projects", "initiative_id": "initiatives"}
"""Columns that say what a row belongs to, and the resource whose key they hold."""
ALONE = 3
"""A number of so many digits says by itself which figure of the document is meant, wherever that stands."""
_NUMBER = re.compile(r"\d[\d,]*(?:\.\d+)?(?:st|nd|rd|th)?(?: (?:million|billion|thousand))?")
_OFFSETS = re.compile(r"offsets? ((?:\d+(?:,| and)? ?)+)")
_BEFORE = re.compile(r"offsets? (?:\d+(?:,| and)? )*$")
_KEY_YEAR = re.compile(r"\d{6}-(\d{4})-")
_ASIDE = frozenset((LINE, "start", "end", "cue_start", "cue_end", "year", "district_code"))
_POWERS = (1.0, 1e4, 1e8, 1e-6)
_DIGITS = re.compile(r"[0-9.]+")


def with_digits(frame: pl.DataFrame, columns: tuple[str, ...]) -> pl.DataFrame:
    """Lines of a batch with a digit in one of some columns."""
    return frame.filter(pl.any_horizontal(pl.col(c).str.contains("[0-9]") for c in columns)).select(LINE)


@lru_cache(maxsize=1 << 12)
def _numbers_of(printed: str) -> frozenset[float]:
    return frozenset(chinese_numbers(printed))


def _borne_out(text: str, known: set[float] | frozenset[float]) -> bool:
    wanted = english_numbers(text)
    return any(abs(n - k * p) < 1e-9 * max(1.0, abs(n)) for n in wanted for k in known for p in _POWERS)


def doubtful(row: dict[str, Any], column: str, documents: set[str]) -> list[str]:
    """Numbers of a cell that neither the row's other cells, nor its years, nor the documents' ids have, nor words that
    the cell quotes."""
    cell = row[column]
    spoken = [
        match.group()
        for match in _NUMBER.finditer(cell)
        if match.group().rstrip(",") not in documents
        and not _BEFORE.search(cell[max(0, match.start() - 40) : match.start()])
    ]
    if not spoken:
        return []
    key = _KEY_YEAR.match(next(iter(row[k] for k in row if k.endswith("_id")), ""))
    years = {float(y) + step for y in (key.group(1) if key else "", row["year"]) if y.isdigit() for step in (-1, 0)}
    open_ = [n for n in spoken if re.fullmatch(r"0\d\d", n) or not _borne_out(n, years | {100.0})]
    if not open_:
        return []
    rest = " ".join(v for k, v in row.items() if k not in _ASIDE and k != column and v)
    known = chinese_numbers(rest) | english_numbers(rest) | chinese_numbers(_DIGITS.sub(" ", cell))
    return [n for n in open_ if re.fullmatch(r"0\d\d", n) or not _borne_out(n, known)]


def check_cited_numbers(context: Context) -> None:
    """P339: a number in a note or a summary that no cell of the row, no figure near it and no document id bears out.

    Near are the figures within `NEAR` characters of the row, or of an offset that the cell names, those of the records
    that belong to an initiative, and those of the records that a row belongs to. A long number, or one that counts in order (14th), may stand anywhere in the
    document.
    """
    if not context.has("figures", "sources"):
        return
    documents = set(context.frame("sources")["source_id"].drop_nulls())
    open_: list[tuple[str, dict[str, Any], str, list[str]]] = []
    for name, columns in COLUMNS.items():
        if not context.has(name):
            continue
        context.count("P339", sum(context.frames.given(name, column) for column in columns))
        rows = context.suspects(name, columns, partial(with_digits, columns=columns), cheap=True)
        for row in rows.iter_rows(named=True):
            for column in columns:
                if row[column] and (numbers := doubtful(row, column, documents)):
                    open_.append((name, row, column, numbers))
    if not open_:
        return
    places = _figures(context, {row["source_id"] for _, row, _, _ in open_})
    related = _related(context, {row["initiative_id"] for name, row, _, _ in open_ if name == "initiatives"})
    linked = _linked(context, {row[link] for _, row, _, _ in open_ for link in LINKS if row.get(link)})
    told: set[tuple[str, int]] = set()
    for name, row, column, numbers in open_:
        starts, printed = places.get(row["source_id"], ([], []))
        spots = [int(row["start"])] if row["start"] else []
        spots += [int(o) for run in _OFFSETS.findall(row[column]) for o in re.findall(r"\d+", run)]
        known = set(related.get(row[context.key_of(name)], ()))
        known = known.union(*(linked.get(row.get(link, ""), ()) for link in LINKS))
        for spot in spots:
            for i in range(bisect_left(starts, spot - NEAR[column]), bisect_right(starts, spot + NEAR[column])):
                known |= _numbers_of(printed[i])
        wrong = next((n for n in numbers if not _borne_out(n, known) and not _anywhere(n, printed)), "")
        if wrong and (name, row[LINE]) not in told:
            told.add((name, row[LINE]))
            context.report("P339", name, row[LINE], column, row[context.key_of(name)], number=wrong)


def _anywhere(number: str, printed: list[str]) -> bool:
    long = sum(char.isdigit() for char in number) >= ALONE and not re.fullmatch(r"0\d\d", number)
    ordinal = re.search(r"(?:st|nd|rd|th)$", number) is not None
    return (long or ordinal) and _borne_out(number, frozenset().union(*map(_numbers_of, set(printed))))


def _figures(context: Context, sources: set[str]) -> dict[str, tuple[list[int], list[str]]]:
    """The ledger of some documents: offsets in order, and what is printed there."""
    frames = context.frames
    asked = frames.local(pl.DataFrame({"source_id": sorted(sources)}, schema={"source_id": pl.String}))
    figures = frames.table("figures").select("source_id", "start", "printed").join(asked, on="source_id", how="semi")
    found = frames.collect([figures])[0].drop_nulls().sort("source_id", "start", "printed")
    places: dict[str, tuple[list[int], list[str]]] = defaultdict(lambda: ([], []))
    for source, start, printed in found.iter_rows():
        starts, prints = places[source]
        starts.append(start)
        prints.append(printed)
    return places


def _related(context: Context, initiatives: set[str]) -> dict[str, set[float]]:
    """Numbers in the phrases of the records that belong to some initiatives."""
    frames = context.frames
    asked = frames.local(pl.DataFrame({"initiative_id": sorted(initiatives)}, schema={"initiative_id": pl.String}))
    known: dict[str, set[float]] = defaultdict(set)
    for name in OBSERVATIONS:
        if context.has(name):
            own = frames.table(name).select("initiative_id", "stated").join(asked, on="initiative_id", how="semi")
            for key, stated in frames.collect([own])[0].drop_nulls().iter_rows():
                known[key] |= chinese_numbers(stated)
    return known


def _linked(context: Context, keys: set[str]) -> dict[str, set[float]]:
    """Numbers in the phrases of some projects and initiatives."""
    frames = context.frames
    known: dict[str, set[float]] = defaultdict(set)
    for name in sorted(set(LINKS.values())):
        if context.has(name):
            key = context.key_of(name)
            asked = frames.local(pl.DataFrame({key: sorted(keys)}, schema={key: pl.String}))
            own = frames.table(name).select(key, "stated").join(asked, on=key, how="semi")
            for id_, stated in frames.collect([own])[0].drop_nulls().iter_rows():
                known[id_] |= chinese_numbers(stated)
    return known
