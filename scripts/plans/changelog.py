"""The Data part of CHANGELOG.md: reading a version's section, and turning Unreleased into a version."""

from __future__ import annotations

import re

from planspec.diff import Diff
from planspec.package import Package
from planspec.tables import read_tables

SKELETON = "# Changelog\n\nAll notable changes of the data; the form is [Keep a Changelog](https://keepachangelog.com/en/1.1.0/).\n"
UNRELEASED = "### [Unreleased]"

_DATA = re.compile(r"^## Data[ \t]*$\n?(.*?)(?=^## |\Z)", re.MULTILINE | re.DOTALL)


def _part(body: str, name: str) -> re.Match[str] | None:
    """Heading (group 1) and content (group 2) of a version inside the Data part."""
    return re.search(rf"^(### \[{re.escape(name)}\][^\n]*)\n?(.*?)(?=^### |\Z)", body, re.MULTILINE | re.DOTALL)


def section(text: str, version: str) -> str:
    """What the Data part says under a version's heading (`Unreleased` too), without the heading; "" where nothing."""
    data = _DATA.search(text)
    found = _part(data[1], version) if data else None
    return found[2].strip() if found else ""


def released(text: str, version: str, date: str, summary: str = "") -> str:
    """The changelog with the Data part's Unreleased content under `### [version] - date`.

    Written twice it stays the same. `summary` stands in where Unreleased says nothing; a missing file, Data part or
    Unreleased heading is added.
    """
    text = text or SKELETON
    heading = f"### [{version}] - {date}"
    data = _DATA.search(text)
    if data is None:
        first = re.search(r"^## ", text, re.MULTILINE)
        at = first.start() if first else len(text)
        before = text[:at].rstrip("\n")
        return released(
            f"{before}\n\n## Data\n\n{UNRELEASED}\n\n{text[at:]}".rstrip("\n") + "\n", version, date, summary
        )
    body = data[1]
    done = _part(body, version)
    if done:
        new_body = body[: done.start(1)] + heading + body[done.end(1) :]
    else:
        open_part = _part(body, "Unreleased")
        content = (open_part[2].strip() if open_part else "") or summary.strip()
        rest = body[open_part.end() :] if open_part else body
        lead = body[: open_part.start()].strip("\n") if open_part else ""
        parts = [lead, UNRELEASED, heading, content, rest.strip("\n")]
        new_body = "\n" + "\n\n".join(p for p in parts if p) + "\n"
        new_body += "\n" if text[data.end() :] else ""
    return text[: data.start(1)] + new_body + text[data.end(1) :]


def summary(diff: Diff | None, package: Package) -> str:
    """Changelog entries by resource, made from the diff; for a first release from the number of rows."""
    if diff is None:
        tables, _ = read_tables(package)
        return "#### Added\n" + "\n".join(f"- **{name}**: {len(table)} rows." for name, table in tables.items())
    from plans.diffs.words import reason_text

    groups = {"major": "#### Changed, breaking", "minor": "#### Added", "patch": "#### Fixed"}
    lines: list[str] = []
    for level, heading in groups.items():
        found = [r for r in diff.reasons if r.level == level]
        if found:
            lines += [heading, *("- **{}**:{}.".format(*reason_text(r, "en").split(":", 1)) for r in found), ""]
    return "\n".join(lines).strip() or "No change of the data."
