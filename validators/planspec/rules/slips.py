"""Row layer, R266: words that repeat words beside them, all but for one slip."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial

import polars as pl

from planspec.lexicon import same_sound, word_cover
from planspec.rules.context import Context
from planspec.tables import LINE

BESIDE = {
    "targets": (("scope_zh", ("stated", "cue")),),
    "results": (("scope_zh", ("stated", "cue")),),
    "indicators": (("labels_zh", ("name_zh",)),),
}
"""Columns whose words are taken from those of other columns: a scope from its phrase, a label from its name."""
LEAST, LONG = 3, 5
"""Words shorter than `LEAST` are alike by chance; below `LONG` only a character of the same sound makes a slip."""
_PARTS = re.compile(r"[、，,;；（）()|“”\s]|和|与|及|等")


def slip_of(text: str, beside: str, *, same: bool = False) -> tuple[str, str] | None:
    """A part of `text` that does not stand in `beside`, while a run one slip away does; and that run.

    A slip is a character lost, added, exchanged or turned round with its neighbour; with `same`, of runs of one length.
    """
    for part in _PARTS.split(text):
        if len(part) < LEAST or part in beside:
            continue
        run = next((run for run in _runs(part, beside, same) if _one_slip(part, run)), "")
        if run:
            return part, run
    return None


def _runs(part: str, beside: str, same: bool) -> Iterator[str]:
    """Runs of `beside` as long as `part`, or a character longer or shorter."""
    for size in (len(part),) if same else (len(part), len(part) + 1, len(part) - 1):
        yield from (beside[i : i + size] for i in range(len(beside) - size + 1))


def _one_slip(a: str, b: str) -> bool:
    head = next((i for i, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b)))
    tail = next((i for i, (x, y) in enumerate(zip(a[::-1], b[::-1], strict=False)) if x != y), min(len(a), len(b)))
    if len(a) != len(b):
        inside = 0 < head < max(len(a), len(b)) - 1 and tail > 0
        return len(a) >= LONG and inside and head + tail >= min(len(a), len(b))
    middle = len(a) - head - tail
    if middle == 2:
        return len(a) >= LEAST + 1 and a[head : head + 2] == b[head : head + 2][::-1]
    if middle != 1:
        return False
    sounds = b[head] in same_sound(a[head]) and not word_cover(a)[head]
    return sounds or (len(a) >= LONG and head > 0 and tail > 0)


def unlike(frame: pl.DataFrame, pairs: tuple[tuple[str, tuple[str, ...]], ...]) -> pl.DataFrame:
    """Lines of a batch where a column does not stand word for word in those beside it."""
    odd = []
    for column, others in pairs:
        told = pl.concat_str(*(pl.col(o).fill_null("") for o in others), separator=" ")
        odd.append((pl.col(column) != "") & ~told.str.contains(pl.col(column), literal=True))
    return frame.filter(pl.any_horizontal(*odd)).select(LINE)


def check_slips(context: Context) -> None:
    """R266."""
    for name, pairs in BESIDE.items():
        if not context.has(name):
            continue
        key = context.key_of(name)
        context.count("R266", sum(context.frames.given(name, column) for column, _ in pairs))
        columns = tuple(dict.fromkeys(c for column, others in pairs for c in (column, *others)))
        for row in context.suspects(name, columns, partial(unlike, pairs=pairs), cheap=True).iter_rows(named=True):
            for column, others in pairs:
                told = " ".join(row[o] for o in others)
                # A label shortens its name at will (营收, 营业收入): one character more or less says nothing there.
                slip = slip_of(row[column], told, same=column == "labels_zh")
                if slip:
                    params = {"found": slip[0], "meant": slip[1], "beside": others[0]}
                    context.report("R266", name, row[LINE], column, row[key], **params)
