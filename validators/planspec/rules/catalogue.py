"""The catalogue of rules: data files beside the code, read once, from which every page that shows a rule is made."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.resources import files
from typing import Any

LAYERS = ("structure", "row", "package", "source")
SEVERITIES = ("error", "warning", "info")
LANGUAGES = ("en", "zh")
_PLACEHOLDER = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True)
class Rule:
    """One rule. Texts are keyed by language; `message` holds placeholders that a finding's parameters fill.

    `follows`: rules that, where they fire on the same row, already say why this one fires; it is then left out.
    `idle`: why no shipped row could fail it, where none could. `terms`: Chinese for what rules put into their messages
    in English, by regular expression. `wording`: a matter of wording, which makes nothing else on the row meaningless.
    """

    id: str
    name: str
    severity: str
    layer: str
    resources: tuple[str, ...]
    columns: tuple[str, ...]
    title: dict[str, str]
    message: dict[str, str]
    why: dict[str, str]
    mend: dict[str, str]
    bad: dict[str, Any]
    good: dict[str, Any]
    idle: dict[str, str]
    follows: tuple[str, ...] = ()
    terms: dict[str, str] = field(default_factory=dict, hash=False)
    wording: bool = False

    @property
    def harmless(self) -> bool:
        """Whether a finding leaves the row fit for all later rules."""
        return self.wording or self.severity != "error"

    def render(self, params: dict[str, Any], language: str = "en") -> str:
        """The message for one finding; a placeholder without a parameter shows as …"""
        return _PLACEHOLDER.sub(
            lambda m: self._term(str(params.get(m.group(1), "…")), language), self.message[language]
        )

    def _term(self, value: str, language: str) -> str:
        for pattern, chinese in self.terms.items() if language == "zh" else ():
            if match := re.fullmatch(pattern, value):
                return match.expand(chinese)
        return value


@lru_cache(maxsize=1)
def catalogue() -> dict[str, Rule]:
    """All rules by id, in the order of layers and ids."""
    rules: dict[str, Rule] = {}
    for layer in LAYERS:
        text = files("planspec.rules").joinpath("catalogue", f"{layer}.toml").read_text(encoding="utf-8")
        for entry in tomllib.loads(text)["rule"]:
            rules[entry["id"]] = Rule(
                entry["id"],
                entry["name"],
                entry["severity"],
                layer,
                tuple(entry["resources"]),
                tuple(entry["columns"]),
                entry["title"],
                entry["message"],
                entry["why"],
                entry["mend"],
                entry.get("bad", {}),
                entry.get("good", {}),
                entry.get("idle", {}),
                tuple(entry.get("follows", ())),
                entry.get("terms", {}),
                entry.get("wording", False),
            )
    return rules
