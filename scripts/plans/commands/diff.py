"""`plans diff`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from planspec.errors import CannotTell


def diff(
    old: Annotated[
        str, typer.Argument(metavar="OLD", help="A git revision, a folder, a datapackage.json, a zip or a URL.")
    ],
    new: Annotated[str, typer.Argument(metavar="[NEW]", help="The same. Default: the working folder.")] = ".",
    form: Annotated[str, typer.Option("--format", help="text, json, markdown or html.")] = "text",
    lang: Annotated[str, typer.Option("--lang", help="Language of texts: en or zh. Default: from the locale.")] = "",
    limit: Annotated[
        int, typer.Option("--limit", min=1, help="Entries listed in each section; counts stay exact, json lists all.")
    ] = 100,
    out: Annotated[Path | None, typer.Option("--out", metavar="FILE", help="Write the diff to a file.")] = None,
) -> None:
    """Compare two versions by key and say which version step their difference demands; exits 0 whenever it could compare.

    Example: plans diff data-v0.1.0 --format markdown
    """
    from plans.cli import choose, default_language, stop, write_out
    from plans.diffs import FORMATS, render

    choose(form, FORMATS, "format")
    language = choose(lang or default_language(), ("en", "zh"), "language")
    from planspec.diff import compare, opened

    try:
        with opened(new) as after, opened(old, base_of(new)) as before:
            text = render(compare(before, after), form, language, limit)
        write_out(text, out)
    except CannotTell as error:
        stop(error, language)


def base_of(new: str) -> Path:
    """Where revisions are looked up: in the repository of NEW where that is a path, else in the current folder's."""
    try:
        return Path(new) if Path(new).exists() else Path()
    except (OSError, ValueError):
        return Path()


def register(app: typer.Typer) -> None:
    """Add `diff`."""
    app.command()(diff)
