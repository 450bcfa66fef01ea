"""Row layer, the texts that people write: spelling, form, numbers, Chinese characters, keys made of words."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial

import narwhals as nw
import polars as pl

from planspec.lexicon import (
    HAN,
    in_pinyin,
    is_chinese_word,
    nearest_words,
    project_words,
    same_sound,
    spelt,
    torn,
    word_cover,
)
from planspec.rules.context import KEYS, Context
from planspec.rules.numerals import chinese_numbers, english_numbers
from planspec.rules.suspects import BESIDE, Suspicious
from planspec.rules.suspects import chinese as chinese_suspects
from planspec.rules.suspects import english as english_suspects
from planspec.tables import LINE

ENGLISH = {
    "targets": ("scope_en", "note"),
    "results": ("scope_en", "note"),
    "projects": ("name_en", "note"),
    "initiatives": ("name_en", "summary_en", "note"),
    "indicators": ("name_en", "definition"),
    "units": ("name_en",),
    "districts": ("name_en",),
    "errata": ("why",),
    "retired": ("reason",),
}
"""Columns of English text, with Chinese quoted in it."""

SENTENCES = {"initiatives": ("summary_en",), "indicators": ("definition",)}
"""Columns that hold whole sentences."""

CHINESE = {
    "targets": ("scope_zh",),
    "results": ("scope_zh",),
    "projects": ("name_zh",),
    "initiatives": ("name_zh", "summary_zh"),
    "indicators": ("name_zh", "labels_zh", "per", "definition_zh"),
    "units": ("symbol_zh",),
    "districts": ("name_zh",),
    "sources": ("title", "publisher"),
    "errata": ("printed", "reading", "why_zh"),
}
"""Columns of Chinese text."""

PROSE_ZH = frozenset(("summary_zh", "definition_zh", "why_zh"))
"""Columns that hold whole sentences of Chinese."""

DEFINED = frozenset(("definition_zh", "why_zh"))
"""Columns that explain at length, of tables that stay small, and repeat their words."""

_CODE = re.compile(r"\b[A-Z]{1,3}\d+\b")
"""A code that no language changes: G308, 5G has none."""
_MARKED = re.compile("(?=([一-鿿]{2}[，。、；：][一-鿿]))")
_QUOTED_ZH = re.compile("“[^”]*”")
_WORD = re.compile(r"(?<![A-Za-z0-9])[A-Za-z]+(?:[’'][A-Za-z]+)*(?![A-Za-z0-9])")
_PARTS_OF_WORDS = re.compile(r"R&D|/s\b|\b(?:[Rr]e|[Cc]o)-(?=[a-z])")
"""Letters that are no words by themselves: R&D, per second (/s), re-, co-."""
_BESIDE = re.compile(r"(?<![A-Za-z0-9’'-])([A-Za-z]+) (?=([a-z]+)(?![A-Za-z0-9’'-]))")
_POSSESSIVE = re.compile(r"[’']s$|[’']$")
_UNTIDY = (
    (re.compile(r"\b(?!in in|that that|had had)([A-Za-z]+) \1\b", re.IGNORECASE), "a word twice"),
    (re.compile(r" [,.;:)”’](?!\w)|[(“‘] | -\w"), "a blank beside a mark"),
    (re.compile(r"[A-Za-z][,;:!?](?=[A-Za-z“])|[A-Za-z]{2}\.(?=[A-Za-z])"), "no blank after a mark"),
    (re.compile(r"[,.;:]{2}|[,;:]$|^[,.;:)]"), "a stray mark"),
    (re.compile(r"[A-Za-z][(“]|[)”][A-Za-z]"), "a mark inside a word"),
    (re.compile(r"(?<![0-9])[0-9]+[a-z]{3,}|[a-z]{3,}[0-9]"), "a digit inside a word"),
)
_UNTIDY_ZH = (
    (re.compile(r"[一-鿿，。、；：“”] | [一-鿿，。、；：“”]"), "a blank"),
    (re.compile(r"([，。、；：,.;])[，。、；：,.;]|^[，。、；：,.;]|[，、；：,;]$"), "a stray mark"),
    (re.compile(r"[的了和与及在是]{3}|(的|了|和|与|及|在|是)\1"), "a character twice"),
    (re.compile(r"[按以对由从把被将及或之于向][，。、；：]|[，。、；：][的们者]"), "a mark inside a phrase"),
)
_ALONE = frozenset(
    "的了是在和与及或等并把被由为以对向从到让使给将有无不未也都又再已还而且之其此该各每某新老大小多少上下内外中前后首"
    "可能要按做办用来去出进入成于年月日区市县镇街村里家人名项件个只所就更最正均共同较很属借供引依另若员追责维具占享联驻时趣格守稳秤渔氢储融风光列计辆一二三四五六七八九十百千万亿两数"
)
"""Characters that are words of their own or join others, so that standing alone says nothing against them."""
_SLUG_PART = re.compile(r"^(?:\d+[a-z]{0,2}|[a-z]\d+|top\d+|\d+[a-z]\d+|\d+bn|\d+m)$")


def _rows(
    context: Context, name: str, columns: tuple[str, ...], suspicious: Suspicious, *, beside: tuple[str, ...] = ()
) -> Iterator[dict]:
    """Rows with text in one of `columns` that a rule may refuse; it may look `beside` them."""
    return context.suspects(name, columns, suspicious, beside).iter_rows(named=True)


def _all_text(row: dict) -> str:
    return " ".join(v for k, v in row.items() if k != LINE and v)


def _key(context: Context, name: str, row: dict) -> str:
    return "/".join(row[k] for k in context.resource(name).primary_key)


def _place_words(context: Context) -> frozenset[str]:
    """Words of the districts' English names, which any row may use."""
    if not context.has("districts"):
        return frozenset()
    return frozenset(w for n in context.raw("districts")["name_en"] for w in _WORD.findall(n))


def unknown_words(text: str, chinese: str, places: frozenset[str]) -> list[str]:
    """English words of `text` that no list holds and that do not spell the row's Chinese in pinyin."""
    found = []
    for token in _WORD.findall(_PARTS_OF_WORDS.sub("", text)):
        word = _POSSESSIVE.sub("", token)
        if word in places or spelt(word) or (word[:1].isupper() and word[1:].islower() and in_pinyin(word, chinese)):
            continue
        if not (re.search("[’']", word) and in_pinyin(word, chinese)):
            found.append(word)
    return found


def check_english(context: Context) -> None:
    """R224: a word no list knows. R225: marks, blanks and capitals out of place. R226: numbers unlike the Chinese."""
    places = _place_words(context)
    for name, columns in ENGLISH.items():
        if not context.has(name):
            continue
        given = sum(context.frames.given(name, column) for column in columns)
        context.count("R224", given)
        context.count("R225", given)
        beside = [
            e
            for e, z in BESIDE.items()
            if {e, z} <= set(context.resource(name).columns) and name not in ("units", "districts")
        ]
        context.count("R226", sum(context.frames.given(name, column) for column in beside))
        suspicious = partial(english_suspects, columns=columns, sentences=SENTENCES.get(name, ()), known=places)
        around = tuple(z for e, z in BESIDE.items() if e in beside)
        sound: set[tuple[str, ...]] = set()
        for row in _rows(context, name, columns, suspicious, beside=around):
            cells = tuple(row[column] for column in (*columns, *around))
            if cells in sound:
                continue
            chinese = _all_text(row)
            before = context.collector.total
            own = places - set(_WORD.findall(row["name_en"])) if name == "districts" else places
            for column in columns:
                text = row[column]
                if not text:
                    continue
                key = _key(context, name, row)
                for word in dict.fromkeys(unknown_words(text, chinese, own)):
                    near = ", ".join(nearest_words(word)) or "–"
                    context.report("R224", name, row[LINE], column, key, word=word, nearest=near)
                _check_form(context, name, column, row, key)
            _check_numbers(context, name, row)
            # What else the row says in Chinese may explain a word, so only rows without such a word stand for others.
            if context.collector.total == before and not any(unknown_words(row[c], "", own) for c in columns):
                sound.add(cells)


def _check_form(context: Context, name: str, column: str, row: dict, key: str) -> None:
    text = row[column]
    found = next(((m.group(), why) for pattern, why in _UNTIDY if (m := pattern.search(text))), None)
    if found is None:
        found = next(
            ((" ".join(m.groups()), "a blank inside a word") for m in _BESIDE.finditer(text) if torn(*m.groups())), None
        )
    if found is None and column in SENTENCES.get(name, ()):
        if not text.endswith((".", ".)", ".”")):
            found = (text[-8:], "no full stop")
        elif not re.match(r"[A-Z0-9“\"一-鿿]", text):
            found = (text[:8], "no capital at the beginning")
    if (
        found is None
        and column == "name_en"
        and name in ("projects", "initiatives", "indicators", "districts")
        and not re.match(r"[A-Z0-9“\"]", text)
    ):
        found = (text[:8], "no capital at the beginning")
    if found is None and (
        text.count("(") != text.count(")") or text.count("“") != text.count("”") or text.count('"') % 2
    ):
        found = (text[:20], "marks that do not close")
    if found:
        context.report("R225", name, row[LINE], column, key, found=found[0], why=found[1])


def _check_numbers(context: Context, name: str, row: dict) -> None:
    for english, chinese in BESIDE.items():
        if not row.get(english) or not row.get(chinese) or name in ("units", "districts"):
            continue
        extra = english_numbers(row[english]) - chinese_numbers(row[chinese])
        codes = [code for code in _CODE.findall(row[english]) if code.lower() not in row[chinese].lower()]
        if extra or codes:
            number = ", ".join((*(f"{n:g}" for n in sorted(extra)), *codes))
            context.report(
                "R226", name, row[LINE], english, _key(context, name, row), number=number, chinese=row[chinese]
            )


PAIRS: dict[str, type[pl.DataType]] = {"pair": pl.String}


def pairs_in(frame: pl.DataFrame) -> pl.DataFrame:
    """Every pair of Chinese characters that stand side by side in some texts."""
    runs = frame["text"].str.extract_all("[一-鿿]{2,}").explode().drop_nulls().unique()
    even, odd = (runs.str.slice(first).str.extract_all("..").explode().drop_nulls().unique() for first in (0, 1))
    return pl.concat([even, odd]).unique().alias("pair").to_frame()


def _pairs(context: Context, columns: dict[str, tuple[str, ...]]) -> frozenset[str]:
    """Pairs of characters in some columns, looked for once a validation."""
    asked = tuple(columns.items())
    if asked not in context.pairs:
        frames = context.frames
        queries = [
            frames.table(name).select(nw.col(column).alias("text")).unique()
            for name, names in columns.items()
            for column in (names if context.has(name) else ())
        ]
        found = frames.collect([frames.through(query, pairs_in, PAIRS).unique() for query in queries])
        context.pairs[asked] = frozenset(pair for pairs in found for pair in pairs["pair"])
    return context.pairs[asked]


def phrase_pairs(context: Context) -> frozenset[str]:
    """Pairs of characters that stand together in a phrase of the package: words that no dictionary has to know."""
    return _pairs(
        context,
        {
            "targets": ("stated", "cue"),
            "results": ("stated", "cue"),
            "projects": ("stated", "cue"),
            "initiatives": ("stated",),
            "indicators": ("labels_zh",),
        },
    )


def used_pairs(context: Context) -> frozenset[str]:
    """Pairs of characters that stand together in the package's own Chinese sentences."""
    columns = {name: tuple(c for c in columns if c in PROSE_ZH) for name, columns in CHINESE.items()}
    return _pairs(context, columns)


def cut_by_mark(text: str) -> str:
    """A run of three characters with a mark inside that stands whole elsewhere in the text: 托位，数 for 托位数."""
    runs = (match.group(1) for match in _MARKED.finditer(text))
    return next((run for run in runs if run[:2] + run[3] in text), "")


def misheard(text: str, pairs: frozenset[str], used: frozenset[str] = frozenset()) -> tuple[str, str] | None:
    """A character that forms no word where one of the same sound would, and the word it would form.

    In sentences words of one character stand side by side, and some rare word nearly always sounds like two of them:
    there (`used` is given) only words of the dictionary that the package itself uses count as meant, and what is quoted
    is left out.
    """
    for run in HAN.findall(_QUOTED_ZH.sub("", text) if used else text):
        covered = word_cover(run)
        for i, char in enumerate(run):
            around = [(run[i - 1 : i + 1], 1)] if i else []
            around += [(run[i : i + 2], 0)] if i + 1 < len(run) else []
            if covered[i] or char in _ALONE or any(pair in pairs for pair, _ in around):
                continue
            loose = [
                pair for pair, place in around if not covered[i - 1 if place else i + 1] and not set(pair) & _ALONE
            ]
            turned = next((pair for pair in loose if _turned(pair, pairs, used)), "")
            if turned:
                return run[max(0, i - 2) : i + 3], turned[1] + turned[0]
            for pair, place in around:
                free = not covered[i - 1 if place else i + 1]
                for other in same_sound(char) if free else "":
                    meant = pair[0] + other if place else other + pair[1]
                    if _is_meant(meant, pairs, used):
                        return run[max(0, i - 2) : i + 3], meant
    return None


def _is_meant(word: str, pairs: frozenset[str], used: frozenset[str]) -> bool:
    if used:
        return (word in pairs or word in used) and is_chinese_word(word)
    return word in pairs or is_chinese_word(word)


def _turned(pair: str, pairs: frozenset[str], used: frozenset[str]) -> bool:
    """Whether two characters are a word the wrong way round: 育教 for 教育."""
    back = pair[1] + pair[0]
    return not is_chinese_word(pair) and pair not in pairs and _is_meant(back, pairs, used)


def check_chinese(context: Context) -> None:
    """R227: blanks and marks inside Chinese. R228: a character of the same sound in place of the one meant."""
    pairs, used = phrase_pairs(context), used_pairs(context)
    for name, columns in CHINESE.items():
        if not context.has(name):
            continue
        given = sum(context.frames.given(name, column) for column in columns)
        context.count("R227", given)
        context.count("R228", given)
        suspicious = partial(chinese_suspects, columns=columns, alone=_ALONE, pairs=pairs)
        for row in _rows(context, name, columns, suspicious):
            for column in columns:
                text = row[column]
                if not text:
                    continue
                key = _key(context, name, row)
                found = next(((m.group(), why) for pattern, why in _UNTIDY_ZH if (m := pattern.search(text))), None)
                if (
                    found is None
                    and column in PROSE_ZH
                    and (
                        not text.endswith(("。", "。）"))
                        or (column == "summary_zh" and re.search(r"[,.;:](?!\d)", text))
                    )
                ):
                    found = (text[-6:], "no Chinese full stop")
                if found is None and column in DEFINED and (cut := cut_by_mark(text)):
                    found = (cut, "a mark inside a word")
                if (
                    found is None
                    and not HAN.search(text)
                    and (name, column)
                    not in (
                        ("units", "symbol_zh"),
                        ("indicators", "labels_zh"),
                        ("errata", "printed"),
                        ("errata", "reading"),
                    )
                ):
                    found = (text[:20], "no Chinese")
                if found is None and column == "labels_zh" and any(len(label) < 2 for label in text.split("|")):
                    found = (text[:20], "a label of one character")
                if found:
                    context.report("R227", name, row[LINE], column, key, found=found[0], why=found[1])
                    continue
                slip = (
                    None
                    if column in ("printed", "reading", "symbol_zh")
                    else misheard(text, pairs, used if column in PROSE_ZH else frozenset())
                )
                if slip:
                    context.report("R228", name, row[LINE], column, key, found=slip[0], meant=slip[1])


def check_keys_of_words(context: Context) -> None:
    """R229: a key with a part that is no word, no number and no name of its row."""
    places = frozenset(w.lower() for w in _place_words(context) | project_words())
    for name in ("targets", "results", "projects", "initiatives", "indicators", "retired"):
        if not context.has(name):
            continue
        column = KEYS[name]
        context.count("R229", context.frames.height(name))
        unknown = partial(slug_suspects, column=column, places=places)
        for row in context.suspects(name, (column,), unknown, cheap=True).iter_rows(named=True):
            chinese = _all_text(row)
            english = {w.lower() for c in ENGLISH.get(name, ()) for w in _WORD.findall(row[c])}
            for part in re.sub(r"^\d{6}-\d{4}-", "", row[column]).split("-"):
                if part and not known_part(part, places) and part not in english and not in_pinyin(part, chinese):
                    near = ", ".join(nearest_words(part)) or "–"
                    context.report("R229", name, row[LINE], column, row[column], word=part, nearest=near)
                    break


def known_part(part: str, places: frozenset[str]) -> bool:
    """Whether a part of a key is a number, a place, or a word on a list."""
    return bool(_SLUG_PART.match(part)) or part in ("re", "co") or part in places or spelt(part)


def slug_suspects(frame: pl.DataFrame, column: str, places: frozenset[str]) -> pl.DataFrame:
    """Lines of a batch whose key has a part that `known_part` does not know."""
    slugs = frame.select(LINE, pl.col(column).str.replace(r"^[0-9]{6}-[0-9]{4}-", "").alias("slug"))
    distinct = slugs.select("slug").drop_nulls().unique()
    parts = distinct.with_columns(pl.col("slug").str.split("-").alias("part")).explode("part")
    unknown = [p for p in parts["part"].unique() if p and not known_part(p, places)]
    if not unknown:
        return frame.select(LINE).clear()
    return slugs.join(parts.filter(pl.col("part").is_in(unknown)), on="slug", how="semi").select(LINE)


def check_text(context: Context) -> None:
    """Run the rules on texts."""
    check_english(context)
    check_chinese(context)
    check_keys_of_words(context)
