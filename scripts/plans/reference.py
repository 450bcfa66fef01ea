"""docs/commands.md: the help of every command, as the command prints it."""

from __future__ import annotations


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
    for name in group.commands:  # type: ignore[attr-defined] # a typer group is a click group
        result = runner.invoke(app, [name, "--help"], env=environment, prog_name="plans", terminal_width=100)
        lines += [f"## plans {name}", "", "```text", result.output.strip("\n"), "```", ""]
    return "\n".join(lines).rstrip() + "\n"
