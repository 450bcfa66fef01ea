"""What the tool says in English, in Chinese: a table of sentences beside this module (`chinese.toml`).

Errors, notes and reasons are written in English where they arise, with what they name put in. The table has each of
them with `{}` in place of what is put in, and its Chinese with `{1}`, `{2}`, … for the same parts.
"""

from __future__ import annotations

import re
import tomllib
from functools import lru_cache, partial
from importlib.resources import files

PLACES = 4
"""Where a sentence may begin: at the beginning of a text, or behind one of its first colons."""
_COLON = re.compile(r": ")
_PLACE = re.compile(r"\{(\d+)\}")


@lru_cache(maxsize=1)
def sentences() -> dict[str, str]:
    """Chinese by English sentence, as the table has them."""
    table = files("plans").joinpath("chinese.toml").read_text(encoding="utf-8")
    return {en: zh for part in tomllib.loads(table).values() for en, zh in part.items()}


@lru_cache(maxsize=1)
def _patterns() -> list[tuple[list[str], re.Pattern[str], str]]:
    """The sentences' own words, patterns and Chinese, those with the most words of their own first."""
    ordered = sorted(sentences().items(), key=lambda pair: -len(pair[0].replace("{}", "")))
    split = [(en.split("{}"), zh) for en, zh in ordered]
    return [(words, re.compile("(.*?)".join(map(re.escape, words)), re.DOTALL), zh) for words, zh in split]


def translated(text: str, language: str) -> str:
    """The text in `language` (en or zh), also behind a place (`data/units.csv:5: …`).

    What the table lacks, and what other programs say, stays as it is.
    """
    if language != "zh" or not text:
        return text
    begins = [0, *(m.end() for m in _COLON.finditer(text))][:PLACES]
    for words, pattern, chinese in _patterns():
        for begin in begins if all(word in text for word in words) else ():
            if match := pattern.fullmatch(text, begin):
                parts = [translated(part, language) for part in match.groups(default="")]
                return text[:begin] + _PLACE.sub(partial(_part, parts), chinese)
    return text


def _part(parts: list[str], place: re.Match[str]) -> str:
    return parts[int(place[1]) - 1]
