"""Charts that keep the comparator: 5.5% or more is a point with all that lies beyond it, not a bar of 5.5%.

One chart is one indicator, a row a target. Specifications are Vega-Lite through Altair; vl-convert draws them as SVG
at build time. Sizes are fixed and nothing is laid out by measuring text, so the bytes do not depend on the fonts that
a machine has.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import cache
from typing import Any

from plans.site.layers import COLOURS, ROW, Layers
from planspec.errors import CannotTell

LIGHT = {"ink": "#1d1c1a", "soft": "#6a665f", "faint": "#d8d3c8", "accent": "#a5301c", "past": "#2f5d73"}
WIDTH, TOP, BOTTOM = 372, 6, 22
VEGA_LITE = "6.1"


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


def rows(marks: Sequence[Mark]) -> dict[str, Any]:
    """Data and parameters of one chart: `marks` (one dict a row), `rows`, `low`, `high`, `numbered` (whether any row has a number)."""
    low, high = top_of(marks)
    numbered = any(v is not None for m in marks for v in (m.x, m.last))
    return {
        "numbered": numbered,
        "marks": [{**asdict(m), "row": n, "low": low, "high": high} for n, m in enumerate(marks)],
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
    """The Vega-Lite specification of every chart: data set `marks`, parameters `rows`, `low`, `high`, `suffix`, `numbered`."""
    alt = _altair()
    defaults = {"rows": 1, "low": 0, "high": 1, "suffix": "", "numbered": True}
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
    return {**template, "params": parameters, "height": len(marks) * ROW, "datasets": {"marks": values["marks"]}}


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
