"""Row layer, themes and categories: a subject that no word of the row speaks for, while its name surely speaks for another."""

from __future__ import annotations

import re
import tomllib
from functools import lru_cache, partial
from importlib.resources import files

import polars as pl

from planspec.rules.context import KEYS, Context
from planspec.tables import LINE

SUBJECTS = {
    "initiatives": ("R297", "theme", "theme", ("summary_zh",)),
    "indicators": ("R297", "theme", "theme", ("labels_zh",)),
    "projects": ("R298", "category", "category", ("stated", "cue")),
}
"""Rule, column, list of words, and the columns beside the name that may speak for the subject."""


@lru_cache(maxsize=1)
def subjects() -> dict[str, dict[str, str]]:
    """Regular expressions of the words that speak for each theme and category."""
    text = files("planspec.lexicon").joinpath("subjects.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def unspoken(frame: pl.DataFrame, column: str, words: str, beside: tuple[str, ...]) -> pl.DataFrame:
    """Lines of a batch whose name surely speaks for some subject while nothing in the row speaks for its own."""
    lists, sure = subjects()[words], subjects()[f"{words}_sure"]
    name = pl.col("name_zh")
    named = frame.filter(pl.col(column).is_in(list(lists)) & name.str.contains("|".join(sure.values())))
    told = pl.concat_str(*(pl.col(c).fill_null("") for c in ("name_zh", *beside)), separator="\n")
    # A row is held against its own subject's words only.
    silent = [
        rows.filter(~told.str.contains(lists[str(subject)]))
        for (subject,), rows in named.partition_by(column, as_dict=True).items()
    ]
    return pl.concat([frame.clear(), *silent]).select(LINE)


def check_subjects(context: Context) -> None:
    """R297 (themes) and R298 (categories)."""
    for name, (rule, column, words, beside) in SUBJECTS.items():
        if not context.has(name):
            continue
        context.count(rule, context.frames.given(name, column))
        looks = partial(unspoken, column=column, words=words, beside=beside)
        for row in context.suspects(name, (column, "name_zh", *beside), looks).iter_rows(named=True):
            own = subjects()[words].get(row[column])
            told = "\n".join(row[c] for c in ("name_zh", *beside))
            if own is None or re.search(own, told) or context.collector.spoiled(name, row[LINE], column):
                continue
            spoken = {
                s: m.group() for s, p in subjects()[f"{words}_sure"].items() if (m := re.search(p, row["name_zh"]))
            }
            if spoken:
                said = ", ".join(f"{word} ({subject})" for subject, word in spoken.items())
                context.report(rule, name, row[LINE], column, row[KEYS[name]], cell=row[column], said=said)
