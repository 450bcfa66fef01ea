"""The lines that load a release, read from loading.toml, as data and as Markdown."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from importlib.resources import files

LANGUAGES = ("python", "sql", "shell", "r", "hand")
_FENCES = {"python": "python", "sql": "sql", "shell": "sh", "r": "r", "hand": "text"}
_WORDS = {"en": ("needs", "gives"), "zh": ("需要", "得到")}


@dataclass(frozen=True)
class Line:
    """One way to load a release. `code` is complete; titles, needs and yields are keyed by language: en, zh."""

    id: str
    title: dict[str, str]
    language: str
    needs: dict[str, str]
    code: str
    gives: dict[str, str]


def lines(name: str) -> list[Line]:
    """All lines for the package `name`, in the order of loading.toml."""
    text = files("plans").joinpath("loading.toml").read_text(encoding="utf-8")
    return [
        Line(
            entry["id"],
            {"en": entry["title"], "zh": entry.get("title_zh", entry["title"])},
            entry["language"],
            {"en": entry["needs"], "zh": entry.get("needs_zh", entry["needs"])},
            entry["code"].format(name=name),
            {"en": entry["gives"], "zh": entry["gives_zh"]},
        )
        for entry in tomllib.loads(text)["line"]
    ]


def markdown(name: str, language: str = "en") -> str:
    """The lines as Markdown, one code block each. `language`: en or zh."""
    needs, gives = _WORDS[language]
    blocks = []
    for line in lines(name):
        blocks.append(
            f"**{line.title[language]}** ({needs}: {line.needs[language]}; {gives}: {line.gives[language]})\n"
        )
        blocks.append(f"```{_FENCES[line.language]}\n{line.code}\n```\n")
    return "\n".join(blocks)
