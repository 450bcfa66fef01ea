"""Charts that keep the comparator: 5.5% or more is a point with all that lies beyond it, not a bar of 5.5%.

One chart is one indicator, a row a target. Specifications are Vega-Lite through Altair; vl-convert draws them as SVG
at build time. Room for words is reckoned from a table of widths of our own, on the safe side, and not by measuring, so the
bytes do not depend on the fonts that a machine has.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import cache
from typing import Any

from plans.site.layers import COLOURS, GAP, INDENT, LINE, PLOT, ROW, SIZES, Layers
from planspec.errors import CannotTell

LIGHT = {"ink": "#1d1c1a", "soft": "#6a665f", "faint": "#d8d3c8", "accent": "#a5301c", "past": "#2f5d73"}
WIDTH, TOP, BOTTOM = 372, 6, 22
VEGA_LITE = "6.1"
SHORTEST = 96
"""The number line in pixels at least; words that need more room make the chart wider."""
_WIDTHS = (
    (" .,:;'|!()[]ijl·†（）", 0.42),
    ('frt-–"/', 0.5),
    ("mwMW%—@", 1.0),
    ("ABCDEFGHKNOPQRSTUVXYZ≥≤≈><=×+²", 0.84),
)
"""Widths of characters in the size of the font, for the broadest of the families that readers have; others are 0.66."""


@dataclass(frozen=True)
class Mark:
    """One row of a chart. `x` is the target on the number line (None: no number), `last` the year before's outcome.

    `shape` says how the comparator looks, `words` is the target in words, `last_words` the outcome in words.
    """

    name: str
    sub: str
    shape: str
    words: str
    url: str
    x: float | None = None
    x_max: float | None = None
    last: float | None = None
    last_shape: str = ""
    last_words: str = ""
    last_url: str = ""


def top_of(marks: Sequence[Mark]) -> tuple[float, float]:
    """Ends of the number line: from 0, or below the smallest value, to a round number well beyond the largest."""
    values = [v for m in marks for v in (m.x, m.x_max, m.last) if v is not None]
    low, high = min([0.0, *values]), max([0.0, *values])
    span = (high - low) * 1.3 or 1.0
    step = 10 ** math.floor(math.log10(span))
    step = next(s for s in (step * f for f in (0.2, 0.5, 1, 2, 5, 10)) if span / s <= 5)
    return math.floor(low / step) * step, round(math.ceil((low + span) / step) * step, 10)


def width_of(text: str, size: float) -> float:
    """Room that a text needs in pixels, reckoned and not measured; rather too much than too little."""
    ems = 0.0
    for char in text:
        own = next((w for chars, w in _WIDTHS if char in chars), 0.66)
        ems += 1.0 if ord(char) > 0x2E7F else own
    return ems * size


def wrapped(text: str, size: float, room: float) -> list[str]:
    """A text in lines no wider than `room`: between words, and in Chinese between characters."""
    pieces = re.findall(r"[\u2e80-\uffff]|[^\s\u2e80-\uffff]+|\s+", text)
    lines = [""]
    for piece in pieces:
        if lines[-1] and width_of((lines[-1] + piece).rstrip(), size) > room:
            lines.append("")
        lines[-1] += piece if lines[-1] else piece.lstrip()
    return [line.rstrip() for line in lines if line.strip()]


def _room(marks: Sequence[Mark]) -> tuple[int, int]:
    """Where the number line ends, and how wide the chart is: no words are cut off."""
    beyond, on_line = [0.0], [0.0]
    for m in marks:
        (beyond if m.x is not None else on_line).append(
            width_of(m.words, SIZES["words"] * 1.06 if m.x is not None else SIZES["statement"])
        )
        (beyond if m.last is not None else on_line).append(width_of(m.last_words, SIZES["past"]))
    needed = math.ceil(max(beyond)) + GAP
    right = max(PLOT[0] + SHORTEST, min(PLOT[1], WIDTH - needed))
    return right, max(WIDTH, right + needed, math.ceil(PLOT[0] + INDENT + max(on_line)))


def rows(marks: Sequence[Mark]) -> dict[str, Any]:
    """Data and parameters of one chart.

    `marks` (one dict a row), `rows`, `low`, `high`, `numbered` (whether any row has a number), `tall` (height of a row),
    `right` (end of the number line) and `width`, in pixels.
    """
    low, high = top_of(marks)
    numbered = any(v is not None for m in marks for v in (m.x, m.last))
    right, width = _room(marks)
    lines = [wrapped(m.sub, SIZES["sub"], PLOT[0] - 6) for m in marks]
    return {
        "numbered": numbered,
        "tall": ROW + LINE * max(0, max(map(len, lines), default=1) - 1),
        "right": right,
        "width": width,
        "marks": [
            {**asdict(m), "lines": "\n".join(text), "row": n, "low": low, "high": high}
            for n, (m, text) in enumerate(zip(marks, lines, strict=True))
        ],
        "rows": len(marks),
        "low": low,
        "high": high,
    }


@cache
def _altair() -> Any:
    try:
        import altair
    except ImportError as error:
        raise CannotTell(
            "the charts need Altair, which is not installed", 'pip install "qingdao-district-plans[site]"'
        ) from error
    return altair


@cache
def specification(language: str) -> dict[str, Any]:
    """The Vega-Lite specification of every chart: data set `marks`, parameters `rows`, `low`, `high`, `suffix`, `numbered`, `tall`, `right`."""
    alt = _altair()
    defaults = {"rows": 1, "low": 0, "high": 1, "suffix": "", "numbered": True, "tall": ROW, "right": PLOT[1]}
    chart = (
        alt.layer(*Layers(alt).all())
        .properties(
            width=WIDTH,
            height=ROW,
            autosize=alt.AutoSizeParams(type="none"),
            padding={"left": 1, "top": TOP, "right": 1, "bottom": BOTTOM},
        )
        .add_params(*(alt.param(name=name, value=value) for name, value in defaults.items()))
        .configure(font=fonts(language), aria=False, background="transparent")
        .configure_view(stroke=None)
    )
    return dict(json.loads(json.dumps(chart.to_dict())))


def fonts(language: str) -> str:
    """Font families of chart texts: the reader's own."""
    chinese = "'PingFang SC','Hiragino Sans GB','Microsoft YaHei','Noto Sans CJK SC'"
    latin = "system-ui,-apple-system,'Segoe UI',Roboto,'Helvetica Neue',Arial"
    return f"{chinese},{latin},sans-serif" if language == "zh" else f"{latin},{chinese},sans-serif"


def filled(template: dict[str, Any], marks: Sequence[Mark], suffix: str) -> dict[str, Any]:
    """The specification with its data and the ends of its number line."""
    values = {**rows(marks), "suffix": suffix}
    parameters = [{**p, "value": values[p["name"]]} if p.get("name") in values else p for p in template["params"]]
    size = {"width": values["width"], "height": len(marks) * values["tall"]}
    return {**template, "params": parameters, **size, "datasets": {"marks": values["marks"]}}


def svg(specification: dict[str, Any]) -> str:
    """The chart as SVG text with the stand-in colours."""
    try:
        import vl_convert
    except ImportError as error:
        raise CannotTell(
            "the charts need vl-convert-python, which is not installed", 'pip install "qingdao-district-plans[site]"'
        ) from error
    return str(vl_convert.vegalite_to_svg(specification, vl_version=VEGA_LITE))


def themed(drawing: str) -> str:
    """An SVG for a page: the style sheet's colours and fonts, its size left to the page.

    It is hidden from screen readers and from the Tab key: the table beside it says the same, in order.
    """
    for name, stand_in in COLOURS.items():
        drawing = drawing.replace(stand_in, f"var(--{name})")
    drawing = re.sub(r' (?:font-family|role|aria-roledescription|aria-hidden)="[^"]*"', "", drawing)
    drawing = re.sub(r'<a xlink:href="[^"]*?vega-datasets/([^"]*)"[^>]*>', r'<a href="\1" tabindex="-1">', drawing)
    return re.sub(
        r'<svg [^>]*?viewBox="([^"]+)"[^>]*>',
        r'<svg class="chart" viewBox="\1" aria-hidden="true" focusable="false">',
        drawing,
        count=1,
    )


def printed(drawing: str) -> str:
    """An SVG file that stands alone: fixed colours, no links."""
    for name, stand_in in COLOURS.items():
        drawing = drawing.replace(stand_in, LIGHT[name])
    return re.sub(r"</?a\b[^>]*>", "", drawing)
