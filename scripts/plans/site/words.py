"""The site's own words in English and Chinese: texts of pages and names of code-list values."""

from __future__ import annotations

import tomllib
from functools import lru_cache
from importlib.resources import files
from typing import Any

LANGUAGES = ("en", "zh")


@lru_cache(maxsize=1)
def words() -> dict[str, Any]:
    """All texts: group → word → language → text, as `words.toml` holds them."""
    text = files("plans.site").joinpath("words.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def word(group: str, key: str, language: str, **params: object) -> str:
    """One text with its `{placeholders}` filled.

    Raises `KeyError` where the group or word is unknown: a page never shows a key instead of a text.
    """
    text = str(words()[group][key][language])
    return text.format(**params) if params else text
