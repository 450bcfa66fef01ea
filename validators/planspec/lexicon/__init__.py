"""Words: English spelling, readings of Chinese characters, Chinese words. Each list is loaded when first asked for.

English is symspellpy's list of 82,000 words and the project's own `words-en.txt`; readings are pypinyin's; Chinese
words are rjieba's dictionary. All three are data that others keep; only names and terms of this subject are ours.
"""

from __future__ import annotations

import os
import re
from functools import lru_cache
from importlib import import_module
from importlib.resources import files
from typing import Any

from planspec.errors import CannotTell

HAN = re.compile(r"[一-鿿]+")
RARE = 2_000_000
"""A word of up to four letters that is rarer than this in a billion is more likely a slip (`iut`, `ony`) than meant."""
SHORT = frozenset(
    [
        "am",
        "an",
        "as",
        "at",
        "be",
        "by",
        "do",
        "go",
        "he",
        "if",
        "in",
        "is",
        "it",
        "me",
        "my",
        "no",
        "of",
        "on",
        "or",
        "so",
        "to",
        "up",
        "us",
        "we",
    ]
)
"""English words of two letters; the list of words holds foreign ones and abbreviations too, as rare words never are."""
_LETTERS = "abcdefghijklmnopqrstuvwxyz"


@lru_cache(maxsize=8)
def _library(name: str) -> Any:
    """A library of words. Raises `CannotTell` where it is not installed."""
    try:
        return import_module(name)
    except ModuleNotFoundError as error:
        raise CannotTell(
            f"{name}, which holds words that rules need, is not installed",
            "install the project again: pip install -e .",
        ) from error


@lru_cache(maxsize=1)
def _counts() -> dict[str, str]:
    """The list of English words as it is: word in lower case, how often it is used."""
    text = files(_library("symspellpy")).joinpath("frequency_dictionary_en_82_765.txt").read_text(encoding="utf-8-sig")
    entries = text.split()
    return dict(zip(entries[::2], entries[1::2], strict=True))


def used(word: str) -> int:
    """How often an English word in lower case is used; 0 where it is none, or a short one so rare that it is a slip."""
    if len(word) == 2 and word not in SHORT:
        return 0
    count = int(_counts().get(word, 0))
    return count if (len(word) > 4 or count >= RARE) and (len(word) > 1 or word == "a") else 0


@lru_cache(maxsize=1)
def project_words() -> frozenset[str]:
    """Names and terms of the subject, written as they must be: upper and lower case count."""
    return frozenset(_words("words-en.txt"))


def _words(name: str) -> list[str]:
    lines = files("planspec.lexicon").joinpath(name).read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line and not line.startswith("#")]


@lru_cache(maxsize=1 << 14)
def spelt(word: str) -> bool:
    """Whether an English word is on one of the lists and its capitals stand where capitals may."""
    plain = word in (word.lower(), word.capitalize(), word.upper())
    if word in project_words() or (plain and word[:1].isupper() and word.lower() in project_words()):
        return True
    return plain and used(word.lower()) > 0


@lru_cache(maxsize=1 << 14)
def torn(first: str, second: str) -> bool:
    """Whether two words beside one another are one torn apart by a blank: `comp any`. Both are words, but a rare one, and
    together they are a commoner word."""
    if first in project_words() or second in project_words() or not second.islower():
        return False
    parts = min(used(first.lower()), used(second))
    return 0 < 2 * parts < used(first.lower() + second)


def nearest_words(word: str, size: int = 3) -> list[str]:
    """Known words one slip away from `word`, the commonest first."""
    w = word.lower()
    splits = [(w[:i], w[i:]) for i in range(len(w) + 1)]
    near = {a + b[1:] for a, b in splits if b} | {a + b[1] + b[0] + b[2:] for a, b in splits if len(b) > 1}
    near |= {a + c + b[1:] for a, b in splits if b for c in _LETTERS} | {a + c + b for a, b in splits for c in _LETTERS}
    own = {p.lower(): p for p in project_words()}
    found = sorted((n for n in near if used(n) or n in own), key=lambda n: (-(used(n) or 10**12), n))
    return [own.get(n, n) for n in found[:size]]


@lru_cache(maxsize=1 << 14)
def readings(char: str) -> tuple[str, ...]:
    """Toneless readings of a Chinese character: 行 → xing, hang."""
    # Readings of single characters are all that is asked for: without this, pypinyin also loads 47,000 phrases.
    os.environ.setdefault("PYPINYIN_NO_PHRASES", "true")
    library = _library("pypinyin")
    found = library.pinyin(char, style=library.Style.NORMAL, heteronym=True)[0]
    return tuple(dict.fromkeys(r.replace("ü", "v") for r in found))


def in_pinyin(word: str, chinese: str) -> bool:
    """Whether `word` spells a run of the characters of `chinese`: Zhangcun, 张村河."""
    letters = re.sub(r"[^a-z]", "", word.lower().replace("ü", "v"))
    return any(_spells(letters, run, i) for run in HAN.findall(chinese) for i in range(len(run)))


def _spells(letters: str, run: str, start: int) -> bool:
    if not letters:
        return True
    if start >= len(run):
        return False
    return any(letters.startswith(r) and _spells(letters[len(r) :], run, start + 1) for r in readings(run[start]))


@lru_cache(maxsize=1 << 16)
def is_chinese_word(text: str) -> bool:
    """Whether `text` is a word of the Chinese dictionary."""
    return text in _library("rjieba").cut_all(text)


@lru_cache(maxsize=1 << 12)
def word_cover(run: str) -> tuple[bool, ...]:
    """For each character of a Chinese run, whether a dictionary word of two or more characters covers it there."""
    covered = [False] * len(run)
    for word in set(_library("rjieba").cut_all(run)):
        start = run.find(word) if len(word) > 1 else -1
        while start >= 0:
            covered[start : start + len(word)] = [True] * len(word)
            start = run.find(word, start + 1)
    return tuple(covered)


@lru_cache(maxsize=1 << 12)
def same_sound(char: str) -> str:
    """Other common characters (GB 2312, first level) that an input method offers for the same reading."""
    return "".join(c for r in readings(char) for c in _by_reading().get(r, "") if c != char)


@lru_cache(maxsize=1)
def _by_reading() -> dict[str, str]:
    level = bytes(b for high in range(0xB0, 0xD8) for low in range(0xA1, 0xFF) for b in (high, low))
    table: dict[str, str] = {}
    chars = list(level.decode("gb2312", errors="ignore"))
    for char, reading in zip(chars, _library("pypinyin").lazy_pinyin(chars), strict=True):
        table[reading] = table.get(reading, "") + char
    return table
