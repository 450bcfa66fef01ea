"""What stops a command, said on standard error in the person's language."""

from __future__ import annotations

import os

import typer

from planspec.errors import CannotTell


def default_language() -> str:
    """zh where the locale is Chinese, else en."""
    locale = os.environ.get("LC_ALL") or os.environ.get("LC_MESSAGES") or os.environ.get("LANG") or ""
    return "zh" if locale.lower().startswith("zh") else "en"


def tell(error: CannotTell, language: str = "") -> None:
    """Say on standard error what happened and how to mend it."""
    # Nothing that a command that ends well has to load.
    from plans.chinese import translated
    from plans.shown import visible

    language = language or default_language()
    heads = ("plans 无法判断", "修改办法") if language == "zh" else ("plans could not tell", "to mend")
    typer.echo(f"{heads[0]}: {visible(translated(error.what, language))}", err=True)
    if error.mend:
        typer.echo(f"  {heads[1]}: {visible(translated(error.mend, language))}", err=True)


def tell_system(error: OSError | RuntimeError) -> None:
    """Say what the system refused: a path too long, no access, links in a circle, for which Python has no kind of its own."""
    if isinstance(error, OSError):
        place = f"{os.fsdecode(error.filename)[:200]}: " if isinstance(error.filename, str | bytes) else ""
        what = f"{place}{error.strerror or error}"
    elif str(error).startswith("Symlink loop"):
        what = str(error)
    else:
        raise error
    tell(CannotTell(what, "check the path, and that you may read and write there"))
