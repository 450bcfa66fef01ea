"""Package layer, what rows say about one another: same place, same words; same scope, same English; links at hand."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator

from planspec.grammar.text import compact_text
from planspec.rules.context import OBSERVATIONS, RECORDS, Context
from planspec.rules.numerals import chinese_numbers, english_numbers
from planspec.tables import LINE

NEAR = 400
"""A record and what it is linked to stand at most so many characters apart, where they share no words."""

QUOTES = (("start", "end", "stated"), ("start", "end", "printed"), ("cue_start", "cue_end", "cue"))


def _quotes(context: Context) -> Iterator[tuple[str, dict, str, int, int, str]]:
    """Every piece of text that a row says stands at two offsets: resource, row, column, start, end, words."""
    for name in (*RECORDS.values(), "figures", "errata"):
        if not context.has(name):
            continue
        columns = context.frame(name).columns
        spans = [q for q in QUOTES if set(q) <= set(columns)]
        for row in context.frame(name).iter_rows(named=True):
            if context.collector.spoiled(name, row[LINE]):
                continue
            for first, last, words in spans:
                if row[words] and row[first] is not None and row[last] is not None and row["source_id"]:
                    yield name, row, words, row[first], row[last], row[words]


def check_quotes(context: Context) -> None:
    """P317: two rows that quote the same place quote different words, so one of them has words or offsets wrong.

    Pieces are taken in the order of their place, and each is held against the one that reaches furthest.

    Only pieces as long as their span are held together: where layout blanks stand inside, the place of each character
    is not known without the text.
    """
    pieces = sorted(
        (row["source_id"], start, end, words, name, column, row[LINE], _key(context, name, row))
        for name, row, column, start, end, words in _quotes(context)
        if end - start == len(words) and set(words) != {"*"}
    )
    context.count("P317", len(pieces))
    far: tuple | None = None
    for piece in pieces:
        source, start, end, words, name, column, line, key = piece
        if far is None or far[0] != source or start >= far[2]:
            far = piece
            continue
        length = min(end, far[2]) - start
        held = far[3][start - far[1] :][:length]
        at = next((i for i in range(length) if held[i] != words[i]), None)
        if at is not None and (name, line) != (far[4], far[6]):
            where = f"{context.resource(far[4]).path}:{far[6]}"
            context.report("P317", name, line, column, key, cell=words, found=held[at], at=start + at, other=where)
        elif end > far[2]:
            far = piece


def _key(context: Context, name: str, row: dict) -> str:
    return "/".join(str(row[k]) for k in context.resource(name).primary_key)


def check_scopes(context: Context) -> None:
    """P318: one scope in Chinese with two English forms, which a typo in either makes."""
    for name, key in OBSERVATIONS.items():
        if not context.has(name):
            continue
        first: dict[str, tuple[str, int]] = {}
        for row in context.raw(name).iter_rows(named=True):
            if row["scope_zh"] and row["scope_en"]:
                context.count("P318", 1)
                held, line = first.setdefault(row["scope_zh"], (row["scope_en"], row[LINE]))
                if held != row["scope_en"] and not context.collector.spoiled(name, row[LINE]):
                    context.report(
                        "P318", name, row[LINE], "scope_en", row[key], cell=row["scope_en"], other=held, first=line
                    )


def check_headline_edges(context: Context) -> None:
    """P333: a headline span that does not end with its last target, or begins long before its first."""
    if not context.has("targets", "coverage"):
        return
    inside: dict[tuple, list[tuple[int, int, bool]]] = defaultdict(list)
    for row in context.frame("targets").iter_rows(named=True):
        if row["start"] is not None and row["end"] is not None:
            inside[row["source_id"], row["district_code"]].append((row["start"], row["end"], bool(row["headline"])))
    for row in context.frame("coverage").iter_rows(named=True):
        start, end = row["headline_start"], row["headline_end"]
        if start is None or end is None:
            continue
        own = inside.get((row["source_id"], row["district_code"]), [])
        spans = [(first, last) for first, last, headline in own if headline]
        if not spans or any((start <= first and last <= end) != headline for first, last, headline in own):
            continue
        context.count("P333", 1)
        first, last = min(s for s, _ in spans), max(e for _, e in spans)
        key = f"{row['source_id']}/{row['district_code']}"
        if start < first - 4:
            context.report("P333", "coverage", row[LINE], "headline_start", key, cell=start, expected=first)
        elif end > last + 1:
            context.report("P333", "coverage", row[LINE], "headline_end", key, cell=end, expected=last)


def check_core(context: Context) -> None:
    """P334: an indicator among the main expected targets of two districts that is not core."""
    if not context.has("targets", "indicators"):
        return
    targets = context.frame("targets")
    districts: dict[str, set[str]] = defaultdict(set)
    for indicator, district in targets.filter(targets["headline"]).select("indicator_id", "district_code").iter_rows():
        districts[indicator].add(district)
    for row in context.frame("indicators").iter_rows(named=True):
        context.count("P334", 1)
        number = len(districts.get(row["indicator_id"], ()))
        if number >= 2 and row["core"] is False:
            context.report("P334", "indicators", row[LINE], "core", row["indicator_id"], cell="false", districts=number)


def check_parts_of_report(context: Context) -> None:
    """P335: an undertaking told in the review of a full report without its past year, or one of the plan with it."""
    if not context.has("projects", "targets", "coverage"):
        return
    coverage, targets = context.frame("coverage"), context.frame("targets")
    full = coverage.filter(coverage["completeness"] == "full")["source_id"].to_list()
    for source in full:
        starts = targets.filter(targets["source_id"] == source)["start"].drop_nulls()
        if not len(starts):
            continue
        plan = starts.min()
        for row in context.frame("projects").iter_rows(named=True):
            if row["source_id"] != source or row["start"] is None or row["year"] is None:
                continue
            context.count("P335", 1)
            past = (row["period"] or str(row["year"]))[-7:].split("/")[-1][:4] < str(row["year"])
            review = row["start"] < plan
            if past != review and not context.collector.spoiled("projects", row[LINE]):
                part = "review" if review else "plan"
                context.report(
                    "P335",
                    "projects",
                    row[LINE],
                    "period",
                    row["project_id"],
                    cell=row["period"] or "",
                    part=part,
                    plan=plan,
                )
            elif row["period"] and past and row["period"][:4] != str(row["year"] - 1):
                context.report(
                    "P335",
                    "projects",
                    row[LINE],
                    "period",
                    row["project_id"],
                    cell=row["period"],
                    part="review",
                    plan=plan,
                )


LINKS = {
    "targets": (("project_id", "projects"), ("initiative_id", "initiatives")),
    "results": (("project_id", "projects"), ("initiative_id", "initiatives")),
    "projects": (("portfolio_id", "projects"),),
}


def check_links(context: Context) -> None:
    """P336: a link to a record that stands elsewhere and shares no words with the row."""
    for name, columns in LINKS.items():
        for column, owner in columns:
            if not context.has(name, owner):
                continue
            records = {r[context.resource(owner).primary_key[0]]: r for r in context.frame(owner).iter_rows(named=True)}
            key = context.resource(name).primary_key[0]
            for row in context.frame(name).iter_rows(named=True):
                other = records.get(row[column])
                if other is None or context.collector.spoiled(name, row[LINE], column):
                    continue
                context.count("P336", 1)
                if not _at_hand(row, other):
                    context.report(
                        "P336",
                        name,
                        row[LINE],
                        column,
                        row[key],
                        cell=row[column],
                        linked=other["name_zh"],
                        stated=row["stated"] or "",
                    )


def _at_hand(row: dict, other: dict) -> bool:
    placed = row["start"] is not None and other["start"] is not None
    if placed and row["source_id"] == other["source_id"] and abs(row["start"] - other["start"]) <= NEAR:
        return True
    words = compact_text(" ".join(row.get(c) or "" for c in ("stated", "cue", "scope_zh", "name_zh", "note")))
    named = compact_text(f"{other['name_zh']} {other['stated']}")
    pairs = {named[i : i + 2] for i in range(len(named) - 1) if "一" <= named[i] <= "鿿"}
    return any(words[i : i + 2] in pairs for i in range(len(words) - 1)) or bool(
        row.get("note") and "member" in row["note"].lower()
    )


def check_lengths(context: Context) -> None:
    """P337: offsets beyond the end of their document. P338: a file that is not named after its document."""
    if not context.has("sources"):
        return
    length = dict(context.frame("sources").select("source_id", "characters").iter_rows())
    for name, row, column, _, end, _ in _quotes(context):
        context.count("P337", 1)
        if length.get(row["source_id"]) is not None and end > length[row["source_id"]]:
            key = "/".join(str(row[k]) for k in context.resource(name).primary_key)
            context.report(
                "P337",
                name,
                row[LINE],
                column,
                key,
                cell=end,
                source=row["source_id"],
                characters=length[row["source_id"]],
            )
            break
    for row in context.raw("sources").iter_rows(named=True):
        context.count("P338", 1)
        if not row["file"].startswith(row["source_id"]):
            context.report("P338", "sources", row[LINE], "file", row["source_id"], cell=row["file"])


def check_cited_numbers(context: Context) -> None:
    """P339: a number in a note or a summary that no row, no figure and no document of the package knows."""
    if not context.has("figures", "sources"):
        return
    printed: dict[str, set[float]] = defaultdict(set)
    for source, text in context.frame("figures").select("source_id", "printed").iter_rows():
        if source and text:
            printed[source] |= chinese_numbers(text)
    documents = set(context.frame("sources")["source_id"].drop_nulls())
    columns = {
        "targets": ("note",),
        "results": ("note",),
        "projects": ("note",),
        "initiatives": ("note", "summary_en", "summary_zh"),
    }
    for name, names in columns.items():
        for row in context.raw(name).iter_rows(named=True) if context.has(name) else ():
            if not any(row[c] for c in names) or context.collector.spoiled(name, row[LINE]):
                continue
            for column in names:
                wrong = _unknown_number(row, column, printed, documents)
                context.count("P339", 1)
                if wrong:
                    key = context.resource(name).primary_key[0]
                    context.report("P339", name, row[LINE], column, row[key], number=wrong)
                    break


def _unknown_number(row: dict, column: str, printed: dict[str, set[float]], documents: set[str]) -> str:
    """The first number of a cell that nothing bears out; "" where all are borne out."""
    cell = row[column]
    if not re.search(r"\d", cell):
        return ""
    year = int(row["year"]) if row["year"].isdigit() else 0
    rest = " ".join(
        v
        for k, v in row.items()
        if k not in (LINE, column, "start", "end", "cue_start", "cue_end", "year", "district_code") and v
    )
    known = (
        chinese_numbers(rest) | english_numbers(rest) | printed.get(row["source_id"], set()) | {year, year - 1, 100.0}
    )
    known |= {n * p for n in known for p in (1e4, 1e8, 1e-6)}
    for match in re.finditer(r"\d[\d,]*(?:\.\d+)?(?: (?:million|billion|thousand))?", cell):
        text = match.group()
        before = cell[max(0, match.start() - 30) : match.start()]
        if text in documents:
            continue
        if re.fullmatch(r"0\d\d", text):
            return text
        if re.search(r"offsets? (?:\d+(?:,| and)? )*$", before):
            continue
        if re.fullmatch(r"\d{4}", text) and abs(int(text) - year) <= 10:
            continue
        if not any(abs(n - k) < 1e-9 * max(1.0, abs(n)) for n in english_numbers(text) for k in known):
            return text
    return ""


def check_quoted(context: Context) -> None:
    """Run the rules on what rows say about one another."""
    check_quotes(context)
    check_scopes(context)
    check_headline_edges(context)
    check_core(context)
    check_parts_of_report(context)
    check_links(context)
    check_lengths(context)
    check_cited_numbers(context)
