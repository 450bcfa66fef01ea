"""docs/performance.md and its plot, made of docs/performance.json."""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path
from typing import Any

NAMES = {
    "plans": "`plans validate`",
    "frictionless": "`frictionless validate`",
    "bare": "Table Schema checks as bare polars expressions",
    "reading": "only reading the files (polars)",
}
JSON, PLOT = "docs/performance.json", "docs/performance.svg"
INTRODUCTION = """# Performance

Generated from [performance.json](performance.json) (`make docs`), which `plans bench` writes. Whole processes, start-up
included; medians of several rounds in which every tool runs in turn, so ratios say more than seconds. `plans validate`
checks everything: cells, rows, the phrase against the value, keys, references, the ledger; `frictionless validate` and
the bare expressions check the Table Schemas alone; reading checks nothing.

With two cores or more, on Linux, two processes check a package of up to 1 GB of tables: both read it, then they take the
steps in turn. Peak memory is that of both at once. A larger package is held once, by one process whose two threads take
the steps, and by polars' streaming engine from three million rows on: less memory, more time. Where anything is found, all
steps run in their order, and only those on rows, which have nothing to do with one another, two at a time: a faulty
package takes longer.

Made-up packages come from `plans bench generate`: the package's own schemas, phrases that the grammar reads, more than
half of them distinct.
"""
SPARK = """## When one machine is too small

`plans validate --engine spark --master URL` runs the same expressions on Spark, in local mode or on a cluster, and reads
CSV or Parquet, one file or a folder of parts (`--data` where the tables are not in the package). It finds the same set of
findings, duplicates across partitions included, and names the key where polars names file and line. Left out, by name:
line ends (S105), the order of rows (P350) and the source layer, which reads texts on one machine.

Spark asks some two hundred queries whatever the size, and each costs planning: a package of 3,000 rows took 150 seconds of
processor time in local mode, where polars takes three. How it grows on a cluster has not been measured. Use it where the tables lie on a cluster
already, or where they do not fit into the memory of the largest machine at hand. The project must be installed on the
workers (the rules on phrases run there), with the extra `spark`, and Java 17 or newer.
"""


def read(root: Path) -> dict[str, Any]:
    """The measured figures; empty where none were taken."""
    path = root / JSON
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}


def _table(entry: dict[str, Any]) -> list[str]:
    ours = entry["tools"]["plans"]["seconds"]
    lines = [
        "| | wall | processor | peak memory | `plans validate` takes | runs |",
        "| --- | ---: | ---: | ---: | ---: | ---: |",
    ]
    for tool, run in entry["tools"].items():
        ratio = f"{ours / run['seconds']:.2f} ×" if tool != "plans" else ""
        lines.append(
            f"| {NAMES[tool]} | {run['seconds']:.2f} s | {run['cpu']:.2f} s | {run['megabytes']} MB | {ratio} | {run['runs']} |"
        )
    return lines


def _expected(dirty: dict[str, Any]) -> str:
    if dirty["findings"] == dirty["must_find"]:
        return "just those that the faults must make"
    return f"where the faults must make {dirty['must_find']:,}"


def _cold(tools: dict[str, Any]) -> list[str]:
    if not all("cold" in tools[tool] for tool in ("plans", "frictionless")):
        return []
    ours, theirs = (tools[tool]["cold"] for tool in ("plans", "frictionless"))
    return [
        f"\nCold, as on a first run, when Python compiles every module it imports: {NAMES['plans']} {ours:.2f} s, "
        f"{NAMES['frictionless']} {theirs:.2f} s ({ours / theirs:.2f} ×). The system's cache of files is not emptied."
    ]


def _growth(made: list[dict[str, Any]]) -> list[str]:
    lines = [
        "| from | to | rows | wall | wall less start-up | processor |",
        "| ---: | ---: | ---: | ---: | ---: | ---: |",
    ]
    least = made[0]["tools"]["plans"]["seconds"]
    for before, after in pairwise(made):
        times, cpu = ([e["tools"]["plans"][what] for e in (before, after)] for what in ("seconds", "cpu"))
        bare = "" if before is made[0] else f"× {(times[1] - least) / max(times[0] - least, 0.01):.1f}"
        lines.append(
            f"| {before['rows']:,} | {after['rows']:,} | × {after['rows'] / before['rows']:.0f} | × {times[1] / times[0]:.1f} | {bare} | × {cpu[1] / cpu[0]:.1f} |"
        )
    return lines


def summary(root: Path) -> str:
    """The ratios in a few lines, for the README."""
    figures = read(root)
    if not figures:
        return "Not measured yet: run `plans bench`."
    lines = [
        "| rows | `plans validate` | `frictionless validate` | times as long, wall | times as long, processor |",
        "| ---: | ---: | ---: | ---: | ---: |",
    ]
    for entry in (figures["real"], *figures["made"]):
        ours, theirs = entry["tools"]["plans"], entry["tools"].get("frictionless")
        if theirs:
            ratios = [ours[what] / theirs[what] for what in ("seconds", "cpu")]
            times = f"{ours['seconds']:.1f} s | {theirs['seconds']:.1f} s | {ratios[0]:.2f} | {ratios[1]:.2f}"
            lines.append(f"| {entry['rows']:,} | {times} |")
    if (figures["load_before"] or 0) > figures["machine"]["cores"] / 2:
        lines += [
            "",
            f"Taken on a busy machine (load {figures['load_before']}): the seconds are too long, the ratios rough.",
        ]
    return "\n".join(lines)


def page(root: Path) -> str:
    """docs/performance.md, whole."""
    figures = read(root)
    if not figures:
        return INTRODUCTION + "\nNot measured yet: run `plans bench`.\n\n" + SPARK
    m = figures["machine"]
    installed = ", ".join(f"{name} {version}" for name, version in m["versions"].items() if version)
    absent = ", ".join(name for name, version in m["versions"].items() if not version)
    parts = [
        INTRODUCTION,
        f"{m['cores']} cores, Python {m['python']}; {installed}{f'; not installed: {absent}' if absent else ''}. Processes "
        f"that wanted a core in the minute before the run: {figures['load_before']}; in its last minute: {figures['load_after']}.",
        "\n![Wall time by rows](performance.svg)\n",
        f"## The package itself: {figures['real']['rows']:,} rows\n",
        f"Layers checked: {'four' if figures['real'].get('sources') else 'three, without the source texts'}.\n",
        *_table(figures["real"]),
        *_cold(figures["real"]["tools"]),
    ]
    for entry in figures["made"]:
        parts += [f"\n## {entry['rows']:,} rows\n", *_table(entry)]
    if len(figures["made"]) > 1:
        parts += ["\n## Growth of `plans validate`\n", *_growth(figures["made"])]
    if "dirty" in figures:
        dirty = figures["dirty"]
        clean = next(e for e in figures["made"] if e["rows"] == dirty["rows"])["tools"]["plans"]["seconds"]
        parts += [
            f"\n## {dirty['rows']:,} rows with {dirty['faults']:,} planted faults\n",
            f"{dirty['tools']['plans']['seconds']:.2f} s, {dirty['tools']['plans']['seconds'] / clean:.2f} × the clean package; "
            f"{dirty['findings']:,} findings, {_expected(dirty)}.",
        ]
    return "\n".join(parts) + "\n\n" + SPARK


def plot(root: Path) -> str:
    """Wall time by rows for each tool as SVG. Raises `CannotTell` without the extra that draws."""
    from plans.site.charts import VEGA_LITE, svg

    values = [
        {"tool": NAMES[tool].replace("`", ""), "rows": entry["rows"], "seconds": run["seconds"]}
        for entry in read(root).get("made", ())
        for tool, run in entry["tools"].items()
    ]
    axis = {"grid": True, "gridColor": "#e5e2dc", "labelFont": "sans-serif", "titleFont": "sans-serif"}
    return svg(
        {
            "$schema": f"https://vega.github.io/schema/vega-lite/v{VEGA_LITE}.json",
            "width": 480,
            "height": 280,
            "background": "white",
            "data": {"values": values},
            "mark": {"type": "line", "point": True},
            "encoding": {
                "x": {"field": "rows", "type": "quantitative", "scale": {"type": "log"}, "title": "rows", "axis": axis},
                "y": {
                    "field": "seconds",
                    "type": "quantitative",
                    "scale": {"type": "log"},
                    "title": "seconds, whole process",
                    "axis": axis,
                },
                "color": {
                    "field": "tool",
                    "type": "nominal",
                    "sort": None,
                    "legend": {"title": None, "orient": "bottom", "columns": 2, "labelLimit": 0},
                },
            },
        }
    )
