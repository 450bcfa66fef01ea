"""Findings: what validation says about the data, independent of how it is shown."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Finding:
    """One defect at one place.

    `rule` is an id of the catalogue; `file` a path inside the package; `line` counts from 1 with the header as line 1
    (0 where the whole file is meant); `params` fill the placeholders of the rule's messages.
    """

    rule: str
    resource: str = ""
    file: str = ""
    line: int = 0
    column: str = ""
    key: str = ""
    params: dict[str, Any] = field(default_factory=dict, hash=False, compare=False)

    @property
    def place(self) -> tuple[str, str, int, str, str]:
        """Rule, resource, line, column and key: what tells this finding from others."""
        return self.rule, self.resource, self.line, self.column, self.key

    @property
    def order(self) -> tuple[str, int, str, str]:
        """Sort key: by place, then by rule."""
        return self.file, self.line, self.rule, self.column


@dataclass
class Check:
    """How one rule fared: `rows` it could fail, `found` (exact), and why it was skipped where it was."""

    rule: str
    rows: int = 0
    found: int = 0
    skipped: str = ""


Place = tuple[str, str, int, str, str]
"""Where a finding lies: rule, resource, line, column, key."""

SPARE = 5000
"""Findings of a rule kept beyond the limit until effects are withdrawn, so that a listing is not left short."""


class Collector:
    """Gathers findings with exact counts; keeps at most `limit` findings of each rule."""

    def __init__(
        self, limit: int = 1000, harmless: frozenset[str] = frozenset(), without: frozenset[str] = frozenset()
    ) -> None:
        self.limit = limit
        self.harmless = harmless
        self.without = without
        self.counts: Counter[str] = Counter()
        self.findings: list[Finding] = []
        self._bad_rows: set[tuple[str, int]] = set()
        self._bad_cells: set[tuple[str, int, str]] = set()
        self._kept: Counter[str] = Counter()
        self.places: Counter[Place] = Counter()
        self.explained = 0

    def add(self, finding: Finding) -> None:
        """Count a finding and keep it while its rule is under the limit.

        A finding of a rule in `harmless` (a matter of form that changes no cell) spoils nothing for later layers. One of a
        rule in `without` is not taken at all.
        """
        if finding.rule in self.without:
            return
        self.counts[finding.rule] += 1
        self.places[finding.place] += 1
        if finding.rule not in self.harmless:
            self._bad_rows.add((finding.resource, finding.line))
            self._bad_cells.add((finding.resource, finding.line, finding.column))
        self._keep(finding)

    def _keep(self, finding: Finding) -> None:
        if self._kept[finding.rule] < self.limit + SPARE:
            self._kept[finding.rule] += 1
            self.findings.append(finding)

    def branch(self) -> Collector:
        """An empty collector that knows what is spoiled so far."""
        branch = Collector(self.limit, self.harmless, self.without)
        branch._bad_rows, branch._bad_cells = set(self._bad_rows), set(self._bad_cells)
        return branch

    def absorb(self, branch: Collector) -> None:
        """Take what a branch gathered, as if it had been added here."""
        self.counts.update(branch.counts)
        self.places.update(branch.places)
        self._bad_rows |= branch._bad_rows
        self._bad_cells |= branch._bad_cells
        for finding in branch.findings:
            self._keep(finding)

    def settle(self, effects: Iterable[Place] = ()) -> None:
        """Withdraw the findings at `effects`, which another finding explains, and cut each rule's list to the limit."""
        gone = set(effects)
        for place in gone:
            number = self.places.pop(place, 0)
            self.counts[place[0]] -= number
            self.explained += number
        self.counts = +self.counts
        listed: Counter[str] = Counter()
        kept = []
        for finding in self.findings:
            if finding.place not in gone and listed[finding.rule] < self.limit:
                listed[finding.rule] += 1
                kept.append(finding)
        self.findings = kept

    def spoiled(self, resource: str, line: int, *columns: str) -> bool:
        """Whether an earlier finding already made these cells meaningless; no column asks about the whole row."""
        if not columns:
            return (resource, line) in self._bad_rows
        return any((resource, line, c) in self._bad_cells for c in columns)

    def spoiled_lines(self, resource: str) -> set[int]:
        """Lines of a resource that already carry a finding."""
        return {line for name, line in self._bad_rows if name == resource}

    @property
    def total(self) -> int:
        """Exact number of findings, listed or not."""
        return sum(self.counts.values())
