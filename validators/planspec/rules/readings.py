"""What the phrase of each record says at the record's own figure: the columns that row rules compare with.

For every observation the ledger names the figures that prove it. A figure's place in the compact phrase follows from
its offset; where layout blanks stand inside the phrase, the ledger's order does the same. The grammar then reads that
figure and no other.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable

import polars as pl

from planspec.grammar import Reading, Statement, read_at, read_figures, read_governing, read_statements

_DIGITS = re.compile(r"\d+(?:\.\d+)?")

READING_SCHEMA = {
    "_own": pl.Int64,
    "_read_value": pl.Float64,
    "_read_unit": pl.String,
    "_read_comparator": pl.String,
    "_read_bound": pl.String,
    "_read_max": pl.Float64,
    "_read_stretch": pl.Float64,
    "_read_hedged": pl.Boolean,
    "_other_digits": pl.Int64,
    "_ledger_digits": pl.Int64,
    "_says_strength": pl.String,
    "_says_estimated": pl.Boolean,
    "_says_cumulative": pl.Boolean,
    "_says_hedged": pl.Boolean,
    "_says_period": pl.String,
}


def place_in_phrase(stated: str, start: int, end: int, figure: int, printed: str, rank: int) -> int | None:
    """Position in compact `stated` (stored at `start`:`end`) of the figure stored at `figure`; None if it is not there.

    Without layout blanks the offset decides. With them, the `rank`-th occurrence of a number is the `rank`-th digit
    run; other figures are looked for where the blanks leave room.
    """
    blanks = (end - start) - len(stated)
    offset = figure - start
    if blanks == 0:
        return offset if stated[offset : offset + len(printed)] == printed else None
    if printed[:1].isdigit():
        runs = list(_DIGITS.finditer(stated))
        if rank < len(runs) and runs[rank].group() == printed:
            return runs[rank].start()
        return None
    for position in range(max(0, offset - max(blanks, 0)), offset + 1):
        if stated[position : position + len(printed)] == printed:
            return position
    return None


def read_record(stated: str, position: int, printed: str, comparator: str) -> Reading | Statement | None:
    """What the phrase says at one figure: a quantity, or a yardstick where the figure is words."""
    end = position + len(printed)
    if comparator in ("in_step", "keep", "relative", "qualitative"):
        for statement in read_statements(stated):
            if statement.start < end and position < statement.end:
                return statement
    reading = read_at(stated, position, end)
    if reading is None or (not printed[:1].isdigit() and reading.end < end):
        for statement in read_statements(stated):
            if statement.start < end and position < statement.end:
                return statement
    return reading


def _index(figures: pl.DataFrame) -> tuple[dict, dict]:
    """Ledger rows by record, and by document in the order of their offsets."""
    by_record: dict[tuple[str, str], list[tuple]] = defaultdict(list)
    by_source: dict[str, dict[int, tuple]] = defaultdict(dict)
    columns = ["source_id", "start", "end", "printed", "target_id", "result_id", "field"]
    for source, start, end, printed, target, result, field in figures.select(columns).iter_rows():
        if source is None or start is None or end is None:
            continue
        by_source[source].setdefault(start, (start, end, printed or ""))
        for role, record in (("target", target), ("result", result)):
            if record:
                by_record[(role, record)].append((source, start, end, printed or "", field))
    return by_record, {s: sorted(rows.values()) for s, rows in by_source.items()}


def reading_columns(observations: pl.DataFrame, figures: pl.DataFrame, role: str, key: str) -> pl.DataFrame:
    """One row an observation, in order, with the columns of `READING_SCHEMA`.

    `_own` is the position of the figure that proves the value (null: the ledger has none inside the phrase).
    """
    by_record, by_source = _index(figures)
    out: dict[str, list] = {name: [] for name in READING_SCHEMA}
    columns = [key, "year", "source_id", "start", "end", "stated", "cue", "comparator"]
    for record, year, source, start, end, stated, cue, comparator in observations.select(columns).iter_rows():
        row = dict.fromkeys(READING_SCHEMA)
        if stated and start is not None and end is not None:
            row.update(
                _read_row(
                    by_record.get((role, record), ()), by_source.get(source, ()), source, start, end, stated, comparator
                )
            )
            row.update(_governed(stated, cue or "", year))
        for name, values in out.items():
            values.append(row[name])
    return pl.DataFrame(out, schema=READING_SCHEMA)


def _governed(stated: str, cue: str, year: int | None) -> dict[str, object]:
    says = read_governing(stated, cue)
    order = ("binding", "ensure", "strive")
    return {
        "_says_strength": next((s for s in order if s in says.strengths), "stated"),
        "_says_estimated": says.estimated,
        "_says_cumulative": says.cumulative,
        "_says_hedged": says.hedged,
        "_says_period": says.period(year) if year is not None else None,
    }


def _read_row(
    own: Iterable[tuple],
    document: Iterable[tuple],
    source: str,
    start: int,
    end: int,
    stated: str,
    comparator: str | None,
) -> dict[str, object]:
    inside = [f for f in document if start <= f[0] < end]
    digits = [f for f in inside if f[2][:1].isdigit()]
    row: dict[str, object] = {"_other_digits": len(_DIGITS.findall(stated)), "_ledger_digits": len(digits)}
    ranks = {f[0]: n for n, f in enumerate(digits)}
    for fig_source, fig_start, _, printed, field in own:
        if fig_source != source or not start <= fig_start < end:
            continue
        position = place_in_phrase(stated, start, end, fig_start, printed, ranks.get(fig_start, 0))
        if position is None:
            continue
        reading = read_record(stated, position, printed, comparator or "")
        if isinstance(reading, Reading):
            if field == "value_max":
                row["_read_max"] = float(reading.value)
            elif field == "stretch_value":
                row["_read_stretch"] = float(reading.value)
            else:
                row.update(
                    _own=position,
                    _read_value=float(reading.value),
                    _read_unit=reading.unit,
                    _read_comparator=reading.comparator,
                    _read_bound=reading.bound,
                )
        elif isinstance(reading, Statement):
            row.update(_own=position, _read_comparator=reading.comparator, _read_hedged=reading.hedged)
    return row


def phrase_figures(stated: str) -> int:
    """How many quantities the grammar reads in a phrase."""
    return len(read_figures(stated))
