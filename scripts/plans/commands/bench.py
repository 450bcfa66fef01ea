"""`plans bench` and `plans bench generate`."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from planspec.errors import CannotTell

bench = typer.Typer(rich_markup_mode=None)


SIZES = (10_000, 100_000, 1_000_000)


@bench.callback(invoke_without_command=True)
def measure(
    context: typer.Context,
    rows: Annotated[
        list[int] | None,
        typer.Option("--rows", min=3000, help="Size to measure; again for another. Default: 10^4 to 10^6."),
    ] = None,
    faults: Annotated[
        int, typer.Option("--faults", min=0, help="Faults in the largest package up to 10^6 rows.")
    ] = 10_000,
    repeat: Annotated[int, typer.Option("--repeat", min=1, help="Rounds; medians are kept.")] = 3,
    package: Annotated[
        Path, typer.Option("--package", metavar="DIR", help="Package whose schemas are measured.")
    ] = Path(),
    work: Annotated[Path, typer.Option("--work", metavar="DIR", help="Folder for made-up packages.")] = Path("bench"),
    out: Annotated[Path | None, typer.Option("--out", metavar="FILE", help="Write the figures to a file.")] = None,
) -> None:
    """Measure validation beside frictionless, bare polars expressions and only reading: wall time and peak memory.

    Memory of two processes takes the extra bench (psutil).

    Example: plans bench --out docs/performance.json
    """
    if context.invoked_subcommand:
        return
    import json

    from plans.bench.measure import measure as run
    from plans.cli import stop, write_out
    from planspec.rules.source import find_sources

    def tell(what: str) -> None:
        if sys.stderr.isatty():
            typer.echo(what, err=True)

    try:
        texts = find_sources(package, None, os.environ.get("PLANS_SOURCES"))
        figures = run(package, texts, rows or SIZES, faults, repeat, work, tell)
        write_out(json.dumps(figures, indent=2) + "\n", out)
    except CannotTell as error:
        stop(error)


@bench.command()
def generate(
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="New folder for the package and faults.csv.")],
    rows: Annotated[int, typer.Option("--rows", min=1, help="Rows of the package, all resources together.")] = 100_000,
    faults: Annotated[int, typer.Option("--faults", min=0, help="Faults to plant, of every known kind in turn.")] = 0,
    seed: Annotated[int, typer.Option("--seed", help="The same seed gives the same bytes.")] = 1,
    package: Annotated[
        Path, typer.Option("--package", metavar="DIR", help="Package whose schemas and units are taken.")
    ] = Path(),
) -> None:
    """Write a made-up package of any size in the package's own schemas, and what is wrong with it to faults.csv.

    Example: plans bench generate --rows 1000000 --faults 10000 --out bench/million
    """
    from plans.bench.generate import generate as run
    from plans.cli import stop

    try:
        written = run(rows, faults, seed, out, package)
    except CannotTell as error:
        stop(error)
    typer.echo(f"{out}: {', '.join(f'{name} {n}' for name, n in written.rows.items() if n)}")
    typer.echo(f"{sum(written.rows.values())} rows, {written.phrases} phrases, {written.distinct} of them distinct")
    if faults:
        typer.echo(f"{written.faults} faults, which make {written.findings} findings: {out / 'faults.csv'}")


def register(app: typer.Typer) -> None:
    """Add `bench`."""
    app.add_typer(bench, name="bench")
