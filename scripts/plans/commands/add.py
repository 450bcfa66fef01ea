"""`plans add`, and the ledger of a report under review."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from planspec.errors import CannotTell

HOLDS, DOES_NOT = 0, 1


def add(
    report: Annotated[Path, typer.Argument(metavar="REPORT", help="Report as plain text, UTF-8.")],
    district: Annotated[str, typer.Option("--district", metavar="CODE", help="GB/T 2260 code of six digits.")],
    year: Annotated[int, typer.Option("--year", min=1950, max=2100, help="Plan year.")],
    package: Annotated[Path, typer.Option("--package", metavar="DIR", help="Folder of the package.")] = Path(),
    review: Annotated[bool, typer.Option("--review", help="Go through what is open, here in the terminal.")] = False,
    accept: Annotated[
        float | None,
        typer.Option("--accept", min=0, max=1, metavar="C", help="Accept every open row of at least this confidence."),
    ] = None,
    write: Annotated[
        bool, typer.Option("--write", help="Write what is decided into the package and validate it.")
    ] = False,
    completeness: Annotated[
        str, typer.Option("--completeness", help="full, digest or excerpt. Default: what the review keeps, else full.")
    ] = "",
    title: Annotated[str, typer.Option("--title", help="Title, as the document states it.")] = "",
    publisher: Annotated[str, typer.Option("--publisher", help="Publisher, as the document states it.")] = "",
    published: Annotated[
        str, typer.Option("--published", metavar="YYYY-MM-DD", help="Date, as the document states it.")
    ] = "",
    name: Annotated[
        str, typer.Option("--district-name", help="Chinese name of a district that is not in districts.csv.")
    ] = "",
    name_en: Annotated[str, typer.Option("--district-name-en", help="English name of that district.")] = "",
    limit: Annotated[int, typer.Option("--limit", min=0, help="Open rows listed.")] = 20,
) -> None:
    """Scan a report, review it beside its text, and write what is accepted into the package; stop and resume at will.

    The review beside the report keeps the options about the document, so they need to be given once. Exits 1 while rows
    are open or, with --write, where the package does not hold.

    Example: plans add report.txt --district 350400 --year 2023 --review
    """
    from plans import adding, reviewing
    from plans.cli import choose, default_language, stop
    from plans.commands.scan import checked_code, read_report
    from planspec.rules.source import find_sources
    from planspec.scan import read_vocabulary, scan
    from planspec.scan.review import accept_from, begin, figures_of, open_items, read_review, tell, write_review

    if completeness:
        choose(completeness, adding.COMPLETENESS, "completeness")
    try:
        stored = read_report(report)
        if stored.encode("utf-8") != report.read_bytes():
            raise CannotTell(
                f"{report} is not UTF-8", "convert it to UTF-8 first: offsets and hash are taken from the file"
            )
        options = {"district": checked_code(district), "year": str(year), "completeness": completeness, "title": title}
        options |= {"publisher": publisher, "published": published, "district-name": name, "district-name-en": name_en}
        given = adding.Report(report, stored, options["district"], year)
        before = read_review(given.review_path, given.sha256) if given.review_path.exists() else []
        known = adding.settle(options, before)
        given = adding.described(given, known)
        items = tell(before, known, given.sha256)
        if before and items != before:
            write_review(given.review_path, items)
        texts = find_sources(package, None, os.environ.get("PLANS_SOURCES"))
        source_id = adding.identify(given, package, texts)
        found = scan(stored, given.district_code, year, read_vocabulary(package))
        if not before:
            items = tell(begin(found.rows, given.sha256), known, given.sha256)
            write_review(given.review_path, items)
            typer.echo(
                f"{len(figures_of(items))} figures proposed in {given.review_path}; edit it, or review here with --review."
            )
        if accept is not None:
            typer.echo(f"{accept_from(items, accept)} accepted.")
            write_review(given.review_path, items)
        if review:
            reviewing.review(items, stored, given.review_path, _ask, typer.echo)
        typer.echo("\n".join(reviewing.summary(items)))
        waiting = open_items(items)
        if waiting and limit:
            typer.echo("\nOpen, lowest confidence first:\n" + "\n".join(reviewing.waiting_lines(items, limit)))
        if not write:
            raise typer.Exit(DOES_NOT if waiting else HOLDS)
        # Before the package, so that whatever stops the run the review is known for the one its rows come from.
        write_review(given.review_path, tell(items, known | {"source": source_id}, given.sha256))
        added = adding.add(given, items, found, package)
    except CannotTell as error:
        stop(error)
    _tell(added, limit)
    holds = _validate(package, default_language())
    raise typer.Exit(DOES_NOT if waiting else holds)


def _ask(prompt: str) -> str:
    sys.stdout.write(prompt)
    sys.stdout.flush()
    line = sys.stdin.readline()
    if not line:
        raise EOFError
    return line


def _tell(added, limit: int) -> None:
    written = ", ".join(f"{name} {number}" for name, number in added.counts.items() if number)
    typer.echo(f"\nSource {added.source_id}: {written or 'nothing new'} written.")
    differs = added.drafts.differs
    if differs:
        typer.echo(
            f"{len(differs)} cells that were written before differ from the review and stay as they are. Where the review is "
            "right, write its word into the file; where the file is, mend the review:"
        )
        for d in differs[:limit]:
            typer.echo(f"  data/{d.resource}.csv {d.key} {d.column}: {d.written or '–'}; the review: {d.review or '–'}")
        if len(differs) > limit:
            typer.echo(f"  … and {len(differs) - limit} more")
    if added.withdrawn:
        typer.echo(
            f"Withdrawn, since the target is told under another key: {', '.join(added.withdrawn)}. "
            "List in retired.csv those that were released."
        )
    if added.doubtful:
        typer.echo(
            "No target and no `not_stated` row, since words of the indicator stand among the main targets or where a "
            f"record is lacking: {', '.join(added.doubtful)}. Add its target or, where there is none, the row."
        )
    lacking = added.drafts.lacking
    if lacking:
        typer.echo(f"{len(lacking)} accepted rows have no record yet:")
        for item, what in lacking[:limit]:
            typer.echo(f"  {item['start']:>7} {item['printed']:<8} {item['stated']}: {what}")
        if len(lacking) > limit:
            typer.echo(f"  … and {len(lacking) - limit} more")


def _validate(package: Path, language: str) -> int:
    from plans.reports import render
    from planspec.rules.run import validate
    from planspec.rules.source import find_sources

    report = validate(package, find_sources(package, None, os.environ.get("PLANS_SOURCES")), 20)
    typer.echo("\n" + render(report, "text", language), nl=False)
    return HOLDS if report.holds else DOES_NOT


def show_review(report: Path, format: str) -> str:
    """The ledger of a report under review, as text or JSON. Raises `CannotTell` where it was never scanned."""
    import hashlib

    from plans import reviewing
    from plans.commands.scan import read_report
    from planspec.scan.review import read_review, tally

    read_report(report)
    path = report.with_name(f"{report.stem}.review.csv")
    if not path.exists():
        raise CannotTell(f"{report} has no review", "begin one with plans add REPORT --district CODE --year YEAR")
    items = read_review(path, hashlib.sha256(report.read_bytes()).hexdigest())
    if format == "json":
        return json.dumps({role: dict(sorted(c.items())) for role, c in tally(items).items()}, indent=2) + "\n"
    return "\n".join([*reviewing.summary(items), "", *reviewing.waiting_lines(items, 20)]).rstrip() + "\n"


def register(app: typer.Typer) -> None:
    """Add `add`."""
    app.command()(add)
