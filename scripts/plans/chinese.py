"""What the tool says in English, in Chinese: a table of sentences beside this module (`chinese.toml`).

Errors, notes and reasons are written in English where they arise, with what they name put in. The table has each of
them with `{}` in place of what is put in, and its Chinese with `{1}`, `{2}`, … for the same parts.
"""

from __future__ import annotations

import re
import tomllib
from functools import lru_cache, partial
from importlib.resources import files


@lru_cache(maxsize=1)
def sentences() -> dict[str, str]:
    """Chinese by English sentence, as the table has them."""
    table = files("plans").joinpath("chinese.toml").read_text(encoding="utf-8")
    return {entry["en"]: entry["zh"] for entry in tomllib.loads(table)["sentence"]}


@lru_cache(maxsize=1)
def _patterns() -> list[tuple[re.Pattern[str], str]]:
    """The sentences as patterns, those with the most words of their own first."""
    ordered = sorted(sentences().items(), key=lambda pair: -len(pair[0].replace("{}", "")))
    return [(re.compile("(.*?)".join(map(re.escape, en.split("{}"))), re.DOTALL), zh) for en, zh in ordered]


def translated(text: str, language: str) -> str:
    """The text in `language` (en or zh); what the table lacks, and what other programs say, stays as it is."""
    if language != "zh" or not text:
        return text
    for pattern, chinese in _patterns():
        if match := pattern.fullmatch(text):
            parts = [translated(part, language) if part != text else part for part in match.groups(default="")]
            return re.sub(r"\{(\d+)\}", partial(_part, parts), chinese)
    return text


def _part(parts: list[str], place: re.Match[str]) -> str:
    return parts[int(place[1]) - 1]
