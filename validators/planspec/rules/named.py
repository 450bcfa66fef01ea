"""Package layer, links against words: who names a record in full is linked to it, and a link rests on words.

P344: phrase, cue or scope names a record, or the note says that the row belongs to it, and the row has no such link.
P345: a link to a record that neither phrase, cue nor scope names, and of which the note does not speak.
"""

from __future__ import annotations

import re
from functools import partial
from typing import Any

import narwhals as nw
import polars as pl

from planspec.rules.context import KEYS, Context
from planspec.rules.quotes import COMMON
from planspec.rules.readings import once_each
from planspec.tables import LINE

c = nw.col
LINKS = {
    "targets": (("project_id", "projects"), ("initiative_id", "initiatives")),
    "results": (("project_id", "projects"), ("initiative_id", "initiatives")),
    "projects": (("portfolio_id", "projects"),),
}
TEXTS = {
    "targets": ("stated", "cue", "scope_zh"),
    "results": ("stated", "cue", "scope_zh"),
    "projects": ("name_zh", "stated", "cue"),
}
"""Columns in which a row may name what it belongs to."""
MARKS = re.compile(r"[“”‘’\"《》\s]")
SHORTEST = 3
"""A name of fewer characters is one only where it is the whole cue or scope (奇瑞)."""
ALSO_PRINTED = re.compile(r"(?:[Pp]rinted|[Cc]overs) ([一-鿿A-Za-z0-9“”+·]+)(?: and ([一-鿿A-Za-z0-9“”+·]+))?")
"""Where a note gives another form of the name: Also printed “135”诉求处置机制."""
BELONGS = re.compile(r"(?:[Bb]elongs to|[Mm]ember of|[Pp]art of) (?:[a-z0-9 ]{0,40} )?([一-鿿“][^,;.]*)")
"""Where a note says on which record the row's link rests: Belongs to 上合技术转移中心, named in the same sentence."""
NOT_OF = re.compile(r"[Nn]ot (?:a )?(?:belong to|member of|part of) (?:[a-z0-9 ]{0,40} )?([一-鿿“][^,;.]*)")
"""Where a note says that the row does not belong to a record it names."""
EXAMPLE = re.compile("^(?:等|、)")
FOUND: dict[str, type[pl.DataType]] = {LINE: pl.Int64, "name": pl.String}
OWNERS: dict[str, type[pl.DataType]] = {
    "owner": pl.String,
    "key": pl.String,
    "district_code": pl.String,
    "year": pl.Int64,
    "portfolio": pl.Boolean,
    "name": pl.String,
}
_COMMON = re.compile("|".join((*sorted(COMMON), "重大", "合作")))


def bare(name: str) -> str:
    """A name without quotation marks and blanks, which differ between its two places."""
    return MARKS.sub("", name)


def is_name(name: str) -> bool:
    """Whether words name one thing only: 重点项目 is made of words that any report holds."""
    return bool(_COMMON.sub("", name)) and re.search(r"[一-鿿A-Za-z]{2}", name) is not None


def forms_of(name: str | None, stated: str | None, note: str | None) -> set[str]:
    """The forms under which a record may be named: its name, the printed one, those its note gives."""
    also = [form for match in ALSO_PRINTED.finditer(note or "") for form in match.groups() if form]
    return {form for form in map(bare, (name or "", stated or "", *also)) if len(form) > 1}


def told(note: str | None) -> str:
    """What a note says the row belongs to, as text in which names may be looked for."""
    return bare("\n".join(BELONGS.findall(NOT_OF.sub("", note or ""))))


def names_in(frame: pl.DataFrame, columns: tuple[str, ...], names: list[str]) -> pl.DataFrame:
    """Every one of `names` that stands in the texts of each row, or in what its note says it belongs to: `FOUND`."""
    if not names:
        return pl.DataFrame(schema=FOUND)
    texts = pl.concat([frame.select(LINE, pl.col(column).alias("text")) for column in columns]).filter(
        pl.col("text") != ""
    )
    notes = frame.select(LINE, pl.col("note").alias("text")).filter(pl.col("text").str.contains(BELONGS.pattern))
    bared = texts.select("text").unique().with_columns(pl.col("text").str.replace_all(MARKS.pattern, "").alias("bare"))
    spoken = once_each(notes.select("text").unique(), ["text"], lambda note: (told(note),), {"bare": pl.String})
    # One look at all texts: making the search ready for so many names costs as much as the search itself.
    found = pl.col("bare").str.extract_many(names, overlapping=True).alias("name")
    hits = pl.concat([bared, spoken]).select("bare").unique().with_columns(found).explode("name").drop_nulls()
    named = [
        rows.join(made.join(hits, on="bare", how="inner"), on="text", how="inner").select(LINE, "name")
        for rows, made in ((texts, bared), (notes, spoken))
    ]
    return pl.concat(named).unique().select(list(FOUND))


def names_as_own(name: str, texts: list[str], others: set[str]) -> bool:
    """Whether some of the texts names it for itself: neither as one example of several (甲、乙等) nor as a part of
    the longer name of another record."""
    longer = [other for other in others if name in other and name != other]
    for text in texts:
        if text == name:
            return True
        shown = text
        for other in longer:
            shown = shown.replace(other, "\0")
        for match in re.finditer(re.escape(name), shown) if len(name) >= SHORTEST else ():
            listed = shown[: match.start()].endswith("、") or EXAMPLE.match(shown[match.end() :])
            if not listed:
                return True
    return False


def _owners(context: Context) -> pl.DataFrame:
    """Every form of every name: `owner` (a table), `key`, `district_code`, `year`, `portfolio`, `name`."""
    frames, parts = context.frames, [pl.DataFrame(schema=OWNERS)]
    for owner in ("projects", "initiatives"):
        if not context.has(owner):
            continue
        portfolio = c("kind") == "portfolio" if "kind" in context.resource(owner).columns else nw.lit(value=False)
        place = [nw.lit(owner).alias("owner"), c(KEYS[owner]).alias("key"), c("district_code"), c("year")]
        asked = frames.table(owner).select(
            *place, portfolio.fill_null(value=False).alias("portfolio"), "name_zh", "stated", "note"
        )
        parts.append(_formed(frames.collect([asked])[0]).select(pl.col(n).cast(kind) for n, kind in OWNERS.items()))
    return pl.concat(parts)


def _formed(table: pl.DataFrame) -> pl.DataFrame:
    """`table` (`name_zh`, `stated`, `note`) with the forms of each name as `name`, a row each."""
    words = ["name_zh", "stated", "note"]
    # A note that gives no other form does not matter.
    table = table.with_columns(pl.when(pl.col("note").str.contains(ALSO_PRINTED.pattern)).then("note").alias("note"))
    distinct = table.select(words).unique().with_row_index("_row")
    plain = distinct.filter(pl.col("note").is_null())
    bared = [
        plain.select("_row", pl.col(word).str.replace_all(MARKS.pattern, "").alias("name"))
        for word in ("name_zh", "stated")
    ]
    noted = [
        (row[0], form)
        for row in distinct.filter(pl.col("note").is_not_null()).iter_rows()
        for form in forms_of(*row[1:])
    ]
    bared.append(pl.DataFrame(noted, schema={"_row": pl.UInt32, "name": pl.String}, orient="row"))
    named = pl.concat(bared).filter(pl.col("name").str.len_chars() > 1).unique()
    forms = distinct.join(named, on="_row", how="inner").drop("_row")
    return table.join(forms, on=words, how="inner", nulls_equal=True).drop(words)


def check_named(context: Context) -> None:
    """P344 and P345. A portfolio is the list of its own plan year: a figure of another year need not belong to it."""
    owners = _owners(context)
    for name, links in LINKS.items():
        if not context.has(name):
            continue
        table = context.frames.table(name)
        linkable = owners.filter(pl.col("portfolio")) if name == "projects" else owners
        found = context.frames.through(
            table.select(LINE, *TEXTS[name], "note"),
            partial(names_in, columns=TEXTS[name], names=sorted(linkable["name"].unique())),
            FOUND,
        )
        given = [c(context.key_of(name)).alias("_key"), c("district_code"), c("year").alias("_year")]
        hits = context.frames.collect(
            [found.join(table.select(LINE, *given, *(c(link) for link, _ in links)), on=LINE, how="inner")]
        )[0]
        for link, owner in links:
            context.count("P344", context.frames.height(name))
            context.count("P345", context.frames.given(name, link))
            if context.has(owner):
                own = linkable.filter(pl.col("owner") == owner)
                same = own.select(pl.col("key").alias(link), "district_code", "name")
                linked = hits.join(same, on=[link, "district_code", "name"], how="semi").select(LINE).unique()
                _check_unlinked(context, name, link, owners, _candidates(hits, linked, own))
                _check_unspoken(context, name, link, owner, linked)


def _candidates(hits: pl.DataFrame, linked: pl.DataFrame, own: pl.DataFrame) -> pl.DataFrame:
    """The other records that rows name whose link is not borne out by any name they hold; a plan needs none of years past."""
    silent, place = hits.join(linked, on=LINE, how="anti"), ["name", "district_code"]
    single = silent.join(own.filter(~pl.col("portfolio")).drop("portfolio"), on=place, how="inner")
    single = single.filter((pl.col("year") >= pl.col("_year")).fill_null(value=True)).drop("year")
    listed = own.filter("portfolio").rename({"year": "_year"}).drop("portfolio")
    named = pl.concat([single, silent.join(listed, on=[*place, "_year"], how="inner")], how="diagonal")
    return named.filter(pl.col("key") != pl.col("_key"))


def _check_unlinked(context: Context, name: str, link: str, owners: pl.DataFrame, candidates: pl.DataFrame) -> None:
    key = context.key_of(name)
    if candidates.is_empty():
        return
    frames, lines = context.frames, context.frames.local(candidates.select(LINE).unique())
    columns = list(dict.fromkeys((LINE, key, *TEXTS[name], "note")))
    texts = frames.collect([frames.table(name).select(*columns).join(lines, on=LINE, how="semi")])[0]
    loose = candidates.join(texts, on=LINE, how="left").sort(LINE, "name", "key")
    there = names_in(texts, TEXTS[name], sorted(owners["name"].unique()))
    places = loose.select(LINE, key, "district_code").unique()
    there = there.join(places, on=LINE, how="inner").join(owners, on=["name", "district_code"], how="inner")
    there = there.filter(pl.col("key") != pl.col(key))
    others = {line: set(names) for line, names in there.group_by(LINE).agg("name").iter_rows()}
    for (line,), rows in loose.group_by(LINE, maintain_order=True):
        row = next((r for r in rows.iter_rows(named=True) if _names(r, name, others.get(line, set()))), None)
        if row and not context.collector.spoiled(name, line, link):
            params = {"cell": row[link] or "–", "form": row["name"], "record": row["key"]}
            context.report("P344", name, line, link, row[key], **params)


def _names(row: dict[str, Any], name: str, others: set[str]) -> bool:
    """Whether a row names a record as its own, or its note says that it belongs to it."""
    texts = [bare(row[column]) for column in TEXTS[name] if row[column]]
    if row["name"] in bare("\n".join(NOT_OF.findall(row["note"] or ""))):
        return False
    return row["name"] in told(row["note"]) or (is_name(row["name"]) and names_as_own(row["name"], texts, others))


def _check_unspoken(context: Context, name: str, link: str, owner: str, linked: pl.DataFrame) -> None:
    """P345. That a list of several names the record is enough here: it bears the link out, though it asks for none."""
    frames, key = context.frames, context.key_of(name)
    known = frames.table(owner).select(c(KEYS[owner]).alias(link), c("name_zh").alias("_linked")).unique(link)
    silent = frames.table(name).filter(~c(link).is_null()).join(frames.local(linked), on=LINE, how="anti")
    rows = frames.collect([silent.select(LINE, key, link, "stated")])[0]
    if rows.is_empty():
        return
    asked = frames.local(rows)
    rows = frames.collect([asked.join(known, on=link, how="inner").select(LINE, key, link, "_linked", "stated")])[0]
    for row in rows.sort(LINE).iter_rows(named=True):
        if not context.collector.spoiled(name, row[LINE], link):
            params = {"cell": row[link], "linked": row["_linked"], "stated": row["stated"] or ""}
            context.report("P345", name, row[LINE], link, row[key], **params)
