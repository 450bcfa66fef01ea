"""docs/commands.md: the help of every command, as the command prints it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any


def page() -> str:
    """The whole page, in the order in which `plans --help` lists the commands."""
    import typer
    from typer.testing import CliRunner

    from plans.cli import app

    group = typer.main.get_command(app)
    runner = CliRunner()
    environment = {"COLUMNS": "100", "TERM": "dumb", "NO_COLOR": "1", "LC_ALL": "C.UTF-8"}
    lines = [
        "# Commands",
        "",
        "Generated from the commands' own help (`make docs`). Exit codes: 0 the data hold, 1 they do not, 2 the tool could not tell.",
        "",
    ]
    for words in _commands(group):
        result = runner.invoke(app, [*words, "--help"], env=environment, prog_name="plans", terminal_width=100)
        lines += [f"## plans {' '.join(words)}", "", "```text", result.output.strip("\n"), "```", ""]
    return "\n".join(lines).rstrip() + "\n"


def _commands(group: Any) -> Iterator[tuple[str, ...]]:
    """The words of every command, each followed by those under it."""
    for name, command in getattr(group, "commands", {}).items():
        yield (name,)
        yield from ((name, *words) for words in _commands(command))
