"""What each release changed, from the repository's tags: for the page of versions, and for the page of a record."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from planspec.errors import CannotTell
from planspec.rules.context import RECORDS

TAG = "data-v"


@dataclass(frozen=True)
class Event:
    """What a version did to a record: `added`, `changed` (with the columns) or `removed`."""

    version: str
    date: str
    event: str
    columns: tuple[str, ...] = ()


@dataclass(frozen=True)
class Release:
    """A released version with the number of rows it added, changed and removed, by kind of record, or else by table."""

    tag: str
    version: str
    date: str
    changes: dict[str, dict[str, int]]


@dataclass
class History:
    """Releases, newest first, and the events of each record by kind and key, oldest first.

    `known` is false where no release is at hand to compare with: that says nothing about whether there was one.
    """

    known: bool = False
    releases: list[Release] = field(default_factory=list)
    events: dict[tuple[str, str], list[Event]] = field(default_factory=lambda: defaultdict(list))


def read_history(path: Path) -> History:
    """Compare the releases tagged before HEAD, one with the next.

    A package outside a repository, or without tags, has no history at hand; that is not an error.
    """
    from planspec.diff.repository import Repository

    history = History()
    if not path.is_dir():
        return history
    try:
        repository = Repository.around(path)
        tags = _tags(repository)
    except CannotTell:
        return history
    before = ""
    for tag, version, date in tags:
        changes = _compare(path, before, tag, version, date, history)
        history.releases.insert(0, Release(tag, version, date, changes))
        before = tag
    history.known = bool(tags)
    return history


def _tags(repository: object) -> list[tuple[str, str, str]]:
    """Tag, version and date (of the commit) of each data release that HEAD contains, oldest first."""
    from planspec.diff.bump import parse_version
    from planspec.diff.repository import Repository

    assert isinstance(repository, Repository)
    if not repository.commit("HEAD"):
        return []
    listed = repository.text("tag", "--list", "--merged", "HEAD", f"{TAG}*").split("\n")
    found = []
    for tag in listed:
        try:
            number = parse_version(tag.removeprefix(TAG))
        except ValueError:
            continue
        date = repository.text("log", "-1", "--format=%cs", repository.commit(f"refs/tags/{tag}"))
        found.append((number, tag, date))
    return [(tag, tag.removeprefix(TAG), date) for _, tag, date in sorted(found)]


def _compare(path: Path, before: str, tag: str, version: str, date: str, history: History) -> dict[str, dict[str, int]]:
    """Note the events of one release against the one before; the first release adds every record."""
    from planspec.diff import compare, opened
    from planspec.tables import read_tables

    changes: dict[str, dict[str, int]] = {}
    with opened(tag, path) as new:
        if not before:
            tables, _ = read_tables(new.package)
            for kind, name in _by_kind(resource.name for resource in new.package):
                if name not in tables:
                    continue
                keys = list(tables[name].raw[tables[name].resource.primary_key[0]])
                for key in keys if kind in RECORDS else []:
                    history.events[(kind, key)].append(Event(version, date, "added"))
                if keys:
                    changes[kind] = {"added": len(keys), "changed": 0, "removed": 0}
            return changes
        with opened(before, path) as old:
            diff = compare(old, new)
    tables_by_name = {table.name: table for table in diff.tables}
    for kind, name in _by_kind(tables_by_name):
        table = tables_by_name[name]
        changes_of = {"added": len(table.added), "changed": len(table.changed), "removed": len(table.removed)}
        if any(changes_of.values()):
            changes[kind] = changes_of
        if kind not in RECORDS:
            continue
        for row in table.added:
            history.events[(kind, row.key[0])].append(Event(version, date, "added"))
        for row in table.removed:
            history.events[(kind, row.key[0])].append(Event(version, date, "removed"))
        for change in table.changed:
            columns = tuple(cell.column for cell in change.cells)
            history.events[(kind, change.key[0])].append(Event(version, date, "changed", columns))
    return changes


def _by_kind(tables: Iterable[str]) -> list[tuple[str, str]]:
    """Name under which changes are shown, and table: the records first, by their kinds, then the other tables."""
    named = list(tables)
    records = [(kind, name) for kind, name in RECORDS.items() if name in named]
    return [*records, *((name, name) for name in named if name not in RECORDS.values())]
