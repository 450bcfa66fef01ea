"""The command line: one thin function a command; the work lies in modules that are imported when they are needed."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext, suppress
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from plans.telling import default_language, tell, tell_system
from planspec.beside import MOST, Turns, ask_beside, cores, may_fork
from planspec.errors import CannotTell

HOLDS, DOES_NOT, CANNOT_TELL = 0, 1, 2

ALLOCATOR = "narenas:1,oversize_threshold:0,dirty_decay_ms:3000,muzzy_decay_ms:3000"
"""For polars' jemalloc: what is let go is taken again soon, by all threads, and not handed back to the system between."""

_only_memory_left = False
"""Whether nothing has to be done before the process ends: no thread, file or other process waits for it."""

app = typer.Typer(
    help="Validate, compare, build and publish the data package of district plans.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

PackagePath = Annotated[Path, typer.Argument(metavar="[PATH]", help="Package: a folder, a datapackage.json or a zip.")]
Sources = Annotated[
    Path | None,
    typer.Option(
        "--sources",
        metavar="DIR",
        help="Folder of the source texts. Default: PLANS_SOURCES, then sources/, then ../shared/sources/.",
    ),
]
Language = Annotated[str, typer.Option("--lang", help="Language of texts: en or zh. Default: from the locale.")]


def stop(error: CannotTell, language: str = "") -> NoReturn:
    """End with exit code 2, saying what happened and how to mend it, in `language` or the one of the locale."""
    tell(error, language)
    raise typer.Exit(CANNOT_TELL)


def choose(value: str, allowed: tuple[str, ...], what: str) -> str:
    """An option's value, or exit code 2 with the values there are."""
    if value not in allowed:
        stop(CannotTell(f"{what} {value!r} is not known", f"use one of: {', '.join(allowed)}"))
    return value


def write_out(text: str, out: Path | None) -> None:
    """Write to a file, whole or not at all, or to standard output, whose reader may leave early; raises `CannotTell` where it
    takes no more."""
    if out is None:
        try:
            sys.stdout.write(text)
            sys.stdout.flush()
        except OSError as error:
            # What could not be written is dropped, or Python would try again at the end.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            if not isinstance(error, BrokenPipeError):
                raise CannotTell(
                    f"the report cannot be written: {error.strerror}", "make room, or name a file with --out"
                ) from error
        return
    from planspec.files import write_whole

    # Half of a pair, which a file name or JSON may hold, is no character that UTF-8 can write.
    write_whole(out, text.encode("utf-8", "backslashreplace"))


@app.command()
def validate(
    path: PackagePath = Path(),
    sources: Sources = None,
    format: Annotated[str, typer.Option("--format", help="text, json, github, sarif, markdown or html.")] = "text",
    lang: Language = "",
    limit: Annotated[
        int, typer.Option("--limit", min=1, help="Findings listed of each rule; counts stay exact.")
    ] = 100,
    out: Annotated[Path | None, typer.Option("--out", metavar="FILE", help="Write the report to a file.")] = None,
    engine: Annotated[
        str, typer.Option("--engine", help="polars, or spark where one machine is too small.")
    ] = "polars",
    master: Annotated[str, typer.Option("--master", metavar="URL", help="Spark's master. Default: local[*].")] = "",
    data: Annotated[
        str, typer.Option("--data", metavar="URL", help="Where Spark finds the tables, as CSV or Parquet.")
    ] = "",
) -> None:
    """Check a package through all four layers: structure, row, package, source.

    Example: plans validate . --format github
    """
    choose(engine, ("polars", "spark"), "engine")
    if engine == "polars" and (master or data):
        stop(CannotTell("--master and --data are for Spark", "add --engine spark"))
    # The second process starts before anything heavy is imported (see `planspec.beside`), and polars' allocator is told
    # how to behave before it is loaded.
    os.environ.setdefault("_RJEM_MALLOC_CONF", ALLOCATOR)
    if engine == "polars":
        _halve_cores(path)
    with _uncollected(), ask_beside(partial(_beside, path, sources)) if engine == "polars" else nullcontext() as beside:
        from plans.reports import FORMATS, folder_from_here, render
        from planspec.rules.run import Spark
        from planspec.rules.run import validate as run
        from planspec.rules.source import find_sources

        choose(format, FORMATS, "format")
        language = choose(lang or default_language(), ("en", "zh"), "language")
        try:
            texts = find_sources(path, sources, os.environ.get("PLANS_SOURCES"))
            spark = Spark(master or "local[*]", data) if engine == "spark" else None
            report = run(path, texts, limit, spark, beside)
            write_out(render(report, format, language, folder_from_here(path)), out)
        except CannotTell as error:
            stop(error, language)
    global _only_memory_left  # noqa: PLW0603 - what `main` has to know when the command has ended
    _only_memory_left = engine == "polars"
    raise typer.Exit(HOLDS if report.holds else DOES_NOT)


def _halve_cores(path: Path) -> None:
    """Leave each of two processes half of the cores, where there will be two: polars' threads would wait for one another."""
    # None are seen of a package in an archive, which one process holds.
    if may_fork() and 0 < _size_of_tables(path) <= MOST:
        _leave_half()


def _size_of_tables(path: Path) -> int:
    """Bytes of the tables, as far as they can be told: an editor may leave a link to nowhere (`.#targets.csv`) beside them."""
    size = 0
    try:
        for file in ((path if path.is_dir() else path.parent) / "data").glob("[!.]*.csv"):
            with suppress(OSError):
                size += file.stat().st_size
    except OSError:
        return 0
    return size


def _leave_half() -> None:
    os.environ.setdefault("POLARS_MAX_THREADS", str(cores() // 2))


@contextmanager
def _uncollected() -> Iterator[None]:
    """Leave cyclic garbage alone: a validation makes next to none, and looking for it takes 7 % of a small one's time."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def _beside(path: Path, sources: Path | None, turns: Turns) -> object:
    _leave_half()
    from planspec.rules.source import find_sources
    from planspec.rules.steps import take_share

    return take_share(path, find_sources(path, sources, os.environ.get("PLANS_SOURCES")), turns)


@app.command()
def rules(
    rule: Annotated[str, typer.Argument(metavar="[ID]", help="Show one rule whole.")] = "",
    path: Annotated[Path, typer.Option("--package", help="Package to count the rows each rule could fail.")] = Path(),
    format: Annotated[str, typer.Option("--format", help="text, json or markdown.")] = "text",
    lang: Language = "",
    sources: Sources = None,
) -> None:
    """List the rules and how many rows of the package each could fail.

    Example: plans rules R230
    """
    from plans.rulebook import show

    choose(format, ("text", "json", "markdown"), "format")
    language = choose(lang or default_language(), ("en", "zh"), "language")
    try:
        sys.stdout.write(show(rule, path, format, language, sources))
    except CannotTell as error:
        stop(error, language)


@app.command("format")
def format_(
    path: PackagePath = Path(),
    check: Annotated[
        bool, typer.Option("--check", help="Change nothing; exit 1 where something would change.")
    ] = False,
    lang: Language = "",
) -> None:
    """Rewrite the CSV files canonically, fill derived columns and count the rows; say what changed.

    Exits 1 where a file or a cell cannot be brought into form; it is named and left as it is.

    Example: plans format . --check
    """
    from plans.chinese import translated
    from plans.shown import visible
    from planspec.canonical import format_package
    from planspec.counts import write_counts

    language = choose(lang or default_language(), ("en", "zh"), "language")
    try:
        changes = format_package(path, write=not check)
        changes.lines += [] if changes.refused else write_counts(path, write=not check)
    except CannotTell as error:
        stop(error, language)
    for line in changes.lines + changes.left:
        typer.echo(visible(translated(line, language)))
    if not changes.lines and not changes.left:
        typer.echo(translated("Every file is canonical.", language))
    wrong = changes.refused or changes.left or (check and changes.lines)
    raise typer.Exit(DOES_NOT if wrong else HOLDS)


@app.command()
def ledger(
    path: PackagePath = Path(),
    format: Annotated[str, typer.Option("--format", help="text, json or markdown.")] = "text",
) -> None:
    """Show what became of every printed figure, a line a document.

    Example: plans ledger . --format markdown
    """
    from plans.ledger import show

    choose(format, ("text", "json", "markdown"), "format")
    try:
        if path.is_file() and path.suffix.lower() == ".txt":
            from plans.commands.add import show_review

            choose(format, ("text", "json"), "format")
            sys.stdout.write(show_review(path, format))
            return
        sys.stdout.write(show(path, format))
    except CannotTell as error:
        stop(error)


FAMILIES = ("diff", "release", "distribution", "site", "scan", "add", "bench")
"""Modules of `plans.commands`; each registers its commands and imports its work only when one runs."""


def _register() -> None:
    for family in FAMILIES:
        import_module(f"plans.commands.{family}").register(app)


_register()


def _end(ended: SystemExit) -> NoReturn:
    """End the process; after a validation at once, since taking Python and its tables down takes as long as a tenth of it."""
    if not _only_memory_left or not isinstance(ended.code, int):
        raise ended
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(ended.code)


def main() -> None:
    """Entry point of `plans`."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure:
            reconfigure(encoding="utf-8", errors="backslashreplace")
    try:
        try:
            app()
        except SystemExit as ended:
            _end(ended)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(HOLDS)
    except (OSError, RuntimeError) as error:
        tell_system(error)
        sys.exit(CANNOT_TELL)
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    main()
