"""The rules that a release was held to, as its own rules.json tells them, beside the rules of this tool.

A release is judged by its own rules. A rule that came later, or says something else by now, judges nothing that was
published before: what it finds is told and fails nothing. A rule of structure counts wherever the release has its id,
since what it finds no other tool could read either.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from plans.rulebook import as_data
from planspec.rules.catalogue import SEVERITIES, catalogue
from planspec.rules.run import Report, validate

RULES = "rules.json"
LACKS = "S109"
"""The rule on what this tool's rules read: of a release it is broken only where the release's own rules read it too."""


@dataclass
class Held:
    """What a release was held to. `newer` and `changed`: rules of this tool that it does not have, or has with another
    meaning; `severities`: its own, of the rules both have; `reads`: the resources and columns that its rules read.

    `told`: whether the release says what it was held to.
    """

    newer: frozenset[str]
    changed: frozenset[str] = frozenset()
    severities: dict[str, str] = field(default_factory=dict)
    reads: frozenset[str] = frozenset()
    told: bool = True


def untold() -> Held:
    """For a release without rules.json: nothing but its structure can be judged."""
    return Held(frozenset(r.id for r in catalogue().values() if r.layer != "structure"), told=False)


def _meaning(entry: dict[str, object]) -> tuple[object, ...]:
    """What tells one meaning of a rule from another: where it looks, and what it says in English."""
    texts = [entry[part]["en"] for part in ("title", "message")]  # type: ignore[index] # KeyError, TypeError: see held_to
    return entry["layer"], entry["resources"], entry["columns"], *texts


def held_to(data: bytes) -> Held:
    """Read a rules.json. Raises `ValueError` with the reason where it is none."""
    try:
        content = json.loads(data)
        theirs = {str(entry["id"]): entry for entry in content["rules"]}
        severities = {rule: entry["severity"] for rule, entry in theirs.items()}
        if not theirs or not set(severities.values()) <= set(SEVERITIES):
            raise ValueError("it lists no rules with a severity each")
        ours = catalogue()
        newer = frozenset(ours.keys() - theirs.keys())
        changed = frozenset(
            rule
            for rule, entry in theirs.items()
            if rule in ours and ours[rule].layer != "structure" and _meaning(entry) != _meaning(as_data(ours[rule]))
        )
        reads = {str(name) for entry in theirs.values() for name in entry["resources"]}
        reads |= {f"{n}.{c}" for entry in theirs.values() for n in entry["resources"] for c in entry["columns"]}
    except (KeyError, TypeError, RecursionError) as error:
        raise ValueError("it is no list of rules as a build writes it") from error
    return Held(newer, changed, {r: s for r, s in severities.items() if r in ours}, frozenset(reads))


def judge(path: Path, held: Held) -> tuple[Report, list[str]]:
    """Validate a release by the rules it was held to, and say what other rules would find."""
    report, notes = validate(path), []
    missing = [str(f.params.get("what")) for f in report.findings if f.rule == LACKS]
    if missing and not held.reads & set(missing):
        report.findings = [f for f in report.findings if f.rule != LACKS]
        del report.counts[LACKS]
        notes.append(
            f"its rules were not run: those of this tool read {_few(missing)}, which this release does not have and its own"
            " rules did not read; the tool of its time can judge it"
        )
    aside = held.newer | held.changed
    found = {rule: number for rule, number in report.counts.items() if rule in aside}
    if found:
        # Judged again without them: what they found may have hidden what the release's own rules find.
        report = validate(path, without=aside)
        for rule in aside:
            report.skipped[rule] = (
                "no rule of this release as it stands here"
                if held.told
                else "it is not known whether it was held to it"
            )
    report.severities = held.severities | report.severities
    if not held.told:
        notes.append(
            f"which rules it was held to cannot be told, for it holds no {RULES} as published: only its structure is judged"
        )
    for rules, what in (
        (held.newer, "newer than this release" if held.told else "of this tool"),
        (held.changed, "that say something else since this release"),
    ):
        those = {rule: number for rule, number in sorted(found.items()) if rule in rules}
        if those:
            counted = ", ".join(f"{rule} ({number})" for rule, number in those.items())
            total = sum(those.values())
            said = (
                "finding of rules {}, which fails nothing" if total == 1 else "findings of rules {}, which fail nothing"
            )
            notes.append(f"{total} {said.format(what)}: {counted}")
    return report, notes


def _few(names: Iterable[str], most: int = 5) -> str:
    listed = sorted(set(names))
    return ", ".join(listed[:most]) + (f" and {len(listed) - most} more" if len(listed) > most else "")
