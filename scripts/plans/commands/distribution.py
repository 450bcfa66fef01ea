"""The commands that make, publish and prove a release: build, publish, verify."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sized
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
        sys.stderr.write(f"\r\x1b[K{step[:100]}")
        sys.stderr.flush()

    return show


def _done() -> None:
    if sys.stderr.isatty():
        sys.stderr.write("\r\x1b[K")


def build(
    path: Annotated[
        Path, typer.Argument(metavar="[PATH]", help="Package: a folder, a datapackage.json or a zip.")
    ] = Path(),
    out: Annotated[
        Path, typer.Option("--out", metavar="DIR", help="Folder of the release; an earlier build in it is replaced.")
    ] = Path("dist"),
    diff: Annotated[
        Path | None, typer.Option("--diff", metavar="FILE", help="Markdown of plans diff, for the release notes.")
    ] = None,
) -> None:
    """Make every file of a release from a package whose data hold; the same package gives the same bytes.

    Example: plans build --out dist
    """
    from plans.build import build as run
    from plans.chinese import translated
    from plans.cli import default_language, stop
    from plans.reports import render
    from planspec.rules.run import validate
    from planspec.rules.source import find_sources

    try:
        report = validate(path, find_sources(path, None, os.environ.get("PLANS_SOURCES")))
        if not report.holds:
            typer.echo(render(report, "text", default_language()), nl=False)
            typer.echo(translated("Nothing was built.", default_language()))
            raise typer.Exit(DOES_NOT)
        text = _text(diff) if diff else ""
        sizes = run(path, out, text, _progress())
    except CannotTell as error:
        _done()
        stop(error)
    _done()
    for name, size in sizes.items():
        typer.echo(f"{size:>10}  {name}")
    typer.echo(f"{report.package} {report.version}: {len(sizes)} files, {sum(sizes.values())} bytes, in {out}")


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise CannotTell(
            f"{path} cannot be read: {error}", "give the Markdown that plans diff --format markdown wrote"
        ) from error


def publish(
    dist: Annotated[Path, typer.Argument(metavar="[DIST]", help="Folder that plans build made.")] = Path("dist"),
    to: Annotated[
        str, typer.Option("--to", metavar="URL", help="A folder, sftp://, s3:// or another place fsspec can write to.")
    ] = "",
) -> None:
    """Put a built release under a URL: version folder first, catalogue last; nothing published is ever overwritten.

    Example: plans publish dist --to sftp://user@host/srv/plans
    """
    from plans.cli import stop
    from plans.publish import publish as run

    if not to:
        stop(CannotTell("no place to publish to", "give one with --to"))
    try:
        outcome = run(dist, to, _progress())
    except CannotTell as error:
        _done()
        stop(error)
    _done()
    for line in outcome.refused or outcome.lines:
        typer.echo(line)
    if outcome.refused:
        typer.echo(f"{outcome.version or dist}: refused.")
        raise typer.Exit(DOES_NOT)


def verify(
    release: Annotated[
        str, typer.Argument(metavar="RELEASE", help="Folder, zip, catalogue folder, or the URL of one.")
    ],
    lang: Annotated[str, typer.Option("--lang", help="Language of texts: en or zh. Default: from the locale.")] = "",
) -> None:
    """Prove a release with nothing else at hand: every checksum, its version, then the rules it was held to.

    Example: plans verify qingdao-district-plans.zip
    """
    from plans.chinese import translated
    from plans.cli import choose, default_language, stop
    from plans.reports import render
    from plans.shown import visible
    from plans.verify import verify as run

    language = choose(lang or default_language(), ("en", "zh"), "language")
    try:
        verdict = run(release, _progress())
    except CannotTell as error:
        _done()
        stop(error, language)
    _done()

    def say(text: str) -> None:
        typer.echo(visible(translated(text, language)))

    for fault in verdict.faults:
        say(f"{fault.file}: {fault.what}")
        typer.echo(f"  {translated('to mend', language)}: {visible(translated(fault.mend, language))}")
    for report in verdict.reports.values():
        typer.echo(render(report, "text", language), nl=False)
    for note in verdict.notes:
        typer.echo(f"{translated('note', language)}: {visible(translated(note, language))}")
    for version, files in verdict.versions.items():
        say(f"{version}: {files} files, checksums {'hold' if not verdict.faults else 'compared'}")
    against = [_number(verdict.faults, "fault"), _number(range(verdict.errors), "error") + " by its own rules"]
    wrong = [text for text in against if not text.startswith("0 ")]
    say(f"The release does not hold: {', '.join(wrong)}." if wrong else "The release is what was published.")
    raise typer.Exit(HOLDS if verdict.holds else DOES_NOT)


def _number(things: Sized, what: str) -> str:
    return f"{len(things)} {what}{'' if len(things) == 1 else 's'}"


def register(app: typer.Typer) -> None:
    """Add the three commands to the command line."""
    for command in (build, publish, verify):
        app.command()(command)
