"""Core indicators that a report gives no target for: a row says so only where no words may be about them after all."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import pairwise

from planspec.grammar import compact, sentence_span
from planspec.grammar.text import compact_text
from planspec.scan.entries import Drafts
from planspec.scan.known import Cells, Tables
from planspec.scan.naming import VERBS
from planspec.scan.review import Item
from planspec.scan.vocabulary import common

_WINDOW = 2000
_SHARED = 1 / 3
"""Part of a label's pairs of characters that other words for the same thing have at least (零售额 for 零售总额)."""


def silences(
    place: tuple[str, int, str],
    stored: str,
    headlines: list[tuple[int, int]],
    items: list[Item],
    tables: Tables,
    drafts: Drafts,
) -> tuple[list[Cells], list[str]]:
    """`not_stated` rows for core indicators without a target, and the indicators whose words stand where one may be told.

    `place`: district code, year and source id; `headlines`: stored bounds of the main expected targets. Silence is
    evidence, so a row waits for every proposed target to be decided, and for every one that has no record yet whose
    sentence has words of the indicator.
    """
    if any(i["role"] == "target" and not i["decision"] for i in items):
        return [], []
    code, year, source_id = place[0], str(place[1]), place[2]
    told = {
        r["indicator_id"]
        for r in [*tables["targets"], *drafts.rows["targets"]]
        if r["district_code"] == code and r["year"] == year
    }
    unread = list(_without_record(items, drafts))
    sentences = [compact_text(stored[a:b]) for a, b in headlines] + [_sentence(stored, i) for i in unread]
    phrases = [f"{i['cue']}\n{i['stated']}" for i in unread]
    common_labels = {r["indicator_id"]: r["labels_zh"] for r in common("common_indicators")}
    silent, doubtful = [], []
    for indicator in tables["indicators"]:
        name = indicator["indicator_id"]
        if indicator["core"] != "true" or name in told:
            continue
        labels = [w for w in f"{indicator['labels_zh']}|{common_labels.get(name, '')}".split("|") if w]
        if any(label in s for label in labels for s in sentences) or any(
            _like(la, p) for la in labels for p in phrases
        ):
            doubtful.append(name)
            continue
        row = dict.fromkeys(tables["targets"][0] if tables["targets"] else (), "")
        row |= {"target_id": f"{code}-{year}-{name}", "district_code": code, "year": year}
        row |= {"indicator_id": name, "comparator": "not_stated", "source_id": source_id}
        row |= {"hedged": "false", "headline": "false", "stretch": "false"}
        row |= {"note": "The full report gives no target for it."}
        silent.append(row)
    return silent, doubtful


def refuted(tables: Tables, drafted: Iterable[Cells]) -> set[str]:
    """Keys of the package's `not_stated` rows whose target has been found, under another key."""
    found = {_goal(r): r["target_id"] for r in drafted if r["comparator"] != "not_stated"}
    return {
        r["target_id"]
        for r in tables["targets"]
        if r["comparator"] == "not_stated" and found.get(_goal(r), r["target_id"]) != r["target_id"]
    }


def _goal(row: Cells) -> tuple[str, ...]:
    return row["district_code"], row["year"], row["indicator_id"]


def _without_record(items: list[Item], drafts: Drafts) -> Iterator[Item]:
    lacking = {id(item) for item, _ in drafts.lacking}
    for item in items:
        if item["role"] == "target" and (item["decision"] == "aside" or id(item) in lacking):
            yield item


def _sentence(stored: str, item: Item) -> str:
    start = int(item["start"])
    offset = max(0, start - _WINDOW)
    window = compact(stored[offset : start + _WINDOW])
    return window.text[slice(*sentence_span(window.text, window.position(start - offset)))]


def _like(label: str, phrase: str) -> bool:
    """Whether a phrase may have other words for a label: a third of its pairs of characters, or an abbreviation (固投)."""
    pairs = {a + b for a, b in pairwise(label)}
    own = {a + b for a, b in pairwise(phrase)} - set(VERBS)
    shared = len(own & pairs)
    shortened = any(p[0] == label[0] and p[1] in label[2:] and p not in pairs for p in own)
    return shortened or (shared > 0 and shared >= _SHARED * len(pairs))
