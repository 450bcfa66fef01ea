"""`plans scan`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from planspec.errors import CannotTell

FORMATS = ("csv", "json", "text")
MAX_TEXT_BYTES = 20_000_000
"""A report is some tens of kilobytes; a larger file is not one."""

Text = Annotated[Path, typer.Argument(metavar="TEXT", help="Report as plain text, UTF-8 or GBK.")]
District = Annotated[str, typer.Option("--district", metavar="CODE", help="GB/T 2260 code of six digits; any one.")]
Year = Annotated[
    int, typer.Option("--year", min=1950, max=2100, help="Plan year: the year the report sets targets for.")
]
PackageDir = Annotated[
    Path, typer.Option("--package", metavar="DIR", help="Package whose indicators and units are already known.")
]


def scan(
    text: Text,
    district: District,
    year: Year,
    format: Annotated[str, typer.Option("--format", help="csv, json or text.")] = "text",
    package: PackageDir = Path(),
    out: Annotated[Path | None, typer.Option("--out", metavar="FILE", help="Write the rows to a file.")] = None,
) -> None:
    """Propose a ledger row and a record for every figure of a report, with a confidence; nothing is fetched or learned.

    Example: plans scan report.txt --district 350400 --year 2023 --format csv
    """
    from plans.cli import choose, stop, write_out
    from planspec.scan import read_vocabulary, render
    from planspec.scan import scan as run

    choose(format, FORMATS, "format")
    try:
        vocabulary = read_vocabulary(package)
        found = run(read_report(text), checked_code(district), year, vocabulary)
        write_out(render(found.rows, format), out)
    except CannotTell as error:
        stop(error)


def read_report(path: Path) -> str:
    """Text of a report with its newlines as they are. Raises `CannotTell` where it is not there or is no text."""
    try:
        if path.stat().st_size > MAX_TEXT_BYTES:
            raise CannotTell(f"{path} is larger than {MAX_TEXT_BYTES} bytes", "give the report alone, as plain text")
        data = path.read_bytes()
    except OSError as error:
        raise CannotTell(f"{path} cannot be read: {error.strerror}", "give the path of the report's text") from error
    if b"\x00" in data:
        raise CannotTell(f"{path} holds NUL bytes", "it is no plain text; convert it to UTF-8 text first")
    for encoding in ("utf-8", "gb18030"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise CannotTell(f"{path} is neither UTF-8 nor GBK", "convert it to UTF-8 text first")


def checked_code(code: str) -> str:
    """A district code of six digits, or `CannotTell`."""
    if len(code) != 6 or not code.isascii() or not code.isdigit():
        raise CannotTell(f"{code!r} is no GB/T 2260 code", "give six digits, as in 370212")
    return code


def register(app: typer.Typer) -> None:
    """Add `scan`."""
    app.command()(scan)
