"""`plans release`."""

from __future__ import annotations

import os
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from planspec.errors import CannotTell


def release(
    version: Annotated[str, typer.Argument(metavar="VERSION", help="The new data version, three numbers.")],
    path: Annotated[Path, typer.Option("--package", metavar="DIR", help="Folder of the package.")] = Path(),
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show everything, write nothing.")] = False,
    date: Annotated[str, typer.Option("--date", metavar="YYYY-MM-DD", help="Date to stamp. Default: today, UTC.")] = "",
    sources: Annotated[
        Path | None,
        typer.Option(
            "--sources",
            metavar="DIR",
            help="Folder of the source texts. Default: PLANS_SOURCES, then sources/, then ../shared/sources/.",
        ),
    ] = None,
) -> None:
    """Stamp, commit and tag a data release, or refuse with the reasons and exit 1; it is not published by this.

    Example: plans release 2.0.0 --dry-run
    """
    from plans.cli import DOES_NOT, HOLDS, stop
    from plans.release import describe, perform, prepare
    from planspec.rules.source import find_sources

    try:
        texts = find_sources(path, sources, os.environ.get("PLANS_SOURCES"))
        plan = prepare(path, version, _date(date), texts)
        typer.echo(describe(plan, whole=dry_run), nl=False)
        if plan.refusals:
            typer.echo("\nNothing was written.")
            raise typer.Exit(DOES_NOT)
        if dry_run:
            typer.echo("\nNothing was written: this was a dry run.")
            raise typer.Exit(HOLDS)
        commit = perform(plan)
    except CannotTell as error:
        stop(error)
    typer.echo(
        f"\nTagged {plan.tag} at {commit[:12]}. Next: git push --follow-tags, then plans build and plans publish."
    )


def _date(given: str) -> str:
    """The date to stamp, checked."""
    if not given:
        return datetime.now(UTC).strftime("%Y-%m-%d")
    try:
        if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", given):
            raise ValueError(given)
        datetime.strptime(given, "%Y-%m-%d").replace(tzinfo=UTC)
    except ValueError as error:
        raise CannotTell(f"{given!r} is no date", "write YYYY-MM-DD") from error
    return given


def register(app: typer.Typer) -> None:
    """Add `release`."""
    app.command()(release)
