"""What a comparison of two packages says, independent of how it is shown."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from planspec.diff.bump import LEVEL_OF, highest, least_next

TIERS = ("meaning", "figure", "reading", "place", "note", "form")
"""How much a changed cell matters, most first: what the record is about; what it says; how it is qualified; where it
stands in the source; words beside it; the same value written in another way."""


@dataclass(frozen=True)
class Side:
    """One of the two versions: `kind` is folder, zip, git or url; `commit` is set for git."""

    label: str
    kind: str
    name: str
    version: str
    commit: str = ""


@dataclass(frozen=True)
class Cell:
    """A cell of one row, before and after, as text; `tier` is one of `TIERS`.

    `follows`: the new value is the key that took the place of the old one in the table it refers to.
    """

    column: str
    old: str
    new: str
    tier: str
    follows: bool = False


@dataclass(frozen=True)
class Row:
    """A row found on one side only. `key` has a part for each key column; `line` counts from 1, the header being 1.

    `replaced_by` and `reason` come from retired.csv for a key that was withdrawn there (`retired`). `gone`: no row of
    the other side has the key, not even a doubled one.
    """

    key: tuple[str, ...]
    line: int
    cells: dict[str, str] = field(hash=False)
    gone: bool = True
    retired: bool = False
    replaced_by: str = ""
    reason: str = ""
    reused: bool = False


@dataclass(frozen=True)
class Change:
    """A row found on both sides with other cells, or under another key (`old_key` differs from `key`)."""

    key: tuple[str, ...]
    old_key: tuple[str, ...]
    line: int
    old_line: int
    cells: tuple[Cell, ...]
    reason: str = ""

    @property
    def renamed(self) -> bool:
        return self.key != self.old_key

    @property
    def tier(self) -> str:
        """The tier of the cell that matters most; `place` where only the key was renamed."""
        return min((c.tier for c in self.cells), key=TIERS.index, default="place")


@dataclass
class TableDiff:
    """The rows of one resource. `key`: the columns rows were matched by, empty where whole rows were compared.

    `names_records`: whether a key that goes is a loss to consumers (see `planspec.diff.meaning.names_records`).
    `doubled_old` and `doubled_new`: keys that stand more than once, with their number. `remarks`: codes of what was
    unusual about the comparison, with parameters.
    """

    name: str
    status: str
    file: str
    key: tuple[str, ...]
    names_records: bool
    old_count: int
    new_count: int
    added: list[Row] = field(default_factory=list)
    removed: list[Row] = field(default_factory=list)
    changed: list[Change] = field(default_factory=list)
    doubled_old: dict[tuple[str, ...], int] = field(default_factory=dict)
    doubled_new: dict[tuple[str, ...], int] = field(default_factory=dict)
    reordered: bool = False
    remarks: list[tuple[str, dict[str, Any]]] = field(default_factory=list)

    @property
    def differs(self) -> bool:
        return bool(self.added or self.removed or self.changed or self.reordered)


@dataclass(frozen=True)
class Structural:
    """A change of descriptor or schema. `code` is a key of `LEVEL_OF`; `what` the path of
    the property that changed."""

    code: str
    resource: str = ""
    column: str = ""
    what: str = ""
    old: Any = field(default=None, hash=False)
    new: Any = field(default=None, hash=False)

    @property
    def level(self) -> str:
        return LEVEL_OF[self.code]


@dataclass(frozen=True)
class Reason:
    """Why a step is demanded: a kind of change, where, how often, and one example."""

    code: str
    resource: str = ""
    subject: str = ""
    count: int = 1

    @property
    def level(self) -> str:
        return LEVEL_OF[self.code]


@dataclass
class Diff:
    """All that differs between two versions, and the step of the version it demands."""

    old: Side
    new: Side
    structure: list[Structural]
    tables: list[TableDiff]
    reasons: list[Reason]

    @property
    def demanded(self) -> str:
        """none, patch, minor or major."""
        return highest([r.level for r in self.reasons])

    @property
    def least(self) -> str:
        """The smallest version that may follow the old one; "" where the old one has no version."""
        try:
            return least_next(self.old.version, self.demanded)
        except ValueError:
            return ""

    @property
    def empty(self) -> bool:
        """Whether nothing differs."""
        return not self.structure and not any(t.differs for t in self.tables)
