"""Shown forms of a data diff, one module a form, all from the same `Diff`."""

from __future__ import annotations

from importlib import import_module

from planspec.diff import Diff

FORMATS = ("text", "json", "markdown", "html")


def render(diff: Diff, form: str, language: str, limit: int = 100) -> str:
    """The diff as a text in one of `FORMATS`, ending in a newline.

    `language`: en or zh. `limit`: entries listed in each section; counts stay exact, and json lists everything.
    """
    text: str = import_module(f"plans.diffs.{form if form != 'json' else 'json_'}").render(diff, language, limit)
    return text if text.endswith("\n") else text + "\n"
