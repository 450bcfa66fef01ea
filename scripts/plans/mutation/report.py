"""The result of the suite as data, and the page made from it."""

from __future__ import annotations

import hashlib
import json
from collections import Counter, defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any

from plans.mutation.judge import CRASH, Verdict
from plans.mutation.mutants import PER_COLUMN, PLANTED, Mutant
from planspec.package import open_package
from planspec.rules.catalogue import catalogue
from planspec.version import TOOL_VERSION

SHOWN = 60
ORDINARY = frozenset(
    (
        "summary_en",
        "summary_zh",
        "note",
        "definition",
        "definition_zh",
        "why",
        "why_zh",
        "reason",
        "scope_en",
        "name_en",
    )
)
"""Columns of free text, where a word can become another word and the sentence still stands."""
KEYS = ("with_texts", "errors", "without_texts", "errors_without_texts", "frictionless")
"""What is counted of a group of mutants, in the order of the tables' columns."""
NOTHING = "nothing"


def noticeable(survivor: dict[str, Any]) -> str:
    """What a reader could notice of a survivor, told from its kind and column alone."""
    column = survivor["place"].partition(":")[2].partition(":")[2]
    if survivor["group"] == "row":
        dropped = survivor["kind"] == "row dropped"
        return f"{NOTHING}: no other row speaks of it" if dropped else "the same thing stands twice"
    if survivor["group"] == "file":
        return "hardly: the last cell lacks its end"
    if survivor["kind"] == "cell emptied":
        return f"{NOTHING}: the cell may be empty" if column in ORDINARY or column.endswith("_id") else "hardly"
    if column in ORDINARY:
        return "reading closely: the sentence reads oddly or says something else"
    return "knowing the document"


def judged(package_path: Path) -> dict[str, Any]:
    """What a run judged: versions and digest of the data, version of the tool, and the rules that there were."""
    package = open_package(package_path)
    data = b"".join(package.store.read(r.path) for r in package)
    return {
        "data_version": package.version,
        "data_sha256": hashlib.sha256(data).hexdigest(),
        "tool_version": TOOL_VERSION,
        "rules": {rule.id: rule.severity for rule in catalogue().values()},
    }


def tally(pairs: list[tuple[Mutant, Verdict]]) -> dict[str, int]:
    """How many mutants there are and how many each judge noticed."""
    return {
        "mutants": len(pairs),
        "with_texts": sum(v.with_texts for _, v in pairs),
        "errors": sum(v.blocked for _, v in pairs),
        "without_texts": sum(v.without_texts for _, v in pairs),
        "errors_without_texts": sum(v.blocked_bare for _, v in pairs),
        "frictionless": sum(bool(v.frictionless) for _, v in pairs),
    }


def result(
    mutants: list[Mutant], verdicts: list[Verdict], seed: int, *, whole: bool, package: Path | None = None
) -> dict[str, Any]:
    """Counts by group, column and kind, and every survivor, as plain data."""
    pairs = list(zip(mutants, verdicts, strict=True))

    def by(key: Callable[[Mutant], str]) -> dict[str, dict[str, int]]:
        groups: dict[str, list[tuple[Mutant, Verdict]]] = defaultdict(list)
        for pair in pairs:
            groups[key(pair[0])].append(pair)
        return {name: tally(chosen) for name, chosen in groups.items()}

    survivors = [
        {
            "group": m.group,
            "place": m.label,
            "key": m.key,
            "kind": m.kind,
            "before": m.before[:SHOWN],
            "after": _around(m)[:SHOWN],
            "caught_with_texts": v.with_texts,
        }
        for m, v in pairs
        if not v.without_texts
    ]
    alone = Counter(v.rules[0] for _, v in pairs if len(v.rules) == 1 and v.with_texts)
    return {
        "judged": judged(package) if package else {},
        "seed": seed,
        "per_column": PER_COLUMN,
        "whole": whole,
        "all": tally(pairs),
        "groups": by(lambda m: m.group),
        "columns": by(lambda m: f"{m.resource}.{m.column}" if m.group == "cell" else f"{m.resource} ({m.group}s)"),
        "kinds": by(lambda m: m.kind),
        "alone": dict(sorted(alone.items())),
        "crashes": [m.label for m, v in pairs if any(r.startswith(CRASH) for r in v.rules)],
        "survivors": survivors,
        "other_seeds": {},
    }


def _around(mutant: Mutant) -> str:
    """The changed cell from a little before the change on."""
    before, after = mutant.before, mutant.after
    at = next((i for i, (a, b) in enumerate(zip(before, after, strict=False)) if a != b), min(len(before), len(after)))
    start = max(0, at - 25)
    return ("…" if start else "") + after[start:]


def share(part: int, whole: int) -> str:
    """A share with one decimal, rounded down, so that 100 means all."""
    return f"{part * 1000 // whole / 10:g} %" if whole else "–"


HEAD = """| | mutants | caught with texts | by an error | caught without texts | by an error | frictionless alone |
| --- | ---: | ---: | ---: | ---: | ---: | ---: |"""


def _row(name: str, counts: dict[str, int]) -> str:
    n = counts["mutants"]
    shares = (share(counts[k], n) if counts.get(k) is not None else "–" for k in KEYS)
    return "| " + " | ".join((name, str(n), *shares)) + " |"


INTRO = """
The suite corrupts the package one cell, row or file at a time, as people do, from the fixed seed {seed}. Every column of
every resource gets {per_column} mutants, so each has an equal share; every resource gets four row mutants and up to four file
mutants. A resource that has no rows ({planted}) gets a sound one first.

**What the figures mean.** A mutant is *caught* when `plans validate` has a finding on it, of any severity; the unharmed
package has none, with texts and without. *By an error* is the part of these on which `plans validate` exits with 1, which
blocks a release; on the rest it prints a warning and exits with 0. *Without texts* leaves the source layer out, as a checkout without the documents
does. *frictionless alone* is `frictionless validate` on the corrupted resource and those that refer to it; like ours, it
reads the row counts of the descriptor.

**What they do not mean.** The rules were sharpened on the survivors of this seed, so its figures are too kind; what to
expect of a slip that nobody has looked at is what the held-out seeds below show. A row that someone drops and then counts
anew with `plans format` is caught by nothing but the changed count in the pull request. No checksum of a data file stands in the descriptor: it would catch every
mutant and tell nothing.
""".strip()


def page(data: dict[str, Any]) -> str:
    """The page docs/mutation.md, in Markdown."""
    columns = {k: t for k, t in data["columns"].items() if "(" not in k}
    missed = {k: t for k, t in columns.items() if t["without_texts"] < t["mutants"]}
    lost = [s for s in data["survivors"] if not s["caught_with_texts"]]
    silent = [s for s in lost if noticeable(s).startswith(NOTHING)]
    lines = [
        "# How much validation catches",
        "",
        "<!-- Generated from docs/mutation.json, which `make mutation` writes; do not edit. -->",
        "",
        *INTRO.format(seed=data["seed"], per_column=data["per_column"], planted=", ".join(PLANTED)).splitlines(),
        "",
        *_provenance(data.get("judged") or {}),
        HEAD,
        *(_row(f"{name}s", t) for name, t in data["groups"].items()),
        _row("**all**", data["all"]),
        "",
        _bar(data["all"]),
        "",
        *_other_seeds(data),
        "## Survivors",
        "",
        f"{len(lost)} mutants that nothing noticed, and {len(data['survivors']) - len(lost)} more that only the source texts give away; all are",
        f"listed. {len(silent)} of the {len(lost)} change{'s' if len(silent) == 1 else ''} nothing that a reader of the package could notice; the figures above count such mutants.",
        "",
        "| place | slip | before | after | with texts | who could notice |",
        "| --- | --- | --- | --- | --- | --- |",
        *(_survivor(s) for s in sorted(data["survivors"], key=lambda s: s["caught_with_texts"])),
        "",
        "## By kind of slip",
        "",
        HEAD,
        *(_row(name, t) for name, t in sorted(data["kinds"].items())),
        "",
        "## Columns where something slipped through",
        "",
        f"The other {len(columns) - len(missed)} of {len(columns)} columns had every mutant caught, with texts and without.",
        "",
        HEAD,
        *(_row(f"`{name}`", t) for name, t in missed.items()),
        "",
        "## Mutants that one rule alone noticed",
        "",
        "Without the rule, so many more mutants of this seed would have survived, texts at hand.",
        "",
        "| rule | severity | mutants |",
        "| --- | --- | ---: |",
        *(_alone(rule, n) for rule, n in sorted(data["alone"].items(), key=lambda item: (-item[1], item[0]))),
        "",
        "## By column",
        "",
        HEAD,
        *(_row(f"`{name}`", t) for name, t in data["columns"].items()),
        "",
    ]
    return "\n".join(lines)


def _provenance(judged_then: dict[str, Any]) -> list[str]:
    """What the run judged, and which rules have come or changed since."""
    if not judged_then:
        return []
    then = judged_then["rules"]
    now = {rule.id: rule.severity for rule in catalogue().values()}
    changed = sorted(rule for rule in then.keys() | now.keys() if then.get(rule) != now.get(rule))
    since = f" Since then these rules came, went or changed their severity: {', '.join(changed)}." if changed else ""
    return [
        f"Judged: data {judged_then['data_version']} (SHA-256 of its files {judged_then['data_sha256'][:12]}…), tool "
        f"{judged_then['tool_version']}, {len(then)} rules.{since}",
        "",
    ]


def _other_seeds(data: dict[str, Any]) -> list[str]:
    others = data.get("other_seeds") or {}
    if not others:
        return []
    parts = {
        "Measured with the rules there were then; since, their survivors were read and rules were made of them:": SHARPENED,
        "Held out: nobody has looked at a survivor of these, so they are the fairer figures:": others.keys()
        - SHARPENED,
    }
    lines = ["Other seeds draw other cells and other slips (`python -m plans.mutation --seed N`).", ""]
    for said, seeds in parts.items():
        rows = [_row(_seed(seed, others[seed]), others[seed]) for seed in sorted(seeds & others.keys(), key=int)]
        lines += [said, "", HEAD, *rows, ""] if rows else []
    return lines


def _seed(seed: str, counts: dict[str, Any]) -> str:
    return f"seed {seed}" + (f", {counts['rules']} rules" if "rules" in counts else "")


SHARPENED = frozenset(("11", "12"))
"""Seeds beside the published one whose survivors were read when rules were made."""

BARS = {"with_texts": (99, "with texts"), "without_texts": (95, "without")}
"""How many of 100 mutants a finding must name, by the project's own measure."""


def _bar(counts: dict[str, int]) -> str:
    """Whether the project reaches what it set itself."""
    said = []
    for key, (bar, words) in BARS.items():
        reached = 100 * counts[key] >= bar * counts["mutants"]
        found = share(counts[key], counts["mutants"])
        said.append(f"{bar} of 100 {words}: {'reached' if reached else 'not reached'} ({found})")
    return f"The bar that the project sets itself is on findings, warnings included. {'; '.join(said)}."


def _alone(rule: str, number: int) -> str:
    if rule not in catalogue():
        return f"| {rule} | refused | {number} |"
    return f"| [{rule}](rules.md) {catalogue()[rule].name} | {catalogue()[rule].severity} | {number} |"


def _survivor(s: dict[str, Any]) -> str:
    def cell(text: str) -> str:
        return text.replace("|", "\\|").replace("\n", " ") or "–"

    caught = "caught" if s["caught_with_texts"] else "missed"
    note = "–" if s["caught_with_texts"] else noticeable(s)
    return f"| {s['place']} | {s['kind']} | {cell(s['before'])} | {cell(s['after'])} | {caught} | {note} |"


def stored(path: Path) -> dict[str, Any]:
    """The result that docs/mutation.json holds; empty where there is none."""
    if not path.is_file():
        return {}
    found = json.loads(path.read_text(encoding="utf-8"))
    return found if isinstance(found, dict) else {}
