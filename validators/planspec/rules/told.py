"""Row layer, what must be told: R264, a reading that departs from the plain one; R267, a misprint's reading; R268, a key
that went without another.

What departs is seen from the row itself, so that no list of rows says which of them need a note.
"""

from __future__ import annotations

import re
from difflib import SequenceMatcher
from typing import Any

import narwhals as nw
import polars as pl

from planspec.grammar.text import compact_text
from planspec.rules.context import OBSERVATIONS, RECORDS, Context
from planspec.tables import LINE

c = nw.col
WITHOUT_NUMBER = ("qualitative", "relative")
YARDSTICK = "经济增长|经济发展"
"""In step with the economy: no indicator is printed under this name."""
OPEN_UNIT = "余|多"
"""Stands between number and unit: 22万余件."""
REASONS = {
    "silent": "a goal that the document does not give",
    "wordy": "a measured indicator without a number",
    "unit": "a unit that the words do not print",
    "yardstick": "a yardstick of another name",
    "total": "a total since an earlier time",
    "misprint": "words that the errata mend",
}


def check_told(context: Context) -> None:
    """R264 for observations, by the row itself, and for every record that quotes a misprint; R267; R268."""
    for name in OBSERVATIONS:
        if context.has(name, "indicators", "units"):
            context.count("R264", context.frames.height(name))
            _check_observations(context, name)
    if context.has("errata"):
        for name in RECORDS.values():
            if context.has(name):
                _check_misprints(context, name)
        _check_readings(context)
    if context.has("retired"):
        _check_withdrawn(context)


def _mute(context: Context, name: str) -> nw.LazyFrame[Any]:
    note = c("note")
    return context.frames.table(name).filter(note.is_null() | (note == ""))


def _check_observations(context: Context, name: str) -> None:
    frames, key = context.frames, context.key_of(name)
    measures = pl.DataFrame(context.frame("indicators").select("indicator_id", "measure")).unique("indicator_id")
    units = context.frame("units").select("unit_id", "symbol_zh", "dimension").unique("unit_id")
    rows = _mute(context, name).select(LINE, key, "indicator_id", "unit_id", "comparator", "stated", "cue")
    rows = rows.join(frames.local(measures), on="indicator_id", how="left")
    rows = rows.join(frames.local(units), on="unit_id", how="left")
    words = nw.concat_str([c("stated").fill_null(""), c("cue").fill_null("")], separator=" ")
    plain = words.str.replace_all(OPEN_UNIT, "")
    departs = {
        "silent": c("comparator") == "not_stated",
        "wordy": c("comparator").is_in(list(WITHOUT_NUMBER)) & (c("measure") != "qualitative"),
        "unit": ~plain.str.contains(c("symbol_zh"), literal=True) & (c("dimension") != "multiple"),
        "yardstick": (c("comparator") == "in_step") & words.str.contains(YARDSTICK),
        "total": words.str.contains("累计") if name == "targets" else nw.lit(value=False),
    }
    flags = rows.with_columns(*(e.fill_null(value=False).alias(f"_{reason}") for reason, e in departs.items()))
    silent = flags.filter(nw.any_horizontal(*(c(f"_{reason}") for reason in departs), ignore_nulls=True))
    for row in frames.collect([silent])[0].sort(LINE).iter_rows(named=True):
        reason = next(r for r in departs if row[f"_{r}"])
        _report(context, name, row, key, REASONS[reason])


def _check_misprints(context: Context, name: str) -> None:
    """A record whose phrase or cue touches a misprint, and that has no note."""
    frames, key = context.frames, context.key_of(name)
    sound = context.frame("errata").filter(~pl.col(LINE).is_in(context.collector.spoiled_lines("errata")))
    prints = sound.select("source_id", pl.col("start").alias("_from"), pl.col("end").alias("_to"))
    context.count("R264", frames.height(name))
    rows = _mute(context, name).filter(~c("start").is_null() & ~c("end").is_null())
    rows = rows.select(LINE, key, "source_id", "start", "end", "stated")
    touched = rows.join(frames.local(prints.drop_nulls()), on="source_id", how="inner")
    touched = touched.filter((c("start") < c("_to")) & (c("_from") < c("end")))
    for row in frames.collect([touched])[0].sort(LINE).unique(LINE, maintain_order=True).iter_rows(named=True):
        _report(context, name, row, key, REASONS["misprint"])


def _report(context: Context, name: str, row: dict[str, Any], key: str, why: str) -> None:
    if not context.collector.spoiled(name, row[LINE]):
        context.report("R264", name, row[LINE], "note", row[key], why=why, stated=row["stated"] or "")


UNCERTAIN = re.compile(r"not known|not given|unknown|missing|traditional")
"""Where the wording is a guess, or only the script is another, the reading need not stand in the reason."""
_LISTS = re.compile(r"[，。、；：,.;:“”·\s]")
_HAN = re.compile(r"[一-鿿A-Za-z0-9“”·]+")
ENDS = re.compile(r"\b(?:no|not|nothing|none|never|twice|withdrawn|dropped)\b", re.IGNORECASE)
"""What a reason says of a key that nothing replaces."""


def unread(printed: str, reading: str, why: str) -> str:
    """The first part of a misprint's reading that its reason does not bear out; "" where all is borne out.

    The reason quotes the reading, or a run of it; or it quotes what the reading puts in place of the print. Marks may
    change without a word quoted.
    """
    bare, told = compact_text(reading), compact_text(why)
    if bare in told:
        return ""
    plain, shown = _LISTS.sub("", bare), _LISTS.sub("", compact_text(printed))
    if plain == shown:
        return ""
    quotes = [_LISTS.sub("", q) for q in _HAN.findall(told)]
    for kind, i1, i2, j1, j2 in SequenceMatcher(None, shown, plain, autojunk=False).get_opcodes():
        if kind == "equal":
            continue
        around = plain[max(0, j1 - 1) : j2 + 1]
        enough = {around}
        if kind == "replace":
            enough |= {part for part in (plain[max(0, j1 - 1) : j2], plain[j1 : j2 + 1]) if len(part) > 1}
        elif kind == "delete":
            enough.add(shown[i1:i2])
        if not any(part in quote for part in enough for quote in quotes):
            return around
    return ""


def _check_readings(context: Context) -> None:
    """R267."""
    for row in context.raw("errata").iter_rows(named=True):
        if not row["reading"] or context.collector.spoiled("errata", row[LINE]):
            continue
        context.count("R267", 1)
        if UNCERTAIN.search(row["why"]):
            continue
        part = unread(row["printed"], row["reading"], f"{row['why']} {row['why_zh']}")
        if part:
            key = f"{row['source_id']}/{row['start']}"
            context.report("R267", "errata", row[LINE], "reading", key, cell=row["reading"], part=part)


def _check_withdrawn(context: Context) -> None:
    """R268."""
    for row in context.raw("retired").iter_rows(named=True):
        context.count("R268", 1)
        unreplaced = not row["replaced_by"] and not ENDS.search(row["reason"])
        if unreplaced and not context.collector.spoiled("retired", row[LINE], "replaced_by"):
            context.report("R268", "retired", row[LINE], "replaced_by", row["id"], reason=row["reason"])
