"""Joins: the columns a row rule needs from other resources, from the key, and from the phrase."""

from __future__ import annotations

import re

import polars as pl

from planspec.grammar.lexicon import POWERS
from planspec.rules.context import KEYS, OBSERVATIONS, Context
from planspec.rules.readings import read_governing, reading_columns
from planspec.rules.words import name_in_phrase, scope_in_words, stage_in_words

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


def _units(context: Context, prefix: str) -> pl.DataFrame:
    return (
        context.frame("units")
        .select(
            pl.col("unit_id"),
            pl.col("factor").alias(f"_{prefix}factor"),
            pl.col("dimension").alias(f"_{prefix}dimension"),
            pl.col("symbol_zh").alias(f"_{prefix}symbol"),
        )
        .unique("unit_id", keep="first")
    )


def _key_columns(key: str) -> list[pl.Expr]:
    parts = pl.col(key).str.split_exact("-", 2)
    return [
        parts.struct.field("field_0").alias("_key_district"),
        parts.struct.field("field_1").cast(pl.Int64, strict=False).alias("_key_year"),
    ]


def _period_columns() -> list[pl.Expr]:
    start = pl.col("period").str.extract(r"^(\d{4})(?:-(\d{2}))?", 1).cast(pl.Int64, strict=False)
    first = pl.col("period").str.extract(r"^\d{4}-(\d{2})", 1).cast(pl.Int64, strict=False).fill_null(1)
    tail = pl.col("period").str.extract(r"(\d{4}(?:-\d{2})?)$", 1)
    end = tail.str.slice(0, 4).cast(pl.Int64, strict=False)
    last = tail.str.extract(r"-(\d{2})$", 1).cast(pl.Int64, strict=False).fill_null(12)
    return [
        (start * 100 + first).alias("_period_start"),
        (end * 100 + last).alias("_period_end"),
        first.alias("_period_first_month"),
        last.alias("_period_last_month"),
    ]


def _labelled(frame: pl.DataFrame) -> pl.Series:
    """Whether phrase or cue holds one of the indicator's labels; null where there is no phrase or no indicator."""
    hits: list[bool | None] = []
    for stated, cue, labels in frame.select("stated", "cue", "_labels").iter_rows():
        if not stated or not labels:
            hits.append(None)
        else:
            words = f"{cue or ''}\n{stated}"
            hits.append(any(label and label in words for label in labels.split("|")))
    return pl.Series("_labelled", hits, dtype=pl.Boolean)


def enrich_observations(context: Context, name: str) -> pl.DataFrame:
    """Targets or results with unit, indicator, key, period and phrase columns joined on."""
    key = OBSERVATIONS[name]
    frame = context.frame(name)
    indicators = (
        context.frame("indicators")
        .select(
            "indicator_id",
            pl.col("measure").alias("_measure"),
            pl.col("dimension").alias("_dimension"),
            pl.col("min").alias("_min"),
            pl.col("max").alias("_max"),
            pl.col("core").alias("_core"),
            pl.col("labels_zh").alias("_labels"),
        )
        .unique("indicator_id", keep="first")
    )
    readings = reading_columns(frame, context.frame("figures"), name.removesuffix("s"), key)
    out = pl.concat([frame, readings], how="horizontal")
    out = out.join(
        _units(context, "unit_").rename({"_unit_factor": "_factor"}), on="unit_id", how="left", maintain_order="left"
    )
    out = out.join(indicators, on="indicator_id", how="left", maintain_order="left")
    scoped = [scope_in_words(*row) for row in out.select("scope_zh", "stated", "cue", "note").iter_rows()]
    return out.with_columns(
        *_key_columns(key), *_period_columns(), _labelled(out), pl.Series("_scope_worded", scoped, dtype=pl.Boolean)
    )


def enrich_projects(context: Context) -> pl.DataFrame:
    """Projects with units, key, period, membership and what their words say."""
    frame = context.frame("projects")
    members = set(frame["portfolio_id"].drop_nulls())
    strengths, stages, names = [], [], []
    columns = ["stated", "cue", "stage", "name_zh"]
    for stated, cue, stage, name in frame.select(columns).iter_rows():
        says = read_governing(stated or "", cue or "")
        strengths.append(next((s for s in ("binding", "ensure", "strive") if s in says.strengths), "stated"))
        stages.append(stage_in_words(stage, stated, cue))
        names.append(name_in_phrase(name or "", stated or "") if name and stated else None)
    out = frame.with_columns(
        pl.Series("_says_strength", strengths, dtype=pl.String),
        pl.Series("_stage_worded", stages, dtype=pl.Boolean),
        pl.Series("_name_worded", names, dtype=pl.Boolean),
        pl.col("project_id").is_in(list(members)).alias("_has_members"),
        *_key_columns("project_id"),
        *_period_columns(),
    )
    for prefix in ("investment", "size"):
        units = _units(context, f"{prefix}_").rename({"unit_id": f"{prefix}_unit_id"})
        out = out.join(units, on=f"{prefix}_unit_id", how="left", maintain_order="left")
    return out


def enrich_initiatives(context: Context) -> pl.DataFrame:
    """Initiatives with the parts of their key."""
    frame = context.frame("initiatives")
    names = [
        name_in_phrase(n or "", s or "") if n and s else None for n, s in frame.select("name_zh", "stated").iter_rows()
    ]
    return frame.with_columns(*_key_columns("initiative_id"), pl.Series("_name_worded", names, dtype=pl.Boolean))


def enrich_units(context: Context) -> pl.DataFrame:
    """Units with the factor their symbol shows and what their base unit is."""
    frame = context.frame("units")
    base = frame.select(
        pl.col("unit_id").alias("base_unit_id"),
        pl.col("dimension").alias("_base_dimension"),
        pl.col("base_unit_id").alias("_base_of_base"),
    ).unique("base_unit_id", keep="first")
    factors = {s: f for s, f in frame.select("symbol_zh", "factor").iter_rows() if s and f is not None}
    shown = pl.Series("_symbol_factor", [symbol_factor(s or "", factors) for s in frame["symbol_zh"]], dtype=pl.Float64)
    return frame.with_columns(shown).join(base, on="base_unit_id", how="left", maintain_order="left")


def enrich_indicators(context: Context) -> pl.DataFrame:
    """Indicators with the number of records and of values that use them."""
    frame = context.frame("indicators")
    used = pl.concat(
        [
            context.frame(n).filter(pl.col("comparator") != "not_stated").select("indicator_id", "value")
            for n in OBSERVATIONS
            if context.has(n)
        ]
    )
    counts = used.group_by("indicator_id").agg(pl.len().alias("_records"), pl.col("value").count().alias("_values"))
    return frame.join(counts, on="indicator_id", how="left", maintain_order="left")


def enriched(context: Context, name: str) -> pl.DataFrame:
    """The frame that row rules of a resource run on; computed once."""
    if name not in context.enriched:
        if name in OBSERVATIONS:
            context.enriched[name] = enrich_observations(context, name)
        elif name == "projects":
            context.enriched[name] = enrich_projects(context)
        elif name == "initiatives":
            context.enriched[name] = enrich_initiatives(context)
        elif name == "units":
            context.enriched[name] = enrich_units(context)
        elif name == "indicators":
            context.enriched[name] = enrich_indicators(context)
        else:
            context.enriched[name] = context.frame(name)
    return context.enriched[name]


NEEDS = {
    "targets": ("units", "indicators", "figures"),
    "results": ("units", "indicators", "figures"),
    "projects": ("units",),
    "indicators": ("targets", "results"),
}
"""Resources that must be readable before the rows of another can be judged."""

assert set(OBSERVATIONS) <= set(KEYS)
