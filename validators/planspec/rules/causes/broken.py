"""What a table that could not be read, or not all of it, does to findings: they judge sound rows by rows that are not there."""

from __future__ import annotations

from collections import defaultdict

from planspec.counts import declared
from planspec.findings import Place
from planspec.rules.catalogue import catalogue
from planspec.rules.causes.index import Causes
from planspec.rules.causes.lists import OF_INDICATOR, OF_UNIT
from planspec.rules.context import RECORDS

WORDS = ("targets", "results", "projects", "initiatives")
DRAWS: dict[str, tuple[str, ...]] = {
    "R224": ("districts",),
    "R228": WORDS,
    "R233": ("figures",),
    "R234": ("figures",),
    "R235": ("figures",),
    "R237": ("figures",),
    "R257": ("errata",),
    "R264": ("errata",),
    "R275": ("targets", "results", "figures", "units"),
    "P339": ("errata", *WORDS),
    "P340": ("targets", "results", "projects", "coverage"),
    "P343": ("coverage",),
    "P344": ("errata",),
    "T407": WORDS,
    "T408": WORDS,
    "T409": WORDS,
    "T411": ("targets", "figures"),
    "T413": ("sources",),
    "T414": ("sources",),
    "T418": ("figures", "sources"),
}
"""Tables by whose rows a rule judges those of others, beyond the resources that its entry in the catalogue lists."""
LOOSE = ("P312", "P313", "P330", "P331", "P332", "P333", "P340", "P341", "T407", "T408", "T411", "T418")
"""Rules whose findings cannot be traced to the row that is lost: it stood before, between or among others."""
FEW = 3
"""Keys that may be missed one by one; where more are, so many rows are lost that their number says it better."""


OWN = ("P301", "P302", "P312", "P320", "P321", "T407", "T408")
"""Rules that judge rows of a table by others of the same."""


def draws_on(rule: str) -> set[str]:
    """The tables by whose rows a rule judges."""
    entry = catalogue()[rule]
    own = entry.resources if entry.layer in ("package", "source") else ()
    lists = {"units": OF_UNIT, "indicators": OF_INDICATOR}
    return {*own, *DRAWS.get(rule, ()), *(name for name, rules in lists.items() if rule in rules)}


def follow_broken(causes: Causes) -> None:
    """Findings on rows that are judged by those of a table that is not there, not whole, or read under wrong names."""
    context = causes.context
    whole = {name: place for name in context.package.resources if (place := _unreadable(causes, name))}
    whole |= _short(causes)
    torn: dict[str, list[tuple[Place, str]]] = defaultdict(list)
    for finding in context.collector.findings:
        if finding.rule == "S108" and "_lost" in finding.params:
            torn[finding.resource].append((finding.place, finding.params["_lost"]))
    for place in [p for p in context.collector.places if whole or torn]:
        for name in (draws_on(place[0]) | _referred(causes, place)) & (whole.keys() | torn.keys()):
            if name == place[1] and place[0] not in OWN:
                continue
            if name in whole:
                causes.explain(place, whole[name])
            for cause, lost in torn.get(name, ()):
                if _traced(causes, place, lost):
                    causes.explain(place, cause)
        if place[1] in whole and whole[place[1]][0] == "S106":
            causes.explain(place, whole[place[1]])
    for rule in catalogue():
        absent = sorted(name for name in draws_on(rule) & whole.keys() if not context.has(name))
        if absent:
            context.skipped.setdefault(rule, f"{', '.join(absent)} could not be read")


def _unreadable(causes: Causes, name: str) -> Place | None:
    """Why a resource has no rows, or rows under wrong names, where that was found."""
    rules = ("S106",) if causes.context.has(name) else ("S103", "S104", "S106", "S107", "S108")
    return next((place for place in causes.of(*rules) if place[1] == name), None)


def _short(causes: Causes) -> dict[str, Place]:
    """Tables of which so much is lost that its keys are missed all over."""
    missed: dict[str, int] = defaultdict(int)
    for name, _ in causes.lost.values():
        missed[name] += 1
    short = {}
    for place in causes.of("S120"):
        resource = causes.context.package.resources[place[1]]
        rows = causes.context.frames.height(place[1])
        # Of the ledger nothing says by its key that a row is missed, and a handful of rows is told one by one.
        many = (declared(resource) or 0) - rows > FEW and (missed[place[1]] > FEW or place[1] not in RECORDS.values())
        if many or not rows:
            short[place[1]] = place
    return short


def _referred(causes: Causes, place: Place) -> set[str]:
    """The table that a reference leads to."""
    if place[0] == "P304":
        return {"indicators"}
    references = causes.context.resource(place[1]).references if place[0] in ("P301", "P302") else ()
    return {reference.resource for reference in references if reference.field == place[3]}


def _traced(causes: Causes, place: Place, lost: str) -> bool:
    """Whether a finding may rest on lines that were lost: it names what stands there, or nothing that could be named."""
    if place[0] in LOOSE or causes.rank[place[0]]:
        return True
    cell = causes.row(place[1], place[2]).get(place[3])
    return any(len(word) > 1 and word in lost for word in (place[4], str(cell or "")))
