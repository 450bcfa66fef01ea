"""Reports of a validation, one module a format, all from the same findings and the same catalogue."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

from planspec.rules.run import Report

FORMATS = ("text", "json", "github", "sarif", "markdown", "html")
FROM_HERE = ("github", "sarif")
"""Forms that are read with the checkout at hand: their paths begin where the command was run, not in the package."""


def render(report: Report, format: str, language: str, folder: str = "") -> str:
    """The report as a text in one of `FORMATS`, ending in a newline. `language`: en or zh.

    `folder`: the package's folder as `folder_from_here` gives it; forms in `FROM_HERE` put it before each file.
    """
    module = import_module(f"plans.reports.{format if format != 'json' else 'json_'}")
    text = module.render(report, language, folder) if format in FROM_HERE else module.render(report, language)
    return text if text.endswith("\n") else text + "\n"


def folder_from_here(path: Path) -> str:
    """The folder of the package at `path` relative to the working directory, with a slash at its end.

    "" where it is the working directory or lies outside of it, and for an archive, whose files no checkout has.
    """
    try:
        place = (path if path.is_dir() else path.parent).resolve()
        inside = place.relative_to(Path.cwd()).as_posix() if path.is_dir() or path.suffix == ".json" else "."
    except (OSError, ValueError, RuntimeError):
        return ""
    return "" if inside == "." else f"{inside}/"
