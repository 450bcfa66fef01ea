"""Joins: the columns a row rule needs from other tables, from the key, and from the phrase, on any engine."""

from __future__ import annotations

import re
from typing import Any

import narwhals as nw
import polars as pl

from planspec.grammar.lexicon import POWERS
from planspec.rules.context import KEYS, OBSERVATIONS, Context
from planspec.rules.frames import Frames
from planspec.rules.readings import (
    FIGURE_SCHEMA,
    NAMES_SCHEMA,
    WORDS_SCHEMA,
    WORDY,
    WORKS_SCHEMA,
    read_figures_of,
    words_of_names,
    words_of_observations,
    words_of_works,
)
from planspec.tables import LINE

c = nw.col
Lazy = nw.LazyFrame[Any]
_SYMBOL = re.compile("^(万亿|千万|百万|十万|万|亿|千)?(.*)$")
_FIXED = {"%": 0.01, "‰": 0.001}


def symbol_factor(symbol: str, factors: dict[str, float]) -> float | None:
    """Factor that a unit's printed symbol itself shows: 万人 10⁴, 亿元 10⁸, 万亩 10⁴ 亩, % 10⁻²; None where it shows none.

    `factors`: symbol → factor of the units there are, so that 万亩 is ten thousand times 亩.
    """
    if symbol in _FIXED:
        return _FIXED[symbol]
    power = _SYMBOL.match(symbol)
    if not power or not power.group(1):
        return None
    return float(10 ** POWERS[power.group(1)]) * factors.get(power.group(2), 1.0)


def first_of_each(frame: pl.DataFrame, key: str) -> pl.DataFrame:
    """A code list with one row a key: of two rows with one key the first stands."""
    return frame.filter(pl.col(key).is_not_null()).sort(LINE).unique(key, keep="first", maintain_order=True)


def code_list(frames: Frames, name: str) -> pl.DataFrame:
    """A code list, fetched: these are small whatever the size of the package."""
    return first_of_each(frames.whole(name), KEYS[name])


def _units(frames: Frames, prefix: str, key: str) -> Lazy:
    columns = {
        "unit_id": key,
        "factor": f"_{prefix}factor",
        "dimension": f"_{prefix}dimension",
        "symbol_zh": f"_{prefix}symbol",
    }
    return frames.local(code_list(frames, "units").select(list(columns)).rename(columns))


def label_lists(indicators: pl.DataFrame) -> pl.DataFrame:
    """`indicator_id` with its printed labels, one a column: `_label_0`, `_label_1`, …; null where there are fewer."""
    lists = [[label for label in (labels or "").split("|") if label] for labels in indicators["labels_zh"]]
    width = max(map(len, lists), default=0)
    columns = {
        f"_label_{n}": [labels[n] if n < len(labels) else None for labels in lists] for n in range(max(width, 1))
    }
    return pl.DataFrame(
        {"indicator_id": indicators["indicator_id"], **columns},
        schema={"indicator_id": pl.String, **dict.fromkeys(columns, pl.String)},
    )


def _indicators(frames: Frames) -> tuple[Lazy, list[str]]:
    """Indicators as observations read them, and the names of their label columns."""
    listed = code_list(frames, "indicators")
    columns = {
        "indicator_id": "indicator_id",
        "measure": "_measure",
        "dimension": "_dimension",
        "min": "_min",
        "max": "_max",
        "core": "_core",
        "labels_zh": "_labels",
    }
    labels = label_lists(listed)
    joined = listed.select(list(columns)).rename(columns).join(labels, on="indicator_id", how="left")
    return frames.local(joined), [n for n in labels.columns if n.startswith("_label_")]


def _key_columns(key: str) -> list[nw.Expr]:
    """District and year as the key has them; the key has the form its schema demands."""
    year = c(key).str.slice(7, 4)
    whole = year.str.contains(r"\A[0-9]{4}\z")
    return [
        c(key).str.slice(0, 6).alias("_key_district"),
        nw.when(whole).then(year).otherwise(nw.lit(None, dtype=nw.String)).cast(nw.Int64).alias("_key_year"),
    ]


def _part(text: nw.Expr, start: int, pattern: str) -> nw.Expr:
    """A run of digits cut from a period as a number; null where the period is too short or of another form."""
    return (
        nw.when(text.str.contains(pattern))
        .then(text.str.slice(start, 4 if start == 0 else 2))
        .otherwise(nw.lit(None, dtype=nw.String))
        .cast(nw.Int64)
    )


def _with_period(frame: Lazy) -> Lazy:
    """`frame` with the first and last month of its period as numbers (202501), and the months themselves."""
    form = r"\A[0-9]{4}(-[0-9]{2})?(/[0-9]{4}(-[0-9]{2})?)?\z"
    period = nw.when(c("period").str.contains(form)).then(c("period")).otherwise(nw.lit(None, dtype=nw.String))
    cut = frame.with_columns(
        period.str.replace_all(r"/.*", "").alias("_from"), period.str.replace_all(r".*/", "").alias("_to")
    )
    year, month = r"\A[0-9]{4}", r"\A[0-9]{4}-[0-9]{2}"
    first = nw.when(~c("_from").is_null()).then(nw.coalesce(_part(c("_from"), 5, month), nw.lit(1)))
    last = nw.when(~c("_to").is_null()).then(nw.coalesce(_part(c("_to"), 5, month), nw.lit(12)))
    cut = cut.with_columns(first.alias("_period_first_month"), last.alias("_period_last_month"))
    return cut.with_columns(
        (_part(c("_from"), 0, year) * 100 + c("_period_first_month")).alias("_period_start"),
        (_part(c("_to"), 0, year) * 100 + c("_period_last_month")).alias("_period_end"),
    ).drop("_from", "_to")


def _figures_in_phrase(frames: Frames, name: str, phrases: Lazy) -> Lazy:
    """Ledger rows that name a record and stand inside its phrase, with the phrase; `rank` where blanks stand inside."""
    reference = OBSERVATIONS[name]
    figures = (
        frames.table("figures")
        .filter(~c(reference).is_null())
        .select(
            c(reference),
            c(LINE).alias("order"),
            c("source_id").alias("_source"),
            c("start").alias("_start"),
            "printed",
            "field",
        )
    )
    joined = figures.join(phrases, on=reference, how="inner").filter(
        (c("_source") == c("source_id")) & (c("_start") >= c("start")) & (c("_start") < c("end"))
    )
    return joined.select(
        LINE,
        "source_id",
        "start",
        "_start",
        c("stated"),
        (c("end") - c("start")).alias("room"),
        (c("_start") - c("start")).alias("offset"),
        "order",
        c("printed").fill_null(""),
        c("comparator").fill_null("").is_in(list(WORDY)).alias("wordy"),
        nw.when(c("field") == "value_max")
        .then(nw.lit("max"))
        .when(c("field") == "stretch_value")
        .then(nw.lit("stretch"))
        .otherwise(nw.lit("own"))
        .alias("slot"),
    )


def _digit_figures(frames: Frames) -> Lazy:
    """Places of the ledger where a number in digits stands."""
    starts = frames.table("figures").filter(
        ~c("start").is_null() & ~c("source_id").is_null() & c("printed").str.contains(r"\A\d")
    )
    return starts.select("source_id", "start")


def _last(figures: Lazy, slot: str, columns: dict[str, str], *, of: nw.Expr | None = None) -> Lazy:
    """Columns of the last figure of each record in a slot: of two that prove one column the later stands."""
    chosen = figures.filter(c("slot") == slot) if of is None else figures.filter((c("slot") == slot) & of)
    last = chosen.filter(c("order") == c("order").max().over(LINE))
    return last.select(LINE, *(c(a).alias(b) for a, b in columns.items()))


def _readings(frames: Frames, name: str, table: Lazy) -> Lazy:
    """What the ledger and the grammar say of each observation that has a phrase: one row an observation."""
    placed = ~c("start").is_null() & ~c("end").is_null()
    phrases = table.filter((c("stated") != "") & placed)
    keep = [OBSERVATIONS[name], LINE, "source_id", "start", "end", "stated", "comparator"]
    inside = frames.keep(_figures_in_phrase(frames, name, phrases.select(keep)))
    digits = frames.keep(_digit_figures(frames))
    spread = inside.filter(c("room") != c("stated").str.len_chars().cast(nw.Int64))
    begun = spread.select("source_id", LINE, "offset", "start", c("_start").alias("end")).unique()
    ranks = frames.inside(digits, begun, (LINE, "offset"), "rank")
    ranked = inside.join(ranks, on=[LINE, "offset"], how="left")
    read = frames.keep(
        frames.through(
            ranked.select(
                LINE, "slot", "order", "stated", "room", "offset", "printed", c("rank").fill_null(0), "wordy"
            ),
            read_figures_of,
            FIGURE_SCHEMA,
        )
    )
    quantity = {"value": "_read_value", "unit": "_read_unit", "bound": "_read_bound"}
    words = frames.through(
        table.select(LINE, "stated", "cue", "year", "scope_zh", "note", placed.alias("placed")),
        words_of_observations,
        WORDS_SCHEMA,
    )
    out = words
    for part in (
        _last(read, "own", {"place": "_own", "comparator": "_read_comparator"}),
        _last(read, "own", quantity, of=c("hedged").is_null()),
        _last(read, "max", {"value": "_read_max"}, of=c("hedged").is_null()),
        _last(read, "stretch", {"value": "_read_stretch"}, of=c("hedged").is_null()),
        frames.inside(digits, phrases.select("source_id", LINE, "start", "end"), (LINE,), "_ledger_digits"),
    ):
        out = out.join(part, on=LINE, how="left")
    return out


def enrich_observations(frames: Frames, name: str, table: Lazy) -> Lazy:
    """Targets or results with unit, indicator, key, period and phrase columns joined on."""
    indicators, labels = _indicators(frames)
    out = table.join(frames.keep(_readings(frames, name, table)), on=LINE, how="left")
    out = out.join(_units(frames, "unit_", "unit_id"), on="unit_id", how="left")
    out = out.join(indicators, on="indicator_id", how="left")
    words = nw.concat_str([c("cue").fill_null(""), c("stated")], separator="\n")
    held = nw.any_horizontal(
        *(words.str.contains(c(label), literal=True).fill_null(value=False) for label in labels), ignore_nulls=False
    )
    labelled = nw.when((c("stated") != "") & ~c("_label_0").is_null()).then(held)
    out = out.with_columns(
        labelled.alias("_labelled"), c("_unit_factor").alias("_factor"), *_key_columns(OBSERVATIONS[name])
    )
    return _with_period(out)


def enrich_projects(frames: Frames, table: Lazy) -> Lazy:
    """Projects with units, key, period, membership and what their words say."""
    portfolios = (
        frames.table("projects")
        .filter(~c("portfolio_id").is_null())
        .select(c("portfolio_id").alias("project_id"))
        .unique()
    )
    said = frames.keep(
        frames.through(table.select(LINE, "name_zh", "stated", "cue", "stage"), words_of_works, WORKS_SCHEMA)
    )
    out = table.join(said, on=LINE, how="left").join(
        portfolios.with_columns(nw.lit(value=True).alias("_has_members")), on="project_id", how="left"
    )
    out = out.with_columns(c("_has_members").fill_null(value=False), *_key_columns("project_id"))
    for prefix in ("investment", "size"):
        out = out.join(_units(frames, f"{prefix}_", f"{prefix}_unit_id"), on=f"{prefix}_unit_id", how="left")
    return _with_period(out)


def enrich_initiatives(frames: Frames, table: Lazy) -> Lazy:
    """Initiatives with the parts of their key, and whether name and phrase are the same words."""
    said = frames.keep(frames.through(table.select(LINE, "name_zh", "stated"), words_of_names, NAMES_SCHEMA))
    return table.join(said, on=LINE, how="left").with_columns(*_key_columns("initiative_id"))


def enrich_units(frames: Frames, table: Lazy) -> Lazy:
    """Units with the factor their symbol shows and what their base unit is."""
    units = code_list(frames, "units")
    factors = {s: f for s, f in units.select("symbol_zh", "factor").iter_rows() if s and f is not None}
    base = units.select(
        pl.col("unit_id").alias("base_unit_id"),
        pl.col("dimension").alias("_base_dimension"),
        pl.col("base_unit_id").alias("_base_of_base"),
    )
    shown = pl.DataFrame(
        [(s, symbol_factor(s, factors)) for s in units["symbol_zh"].drop_nulls().unique(maintain_order=True)],
        schema={"symbol_zh": pl.String, "_symbol_factor": pl.Float64},
        orient="row",
    )
    return table.join(frames.local(shown), on="symbol_zh", how="left").join(
        frames.local(base), on="base_unit_id", how="left"
    )


def enrich_indicators(frames: Frames, table: Lazy) -> Lazy:
    """Indicators with the number of records and of values that use them."""
    used = nw.concat(
        [
            frames.table(n).filter(c("comparator") != "not_stated").select("indicator_id", "value")
            for n in OBSERVATIONS
            if frames.has(n)
        ]
    )
    counts = used.group_by("indicator_id").agg(nw.len().alias("_records"), c("value").count().alias("_values"))
    return table.join(frames.local(frames.collect([counts])[0]), on="indicator_id", how="left")


def enrich(frames: Frames, name: str, table: Lazy) -> Lazy:
    """The rows `table` of a resource with everything its row rules read."""
    if name in OBSERVATIONS:
        return enrich_observations(frames, name, table)
    special = {
        "projects": enrich_projects,
        "initiatives": enrich_initiatives,
        "units": enrich_units,
        "indicators": enrich_indicators,
    }
    return special[name](frames, table) if name in special else table


def enriched(context: Context, name: str) -> pl.DataFrame:
    """All rows of a resource with everything its row rules read, in the order of the file."""
    return context.frames.collect([enrich(context.frames, name, context.frames.table(name))])[0].sort(LINE)


NEEDS = {
    "targets": ("units", "indicators", "figures"),
    "results": ("units", "indicators", "figures"),
    "projects": ("units",),
    "indicators": ("targets", "results"),
}
"""Resources that must be readable before the rows of another can be judged."""

assert set(OBSERVATIONS) <= set(KEYS)
