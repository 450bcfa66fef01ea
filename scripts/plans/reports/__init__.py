"""Reports of a validation, one module a format, all from the same findings and the same catalogue."""

from __future__ import annotations

from importlib import import_module

from planspec.rules.run import Report

FORMATS = ("text", "json", "github", "sarif", "markdown", "html")


def render(report: Report, format: str, language: str) -> str:
    """The report as a text in one of `FORMATS`, ending in a newline. `language`: en or zh."""
    text = import_module(f"plans.reports.{format if format != 'json' else 'json_'}").render(report, language)
    return text if text.endswith("\n") else text + "\n"
