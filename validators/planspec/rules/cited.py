"""Source layer: what notes and titles say about the documents, and what the words around a project's figures say."""

from __future__ import annotations

import re

import polars as pl

from planspec.grammar import Reading, read_at
from planspec.grammar.text import compact_text
from planspec.rules.context import Context, Text
from planspec.tables import LINE

NOTES = {
    "targets": "note",
    "results": "note",
    "projects": "note",
    "initiatives": "note",
    "indicators": "definition",
    "errata": "why",
}
"""Columns of English text that quote the documents in Chinese."""

QUOTING = {"indicators": "definition_zh", "errata": "why_zh"}
"""Columns of Chinese text that quote the documents between quotation marks."""
OWN_WORDS = frozenset(("范围", "目标", "结果"))
"""What Chinese text quotes that is a column or a table of the package."""

_MARKED, _LEFT_OUT = re.compile("“([^“”]+)”"), re.compile(r"\.{3,}")
_QUOTED = re.compile(r"[一-鿿][一-鿿A-Za-z0-9“”·、()+《》%—-]*")
_EDGES = ".,;:()“”、…+-"
_ALSO = re.compile(r"[Aa]lso in (?:document|source) (\d{3})")
_PRINTS = re.compile(r"(?:^|[Dd]ocument |[Ss]ource |[ ;])(\d{3}) prints ([^;.,]*)")
_OFFSETS = re.compile(r"offsets? (\d+(?:(?:, | and |, and )\d+)*)")
_ATTRIBUTES = {"investment_value": "investment", "size_value": "size"}
_STATED_DATE = re.compile(r"20\d\d[-年./]\d{1,2}[-月./]\d{1,2}")
HEAD = 300
"""A document states who published it, and when, within so many characters of its beginning."""
_DATES = (
    r"{y}-{m:02d}-{d:02d}",
    r"{y}年{m}月{d}日",
    r"{y}年{m:02d}月{d:02d}日",
    r"{y}/{m:02d}/{d:02d}",
    r"{y}.{m:02d}.{d:02d}",
)


def check_cited(context: Context) -> None:
    """Run the rules on citations."""
    _check_at_hand(context)
    if not _all_at_hand(context):
        context.skipped["T413"] = "not all source texts at hand: another may hold the words"
    for name, column in NOTES.items():
        if context.has(name):
            _check_notes(context, name, column)
    for name, column in QUOTING.items():
        if context.has(name) and column in context.resource(name).columns:
            _check_quotes_zh(context, name, column)
    if context.has("projects", "figures", "units"):
        _check_attributes(context)
    if context.has("sources"):
        _check_titles(context)
    if context.has("coverage"):
        _check_completeness(context)


def _all_at_hand(context: Context) -> bool:
    return context.has("sources") and len(context.texts) == len(context.frame("sources"))


def _check_at_hand(context: Context) -> None:
    """T412: a file that sources.csv names and that is not beside the others. T422: one that is there under another name."""
    if not context.has("sources"):
        return
    for row in context.raw("sources").iter_rows(named=True):
        context.count("T412", 1)
        spoiled = context.collector.spoiled("sources", row[LINE])
        if row["source_id"] not in context.texts and not spoiled:
            context.report("T412", "sources", row[LINE], "file", row["source_id"], cell=row["file"])
        text = context.texts.get(row["source_id"])
        context.count("T422", int(text is not None))
        if text is not None and text.file != row["file"]:
            context.report("T422", "sources", row[LINE], "file", row["source_id"], cell=row["file"], found=text.file)


def _check_notes(context: Context, name: str, column: str) -> None:
    """T413: Chinese in a note that stands in no document and no other cell. T414: a document or offset cited wrongly."""
    everything = "\n".join(t.compact.text for t in context.texts.values())
    if context.has("errata"):
        everything += "\n" + "\n".join(context.raw("errata")["reading"])
    whole = _all_at_hand(context)
    known = set(context.frame("sources")["source_id"]) if context.has("sources") else set(context.texts)
    keys = context.resource(name).primary_key
    for row in context.raw(name).filter(pl.col(column) != "").iter_rows(named=True):
        note = row[column]
        if context.collector.spoiled(name, row[LINE]):
            continue
        key = "/".join(row[k] for k in keys)
        if whole:
            context.count("T413", 1)
            rest = compact_text("\n".join(v for k, v in row.items() if k not in (LINE, column) and v))
            quotes = [compact_text(q).strip(_EDGES) for q in _QUOTED.findall(note)]
            lost = next((q for q in quotes if q and q not in everything and q not in rest), None)
            if lost:
                context.report("T413", name, row[LINE], column, key, quote=lost)
                continue
        wrong = _wrong_citation(context, row, note, known)
        context.count("T414", 1)
        if wrong:
            context.report("T414", name, row[LINE], column, key, cited=wrong)


def _check_quotes_zh(context: Context, name: str, column: str) -> None:
    """T413, of Chinese between quotation marks."""
    if not _all_at_hand(context):
        return
    everything = "\n".join(t.compact.text for t in context.texts.values())
    for row in context.raw(name).filter(pl.col(column).str.contains("“")).iter_rows(named=True):
        context.count("T413", 1)
        rest = compact_text("\n".join(v for k, v in row.items() if k not in (LINE, column) and v))
        quotes = [q for part in _MARKED.findall(row[column]) for q in _LEFT_OUT.split(compact_text(part))]
        lost = next((q for q in quotes if q not in everything and q not in rest and q not in OWN_WORDS), None)
        if lost and not context.collector.spoiled(name, row[LINE]):
            key = "/".join(row[k] for k in context.resource(name).primary_key)
            context.report("T413", name, row[LINE], column, key, quote=lost)


def _wrong_citation(context: Context, row: dict, note: str, known: set[str]) -> str:
    """The first citation of a note that its document does not bear out; "" where all are borne out.

    What is cited from a document that is not at hand cannot be told.
    """
    names = [compact_text(row.get(c) or "").strip(_EDGES) for c in ("stated", "name_zh", "printed", "reading")]
    for match in _ALSO.finditer(note):
        if match.group(1) not in known or match.group(1) == row.get("source_id"):
            return match.group()
        text = context.texts.get(match.group(1))
        if text and not any(n and _shares(n, text.compact.text) for n in names):
            return match.group()
    for match in _PRINTS.finditer(note):
        text = context.texts.get(match.group(1))
        quotes = [compact_text(q).strip(_EDGES) for q in _QUOTED.findall(match.group(2))]
        if match.group(1) not in known or (text and any(q not in text.compact.text for q in quotes[:1])):
            return match.group().strip()
    own = context.texts.get(row.get("source_id") or "")
    for match in _OFFSETS.finditer(note) if own else ():
        for offset in re.findall(r"\d+", match.group(1)):
            if not _stands_at(own, int(offset), names, note):
                return f"offset {offset}"
    return ""


def _shares(name: str, text: str) -> bool:
    """Whether four characters of the name in a row, or all of a shorter one, stand in the text."""
    size = min(4, len(name))
    return any(name[i : i + size] in text for i in range(len(name) - size + 1))


def _stands_at(text: Text | None, offset: int, names: list[str], note: str) -> bool:
    """Whether the record's words, or words that the note quotes, begin at an offset."""
    if text is None or offset >= len(text.stored):
        return False
    here = compact_text(text.stored[offset : offset + 80])
    words = [*names, *(compact_text(q).strip(_EDGES) for q in _QUOTED.findall(note))]
    starts = {w[i:][:2] for w in words for i in range(max(1, len(w) - 3)) if len(w) > 1}
    return here.lstrip("“")[:2] in starts


def _check_attributes(context: Context) -> None:
    """T415: investment or size of a project that is not what the document says at its figure."""
    symbols = dict(context.frame("units").select("unit_id", "symbol_zh").iter_rows())
    figures: dict[tuple[str, str], list[dict]] = {}
    for row in context.frame("figures").iter_rows(named=True):
        if row["role"] == "project" and row["field"] in _ATTRIBUTES and row["project_id"]:
            figures.setdefault((row["project_id"], row["field"]), []).append(row)
    for row in context.frame("projects").iter_rows(named=True):
        for column, prefix in _ATTRIBUTES.items():
            own = [f for f in figures.get((row["project_id"], column), []) if f["source_id"] == row["source_id"]]
            text = context.texts.get(row["source_id"])
            if row[column] is None or not own or text is None or context.collector.spoiled("projects", row[LINE]):
                continue
            context.count("T415", 1)
            reading = _read(text, own[0]["start"], own[0]["end"])
            unit, comparator = symbols.get(row[f"{prefix}_unit_id"]), row[f"{prefix}_comparator"]
            if reading is None:
                continue
            said = f"{reading.comparator} {reading.value:g} {reading.unit}"
            for cell, read, at in (
                (row[column], float(reading.value), column),
                (unit, reading.unit, f"{prefix}_unit_id"),
                (comparator, reading.comparator, f"{prefix}_comparator"),
            ):
                if cell != read:
                    context.report(
                        "T415",
                        "projects",
                        row[LINE],
                        at,
                        row["project_id"],
                        cell=cell if cell is not None else "",
                        said=said,
                    )
                    break


def _read(text: Text, start: int, end: int) -> Reading | None:
    first, last = text.compact.position(start), text.compact.position(end)
    low = max(0, first - 30)
    return read_at(text.compact.text[low : last + 30], first - low, last - low)


def _check_titles(context: Context) -> None:
    """T416: title, publisher or date of a document that its text does not state, or states while the cell is empty."""
    publishers = {p for cell in context.raw("sources")["publisher"] for p in cell.split("/") if p}
    for row in context.frame("sources").iter_rows(named=True):
        text = context.texts.get(row["source_id"])
        if text is None:
            continue
        body = text.compact.text
        context.count("T416", 1)
        published = row["published"]
        stamp = [f.format(y=published.year, m=published.month, d=published.day) for f in _DATES] if published else []
        stated = sorted(set(_STATED_DATE.findall(body[:HEAD])))
        unnamed = [p for p in sorted(publishers) if not row["publisher"] and compact_text(p) in body[:HEAD]]
        wrong, lost = "", ""
        if row["title"] and compact_text(row["title"]) not in body[: len(body) // 4] + body[-600:]:
            wrong = "title"
        elif row["publisher"] and any(compact_text(p) not in body for p in row["publisher"].split("/")):
            wrong = "publisher"
        elif stamp and not any(s in body for s in stamp):
            wrong = "published"
        elif not published and len(stated) == 1:
            wrong, lost = "published", stated[0]
        elif unnamed:
            wrong, lost = "publisher", unnamed[0]
        if wrong:
            why = "stands at the head of the text, but the cell is empty" if lost else "does not stand in the text"
            cell = lost or str(row[wrong])
            context.report("T416", "sources", row[LINE], wrong, row["source_id"], cell=cell, why=why)


def _check_completeness(context: Context) -> None:
    """T417: a completeness that the text speaks against."""
    for row in context.frame("coverage").iter_rows(named=True):
        text = context.texts.get(row["source_id"])
        if text is None or context.collector.spoiled("coverage", row[LINE]):
            continue
        context.count("T417", 1)
        body, state = text.compact.text, row["completeness"]
        why = ""
        if state == "full" and "工作报告" not in body:
            why = "the text names itself no 工作报告"
        elif state != "full" and "各位代表" in body:
            why = "the text greets 各位代表, as reports do"
        if why:
            key = f"{row['source_id']}/{row['district_code']}"
            context.report("T417", "coverage", row[LINE], "completeness", key, cell=state, why=why)
