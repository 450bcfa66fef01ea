"""`plans site`."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from planspec.errors import CannotTell

HOLDS, DOES_NOT = 0, 1


def _progress() -> Callable[[str], None]:
    """Show the current step on a terminal, in one line that the next step replaces; say nothing in a pipe."""
    if not sys.stderr.isatty():
        return lambda _: None

    def show(step: str) -> None:
        sys.stderr.write(f"\r\x1b[K{step}")
        sys.stderr.flush()

    return show


def site(
    path: Annotated[
        Path, typer.Argument(metavar="[PATH]", help="Package: a folder, a datapackage.json or a zip.")
    ] = Path(),
    out: Annotated[
        Path, typer.Option("--out", metavar="DIR", help="Folder of the site; an earlier site in it is replaced.")
    ] = Path("site"),
    dist: Annotated[
        Path | None,
        typer.Option("--dist", metavar="DIR", help="Built release for the download page. Default: dist, where it is."),
    ] = None,
    packages: Annotated[
        Path | None,
        typer.Option(
            "--packages", metavar="DIR", help="A node_modules folder to take scripts from instead of the npm registry."
        ),
    ] = None,
    draft: Annotated[
        bool, typer.Option("--draft", help="Make it although the data do not hold; every page says so.")
    ] = False,
) -> None:
    """Make the static site: charts, tables and a page for every record, in English and Chinese.

    Example: plans site --out site
    """
    from plans.cli import default_language, stop
    from plans.reports import render
    from plans.site.build import site_files, write_site
    from planspec.rules.run import validate
    from planspec.rules.source import find_sources

    progress = _progress()
    try:
        progress("validating")
        report = validate(path, find_sources(path, None, os.environ.get("PLANS_SOURCES")))
        if not report.holds and not draft:
            progress("")
            typer.echo(render(report, "text", default_language()), nl=False)
            typer.echo("No site was made. --draft makes one that says so on every page.")
            raise typer.Exit(DOES_NOT)
        root = path if path.is_dir() else path.parent
        built = dist or (root / "dist" if (root / "dist" / "SHA256SUMS").is_file() else None)
        try:
            made = write_site(out, site_files(path, report, built, packages, progress))
        except CannotTell:
            raise
        except Exception as error:
            # Pages may lean on what validation found broken, so a draft can fail anywhere; sound data must not.
            if report.holds:
                raise
            raise CannotTell(
                f"the data are too broken for a draft ({type(error).__name__}: {error})",
                "mend what plans validate names, codes and references first",
            ) from error
    except CannotTell as error:
        progress("")
        stop(error)
    progress("")
    typer.echo(f"{report.package} {report.version}: {made.files} files, {made.size} bytes, in {out}")
    if built is None:
        typer.echo("No built release at hand, and the download page says so: run plans build first to include it.")


def register(app: typer.Typer) -> None:
    """Add `site`."""
    app.command()(site)
