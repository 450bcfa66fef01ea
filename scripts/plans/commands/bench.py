"""`plans bench` and `plans bench generate`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from planspec.errors import CannotTell

bench = typer.Typer(rich_markup_mode=None)


@bench.callback()
def measure() -> None:
    """Make packages of any size to measure validation with.

    Example: plans bench generate --rows 1000000 --out bench/million
    """


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
