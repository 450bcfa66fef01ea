"""Row layer, R238: a record whose words for its indicator stand only inside the longer words for another.

生产总值 stands in 海洋生产总值, so that the growth of the marine economy could be filed as the growth of the whole. Only
indicators of the same measure and dimension are held against each other: between others, unit and measure already decide.
"""

from __future__ import annotations

from collections import defaultdict
from functools import partial

import narwhals as nw
import polars as pl

from planspec.rules.context import KEYS, OBSERVATIONS, Context
from planspec.rules.enrich import code_list
from planspec.tables import LINE

Longer = dict[str, dict[str, dict[str, str]]]
"""Of each indicator whose labels stand inside others': its labels, each with the longer ones and whose they are."""


def longer_labels(indicators: pl.DataFrame) -> Longer:
    """The labels that hide a shorter one, by indicator and label; indicators without any are left out."""
    alike: dict[tuple[str, str], dict[str, list[str]]] = defaultdict(dict)
    for key, labels, *kind in indicators.select("indicator_id", "labels_zh", "measure", "dimension").iter_rows():
        alike[tuple(kind)][key] = [label for label in (labels or "").split("|") if label]
    found: Longer = {}
    for listed in alike.values():
        for key, own in listed.items():
            others = {label: other for other, labels in listed.items() if other != key for label in labels}
            hiding = {
                label: {longer: others[longer] for longer in others if label in longer and longer not in own}
                for label in own
            }
            if any(hiding.values()):
                found[key] = hiding
    return found


def _words() -> pl.Expr:
    return pl.concat_str(pl.col("cue").fill_null(""), pl.col("stated").fill_null(""), separator="\n")


def hidden(frame: pl.DataFrame, longer: Longer) -> pl.DataFrame:
    """Lines of a batch whose labels all stand inside longer ones of other indicators."""
    found = [frame.clear()]
    rows = frame.filter(pl.col("indicator_id").is_in(list(longer)))
    for (key,), own in rows.partition_by("indicator_id", as_dict=True).items():
        held, bare = [], []
        for label, hiding in longer[str(key)].items():
            # The longest first: one may stand inside another.
            marks = sorted(hiding, key=len, reverse=True)
            held.append(_words().str.contains(label, literal=True))
            rest = _words().str.replace_many(marks, ["\n"] * len(marks), leftmost=True) if marks else _words()
            bare.append(rest.str.contains(label, literal=True))
        found.append(own.filter(pl.any_horizontal(held) & ~pl.any_horizontal(bare)))
    return pl.concat(found).select(LINE)


def check_labels(context: Context) -> None:
    """R238."""
    if not context.has("indicators"):
        return
    longer = longer_labels(code_list(context.frames, "indicators"))
    for name in OBSERVATIONS:
        if not context.has(name):
            continue
        judged = context.frames.table(name).filter(nw.col("indicator_id").is_in(list(longer)))
        context.count("R238", context.frames.collect([judged.select(nw.len().alias("n"))])[0]["n"][0])
        rows = context.suspects(name, ("indicator_id", "stated", "cue"), partial(hidden, longer=longer), cheap=True)
        lines = set(hidden(rows, longer)[LINE])
        for row in rows.filter(pl.col(LINE).is_in(lines)).iter_rows(named=True):
            told = f"{row['cue']}\n{row['stated']}"
            others = {
                other: label for hiding in longer[row["indicator_id"]].values() for label, other in hiding.items()
            }
            label, other = max(
                ((label, other) for other, label in others.items() if label in told), key=lambda x: len(x[0])
            )
            context.report(
                "R238",
                name,
                row[LINE],
                "indicator_id",
                row[KEYS[name]],
                cell=row["indicator_id"],
                label=label,
                other=other,
            )
