"""Package layer: references, one fact once, figures that prove records, portfolios, headline targets, code lists."""

from __future__ import annotations

from collections import defaultdict
from difflib import get_close_matches

import polars as pl

from planspec.grammar import read_at
from planspec.grammar.quantity import parse_numeral
from planspec.rules.context import KEYS, OBSERVATIONS, RECORDS, Context
from planspec.rules.rows import PLACES
from planspec.tables import LINE

MANY = 5000
"""More keys than this are narrowed by length and ends before the nearest are looked for."""


def _nearest(value: str, names: list[str]) -> str:
    """The keys most like `value`, for a message."""
    if len(names) > MANY:
        names = [n for n in names if abs(len(n) - len(value)) < 3 and (n[:8] == value[:8] or n[-8:] == value[-8:])]
    return ", ".join(get_close_matches(value, names, n=3, cutoff=0.5)) or "–"


def check_references(context: Context) -> None:
    """P301 (reference to nothing), P302 (to a retired key), P304 (relative_to names nothing).

    A key that is missing is one finding, at the first row that names it, however many do.
    """
    lost: dict[tuple[str, str], list[tuple[str, dict, str]]] = defaultdict(list)
    retired = set(context.frame("retired")["id"].drop_nulls()) if context.has("retired") else set()
    for table in context.tables.values():
        for reference in table.resource.references:
            if not context.has(reference.resource):
                continue
            known = context.frame(reference.resource)[reference.target].drop_nulls()
            used = table.frame.filter(pl.col(reference.field).is_not_null())
            context.count("P301", used.height)
            context.count("P302", used.height if retired else 0)
            for row in used.filter(~pl.col(reference.field).is_in(known.unique().to_list())).iter_rows(named=True):
                if not context.collector.spoiled(table.resource.name, row[LINE], reference.field):
                    lost[reference.resource, str(row[reference.field])].append(
                        (table.resource.name, row, reference.field)
                    )
    for (resource, value), places in lost.items():
        name, row, column = places[0]
        key = KEYS[resource] if resource in KEYS else context.resource(resource).primary_key[0]
        near = _nearest(value, context.frame(resource)[key].drop_nulls().unique().sort().to_list())
        rule = "P302" if value in retired else "P301"
        rows = len(places)
        context.report(
            rule,
            name,
            row[LINE],
            column,
            _key(context, name, row),
            cell=value,
            resource=resource,
            nearest=near,
            rows=rows,
        )
    if context.has("indicators"):
        yardsticks = set(context.frame("indicators")["indicator_id"].drop_nulls()) | set(PLACES)
        for name in OBSERVATIONS:
            if context.has(name):
                frame = context.frame(name).filter(pl.col("relative_to").is_not_null())
                context.count("P304", frame.height)
                for row in frame.filter(~pl.col("relative_to").is_in(list(yardsticks))).iter_rows(named=True):
                    context.report(
                        "P304",
                        name,
                        row[LINE],
                        "relative_to",
                        _key(context, name, row),
                        cell=row["relative_to"],
                        nearest=_nearest(row["relative_to"], sorted(yardsticks)),
                    )


def _key(context: Context, name: str, row: dict) -> str:
    return "/".join("" if row[k] is None else str(row[k]) for k in context.resource(name).primary_key)


def check_retired(context: Context) -> None:
    """P303: a retired key still in use as a key, or replaced by nothing that exists."""
    if not context.has("retired"):
        return
    frame = context.frame("retired")
    context.count("P303", frame.height)
    for row in frame.iter_rows(named=True):
        name, key = row["resource"], KEYS.get(row["resource"] or "")
        if not key or not context.has(name):
            continue
        keys = set(context.frame(name)[key].drop_nulls())
        if row["id"] in keys:
            context.report(
                "P303", "retired", row[LINE], "id", row["id"], cell=row["id"], resource=name, why="is still a key of"
            )
        elif row["replaced_by"] and row["replaced_by"] not in keys:
            context.report(
                "P303",
                "retired",
                row[LINE],
                "replaced_by",
                row["id"],
                cell=row["replaced_by"],
                resource=name,
                why="is no key of",
            )


def check_districts(context: Context) -> None:
    """P305: links between districts. P306: a document that does not speak for the district, once for both."""
    districts = {}
    silent: dict[tuple[str, str], list[tuple[str, dict, str]]] = defaultdict(list)
    for name in RECORDS.values():
        if context.has(name):
            key = KEYS[name]
            districts[name] = dict(context.frame(name).select(key, "district_code").iter_rows())
    spoken: dict[str, set[str]] = defaultdict(set)
    if context.has("coverage"):
        for source, district in context.frame("coverage").select("source_id", "district_code").iter_rows():
            spoken[source].add(district)
    links = {
        "targets": ("project_id", "initiative_id"),
        "results": ("project_id", "initiative_id"),
        "projects": ("portfolio_id",),
    }
    owner = {"project_id": "projects", "initiative_id": "initiatives", "portfolio_id": "projects"}
    for name in districts:
        frame = context.frame(name)
        for column in links.get(name, ()):
            linked = frame.filter(pl.col(column).is_not_null())
            context.count("P305", linked.height)
            for row in linked.iter_rows(named=True):
                other = districts.get(owner[column], {}).get(row[column])
                if other and other != row["district_code"]:
                    context.report(
                        "P305",
                        name,
                        row[LINE],
                        column,
                        _key(context, name, row),
                        cell=row[column],
                        district=row["district_code"],
                        other=other,
                    )
        if spoken:
            context.count("P306", frame.height)
            for row in frame.iter_rows(named=True):
                if row["source_id"] in spoken and row["district_code"] not in spoken[row["source_id"]]:
                    silent[row["source_id"], row["district_code"]].append((name, row, "source_id"))
    if context.has("figures") and spoken:
        columns = {role: f"{role}_id" for role in RECORDS}
        for row in context.frame("figures").iter_rows(named=True):
            if row["role"] in columns:
                district = districts.get(RECORDS[row["role"]], {}).get(row[columns[row["role"]]])
                if district and district not in spoken.get(row["source_id"], {district}):
                    silent[row["source_id"], district].append(("figures", row, columns[row["role"]]))
    for (source, district), places in silent.items():
        name, row, column = places[0]
        key = _key(context, name, row)
        context.report("P306", name, row[LINE], column, key, cell=source, district=district, rows=len(places))


def check_same_fact(context: Context) -> None:
    """P307: one fact under two keys. P308: one name for two projects or initiatives of a district."""
    same = [
        "district_code",
        "year",
        "period",
        "indicator_id",
        "comparator",
        "value",
        "value_max",
        "unit_id",
        "scope_zh",
        "relative_to",
        "project_id",
    ]
    for name, key in OBSERVATIONS.items():
        if not context.has(name):
            continue
        frame = context.frame(name)
        context.count("P307", frame.height)
        twice = frame.filter(frame.select(same).is_duplicated())
        first: dict[tuple, tuple[int, str]] = {}
        for row in twice.iter_rows(named=True):
            fact = tuple(row[c] for c in same)
            if fact in first:
                context.report("P307", name, row[LINE], key, row[key], first=first[fact][0], other=first[fact][1])
            else:
                first[fact] = (row[LINE], row[key])
    for name in ("projects", "initiatives"):
        if not context.has(name):
            continue
        frame = context.frame(name)
        context.count("P308", frame.height)
        named_again: set[int] = set()
        for column in ("name_zh", "name_en"):
            seen: dict[tuple, tuple[int, str]] = {}
            for line, row_key, district, year, value in frame.select(
                LINE, KEYS[name], "district_code", "year", column
            ).iter_rows():
                place = (district, year, value)
                if value and place in seen and line not in named_again:
                    named_again.add(line)
                    context.report(
                        "P308", name, line, column, row_key, cell=value, first=seen[place][0], other=seen[place][1]
                    )
                seen.setdefault(place, (line, row_key))


def check_ledger(context: Context) -> None:
    """P310 to P316: each record proved by its own figures, each figure once, and the figures of a record agree.

    A figure counts for the record that it names, whatever its role: R280 says where the two disagree.
    """
    if not context.has("figures"):
        return
    figures = context.frame("figures")
    rows = list(figures.iter_rows(named=True))
    _check_parts(context, rows)
    proofs: dict[tuple[str, str], list[dict]] = defaultdict(list)
    for row in rows:
        named = [(role, row[f"{role}_id"]) for role in RECORDS if row[f"{role}_id"]]
        if row["role"] in RECORDS and not named:
            key = _key(context, "figures", row)
            context.report("P311", "figures", row[LINE], f"{row['role']}_id", key, role=row["role"])
        for record in named:
            proofs[record].append(row)
    context.count("P311", len(rows))
    for role, name in RECORDS.items():
        if context.has(name) and role != "initiative":
            _check_proofs(context, role, name, proofs)


def _check_parts(context: Context, rows: list[dict]) -> None:
    """P312: parts count 1, 2, 3; P313: figures do not overlap; P314: one number proves two columns of a record."""
    context.count("P312", len(rows))
    context.count("P313", len(rows))
    places: dict[tuple, list[dict]] = defaultdict(list)
    for row in rows:
        places[row["source_id"], row["start"]].append(row)
    for group in places.values():
        group.sort(key=lambda r: r["part"] or 0)
        for expected, row in enumerate(group, 1):
            if row["part"] != expected:
                context.report(
                    "P312",
                    "figures",
                    row[LINE],
                    "part",
                    _key(context, "figures", row),
                    cell=row["part"],
                    expected=expected,
                )
                break
            if (row["end"], row["printed"]) != (group[0]["end"], group[0]["printed"]):
                context.report(
                    "P312",
                    "figures",
                    row[LINE],
                    "printed",
                    _key(context, "figures", row),
                    cell=row["printed"],
                    expected=group[0]["printed"],
                )
        records = [
            (r["role"], r["target_id"] or r["result_id"] or r["project_id"] or r["initiative_id"]) for r in group
        ]
        for n, (row, record) in enumerate(zip(group, records, strict=True)):
            if record[1] and record in records[:n]:
                context.report("P314", "figures", row[LINE], "field", _key(context, "figures", row), record=record[1])
    context.count("P314", len(rows))
    last: dict[str, tuple[int, int, int]] = {}
    for source, start in sorted(k for k in places if None not in k):
        row = places[source, start][0]
        end = row["end"] or start
        if source in last and start < last[source][1]:
            context.report("P313", "figures", row[LINE], "start", _key(context, "figures", row), first=last[source][2])
        if source not in last or end > last[source][1]:
            last[source] = (start, end, row[LINE])


PROVED = {
    "target": ("value", "value_max", "stretch_value"),
    "result": ("value", "value_max"),
    "project": ("count", "investment_value", "size_value"),
}
"""Columns of a record that a printed figure must prove."""


def _check_proofs(context: Context, role: str, name: str, proofs: dict[tuple[str, str], list[dict]]) -> None:
    """P310: a value without a figure. P315: a figure that disagrees. P316: two figures for one column in one place."""
    key = KEYS[name]
    frame = context.frame(name)
    context.count("P310", frame.height)
    for row in frame.iter_rows(named=True):
        own = proofs.get((role, row[key]), [])
        if role in ("target", "result") and not own and row["comparator"] != "not_stated":
            context.report("P310", name, row[LINE], key, row[key], field="value")
            continue
        fields: dict[str, list[dict]] = defaultdict(list)
        for figure in own:
            fields[figure["field"] or ""].append(figure)
        for column in PROVED[role]:
            value = row.get(column)
            if value is not None and not fields.get(column):
                context.report("P310", name, row[LINE], column, row[key], field=column)
            if value is None and fields.get(column):
                figure = fields[column][0]
                context.report(
                    "P315",
                    "figures",
                    figure[LINE],
                    "field",
                    _key(context, "figures", figure),
                    printed=figure["printed"],
                    record=row[key],
                    field=column,
                    value="",
                )
            agreeing = []
            for figure in fields.get(column, []):
                context.count("P315", 1)
                if value is not None and _agrees(figure["printed"] or "", value, row.get("stated") or ""):
                    agreeing.append(figure)
                elif value is not None:
                    context.report(
                        "P315",
                        "figures",
                        figure[LINE],
                        "printed",
                        _key(context, "figures", figure),
                        printed=figure["printed"],
                        record=row[key],
                        field=column,
                        value=f"{value:g}",
                    )
            _one_proof_in_phrase(context, row, key, column, agreeing)


def _one_proof_in_phrase(context: Context, row: dict, key: str, column: str, figures: list[dict]) -> None:
    start, end = row.get("start"), row.get("end")
    if start is None or end is None:
        return
    inside = [f for f in figures if f["source_id"] == row["source_id"] and start <= (f["start"] or 0) < end]
    context.count("P316", len(figures))
    for figure in inside[1:]:
        context.report(
            "P316",
            "figures",
            figure[LINE],
            "field",
            _key(context, "figures", figure),
            record=row[key],
            field=column,
            first=inside[0][LINE],
        )


def _agrees(printed: str, value: float, stated: str) -> bool:
    """Whether a printed number is the record's value, whatever its sign and whatever power its unit carries."""
    try:
        return abs(float(printed)) == abs(value)
    except ValueError:
        reading = (
            read_at(stated, stated.find(printed), stated.find(printed) + len(printed))
            if printed in stated
            else read_at(printed, 0, len(printed))
        )
        if reading is not None and abs(float(reading.value)) == abs(value):
            return True
        numeral = parse_numeral(printed)
        return numeral is not None and float(numeral) == abs(value)


def check_portfolios(context: Context) -> None:
    """P320: a portfolio smaller than its members; P321: a member of what is no portfolio."""
    if not context.has("projects"):
        return
    frame = context.frame("projects")
    rows = {r["project_id"]: r for r in frame.iter_rows(named=True)}
    members: dict[str, list[dict]] = defaultdict(list)
    context.count("P321", frame.filter(pl.col("portfolio_id").is_not_null()).height)
    for row in rows.values():
        portfolio = rows.get(row["portfolio_id"] or "")
        if portfolio is None:
            continue
        members[portfolio["project_id"]].append(row)
        if portfolio["kind"] != "portfolio":
            context.report("P321", "projects", row[LINE], "portfolio_id", row["project_id"], cell=row["portfolio_id"])
    context.count("P320", len(members))
    for key, group in members.items():
        portfolio = rows[key]
        if portfolio["count"] is not None and len(group) > portfolio["count"]:
            context.report(
                "P320",
                "projects",
                portfolio[LINE],
                "count",
                key,
                value=portfolio["count"],
                members=len(group),
                what="count",
            )
        total = sum(r["investment_base"] or 0 for r in group)
        if (
            portfolio["investment_base"] is not None
            and portfolio["investment_comparator"] in ("eq", "le", "lt")
            and total > portfolio["investment_base"]
        ):
            context.report(
                "P320",
                "projects",
                portfolio[LINE],
                "investment_value",
                key,
                value=portfolio["investment_base"],
                members=total,
                what="investment",
            )


def check_headline(context: Context) -> None:
    """P330: headline set not its span. P331, P332: core indicators and `not_stated`.

    What a document says of a district that coverage.csv does not list (P306), or with half a span (R290), is left out.
    """
    if not context.has("targets", "coverage", "indicators"):
        return
    spans: dict[tuple[str, str], tuple[int, int] | None] = {}
    full = {}
    for source, district, completeness, start, end in (
        context.frame("coverage")
        .select("source_id", "district_code", "completeness", "headline_start", "headline_end")
        .iter_rows()
    ):
        whole = start is not None and end is not None and start < end
        spans[source, district] = (start, end) if whole else (0, 0) if start is end is None else None
        if completeness == "full":
            full[district] = source
    targets = context.frame("targets")
    context.count("P330", targets.height)
    for row in targets.iter_rows(named=True):
        span = spans.get((row["source_id"], row["district_code"]))
        if row["start"] is None or span is None:
            continue
        start, end = span
        inside = start <= row["start"] and (row["end"] or 0) <= end
        if inside != row["headline"] and row["headline"] is not None:
            context.report(
                "P330",
                "targets",
                row[LINE],
                "headline",
                row["target_id"],
                cell="true" if row["headline"] else "false",
                start=start,
                end=end,
            )
    core = set(context.frame("indicators").filter(pl.col("core"))["indicator_id"])
    answered = {(d, i) for d, i in targets.select("district_code", "indicator_id").iter_rows()}
    silent = targets.filter(pl.col("comparator") == "not_stated")
    context.count("P331", len(full) * len(core))
    for district, source in sorted(full.items()):
        for indicator in sorted(core):
            if (district, indicator) not in answered:
                key = f"{district}/{indicator}"
                context.report(
                    "P331", "targets", 0, "indicator_id", key, district=district, indicator=indicator, source=source
                )
    context.count("P332", silent.height)
    stated = {
        (d, i)
        for d, i, how in targets.select("district_code", "indicator_id", "comparator").iter_rows()
        if how != "not_stated"
    }
    for row in silent.iter_rows(named=True):
        place = (row["district_code"], row["indicator_id"])
        if (row["source_id"], row["district_code"]) not in spans:
            continue
        if full.get(row["district_code"]) != row["source_id"] or place in stated or row["indicator_id"] not in core:
            context.report(
                "P332",
                "targets",
                row[LINE],
                "comparator",
                row["target_id"],
                district=row["district_code"],
                indicator=row["indicator_id"],
            )


def check_code_lists(context: Context) -> None:
    """P340: an entry of a code list that nothing uses. P341: a label no record is printed with."""
    uses = {
        "indicators": (
            "indicator_id",
            [(n, "indicator_id") for n in OBSERVATIONS] + [(n, "relative_to") for n in OBSERVATIONS],
        ),
        "units": (
            "unit_id",
            [(n, "unit_id") for n in OBSERVATIONS] + [("projects", "investment_unit_id"), ("projects", "size_unit_id")],
        ),
        "sources": ("source_id", [("coverage", "source_id")]),
    }
    for name, (key, users) in uses.items():
        if not context.has(name, *{u for u, _ in users}):
            continue
        used = set().union(*(set(context.frame(u)[column].drop_nulls()) for u, column in users))
        if name == "units":
            derived = context.frame("units").filter(pl.col("unit_id") != pl.col("base_unit_id"))
            used |= set(derived["base_unit_id"].drop_nulls())
        frame = context.frame(name)
        context.count("P340", frame.height)
        for line, value in frame.select(LINE, key).iter_rows():
            if value is not None and value not in used:
                context.report("P340", name, line, key, value, cell=value)
    if not context.has("indicators", *OBSERVATIONS):
        return
    words: dict[str, str] = defaultdict(str)
    for name in OBSERVATIONS:
        for indicator, stated, cue in context.frame(name).select("indicator_id", "stated", "cue").iter_rows():
            if stated:
                words[indicator] += f"\n{stated or ''}\n{cue or ''}"
    frame = context.frame("indicators")
    context.count("P341", frame.height)
    for line, indicator, labels in frame.select(LINE, "indicator_id", "labels_zh").iter_rows():
        for label in (labels or "").split("|"):
            if indicator in words and (not label or label not in words[indicator]):
                context.report("P341", "indicators", line, "labels_zh", indicator, label=label)


def check_order(context: Context) -> None:
    """P350: rows not in the order of their key, which `plans format` mends."""
    for table in context.tables.values():
        key = list(table.resource.primary_key)
        context.count("P350", len(table))
        if not key or not len(table):
            continue
        frame = table.frame.select(*key, LINE)
        ordered = frame.sort(key, nulls_last=False, maintain_order=True)
        if not ordered[LINE].equals(frame[LINE]):
            line = next(a for a, b in zip(frame[LINE], ordered[LINE], strict=True) if a != b)
            context.report("P350", table.resource.name, line, key[0])


def check_package(context: Context) -> None:
    """Run the package layer."""
    check_references(context)
    check_retired(context)
    check_districts(context)
    check_same_fact(context)
    check_ledger(context)
    check_portfolios(context)
    check_headline(context)
    check_code_lists(context)
    check_order(context)
