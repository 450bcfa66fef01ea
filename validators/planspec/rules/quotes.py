"""Package layer, what rows say about one another: same place, same words; same scope, same English; links at hand."""

from __future__ import annotations

import re
from collections import defaultdict
from difflib import SequenceMatcher
from functools import partial

import narwhals as nw
import polars as pl

from planspec.grammar.text import compact_text
from planspec.rules.context import OBSERVATIONS, RECORDS, Context
from planspec.rules.numerals import chinese_numbers, english_numbers
from planspec.tables import LINE

NEAR = 400
"""A record and what it is linked to stand at most so many characters apart, where they share no words."""

COMMON = frozenset(
    (
        "项目",
        "建设",
        "管理",
        "服务",
        "工程",
        "活动",
        "中心",
        "产业",
        "创新",
        "发展",
        "机制",
        "全市",
        "体系",
        "行动",
        "改革",
        "实施",
        "推进",
        "提升",
        "工作",
        "重点",
        "特色",
        "平台",
        "模式",
    )
)
"""Words so common that sharing one says nothing."""

QUOTES = (("start", "end", "stated"), ("start", "end", "printed"), ("cue_start", "cue_end", "cue"))


def _quotes(context: Context) -> pl.DataFrame:
    """Every piece of text that a row says stands at two offsets, in the order of its place.

    Columns: `source_id`, `start`, `end`, `words`, `name` (resource), `column`, `_line`.
    """
    pieces = []
    for name in (*RECORDS.values(), "figures", "errata"):
        frame = context.frame(name) if context.has(name) else None
        for first, last, words in QUOTES if frame is not None else ():
            if frame is None or not {first, last, words} <= set(frame.columns):
                continue
            pieces.append(
                frame.filter(~pl.col(LINE).is_in(list(context.collector.spoiled_lines(name)))).select(
                    "source_id",
                    pl.col(first).alias("start"),
                    pl.col(last).alias("end"),
                    pl.col(words).alias("words"),
                    pl.lit(name).alias("name"),
                    pl.lit(words).alias("column"),
                    LINE,
                )
            )
    if not pieces:
        return pl.DataFrame(
            schema={
                "source_id": pl.String,
                "start": pl.Int64,
                "end": pl.Int64,
                "words": pl.String,
                "name": pl.String,
                "column": pl.String,
                LINE: pl.Int64,
            }
        )
    return pl.concat(pieces).drop_nulls().sort("source_id", "start", "end", "words", "name", "column", LINE)


def check_quotes(context: Context, quotes: pl.DataFrame) -> None:
    """P317: two rows that quote the same place quote different words, so one of them has words or offsets wrong.

    Pieces are taken in the order of their place, and each is held against the one before that reaches furthest. Only
    pieces as long as their span are held together: where layout blanks stand inside, the place of each character is
    not known without the text.
    """
    start, end, words = pl.col("start"), pl.col("end"), pl.col("words")
    exact = quotes.filter(
        (end - start == words.str.len_chars().cast(pl.Int64)) & ~words.str.contains(r"^\*+$")
    ).with_row_index("n")
    context.count("P317", exact.height)
    prior = end.cum_max().shift(1).over("source_id")
    reach = exact.with_columns(pl.when(prior.is_null() | (end > prior)).then(pl.col("n")).alias("lead"))
    reach = reach.with_columns(pl.col("lead").forward_fill().shift(1).over("source_id").alias("far"))
    held = exact.select(
        pl.col("n").alias("far"), *(pl.col(c).alias(f"far_{c}") for c in ("start", "end", "words", "name", LINE))
    )
    pairs = reach.join(held, on="far", how="inner").filter(start < pl.col("far_end"))
    length = pl.min_horizontal(end, pl.col("far_end")) - start
    clash = pairs.filter(
        (pl.col("far_words").str.slice(start - pl.col("far_start"), length) != words.str.slice(0, length))
        & ((pl.col("name") != pl.col("far_name")) | (pl.col(LINE) != pl.col(f"far_{LINE}")))
    )
    for row in clash.sort("n").iter_rows(named=True):
        theirs = row["far_words"][row["start"] - row["far_start"] :]
        at = next(i for i, (a, b) in enumerate(zip(theirs, row["words"], strict=False)) if a != b)
        where = f"{context.resource(row['far_name']).path}:{row[f'far_{LINE}']}"
        key = _key_at(context, row["name"], row[LINE])
        context.report(
            "P317",
            row["name"],
            row[LINE],
            row["column"],
            key,
            cell=row["words"],
            found=theirs[at],
            at=row["start"] + at,
            other=where,
        )


def _key_at(context: Context, name: str, line: int) -> str:
    row = context.frame(name).filter(pl.col(LINE) == line).row(0, named=True)
    return _key(context, name, row)


def _key(context: Context, name: str, row: dict) -> str:
    return "/".join(str(row[k]) for k in context.resource(name).primary_key)


def check_scopes(context: Context) -> None:
    """P318: one scope in Chinese with two English forms, which a typo in either makes."""
    for name, key in OBSERVATIONS.items():
        if not context.has(name):
            continue
        frames = context.frames
        scoped = frames.collect(
            [
                frames.table(name)
                .filter((nw.col("scope_zh") != "") & (nw.col("scope_en") != ""))
                .select(LINE, key, "scope_zh", "scope_en")
            ]
        )[0].sort(LINE)
        for own, other in (("scope_zh", "scope_en"), ("scope_en", "scope_zh")):
            context.count("P318", scoped.height)
            held = pl.col(other).first().over(own)
            for row in (
                scoped.with_columns(held.alias("held"), pl.col(LINE).first().over(own).alias("first"))
                .filter(pl.col("held") != pl.col(other))
                .iter_rows(named=True)
            ):
                if _slip(own, row["held"], row[other]) and not context.collector.spoiled(name, row[LINE]):
                    context.report(
                        "P318", name, row[LINE], other, row[key], cell=row[other], other=row["held"], first=row["first"]
                    )


def _slip(column: str, one: str, two: str) -> bool:
    """Whether two renderings are one: English always; of two Chinese scopes only where they differ in a character or two."""
    return column == "scope_zh" or SequenceMatcher(None, one, two, autojunk=False).ratio() > 0.85


def check_headline_edges(context: Context) -> None:
    """P333: a headline span that does not end with its last target, or begins long before its first."""
    if not context.has("targets", "coverage"):
        return
    inside: dict[tuple, list[tuple[int, int, bool]]] = defaultdict(list)
    columns = ("source_id", "district_code", "start", "end", "headline")
    for source, district, first, last, headline in context.frame("targets").select(columns).iter_rows():
        if first is not None and last is not None:
            inside[source, district].append((first, last, bool(headline)))
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
        for row in context.frame("projects").filter(pl.col("source_id") == source).iter_rows(named=True):
            if row["start"] is None or row["year"] is None:
                continue
            context.count("P335", 1)
            past = (row["period"] or str(row["year"]))[-7:].split("/")[-1][:4] < str(row["year"])
            review = row["start"] < plan
            if past != review and not context.collector.spoiled("projects", row[LINE]):
                part = part_of(review)
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


def part_of(review: bool) -> str:
    """What the part of a report is called in a finding."""
    return "review" if review else "plan"


LINKS = {
    "targets": (("project_id", "projects"), ("initiative_id", "initiatives")),
    "results": (("project_id", "projects"), ("initiative_id", "initiatives")),
    "projects": (("portfolio_id", "projects"),),
}


def check_links(context: Context) -> None:
    """P336: a link to a record that stands elsewhere and shares no words with the row."""
    frames = context.frames
    for name, columns in LINKS.items():
        for column, owner in columns:
            if not context.has(name, owner):
                continue
            own, key = context.resource(name).primary_key[0], context.resource(owner).primary_key[0]
            theirs = frames.table(owner).select(
                nw.col(key).alias(column),
                *(nw.col(c).alias(f"_{c}") for c in ("source_id", "start", "name_zh", "stated")),
            )
            linked = frames.table(name).filter(~nw.col(column).is_null()).join(theirs, on=column, how="inner")
            away = (nw.col("start") - nw.col("_start")).abs() > NEAR
            elsewhere = (nw.col("source_id") != nw.col("_source_id")).fill_null(value=True) | away.fill_null(value=True)
            told = nw.col("note").str.contains("[Mm][Ee][Mm][Bb][Ee][Rr]").fill_null(value=False)
            words = [c for c in ("stated", "cue", "scope_zh", "name_zh", "note") if c in context.resource(name).columns]
            count, far = frames.collect(
                [
                    linked.select(nw.len().alias("rows")),
                    linked.filter(elsewhere & ~told).select(LINE, own, column, *words, "_name_zh", "_stated"),
                ]
            )
            context.count("P336", count["rows"][0])
            for row in far.sort(LINE).unique(LINE, keep="last", maintain_order=True).iter_rows(named=True):
                if context.collector.spoiled(name, row[LINE], column):
                    continue
                if not _at_hand(row, {"name_zh": row["_name_zh"], "stated": row["_stated"]}):
                    context.report(
                        "P336",
                        name,
                        row[LINE],
                        column,
                        row[own],
                        cell=row[column],
                        linked=row["_name_zh"],
                        stated=row["stated"] or "",
                    )


def _at_hand(row: dict, other: dict) -> bool:
    """Whether a row that stands away from what it is linked to shares words with it, or says what it rests on."""
    words = compact_text(" ".join(row.get(c) or "" for c in ("stated", "cue", "scope_zh", "name_zh", "note")))
    named = compact_text(f"{other['name_zh']} {other['stated']}")
    pairs = {named[i : i + 2] for i in range(len(named) - 1) if "一" <= named[i] <= "鿿"}
    pairs -= COMMON
    return any(words[i : i + 2] in pairs for i in range(len(words) - 1)) or bool(
        row.get("note") and "member" in row["note"].lower()
    )


def check_wordy_figures(context: Context) -> None:
    """P319: a figure of a record with a value that does not say which column it proves."""
    if not context.has("figures"):
        return
    figures = context.frame("figures").filter(pl.col("field").is_null())
    for role, name in (("target", "targets"), ("result", "results")):
        column = f"{role}_id"
        own = figures.filter((pl.col("role") == role) & pl.col(column).is_not_null())
        context.count("P319", own.height)
        if not own.height or not context.has(name):
            continue
        valued = context.frame(name).filter(pl.col("value").is_not_null())[column].to_list()
        for row in own.filter(pl.col(column).is_in(valued)).iter_rows(named=True):
            if not context.collector.spoiled("figures", row[LINE]):
                key = _key(context, "figures", row)
                context.report(
                    "P319", "figures", row[LINE], column, key, printed=row["printed"] or "", record=row[column]
                )


def check_lengths(context: Context, quotes: pl.DataFrame) -> None:
    """P337: offsets beyond the end of their document. P338: a file that is not named after its document."""
    if not context.has("sources"):
        return
    length = context.frame("sources").select("source_id", "characters").unique("source_id", keep="first")
    context.count("P337", quotes.height)
    beyond = quotes.join(length, on="source_id", how="inner").filter(pl.col("end") > pl.col("characters"))
    for row in beyond.head(1).iter_rows(named=True):
        key = _key_at(context, row["name"], row[LINE])
        context.report(
            "P337",
            row["name"],
            row[LINE],
            row["column"],
            key,
            cell=row["end"],
            source=row["source_id"],
            characters=row["characters"],
        )
    for row in context.raw("sources").iter_rows(named=True):
        context.count("P338", 1)
        if not row["file"].startswith(row["source_id"]):
            context.report("P338", "sources", row[LINE], "file", row["source_id"], cell=row["file"])


def _printed(context: Context, sources: set[str]) -> dict[str, set[float]]:
    """The numbers that the ledger has of some documents."""
    frames = context.frames
    asked = frames.local(pl.DataFrame({"source_id": sorted(sources)}, schema={"source_id": pl.String}))
    figures = frames.table("figures").select("source_id", "printed").join(asked, on="source_id", how="semi")
    printed: dict[str, set[float]] = defaultdict(set)
    for source, text in frames.collect([figures.unique()])[0].drop_nulls().iter_rows():
        printed[source] |= chinese_numbers(text)
    return printed


def with_digits(frame: pl.DataFrame, columns: tuple[str, ...]) -> pl.DataFrame:
    """Lines of a batch with a digit in one of some columns."""
    return frame.filter(pl.any_horizontal(pl.col(c).str.contains("[0-9]") for c in columns)).select(LINE)


def check_cited_numbers(context: Context) -> None:
    """P339: a number in a note or a summary that no row, no figure and no document of the package knows."""
    if not context.has("figures", "sources"):
        return
    documents = set(context.frame("sources")["source_id"].drop_nulls())
    columns = {
        "targets": ("note",),
        "results": ("note",),
        "projects": ("note",),
        "initiatives": ("note", "summary_en", "summary_zh"),
    }
    numbered = {
        name: context.suspects(name, names, partial(with_digits, columns=names))
        for name, names in columns.items()
        if context.has(name)
    }
    for name in numbered:
        context.count("P339", sum(context.frames.given(name, column) for column in columns[name]))
    printed = _printed(context, {source for rows in numbered.values() for source in rows["source_id"]})
    for name, rows in numbered.items():
        for row in rows.iter_rows(named=True):
            for column in columns[name]:
                wrong = _unknown_number(row, column, printed, documents)
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
    quotes = _quotes(context)
    check_quotes(context, quotes)
    check_scopes(context)
    check_headline_edges(context)
    check_core(context)
    check_parts_of_report(context)
    check_links(context)
    check_wordy_figures(context)
    check_lengths(context, quotes)
    check_cited_numbers(context)
