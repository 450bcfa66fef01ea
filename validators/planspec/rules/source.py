"""Source layer: the rows against the texts they were read from."""

from __future__ import annotations

import hashlib
import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Sequence
from functools import cache
from itertools import islice, pairwise
from pathlib import Path

import polars as pl

from planspec.errors import CannotTell
from planspec.grammar import find_unsettled, read_figures, sentence_span
from planspec.grammar.text import compact_text
from planspec.rules.cited import check_cited
from planspec.rules.context import OBSERVATIONS, RECORDS, Context, Text
from planspec.rules.reasons import fits
from planspec.rules.surroundings import check_surroundings
from planspec.tables import LINE

_DIGITS = re.compile(r"\d+(?:\.\d+)?")
_GROSS_FIRST = re.compile(r"(?:今年)?(?:全[区市县州省])?(?:地区)?(?:生产总值|GDP)")
_SENTENCE_MARK = re.compile(r"[!?!?]|。(?!以[内下上])")
_STRIVE_BEFORE = re.compile(r"(力争|争取|确保)[^,、;:。!?力争取确保]{0,6}$")


Folders = Path | Sequence[Path] | None
"""Where source texts are looked for: a folder, several in order, or none."""


def find_sources(package: Path, given: Path | None, environment: str | None) -> tuple[Path, ...] | None:
    """Folders of the source texts: the one given, or `PLANS_SOURCES`, `sources/` and `../shared/sources/`, in this order.

    Each text is taken from the first that holds it, so that a text of one's own lies beside those that are shared. None
    where there is none of them.
    """
    if given is not None:
        if not given.is_dir():
            raise CannotTell(
                f"{given} is no folder of source texts", "give the folder that holds the files named in sources.csv"
            )
        return (given,)
    root = package if package.is_dir() else package.parent
    usual = (root / "sources", root / ".." / "shared" / "sources")
    folders = (Path(environment), *usual) if environment else usual
    return tuple(f for f in folders if f.is_dir()) or None


def find_text(folders: Folders, name: str | None) -> Path | None:
    """The text of this name in the first of the folders that holds it; None where none does."""
    for folder in (folders,) if isinstance(folders, Path) else folders or ():
        path = folder / str(name)
        if name and "\x00" not in name and path.resolve().is_relative_to(folder.resolve()) and path.is_file():
            return path
    return None


def load_texts(context: Context, folders: Folders) -> None:
    """Read the texts that sources.csv names from `folders` (UTF-8, newlines raw); missing ones are left out.

    A text that is not there under its name is known by its checksum among those that no row names.
    """
    if folders is None or not context.has("sources"):
        return
    rows = context.frame("sources").select("source_id", "file", "sha256").rows()
    named = {str(name) for _, name, _ in rows}
    for source, name, checksum in rows:
        path = find_text(folders, name) or _by_checksum(folders, checksum, named)
        if source and path:
            data = path.read_bytes()
            digest = hashlib.sha256(data).hexdigest()
            context.texts[source] = Text(source, data.decode("utf-8", errors="replace"), digest, path.name)


STRANGE = 100
"""Texts of a folder, beyond those that rows name, that are looked through for a checksum."""


def _by_checksum(folders: Folders, checksum: str | None, named: set[str]) -> Path | None:
    """A text that no row names, with this checksum; None where there is none among the first of each folder."""
    for folder in (folders,) if isinstance(folders, Path) else folders or ():
        strange = (path for path in sorted(folder.glob("*.txt")) if path.name not in named and path.is_file())
        for path in islice(strange, STRANGE):
            with path.open("rb") as file:
                if hashlib.file_digest(file, "sha256").hexdigest() == checksum:
                    return path
    return None


def check_sources(context: Context) -> None:
    """Run the source layer on the texts at hand."""
    _check_hashes(context)
    usable = dict(context.texts)
    for name in RECORDS.values():
        if context.has(name):
            _check_phrases(context, name, usable)
    if context.has("figures"):
        _check_printed(context, usable)
        _check_recount(context, usable)
    if context.has("errata"):
        _check_errata(context, usable)
    if context.has("coverage"):
        _check_spans(context, usable)
    check_cited(context)
    check_surroundings(context)


def _check_hashes(context: Context) -> None:
    """T401: a text that is not the one the offsets were taken from."""
    frame = context.frame("sources")
    for row in frame.iter_rows(named=True):
        text = context.texts.get(row["source_id"])
        if text is None:
            continue
        context.count("T401", 1)
        if text.sha256 != row["sha256"]:
            context.report(
                "T401", "sources", row[LINE], "sha256", row["source_id"], file=row["file"], found=text.sha256
            )
            del context.texts[row["source_id"]]
        elif len(text.stored) != row["characters"]:
            context.report(
                "T402",
                "sources",
                row[LINE],
                "characters",
                row["source_id"],
                cell=row["characters"],
                found=len(text.stored),
            )
        context.count("T402", 1)


def _check_phrases(context: Context, name: str, texts: dict[str, Text]) -> None:
    """T403: phrase not at its offsets. T404 and T421: cue not at its place. T405: strength left out."""
    frame = context.frame(name)
    key = context.key_of(name)
    cued = "cue" in frame.columns
    for row in frame.iter_rows(named=True):
        text = texts.get(row["source_id"])
        if text is None or None in (row["stated"], row["start"], row["end"]):
            continue
        context.count("T403", 1)
        found = compact_text(text.stored[row["start"] : row["end"]])
        tight = (
            text.stored[row["start"] : row["start"] + 1].strip() and text.stored[row["end"] - 1 : row["end"]].strip()
        )
        if found != row["stated"] or not tight:
            context.report(
                "T403",
                name,
                row[LINE],
                "stated",
                row[key],
                cell=row["stated"],
                found=found[:60],
                start=row["start"],
                end=row["end"],
            )
            continue
        if not cued:
            continue
        if row["cue"] is not None and row["cue_start"] is not None and row["cue_end"] is not None:
            _check_cue(context, name, row, key, text)
        if name == "targets":
            _check_strength_at_hand(context, row, key, text)


def _check_cue(context: Context, name: str, row: dict, key: str, text: Text) -> None:
    context.count("T404", 1)
    found = compact_text(text.stored[row["cue_start"] : row["cue_end"]])
    first, last = sentence_span(text.compact.text, text.compact.position(row["start"]))
    place = text.compact.position(row["cue_start"])
    tight = (
        text.stored[row["cue_start"] : row["cue_start"] + 1].strip()
        and text.stored[row["cue_end"] - 1 : row["cue_end"]].strip()
    )
    if found != row["cue"] or not first <= place < last or not tight:
        why = "elsewhere" if found == row["cue"] else found[:60]
        context.report(
            "T404",
            name,
            row[LINE],
            "cue",
            row[key],
            cell=row["cue"],
            found=why,
            start=row["cue_start"],
            end=row["cue_end"],
        )
        return
    _check_nearest(context, name, row, key, text, (first, last))


def _check_nearest(context: Context, name: str, row: dict, key: str, text: Text, sentence: tuple[int, int]) -> None:
    """T421: the cue's words stand nearer to the phrase, at another place of the `sentence` (positions).

    A word that governs a figure stands before it; what a project comes to may be told behind its name too.
    """
    context.count("T421", 1)
    phrase = text.compact.position(row["start"]), text.compact.position(row["end"])
    place = text.compact.position(row["cue_start"])

    def distance(at: int) -> int:
        return phrase[0] - at - len(row["cue"]) if at < phrase[0] else at - phrase[1]

    for match in re.finditer(re.escape(row["cue"]), text.compact.text[slice(*sentence)]):
        at = sentence[0] + match.start()
        outside = distance(at) >= 0
        if outside and distance(at) < distance(place) and (at < phrase[0] or name == "projects"):
            start, _ = text.compact.stored(at, at + len(row["cue"]))
            context.report("T421", name, row[LINE], "cue_start", row[key], cell=row["cue"], nearer=start)
            return


def _check_strength_at_hand(context: Context, row: dict, key: str, text: Text) -> None:
    """力争 or 确保 directly before the phrase governs it, so that it has to be in phrase or cue."""
    context.count("T405", 1)
    position = text.compact.position(row["start"])
    match = _STRIVE_BEFORE.search(text.compact.text[max(0, position - 12) : position])
    if match and match.group(1) not in f"{row['cue'] or ''}{row['stated']}":
        context.report("T405", "targets", row[LINE], "cue", row[key], word=match.group(1))


def _check_printed(context: Context, texts: dict[str, Text]) -> None:
    """T406: printed figure not at its offsets. T409: a reason the number does not fit."""
    for row in context.frame("figures").iter_rows(named=True):
        text = texts.get(row["source_id"])
        if text is None or row["start"] is None or row["end"] is None:
            continue
        context.count("T406", 1)
        found = compact_text(text.stored[row["start"] : row["end"]])
        key = f"{row['source_id']}/{row['start']}/{row['end']}/{row['part']}"
        shown = "*" * len(found) if row["reason"] == "private" else found
        if shown != row["printed"]:
            context.report("T406", "figures", row[LINE], "printed", key, cell=row["printed"], found=shown[:60])
            continue
        if row["reason"]:
            context.count("T409", 1)
            if not fits(row["reason"], text, row["start"], row["end"]):
                around = text.stored[max(0, row["start"] - 6) : row["end"] + 6]
                context.report(
                    "T409", "figures", row[LINE], "reason", key, cell=row["reason"], found=compact_text(around)
                )


def _check_recount(context: Context, texts: dict[str, Text]) -> None:
    """T407: a run of digits, T408: a numeral that quantifies, that no ledger row covers."""
    after = _places(context)
    covered: dict[str, set[int]] = defaultdict(set)
    for source, start, end in context.frame("figures").select("source_id", "start", "end").iter_rows():
        if start is not None and end is not None:
            covered[source].update(range(start, min(end, start + 200)))
    for source, text in texts.items():
        for match in _DIGITS.finditer(text.stored):
            context.count("T407", 1)
            if not covered[source].issuperset(range(*match.span())):
                around = compact_text(text.stored[max(0, match.start() - 8) : match.end() + 8])
                context.report(
                    "T407",
                    "figures",
                    0,
                    "start",
                    f"{source}/{match.start()}",
                    printed=match.group(),
                    found=around,
                    after=after(source, match.start()),
                )
        read = [(r.start, r.end) for r in read_figures(text.compact.text)]
        for first, last in sorted({*read, *find_unsettled(text.compact.text)}):
            if text.compact.text[first].isascii():
                continue
            start, _ = text.compact.stored(first, last)
            context.count("T408", 1)
            if start not in covered[source]:
                around = text.compact.text[max(0, first - 6) : last + 6]
                context.report(
                    "T408",
                    "figures",
                    0,
                    "start",
                    f"{source}/{start}",
                    printed=text.compact.text[first:last],
                    found=around,
                    after=after(source, start),
                )


def _places(context: Context) -> Callable[[str, int], int]:
    """What tells behind which line of the ledger a figure of a document belongs; it looks once the first time."""

    @cache
    def rows() -> tuple[list[tuple[str, int]], list[int]]:
        known = (
            context.frame("figures").select("source_id", "start", LINE).drop_nulls().sort("source_id", "start", LINE)
        )
        return list(zip(known["source_id"], known["start"], strict=True)), known[LINE].to_list()

    def after(source: str, start: int) -> int:
        places, lines = rows()
        before = bisect_right(places, (source, start))
        return int(lines[before - 1]) if before else 1

    return after


def _check_errata(context: Context, texts: dict[str, Text]) -> None:
    """T410: a misprint that does not stand where it is said to."""
    for row in context.frame("errata").iter_rows(named=True):
        text = texts.get(row["source_id"])
        if text is None or row["start"] is None or row["end"] is None:
            continue
        context.count("T410", 1)
        found = compact_text(text.stored[row["start"] : row["end"]])
        if found != row["printed"]:
            context.report(
                "T410",
                "errata",
                row[LINE],
                "printed",
                f"{row['source_id']}/{row['start']}",
                cell=row["printed"],
                found=found[:60],
            )


def _check_spans(context: Context, texts: dict[str, Text]) -> None:
    """T411: a headline span that is not the statement of main expected targets, whole, and nothing else."""
    goals: dict[str, list[int]] = defaultdict(list)
    if context.has("figures"):
        told = context.frame("figures").filter(pl.col("role") == "target").select("source_id", "start").drop_nulls()
        for source, place in told.iter_rows():
            goals[source].append(place)
    for row in context.frame("coverage").iter_rows(named=True):
        text = texts.get(row["source_id"])
        if text is None or row["headline_start"] is None or row["headline_end"] is None:
            continue
        context.count("T411", 1)
        start, end = row["headline_start"], row["headline_end"]
        if not _states_goals(text, start, end, goals[row["source_id"]]):
            sound = [name for name, other in texts.items() if _states_goals(other, start, end, goals[name])]
            context.report(
                "T411",
                "coverage",
                row[LINE],
                "source_id" if sound else "headline_start",
                f"{row['source_id']}/{row['district_code']}",
                found=compact_text(text.stored[start:end])[:30],
                elsewhere=f"; in document {sound[0]} it would be sound" if sound else "",
            )


def _states_goals(text: Text, start: int, end: int, goals: list[int]) -> bool:
    """Whether a span is an announced statement, ended, each sentence of which has one of the `goals` (places)."""
    body = compact_text(text.stored[start:end])
    return (
        _announced(text.stored, start, body)
        and _ended(text.stored, end, body)
        and all(any(first <= place < last for place in goals) for first, last in _sentences(text.stored, start, end))
    )


def _announced(stored: str, start: int, body: str) -> bool:
    """Whether words announce a statement (主要预期目标是), or it begins with this year's gross product without any."""
    before = compact_text(stored[max(0, start - 40) : start]).rstrip("*#_")
    if re.match(r"[，。、；：,;:是为]", body):
        return False
    told = "目标" in before or "预期" in before + body[:8]
    return bool(body) and (
        (told and before.endswith(("是", "为", ":", "预期", "确定"))) or bool(_GROSS_FIRST.match(body))
    )


def _ended(stored: str, end: int, body: str) -> bool:
    """Whether a statement ends where a sentence or a paragraph does."""
    after = compact_text(stored[end : end + 6]).lstrip("*_")
    return body.endswith("。") or after.startswith("。") or not stored[end : end + 1].strip()


def _sentences(stored: str, start: int, end: int) -> list[tuple[int, int]]:
    """Stored bounds of the sentences of a span; the full stop of a torn ‰ (8.8%。以内) ends none."""
    places = [start + m.end() for m in _SENTENCE_MARK.finditer(stored[start:end])]
    bounds = list(pairwise([start, *(p for p in places if p < end), end]))
    return [(a, b) for a, b in bounds if compact_text(stored[a:b]).strip("。")]


assert set(OBSERVATIONS) <= set(RECORDS.values())
