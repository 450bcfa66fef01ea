"""Structure layer: every cell against its Table Schema, a column at a time."""

from __future__ import annotations

import polars as pl

from planspec.package import Field
from planspec.rules.context import Context
from planspec.tables import LINE

_TYPES = {
    "integer": r"^-?(0|[1-9][0-9]*)$",
    "year": r"^-?(0|[1-9][0-9]*)$",
    "number": r"^-?(0|[1-9][0-9]*)(\.[0-9]+)?$",
    "boolean": r"^(true|false)$",
    "date": r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$",
}
_BLANKS = r"^\s|\s$|\s\s|[\t\x{00a0}\x{3000}\x{200b}\x{feff}]"
_CONTROL = r"[\x00-\x08\x0a-\x1f\x7f-\x9f\x{200b}-\x{200f}\x{2028}-\x{202e}\x{feff}]"
_FULLWIDTH = r"[０-９Ａ-Ｚａ-ｚ％]"
_FORMULA = r"^[=+\-@\t\r]"
_LONE_QUOTE = r"^[^“”]*”|“[^”]*$|“[^”]*“"


def _present(name: str) -> pl.Expr:
    return pl.col(name) != ""


def _typed_bad(field: Field, typed: pl.Series) -> pl.Expr:
    pattern = _TYPES.get(field.type)
    if pattern is None:
        return pl.lit(value=False)
    bad = ~pl.col(field.name).str.contains(pattern)
    return _present(field.name) & (bad | pl.lit(typed.is_null()))


def check_cells(context: Context, name: str) -> None:
    """S111 to S119 on one resource: required, type, pattern, code list, bounds, length, text form."""
    table = context.tables[name]
    raw = table.raw
    for field in table.resource.fields:
        rules: list[tuple[str, pl.Expr, dict[str, object]]] = []
        limits = field.constraints
        column = pl.col(field.name)
        typed = table.frame[field.name]
        if field.required:
            rules.append(("S111", column == "", {}))
        if field.type in _TYPES:
            rules.append(("S112", _typed_bad(field, typed), {"type": field.type}))
        if limits.get("pattern"):
            rules.append(
                (
                    "S113",
                    _present(field.name) & ~column.str.contains(f"^(?:{limits['pattern']})$"),
                    {"pattern": limits["pattern"]},
                )
            )
        if limits.get("enum"):
            allowed = [str(v) for v in limits["enum"]]
            rules.append(("S114", _present(field.name) & ~column.is_in(allowed), {"allowed": ", ".join(allowed)}))
        if field.type in ("integer", "number", "year"):
            for bound, test in (
                ("minimum", lambda b, t=typed: t < b),
                ("maximum", lambda b, t=typed: t > b),
                ("exclusiveMinimum", lambda b, t=typed: t <= b),
                ("exclusiveMaximum", lambda b, t=typed: t >= b),
            ):
                if bound in limits:
                    rules.append(
                        (
                            "S115",
                            pl.lit(test(limits[bound]).fill_null(value=False)),
                            {"bound": bound, "limit": limits[bound]},
                        )
                    )
        if "maxLength" in limits:
            rules.append(
                (
                    "S115",
                    column.str.len_chars() > limits["maxLength"],
                    {"bound": "maxLength", "limit": limits["maxLength"]},
                )
            )
        if field.type == "string":
            rules.append(("S117", column.str.contains(f"{_BLANKS}|{_CONTROL}|{_FULLWIDTH}"), {}))
            rules.append(("S118", column.str.contains(_FORMULA), {}))
            rules.append(
                (
                    "S119",
                    column.str.contains(_LONE_QUOTE)
                    if field.name not in ("stated", "cue", "printed", "labels_zh", "scope_zh")
                    else pl.lit(value=False),
                    {},
                )
            )
        flags = raw.select(expr.alias(str(i)) for i, (_, expr, _) in enumerate(rules)) if raw.height else None
        for i, (rule, _, params) in enumerate(rules):
            context.count(rule, raw.height)
            if flags is None:
                continue
            flag = flags[str(i)]
            if flag.len() != raw.height:
                flag = pl.Series(str(i), [bool(flag[0])] * raw.height)
            if not flag.any():
                continue
            keys = [k for k in table.resource.primary_key if k != field.name]
            for row in (
                raw.filter(flag)
                .select(list(dict.fromkeys((LINE, *table.resource.primary_key, field.name))))
                .iter_rows(named=True)
            ):
                if context.collector.spoiled(name, row[LINE], field.name):
                    continue
                key = "/".join(row[k] for k in table.resource.primary_key) if keys or rule != "S111" else ""
                context.report(rule, name, row[LINE], field.name, key, cell=row[field.name], **params)


def check_keys(context: Context, name: str) -> None:
    """S116: primary keys and unique columns; a finding names both rows."""
    table = context.tables[name]
    raw = table.raw
    sets = {table.resource.primary_key} | {(f.name,) for f in table.resource.fields if f.constraints.get("unique")}
    for columns in sorted(s for s in sets if s):
        context.count("S116", raw.height)
        present = raw.filter(pl.all_horizontal(pl.col(c) != "" for c in columns))
        twice = present.filter(present.select(columns).is_duplicated())
        if twice.is_empty():
            continue
        first: dict[tuple, int] = {}
        for row in twice.select(LINE, *columns).iter_rows():
            line, values = row[0], row[1:]
            if values in first:
                context.report(
                    "S116", name, line, columns[-1], "/".join(values), first=first[values], columns=", ".join(columns)
                )
            else:
                first[values] = line
